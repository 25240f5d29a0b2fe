//! Which columns are matched to each row: one linked list per row in three flat arrays, so that a home of one unit and a run of
//! a thousand alike homes cost the same per column.

use super::super::super::graph::NONE;

/// Doubly linked lists of columns, by row. Memory: 8 B per row, 8 B per column.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Occupants {
    first: Vec<u32>,
    load: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
}

impl Occupants {
    /// Nobody anywhere.
    pub(in crate::solve) fn new(rows: usize, columns: usize) -> Self {
        Self { first: vec![NONE; rows], load: vec![0; rows], next: vec![NONE; columns], previous: vec![NONE; columns] }
    }

    /// New rows and columns at the end, nobody there; or the last ones away, where nobody is.
    pub(in crate::solve) fn resize(&mut self, rows: usize, columns: usize) {
        self.first.resize(rows, NONE);
        self.load.resize(rows, 0);
        self.next.resize(columns, NONE);
        self.previous.resize(columns, NONE);
    }

    /// How many columns are matched to `row`.
    pub(in crate::solve) fn load(&self, row: u32) -> u32 {
        self.load[row as usize]
    }

    /// The columns matched to `row`, latest first.
    pub(in crate::solve) fn of(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let link = |column: u32| Some(column).filter(|&column| column != NONE);
        std::iter::successors(link(self.first[row as usize]), move |&column| link(self.next[column as usize]))
    }

    /// Adds a column that is matched to no row.
    pub(in crate::solve) fn insert(&mut self, row: u32, column: u32) {
        let first = std::mem::replace(&mut self.first[row as usize], column);
        self.next[column as usize] = first;
        self.previous[column as usize] = NONE;
        if first != NONE {
            self.previous[first as usize] = column;
        }
        self.load[row as usize] += 1;
    }

    /// Takes out a column that is matched to `row`.
    pub(in crate::solve) fn remove(&mut self, row: u32, column: u32) {
        let (previous, next) = (self.previous[column as usize], self.next[column as usize]);
        if previous == NONE {
            self.first[row as usize] = next;
        } else {
            self.next[previous as usize] = next;
        }
        if next != NONE {
            self.previous[next as usize] = previous;
        }
        self.load[row as usize] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_and_go_from_any_place() {
        let mut occupants = Occupants::new(2, 5);
        for column in [3, 0, 4] {
            occupants.insert(1, column);
        }
        assert_eq!(occupants.of(1).collect::<Vec<_>>(), [4, 0, 3]);
        occupants.remove(1, 0);
        occupants.insert(0, 0);
        assert_eq!(occupants.of(1).collect::<Vec<_>>(), [4, 3]);
        occupants.remove(1, 4);
        occupants.insert(1, 2);
        occupants.remove(1, 3);
        assert_eq!(occupants.of(1).collect::<Vec<_>>(), [2]);
        assert_eq!((occupants.load(0), occupants.load(1)), (1, 1));
        assert_eq!(occupants.of(0).collect::<Vec<_>>(), [0]);
    }
}
