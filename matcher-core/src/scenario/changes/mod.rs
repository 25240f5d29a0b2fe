//! Every kind of change: one file and one line in [`CHANGES`] each.

mod dwellings;
mod households;
mod policy;
mod quotas;
mod residences;

use super::change::Kind;

/// Every kind of change, in the order of documentation.
pub const CHANGES: &[&Kind] = &[
    &dwellings::add::KIND,
    &dwellings::convert::KIND,
    &dwellings::set::KIND,
    &dwellings::change_rent::KIND,
    &dwellings::close::KIND,
    &dwellings::remove::KIND,
    &residences::add::KIND,
    &residences::add_lift::KIND,
    &residences::open::KIND,
    &residences::set_opening::KIND,
    &households::add::KIND,
    &households::cohort::KIND,
    &households::withdraw::KIND,
    &quotas::add::KIND,
    &quotas::set::KIND,
    &quotas::shift::KIND,
    &quotas::remove::KIND,
    &quotas::restore::KIND,
    &policy::set_weight::KIND,
    &policy::set_criterion::KIND,
    &policy::set_rule::KIND,
    &policy::set_affinities::KIND,
    &policy::set_date::KIND,
    &policy::pin::KIND,
    &policy::unpin::KIND,
    &policy::forbid::KIND,
    &policy::allow::KIND,
];
