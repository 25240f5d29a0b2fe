//! Sets of dwellings as bits.

use crate::model::Run;

use super::{Loop, Path};

/// A set of positions below a fixed number, one bit each; unused bits of the last word are 0.
///
/// ```
/// use matcher_core::lanes::Bits;
/// let mut bits = Bits::full(70);
/// bits.remove(3);
/// assert_eq!((bits.count(), bits.contains(3), bits.contains(69)), (69, false, true));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// No position below `len`.
    pub fn empty(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// Every position below `len`.
    pub fn full(len: usize) -> Self {
        let mut bits = Self::default();
        bits.fill(len);
        bits
    }

    /// Becomes the set of every position below `len`.
    pub fn fill(&mut self, len: usize) {
        self.words.clear();
        self.words.resize(len.div_ceil(64), u64::MAX);
        self.len = len;
        if let (Some(last), rest @ 1..) = (self.words.last_mut(), len % 64) {
            *last = (1 << rest) - 1;
        }
    }

    /// Becomes the empty set of positions below `len`.
    pub fn clear(&mut self, len: usize) {
        self.words.clear();
        self.words.resize(len.div_ceil(64), 0);
        self.len = len;
    }

    /// Positions there may be.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True where no position is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Positions in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// True where `position` is in the set.
    pub fn contains(&self, position: usize) -> bool {
        self.words.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    /// Adds a position below the length.
    pub fn insert(&mut self, position: usize) {
        if position < self.len
            && let Some(word) = self.words.get_mut(position / 64)
        {
            *word |= 1 << (position % 64);
        }
    }

    /// Adds the positions of a run, as far as they are below the length.
    pub fn insert_run(&mut self, run: Run) {
        for (at, mask) in masks(run, self.len) {
            if let Some(word) = self.words.get_mut(at) {
                *word |= mask;
            }
        }
    }

    /// Takes a position out.
    pub fn remove(&mut self, position: usize) {
        if let Some(word) = self.words.get_mut(position / 64) {
            *word &= !(1 << (position % 64));
        }
    }

    /// Keeps what is in `other` too.
    pub fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Takes what is not in `other` out of the words that a run touches: enough where the set holds nothing outside such runs.
    pub fn intersect_in(&mut self, other: &Self, run: Run) {
        let range = run.range();
        let words = range.start / 64..range.end.min(self.len).div_ceil(64);
        let own = self.words.get_mut(words.clone()).unwrap_or_default();
        for (word, other) in own.iter_mut().zip(other.words.get(words).unwrap_or_default()) {
            *word &= other;
        }
    }

    /// Keeps the positions whose entry in `column` fits; words without a position are not looked at, and a position beyond the column
    /// is taken out. `column` begins at position 0.
    pub fn retain<T>(&mut self, path: Path, column: &[T], fits: impl Fn(&T) -> bool) {
        path.run(Retain { words: &mut self.words, column, fits });
    }

    /// Takes the positions of a run out.
    pub fn remove_run(&mut self, run: Run) {
        for (at, mask) in masks(run, self.len) {
            if let Some(word) = self.words.get_mut(at) {
                *word &= !mask;
            }
        }
    }

    /// Positions of a run that are in the set.
    pub fn count_in(&self, run: Run) -> usize {
        masks(run, self.len).map(|(at, mask)| self.words.get(at).map_or(0, |word| (word & mask).count_ones() as usize)).sum()
    }

    /// The positions of a run that are in the set, ascending.
    pub fn iter_in(&self, run: Run) -> impl Iterator<Item = usize> + '_ {
        masks(run, self.len).flat_map(|(at, mask)| ones(at, self.words.get(at).map_or(0, |word| word & mask)))
    }

    /// The positions in the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| ones(at, word))
    }

    /// The positions in the set that `other` does not hold, ascending.
    pub fn iter_without(&self, other: &Self) -> impl Iterator<Item = usize> {
        let other = other.words.iter().copied().chain(std::iter::repeat(0));
        self.words.iter().zip(other).enumerate().flat_map(|(at, (&word, other))| ones(at, word & !other))
    }

    /// Runs that hold every position of the set, ascending: neighbouring words with a position in them are one run, which begins and
    /// ends with a position of the set.
    pub fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            at += self.words.get(at..)?.iter().position(|&word| word != 0)?;
            let first = at;
            let stretch = self.words.get(first..)?.iter().take_while(|word| **word != 0).count();
            at += stretch;
            let (low, high) = (self.words.get(first)?, self.words.get(at - 1)?);
            Some(Run::new(64 * first + low.trailing_zeros() as usize..64 * at - high.leading_zeros() as usize))
        })
    }
}

