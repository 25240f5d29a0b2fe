//! Decisions that cover everything, with prices at the leaves.

use std::collections::BTreeSet;

use crate::certificate::{Decision, Node, Prices};
use crate::error::Refusal;
use crate::prices::{Aim, Region};
use crate::problem::Problem;

/// What the leaves are to prove.
#[derive(Debug)]
pub(crate) enum Claim {
    /// Nothing is worth more.
    Bound(i64),
    /// Nothing meets these rows.
    Conflict(BTreeSet<usize>),
}

enum Step<'n> {
    Visit(usize),
    Branch(&'n Decision, bool, usize),
    Undo { removed: usize, must: Option<usize> },
}

/// Each node but the root has one parent, which stands before it: so the list is a tree.
fn check_shape(nodes: &[Node]) -> Result<(), Refusal> {
    let mut reached = vec![false; nodes.len()];
    *reached.first_mut().ok_or(Refusal::NoNode)? = true;
    for (node, content) in nodes.iter().enumerate() {
        let children = match content {
            Node::Split { yes, no, .. } => vec![*yes, *no],
            Node::Fix { then, .. } => vec![*then],
            Node::Leaf { .. } | Node::Ray { .. } => vec![],
        };
        for child in children {
            match reached.get_mut(child) {
                None => return Err(Refusal::ChildMissing { node, child }),
                Some(_) if child <= node => return Err(Refusal::ChildBeforeParent { node, child }),
                Some(true) => return Err(Refusal::NodeTwice { node: child }),
                Some(reached) => *reached = true,
            }
        }
    }
    reached.iter().position(|reached| !reached).map_or(Ok(()), |node| Err(Refusal::NodeUnreached { node }))
}

/// Checks the tree; returns its number of leaves. O(arcs) per node.
pub(crate) fn check(problem: &Problem, nodes: &[Node], claim: &Claim) -> Result<usize, Refusal> {
    check_shape(nodes)?;
    let mut region = Region::new(problem);
    let mut removed = Vec::new();
    let mut steps = vec![Step::Visit(0)];
    let mut leaves = 0;
    while let Some(step) = steps.pop() {
        match step {
            Step::Undo { removed: keep, must } => {
                removed.drain(keep..).for_each(|arc: usize| region.alive[arc] = true);
                if let Some(household) = must {
                    region.must[household] -= 1;
                }
            }
            Step::Branch(decision, yes, node) => {
                let (household, inside) = decide(problem, decision)?;
                let before = removed.len();
                removed.extend(problem.arcs_of(household).filter(|&arc| region.alive[arc] && inside(arc) != yes));
                removed[before..].iter().for_each(|&arc| region.alive[arc] = false);
                region.must[household] += u32::from(yes);
                steps.extend([Step::Undo { removed: before, must: yes.then_some(household) }, Step::Visit(node)]);
            }
            Step::Visit(node) => {
                let in_node = |source| Refusal::Node { node, source: Box::new(source) };
                match &nodes[node] {
                    Node::Split { decision, yes, no } => {
                        steps.extend([Step::Branch(decision, false, *no), Step::Branch(decision, true, *yes)]);
                    }
                    Node::Fix { prices, then } => {
                        let useless = useless(&region, prices, claim).map_err(in_node)?;
                        for &arc in &useless {
                            region.alive[arc] = false;
                        }
                        steps.extend([Step::Undo { removed: removed.len(), must: None }, Step::Visit(*then)]);
                        removed.extend(useless);
                    }
                    Node::Leaf { prices } => check_leaf(&region, prices, claim).map_err(in_node)?,
                    Node::Ray { prices } => check_ray(&region, prices, claim).map_err(in_node)?,
                }
                leaves += usize::from(matches!(nodes[node], Node::Leaf { .. } | Node::Ray { .. }));
            }
        }
    }
    Ok(leaves)
}

/// The household, and which of its arcs lie where the answer is yes.
fn decide<'p>(problem: &'p Problem, decision: &Decision) -> Result<(usize, impl Fn(usize) -> bool + use<'p>), Refusal> {
    let Decision { household, residence, dwelling } = decision;
    let (ids, name, what) = match (residence, dwelling) {
        (Some(name), None) => (&problem.residences, name, "residence"),
        (None, Some(name)) => (&problem.dwelling_ids, name, "dwelling"),
        _ => return Err(Refusal::DecisionUnclear { household: household.clone() }),
    };
    let (at, whole) = (ids.known(what, name)?, residence.is_some());
    let household = problem.households.known("household", household)?;
    let inside = move |arc: usize| {
        let dwelling = problem.arcs[arc].dwelling as usize;
        at == if whole { problem.dwellings[dwelling].residence as usize } else { dwelling }
    };
    Ok((household, inside))
}

/// The arcs with which no allocation is worth more than the claimed bound.
fn useless(region: &Region<'_>, prices: &Prices, claim: &Claim) -> Result<Vec<usize>, Refusal> {
    let &Claim::Bound(claimed) = claim else { return Err(Refusal::NotARay) };
    let mut useless = Vec::new();
    if !region.is_void() {
        let compiled = region.compile(prices, Aim::Worth)?;
        let total = region.total(&compiled)?;
        for household in 0..region.must.len() {
            let price = region.household_price(&compiled, household)?;
            let slack = |arc| price - compiled.demand(region.problem, arc);
            useless.extend(region.arcs_of(household).filter(|&arc| (total - slack(arc)).div_euclid(compiled.scale) <= claimed.into()));
        }
    }
    Ok(useless)
}

fn check_leaf(region: &Region<'_>, prices: &Prices, claim: &Claim) -> Result<(), Refusal> {
    let &Claim::Bound(claimed) = claim else { return Err(Refusal::NotARay) };
    if region.is_void() {
        return Ok(());
    }
    let compiled = region.compile(prices, Aim::Worth)?;
    let bound = region.total(&compiled)?.div_euclid(compiled.scale);
    if bound > claimed.into() { Err(Refusal::LeafAboveBound { bound, claimed }) } else { Ok(()) }
}

fn check_ray(region: &Region<'_>, prices: &Prices, claim: &Claim) -> Result<(), Refusal> {
    if let Claim::Conflict(rows) = claim {
        let mut priced = prices.quotas.keys().chain(prices.covers.iter().map(|cover| &cover.quota));
        if let Some(quota) = priced.find(|id| region.problem.quota(id).ok().is_none_or(|at| !rows.contains(&at))) {
            return Err(Refusal::RowOutsideSet { quota: quota.clone() });
        }
    }
    if region.is_void() {
        return Ok(());
    }
    let compiled = region.compile(prices, Aim::Ray)?;
    let total = region.total(&compiled)?;
    if total >= 0 { Err(Refusal::RayNotNegative { total }) } else { Ok(()) }
}
