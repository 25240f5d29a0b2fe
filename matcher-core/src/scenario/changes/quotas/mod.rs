//! Changes of quotas and targets.

pub(super) mod add;
mod columns;
pub(super) mod remove;
pub(super) mod restore;
pub(super) mod set;
pub(super) mod shift;
