//! Flow cases: rows that make the problem a network are met exactly, at a cost near that of a plain assignment.
//!
//! Problem      max sum s(h,d) x(h,d) - penalties, where every row counts, each with weight 1, all arcs of a set of households or all
//!              arcs of a set of dwellings (a *star* row), and the sets are nested or apart (laminar) on each side. Bounds hard or
//!              priced, any number of rows over one set. No pairs that earn points.
//! Network      everything -> sets of households, outer to inner -> households -> dwellings -> sets of dwellings, inner to outer ->
//!              everything: a circulation. The flow on the arc between a set and the one around it is what the rows of the set count;
//!              its cost is their penalty, convex and piecewise linear in the count. Its matrix is totally unimodular, so that the
//!              best prices and the best allocation are whole numbers of the same worth.
//! Method       The plain assignment with its prices, rows unpriced; counts are then put where their penalty is least, which leaves an
//!              excess at some sets and a lack at others; shortest augmenting paths on reduced costs carry one into the other.
//! Complexity   O(m + e) to detect, m arcs and e entries of the distinct cells; k searches of O(m + n log n) on top of the assignment, k
//!              <= the units by which the plain assignment misses the rows, n households and dwellings. Memory O(m + n + r), r the sum
//!              of the sizes of the sets.
//! Definitions  potential f(node); price of a set: what a unit more on its arc costs at these potentials; u(h) = f(h) - f(its set), v(d) =
//!              f(its set) - f(d); an arc (h,d) is open while f(h) - f(d) >= s, tight where a household lives.
//! Deviations   from the textbook: searches start from a warm assignment instead of from nothing; dwellings and sets are not split into
//!              units; a household without a place keeps the lowest potential that its arcs allow, set when a search reaches it, so
//!              that searches stay short.
//! Weights      Rows of one weight k > 1 are no flow case here: their bounds could be divided and rounded, but a certificate of prices
//!              cannot say so.
//! References   R. K. Ahuja, T. L. Magnanti, J. B. Orlin, "Network Flows" (1993), ch. 9.7 and 14. J. Edmonds, R. M. Karp, "Theoretical
//!              improvements in algorithmic efficiency for network flow problems", J. ACM 19 (1972). J. Edmonds, "Submodular functions,
//!              matroids, and certain polyhedra" (1970), for laminar families.

mod charge;
mod detect;
mod network;
mod paths;
mod prove;
mod reach;

use super::certify::allocation;
use super::control::{Control, Progress, Stage};
use super::{SolveOptions, plain};
use crate::allocation::{Allocation, Proof, Status};
use crate::problem::Problem;
use network::Network;
use paths::{Ended, Paths};

/// Steps that the flow may take, per arc and in any case: it has no allocation to show before its end, the general method soon has
/// one.
const STEPS_PER_ARC: u64 = 200;
const LEAST_STEPS: u64 = 20_000_000;

/// Solves a flow case; anything else, and a flow case without a feasible allocation, stopped early or long in coming, goes to
/// `general` with what is left of the step limit.
pub(super) fn solve_or(
    problem: &Problem,
    options: &SolveOptions,
    control: &Control<'_>,
    general: impl FnOnce(&SolveOptions) -> Allocation,
) -> Allocation {
    match solve(problem, options, control) {
        Ok(answer) => answer,
        Err(spent) => {
            let mut left = *options;
            left.step_limit = options.step_limit.map(|limit| limit.saturating_sub(spent));
            let mut answer = general(&left);
            answer.steps += spent;
            answer
        }
    }
}

/// The optimum of a feasible flow case with prices that prove it; otherwise the steps spent in vain.
fn solve(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Result<Allocation, u64> {
    let sets = detect::detect(problem, options.seed).ok_or(0u64)?;
    let budget = LEAST_STEPS + STEPS_PER_ARC * problem.arc_count() as u64;
    let limit = options.step_limit.unwrap_or(u64::MAX).min(budget);
    let stop = |steps: u64| control.stopped().is_some() || steps >= limit;
    if stop(0) {
        return Err(0);
    }
    let start = plain::assignment(problem, options.seed, &stop).ok_or(0u64)?;
    let spent = start.steps;
    if stop(spent) {
        return Err(spent);
    }
    let network = Network::new(problem, sets, options.seed);
    let mut paths = Paths::new(&network, &start).ok_or(spent)?;
    let tell = |paths: &Paths<'_>| {
        let bound = prove::Proved::of(paths).and_then(|proved| proved.bound());
        control.tell(Progress { stage: Stage::Prices, bound, objective: None, steps: paths.steps() });
    };
    if paths.run(&stop, &tell) != Ended::Optimal {
        return Err(paths.steps());
    }
    let proved = prove::Proved::of(&paths).ok_or(paths.steps())?;
    let proof = Proof::Prices(proved.prices(problem));
    let answer = allocation(problem, Status::Optimal, paths.offers(), proved.bound(), Some(proof), paths.steps());
    debug_assert_eq!(answer.objective, answer.bound, "the prices of a shortest path end where the worth does");
    if answer.objective.is_none() || answer.objective != answer.bound {
        return Err(paths.steps());
    }
    control.tell(Progress { stage: Stage::Prices, bound: answer.bound, objective: answer.objective, steps: answer.steps });
    Ok(answer)
}

#[cfg(test)]
mod tests;
