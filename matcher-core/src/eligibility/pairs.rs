//! Pairs that the policy names: pins and forbidden pairs, by position.

use std::collections::BTreeMap;

use crate::error::{Place, Report};
use crate::model::Model;
use crate::policy::Pair;

use super::settings::POLICY_FILE;

/// A pair whose household applies and whose dwelling is to be allocated: their positions, and the row of the policy.
pub(super) type Located<'p> = (usize, usize, &'p Pair);

/// The pairs by position; a household that does not apply or a dwelling that is not to be allocated is reported.
pub(super) fn locate<'p>(model: &Model, pairs: &'p [Pair], key: &str, report: &mut Report) -> Vec<Located<'p>> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let (households, dwellings) = (positions(&model.households.id), positions(&model.dwellings.id));
    let mut located = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let household = households.get(pair.household.as_str());
        let dwelling = dwellings.get(pair.dwelling.as_str());
        if household.is_none() {
            let column = format!("{key}.household");
            let cause = format!("no household {} applies", pair.household);
            report.error("E1206", Place::file(POLICY_FILE).column(&column), cause, "correct the id or remove the pair");
        }
        if dwelling.is_none() {
            let column = format!("{key}.dwelling");
            let cause = format!("no dwelling {} is to be allocated", pair.dwelling);
            report.error("E1206", Place::file(POLICY_FILE).column(&column), cause, "correct the id or remove the pair");
        }
        if let (Some(&household), Some(&dwelling)) = (household, dwelling) {
            located.push((household, dwelling, pair));
        }
    }
    located
}

fn positions(ids: &[String]) -> BTreeMap<&str, usize> {
    ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect()
}
