//! Changes of residences.

pub(super) mod add;
pub(super) mod add_lift;
pub(super) mod open;
pub(super) mod set_opening;
