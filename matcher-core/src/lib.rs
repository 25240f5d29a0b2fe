//! Decides which household is offered which dwelling in intergenerational residences.
//!
//! Modules in call order: a module uses only modules listed above it.

pub mod ids;
pub mod units;
pub mod error;
pub mod tables;
pub mod model;
pub mod policy;
pub mod lanes;
mod threads;
pub mod eligibility;
pub mod scoring;
pub mod problem;
pub mod quotas;
pub mod allocation;
pub mod solve;
pub mod pipeline;
pub mod explain;
pub mod scenario;
pub mod report;
pub mod codes;
pub mod prelude;
