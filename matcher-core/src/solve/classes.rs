//! Classes: dwellings that nothing tells apart are solved as one, and drawn apart again in the answer.
//!
//! Problem      a residence often has many dwellings of one kind. To the solver they differ by their ids alone, yet each costs arcs, a
//!              price and, in a tree, one more way to say the same.
//! Method       dwellings of one residence whose lists of (household, score, cell) are equal become one with the sum of their units
//!              ([`Problem::alike`]); the smaller problem is solved as it is, by whatever method serves it.
//! Back         who got a place in a class gets one of its dwellings by lot: households in the order of their public draws, units in that
//!              of their dwellings' draws. The draws of dwellings know nothing of the households', so each household is as likely as
//!              any other to get any dwelling of the class, and anyone who knows the published seed can check it.
//! Proof        the certificate becomes one of the problem itself: each dwelling has the price of its class. Totals are equal, since the
//!              units of a class are those of its dwellings, and so is the bound (docs/mathematics.md, section on classes). A tree's
//!              question for a class becomes one for the residence, where the household has no other arc there; otherwise one for each
//!              dwelling of the class, below each of which the answer yes goes on as before. Where that grows too large the
//!              problem is solved as it is.
//! Not merged   households: each is one, with its own draw, and who of two equals is placed must be for the draw to say, not for a
//!              position in a class. Edits ([`super::Warm`]) name dwellings by their ids, and what is alike before an edit is not after
//!              it: a warm problem is opened with every dwelling for itself.
//! Complexity   O(n + m) where classes are found, O(n) and a few arcs per dwelling where they are not; m arcs, n households and dwellings.

mod undo;

use crate::allocation::Allocation;
use crate::problem::{Alike, Problem};

use super::control::Control;

/// Classes are worth it where no more than this part of the dwellings,
const DWELLINGS: (usize, usize) = (1, 2);
/// and this part of the arcs remains: the smaller problem (16 B per arc) and its solve then fit into the memory that the whole
/// would need.
const ARCS: (usize, usize) = (2, 5);

const fn part(of: usize, (part, whole): (usize, usize)) -> usize {
    of / whole * part + of % whole * part / whole
}

/// The problem whose dwellings are classes, where that is worth it, and `None` where it is not or the caller stops.
pub(super) fn merged(problem: &Problem, control: &Control<'_>) -> Option<(Problem, Alike)> {
    if problem.arc_count() == 0 {
        return None;
    }
    let stop = || control.stopped().is_some();
    let alike = problem.alike(part(problem.dwellings().len(), DWELLINGS), &stop)?;
    let merged = problem.merged(&alike, part(problem.arc_count(), ARCS))?;
    Some((merged, alike))
}

/// The answer to `problem` from that to the problem of its classes; `None` where the proof would be too large.
pub(super) fn apart(problem: &Problem, merged: &Problem, alike: &Alike, answer: Allocation, seed: u64) -> Option<Allocation> {
    undo::Undo { problem, merged, alike, seed }.answer(answer)
}

#[cfg(test)]
mod tests;
