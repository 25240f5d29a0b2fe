//! Every kind of change: one file, or a few that share one, and one line each in [`CHANGES`].

mod dwellings;
mod households;
mod policy;
mod quotas;
mod residences;

use super::change::Kind;

/// Every kind of change, in the order of documentation.
pub const CHANGES: &[&Kind] = &[
    &dwellings::add::KIND,
    &dwellings::close::KIND,
    &dwellings::remove::KIND,
    &dwellings::set::KIND,
    &residences::add_lift::KIND,
    &policy::set_weight::KIND,
];
