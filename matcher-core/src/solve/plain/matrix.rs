//! Dense weights, row by row.
//!
//! Weights are kept in *halves*, twice what they are, and so are the prices that belong to them: a search tells matched columns from
//! free ones at the same distance by one half, so that the nearest column is a free one wherever there is a choice.
//!
//! An absent arc, and one whose weight is 0 or less, is kept as 0. That decides nothing: a row and a column that are matched by such a
//! pair are worth what they are worth empty, so that every row of a matrix with no more rows than columns can be matched in the end,
//! and pairs of 0 are taken out again. Their prices add up to 0. No large number stands for "forbidden".

use rayon::prelude::*;

use super::instance::Instance;
use super::lines::{Arcs, Source, front};
use super::scans::{self, LANES, lanes};
use super::weight::Weight;
use crate::lanes::Path;

/// Pairs copied between two questions whether to stop: some milliseconds.
const ASK_EVERY: usize = 1 << 21;

/// Weights in halves, rows x columns. Memory: 2, 4 or 8 B per pair.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Matrix<W> {
    weight: Vec<W>,
    rows: usize,
    columns: usize,
    /// Columns, rounded up to whole runs of lanes; what is added has weight 0.
    width: usize,
    line: Vec<(u32, W)>,
}

impl<W: Weight> Matrix<W> {
    /// The arcs of `instance`, each row of one unit; `None` where it was stopped. O(rows x columns).
    pub(super) fn new(instance: &Instance<'_>, stop: &dyn Fn(u64) -> bool) -> Option<Self> {
        let (rows, columns) = (instance.rows(), instance.columns());
        let width = columns.div_ceil(LANES) * LANES;
        let mut weight = vec![W::ZERO; rows * width];
        let path = Path::best();
        if let Some(whole) = instance.whole().filter(|_| width > 0) {
            let block = (ASK_EVERY / width).max(1);
            for (at, weights) in weight.chunks_mut(block * width).enumerate() {
                if stop(0) {
                    return None;
                }
                let buffer = || vec![W::ZERO; columns];
                weights.par_chunks_mut(width).enumerate().for_each_init(buffer, |buffer, (row, weights)| {
                    // Read in order and narrowed first: the columns' order then jumps about in a few kilobytes only.
                    scans::halves(path, buffer, whole.scores(at * block + row));
                    for (weight, &position) in weights.iter_mut().zip(whole.columns) {
                        *weight = buffer[position as usize];
                    }
                });
            }
        } else if !instance.each(|row, column, value| weight[row as usize * width + column as usize] = W::of(2 * value.max(0))) {
            return None;
        }
        Some(Self { weight, rows, columns, width, line: Vec::with_capacity(columns) })
    }

    /// No more rows than columns: every row is matched in the end.
    pub(super) const fn is_complete(&self) -> bool {
        self.rows <= self.columns
    }

    /// As many rows as columns: all are matched in the end.
    pub(super) const fn is_square(&self) -> bool {
        self.rows == self.columns
    }

    /// What the weights take in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.weight.as_slice())
    }

    /// Columns, rounded up.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Weights of a row.
    pub(super) fn row(&self, row: usize) -> &[W] {
        &self.weight[row * self.width..(row + 1) * self.width]
    }
}

impl<W: Weight> Arcs<W> for Matrix<W> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn arc_count(&self) -> u64 {
        self.weight.len() as u64
    }

    fn capacity(&self, _: usize) -> u32 {
        1
    }

    fn take(&mut self, row: usize, taken: usize, more: usize) -> &[(u32, W)] {
        let weights = &self.weight[row * self.width..(row + 1) * self.width];
        let least = least_of(weights, taken.saturating_add(more));
        self.line.clear();
        for (run, weight) in lanes(weights).enumerate() {
            let mut any = false;
            for &weight in weight {
                any |= weight >= least;
            }
            if any {
                let found = (0..LANES).filter(|&lane| weight[lane] >= least && weight[lane] > W::ZERO);
                self.line.extend(found.map(|lane| ((run * LANES + lane) as u32, weight[lane])));
            }
        }
        front(&mut self.line, taken);
        let rest = &mut self.line[taken..];
        front(rest, more);
        &rest[..more.min(rest.len())]
    }
}

/// A weight that at least `count` of the row reach, if possible only a few more: of the best in each of so many parts of the row.
fn least_of<W: Weight>(weights: &[W], count: usize) -> W {
    let runs = weights.len() / LANES;
    let parts = count.div_ceil(LANES / 2);
    if parts * 4 > runs {
        return W::MIN;
    }
    let mut best = Vec::with_capacity(parts * LANES);
    for part in weights.chunks(runs.div_ceil(parts) * LANES) {
        let mut top = [W::MIN; LANES];
        for weight in lanes(part) {
            for lane in 0..LANES {
                top[lane] = top[lane].max(weight[lane]);
            }
        }
        best.extend(top);
    }
    if best.len() < count {
        return W::MIN;
    }
    *best.select_nth_unstable_by(count - 1, |a, b| b.cmp(a)).1
}
