//! Changes of dwellings.

pub(super) mod add;
pub(super) mod change_rent;
pub(super) mod close;
pub(super) mod convert;
pub(super) mod remove;
pub(super) mod set;
mod settings;

pub(super) use settings::check_free;
