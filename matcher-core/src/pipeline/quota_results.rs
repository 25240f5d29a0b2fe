//! What became of each quota here, what it costs, and what the usual practice would have made of it.

use serde::Serialize;

use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex, ResidenceIndex};
use crate::model::Model;
use crate::quotas::{self, Basis, Bounds, Lowered, Measure, Outcome, StatedQuota, Verdict};

use super::mix::{AgeQuota, Aim};
use super::pool::Pool;
use super::prices::PriceList;

/// A quota or target with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotaResult {
    /// Version of its text.
    pub version: String,
    /// The dwellings it looks at.
    pub scope: String,
    /// The households it measures.
    pub group: String,
    /// Minimum, target and maximum as people wrote them, in the order of the file; empty = none.
    pub written: [String; 3],
    /// They are per cent.
    pub share: bool,
    /// The law, decree or agreement it rests on.
    pub legal_basis: String,
    /// Who decided it.
    pub author: String,
    /// A bound of it has no price.
    pub hard: bool,
    /// Counts and verdict.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What one more unit of the group costs the whole at the certificate's prices, points: above 0 at a binding maximum, below 0
    /// at a binding minimum, 0 where it does not bind; `None` where nothing is proved.
    pub price: Option<i64>,
    /// What the usual practice would have made of it.
    pub usual: UsualQuota,
}

impl QuotaResult {
    /// True where it holds, or later leases of the period can still make it hold.
    pub fn met(&self) -> bool {
        matches!(self.outcome.verdict, Verdict::Met | Verdict::Open)
    }

    /// What counted before the run.
    pub fn before(&self) -> i64 {
        self.outcome.stock + self.outcome.ledger
    }
}

/// A quota under the usual practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UsualQuota {
    /// What would count after it.
    pub total: i64,
    /// It would hold.
    pub met: bool,
    /// A hard bound would be broken by it, not by what was there before.
    pub broken: bool,
    /// What it would cost, points.
    pub penalty: i64,
}

/// The quotas that cannot hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Each is needed for the contradiction.
    pub quotas: Vec<ConflictingQuota>,
}

/// A quota, or a pair decided beforehand, of a conflict, as people wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictingQuota {
    /// Id of the row.
    pub row: String,
    /// Its quota; `None` for a pair decided beforehand (`pin:household`).
    pub quota: Option<QuotaResult>,
}

/// What each row of the problem counts under `offers`.
fn row_counts(pool: &Pool<'_, '_>, offers: &[Option<DwellingIndex>]) -> Vec<i64> {
    let mut counts = vec![0; pool.problem().quotas().len()];
    for (h, offer) in offers.iter().enumerate() {
        let Some(dwelling) = *offer else { continue };
        for &(row, weight) in pool.rows(HouseholdIndex::new(h), dwelling).iter() {
            if let Some(count) = counts.get_mut(row.index()) {
                *count += weight;
            }
        }
    }
    counts
}

/// Every quota with what became of it, by id.
pub(crate) fn quota_results(
    model: &Model,
    pool: &Pool<'_, '_>,
    lowered: &Lowered,
    offered: &[Option<DwellingIndex>],
    usual: &[Option<DwellingIndex>],
) -> Vec<QuotaResult> {
    let (problem, prices) = (pool.problem(), pool.prices());
    let here = quotas::outcomes(model, lowered, &lowered.offers(offered));
    let there = quotas::outcomes(model, lowered, &lowered.offers(usual));
    let usual_counts = row_counts(pool, usual);
    let mut of_quota: Vec<Vec<QuotaIndex>> = vec![Vec::new(); lowered.quotas.stated.len()];
    for (id, position) in &lowered.rows {
        let row = problem.quotas().binary_search_by(|row| row.id.cmp(id)).ok();
        if let (Some(row), Some(list)) = (row, position.and_then(|position| of_quota.get_mut(position))) {
            list.push(QuotaIndex::new(row));
        }
    }
    let each = lowered.quotas.stated.iter().zip(here).zip(there).zip(of_quota);
    each.map(|(((quota, outcome), there), rows)| {
        let (mut broken, mut penalty) = (false, 0);
        for row in &rows {
            let (Some(quota), Some(&count)) = (problem.quotas().get(row.index()), usual_counts.get(row.index())) else { continue };
            match quota.penalty(count) {
                Some(points) => penalty += points,
                None => broken = true,
            }
        }
        QuotaResult {
            version: quota.text.version.clone(),
            scope: quota.scope_text(),
            group: quota.group_text(),
            written: [&quota.text.min, &quota.text.target, &quota.text.max].map(Clone::clone),
            share: quota.denominator.is_some(),
            legal_basis: quota.text.legal_basis.clone(),
            author: quota.text.author.clone(),
            hard: quota.is_hard(),
            price: prices.map(|prices| price(prices, quota, &rows)),
            usual: UsualQuota { total: there.total, met: there.away == 0 || there.verdict == Verdict::Open, broken, penalty },
            outcome,
        }
    })
    .collect()
}

