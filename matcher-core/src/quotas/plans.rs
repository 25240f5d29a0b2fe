//! The rows of one quota, with what counts already subtracted; the module's text says by which rules.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::{Model, Resident};

use super::filter::Profile;
use super::number::Fraction;
use super::stated::{Basis, Bounds, Measure, StatedQuota};

/// Rows that a convex target has at most; its price per unit grows up to this distance.
pub const MOST_STEPS: i64 = 16;

/// A row before it stands in the problem: weights are the quota's counts, or D x count - N x size for the share N/D.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) id: String,
    pub(super) share: Option<Fraction>,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) below: Option<i64>,
    pub(super) above: Option<i64>,
}

/// What a household weighs that counts `count` in the group and `size` among all.
pub(super) fn weight(count: i64, size: i64, share: Option<Fraction>) -> i64 {
    let Some(share) = share else { return count };
    let weight = share.denominator * i128::from(count) - share.numerator * i128::from(size);
    i64::try_from(weight).unwrap_or(if weight < 0 { i64::MIN } else { i64::MAX })
}

/// What counts in a quota before the run, and who could leave.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Counted already: stock or ledger.
    pub(super) base: i64,
    /// Dwellings of the scope to allocate.
    pub(super) vacancies: i64,
    /// Transfer households that live in the scope, with what they count there.
    pub(super) leaving: Vec<(HouseholdIndex, i64)>,
}

impl State {
    pub(super) fn of(model: &Model, tenants: &Tenants<'_>, quota: &StatedQuota) -> Self {
        let vacancies = quota.scope.iter().filter(|&&at| model.park.get(at).is_some_and(|d| d.vacancy.is_some())).count() as i64;
        let mut state = Self { base: quota.ledger.0, vacancies, leaving: Vec::new() };
        if quota.basis == Basis::Stock {
            for resident in quota.scope.iter().flat_map(|&park| tenants.of(park)) {
                let count = quota.count(&Profile::resident(resident));
                state.base += count;
                if let Some(household) = resident.applying.filter(|_| count != 0) {
                    state.leaving.push((household, count));
                }
            }
        }
        state
    }

    /// False where this run cannot change what a stock or a period counts.
    pub(super) fn can_change(&self, quota: &StatedQuota) -> bool {
        self.vacancies > 0 || !self.leaving.is_empty() || quota.basis == Basis::Run
    }
}

/// Who lives in which dwelling of the park.
#[derive(Debug)]
pub(super) struct Tenants<'m> {
    /// By dwelling.
    residents: Vec<&'m Resident>,
}

impl<'m> Tenants<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let mut residents: Vec<&Resident> = model.stock.iter().collect();
        residents.sort_by_key(|resident| resident.park);
        Self { residents }
    }

    /// The residents of the dwelling at a position of the park.
    pub(super) fn of(&self, park: usize) -> impl Iterator<Item = &'m Resident> + '_ {
        let from = self.residents.partition_point(|resident| resident.park < park);
        self.residents.iter().skip(from).take_while(move |resident| resident.park == park).copied()
    }
}

/// The rows of one quota, with what counts already subtracted.
pub(super) fn plans(quota: &StatedQuota, state: &State, report: &mut Report) -> Vec<Plan> {
    match quota.bounds {
        Bounds::Count { min, target, max, .. } => {
            let mut plans = Vec::new();
            let (below, above) = (quota.penalty_below, quota.penalty_above);
            if min.is_some() || max.is_some() {
                let plan = Plan {
                    id: quota.id.clone(),
                    share: None,
                    min: min.map(|min| least(min - state.base, quota, state)),
                    max: max.map(|max| if above.is_none() { (max - state.base).max(0) } else { max - state.base }),
                    below,
                    above,
                };
                plans.push(plan);
            }
            if let Some((low, high)) = target {
                // No allocation is farther away than this, so that no row is missing and none is idle.
                let fewest = state.base - state.leaving.iter().map(|(_, count)| count).sum::<i64>();
                let farthest = (low - fewest).max(state.base + most(quota, state) - high).clamp(1, MOST_STEPS);
                let last = if quota.target_step == 0 { 1 } else { farthest };
                for step in 0..last {
                    let price = if step == 0 { quota.target_penalty } else { quota.target_step };
                    plans.push(Plan {
                        id: format!("{}#{}", quota.id, step + 1),
                        share: None,
                        min: Some(low - step - state.base),
                        max: Some(high + step - state.base),
                        below: Some(price),
                        above: Some(price),
                    });
                }
            }
            plans
        }
        Bounds::Share { min, target, max } => shares(quota, min, target, max, report),
    }
}

