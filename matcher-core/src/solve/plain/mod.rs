//! Plain assignment: no rows, no pairs.
//!
//! Problem      max sum s(h,d) x(h,d); each household h at most one dwelling, each dwelling d at most c(d) households; arcs absent
//!              = forbidden; everything may stay unmatched.
//! Dual         min sum u(h) + sum c(d) v(d); u, v >= 0; u(h) + v(d) >= s(h,d). Every method gives both sides, with the same
//!              total: that is the certificate, and it does not depend on the method.
//! Methods      `sparse` (short lists of near arcs), `dense` (whole rows of a matrix), `scaling` (bids with a margin that shrinks),
//!              chosen and changed by counts on the instance (`choose`); `matching` starts warm from any prices and serves
//!              the methods for quota rows.
//! Widths       16, 32 or 64 bits, the narrowest that prices provably fit (`weight`); one code.
//! Memory       8 B per arc (16 B where 64 bits are needed) or 2, 4, 8 B per pair of a matrix, and up to 400 B per household and
//!              dwelling together with the draws; beside the problem.

mod answer;
mod choose;
mod dense;
mod instance;
mod lines;
mod matching;
mod matrix;
mod near;
mod scaling;
mod scans;
mod sparse;
mod weight;

pub use choose::plain_methods;
pub(super) use instance::Plain;
pub(super) use matching::{Matching, Occupants};

use super::SolveOptions;
use super::certify::{allocation, plain_prices};
use super::control::{Control, Progress, Stage};
use crate::allocation::{Allocation, Certificate, Proof, Status};
use crate::problem::Problem;
use answer::Ended;

/// Solves a problem without rows and pairs.
pub(super) fn solve(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Allocation {
    let stop = |steps: u64| control.stopped().is_some() || options.step_limit.is_some_and(|limit| steps >= limit);
    let stopped = || control.stopped().unwrap_or(Status::StepLimit);
    // The problem's hash takes about as long as the solve and does not depend on it. Who cancels wants no certificate.
    let cancelled = || control.stopped() == Some(Status::Cancelled);
    let (plain, hash) = rayon::join(|| choose::solve(problem, options.seed, &stop), || problem.hash_unless(cancelled));
    let Some(plain) = plain else {
        return allocation(problem, stopped(), vec![None; problem.households().len()], None, None, 0);
    };
    let places = problem.dwellings().iter().zip(&plain.dwellings);
    let total = places.map(|(place, &v)| i128::from(place.capacity) * i128::from(v)).sum::<i128>()
        + plain.households.iter().map(|&u| i128::from(u)).sum::<i128>();
    // Sums of weights fit, see Problem::new; those of valid prices on the way are no larger than one weight per row.
    let bound = i64::try_from(total).unwrap_or(i64::MAX);
    let status = if plain.ended == Ended::Optimal { Status::Optimal } else { stopped() };
    let proof = Proof::Prices(plain_prices(problem, &plain.households, &plain.dwellings));
    let mut answer = allocation(problem, status, plain.offers, Some(bound), None, plain.steps);
    answer.certificate = hash.map(|problem| Certificate { problem, objective: answer.objective, bound: answer.bound, proof });
    control.tell(Progress { stage: Stage::Plain, bound: answer.bound, objective: answer.objective, steps: answer.steps });
    answer
}

/// The best assignment of the arcs of `problem` with its prices, whatever its rows; `None` where it was stopped before.
pub(super) fn assignment(problem: &Problem, seed: u64, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    choose::solve(problem, seed, stop).filter(|plain| plain.ended == Ended::Optimal)
}

#[cfg(test)]
mod tests;
