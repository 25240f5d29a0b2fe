//! The independent judge: is this allocation what it claims to be, and does its certificate prove that no other is worth more?
//!
//! Written from docs/formats.md: integers only, its own parser, nothing shared with the solver it judges. It does not check
//! that arcs and scores follow from a provider's tables.
//!
//! What has to be trusted is short: this file, `prices`, `tree` and `tiers`, about 600 lines of code together. `problem` and
//! `files` read, `certificate` is the JSON form, `error` the reasons.

mod certificate;
mod error;
mod files;
mod prices;
mod problem;
mod tiers;
mod tree;

use std::collections::BTreeSet;

pub use certificate::{AffinityShare, Certificate, Cover, Decision, Node, Prices, Proof, QuotaPrice, Witness};
pub use error::{Error, InputError, Refusal};
pub use files::judge_dirs;
pub use problem::Problem;

/// What an allocation is worth, in points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// Suitability - penalties + affinity points.
    pub objective: i64,
    /// Sum of the scores.
    pub suitability: i64,
    /// What missed priced bounds cost, >= 0.
    pub penalties: i64,
    /// Earned by pairs in one residence.
    pub affinity_points: i64,
}

/// What a tier counts in the allocation, and what it can count at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierVerdict {
    /// Its number.
    pub tier: u32,
    /// Its count.
    pub count: i64,
    /// No allocation that gives the earlier tiers what they are held to counts more.
    pub bound: i64,
}

/// What an accepted certificate proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Worth of the allocation; none where there is none.
    pub value: Option<Value>,
    /// No allocation is worth more; none where there is none at all.
    pub bound: Option<i64>,
    /// Kind of the certificate.
    pub proof: &'static str,
    /// Sets of prices that prove it.
    pub leaves: usize,
    /// The tiers, first one first; none where the problem has none.
    pub tiers: Vec<TierVerdict>,
}

/// Recomputes what the allocation is worth.
///
/// # Errors
/// [`Refusal`] where it offers what cannot be offered or breaks a hard bound.
pub fn value<'a, S: AsRef<str> + 'a>(problem: &Problem, allocation: impl IntoIterator<Item = (&'a S, &'a S)>) -> Result<Value, Refusal> {
    let arcs = used_arcs(problem, allocation)?;
    let penalties = penalties(problem, &arcs, |_| true)?;
    let suitability = arcs.iter().map(|&arc| i128::from(problem.arcs[arc].score)).sum::<i128>();
    let mut home = vec![None; problem.households.names.len()];
    for &arc in &arcs {
        home[problem.arcs[arc].household as usize] = Some(problem.dwellings[problem.arcs[arc].dwelling as usize].residence);
    }
    let together =
        problem.affinities.iter().filter(|pair| home[pair.0 as usize].is_some() && home[pair.0 as usize] == home[pair.1 as usize]);
    let affinity_points = together.map(|pair| i128::from(pair.2)).sum::<i128>();
    let small = |number: i128| i64::try_from(number).map_err(|_| Refusal::TooLarge);
    Ok(Value {
        objective: small(suitability.checked_sub(penalties).and_then(|rest| rest.checked_add(affinity_points)).ok_or(Refusal::TooLarge)?)?,
        suitability: small(suitability)?,
        penalties: small(penalties)?,
        affinity_points: small(affinity_points)?,
    })
}

