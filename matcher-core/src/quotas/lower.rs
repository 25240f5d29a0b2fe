//! From stated quotas to rows of the raw problem, and the whole problem with its arcs.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::eligibility::Eligibility;
use crate::error::{Error, Finding, Place as At, Report};
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ScopeIndex};
use crate::lanes::Bits;
use crate::model::{Model, Run};
use crate::policy::Policy;
use crate::problem::{Affinity, Member, PairWeight, Parts, Place, Problem, Quota, Scope};
use crate::scoring::{Scoring, Scratch};

use super::Book;
use super::filter::Profile;
use super::number::Fraction;
use super::plans::{Plan, State, Tenants, plans, weight};
use super::read::read;
use super::stated::{Measure, Quotas, StatedQuota};

/// What the rows of a problem mean.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// The quotas.
    pub quotas: Quotas,
    /// Id of each row and the position of its quota in `quotas.stated`; rows of pins (`pin:household`) have none.
    pub rows: Vec<(String, Option<usize>)>,
    /// What a person should know about the quotas.
    pub warnings: Vec<Finding>,
    /// Per dwelling of the problem, its index in the model.
    dwellings: Vec<DwellingIndex>,
}

impl Lowered {
    /// The model's index of a dwelling of the problem. (Households have the same index in both.)
    pub fn dwelling(&self, of_problem: DwellingIndex) -> Option<DwellingIndex> {
        self.dwellings.get(of_problem.index()).copied()
    }

    /// Offers of an allocation of the problem, with the model's indices.
    pub fn offers(&self, of_problem: &[Option<DwellingIndex>]) -> Vec<Option<DwellingIndex>> {
        of_problem.iter().map(|offer| offer.and_then(|d| self.dwelling(d))).collect()
    }

    /// The quota that a row belongs to.
    pub fn quota_of(&self, row: &str) -> Option<&StatedQuota> {
        let position = self.rows.iter().find(|(id, _)| id == row)?.1?;
        self.quotas.stated.get(position)
    }
}

/// The problem of a model under a policy: eligible pairs with their scores, quota rows, pins, affinities.
///
/// # Errors
/// [`Error::Input`] with every fault of quotas and pins; [`Error::ScoreOverflow`].
///
/// # Complexity
/// O(households x dwellings x (rules + criteria)), in parallel over households; the result does not depend on the threads.
pub fn problem(
    model: &Model,
    policy: &Policy,
    book: Book<'_>,
    eligibility: &Eligibility<'_>,
    scoring: &Scoring<'_>,
) -> Result<(Problem, Lowered), Error> {
    let mut report = Report::default();
    let quotas = read(model, policy, book, &mut report);
    let arcs = arcs(model, eligibility, scoring);
    let mut parts = Parts {
        households: model.households.id.clone(),
        dwellings: places(model),
        residences: model.residences.iter().map(|r| r.id.clone()).collect(),
        ..Parts::default()
    };
    if policy.affinities {
        // A household without an eligible pair earns nothing; the raw problem names only households that have one.
        let eligible = |household: HouseholdIndex| arcs.binary_search_by_key(&household, |arc| arc.0).is_ok();
        let pairs = model.affinities.iter().filter(|&&(a, b, _)| eligible(a) && eligible(b));
        parts.affinities = pairs.map(|&(a, b, points)| Affinity { a, b, points }).collect();
    }
    let rows = Rows::new(model, &arcs).lower(&quotas.stated, &mut parts, &mut report);
    let mut lowered = Lowered { quotas, rows, warnings: Vec::new(), dwellings: in_id_order(model) };
    pins(model, policy, eligibility, &arcs, &mut parts, &mut lowered, &mut report);
    parts.arcs = arcs;
    lowered.warnings.clone_from(&report.warnings);
    report.into_result(())?;
    Ok((Problem::new(parts)?, lowered))
}

fn places(model: &Model) -> Vec<Place> {
    let all = model.dwellings.id.iter().zip(&model.dwellings.residence);
    all.map(|(id, &residence)| Place { id: id.clone(), residence, capacity: 1 }).collect()
}

