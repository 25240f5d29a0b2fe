//! Changes of the policy.

pub(super) mod allow;
pub(super) mod forbid;
mod parameters;
pub(super) mod pin;
pub(super) mod set_affinities;
pub(super) mod set_criterion;
pub(super) mod set_date;
pub(super) mod set_rule;
pub(super) mod set_weight;
pub(super) mod unpin;
