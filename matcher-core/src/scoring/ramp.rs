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

    /// Per mille at `value`, rounded down.
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
}
