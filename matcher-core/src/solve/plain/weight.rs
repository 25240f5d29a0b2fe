//! The integers that weights, prices and path lengths are kept in: one code for all widths.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// The narrowest width in which everything [`fits`].
pub(in crate::solve) trait Weight:
    Copy + Ord + Default + Debug + Send + Sync + Into<i64> + Add<Output = Self> + Sub<Output = Self> + AddAssign + SubAssign
{
    /// Nothing.
    const ZERO: Self;
    /// The least difference.
    const ONE: Self;
    /// Above every path length.
    const MAX: Self;
    /// Below every reduced weight.
    const MIN: Self;

    /// The number `value`, which [`fits`].
    fn of(value: i64) -> Self;
}

macro_rules! weights {
    ($($width:ty),*) => {$(
        impl Weight for $width {
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const MAX: Self = Self::MAX;
            const MIN: Self = Self::MIN;

            fn of(value: i64) -> Self {
                debug_assert!(Self::try_from(value).is_ok(), "the width was chosen without asking whether the weights fit");
                value as Self
            }
        }
    )*};
}

weights!(i16, i32, i64);

/// True where a plain problem whose weights are at most `largest` may be solved in integers of width `W`.
///
/// Everything may stay unmatched at price 0, and that bounds prices by the weights themselves instead of by weights times rows.
/// Let C = `largest` and let weights of 0 or less be left out. Prices within 0..=C stay there: a matched arc is tight, so
/// u = w - v <= C where v >= 0, and the other way round; an unmatched row takes at most the best w - u <= C of its arcs; a
/// search raises only prices of columns and rows that are matched, or of full rows of capacity 0 to some w - u <= C, and
/// lowers none below 0. A path is not followed beyond the length at which something on it stays empty, which is at most the
/// price of where it starts: lengths that are kept are at most C, and one step beyond, length + u + v - w, is less than 3 C.
///
/// The dense method on a square, where weights below 0 count as 0, lets prices of columns be negative until the end. There a free
/// column still has its first price, in -C..=0, and while one is free each row has v >= w - u >= 0, at most its first price C; so a
/// matched column has u = w - v in -C..=C, a path to a free column is at most C long, and one step beyond is less than 4 C. Moved up
/// by their least at the end, u is within 0..=2 C. Prices that `scaling` leaves are moved down to -C..=0 first; then v starts
/// within 0..=2 C, paths are at most 2 C long, and one step beyond is less than 5 C: matrices ask whether 2 C fits, and since
/// they keep halves whether 4 C does. What rounds columns up is reached at half the largest number, beyond every path that is kept.
pub(in crate::solve) fn fits<W: Weight>(largest: i64) -> bool {
    largest < W::MAX.into() / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_weights_fit_one_word() {
        let largest = i64::from(i32::MAX) / 4 - 1;
        assert!(fits::<i32>(largest) && i32::try_from(4 * largest).is_ok());
        assert!(!fits::<i32>(largest + 1) && fits::<i64>(largest + 1));
        assert!(fits::<i16>(8_190) && !fits::<i16>(8_191) && !fits::<i64>(i64::MAX));
    }
}
