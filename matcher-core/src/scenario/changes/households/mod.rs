//! Changes of households.

pub(super) mod add;
pub(super) mod cohort;
mod persons;
pub(super) mod withdraw;
