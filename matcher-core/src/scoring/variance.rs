//! Which criterion decides: the share of each in the variance of the points.

use serde::Serialize;

use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Run;

use super::{Scoring, Scratch};

/// Share of the variance above which one criterion makes the others pointless, and the report warns.
pub const DOMINANT_PER_MILLE: i64 = 990;

/// How much one criterion moves the scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct VarianceShare {
    /// Code of the criterion.
    pub code: &'static str,
    /// Its weight.
    pub weight: i64,
    /// Variance of its points over the pairs, as a share of the sum of these variances; per mille, rounded down.
    pub per_mille: i64,
}

impl VarianceShare {
    /// True where this criterion alone decides.
    pub fn dominates(&self) -> bool {
        self.per_mille > DOMINANT_PER_MILLE
    }
}

impl Scoring<'_> {
    /// The share of each criterion in the variance of the points over the pairs of households with their dwellings (ascending), in the
    /// order of [`Scoring::points`]; covariances are left out. Where nothing varies every share is 0.
    ///
    /// # Complexity
    /// O(households x the dwellings between their first and last x criteria). A caller with many passes every n-th household: the shares
    /// settle after some ten thousand pairs.
    pub fn variance_shares(&self, pairs: impl IntoIterator<Item = (HouseholdIndex, Vec<DwellingIndex>)>) -> Vec<VarianceShare> {
        let mut sums = vec![(0i128, 0i128); self.weighed.len()];
        let (mut count, mut scratch, mut marks) = (0i128, Scratch::default(), Vec::new());
        for (household, dwellings) in pairs {
            let (Some(first), Some(last)) = (dwellings.first(), dwellings.last()) else { continue };
            let run = Run::new(first.index()..last.index().max(first.index()) + 1);
            marks.resize(run.len(), 0);
            count += dwellings.len() as i128;
            for (weighed, sum) in self.weighed.iter().zip(&mut sums) {
                self.marks(weighed, household, run, &mut scratch, &mut marks);
                for dwelling in &dwellings {
                    let mark = dwelling.index().checked_sub(first.index()).and_then(|at| marks.get(at)).copied().unwrap_or_default();
                    let points = i128::from(weighed.weight * mark);
                    *sum = (sum.0 + points, sum.1 + points * points);
                }
            }
        }
        // count^2 x variance: whole numbers, and the factor falls out of the share.
        let variances: Vec<i128> = sums.iter().map(|(sum, squares)| count * squares - sum * sum).collect();
        let all: i128 = variances.iter().sum();
        let shares = self.weighed.iter().zip(variances);
        shares
            .map(|(weighed, variance)| VarianceShare {
                code: weighed.code,
                weight: weighed.weight,
                per_mille: (1000 * variance).checked_div(all).unwrap_or(0) as i64,
            })
            .collect()
    }
}
