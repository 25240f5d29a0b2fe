//! What became of each quota, counted anew from the model and the offers: nothing here reads the rows of the problem, so that
//! the two check each other.

use rayon::prelude::*;
use serde::Serialize;

use crate::ids::DwellingIndex;
use crate::model::Model;

use super::filter::Profile;
use super::lower::Lowered;
use super::number::Fraction;
use super::plans::{MOST_STEPS, State, Tenants, spread_price};
use super::stated::{Basis, Bounds, Measure, StatedQuota};

/// What became of one quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Id of the quota.
    pub id: String,
    /// Households or persons.
    pub measure: Measure,
    /// What counted already.
    pub basis: Basis,
    /// Counted in the scope before the run: tenancies; 0 unless the basis is stock.
    pub stock: i64,
    /// Counted by the ledger; 0 unless the basis is flow.
    pub ledger: i64,
    /// Counted by the offers of this run in the scope.
    pub arriving: i64,
    /// Counted before, and leaving their place by an offer of this run.
    pub leaving: i64,
    /// What counts after the run.
    pub total: i64,
    /// What shares are taken of; for shares of the offers, the offers made; `None` for counts without a denominator.
    pub of: Option<i64>,
    /// At least, as a count.
    pub min: Option<i64>,
    /// On target from here ...
    pub target_low: Option<i64>,
    /// ... to here.
    pub target_high: Option<i64>,
    /// At most, as a count.
    pub max: Option<i64>,
    /// Units away from the nearest bound or target; 0 = met.
    pub away: i64,
    /// How it stands.
    pub verdict: Verdict,
    /// What it costs in the objective, in points.
    pub penalty: i64,
    /// Units above the maximum before the run.
    pub inherited_excess: i64,
    /// The run had something to decide about it.
    pub in_run: bool,
}

/// How a quota stands after the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within its bounds, on target.
    Met,
    /// Off target, or outside a priced bound: it has cost points.
    Missed,
    /// Above a hard maximum already before the run, and not worse after it; or below a hard minimum that this run could not change.
    Inherited,
    /// Below a minimum of the period which later leases can still reach.
    Open,
}

/// The outcome of every quota, by id. `offers` holds the model's dwelling per household, see [`Lowered::offers`].
///
/// # Complexity
/// O((residents + households) log + the dwellings of all scopes), quota by quota in the current rayon pool.
pub fn outcomes(model: &Model, lowered: &Lowered, offers: &[Option<DwellingIndex>]) -> Vec<Outcome> {
    let mut newcomers: Vec<(DwellingIndex, usize)> =
        offers.iter().enumerate().filter_map(|(household, offer)| Some(((*offer)?, household))).collect();
    newcomers.sort_unstable();
    let after = After { model, offers, tenants: Tenants::new(model), newcomers };
    lowered.quotas.stated.par_iter().map(|quota| outcome(quota, &after)).collect()
}

/// Who lived where before the run, and who is offered what.
struct After<'a> {
    model: &'a Model,
    offers: &'a [Option<DwellingIndex>],
    tenants: Tenants<'a>,
    /// (dwelling, household), sorted.
    newcomers: Vec<(DwellingIndex, usize)>,
}

impl After<'_> {
    /// Households offered the dwelling.
    fn newcomers(&self, dwelling: DwellingIndex) -> impl Iterator<Item = usize> + '_ {
        let from = self.newcomers.partition_point(|pair| pair.0 < dwelling);
        self.newcomers.iter().skip(from).take_while(move |pair| pair.0 == dwelling).map(|pair| pair.1)
    }
}

