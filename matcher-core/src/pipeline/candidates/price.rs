//! Prices that hold for all pairs: the household prices they ask for, the pairs that the problem misses, and dwellings that had better
//! pay instead of many households.

use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::quotas::Eligible;

use super::keep::Draws;
use super::tariff::Tariff;

/// A pair outside the problem that is worth more than its prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missed {
    pub(super) household: HouseholdIndex,
    pub(super) dwelling: DwellingIndex,
    pub(super) score: i64,
    /// Scaled points by which it is worth more.
    pub(super) more: i64,
}

/// What a look at all pairs has shown.
pub(super) struct Looked {
    /// Per household the least price that is valid for all its pairs.
    pub(super) households: Vec<i64>,
    /// Of each household the pairs worth most beyond the prices, by household; at most as many as asked for.
    pub(super) missed: Vec<Missed>,
}

/// Looks at all pairs. `known` are the household prices of the problem: what is worth more is missed, and the `most` best of it are
/// named per household.
///
/// # Complexity
/// One pass over all eligible pairs.
pub(super) fn look(eligible: &Eligible<'_, '_>, tariff: &Tariff, known: &[i64], most: usize) -> Looked {
    let each = eligible.each(|household, pairs| {
        let bid = tariff.of(eligible.model, household);
        let known = known.get(household.index()).copied().unwrap_or(0);
        let (mut price, mut missed) = (0, Vec::new());
        for &(dwelling, score) in pairs {
            let surplus = bid.surplus(dwelling, score);
            price = price.max(surplus);
            if surplus > known && most > 0 {
                missed.push(Missed { household, dwelling, score, more: surplus - known });
            }
        }
        if most < missed.len() {
            missed.select_nth_unstable_by_key(most, |pair| (std::cmp::Reverse(pair.more), pair.dwelling));
            missed.truncate(most);
            missed.shrink_to_fit();
        }
        (price, missed)
    });
    let (households, missed): (Vec<i64>, Vec<Vec<Missed>>) = each.into_iter().unzip();
    Looked { households, missed: missed.concat() }
}

/// Scaled prices that dwellings had better pay: each whose missed pairs would cost their households together more than it costs the
/// dwelling once. A household pays once for all that it misses, so that each pair counts as its part of that.
pub(super) fn dearer(missed: &[Missed], dwellings: &[i64]) -> Vec<i64> {
    let mut prices = dwellings.to_vec();
    let mut by_dwelling: Vec<(DwellingIndex, i64, i64)> = Vec::with_capacity(missed.len());
    for own in missed.chunk_by(|a, b| a.household == b.household) {
        let parts = own.len() as i64;
        by_dwelling.extend(own.iter().map(|pair| (pair.dwelling, pair.more, pair.more / parts)));
    }
    by_dwelling.sort_unstable();
    for list in by_dwelling.chunk_by(|a, b| a.0 == b.0) {
        // Sorted: the last one asks for most. Dwellings of a model have one place each.
        let parts: i128 = list.iter().map(|pair| i128::from(pair.2)).sum();
        if let Some(&(dwelling, most, _)) = list.last()
            && i128::from(most) <= parts
            && let Some(price) = prices.get_mut(dwelling.index())
        {
            *price = price.saturating_add(most);
        }
    }
    prices
}

/// The missed pairs to bring in: of each dwelling the `most` that miss most, ties by the households' draws.
pub(super) fn worth_adding(mut missed: Vec<Missed>, draws: &Draws, most: usize) -> Vec<Missed> {
    let key = |pair: &Missed| (pair.dwelling, std::cmp::Reverse((pair.more, draws.household(pair.household))), pair.household);
    missed.sort_unstable_by_key(key);
    let mut kept = 0;
    let mut last = None;
    missed.retain(|pair| {
        kept = if last == Some(pair.dwelling) { kept + 1 } else { 1 };
        last = Some(pair.dwelling);
        kept <= most
    });
    missed
}
