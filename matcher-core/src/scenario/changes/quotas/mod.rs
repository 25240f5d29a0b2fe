//! Changes of quotas and targets.