/// Counts by looking at every dwelling of the scope: who lives there after the run.
fn outcome(quota: &StatedQuota, after: &After<'_>) -> Outcome {
    let (mut stock, mut leaving) = (0, 0);
    let (mut arriving, mut offered) = (0, 0);
    for &at in &quota.scope {
        for resident in after.tenants.of(at).filter(|_| quota.basis == Basis::Stock) {
            let count = quota.count(&Profile::resident(resident));
            let moves = resident.applying.is_some_and(|h| after.offers.get(h.index()).is_some_and(Option::is_some));
            stock += count;
            leaving += if moves { count } else { 0 };
        }
        let Some(vacancy) = after.model.park.get(at).and_then(|dwelling| dwelling.vacancy) else { continue };
        for household in after.newcomers(vacancy) {
            let Some(profile) = Profile::applicant(after.model, household) else { continue };
            arriving += quota.count(&profile);
            offered += quota.size(&profile);
        }
    }
    let (ledger, signed) = quota.ledger;
    let before = stock + ledger;
    let total = before - leaving + arriving;
    let in_run = State::of(after.model, &after.tenants, quota).can_change(quota);
    let mut outcome = Outcome {
        id: quota.id.clone(),
        measure: quota.measure,
        basis: quota.basis,
        stock,
        ledger,
        arriving,
        leaving,
        total,
        of: None,
        min: None,
        target_low: None,
        target_high: None,
        max: None,
        away: 0,
        verdict: Verdict::Met,
        penalty: 0,
        inherited_excess: 0,
        in_run,
    };
    match quota.bounds {
        Bounds::Count { denominator, min, target, max } => {
            outcome.of = denominator;
            (outcome.min, outcome.max) = (min, max);
            (outcome.target_low, outcome.target_high) = (target.map(|t| t.0), target.map(|t| t.1));
            count_costs(quota, before, &mut outcome);
        }
        Bounds::Share { min, target, max } => {
            let all = signed + offered;
            outcome.of = Some(all);
            outcome.min = min.map(|share| share.of(all).ceil());
            outcome.max = max.map(|share| share.of(all).floor());
            (outcome.target_low, outcome.target_high) =
                (target.map(|share| share.of(all).floor()), target.map(|share| share.of(all).ceil()));
            share_costs(quota, all, [min, target, max], &mut outcome);
            outcome.inherited_excess = max.map_or(0, |share| (before - share.of(signed).floor()).max(0));
        }
    }
    judge(quota, &mut outcome);
    if !in_run {
        outcome.penalty = 0;
    }
    outcome
}

fn count_costs(quota: &StatedQuota, before: i64, outcome: &mut Outcome) {
    let total = outcome.total;
    let below = outcome.min.map_or(0, |min| (min - total).max(0));
    let above = outcome.max.map_or(0, |max| (total - max).max(0));
    let off_low = outcome.target_low.map_or(0, |low| (low - total).max(0));
    let off_high = outcome.target_high.map_or(0, |high| (total - high).max(0));
    let off = off_low + off_high;
    outcome.inherited_excess = outcome.max.map_or(0, |max| (before - max).max(0));
    outcome.away = (below + above).max(off);
    let steps: i64 = (2..=MOST_STEPS).map(|k| (off - k + 1).max(0)).sum();
    outcome.penalty = below * quota.penalty_below.unwrap_or(0)
        + above * quota.penalty_above.unwrap_or(0)
        + off * quota.target_penalty
        + steps * quota.target_step;
}

/// Costs in D-ths of a household, as the exact share counts them.
fn share_costs(quota: &StatedQuota, all: i64, [min, target, max]: [Option<Fraction>; 3], outcome: &mut Outcome) {
    let total = i128::from(outcome.total);
    let off = |share: Fraction| share.denominator * total - share.numerator * i128::from(all);
    let mut penalty: i128 = 0;
    let mut away: i128 = 0;
    if let Some(share) = min {
        let below = (-off(share)).max(0);
        penalty += below * i128::from(quota.penalty_below.map_or(0, |points| spread_price(points, share)));
        away = away.max((below + share.denominator - 1) / share.denominator);
    }
    if let Some(share) = max {
        let above = off(share).max(0);
        penalty += above * i128::from(quota.penalty_above.map_or(0, |points| spread_price(points, share)));
        away = away.max((above + share.denominator - 1) / share.denominator);
    }
    if let Some(share) = target {
        let distance = off(share).abs();
        let steps: i128 = (1..MOST_STEPS).map(|k| (distance - i128::from(k) * share.denominator).max(0)).sum();
        penalty += distance * i128::from(spread_price(quota.target_penalty, share));
        penalty += steps * i128::from(spread_price(quota.target_step, share));
        // Less than one household away from a share that no whole number gives is on target.
        away = away.max(distance / share.denominator);
    }
    outcome.penalty = i64::try_from(penalty).unwrap_or(i64::MAX);
    outcome.away = i64::try_from(away).unwrap_or(i64::MAX);
}

fn judge(quota: &StatedQuota, outcome: &mut Outcome) {
    let above = outcome.max.is_some_and(|max| outcome.total > max);
    let below = outcome.min.is_some_and(|min| outcome.total < min);
    outcome.verdict = if outcome.away == 0 {
        Verdict::Met
    } else if below && quota.penalty_below.is_none() && quota.basis == Basis::Flow && quota.later > 0 {
        Verdict::Open
    } else if (above && quota.penalty_above.is_none()) || (below && quota.penalty_below.is_none()) || !outcome.in_run {
        // A hard bound is only missed where the run inherited it; anything else would not be an allocation.
        Verdict::Inherited
    } else {
        Verdict::Missed
    };
}
