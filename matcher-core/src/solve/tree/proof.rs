//! The growing proof, and its form in the certificate.

use std::collections::BTreeMap;

use crate::allocation::{Cover, Decision, Node, Prices, QuotaPrice};

use super::exact::{Exact, Whole};
use super::model::{Answer, Question};

/// One place of the growing tree.
#[derive(Debug, Clone)]
pub(super) enum Knot {
    /// Not closed: these prices hold here.
    Open(Whole),
    /// A question; positions where the answer is yes and no.
    Split { household: u32, question: Question, yes: usize, no: usize },
    /// Useless arcs are dropped below.
    Fix(Whole, usize),
    /// Nothing here beats the target.
    Leaf(Whole),
    /// Nothing here meets the hard rows.
    Ray(Whole),
}

/// The prices in the certificate's words.
pub(super) fn prices(exact: &Exact<'_>, whole: &Whole) -> Prices {
    let problem = exact.problem;
    Prices {
        scale: exact.scale,
        households: None,
        dwellings: whole.dwellings.iter().map(|&(d, price)| (problem.dwellings()[d as usize].id.clone(), price)).collect(),
        quotas: whole
            .quotas
            .iter()
            .map(|&(q, price)| (problem.quotas()[q as usize].id.clone(), QuotaPrice { max: price.max(0), min: (-price).max(0) }))
            .collect::<BTreeMap<_, _>>(),
        affinities: Vec::new(),
        covers: whole
            .covers
            .iter()
            .map(|&(c, price)| {
                let cover = &exact.covers[c as usize];
                Cover {
                    quota: problem.quotas()[cover.quota.index()].id.clone(),
                    households: cover.households.iter().map(|&h| problem.households()[h as usize].clone()).collect(),
                    price,
                }
            })
            .collect(),
    }
}

/// The tree in the certificate's form, depth first from the root; open places become leaves.
pub(super) fn nodes(exact: &Exact<'_>, knots: &[Knot]) -> Vec<Node> {
    let problem = exact.problem;
    let mut nodes: Vec<Node> = Vec::new();
    // (place, position of the parent's node, which of its links)
    let mut stack = vec![(0usize, None::<(usize, bool)>)];
    while let Some((at, parent)) = stack.pop() {
        let Some(knot) = knots.get(at) else { continue };
        let here = nodes.len();
        if let Some((above, first)) = parent {
            match nodes.get_mut(above) {
                Some(Node::Split { yes, no, .. }) => *(if first { yes } else { no }) = here,
                Some(Node::Fix { then, .. }) => *then = here,
                _ => {}
            }
        }
        nodes.push(match knot {
            Knot::Open(whole) | Knot::Leaf(whole) => Node::Leaf { prices: prices(exact, whole) },
            Knot::Ray(whole) => Node::Ray { prices: prices(exact, whole) },
            Knot::Fix(whole, then) => {
                stack.push((*then, Some((here, true))));
                Node::Fix { prices: prices(exact, whole), then: 0 }
            }
            Knot::Split { household, question, yes, no } => {
                stack.push((*no, Some((here, false))));
                stack.push((*yes, Some((here, true))));
                let household = problem.households()[*household as usize].clone();
                let decision = match *question {
                    Question::Residence(r) => Decision::Residence { household, residence: problem.residences()[r as usize].clone() },
                    Question::Dwelling(d) => Decision::Dwelling { household, dwelling: problem.dwellings()[d as usize].id.clone() },
                };
                Node::Split { decision, yes: 0, no: 0 }
            }
        });
    }
    nodes
}

/// The knot of an answered question, given the places of its two sides.
pub(super) fn split(answer: Answer, answered: usize, other: usize) -> Knot {
    let (yes, no) = if answer.yes { (answered, other) } else { (other, answered) };
    Knot::Split { household: answer.household, question: answer.question, yes, no }
}
