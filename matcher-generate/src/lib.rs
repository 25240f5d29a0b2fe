//! Makes plausible towns: residences, dwellings, residents, applicants, and the rules to offer homes by.
//!
//! A town is made from a [`Plan`] and a seed, and the same plan and seed give the same rows on every machine: integers only,
//! a stream of draws per row. Nobody in it is real. Where its numbers come from is said beside each table of numbers and in
//! `docs/data.md`; what is called plausible there was not estimated from data.
//!
//! ```
//! use matcher_generate::{generate, Plan, Size};
//!
//! let town = generate(&Plan::size(Size::XS), 1);
//! assert_eq!(town.tables.households.iter().filter(|h| h.applying).count(), 120);
//! assert_eq!(town.tables.dwellings.iter().filter(|d| d.available_from.is_some()).count(), 40);
//! ```

mod ages;
mod authorisations;
mod demand;
mod draw;
mod homes;
mod means;
mod neighbours;
mod people;
mod plan;
mod policy;
mod problem;
mod quotas;
mod stock;
mod town;

pub use ages::PYRAMID;
pub use demand::GRID;
pub use plan::{Plan, Size};
pub use problem::{ProblemCounts, ProblemPlan, problem_files, write_problem};
pub use town::{Town, TownCounts, demo, generate, write_town};
