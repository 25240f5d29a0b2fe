//! The one shape that criteria share: full marks up to one value, none from another on, a straight line between.

/// A straight line from 1000 at `full` to 0 at `zero`; outside, the nearer end. `zero` may lie above or below `full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ramp {
    full: i64,
    zero: i64,
}

impl Ramp {
    /// Where `full` and `zero` are one value, everything beyond it has no marks.
    pub(super) const fn new(full: i64, zero: i64) -> Self {
        Self { full, zero }
    }

    /// Per mille at `value`, rounded down; for single values. Loops over dwellings take [`PerMille`].
    pub(super) fn at(self, value: i64) -> u16 {
        // With the sign of the slope taken out, marks fall as the value rises.
        let (value, full, zero) = if self.zero >= self.full { (value, self.full, self.zero) } else { (-value, -self.full, -self.zero) };
        if value <= full {
            1000
        } else if value >= zero {
            0
        } else {
            // Between the ends the quotient lies in 0..=1000; 128 bits hold any product.
            (1000 * i128::from(zero - value) / i128::from(zero - full)) as u16
        }
    }
}

/// The nearest number of 0..=`most`; without the check of `clamp`, which keeps loops from being vectorised.
#[inline]
pub(super) fn cut(value: i32, most: i32) -> i32 {
    value.max(0).min(most)
}

/// `1000 x part / whole`, rounded down, by one multiplication: the compiler vectorises it, which it cannot a division by a number that it
/// does not know.
///
/// With `S = 22 + floor(log2 whole)` and `m = ceil(1000 x 2^S / whole)`, `m x part / 2^S` exceeds the quotient by less than
/// `part x whole / (whole x 2^S) <= 1 / whole` where `whole^2 <= 2^S`, and so never reaches the next multiple of `1 / whole`; `m` fits 32
/// bits (Granlund & Montgomery, Division by invariant integers using multiplication, PLDI 1994).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PerMille {
    multiplier: u32,
    up: u32,
    down: u32,
}

impl PerMille {
    /// The largest whole.
    pub(super) const MOST: i64 = 1 << 21;

    /// All or nothing: shares of 1.
    pub(super) const WHOLE_OF_ONE: Self = Self { multiplier: 1000 << 22, up: 10, down: 0 };

    /// Shares of `whole`; `None` where it is not 1..=[`MOST`](Self::MOST).
    pub(super) fn new(whole: i64) -> Option<Self> {
        if !(1..=Self::MOST).contains(&whole) {
            return None;
        }
        let shift = 22 + whole.ilog2();
        let multiplier = (1000_u64 << shift).div_ceil(whole as u64) as u32;
        Some(Self { multiplier, up: 32_u32.saturating_sub(shift), down: shift.saturating_sub(32) })
    }

    /// The share of `part`, which must lie in 0..=whole.
    #[inline]
    pub(super) fn of(self, part: i32) -> i32 {
        ((u64::from((part as u32) << self.up) * u64::from(self.multiplier)) >> 32) as i32 >> self.down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_between_its_ends_and_flat_outside() {
        let falling = Ramp::new(200, 400);
        let rising = Ramp::new(100, 0);
        let step = Ramp::new(5, 5);
        for (ramp, value, expected) in [
            (falling, i64::MIN / 2, 1000),
            (falling, 200, 1000),
            (falling, 201, 995),
            (falling, 300, 500),
            (falling, 399, 5),
            (falling, 400, 0),
            (falling, i64::MAX / 2, 0),
            (rising, -1, 0),
            (rising, 0, 0),
            (rising, 33, 330),
            (rising, 100, 1000),
            (rising, 101, 1000),
            (step, 5, 1000),
            (step, 6, 0),
        ] {
            assert_eq!(ramp.at(value), expected, "{ramp:?} at {value}");
        }
    }

    #[test]
    fn shares_are_quotients() {
        let check = |whole: i64, part: i64| {
            let share = PerMille::new(whole).unwrap();
            assert_eq!(i64::from(share.of(part as i32)), 1000 * part / whole, "{part} of {whole}");
        };
        for whole in 1..=1100 {
            (0..=whole).for_each(|part| check(whole, part));
        }
        for bits in 10..=21 {
            for whole in [(1 << bits) - 1, 1 << bits, (1 << bits) + 1, 3 << (bits - 2)].into_iter().filter(|&w| w <= PerMille::MOST) {
                // Every step of the staircase from both sides.
                for step in 0..=1000_i64 {
                    let edge = (step * whole + 999) / 1000;
                    [edge - 1, edge, edge + 1].into_iter().filter(|part| (0..=whole).contains(part)).for_each(|part| check(whole, part));
                }
            }
        }
        assert_eq!(PerMille::new(1), Some(PerMille::WHOLE_OF_ONE));
        assert_eq!([0, -1, PerMille::MOST + 1].map(PerMille::new), [None; 3]);
    }
}
