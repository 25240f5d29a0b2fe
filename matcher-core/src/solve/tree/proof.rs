//! The growing proof, and its form in the certificate.

use std::collections::BTreeMap;

use crate::allocation::{AffinityShare, Cover, Decision, Node, Prices, QuotaPrice};
use crate::ids::QuotaIndex;

use super::bonds::Shares;
use super::exact::{Domain, Exact, Whole};
use super::model::{Answer, Question};

/// Price of what must not be used: above every sum of a checked problem on any scale in use.
const PROHIBITIVE: i64 = 1 << 61;

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

/// The shares in the certificate's words.
fn affinity(exact: &Exact<'_>, share: Shares) -> AffinityShare {
    let problem = exact.problem;
    let bond = exact.bonds.list[share.bond as usize];
    let pair = problem.affinities()[bond.pair as usize];
    AffinityShare {
        household_a: problem.households()[pair.a.index()].clone(),
        household_b: problem.households()[pair.b.index()].clone(),
        residence: problem.residences()[bond.residence as usize].clone(),
        share_a: share.a,
        share_b: share.b,
    }
}

/// The prices in the certificate's words.
fn prices(exact: &Exact<'_>, whole: &Whole, alive: &dyn Fn(u32, QuotaIndex) -> bool) -> Prices {
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
        affinities: whole.shares.iter().map(|share| affinity(exact, *share)).collect(),
        covers: whole
            .covers
            .iter()
            .map(|&(c, price)| (&exact.covers[c as usize], price))
            .chain(exact.heavy.iter().filter(|_| whole.heavy).map(|cover| (cover, PROHIBITIVE)))
            .map(|(cover, price)| {
                // Members without an arc that the row can still count are of no use to the proof.
                let members: Vec<(u32, i64)> = cover.members.iter().copied().filter(|m| alive(m.0, cover.quota)).collect();
                let plain = members.iter().all(|m| m.1 == 1) && cover.at_most == members.len() as i64 - 1;
                Cover {
                    quota: problem.quotas()[cover.quota.index()].id.clone(),
                    households: members.iter().map(|&(h, _)| problem.households()[h as usize].clone()).collect(),
                    times: if members.iter().all(|m| m.1 == 1) { Vec::new() } else { members.iter().map(|m| m.1).collect() },
                    at_most: (!plain).then_some(cover.at_most),
                    price,
                }
            })
            .collect(),
    }
}

/// The tree in the certificate's form, depth first from the root; open places become leaves. `domain`: what fixing at the root
/// has left, at least.
pub(super) fn nodes(exact: &Exact<'_>, knots: &[Knot], domain: &Domain) -> Vec<Node> {
    let problem = exact.problem;
    let root_fixes = matches!(knots.first(), Some(Knot::Fix(..)));
    let all = |_: u32, _: QuotaIndex| true;
    let left = |h: u32, quota: QuotaIndex| domain.alive[h as usize].iter().any(|&at| exact.counts(at as usize, quota));
    let mut nodes: Vec<Node> = Vec::new();
    // (place, position of the parent's node, which of its links)
    let mut stack = vec![(0usize, None::<(usize, bool)>)];
    while let Some((at, parent)) = stack.pop() {
        let Some(knot) = knots.get(at) else { continue };
        let here = nodes.len();
        let alive: &dyn Fn(u32, QuotaIndex) -> bool = if root_fixes && at != 0 { &left } else { &all };
        if let Some((above, first)) = parent {
            match nodes.get_mut(above) {
                Some(Node::Split { yes, no, .. }) => *(if first { yes } else { no }) = here,
                Some(Node::Fix { then, .. }) => *then = here,
                _ => {}
            }
        }
        nodes.push(match knot {
            Knot::Open(whole) | Knot::Leaf(whole) => Node::Leaf { prices: prices(exact, whole, alive) },
            Knot::Ray(whole) => Node::Ray { prices: prices(exact, whole, alive) },
            Knot::Fix(whole, then) => {
                stack.push((*then, Some((here, true))));
                Node::Fix { prices: prices(exact, whole, alive), then: 0 }
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
