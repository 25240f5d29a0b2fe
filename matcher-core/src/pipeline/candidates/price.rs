//! Prices that hold for all pairs: the household prices they ask for, the pairs that the problem misses, and dwellings that had better
//! pay instead of many households.

use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::quotas::Eligible;

use super::keep::{Draws, Stop};
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
    /// Per household, a dwelling whose pair asks for that price; `None` where none asks for anything.
    asking: Vec<Option<DwellingIndex>>,
    /// Of each household the pairs worth most beyond the prices, by household; at most as many as asked for.
    pub(super) missed: Vec<Missed>,
}

/// Looks at all pairs, unless `stop` says so meanwhile. `known` are the household prices of the problem: what is worth more is missed, and
/// the `most` best of it are named per household.
///
/// # Complexity
/// One pass over all eligible pairs.
pub(super) fn look(eligible: &Eligible<'_, '_>, tariff: &Tariff, known: &[i64], most: usize, stop: Stop<'_>) -> Option<Looked> {
    let each = eligible.each_until(stop, |household, pairs| {
        let bid = tariff.of(eligible.model, household);
        let known = known.get(household.index()).copied().unwrap_or(0);
        let (mut price, mut asking, mut missed) = (0, None, Vec::new());
        for &(dwelling, score) in pairs {
            let surplus = bid.surplus(dwelling, score);
            if surplus > price {
                (price, asking) = (surplus, Some(dwelling));
            }
            if surplus > known && most > 0 {
                missed.push(Missed { household, dwelling, score, more: surplus - known });
            }
        }
        if most < missed.len() {
            missed.select_nth_unstable_by_key(most, |pair| (std::cmp::Reverse(pair.more), pair.dwelling));
            missed.truncate(most);
            missed.shrink_to_fit();
        }
        (price, (asking, missed))
    })?;
    let (households, rest): (Vec<i64>, Vec<_>) = each.into_iter().unzip();
    let (asking, missed): (Vec<_>, Vec<Vec<Missed>>) = rest.into_iter().unzip();
    Some(Looked { households, asking, missed: missed.concat() })
}

/// The least valid household prices where dwellings have become dearer since `looked`, which was at the prices `before`; no pair is worth
/// more than then, so that a household whose asking dwelling costs what it did still pays the same, and is not looked at.
///
/// # Complexity
/// One pass over the pairs of the other households.
pub(super) fn again(eligible: &Eligible<'_, '_>, tariff: &Tariff, looked: &Looked, before: &[i64], stop: Stop<'_>) -> Option<Vec<i64>> {
    debug_assert!(before.iter().zip(&tariff.dwellings).all(|(before, now)| before <= now));
    let is_dearer = |dwelling: &DwellingIndex| before.get(dwelling.index()) != tariff.dwellings.get(dwelling.index());
    let moved = looked.asking.iter().enumerate().filter(|(_, asking)| asking.as_ref().is_some_and(is_dearer));
    let moved: Vec<HouseholdIndex> = moved.map(|(household, _)| HouseholdIndex::new(household)).collect();
    let each = eligible.each_of(&moved, stop, |household, pairs| {
        let bid = tariff.of(eligible.model, household);
        pairs.iter().map(|&(dwelling, score)| bid.surplus(dwelling, score)).max().unwrap_or(0).max(0)
    })?;
    let mut households = looked.households.clone();
    for (household, price) in moved.iter().zip(each) {
        if let Some(own) = households.get_mut(household.index()) {
            *own = price;
        }
    }
    Some(households)
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
