//! What the mix costs: the supported points between suitability and the distance from the mix, or the households placed.
//!
//! Problem      two aims, x = suitability with points of pairs, and y = the cost of missed quotas (smaller is better) or the number of
//!              households placed (more is better); an allocation is supported where it is worth most for some weights a x -/+ b y.
//! Method       both ends first; then between two neighbouring points the weights at which they are worth the same, solved afresh:
//!              either a new point between them comes out, or none is above their line (dichotomy).
//! Proof        each solve has a bound B: no allocation has a x -/+ b y above it. The half-planes of all of them enclose every
//!              allocation, supported or not, so that the curve is proved from outside as well as found from inside.
//! Complexity   one solve per point and per line; n points are at most 2 n - 1 solves. Parts of the curve go side by side.
//! References   Y. P. Aneja, K. P. K. Nair, "Bicriteria transportation problem", Management Science 25 (1979).

use serde::Serialize;

use crate::allocation::Status;
use crate::error::Error;
use crate::problem::{Problem, Worths};
use crate::solve::{Control, SolveOptions, Stand};

/// What stands against suitability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The cost of missed priced quotas and targets, in points: how far the mix is from what the policy wishes.
    Distance,
    /// Households with an offer.
    Placed,
}

/// The supported points, from the most suitable one to the best mix (or to most households placed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frontier {
    /// What stands against suitability.
    pub axis: Axis,
    /// In order: suitability falls from one to the next.
    pub points: Vec<FrontierPoint>,
    /// Bounds on every allocation, one for each solve, in the order of their weights.
    pub lines: Vec<FrontierLine>,
    /// No supported point is missing between these, but for what the lines leave open; false where there were more than asked for.
    pub is_whole: bool,
}

/// One allocation of the frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FrontierPoint {
    /// Scores and points of pairs of households.
    pub suitability: i64,
    /// Cost of missed quotas, points.
    pub penalties: i64,
    /// Households with an offer.
    pub placed: i64,
}

/// Half of the plane that holds every allocation: weight of suitability x suitability - weight of the axis x penalties (or + placed)
/// <= bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FrontierLine {
    /// Weight of suitability.
    pub suitability: i64,
    /// Weight of the other axis.
    pub other: i64,
    /// No allocation is worth more at these weights; `None` where nothing was proved.
    pub bound: Option<i64>,
    /// How the solve ended.
    pub status: Status,
}

/// Weights at the ends: one side counts so many times more that the other only breaks ties.
const END: i64 = 10_000;
/// Weights in between stay below this, so that sums stay within 64 bits; a slope is rounded to it.
const MOST_WEIGHT: i64 = 10_000;

impl FrontierPoint {
    /// The other axis, more being better.
    const fn other(&self, axis: Axis) -> i64 {
        match axis {
            Axis::Distance => -self.penalties,
            Axis::Placed => self.placed,
        }
    }
}

impl Frontier {
    /// Of a problem; at most `most` points, and at least the two ends.
    ///
    /// # Errors
    /// As [`solve`](crate::solve::solve()); [`Error::ScoreOverflow`] where the weighted sums could leave 64 bits.
    pub(super) fn of(problem: &Problem, axis: Axis, most: usize, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        let search = Search { problem, axis, options, control };
        let (first, last) = rayon::join(|| search.solve(END, 1), || search.solve(1, END));
        let (first, last) = (first?, last?);
        let mut lines = vec![first.1, last.1];
        let mut points: Vec<FrontierPoint> = Vec::new();
        let mut is_whole = true;
        if let (Some(first), Some(last)) = (first.0, last.0) {
            points.extend([first, last]);
            is_whole = search.between((first, last), most.saturating_sub(2), &mut points, &mut lines)?;
        }
        // Within a gap one solve may find what is better on both axes than what another one found.
        points.sort_by_key(|point| (-point.suitability, -point.other(axis)));
        let mut best = i64::MIN;
        points.retain(|point| {
            let is_better = point.other(axis) > best;
            best = best.max(point.other(axis));
            is_better
        });
        lines.sort_by(|a, b| (i128::from(b.suitability) * i128::from(a.other)).cmp(&(i128::from(a.suitability) * i128::from(b.other))));
        Ok(Self { axis, points, lines, is_whole })
    }

