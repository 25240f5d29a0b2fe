//! Changes of dwellings.

pub(super) mod add;
pub(super) mod close;
pub(super) mod remove;
pub(super) mod set;