/// The order in which the problem keeps its dwellings.
fn in_id_order(model: &Model) -> Vec<DwellingIndex> {
    let mut order: Vec<DwellingIndex> = (0..model.dwellings.len()).map(DwellingIndex::new).collect();
    order.sort_by_key(|d| model.dwellings.id.get(d.index()));
    order
}

/// Every eligible pair with its score, by household. Only stretches with an open dwelling are scored.
fn arcs(model: &Model, eligibility: &Eligibility<'_>, scoring: &Scoring<'_>) -> Vec<(HouseholdIndex, DwellingIndex, i64)> {
    let of_household = |(open, scores, scratch): &mut (Bits, Vec<i64>, Scratch), h: usize| {
        let household = HouseholdIndex::new(h);
        eligibility.candidates(model, household, open);
        let mut arcs = Vec::with_capacity(open.count());
        for run in open.runs() {
            scores.resize(run.len(), 0);
            scoring.score(household, run, scratch, scores);
            let first = run.range().start;
            let score = |d: usize| scores.get(d - first).copied().unwrap_or_default();
            arcs.extend(open.iter_in(run).map(|d| (household, DwellingIndex::new(d), score(d))));
        }
        arcs
    };
    let lists: Vec<Vec<_>> = (0..model.households.len()).into_par_iter().map_init(Default::default, of_household).collect();
    lists.concat()
}

/// Each pin as a hard row with the one pair in it. A pin does not lift a rule: a pair that the rules refuse is a fault.
fn pins(
    model: &Model,
    policy: &Policy,
    eligibility: &Eligibility<'_>,
    arcs: &[(HouseholdIndex, DwellingIndex, i64)],
    parts: &mut Parts,
    lowered: &mut Lowered,
    report: &mut Report,
) {
    for pin in &policy.pins {
        let place = At::file("policy.toml").column("pins");
        let household = model.households.id.iter().position(|id| *id == pin.household).map(HouseholdIndex::new);
        let dwelling = model.dwellings.id.iter().position(|id| *id == pin.dwelling).map(DwellingIndex::new);
        let (Some(household), Some(dwelling)) = (household, dwelling) else {
            let cause =
                format!("pin of household {} to dwelling {}: one of them does not take part in this run", pin.household, pin.dwelling);
            report.error("E1011", place, cause, "correct the ids, or remove the pin");
            continue;
        };
        if !arcs.iter().any(|arc| (arc.0, arc.1) == (household, dwelling)) {
            let reasons = eligibility.reasons(household, Run::one(dwelling));
            let rules: Vec<_> = reasons.iter().map(|(_, violation)| violation.rule).collect();
            report.error(
                "E1554",
                place,
                format!("pin of household {} to dwelling {}: refused by {}", pin.household, pin.dwelling, rules.join(", ")),
                "remove the pin, or change what the rules look at: a pin lifts no rule",
            );
            continue;
        }
        let quota = QuotaIndex::new(parts.quotas.len());
        parts.weights.push(PairWeight { quota, household, dwelling, weight: 1 });
        let id = format!("pin:{}", pin.household);
        lowered.rows.push((id.clone(), None));
        parts.quotas.push(Quota { id, scope: None, group: None, min: Some(1), max: None, penalty_below: None, penalty_above: None });
    }
}

/// Makes rows, and shares groups and scopes between them.
struct Rows<'m> {
    model: &'m Model,
    arcs: &'m [(HouseholdIndex, DwellingIndex, i64)],
    /// Where each household's arcs begin.
    starts: Vec<usize>,
    groups: BTreeMap<String, GroupIndex>,
    scopes: BTreeMap<String, ScopeIndex>,
}

impl<'m> Rows<'m> {
    fn new(model: &'m Model, arcs: &'m [(HouseholdIndex, DwellingIndex, i64)]) -> Self {
        let starts = (0..=model.households.len()).map(|h| arcs.partition_point(|arc| arc.0.index() < h)).collect();
        Self { model, arcs, starts, groups: BTreeMap::new(), scopes: BTreeMap::new() }
    }

