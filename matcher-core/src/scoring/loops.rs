//! The loops of scoring, each compiled for every [path](crate::lanes::Path).

use std::ops::Range;

use crate::lanes::Loop;

/// One column, or two or three side by side, with one entry per dwelling or residence.
///
/// A range that a column does not have gives no entries.
pub trait Columns {
    /// The entries of one dwelling or residence.
    type Entry;

    /// Those in `range`, in order.
    fn entries(self, range: Range<usize>) -> impl ExactSizeIterator<Item = Self::Entry>;
}

impl<A: Copy> Columns for &[A] {
    type Entry = A;

    #[inline]
    fn entries(self, range: Range<usize>) -> impl ExactSizeIterator<Item = A> {
        self.get(range).unwrap_or_default().iter().copied()
    }
}

impl<A: Copy, B: Copy> Columns for (&[A], &[B]) {
    type Entry = (A, B);

    #[inline]
    fn entries(self, range: Range<usize>) -> impl ExactSizeIterator<Item = (A, B)> {
        self.0.entries(range.clone()).zip(self.1.entries(range))
    }
}

impl<A: Copy, B: Copy, C: Copy> Columns for (&[A], &[B], &[C]) {
    type Entry = (A, B, C);

    #[inline]
    fn entries(self, range: Range<usize>) -> impl ExactSizeIterator<Item = (A, B, C)> {
        self.0.entries(range.clone()).zip((self.1, self.2).entries(range)).map(|(a, (b, c))| (a, b, c))
    }
}

/// Adds weighted marks of dwellings to their points.
pub(super) struct AddMarks<'a, C, F> {
    pub(super) points: &'a mut [i32],
    /// False = the points are written, whatever was there.
    pub(super) add: bool,
    pub(super) columns: C,
    pub(super) range: Range<usize>,
    pub(super) weight: i32,
    /// Every mark is a multiple of it.
    pub(super) each: i32,
    pub(super) times: F,
}

impl<C: Columns, F: Fn(C::Entry) -> i32> Loop for AddMarks<'_, C, F> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        let each = self.weight * self.each;
        let entries = self.columns.entries(self.range);
        if !self.add && entries.len() < self.points.len() {
            self.points.fill(0);
        }
        let dwellings = self.points.iter_mut().zip(entries);
        let points = |entry| {
            let times = (self.times)(entry);
            debug_assert!((0..=1000).contains(&(times * self.each)), "a mark of {times} times {}", self.each);
            each * times
        };
        if self.add {
            dwellings.for_each(|(sum, entry)| *sum += points(entry));
        } else {
            dwellings.for_each(|(sum, entry)| *sum = points(entry));
        }
    }
}

/// Adds points of dwellings.
pub(super) struct AddPoints<'a> {
    pub(super) points: &'a mut [i32],
    pub(super) more: &'a [i32],
}

impl Loop for AddPoints<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        self.points.iter_mut().zip(self.more).for_each(|(points, more)| *points += more);
    }
}

/// Adds parts to sums of residences.
pub(super) struct Sum<'a, C, F> {
    pub(super) sums: &'a mut [i32],
    pub(super) columns: C,
    pub(super) range: Range<usize>,
    pub(super) part: F,
}

impl<C: Columns, F: Fn(C::Entry) -> i32> Loop for Sum<'_, C, F> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        for (sum, entry) in self.sums.iter_mut().zip(self.columns.entries(self.range)) {
            *sum = sum.wrapping_add((self.part)(entry));
        }
    }
}

/// Makes marks of the sums of residences, adds them to their points, and sets the sums to 0.
pub(super) struct FinishSums<'a, C, F> {
    pub(super) points: &'a mut [i32],
    pub(super) sums: &'a mut [i32],
    pub(super) columns: C,
    pub(super) range: Range<usize>,
    pub(super) weight: i32,
    pub(super) mark: F,
}

impl<C: Columns, F: Fn(i32, C::Entry) -> i32> Loop for FinishSums<'_, C, F> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        for ((points, sum), entry) in self.points.iter_mut().zip(self.sums).zip(self.columns.entries(self.range)) {
            let mark = (self.mark)(*sum, entry);
            debug_assert!((0..=1000).contains(&mark), "a mark of {mark}");
            *points += self.weight * mark;
            *sum = 0;
        }
    }
}

/// Room behind a buffer that [`Spread`] may write over.
pub(super) const SLACK: usize = 16;

/// Writes the points of each residence to all its dwellings.
///
/// Residences are short: sixteen entries are written at once, one store in the widest instructions, and what is too much is written over
/// by the next residence.
pub(super) struct Spread<'a> {
    /// Where each residence ends.
    pub(super) ends: &'a [u32],
    /// Position of the first dwelling of `out`; a run may begin and end inside a residence.
    pub(super) first: u32,
    pub(super) residences: &'a [i32],
    /// Dwellings of the run.
    pub(super) len: usize,
    /// One entry per dwelling and [`SLACK`] more.
    pub(super) out: &'a mut [i32],
}

impl Loop for Spread<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        let mut at = 0;
        for (&points, &end) in self.residences.iter().zip(self.ends) {
            let end = end.saturating_sub(self.first) as usize;
            if let Some(sixteen) = self.out.get_mut(at..at + SLACK).and_then(|entries| entries.first_chunk_mut()) {
                *sixteen = [points; SLACK];
            }
            if end > at + SLACK
                && let Some(all) = self.out.get_mut(at..end.min(self.len))
            {
                all.fill(points);
            }
            at = end;
        }
    }
}

/// The points of a run: what is given everywhere, by residence and by dwelling.
pub(super) struct Total<'a> {
    pub(super) everywhere: i32,
    pub(super) dwellings: &'a [i32],
    /// The points of their residences, where there are any.
    pub(super) residences: Option<&'a [i32]>,
    /// Adds to `out` instead of writing it.
    pub(super) add: bool,
    pub(super) out: &'a mut [i64],
}

impl Loop for Total<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        let everywhere = self.everywhere;
        let points = self.out.iter_mut().zip(self.dwellings);
        match (self.residences, self.add) {
            (Some(residences), false) => points.zip(residences).for_each(|((out, d), r)| *out = i64::from(everywhere + d + r)),
            (Some(residences), true) => points.zip(residences).for_each(|((out, d), r)| *out += i64::from(everywhere + d + r)),
            (None, false) => points.for_each(|(out, d)| *out = i64::from(everywhere + d)),
            (None, true) => points.for_each(|(out, d)| *out += i64::from(everywhere + d)),
        }
    }
}