    /// What the mix costs: the suitability of the first point, less that of the last one.
    pub fn price(&self) -> Option<i64> {
        Some(self.points.first()?.suitability - self.points.last()?.suitability)
    }
}

struct Search<'a> {
    problem: &'a Problem,
    axis: Axis,
    options: &'a SolveOptions,
    control: &'a Control<'a>,
}

impl Search<'_> {
    /// The best allocation at these weights, and the line above it.
    fn solve(&self, suitability: i64, other: i64) -> Result<(Option<FrontierPoint>, FrontierLine), Error> {
        let worths = match self.axis {
            Axis::Distance => Worths { score: suitability, each: 0, penalty: other },
            // Priced quotas are not asked about: only hard ones count.
            Axis::Placed => Worths { score: suitability, each: other, penalty: 0 },
        };
        let stand = Stand::first(&self.problem.reworth(worths)?, self.options, self.control)?;
        let line = FrontierLine { suitability, other, bound: stand.bound, status: stand.status };
        let point = stand.objective().and_then(|_| Stand::worth_in(self.problem, &stand.offers)).map(|(suitability, penalties, points)| {
            let placed = stand.offers.iter().flatten().count() as i64;
            FrontierPoint { suitability: suitability + points, penalties, placed }
        });
        Ok((point, line))
    }

    /// Puts the points between two into `points`, at most `left`; false where there may be more.
    fn between(
        &self,
        (first, last): (FrontierPoint, FrontierPoint),
        left: usize,
        points: &mut Vec<FrontierPoint>,
        lines: &mut Vec<FrontierLine>,
    ) -> Result<bool, Error> {
        let (fall, rise) = (first.suitability - last.suitability, last.other(self.axis) - first.other(self.axis));
        if fall <= 0 || rise <= 0 {
            return Ok(true);
        }
        if left == 0 {
            return Ok(false);
        }
        let (suitability, other) = weights(rise, fall);
        let (point, line) = self.solve(suitability, other)?;
        lines.push(line);
        let worth = |point: &FrontierPoint| {
            i128::from(suitability) * i128::from(point.suitability) + i128::from(other) * i128::from(point.other(self.axis))
        };
        let Some(point) = point.filter(|point| worth(point) > worth(&first).max(worth(&last))) else { return Ok(true) };
        // Half of what is left goes to each side, so that a long curve is seen from end to end.
        let before = (left - 1) / 2;
        let ((mut points_1, mut lines_1), (mut points_2, mut lines_2)) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        let (one, two) = rayon::join(
            || self.between((first, point), before, &mut points_1, &mut lines_1),
            || self.between((point, last), left - 1 - before, &mut points_2, &mut lines_2),
        );
        let is_whole = one? & two?;
        points.append(&mut points_1);
        points.push(point);
        points.append(&mut points_2);
        lines.append(&mut lines_1);
        lines.append(&mut lines_2);
        Ok(is_whole)
    }
}

/// Two weights in the proportion a : b, without common factor, rounded where they would be large.
fn weights(a: i64, b: i64) -> (i64, i64) {
    let most = a.max(b);
    let (a, b) = if most > MOST_WEIGHT {
        let part = |value: i64| i64::try_from(i128::from(value) * i128::from(MOST_WEIGHT) / i128::from(most)).unwrap_or(1).max(1);
        (part(a), part(b))
    } else {
        (a, b)
    };
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1), b / x.max(1))
}

#[cfg(test)]
mod tests {
    use super::weights;

    #[test]
    fn weights_keep_their_proportion() {
        assert_eq!(weights(6, 4), (3, 2));
        assert_eq!(weights(1_000_000, 500_000), (2, 1));
        assert_eq!(weights(3_000_000_000, 1), (10_000, 1));
    }
}
