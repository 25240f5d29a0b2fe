//! The integers that weights, prices and path lengths are kept in: one code for both widths.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// 32 bits where weights and path lengths fit, 64 bits otherwise.
pub(in crate::solve) trait Weight:
    Copy + Ord + Default + Debug + Send + Sync + Into<i64> + Add<Output = Self> + Sub<Output = Self> + AddAssign + SubAssign
{
    /// Nothing.
    const ZERO: Self;
    /// Above every path length.
    const MAX: Self;
    /// Below every reduced weight.
    const MIN: Self;
}

impl Weight for i32 {
    const ZERO: Self = 0;
    const MAX: Self = Self::MAX;
    const MIN: Self = Self::MIN;
}

impl Weight for i64 {
    const ZERO: Self = 0;
    const MAX: Self = Self::MAX;
    const MIN: Self = Self::MIN;
}
