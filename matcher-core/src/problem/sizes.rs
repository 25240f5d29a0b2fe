//! Refuses numbers whose sums could leave 64 bits once they stand on the price scale.

use crate::error::Error;
use crate::ids::CellIndex;

use super::{Problem, Quota};

/// Scores, penalties and bounds must stay below this, so that sums over a nation fit 64 bits on the price scale.
const LIMIT: i128 = 1 << 61;
/// The largest scale that the solvers put prices on, as a factor of the overflow check.
const MAX_SCALE: i128 = 4096;

/// What bounds the sums of a problem; may be larger than the problem needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// Households.
    pub(crate) households: i128,
    /// Sum of the capacities.
    pub(crate) capacity: i128,
    /// Largest |score|.
    pub(crate) top: i128,
    /// Sum of the points of pairs.
    pub(crate) affinity: i128,
    /// Largest |weight| of an arc, by row.
    pub(crate) weights: Vec<i128>,
}

impl Sizes {
    /// Of a problem. O(m).
    #[expect(clippy::indexing_slicing, reason = "rows of cells are rows of the problem")]
    pub(crate) fn of(problem: &Problem) -> Self {
        let mut weights = vec![0i128; problem.quotas().len()];
        for cell in 0..problem.cell_count() {
            for &(q, weight) in problem.cell(CellIndex::new(cell)) {
                weights[q.index()] = weights[q.index()].max(i128::from(weight).abs());
            }
        }
        Self {
            households: problem.households().len() as i128,
            capacity: problem.dwellings().iter().map(|d| i128::from(d.capacity)).sum(),
            top: problem.arc_score.iter().map(|s| i128::from(*s).abs()).max().unwrap_or(0),
            affinity: problem.affinities().iter().map(|p| i128::from(p.points)).sum(),
            weights,
        }
    }

    /// Of a single score or weight.
    ///
    /// # Errors
    /// [`Error::ScoreOverflow`].
    pub(crate) const fn check_one(size: i128) -> Result<(), Error> {
        if size >= LIMIT / MAX_SCALE {
            return Err(Error::ScoreOverflow { what: "a score or weight", size, limit: LIMIT / MAX_SCALE });
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::ScoreOverflow`].
    pub(crate) fn check(&self, quotas: &[Quota]) -> Result<(), Error> {
        let places = self.capacity.min(self.households);
        let rows = quotas.iter().zip(&self.weights).map(|(quota, &weight)| {
            let bound = [quota.min, quota.max].into_iter().flatten().map(|b| i128::from(b).abs()).max().unwrap_or(0);
            let price = [quota.penalty_below, quota.penalty_above].into_iter().flatten().map(i128::from).max().unwrap_or(self.top);
            // Saturating: i128 holds 2^64 * 2^64 only just.
            weight.saturating_mul(places).saturating_add(bound).saturating_mul(price.max(1))
        });
        for (what, size) in [
            ("the sum of scores", self.top.saturating_mul(places.max(1))),
            ("the sum of affinity points", self.affinity),
            ("the sum of penalties", rows.fold(0i128, i128::saturating_add)),
        ] {
            let size = size.saturating_mul(MAX_SCALE);
            if size >= LIMIT {
                return Err(Error::ScoreOverflow { what, size: size / MAX_SCALE, limit: LIMIT / MAX_SCALE });
            }
        }
        Ok(())
    }
}
