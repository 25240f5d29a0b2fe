//! Scores as tables: a row per household, an entry per dwelling, in the bytes that go out. A pair costs four bytes and no allocation.

use crate::convert::count;
use crate::wire::v1;

/// Bytes of points after which a table is told.
const FULL: usize = 256 << 10;
/// Bytes of an entry, where all of a table fit, and where they do not.
const NARROW: usize = 4;
const WIDE: usize = 8;

/// The rows of a table to come.
#[derive(Debug)]
pub(super) struct Rows {
    width: usize,
    households: Vec<String>,
    points: Vec<i64>,
    open: Vec<u8>,
}

impl Rows {
    /// No rows, each of so many dwellings.
    pub(super) const fn new(width: usize) -> Self {
        Self { width, households: Vec::new(), points: Vec::new(), open: Vec::new() }
    }

    /// A new row: its points and its bits, all of them 0.
    pub(super) fn add(&mut self, household: &str) -> (&mut [i64], Flags<'_>) {
        let (points, open) = (self.points.len(), self.open.len());
        self.households.push(household.to_owned());
        self.points.resize(points + self.width, 0);
        self.open.resize(open + self.width.div_ceil(8), 0);
        (self.points.get_mut(points..).unwrap_or_default(), Flags(self.open.get_mut(open..).unwrap_or_default()))
    }

    /// Whether the table is to be told before another row comes.
    pub(super) fn is_full(&self) -> bool {
        self.points.len() * NARROW >= FULL
    }

    /// The table of the rows, where there are any; none are left.
    pub(super) fn take(&mut self) -> Option<v1::ScoreTable> {
        if self.households.is_empty() {
            return None;
        }
        let (point_bytes, suitability_points) = packed(&self.points);
        self.points.clear();
        Some(v1::ScoreTable {
            household_ids: std::mem::take(&mut self.households),
            dwelling_count: count(self.width),
            point_bytes: count(point_bytes),
            suitability_points,
            eligible_bits: std::mem::take(&mut self.open),
        })
    }
}

/// The bits of a row.
pub(super) struct Flags<'a>(&'a mut [u8]);

impl Flags<'_> {
    pub(super) fn set(&mut self, at: usize) {
        if let Some(byte) = self.0.get_mut(at / 8) {
            *byte |= 1 << (at % 8);
        }
    }
}

/// Numbers in as few bytes each as all of them need, lowest byte first.
fn packed(points: &[i64]) -> (usize, Vec<u8>) {
    let beyond = points.iter().fold(0, |beyond, &points| beyond | (points.wrapping_sub(i32::MIN.into()) >> 32));
    if beyond != 0 {
        return (WIDE, points.iter().flat_map(|points| points.to_le_bytes()).collect());
    }
    let mut bytes = vec![0; points.len() * NARROW];
    for (out, points) in bytes.chunks_exact_mut(NARROW).zip(points) {
        let [a, b, c, d, ..] = points.to_le_bytes();
        out.copy_from_slice(&[a, b, c, d]);
    }
    (NARROW, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::rows;

    fn table(households: &[(&str, &[i64])]) -> v1::ScoreTable {
        let mut all = Rows::new(households[0].1.len());
        for (household, values) in households {
            let (points, mut open) = all.add(household);
            points.copy_from_slice(values);
            (0..values.len()).filter(|at| values[*at] % 2 != 0).for_each(|at| open.set(at));
        }
        all.take().unwrap()
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let few: [(&str, &[i64]); 3] =
            [("H1", &[0, 1, -1, 70_000, i32::MAX.into(), i32::MIN.into(), 6, 7, 9]), ("H2", &[5; 9]), ("H3", &[4; 9])];
        let wide: [(&str, &[i64]); 2] = [("H1", &[1, i64::MAX]), ("H2", &[i64::MIN, -3])];
        let one_above: [(&str, &[i64]); 1] = [("H1", &[i64::from(i32::MAX) + 1, i64::from(i32::MIN) - 1])];
        for (households, bytes) in [(&few[..], 4), (&wide[..], 8), (&one_above[..], 8)] {
            let table = table(households);
            assert_eq!((table.point_bytes, table.household_ids.len()), (bytes, households.len()));
            let read: Vec<_> = rows(&table).collect();
            assert_eq!(read.len(), households.len());
            for (row, (household, values)) in read.iter().zip(households) {
                assert_eq!((row.household_id, row.points().as_slice()), (*household, *values));
                assert!((0..values.len()).all(|at| row.is_open(at) == (values[at] % 2 != 0)));
            }
        }
    }

    #[test]
    fn rows_are_taken_once_and_a_table_fills() {
        let mut all = Rows::new(FULL / NARROW / 2);
        assert!(all.take().is_none());
        all.add("H1");
        assert!(!all.is_full());
        all.add("H2");
        assert!(all.is_full() && all.take().is_some() && all.take().is_none() && !all.is_full());
    }
}
