//! Problems with tiers: each level is an ordinary problem, made anew here, with an ordinary certificate.

use crate::certificate::{Certificate, Proof};
use crate::error::Refusal;
use crate::problem::{Problem, Quota, starts};
use crate::{TierVerdict, Verdict, judge, judge_bound, used_arcs};

/// Households of a group that are placed in an area; no group = everybody.
#[derive(Debug, Clone)]
pub(crate) struct Tier {
    pub(crate) number: u32,
    pub(crate) group: Option<u32>,
    pub(crate) area: usize,
    pub(crate) scope: String,
}

/// Names of rows and groups that levels add begin so.
const KEPT: &str = "tier:";

impl Problem {
    /// Nothing that a level adds may be there already, and everyone whom a tier counts must count for something.
    pub(crate) fn check_tiers(&self) -> Result<(), &'static str> {
        let kept = |name: &String| name.starts_with(KEPT);
        if self.tiers.is_empty() {
            return Ok(());
        } else if self.groups.names.iter().any(|name| name == "*" || kept(name)) || self.quotas.iter().any(|quota| kept(&quota.id)) {
            return Err("with tiers no group is named *, and neither group nor quota tier:...");
        }
        for group in self.tiers.iter().filter_map(|tier| tier.group) {
            let mut weights = self.members.iter().filter(|member| member.1 == group).map(|member| member.2).peekable();
            if weights.peek().is_none() {
                return Err("nobody is in the group of a tier");
            } else if weights.any(|weight| weight < 1) {
                return Err("a household counts less than 1 in the group of a tier");
            }
        }
        Ok(())
    }

    /// What the tier counts on an arc.
    fn tier_weight(&self, tier: &Tier, arc: usize) -> i64 {
        let arc = self.arcs[arc];
        if self.areas[tier.area].binary_search(&arc.dwelling).is_err() {
            return 0;
        }
        // Weights of members are 64 bits wide.
        tier.group.map_or(1, |group| self.group_weight(arc.household, group) as i64)
    }

    /// The problem of the level after the tiers that were held to `held`; of the objective after all of them.
    pub(crate) fn level(&self, held: &[i64]) -> Self {
        let mut level = self.clone();
        level.tiers.clear();
        let mut kept = vec![true; self.quotas.len()];
        if let Some(tier) = self.tiers.get(held.len()) {
            for arc in 0..self.arcs.len() {
                level.arcs[arc].score = self.tier_weight(tier, arc);
            }
            level.affinities.clear();
            for (quota, kept) in level.quotas.iter_mut().zip(&mut kept) {
                quota.min = quota.min.filter(|_| quota.below.is_none());
                quota.max = quota.max.filter(|_| quota.above.is_none());
                (quota.below, quota.above) = (None, None);
                *kept = quota.min.is_some() || quota.max.is_some();
            }
        }
        if self.tiers.iter().any(|tier| tier.group.is_none()) {
            level.groups.intern("tier:*");
        }
        // Members are hashed in the order of their groups' names.
        let rank = level.groups.sort();
        level.members.iter_mut().for_each(|member| member.1 = rank[member.1 as usize]);
        level.quotas.iter_mut().for_each(|quota| quota.group = quota.group.map(|group| rank[group as usize]));
        let everyone = level.groups.find("tier:*").map(|group| group as u32);
        if let Some(group) = everyone {
            level.members.extend((0..self.households.names.len() as u32).map(|household| (household, group, 1)));
        }
        level.members.sort_unstable();
        level.member_start = starts(self.households.names.len(), level.members.iter().map(|member| member.0));
        let ids: Vec<String> = self.quotas.iter().map(|quota| quota.id.clone()).collect();
        let mut kept = kept.into_iter();
        level.quotas.retain(|_| kept.next().unwrap_or_default());
        level.quotas.extend(self.tiers.iter().zip(held).map(|(tier, &min)| Quota {
            id: format!("{KEPT}{}", tier.number),
            scope: tier.scope.clone(),
            area: Some(tier.area),
            group: tier.group.map(|group| rank[group as usize]).or(everyone),
            min: Some(min),
            max: None,
            below: None,
            above: None,
            heaviest: 0,
            negative: false,
        }));
        level.quotas.sort_by(|a, b| a.id.cmp(&b.id));
        level.weights =
            self.weights.iter().filter_map(|&(arc, quota, weight)| Some((arc, level.quota(&ids[quota]).ok()?, weight))).collect();
        level.size_weights();
        level
    }
}

/// Judges an allocation of a problem with tiers by the certificates of its levels.
///
/// A level before the last comes without an allocation of its own: what it claims to reach is a row of the later ones, which the one
/// allocation must keep.
pub(crate) fn judge_levels<S: AsRef<str>>(
    problem: &Problem,
    allocation: &[(&S, &S)],
    certificate: &Certificate,
    levels: &[Certificate],
) -> Result<Verdict, Refusal> {
    let tiers = problem.tiers.len();
    let Some((last, before)) = levels.split_last().filter(|_| tiers > 0) else { return Err(Refusal::LevelsNotNeeded) };
    if before.len() != tiers {
        return Err(Refusal::LevelCount { tiers, levels: levels.len() });
    }
    let (mut held, mut bounds, mut leaves) = (Vec::new(), Vec::new(), 0);
    for (at, claim) in before.iter().enumerate() {
        let (reached, bound, sets) =
            judge_level(&problem.level(&held), claim).map_err(|source| Refusal::Level { level: at + 1, source: Box::new(source) })?;
        held.push(reached);
        bounds.push(bound);
        leaves += sets;
    }
    let inside = |source| Refusal::Level { level: tiers + 1, source: Box::new(source) };
    if matches!(last.proof, Proof::Infeasible { .. } | Proof::Tiers { .. }) {
        return Err(inside(Refusal::LevelKind));
    } else if (last.objective, last.bound) != (certificate.objective, certificate.bound) {
        return Err(Refusal::LevelClaim);
    } else if last.objective.is_none() {
        return Err(inside(Refusal::ObjectiveMissing));
    }
    let verdict = judge(&problem.level(&held), allocation.iter().copied(), last).map_err(inside)?;
    let arcs = used_arcs(problem, allocation.iter().copied())?;
    let mut verdicts = Vec::new();
    for (tier, &bound) in problem.tiers.iter().zip(&bounds) {
        let count = arcs.iter().map(|&arc| i128::from(problem.tier_weight(tier, arc))).sum::<i128>();
        let count = i64::try_from(count).map_err(|_| Refusal::TooLarge)?;
        verdicts.push(TierVerdict { tier: tier.number, count, bound });
    }
    Ok(Verdict { proof: "tiers", leaves: leaves + verdict.leaves, tiers: verdicts, ..verdict })
}

/// What the level of a tier reached, its bound, and the sets of prices that prove it.
fn judge_level(problem: &Problem, claim: &Certificate) -> Result<(i64, i64, usize), Refusal> {
    let actual = problem.hash();
    if claim.problem != actual {
        return Err(Refusal::ProblemDiffers { claimed: claim.problem.clone(), actual });
    }
    let reached = claim.objective.ok_or(Refusal::ObjectiveMissing)?;
    let (bound, _, leaves) = judge_bound(problem, claim)?;
    if reached > bound { Err(Refusal::BoundBelowObjective { bound, objective: reached }) } else { Ok((reached, bound, leaves)) }
}
