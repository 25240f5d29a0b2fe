//! Quota rows as the solver reads them: bounds, what a price may be, what a count costs.

use std::sync::Arc;

use crate::problem::{Problem, Quota};

/// Rows of a problem with their price limits on the scale. A copy has limits of its own and shares the rest.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// Prices are multiples of 1/scale points.
    pub(super) scale: i64,
    /// Bounds and penalties.
    pub(super) limits: Vec<Limits>,
    /// Lowest price of each row: minus what a missing unit costs; 0 where there is no minimum.
    pub(super) price_min: Arc<[i64]>,
    /// Highest price of each row: what an excess unit costs; 0 where there is no maximum.
    pub(super) price_max: Arc<[i64]>,
    /// Largest |score|, at least 1.
    pub(super) top: i64,
}

/// Bounds of a row in one piece, as the search reads them millions of times; no bound is the furthest one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) min: i64,
    pub(super) max: i64,
    penalty_below: i64,
    penalty_above: i64,
}

/// In the place of a penalty: the bound is hard. Penalties are at least 0.
const HARD: i64 = -1;

impl Limits {
    fn of(quota: &Quota) -> Self {
        Self {
            min: quota.min.unwrap_or(i64::MIN),
            max: quota.max.unwrap_or(i64::MAX),
            penalty_below: quota.penalty_below.unwrap_or(HARD),
            penalty_above: quota.penalty_above.unwrap_or(HARD),
        }
    }

    /// No bounds.
    pub(super) const NONE: Self = Self { min: i64::MIN, max: i64::MAX, penalty_below: HARD, penalty_above: HARD };

    /// The same penalties with every bound that there is put elsewhere.
    pub(super) fn moved(&self, bound: impl Fn(i64) -> i64) -> Self {
        Self {
            min: if self.min == i64::MIN { i64::MIN } else { bound(self.min) },
            max: if self.max == i64::MAX { i64::MAX } else { bound(self.max) },
            ..*self
        }
    }

    /// Units missing below the minimum and in excess above the maximum.
    pub(super) fn missed(&self, count: i64) -> (i64, i64) {
        (self.min.saturating_sub(count).max(0), count.saturating_sub(self.max).max(0))
    }

    /// Whether `count` breaks a hard maximum.
    pub(super) const fn breaks_max(&self, count: i64) -> bool {
        self.penalty_above == HARD && count > self.max
    }

    /// Soft penalty in points, and units by which hard bounds are broken.
    pub(super) fn cost(&self, count: i64) -> (i64, i64) {
        let (below, above) = self.missed(count);
        let side = |missed: i64, penalty: i64| if penalty == HARD { (0, missed) } else { (missed * penalty, 0) };
        let (below, above) = (side(below, self.penalty_below), side(above, self.penalty_above));
        (below.0 + above.0, below.1 + above.1)
    }
}

/// The scale that prices stand on where sums allow it.
const SCALE: i64 = 64;
/// A hard row's price may reach so many times the largest score; above, it no longer pays.
const HARD_PRICE: i64 = 8;

impl Rows {
    pub(super) fn new(problem: &Problem) -> Self {
        let arcs = 0..problem.arc_count();
        Self::of(problem, problem.quotas(), arcs.map(|position| problem.arc(position).score.abs()).max().unwrap_or(0))
    }

    /// Other bounds and penalties than those of `problem`, whose cells count, and no score beyond `top`.
    pub(super) fn of(problem: &Problem, quotas: &[Quota], top: i64) -> Self {
        let top = top.max(1);
        let points: i64 = problem.affinities().iter().map(|p| p.points).max().unwrap_or(0);
        let widest: i64 = (0..problem.cell_count())
            .map(|cell| problem.cell(crate::ids::CellIndex::new(cell)).iter().map(|e| e.1.abs()).sum::<i64>())
            .max()
            .unwrap_or(0);
        let size = i128::from(top + points) * i128::from(widest + 1);
        let (mut scale, mut hard) = (SCALE, HARD_PRICE);
        while scale > 1 && i128::from(scale * hard) * size >= 1 << 58 {
            scale /= 2;
        }
        while hard > 1 && i128::from(scale * hard) * size >= 1 << 58 {
            hard /= 2;
        }
        let limit = scale * hard * (top + points);
        let price = |bound: Option<i64>, penalty: Option<i64>| match (bound, penalty) {
            (None, _) => 0,
            (Some(_), None) => limit,
            (Some(_), Some(penalty)) => penalty.saturating_mul(scale).min(limit.max(scale)),
        };
        Self {
            scale,
            price_min: quotas.iter().map(|q| -price(q.min, q.penalty_below)).collect(),
            price_max: quotas.iter().map(|q| price(q.max, q.penalty_above)).collect(),
            limits: quotas.iter().map(Limits::of).collect(),
            top,
        }
    }

    /// What the prices add to the bound: sum of maximum x price above, minimum x price below.
    pub(super) fn total(&self, prices: &[i64]) -> i128 {
        let each = self.limits.iter().zip(prices).map(|(limits, &price)| match price.signum() {
            1 => i128::from(limits.max) * i128::from(price),
            -1 => i128::from(limits.min) * i128::from(price),
            _ => 0,
        });
        each.sum()
    }

    /// Which way the price of row `q` should move when the row counts `count`: 1 up, -1 down, 0 stay.
    pub(super) fn direction(&self, q: usize, price: i64, count: i64) -> i64 {
        let limits = &self.limits[q];
        let (above, below) = (count.cmp(&limits.max) as i64, count.cmp(&limits.min) as i64);
        match price.signum() {
            1 => above,
            -1 => below,
            _ if above > 0 => 1,
            _ if below < 0 => -1,
            _ => 0,
        }
    }
}
