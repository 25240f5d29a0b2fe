//! How much each criterion separates the pairs: a weight that decides alone is something a commission must know (FAULTS 62).

use crate::model::Model;
use crate::quotas::Desk;
use crate::scoring::{Scoring, VarianceShare};

use super::links::Links;
use super::pool::Pool;

/// Households looked at, at most; beyond, every n-th in the order of ids.
const SAMPLE: usize = 2_000;

/// Per criterion its share in the variance of the points over the eligible pairs.
pub(crate) fn spread(model: &Model, pool: &Pool<'_, '_>, links: &Links, scoring: &Scoring<'_>) -> Vec<VarianceShare> {
    let step = model.households.len().div_ceil(SAMPLE).max(1);
    let households = model.households.all().step_by(step).filter_map(|household| Some((household, links.problem_household(household)?)));
    let pairs = households.map(|(household, in_problem)| {
        let mut dwellings: Vec<_> =
            pool.dwellings(in_problem, &mut Desk::default()).into_iter().filter_map(|d| links.model_dwelling(d)).collect();
        dwellings.sort_unstable();
        (household, dwellings)
    });
    scoring.variance_shares(pairs)
}
