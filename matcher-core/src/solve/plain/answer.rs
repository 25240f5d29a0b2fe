//! What every method gives: a matching and the prices that prove it.

use super::super::graph::NONE;
use super::lines::Arcs;
use super::weight::Weight;

/// How a method ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::solve) enum Ended {
    /// The matching is optimal.
    Optimal,
    /// More work than its budget.
    Budget,
    /// The caller wants no more.
    Stopped,
}

/// A matching with valid prices: u, v >= 0, u + v >= w on every arc, u + v = w on matched ones. Where the method ended
/// [`Ended::Optimal`], what is unmatched or has room has price 0 (complementary slackness), and the total of the prices is the
/// weight of the matching.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Answer<W> {
    /// Price of each column.
    pub(super) u: Vec<W>,
    /// Price of each row.
    pub(super) v: Vec<W>,
    /// Row that each column is matched to, or [`NONE`].
    pub(super) row: Vec<u32>,
    /// Arcs looked at.
    pub(super) scanned: u64,
    /// How it ended.
    pub(super) ended: Ended,
}

impl<W: Weight> Answer<W> {
    /// The answer of another method after what was looked at here.
    pub(super) fn scanned_before(&self, after: Self) -> Self {
        Self { scanned: after.scanned + self.scanned, ..after }
    }

    /// From halves to whole weights: an odd price of a column is rounded down and that of a row up, so that sums stay above what they
    /// were above, and equal where they were equal.
    pub(super) fn halved(self) -> Self {
        let half = |price: W| price.into() / 2;
        let (u, v) = (self.u.iter().map(|&u| W::of(half(u))), self.v.iter().map(|&v| W::of(half(v + W::ONE))));
        Self { u: u.collect(), v: v.collect(), ..self }
    }

    /// Valid prices, tight pairs within the capacities; where the method said so, complementary slackness too. For debug builds
    /// and tests: O(m).
    pub(super) fn holds(&self, arcs: &mut impl Arcs<W>) -> bool {
        let mut load = vec![0u32; arcs.rows()];
        let mut tight: Vec<bool> = self.row.iter().map(|&row| row == NONE).collect();
        for (row, load) in load.iter_mut().enumerate() {
            let all = arcs.take(row, 0, usize::MAX);
            for &(column, weight) in all.iter().filter(|arc| arc.1 > W::ZERO) {
                let sum = self.u[column as usize] + self.v[row];
                if sum < weight {
                    return false;
                }
                if self.row[column as usize] == row as u32 {
                    *load += 1;
                    tight[column as usize] = sum == weight;
                }
            }
        }
        let optimal = self.ended == Ended::Optimal;
        let signs = self.u.iter().chain(&self.v).all(|&price| price >= W::ZERO);
        let columns = self.row.iter().zip(&self.u).all(|(&row, &u)| !optimal || row != NONE || u == W::ZERO);
        let rows = (0..arcs.rows()).all(|row| {
            let capacity = arcs.capacity(row);
            load[row] <= capacity && (!optimal || self.v[row] == W::ZERO || load[row] == capacity)
        });
        signs && columns && rows && tight.into_iter().all(|tight| tight)
    }
}
