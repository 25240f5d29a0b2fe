//! Which method solves a plain problem: by what is counted on the instance, never by the clock, so that the same problem always
//! goes the same way.

use super::answer::{Answer, Ended};
use super::instance::{Instance, Plain};
use super::lines::{Arcs, Lines, Source};
use super::matrix::Matrix;
use super::sparse::Budget;
use super::weight::{Weight, fits};
use super::{dense as whole_rows, scaling as bids, sparse as lists};
use crate::problem::Problem;

/// A matrix is made where at least one pair in so many is an arc: it takes no more memory than the lines, and its scans look at
/// no more than that many pairs per arc.
const LEAST_DENSITY: u64 = 4;
/// On a matrix, short lists of near arcs may look at one arc per so many pairs before scans of whole rows take over, which look at
/// each pair tens of times, some ten pairs in the time of one arc: lists suffice where scores differ much, and not where many
/// are alike.
const PAIRS_PER_ARC: u64 = 2;
/// On a square, the reductions over whole rows may leave one row in so many to the searches. More say that scans will
/// explode, as they do where scores are products or sums of few features.
const ROWS_PER_OPEN: usize = 2;
/// There, searches may scan so many rows per row before scaling takes over: about as many as scaling itself does.
const SCANS_PER_ROW: u64 = 128;

/// One way to solve a plain problem.
pub(super) struct Method {
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
pub(super) const METHODS: &[Method] = &[
    Method {
        name: "dense",
        best_for: "most pairs are arcs: whole rows, handed to scaling or begun by short lists",
        first: is_dense,
        solve: dense,
    },
    Method { name: "sparse", best_for: "few of the pairs are arcs; any capacities", first: |_| true, solve: sparse },
    Method { name: "rows", best_for: "most pairs are arcs, some are not, and many scores are alike", first: |_| false, solve: rows },
    Method {
        name: "scaling",
        best_for: "as many households as dwellings, no pair forbidden, and scores on which scans explode",
        first: |_| false,
        solve: scaling,
    },
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
    let answer = lists::solve(&mut lines, Budget::NONE, stop);
    debug_assert!(answer.holds(&mut lines));
    Some(instance.plain(&answer))
}

/// What is done with a matrix.
#[derive(Clone, Copy)]
enum Way {
    Counted,
    Rows,
    Scaling,
}

fn dense(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    in_matrix(instance, Way::Counted, stop)
}

fn rows(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    in_matrix(instance, Way::Rows, stop)
}

fn scaling(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    in_matrix(instance, Way::Scaling, stop)
}

fn in_matrix(instance: &Instance<'_>, way: Way, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    // Prices that scaling leaves may be as far below 0 as weights are above, and all are in halves.
    match instance.largest.saturating_mul(4) {
        _ if instance.multiple => None,
        largest if fits::<i16>(largest) => from_matrix::<i16>(instance, way, stop),
        largest if fits::<i32>(largest) => from_matrix::<i32>(instance, way, stop),
        _ => from_matrix::<i64>(instance, way, stop),
    }
}

fn from_matrix<W: Weight>(instance: &Instance<'_>, way: Way, stop: &dyn Fn(u64) -> bool) -> Option<Plain> {
    let mut matrix = Matrix::<W>::new(instance, stop)?;
    let answer = match way {
        Way::Counted => counted(&mut matrix, stop)?,
        Way::Rows => whole_rows::solve(&matrix, None, Budget::NONE, stop),
        Way::Scaling => bids::solve(&matrix, stop)?,
    };
    debug_assert!(answer.holds(&mut matrix));
    Some(instance.plain(&answer.halved()))
}

/// Whole rows first, and on a square scaling when that was too much. With more rows than columns short lists first.
fn counted<W: Weight>(matrix: &mut Matrix<W>, stop: &dyn Fn(u64) -> bool) -> Option<Answer<W>> {
    let pairs = matrix.arc_count();
    let begun = match (matrix.is_square(), matrix.is_complete()) {
        (true, _) => {
            let budget = Budget { rows: matrix.rows() / ROWS_PER_OPEN, arcs: pairs * SCANS_PER_ROW };
            whole_rows::solve(matrix, None, budget, stop)
        }
        (_, true) => whole_rows::solve(matrix, None, Budget::NONE, stop),
        _ => lists::solve(matrix, Budget { rows: usize::MAX, arcs: pairs / PAIRS_PER_ARC }, stop),
    };
    debug_assert!(begun.holds(matrix));
    if begun.ended != Ended::Budget {
        return Some(begun);
    }
    let looked = begun.scanned;
    let answer = if matrix.is_square() { bids::solve(matrix, stop)? } else { whole_rows::solve(matrix, Some(begun), Budget::NONE, stop) };
    Some(Answer { scanned: answer.scanned + looked, ..answer })
}
