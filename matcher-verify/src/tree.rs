//! Decisions that cover everything, with prices at the leaves.

use crate::certificate::{Decision, Node};
use crate::error::Refusal;
use crate::prices::{Aim, Region};
use crate::problem::Problem;

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

/// Checks the tree; returns its number of leaves. Without a claimed bound every leaf must be a ray. O(arcs) per node.
pub(crate) fn check(problem: &Problem, nodes: &[Node], claimed: Option<i64>) -> Result<usize, Refusal> {
    check_shape(nodes)?;
    let mut region = Region::new(problem);
    let mut removed = Vec::new();
    let mut steps = vec![Step::Visit(0)];
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
                if let Node::Split { decision, yes, no } = &nodes[node] {
                    steps.extend([Step::Branch(decision, false, *no), Step::Branch(decision, true, *yes)]);
                    continue;
                }
                let useless =
                    judge_node(&region, &nodes[node], claimed).map_err(|source| Refusal::Node { node, source: Box::new(source) })?;
                if let Node::Fix { then, .. } = nodes[node] {
                    let before = removed.len();
                    removed.extend(useless);
                    removed[before..].iter().for_each(|&arc| region.alive[arc] = false);
                    steps.extend([Step::Undo { removed: before, must: None }, Step::Visit(then)]);
                }
            }
        }
    }
    Ok(nodes.iter().filter(|node| matches!(node, Node::Leaf { .. } | Node::Ray { .. })).count())
}

/// Checks the prices of a node; returns the arcs with which they allow nothing above the claimed bound.
fn judge_node(region: &Region<'_>, node: &Node, claimed: Option<i64>) -> Result<Vec<usize>, Refusal> {
    let (prices, aim) = match node {
        Node::Ray { prices } => (prices, Aim::Ray),
        Node::Leaf { prices } | Node::Fix { prices, .. } if claimed.is_some() => (prices, Aim::Worth),
        _ => return Err(Refusal::NotARay),
    };
    region.names(prices)?;
    // Nothing is possible here, whatever the prices are.
    if region.is_void() {
        return Ok(Vec::new());
    }
    let (compiled, total) = region.total(prices, aim)?;
    let (bound, claimed) = (total.div_euclid(compiled.scale), claimed.unwrap_or_default());
    match node {
        Node::Ray { .. } if total >= 0 => Err(Refusal::RayNotNegative { total }),
        Node::Leaf { .. } if bound > claimed.into() => Err(Refusal::LeafAboveBound { bound, claimed }),
        Node::Fix { .. } => {
            let mut useless = Vec::new();
            for household in 0..region.must.len() {
                let others = total - region.household_price(&compiled, household)?;
                let worth = |arc| (others + compiled.demand(region.problem, arc)).div_euclid(compiled.scale);
                useless.extend(region.arcs_of(household).filter(|&arc| worth(arc) <= claimed.into()));
            }
            Ok(useless)
        }
        _ => Ok(Vec::new()),
    }
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
