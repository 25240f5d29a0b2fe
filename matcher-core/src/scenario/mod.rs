//! Scenarios: what planners ask about. Changes as data, made to tables and policy, and what becomes of the allocation.
//!
//! A [`Scenario`] is a named list of changes; a change is one of the kinds in [`CHANGES`]: one file and one line each. Changes are made to a
//! [`Town`], tables and policy as people wrote them, never to what is computed from them: so a scenario can be written out as
//! tables, and solved afresh by anybody. A [`Session`] keeps prices and offers from one scenario to the next; a [`Comparison`] says what
//! becomes other, and for whom.
//!
//! Scenarios stack: each is made to the town that the one before it left, and its changes in their order.

mod catalogue;
mod change;
mod changes;
pub mod codes;
mod compare;
mod frontier;
mod grid;
mod homes;
mod ids;
mod keys;
mod lineage;
mod outcome;
mod read;
mod session;
#[cfg(test)]
mod tests;
mod town;

pub use catalogue::catalogue;
pub use change::{Change, Kind};
pub use changes::CHANGES;
pub use compare::{Comparison, Figure, FigureCode, Moved, Reason};
pub use frontier::{Axis, Frontier, FrontierLine, FrontierPoint};
pub use keys::{Form, Key};
pub use lineage::lineage;
pub use outcome::{ALONE_AGE, AgeBand, AgeMix, Alone, Effort, Outcome, QuotaState};
pub use read::{Scenario, parse, parse_grid, parse_grid_json, parse_json};
pub use session::Session;
pub use town::Town;
