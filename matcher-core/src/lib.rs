//! Decides which household is offered which dwelling in intergenerational residences.
//!
//! Modules in call order: a module uses only modules listed above it.

pub mod allocation;
pub mod codes;
pub mod eligibility;
pub mod error;
pub mod ids;
pub mod model;
pub mod policy;
pub mod problem;
pub mod quotas;
pub mod scoring;
pub mod solve;
pub mod tables;
pub mod units;
