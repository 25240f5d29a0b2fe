//! Solves a problem: an allocation, a bound and the certificate.
//!
//! The levels of the method, each in its own file: `plain` (assignment with prices), `prices` (row prices by dual ascent over a
//! warm assignment), `search`, `anneal` and `refine` (better allocations, steered by the prices), `lp` and `tree` (proof of
//! optimality by branching), `tiers` (what is placed first), `classes` (dwellings that nothing tells apart).
//! `drive` runs them side by side, synchronised at counted points, so that the clock and the threads change nothing. `warm` and `again`
//! start from an earlier answer.

mod again;
mod anneal;
mod blocks;
mod certify;
mod classes;
mod control;
mod core;
mod drive;
mod flow;
mod graph;
mod lp;
mod memory;
mod plain;
mod prices;
mod random;
mod refine;
mod rows;
mod search;
mod shares;
mod tiers;
mod tree;
mod warm;

pub(crate) use again::Stand;
pub(crate) use certify::within;
pub use control::{Control, Progress, Stage, StopSignal};
pub use drive::solve;
pub use memory::memory_estimate;
pub use plain::plain_methods;
pub use warm::codes;
pub use warm::{Edit, Outcome, Undo, Warm};

use serde::{Deserialize, Serialize};

/// What the caller asks of the solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SolveOptions {
    /// Stop when bound - objective <= this many millionths of max(1, |objective|); 0 = prove the optimum.
    pub gap_ppm: u64,
    /// Stop after so many steps of work; `None` = no limit. Steps are counted the same on every machine.
    pub step_limit: Option<u64>,
    /// Published seed of the draws that break ties and steer the search.
    pub seed: u64,
    /// Threads that may be used; 0 = as many as the machine has. Never changes the result.
    pub threads: usize,
    /// Refuse a solve that needs more MiB than this beside the problem ([`memory_estimate`]); `None` = no limit.
    pub memory_limit_mib: Option<u64>,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self { gap_ppm: 1_000, step_limit: None, seed: 0, threads: 0, memory_limit_mib: None }
    }
}