    fn of(&self, household: usize) -> &'m [(HouseholdIndex, DwellingIndex, i64)] {
        let (from, to) = (self.starts.get(household).copied().unwrap_or(0), self.starts.get(household + 1).copied().unwrap_or(0));
        self.arcs.get(from..to).unwrap_or_default()
    }

    fn lower(mut self, quotas: &[StatedQuota], parts: &mut Parts, report: &mut Report) -> Vec<(String, Option<usize>)> {
        let (mut rows, tenants) = (Vec::new(), Tenants::new(self.model));
        for (position, quota) in quotas.iter().enumerate() {
            let state = State::of(self.model, &tenants, quota);
            if !state.can_change(quota) {
                continue;
            }
            // Once for a row that stands for many quotas: they share its group.
            let first = quotas.get(..position).is_some_and(|before| before.iter().all(|other| other.text.id != quota.text.id));
            if first && state.leaving.is_empty() && self.counts_nobody(quota) {
                report.warning(
                    "E1567",
                    quota.origin.place("group"),
                    format!("quota {}: no household that applies is in its group", quota.id),
                    "check the group; a hard minimum above what counts already cannot be met",
                );
            }
            for plan in plans(quota, &state, report) {
                let scope = self.scope(quota, parts);
                let group = scope.is_some().then(|| self.group(quota, plan.share, parts));
                let row = QuotaIndex::new(parts.quotas.len());
                for &(household, count) in &state.leaving {
                    let arcs = self.of(household.index());
                    parts.weights.extend(arcs.iter().map(|arc| PairWeight { quota: row, household, dwelling: arc.1, weight: -count }));
                }
                let Plan { id, min, max, below, above, .. } = plan;
                rows.push((id.clone(), Some(position)));
                parts.quotas.push(Quota { id, scope, group, min, max, penalty_below: below, penalty_above: above });
            }
        }
        rows
    }

    fn counts_nobody(&self, quota: &StatedQuota) -> bool {
        let mut applicants = (0..self.model.households.len()).filter_map(|h| Profile::applicant(self.model, h));
        !applicants.any(|profile| quota.count(&profile) > 0)
    }

    /// Everywhere, one residence, or a named set; `None` where nothing of the scope is to be allocated.
    fn scope(&mut self, quota: &StatedQuota, parts: &mut Parts) -> Option<Scope> {
        let mut vacant: Vec<_> = quota.scope.iter().filter_map(|&at| self.model.park.get(at)?.vacancy).collect();
        vacant.sort_unstable();
        let first = *vacant.first()?;
        if vacant.len() == self.model.dwellings.len() {
            return Some(Scope::Everywhere);
        }
        let residence = *self.model.dwellings.residence.get(first.index())?;
        let run = self.model.residences.get(residence.index())?.run;
        if run.range().eq(vacant.iter().map(|d| d.index())) {
            return Some(Scope::Residence(residence));
        }
        let mut name = quota.scope_text();
        while parts.residences.contains(&name) || name == "*" {
            name.insert_str(0, "scope ");
        }
        let next = ScopeIndex::new(parts.scopes.len());
        let scope = *self.scopes.entry(name).or_insert_with_key(|name| {
            parts.scopes.push(name.clone());
            parts.scope_dwellings.extend(vacant.iter().map(|&d| (d, next)));
            next
        });
        Some(Scope::Named(scope))
    }

    /// The group of a quota with its members' weights; households without an arc are left out, they can count nowhere.
    fn group(&mut self, quota: &StatedQuota, share: Option<Fraction>, parts: &mut Parts) -> GroupIndex {
        let mut name = quota.group_text();
        if quota.measure == Measure::Persons {
            name.insert_str(0, "persons: ");
        }
        if let Some(share) = share {
            name = format!("{name} less {}/{}", share.numerator, share.denominator);
        }
        if let Some(&group) = self.groups.get(&name) {
            return group;
        }
        let group = GroupIndex::new(parts.groups.len());
        parts.groups.push(name.clone());
        self.groups.insert(name, group);
        for h in (0..self.model.households.len()).filter(|&h| !self.of(h).is_empty()) {
            let Some(profile) = Profile::applicant(self.model, h) else { continue };
            let weight = weight(quota.count(&profile), quota.size(&profile), share);
            if weight != 0 {
                parts.members.push(Member { household: HouseholdIndex::new(h), group, weight });
            }
        }
        group
    }
}
