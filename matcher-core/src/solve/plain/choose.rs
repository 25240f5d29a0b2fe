//! Which method solves a plain problem: by what is counted on the instance, never by the clock, so that the same problem always
//! goes the same way.

use super::answer::{Answer, Ended};
use super::instance::{Instance, Plain};
use super::lines::{Lines, Source};
use super::matrix::Matrix;
use super::weight::{Weight, fits};
use super::{dense as whole_rows, sparse as lists};
use crate::problem::Problem;

/// A matrix is made where at least one pair in so many is an arc: it takes no more memory than the lines, and its scans look at
/// no more than that many pairs per arc.
const LEAST_DENSITY: u64 = 4;
/// The sparse method may look at one arc per so many pairs of a matrix before scans of whole rows take over: short lists of near
/// arcs suffice where scores differ much, and not where many are alike.
const PAIRS_PER_ARC: u64 = 8;

/// One way to solve a plain problem.
pub(in crate::solve) struct Method {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) best_for: &'static str,
    /// Whether it is the one to begin with, where none before it is.
    first: fn(&Instance<'_>) -> bool,
    /// Solves; `None` where the problem is not for it, or it was stopped before it had prices.
    pub(super) solve: fn(&Instance<'_>, &dyn Fn(u64) -> bool) -> Option<Plain>,
}

/// Every method. The first that says so begins, and hands over to others when it looks at too much.
pub(in crate::solve) const METHODS: &[Method] = &[
    Method {
        name: "dense",
        best_for: "most pairs are arcs: short lists of near arcs, then whole rows, then scaling",
        first: is_dense,
        solve: dense,
    },
    Method { name: "sparse", best_for: "few of the pairs are arcs; any capacities", first: |_| true, solve: sparse },
    Method { name: "rows", best_for: "most pairs are arcs and many scores are alike", first: |_| false, solve: rows },
];

/// The methods for plain problems: name, and what each is for.
///
/// ```
/// assert!(matcher_core::solve::plain_methods().any(|(name, _)| name == "sparse"));
/// ```
pub fn plain_methods() -> impl Iterator<Item = (&'static str, &'static str)> {
    METHODS.iter().map(|method| (method.name, method.best_for))
}

/// Solves a plain problem; `None` where it was stopped before it had prices. `stop` is asked with the arcs looked at.
pub(super) fn solve(problem: &Problem, seed: u64, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    let instance = Instance::new(problem, seed, stop)?;
    let method = METHODS.iter().find(|method| (method.first)(&instance))?;
    (method.solve)(&instance, stop)
}

fn is_dense(instance: &Instance<'_>) -> bool {
    !instance.multiple && instance.rows() as u64 * instance.columns() as u64 <= LEAST_DENSITY * instance.arcs
}

fn sparse(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    if fits::<i32>(instance.largest) { from_lines::<i32>(instance, stop) } else { from_lines::<i64>(instance, stop) }
}

fn from_lines<W: Weight>(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    let mut lines = Lines::<W>::new(instance)?;
    let answer = lists::solve(&mut lines, u64::MAX, stop);
    debug_assert!(answer.holds(&mut lines));
    Some(instance.plain(&answer))
}

fn rows(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    in_matrix(instance, |_| 0, stop)
}

fn dense(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    in_matrix(instance, |pairs| pairs / PAIRS_PER_ARC, stop)
}

fn in_matrix(instance: &Instance<'_>, first: impl Fn(u64) -> u64, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    let budget = first(instance.rows() as u64 * instance.columns() as u64);
    match instance.largest {
        _ if instance.multiple => None,
        largest if fits::<i16>(largest) => from_matrix::<i16>(instance, budget, stop),
        largest if fits::<i32>(largest) => from_matrix::<i32>(instance, budget, stop),
        _ => from_matrix::<i64>(instance, budget, stop),
    }
}

fn from_matrix<W: Weight>(instance: &Instance<'_>, first: u64, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    let mut matrix = Matrix::<W>::new(instance)?;
    let mut begun: Option<Answer<W>> = None;
    if first > 0 {
        let answer = lists::solve(&mut matrix, first, stop);
        debug_assert!(answer.holds(&mut matrix));
        if answer.ended != Ended::Budget {
            return Some(instance.plain(&answer));
        }
        begun = Some(answer);
    }
    let answer = whole_rows::solve(&matrix, begun, u64::MAX, stop);
    debug_assert!(answer.holds(&mut matrix));
    Some(instance.plain(&answer))
}
