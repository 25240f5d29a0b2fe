//! Which method solves a plain problem: by what is counted on the instance, never by the clock, so that the same problem always
//! goes the same way.

use super::super::graph::NONE;
use super::answer::{Answer, Ended};
use super::instance::{Instance, Plain};
use super::lines::{Arcs, Lines, Source};
use super::matrix::Matrix;
use super::scans::best_two;
use super::sparse::Budget;
use super::weight::{Weight, fits};
use super::{dense as whole_rows, scaling as bids, sparse as lists};
use crate::lanes::Path;
use crate::problem::Problem;

/// A matrix is made where at least one pair in so many is an arc: it takes no more memory than the lines, and its scans look at
/// no more than that many pairs per arc.
const LEAST_DENSITY: u64 = 4;
/// On a matrix, short lists of near arcs may look at one arc per so many pairs before other methods take over, which look at
/// each pair tens of times, some tens of pairs in the time of one arc: lists suffice where scores differ much, and not where many
/// are alike.
const PAIRS_PER_ARC: u64 = 2;
/// On a square, the reductions over whole rows may leave one row in so many to the searches. More say that searches will be long, as
/// they are where scores are sums or products of few features, and that scaling is the better way.
const ROWS_PER_OPEN: usize = 6;
/// There, searches may scan so many rows per row before scaling takes over: about what scaling takes.
const SCANS_PER_ROW: u64 = 32;
/// A matrix of more bytes does not stay in the caches. Where its rows have one best column each, lists of near arcs are then worth making
/// for the searches.
const LARGE: usize = 1 << 25;
/// Rows in which the best two are compared.
const SAMPLE: usize = 64;

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
        best_for: "most pairs are arcs: whole rows, handed to lists or scaling when searches grow long",
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

/// Whole rows first, and on a square lists or scaling when that was too much. With more rows than columns short lists first.
fn counted<W: Weight>(matrix: &mut Matrix<W>, stop: &dyn Fn(u64) -> bool) -> Option<Answer<W>> {
    let pairs = matrix.arc_count();
    let near = Budget { rows: usize::MAX, arcs: pairs / PAIRS_PER_ARC };
    if !matrix.is_square() {
        if matrix.is_complete() {
            return Some(whole_rows::solve(matrix, None, Budget::NONE, stop));
        }
        return Some(match lists::solve(matrix, near, stop) {
            begun if begun.ended == Ended::Budget => {
                begun.scanned_before(whole_rows::solve(matrix, Some(begun.clone()), Budget::NONE, stop))
            }
            done => done,
        });
    }
    let rows = matrix.rows() / ROWS_PER_OPEN;
    let is_listed = matrix.bytes() > LARGE && is_distinct(matrix);
    let arcs = if is_listed { 0 } else { pairs * SCANS_PER_ROW };
    let begun = whole_rows::solve(matrix, None, Budget { rows, arcs }, stop);
    debug_assert!(begun.holds(matrix));
    if begun.ended != Ended::Budget {
        return Some(begun);
    }
    if is_listed && begun.row.iter().filter(|&&row| row == NONE).count() <= rows {
        let answer = begun.scanned_before(lists::solve(matrix, near, stop));
        debug_assert!(answer.holds(matrix));
        if answer.ended != Ended::Budget {
            return Some(answer);
        }
        return Some(answer.scanned_before(bids::solve(matrix, stop)?));
    }
    Some(begun.scanned_before(bids::solve(matrix, stop)?))
}

/// True where most rows of a sample have one best column. Rows are in the order of draws: the first are as good as any.
fn is_distinct<W: Weight>(matrix: &Matrix<W>) -> bool {
    let (path, price) = (Path::best(), vec![W::ZERO; matrix.width()]);
    let rows = SAMPLE.min(matrix.rows());
    let distinct = (0..rows).map(|row| best_two(path, matrix.row(row), &price)).filter(|(best, second)| best > second).count();
    distinct * 4 > rows * 3
}