/// The words that a run touches, as far as it lies below `len`, with its bits in each.
fn masks(run: Run, len: usize) -> impl Iterator<Item = (usize, u64)> {
    let (start, end) = (run.range().start, run.range().end.min(len));
    let words = if start < end { start / 64..(end - 1) / 64 + 1 } else { 0..0 };
    words.map(move |at| {
        let low = if at == start / 64 { u64::MAX << (start % 64) } else { u64::MAX };
        let high = if at == (end - 1) / 64 { u64::MAX >> (63 - (end - 1) % 64) } else { u64::MAX };
        (at, low & high)
    })
}

/// The positions of the bits of the `at`-th word.
fn ones(at: usize, mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let position = (word != 0).then(|| 64 * at + word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(position)
    })
}

struct Retain<'a, T, F> {
    words: &'a mut [u64],
    column: &'a [T],
    fits: F,
}

impl<T, F: Fn(&T) -> bool> Loop for Retain<'_, T, F> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        let chunks = self.column.chunks(64).map(Some).chain(std::iter::repeat(None));
        for (word, entries) in self.words.iter_mut().zip(chunks) {
            if *word == 0 {
                continue;
            }
            // A byte per entry first, which is a loop of one comparison; then eight bytes of 0 or 1 become eight bits by one
            // multiplication.
            let mut bytes = [0u8; 64];
            for (byte, entry) in bytes.iter_mut().zip(entries.unwrap_or_default()) {
                *byte = u8::from((self.fits)(entry));
            }
            let eights = bytes.as_chunks::<8>().0.iter().rev();
            *word &= eights.fold(0, |mask, &eight| mask << 8 | u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_what_was_put_in() {
        for len in [0, 1, 63, 64, 65, 200] {
            let full = Bits::full(len);
            assert_eq!(full.iter().collect::<Vec<_>>(), (0..len).collect::<Vec<_>>());
            assert_eq!((full.count(), full.len(), full.is_empty()), (len, len, len == 0));
            for range in [0..0, 0..1, 3..64, 63..66, 64..128, 10..500] {
                let mut bits = Bits::empty(len);
                bits.insert_run(Run::new(range.clone()));
                assert_eq!(bits.iter().collect::<Vec<_>>(), range.filter(|&at| at < len).collect::<Vec<_>>(), "{len}");
            }
        }
    }

    #[test]
    fn retaining_is_a_filter() {
        let column: Vec<u32> = (0..150).map(|at: u32| at.wrapping_mul(2_654_435_761) >> 7).collect();
        for (len, path) in [1, 8, 64, 100, 149, 150].into_iter().flat_map(|len| Path::available().map(move |path| (len, path))) {
            let mut bits = Bits::full(len);
            bits.remove(7);
            bits.retain(path, &column, |value| value.is_multiple_of(3));
            let expected: Vec<usize> = (0..len).filter(|&at| at != 7 && column[at].is_multiple_of(3)).collect();
            assert_eq!(bits.iter().collect::<Vec<_>>(), expected, "{len}");
        }
        let mut short = Bits::full(150);
        short.retain(Path::Baseline, &column[..70], |_| true);
        assert_eq!(short.count(), 70, "beyond the column nothing is kept");
    }

    #[test]
    fn runs_cover_the_set_tightly() {
        let mut bits = Bits::empty(400);
        for position in [5, 70, 127, 200, 399] {
            bits.insert(position);
        }
        assert_eq!(bits.runs().collect::<Vec<_>>(), [Run::new(5..128), Run::new(200..201), Run::new(399..400)]);
        assert_eq!((bits.count_in(Run::new(6..200)), bits.count_in(Run::new(70..201))), (2, 3));
        assert_eq!(bits.iter_in(Run::new(70..399)).collect::<Vec<_>>(), [70, 127, 200]);
        assert_eq!(bits.iter_without(&Bits::full(128)).collect::<Vec<_>>(), [200, 399]);
        bits.remove_run(Run::new(6..300));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [5, 399]);
        bits.remove_run(Run::new(0..900));
        assert!(bits.is_empty());
        assert_eq!(bits.runs().count(), 0);
    }

    #[test]
    fn an_intersection_keeps_what_both_have() {
        let (mut even, mut third) = (Bits::empty(100), Bits::empty(100));
        (0..100).step_by(2).for_each(|at| even.insert(at));
        (0..100).step_by(3).for_each(|at| third.insert(at));
        even.intersect(&third);
        assert_eq!(even.iter().collect::<Vec<_>>(), (0..100).step_by(6).collect::<Vec<_>>());
        let mut some = Bits::empty(200);
        for run in [Run::new(10..20), Run::new(120..150)] {
            some.insert_run(run);
        }
        let mut tenth = Bits::empty(200);
        (0..200).step_by(10).for_each(|at| tenth.insert(at));
        let mut parts = some.clone();
        parts.intersect_in(&tenth, Run::new(10..20));
        parts.intersect_in(&tenth, Run::new(120..150));
        parts.intersect_in(&tenth, Run::new(400..500));
        some.intersect(&tenth);
        assert_eq!((parts.iter().collect::<Vec<_>>(), &parts), (vec![10, 120, 130, 140], &some));
    }
}
