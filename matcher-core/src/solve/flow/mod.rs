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
//! Anytime      The plain assignment is mended into an allocation within the hard rows (`repair`) before the searches begin, and what
//!              they have reached is mended again each time half of what was missing has found its way: so the caller has an
//!              allocation early, a better one soon, and the bound that the potentials prove at every moment.
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
mod repair;

use std::cell::{Cell, RefCell};

use super::certify::{allocation, within};
use super::control::{Control, Progress, Stage};
use super::{SolveOptions, plain};
use crate::allocation::{Allocation, Proof, Status};
use crate::problem::Problem;
use network::Network;
use paths::{Ended, Paths};
use plain::Plain;
use prove::Proved;
use repair::{Offers, Repaired};

/// Steps that the flow may take without an allocation to show, per arc and in any case: the general method may soon have one.
const STEPS_PER_ARC: u64 = 200;
const LEAST_STEPS: u64 = 20_000_000;

/// Solves a flow case; anything else, and a flow case without a feasible allocation or one that is long in coming, goes to
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

/// The optimum of a feasible flow case with prices that prove it, or where it is stopped before the best allocation so far with the
/// prices so far; otherwise the steps spent in vain.
///
/// Within the first [`LEAST_STEPS`] a gap that would do is not enough: it costs little to end.
fn solve(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Result<Allocation, u64> {
    let sets = detect::detect(problem, options.seed).ok_or(0u64)?;
    let budget = LEAST_STEPS + STEPS_PER_ARC * problem.arc_count() as u64;
    let limit = options.step_limit.unwrap_or(u64::MAX);
    let (best, repairs) = (RefCell::new(None::<(i64, Offers)>), Cell::new(0u64));
    let is_over = |steps: u64| control.stopped().is_some() || steps >= limit;
    let stop = |steps: u64| {
        let steps = steps + repairs.get();
        is_over(steps) || (steps >= budget && best.borrow().is_none())
    };
    if stop(0) {
        return Err(0);
    }
    let start = plain::assignment(problem, options.seed, &stop).ok_or(0u64)?;
    let spent = start.steps;
    let hard = repair::hard_sides(problem);
    let loose = Network::unscored(problem, &hard, sets.clone(), options.seed);
    let network = Network::new(problem, sets, options.seed);
    let mut paths = Paths::new(&network, &start).ok_or(spent)?;
    let bound = |paths: &Paths<'_>| Proved::of(paths).and_then(|proved| proved.bound());
    let near = |plain: &Plain, paths: &Paths<'_>| {
        let taken = paths.steps() + repairs.get();
        let (found, steps) = repair::repair(&loose, plain, &|steps| stop(taken - repairs.get() + steps));
        repairs.set(repairs.get() + steps);
        let is_better = |objective: i64| best.borrow().as_ref().is_none_or(|known| objective > known.0);
        match found {
            Repaired::Found(objective, offers) if is_better(objective) => *best.borrow_mut() = Some((objective, offers)),
            Repaired::Infeasible => return false,
            Repaired::Found(..) | Repaired::Stopped => {}
        }
        true
    };
    let tell = |paths: &Paths<'_>| {
        let objective = best.borrow().as_ref().map(|best| best.0);
        let steps = paths.steps() + repairs.get();
        let bound = bound(paths);
        control.tell(Progress { stage: Stage::Prices, bound, objective, steps });
        let near = |bound, objective| within(bound, objective, options.gap_ppm);
        steps < LEAST_STEPS || !bound.zip(objective).is_some_and(|(bound, objective)| near(bound, objective))
    };
    if !near(&start, &paths) {
        return Err(paths.steps() + repairs.get());
    }
    tell(&paths);
    let ended = paths.run(&stop, &mut |paths, halved| {
        if halved {
            near(&Plain { offers: paths.offers(), ..start.clone() }, paths);
        }
        tell(paths)
    });
    let steps = paths.steps() + repairs.get();
    let proved = Proved::of(&paths).ok_or(steps)?;
    let (status, offers) = match (ended, best.into_inner()) {
        (Ended::Optimal, _) => (Status::Optimal, paths.offers()),
        (Ended::Stopped, best) if is_over(steps) => {
            let status = control.stopped().unwrap_or(Status::StepLimit);
            best.map_or_else(|| (Status::Unknown, Vec::new()), |best| (status, best.1))
        }
        (Ended::Stopped, Some(best)) if proved.bound() == Some(best.0) => (Status::Optimal, best.1),
        (Ended::Stopped, Some(best)) => (Status::GapLimit, best.1),
        _ => return Err(steps),
    };
    let proof = Proof::Prices(proved.prices(problem));
    let answer = allocation(problem, status, offers, proved.bound(), Some(proof), steps);
    debug_assert!(status != Status::Optimal || answer.objective == answer.bound, "the prices of a shortest path end where the worth does");
    if status == Status::Optimal && (answer.objective.is_none() || answer.objective != answer.bound) {
        return Err(steps);
    }
    control.tell(Progress { stage: Stage::Prices, bound: answer.bound, objective: answer.objective, steps: answer.steps });
    Ok(answer)
}

#[cfg(test)]
mod tests;
