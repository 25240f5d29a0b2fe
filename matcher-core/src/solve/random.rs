//! A small seeded generator for the search: integers only, the same on every machine.

/// `SplitMix64` (G. Steele, D. Lea, C. Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 ..= n - 1; n > 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// An exponential variate of mean 1024, by the position of the first set bit and a straight line between powers of two.
    pub(super) fn exponential(&mut self) -> i64 {
        let bits = self.next();
        let zeros = bits.leading_zeros().min(50);
        let fraction = (bits << (zeros + 1)) >> 54;
        // ln 2 = 710 / 1024.
        (i64::from(zeros) * 1024 + 1023 - fraction as i64) * 710 / 1024
    }
}
