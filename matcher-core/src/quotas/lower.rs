//! From stated quotas to rows of the raw problem, and the whole problem with its arcs.

use std::collections::{BTreeMap, BTreeSet};

use crate::eligibility::Eligibility;
use crate::error::{Error, Finding, Place as At, Report};
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ScopeIndex};
use crate::model::{Model, Run};
use crate::policy::Policy;
use crate::problem::{Affinity, Member, PairWeight, Parts, Place, Problem, Quota, Scope};
use crate::scoring::Scoring;

use super::Book;
use super::filter::Profile;
use super::number::Fraction;
use super::pairs::{Eligible, Pairs};
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
    /// What households that move weigh in rows of the home they leave, wherever they go: household, position of the row in `rows`
    /// and weight, which is listed on every pair of the household.
    pub(crate) everywhere: Vec<Everywhere>,
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
    problem_until(model, policy, book, Eligible { model, eligibility, scoring }, &|| false)
}

/// The same, until `stop` says so.
///
/// # Errors
/// As [`problem`]; [`Error::Stopped`].
pub(crate) fn problem_until(
    model: &Model,
    policy: &Policy,
    book: Book<'_>,
    eligible: Eligible<'_, '_>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<(Problem, Lowered), Error> {
    let pairs = eligible.all(stop).ok_or(Error::Stopped)?;
    let reach: Vec<bool> = model.households.all().map(|household| pairs.of(household).len() > 0).collect();
    Draft::new(model, policy, book, eligible.eligibility, &reach)?.into_problem_until(pairs, stop)
}

/// A problem but for its pairs.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    parts: Parts,
    lowered: Lowered,
}

impl Draft {
    /// Quota rows, pins and affinities. `reach` says of each household whether it has an eligible pair.
    ///
    /// # Errors
    /// [`Error::Input`] with every fault of quotas and pins.
    pub(crate) fn new(
        model: &Model,
        policy: &Policy,
        book: Book<'_>,
        eligibility: &Eligibility<'_>,
        reach: &[bool],
    ) -> Result<Self, Error> {
        let mut report = Report::default();
        let quotas = read(model, policy, book, &mut report);
        let mut parts = Parts {
            households: model.households.id.clone(),
            dwellings: places(model),
            residences: model.residences.iter().map(|r| r.id.clone()).collect(),
            ..Parts::default()
        };
        if policy.affinities {
            // A household without an eligible pair earns nothing; the raw problem names only households that have one.
            let eligible = |household: HouseholdIndex| reach.get(household.index()).copied().unwrap_or(false);
            let pairs = model.affinities.iter().filter(|&&(a, b, _)| eligible(a) && eligible(b));
            parts.affinities = pairs.map(|&(a, b, points)| Affinity { a, b, points }).collect();
        }
        let (rows, everywhere) = Rows::new(model, reach).lower(&quotas.stated, &mut parts, &mut report);
        let mut lowered = Lowered { quotas, rows, everywhere, warnings: Vec::new(), dwellings: in_id_order(model) };
        pins(model, policy, eligibility, &mut parts, &mut lowered, &mut report);
        lowered.warnings.clone_from(&report.warnings);
        report.into_result(Self { parts, lowered })
    }

    /// The problem with these pairs, the pinned ones among them.
    ///
    /// # Errors
    /// [`Error::Input`] where a pinned pair is not among them; [`Error::ScoreOverflow`].
    pub(crate) fn into_problem(self, pairs: Pairs) -> Result<(Problem, Lowered), Error> {
        self.into_problem_until(pairs, &|| false)
    }

    /// The same, until `stop` says so.
    ///
    /// # Errors
    /// As [`Self::into_problem`]; [`Error::Stopped`].
    fn into_problem_until(self, pairs: Pairs, stop: &(dyn Fn() -> bool + Sync)) -> Result<(Problem, Lowered), Error> {
        let Self { mut parts, lowered } = self;
        for &(household, quota, weight) in &lowered.everywhere {
            parts.weights.extend(pairs.of(household).map(|(dwelling, _)| PairWeight { quota, household, dwelling, weight }));
        }
        Ok((Problem::by_household(parts, &pairs.start, pairs.dwelling, pairs.score, stop)?, lowered))
    }

    /// Pairs that are decided beforehand.
    pub(crate) fn pinned(&self) -> impl Iterator<Item = (HouseholdIndex, DwellingIndex)> + '_ {
        // Until its pairs are there a draft lists no weights but those of pins.
        self.parts.weights.iter().map(|weight| (weight.household, weight.dwelling))
    }

    /// The rows, and the groups that they measure.
    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }
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

/// Each pin as a hard row with the one pair in it. A pin does not lift a rule: a pair that the rules refuse is a fault.
fn pins(model: &Model, policy: &Policy, eligibility: &Eligibility<'_>, parts: &mut Parts, lowered: &mut Lowered, report: &mut Report) {
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
        let reasons = eligibility.reasons(household, Run::one(dwelling));
        if !reasons.is_empty() {
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

/// What a household weighs in a row wherever it goes.
pub(crate) type Everywhere = (HouseholdIndex, QuotaIndex, i64);

/// Id of each row and the position of its quota.
type LoweredRows = Vec<(String, Option<usize>)>;

/// Makes rows, and shares groups and scopes between them.
struct Rows<'m> {
    model: &'m Model,
    /// Per household whether it has an eligible pair.
    reach: &'m [bool],
    groups: BTreeMap<String, GroupIndex>,
    scopes: BTreeMap<String, ScopeIndex>,
}

impl<'m> Rows<'m> {
    fn new(model: &'m Model, reach: &'m [bool]) -> Self {
        Self { model, reach, groups: BTreeMap::new(), scopes: BTreeMap::new() }
    }

    fn lower(mut self, quotas: &[StatedQuota], parts: &mut Parts, report: &mut Report) -> (LoweredRows, Vec<Everywhere>) {
        let (mut rows, mut everywhere, tenants) = (Vec::new(), Vec::new(), Tenants::new(self.model));
        let mut seen = BTreeSet::new();
        for (position, quota) in quotas.iter().enumerate() {
            // Once for a row that stands for many quotas: they share its group.
            let first = seen.insert(quota.text.id.as_str());
            let state = State::of(self.model, &tenants, quota);
            if !state.can_change(quota) {
                continue;
            }
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
                everywhere.extend(state.leaving.iter().map(|&(household, count)| (household, row, -count)));
                let Plan { id, min, max, below, above, .. } = plan;
                rows.push((id.clone(), Some(position)));
                parts.quotas.push(Quota { id, scope, group, min, max, penalty_below: below, penalty_above: above });
            }
        }
        (rows, everywhere)
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
        for (h, _) in self.reach.iter().enumerate().filter(|(_, reach)| **reach) {
            let Some(profile) = Profile::applicant(self.model, h) else { continue };
            let weight = weight(quota.count(&profile), quota.size(&profile), share);
            if weight != 0 {
                parts.members.push(Member { household: HouseholdIndex::new(h), group, weight });
            }
        }
        group
    }
}
