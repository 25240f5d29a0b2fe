//! Scenarios: what planners ask about. Changes as data, made to tables and policy, and what becomes of the allocation.
//!
//! A [`Scenario`] is a named list of changes; a change is one of the kinds in [`CHANGES`]: one file and one line each. Changes are made to a
//! [`Town`], tables and policy as people wrote them, never to what is computed from them: so a scenario can be written out as
//! tables, and solved afresh by anybody.
//!
//! Scenarios stack: each is made to the town that the one before it left, and its changes in their order.

mod catalogue;
mod change;
mod changes;
pub mod codes;
mod homes;
mod ids;
mod keys;
mod read;
#[cfg(test)]
mod tests;
mod town;

pub use catalogue::catalogue;
pub use change::{Change, Kind};
pub use changes::CHANGES;
pub use keys::{Form, Key};
pub use read::{Scenario, parse, parse_json};
pub use town::Town;