/// Price of one more unit of the group, over all rows of the quota.
fn price(prices: &PriceList, quota: &StatedQuota, rows: &[QuotaIndex]) -> i64 {
    let sum: i128 = rows.iter().map(|&row| prices.row(row)).sum();
    // The row of a share N/D counts each unit of the group D times.
    let units = match quota.bounds {
        Bounds::Share { min, target, max } => [min, target, max].into_iter().flatten().next().map_or(1, |share| share.denominator),
        Bounds::Count { .. } => 1,
    };
    // Rounded away from 0, so that a price is never shown as none.
    if sum < 0 { -prices.points(-sum * units) } else { prices.points(sum * units) }
}

/// The quotas of an irreducible set of rows, each once.
pub(crate) fn conflict(lowered: &Lowered, results: &[QuotaResult], rows: &[String]) -> Conflict {
    let each = rows.iter().map(|row| {
        let quota = lowered.quota_of(row).and_then(|quota| results.iter().find(|result| result.outcome.id == quota.id));
        ConflictingQuota { row: row.clone(), quota: quota.cloned() }
    });
    Conflict { quotas: each.collect() }
}

/// The quotas that steer an age band of one residence, counted in households with those in place.
pub(crate) fn age_quotas<'o>(model: &Model, lowered: &Lowered, outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<AgeQuota> {
    let age_quota = |(quota, outcome): (&StatedQuota, &Outcome)| {
        if (quota.measure, quota.basis) != (Measure::Households, Basis::Stock) {
            return None;
        }
        let residence = whole_residence(model, quota.dwellings())?;
        let (from, to) = ages(quota.group_text().strip_prefix("age=")?)?;
        let aim = Aim {
            quota: outcome.id.clone(),
            min: outcome.min,
            target_low: outcome.target_low,
            target_high: outcome.target_high,
            max: outcome.max,
        };
        Some(AgeQuota { residence, from, to, aim })
    };
    lowered.quotas.stated.iter().zip(outcomes).filter_map(age_quota).collect()
}

/// The residence that these dwellings of the park are all of, however the scope names them.
fn whole_residence(model: &Model, dwellings: &[usize]) -> Option<ResidenceIndex> {
    let mut residences = dwellings.iter().filter_map(|&at| model.park.get(at)).map(|dwelling| dwelling.residence);
    let first = residences.next()?;
    let size = model.residence_sizes.get(first.index()).copied()?;
    (dwellings.len() == size as usize && residences.all(|other| other == first)).then_some(first)
}

/// A single age or one range of ages, as quotas write it.
fn ages(text: &str) -> Option<(i64, Option<i64>)> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let low = if low.is_empty() { 0 } else { low.parse().ok()? };
    Some((low, if high.is_empty() { None } else { Some(high.parse().ok()?) }))
}

#[cfg(test)]
mod tests {
    use super::ages;

    #[test]
    fn age_bands_as_quotas_write_them() {
        assert_eq!(ages("60..74"), Some((60, Some(74))));
        assert_eq!(ages("..29"), Some((0, Some(29))));
        assert_eq!(ages("65.."), Some((65, None)));
        assert_eq!(ages("40"), Some((40, Some(40))));
        assert_eq!(ages("..29|65.."), None);
    }
}