/// Judges an allocation (household to dwelling) and its certificate. O(arcs) per set of prices.
///
/// # Errors
/// The first [`Refusal`] found.
pub fn judge<'a, S: AsRef<str> + 'a>(
    problem: &Problem,
    allocation: impl IntoIterator<Item = (&'a S, &'a S)>,
    certificate: &Certificate,
) -> Result<Verdict, Refusal> {
    let mut allocation = allocation.into_iter().peekable();
    let actual = problem.hash();
    if certificate.problem != actual {
        return Err(Refusal::ProblemDiffers { claimed: certificate.problem.clone(), actual });
    }
    if let Proof::Infeasible { rows, nodes, witnesses } = &certificate.proof {
        if certificate.objective.is_some() || certificate.bound.is_some() || allocation.peek().is_some() {
            return Err(Refusal::InfeasibleWithClaim);
        }
        let leaves = judge_conflict(problem, rows, nodes, witnesses)?;
        return Ok(Verdict { value: None, bound: None, proof: "infeasible", leaves, tiers: Vec::new() });
    }
    if let Proof::Tiers { levels } = &certificate.proof {
        return tiers::judge_levels(problem, &allocation.collect::<Vec<_>>(), certificate, levels);
    } else if !problem.tiers.is_empty() {
        return Err(Refusal::LevelsMissing { tiers: problem.tiers.len() });
    }
    let value = match certificate.objective {
        None if allocation.peek().is_some() => return Err(Refusal::ObjectiveMissing),
        None => None,
        Some(claimed) => match value(problem, allocation)? {
            Value { objective: actual, .. } if actual != claimed => return Err(Refusal::ObjectiveDiffers { claimed, actual }),
            value => Some(value),
        },
    };
    let (claimed, proof, leaves) = judge_bound(problem, certificate)?;
    // A proof that holds cannot come here with less: this looks at the judge's own work.
    match value {
        Some(Value { objective, .. }) if objective > claimed => Err(Refusal::BoundBelowObjective { bound: claimed, objective }),
        _ => Ok(Verdict { value, bound: Some(claimed), proof, leaves, tiers: Vec::new() }),
    }
}

/// The claimed bound, if prices or a tree prove it, with the kind of proof and its sets of prices.
fn judge_bound(problem: &Problem, certificate: &Certificate) -> Result<(i64, &'static str, usize), Refusal> {
    let claimed = certificate.bound.ok_or(Refusal::BoundMissing)?;
    let (proof, leaves) = match &certificate.proof {
        Proof::Prices(prices) => {
            let all = Prices { households: Some(prices.households.clone().unwrap_or_default()), ..prices.clone() };
            let (compiled, total) = prices::Region::new(problem).total(&all, prices::Aim::Worth)?;
            let actual = total.div_euclid(compiled.scale);
            if actual != claimed.into() {
                return Err(Refusal::BoundDiffers { claimed, actual });
            }
            ("prices", 1)
        }
        Proof::Tree { nodes } => ("tree", tree::check(problem, nodes, Some(claimed))?),
        Proof::Infeasible { .. } | Proof::Tiers { .. } => return Err(Refusal::LevelKind),
    };
    Ok((claimed, proof, leaves))
}

/// The rows conflict, and any one of them left out they do not.
fn judge_conflict(problem: &Problem, rows: &[String], nodes: &[Node], witnesses: &[Witness]) -> Result<usize, Refusal> {
    let mut set = BTreeSet::new();
    for quota in rows {
        let at = problem.quota(quota)?;
        let row = &problem.quotas[at];
        if (row.min.is_none() || row.below.is_some()) && (row.max.is_none() || row.above.is_some()) {
            return Err(Refusal::RowNotHard { quota: quota.clone() });
        } else if !set.insert(at) {
            return Err(Refusal::RowTwice { quota: quota.clone() });
        }
    }
    let mut missing = set.clone();
    for Witness { without, pairs } in witnesses {
        let at = problem.quota(without)?;
        if !missing.remove(&at) {
            return Err(Refusal::WitnessNotNeeded { quota: without.clone() });
        }
        let pairs = pairs.iter().map(|(household, dwelling)| (household, dwelling));
        let kept = |row: usize| row != at && set.contains(&row);
        let holds = used_arcs(problem, pairs).and_then(|arcs| penalties(problem, &arcs, kept));
        holds.map_err(|source| Refusal::WitnessWrong { without: without.clone(), source: Box::new(source) })?;
    }
    if let Some(&at) = missing.first() {
        return Err(Refusal::WitnessMissing { quota: problem.quotas[at].id.clone() });
    }
    for (node, content) in nodes.iter().enumerate() {
        let Node::Ray { prices } = content else { continue };
        let mut priced = prices.quotas.keys().chain(prices.covers.iter().map(|cover| &cover.quota));
        if let Some(quota) = priced.find(|id| !rows.contains(id)) {
            return Err(Refusal::Node { node, source: Box::new(Refusal::RowOutsideSet { quota: quota.clone() }) });
        }
    }
    tree::check(problem, nodes, None)
}

