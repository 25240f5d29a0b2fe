//! Which hard rows conflict, and that each of them is needed for it.
//!
//! Method       deletion filter: a row is left out and the rest tried again; what still conflicts needs it not, otherwise the
//!              allocation found is kept as its witness. Each proof names the rows it prices, so that most rows go at once.
//! Complexity   one search without scores per row of the set, each exponential in the worst case; counted in steps.
//! References   Chinneck, Feasibility and Infeasibility in Optimization (2008), chapter 6.

use std::collections::BTreeSet;

use crate::allocation::{Node, Witness};
use crate::ids::DwellingIndex;
use crate::problem::Problem;
use crate::solve::Control;

use super::search::Search;
use super::{Ended, Options, Start};

/// An irreducible set of hard rows that no allocation meets.
#[derive(Debug, Clone)]
pub(crate) struct Conflict {
    /// Ids of the rows, sorted.
    pub(crate) rows: Vec<String>,
    /// The proof: rays that price no other row.
    pub(crate) nodes: Vec<Node>,
    /// Per row, an allocation that meets all the others.
    pub(crate) witnesses: Vec<Witness>,
    /// Steps used.
    pub(crate) steps: u64,
}

enum Trial {
    Met(Vec<Option<DwellingIndex>>),
    Conflict(Vec<Node>),
    Unknown,
}

/// Ids of the rows that a proof prices.
fn priced(nodes: &[Node]) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    for node in nodes {
        if let Node::Ray { prices } | Node::Leaf { prices } | Node::Fix { prices, .. } = node {
            rows.extend(prices.quotas.keys().cloned());
            rows.extend(prices.covers.iter().map(|cover| cover.quota.clone()));
        }
    }
    rows
}

/// An irreducible conflict of hard rows with its proof; `None` where there is an allocation that meets them all, or the
/// steps do not suffice, or the caller stops it.
pub(crate) fn infeasible(problem: &Problem, options: &Options, control: &Control<'_>) -> Option<Conflict> {
    let mut steps = 0;
    let mut attempt = |rows: &BTreeSet<String>| {
        let skipped: Vec<bool> = problem.quotas().iter().map(|quota| !rows.contains(&quota.id)).collect();
        let left = Options { steps: options.steps.saturating_sub(steps), ..*options };
        let outcome = Search::with_rows(problem, &left, control, &skipped, false).close(Start::default());
        steps += outcome.steps;
        match (outcome.offers, outcome.ended) {
            (Some(offers), _) => Trial::Met(offers),
            (None, Ended::Infeasible) => Trial::Conflict(outcome.nodes),
            _ => Trial::Unknown,
        }
    };
    let hard = |q: &crate::problem::Quota| (q.min.is_some() && q.penalty_below.is_none()) || (q.max.is_some() && q.penalty_above.is_none());
    let all: BTreeSet<String> = problem.quotas().iter().filter(|q| hard(q)).map(|q| q.id.clone()).collect();
    let Trial::Conflict(mut nodes) = attempt(&all) else { return None };
    let mut rows = priced(&nodes);
    let mut needed: Vec<(String, Vec<Option<DwellingIndex>>)> = Vec::new();
    while let Some(row) = rows.iter().find(|row| needed.iter().all(|n| n.0 != **row)).cloned() {
        let mut others = rows.clone();
        others.remove(&row);
        match attempt(&others) {
            Trial::Met(offers) => needed.push((row, offers)),
            Trial::Conflict(smaller) => {
                // A needed row is in every conflict of the rest, so that it is priced here too.
                rows = priced(&smaller);
                nodes = smaller;
            }
            Trial::Unknown => return None,
        }
    }
    let witnesses = needed
        .into_iter()
        .filter(|(row, _)| rows.contains(row))
        .map(|(without, offers)| {
            let pairs = offers
                .iter()
                .enumerate()
                .filter_map(|(h, offer)| offer.map(|d| (problem.households()[h].clone(), problem.dwellings()[d.index()].id.clone())));
            Witness { without, pairs: pairs.collect() }
        })
        .collect();
    Some(Conflict { rows: rows.into_iter().collect(), nodes, witnesses, steps })
}