/// The minimum that is left for this run; see the module's text for hard minima of a period and of a scope that nobody can enter.
fn least(missing: i64, quota: &StatedQuota, state: &State) -> i64 {
    match (quota.penalty_below, quota.basis) {
        (None, Basis::Flow) => missing - quota.later,
        (None, Basis::Stock) if state.vacancies == 0 => missing.min(0),
        _ => missing,
    }
}

/// The most that this run can add: one household per dwelling; persons without a limit worth computing.
fn most(quota: &StatedQuota, state: &State) -> i64 {
    match quota.measure {
        Measure::Households => state.vacancies,
        Measure::Persons => i64::from(state.vacancies > 0) * i64::from(u32::MAX),
    }
}

/// Rows of a share of the offers: exact, one per bound since the weights differ.
fn shares(quota: &StatedQuota, min: Option<Fraction>, target: Option<Fraction>, max: Option<Fraction>, report: &mut Report) -> Vec<Plan> {
    let mut plans = Vec::new();
    let base = |share: Fraction| weight(quota.ledger.0, quota.ledger.1, Some(share));
    if let Some(share) = min {
        let below = quota.penalty_below.map(|points| spread(points, share, quota, report));
        let row = Plan { id: format!("{}#min", quota.id), share: Some(share), min: Some(-base(share)), max: None, below, above: None };
        plans.push(row);
    }
    if let Some(share) = max {
        let above = quota.penalty_above.map(|points| spread(points, share, quota, report));
        let bound = if above.is_none() { (-base(share)).max(0) } else { -base(share) };
        let row = Plan { id: format!("{}#max", quota.id), share: Some(share), min: None, max: Some(bound), below: None, above };
        plans.push(row);
    }
    if let Some(share) = target {
        let unit = i64::try_from(share.denominator).unwrap_or(i64::MAX);
        let last = if quota.target_step == 0 { 1 } else { MOST_STEPS };
        for step in 0..last {
            let points = if step == 0 { quota.target_penalty } else { quota.target_step };
            let price = Some(spread(points, share, quota, report));
            let (center, free) = (-base(share), unit.saturating_mul(step));
            plans.push(Plan {
                id: format!("{}#{}", quota.id, step + 1),
                share: Some(share),
                min: Some(center - free),
                max: Some(center + free),
                below: price,
                above: price,
            });
        }
    }
    plans
}

/// The price of one unit of a row that counts in D-ths of a household: the price per household over D, nearest, at least 1 where
/// there is a price at all. What rounding changes is reported.
pub(super) fn spread(points: i64, share: Fraction, quota: &StatedQuota, report: &mut Report) -> i64 {
    let exact = Fraction::new(points.into(), share.denominator);
    if exact.denominator != 1 {
        report.warning(
            "E1566",
            quota.origin.place("penalty_below"),
            format!("quota {}: its price of {points} points is spread over {} parts and rounded", quota.id, share.denominator),
            format!("write a multiple of {}", share.denominator),
        );
    }
    spread_price(points, share)
}

/// As [`spread`], without the report.
pub(super) fn spread_price(points: i64, share: Fraction) -> i64 {
    let price = Fraction::new(points.into(), share.denominator).half_even();
    if points > 0 { price.max(1) } else { 0 }
}