/// The arcs of an allocation, sorted; one per household and no dwelling over its capacity.
fn used_arcs<'a, S: AsRef<str> + 'a>(problem: &Problem, pairs: impl IntoIterator<Item = (&'a S, &'a S)>) -> Result<Vec<usize>, Refusal> {
    let (mut arcs, mut held) = (Vec::new(), vec![0u32; problem.dwellings.len()]);
    let mut seen = vec![false; problem.households.names.len()];
    for (household, dwelling) in pairs {
        let (h, d) = (problem.households.find(household.as_ref()), problem.dwelling_ids.find(dwelling.as_ref()));
        let (household, dwelling) = (household.as_ref().to_owned(), dwelling.as_ref().to_owned());
        let Some((h, d, arc)) = h.zip(d).and_then(|(h, d)| Some((h, d, problem.arc(h, d)?))) else {
            return Err(Refusal::NotAnArc { household, dwelling });
        };
        if std::mem::replace(&mut seen[h], true) {
            return Err(Refusal::HouseholdTwice { household });
        }
        arcs.push(arc);
        held[d] += 1;
        if held[d] > problem.dwellings[d].capacity {
            return Err(Refusal::CapacityExceeded { dwelling, capacity: problem.dwellings[d].capacity, held: held[d] });
        }
    }
    arcs.sort_unstable();
    Ok(arcs)
}

/// What the rows that `asked` names cost.
fn penalties(problem: &Problem, arcs: &[usize], asked: impl Fn(usize) -> bool) -> Result<i128, Refusal> {
    let mut living = vec![Vec::new(); problem.dwellings.len()];
    let mut counts = vec![0i128; problem.quotas.len()];
    for &arc in arcs {
        living[problem.arcs[arc].dwelling as usize].push(problem.arcs[arc].household);
        problem.weights_of(arc).for_each(|(quota, weight)| counts[quota] += weight);
    }
    let mut penalties = 0i128;
    for (at, quota) in problem.quotas.iter().enumerate().filter(|(at, _)| asked(*at)) {
        let mut count = counts[at];
        if let (Some(area), Some(group)) = (quota.area, quota.group) {
            let households = problem.areas[area].iter().flat_map(|&dwelling| &living[dwelling as usize]);
            count += households.map(|&household| problem.group_weight(household, group)).sum::<i128>();
        }
        let over = quota.max.map_or(0, |max| count - i128::from(max)).max(0);
        let under = quota.min.map_or(0, |min| i128::from(min) - count).max(0);
        for (missed, penalty) in [(over, quota.above), (under, quota.below)] {
            let cost = match (penalty, quota.max, quota.min) {
                _ if missed == 0 => 0,
                (Some(penalty), ..) => missed.checked_mul(penalty.into()).ok_or(Refusal::TooLarge)?,
                (None, Some(max), _) if over > 0 => return Err(Refusal::AboveMaximum { quota: quota.id.clone(), count, max }),
                (None, _, min) => return Err(Refusal::BelowMinimum { quota: quota.id.clone(), count, min: min.unwrap_or_default() }),
            };
            penalties = penalties.checked_add(cost).ok_or(Refusal::TooLarge)?;
        }
    }
    Ok(penalties)
}

#[cfg(test)]
mod tests;
