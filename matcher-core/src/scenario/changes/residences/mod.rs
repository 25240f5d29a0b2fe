//! Changes of residences.

pub(super) mod add_lift;
