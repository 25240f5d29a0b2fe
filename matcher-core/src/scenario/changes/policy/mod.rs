//! Changes of the policy.

pub(super) mod set_weight;
