//! Proof of optimality for small problems: a tree of decisions with exact integer prices at its leaves.
//!
//! Problem      max sum of scores - penalties, hard and priced quotas, cover cuts, + points of pairs in one residence.
//! Complexity   exponential in the worst case; what is counted are pivots and places of the tree, never seconds.
//! Definitions  target = what a leaf must prove that nothing beats; rung = one search with one target.
//! Method       LP over sifted arcs; its prices rounded to the scale give an exact bound in O(arcs); arcs that cannot beat the
//!              target are dropped; branching on (household, residence), then on (household, dwelling), chosen by trying out;
//!              plunge, then best first. Without an allocation near the bound, targets are tried on a ladder below the bound.
//! Deviations   floats only steer: a place is closed by integers or stays open, whatever the linear program says.
//! References   Achterberg, Koch & Martin (2005) on strong branching; Applegate, Cook, Dash & Espinoza (2007) on exact bounds.

mod branch;
mod conflict;
mod cover;
mod exact;
mod model;
mod proof;
mod search;
#[cfg(test)]
pub(in crate::solve) mod tests;
mod bonds;

pub(crate) use conflict::infeasible;

use crate::allocation::Node;
use crate::ids::DwellingIndex;
use crate::problem::Problem;
use crate::solve::Control;

/// What is known when the search starts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Start<'a> {
    /// The best allocation known, one offer per household; one that breaks a hard row is not used.
    pub(crate) offers: Option<&'a [Option<DwellingIndex>]>,
    /// Prices from which the first linear program starts.
    pub(crate) prices: Option<&'a Prices>,
}

/// Prices by position, all on one scale.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prices {
    pub(crate) scale: i64,
    pub(crate) households: Vec<i64>,
    pub(crate) dwellings: Vec<i64>,
    /// Positive for a maximum, negative for a minimum.
    pub(crate) quotas: Vec<i64>,
}

/// What the search may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Steps (pivots and places of the tree); never seconds.
    pub(crate) steps: u64,
    /// Stop once bound - objective is at most this many points.
    pub(crate) gap: i64,
    /// Scale of the prices; sums of scores times the scale fit 64 bits for every checked problem up to 4096.
    pub(crate) scale: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { steps: u64::MAX, gap: 0, scale: 4096 }
    }
}

/// Why the search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The gap asked for is proved.
    Proved,
    /// No allocation meets the hard rows; the nodes are rays.
    Infeasible,
    /// The steps are used up.
    Steps,
    /// The caller stopped it.
    Stopped,
}

/// What the search found.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// Why it ended.
    pub(crate) ended: Ended,
    /// The best allocation, one offer per household.
    pub(crate) offers: Option<Vec<Option<DwellingIndex>>>,
    /// Its objective.
    pub(crate) objective: Option<i64>,
    /// No allocation is worth more; `None` where nothing is proved, or the problem is infeasible.
    pub(crate) bound: Option<i64>,
    /// The proof of the bound (or of infeasibility); empty where nothing is proved.
    pub(crate) nodes: Vec<Node>,
    /// Steps used.
    pub(crate) steps: u64,
}

/// Closes the problem as far as the options and the caller let it.
///
/// # Complexity
/// Exponential in the worst case; O(arcs) per place of the tree beside the pivots.
pub(crate) fn close(problem: &Problem, start: Start<'_>, options: &Options, control: &Control<'_>) -> Outcome {
    search::Search::new(problem, options, control).close(start)
}
