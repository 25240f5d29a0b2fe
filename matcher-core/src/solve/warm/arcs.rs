//! A graph whose arcs come and go: rows and columns have room, and move to the end when it is used up.
//!
//! Complexity   an arc comes or goes in O(degree of its ends), a full row moves in O(degree x log degree).

use crate::ids::{CellIndex, DwellingIndex, HouseholdIndex};
use crate::problem::Problem;

use super::super::graph::{Graph, NONE};

/// Room for more arcs in a row or column that has `degree`.
const fn room(degree: u32) -> u32 {
    degree / 16 + 2
}

/// The arcs of a problem, open to edits.
#[derive(Debug, Clone)]
pub(super) struct Arcs {
    pub(super) graph: Graph,
    /// Where the room of each row ends.
    row_limit: Vec<u32>,
    /// Where the room of each column ends.
    col_limit: Vec<u32>,
}

/// Told that the arc of a column stands at another slot now.
pub(super) type Moved<'a> = &'a mut dyn FnMut(u32, u32, u32);

impl Arcs {
    /// Every arc of `problem`. O(m + n log n).
    pub(super) fn new(problem: &Problem, seed: u64) -> Self {
        let graph = Graph::with_room(problem, seed, room);
        let limits = |starts: &[u32], all: usize| starts.iter().skip(1).copied().chain([all as u32]).take(starts.len()).collect();
        Self { row_limit: limits(&graph.row_start, graph.col.len()), col_limit: limits(&graph.col_start, graph.col_slot.len()), graph }
    }

    /// Position in the column's list of its arc to `row`, or where it would stand.
    fn place(&self, column: u32, row: u32) -> Result<usize, usize> {
        let graph = &self.graph;
        let dwelling = graph.dwelling[row as usize];
        let start = graph.col_start[column as usize] as usize;
        let of = |slot: &u32| graph.dwelling[graph.row[*slot as usize] as usize];
        match graph.column_slots(column as usize).binary_search_by_key(&dwelling, of) {
            Ok(at) => Ok(start + at),
            Err(at) => Err(start + at),
        }
    }

    /// Puts in the arc of `column` to `row`, which is not there yet; gives its slot.
    pub(super) fn insert(&mut self, column: u32, row: u32, score: i64, cell: CellIndex, moved: Moved<'_>) -> u32 {
        if self.graph.row_end[row as usize] == self.row_limit[row as usize] {
            self.move_row(row, moved);
        }
        if self.graph.col_end[column as usize] == self.col_limit[column as usize] {
            self.move_column(column);
        }
        let at = self.place(column, row).unwrap_or_else(|at| at);
        let graph = &mut self.graph;
        let slot = graph.row_end[row as usize];
        graph.row_end[row as usize] += 1;
        self.write(slot, row, column, score, cell);
        let graph = &mut self.graph;
        let end = graph.col_end[column as usize] as usize;
        graph.col_slot.copy_within(at..end, at + 1);
        graph.col_slot[at] = slot;
        graph.col_end[column as usize] += 1;
        slot
    }

    /// Takes out an arc; the last arc of its row takes its slot.
    pub(super) fn remove(&mut self, slot: u32, moved: Moved<'_>) {
        let (row, column) = (self.graph.row[slot as usize], self.graph.col[slot as usize]);
        if let Ok(at) = self.place(column, row) {
            let end = self.graph.col_end[column as usize] as usize;
            self.graph.col_slot.copy_within(at + 1..end, at);
            self.graph.col_end[column as usize] -= 1;
        }
        let last = self.graph.row_end[row as usize] - 1;
        if last != slot {
            self.shift(last, slot, moved);
        }
        self.graph.col[last as usize] = NONE;
        self.graph.row_end[row as usize] = last;
    }

    fn write(&mut self, slot: u32, row: u32, column: u32, score: i64, cell: CellIndex) {
        let (graph, at) = (&mut self.graph, slot as usize);
        (graph.row[at], graph.col[at], graph.score[at], graph.cell[at]) = (row, column, score, cell);
    }

    /// Moves an arc to another slot of its row.
    fn shift(&mut self, from: u32, to: u32, moved: Moved<'_>) {
        let at = from as usize;
        let (row, column) = (self.graph.row[at], self.graph.col[at]);
        if let Ok(place) = self.place(column, row) {
            self.graph.col_slot[place] = to;
        }
        self.write(to, row, column, self.graph.score[at], self.graph.cell[at]);
        moved(column, from, to);
    }

