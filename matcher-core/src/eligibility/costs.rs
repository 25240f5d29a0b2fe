//! What a dwelling costs a household a month.

use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::units::CentsPerMonth;

/// Rent and charges of each dwelling, cents per month.
pub(super) fn gross(model: &Model) -> Vec<i64> {
    model.dwellings.rent.iter().zip(&model.dwellings.charges).map(|(rent, charges)| rent.0.saturating_add(charges.0)).collect()
}

/// The household's estimated housing benefit, cents per month; 0 where it was not estimated.
pub(super) fn benefit(model: &Model, household: usize) -> i64 {
    model.households.housing_benefit.get(household).copied().flatten().map_or(0, |benefit| benefit.0.max(0))
}

/// Rent and charges less housing benefit, never below 0: benefit pays no more than the housing.
pub(super) fn net(gross: i64, benefit: i64) -> i64 {
    gross.saturating_sub(benefit).max(0)
}

/// The largest gross cost whose net cost does not exceed `limit`, so that a pair takes one comparison; the smallest number where none does.
pub(super) fn most_gross(limit: i64, benefit: i64) -> i64 {
    if limit < 0 { i64::MIN } else { limit.saturating_add(benefit) }
}

/// Monthly resources, cents.
pub(super) fn resources(model: &Model, household: usize) -> i64 {
    model.households.resources.get(household).map_or(0, |&CentsPerMonth(cents)| cents)
}

/// A limit of the net cost for each household, from its position.
pub(super) fn limits(model: &Model, limit: impl Fn(usize) -> i128) -> Vec<i64> {
    let each = |household: HouseholdIndex| limit(household.index()).clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    model.households.all().map(each).collect()
}
