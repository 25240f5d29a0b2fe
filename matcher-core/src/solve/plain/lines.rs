//! The arcs of a plain problem by row, as the cold methods read them.

use std::cmp::Reverse;

use super::weight::Weight;

/// Rows of arcs that give their best first.
pub(in crate::solve) trait Arcs<W> {
    /// Number of rows.
    fn rows(&self) -> usize;
    /// Number of columns.
    fn columns(&self) -> usize;
    /// Number of arcs that may have to be looked at.
    fn arc_count(&self) -> u64;
    /// Units of a row.
    fn capacity(&self, row: usize) -> u32;
    /// In no order, the best `more` arcs (higher weight, then lower column) of a row behind the best `taken`; fewer where there
    /// are no more. O(arcs of the row).
    fn take(&mut self, row: usize, taken: usize, more: usize) -> &[(u32, W)];
}

/// Where arcs come from.
pub(in crate::solve) trait Source {
    /// Number of rows.
    fn rows(&self) -> usize;
    /// Number of columns.
    fn columns(&self) -> usize;
    /// Units of each row.
    fn capacity(&self) -> &[u32];
    /// Arcs above 0 of each row.
    fn degree(&self) -> &[u32];
    /// Gives every arc (row, column, weight), none twice, the same each time. False where it was stopped.
    fn each(&self, give: impl FnMut(u32, u32, i64)) -> bool;
}

/// Puts the best `count` arcs in front.
pub(super) fn front<W: Weight>(arcs: &mut [(u32, W)], count: usize) {
    if 0 < count && count < arcs.len() {
        arcs.select_nth_unstable_by_key(count - 1, |arc| (Reverse(arc.1), arc.0));
    }
}

/// Arcs by row, column and weight side by side. Memory: 8 B per arc where weights fit 32 bits, 16 B otherwise; 8 B per row.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Lines<W> {
    start: Vec<u32>,
    arcs: Vec<(u32, W)>,
    capacity: Vec<u32>,
    columns: usize,
}

impl<W: Weight> Lines<W> {
    /// The arcs of `source` whose weight is above 0: no other is worth more than staying empty. `None` where it was stopped. O(m).
    pub(super) fn new(source: &impl Source) -> Option<Self> {
        let mut start = Vec::with_capacity(source.rows() + 1);
        start.push(0);
        start.extend(source.degree().iter().scan(0, |sum, degree| {
            *sum += degree;
            Some(*sum)
        }));
        let mut next = start.clone();
        let mut arcs = vec![(0, W::ZERO); start[source.rows()] as usize];
        let done = source.each(|row, column, weight| {
            if weight > 0 {
                let at = &mut next[row as usize];
                arcs[*at as usize] = (column, W::of(weight));
                *at += 1;
            }
        });
        done.then(|| Self { start, arcs, capacity: source.capacity().to_vec(), columns: source.columns() })
    }
}

impl<W: Weight> Arcs<W> for Lines<W> {
    fn rows(&self) -> usize {
        self.capacity.len()
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn arc_count(&self) -> u64 {
        self.arcs.len() as u64
    }

    fn capacity(&self, row: usize) -> u32 {
        self.capacity[row]
    }

    /// The best `taken` must have been taken before: they stand in front.
    fn take(&mut self, row: usize, taken: usize, more: usize) -> &[(u32, W)] {
        let rest = &mut self.arcs[self.start[row] as usize + taken..self.start[row + 1] as usize];
        front(rest, more);
        &rest[..more.min(rest.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_and_what_is_worth_nothing_never() {
        let mut lines = Lines::<i32>::new(&Given).unwrap();
        assert_eq!((lines.rows(), lines.columns(), lines.arc_count(), lines.capacity(1)), (2, 6, 5, 1));
        let mut best = lines.take(0, 0, 2).to_vec();
        best.sort_unstable();
        assert_eq!(best, [(1, 9), (3, 9)]);
        assert_eq!(lines.take(0, 2, 1), [(5, 8)]);
        assert_eq!(lines.take(0, 3, 9), [(4, 7)]);
        assert_eq!(lines.take(1, 1, 9), []);
    }

    struct Given;

    impl Source for Given {
        fn rows(&self) -> usize {
            2
        }

        fn columns(&self) -> usize {
            6
        }

        fn capacity(&self) -> &[u32] {
            &[1, 1]
        }

        fn degree(&self) -> &[u32] {
            &[4, 1]
        }

        fn each(&self, mut give: impl FnMut(u32, u32, i64)) -> bool {
            for (row, column, weight) in [(0, 4, 7), (0, 1, 9), (1, 0, 3), (0, 2, 0), (0, 3, 9), (0, 0, -2), (0, 5, 8)] {
                give(row, column, weight);
            }
            true
        }
    }
}