    /// Moves a row to the end of the slots, with new room.
    fn move_row(&mut self, row: u32, moved: Moved<'_>) {
        let old = self.graph.slots(row as usize);
        let start = self.graph.col.len();
        self.extend_slots(start + old.len() + (2 * room(old.len() as u32)) as usize);
        for (new, slot) in (start..).zip(old.clone()) {
            self.shift(slot as u32, new as u32, moved);
            self.graph.col[slot] = NONE;
        }
        self.graph.row_start[row as usize] = start as u32;
        self.graph.row_end[row as usize] = (start + old.len()) as u32;
        self.row_limit[row as usize] = self.graph.col.len() as u32;
    }

    /// Moves a column's list to the end of the lists, with new room.
    fn move_column(&mut self, column: u32) {
        let at = column as usize;
        let old = self.graph.col_start[at] as usize..self.graph.col_end[at] as usize;
        let (start, length) = (self.graph.col_slot.len(), old.len());
        self.graph.col_slot.extend_from_within(old);
        self.graph.col_slot.resize(start + length + (2 * room(length as u32)) as usize, NONE);
        self.graph.col_start[at] = start as u32;
        self.graph.col_end[at] = (start + length) as u32;
        self.col_limit[at] = self.graph.col_slot.len() as u32;
    }

    fn extend_slots(&mut self, slots: usize) {
        self.graph.row.resize(slots, 0);
        self.graph.col.resize(slots, NONE);
        self.graph.cell.resize(slots, CellIndex::default());
        self.graph.score.resize(slots, 0);
    }

    /// A new row at the end, without arcs, with room for `degree`.
    pub(super) fn push_row(&mut self, dwelling: DwellingIndex, capacity: u32, degree: usize) -> u32 {
        let start = self.graph.col.len();
        self.extend_slots(start + degree + room(degree as u32) as usize);
        self.graph.row_start.push(start as u32);
        self.graph.row_end.push(start as u32);
        self.row_limit.push(self.graph.col.len() as u32);
        self.graph.capacity.push(capacity);
        self.graph.dwelling.push(dwelling);
        self.graph.rows() as u32 - 1
    }

    /// A new column at the end, without arcs, with room for `degree`.
    pub(super) fn push_column(&mut self, household: HouseholdIndex, degree: usize) -> u32 {
        let start = self.graph.col_slot.len();
        self.graph.col_slot.resize(start + degree + room(degree as u32) as usize, NONE);
        self.graph.col_start.push(start as u32);
        self.graph.col_end.push(start as u32);
        self.col_limit.push(self.graph.col_slot.len() as u32);
        self.graph.household.push(household);
        self.graph.column.push(self.graph.columns() as u32 - 1);
        self.graph.columns() as u32 - 1
    }

    /// Takes the last row, which has no arcs, away.
    pub(super) fn pop_row(&mut self) {
        let (start, limit) = (self.graph.row_start.pop(), self.row_limit.pop());
        self.graph.row_end.pop();
        self.graph.capacity.pop();
        self.graph.dwelling.pop();
        if let (Some(start), Some(limit)) = (start, limit)
            && limit as usize == self.graph.col.len()
        {
            self.extend_slots(start as usize);
        }
    }

    /// Takes the last column, which has no arcs, away.
    pub(super) fn pop_column(&mut self) {
        let (start, limit) = (self.graph.col_start.pop(), self.col_limit.pop());
        self.graph.col_end.pop();
        self.graph.household.pop();
        self.graph.column.pop();
        if let (Some(start), Some(limit)) = (start, limit)
            && limit as usize == self.graph.col_slot.len()
        {
            self.graph.col_slot.truncate(start as usize);
        }
    }

    /// Every list says the same: for debug builds.
    #[cfg(test)]
    pub(super) fn is_sound(&self) -> bool {
        let graph = &self.graph;
        let by_row = (0..graph.rows()).flat_map(|row| graph.slots(row).map(move |slot| (row as u32, slot)));
        let rows = by_row.clone().all(|(row, slot)| graph.row[slot] == row && graph.find(graph.col[slot], row) == Some(slot as u32));
        let columns: usize = (0..graph.columns()).map(|column| graph.column_slots(column).len()).sum();
        rows && columns == by_row.count()
    }
}
