//! Draws: a small generator whose numbers are the same on every machine.

/// What a stream of draws is for; each row of each purpose has a stream of its own, so that one more draw in one place
/// moves nothing elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Residence = 1,
    Dwelling,
    Vacancy,
    VacancyDate,
    Resident,
    Newcomer,
    Transfer,
    Demand,
    Help,
    Ledger,
    Site,
    Home,
    Target,
    Seeker,
    Sample,
    Pair,
}

/// A stream of draws: splitmix64 (Steele, Lea and Flood, 2014), integers only.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    state: u64,
}

impl Draw {
    /// The stream of row `index` for one purpose.
    pub(crate) fn new(seed: u64, stream: Stream, index: usize) -> Self {
        let mut key = Self { state: seed };
        let mut key = Self { state: key.next() ^ stream as u64 };
        Self { state: key.next() ^ index as u64 }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `count`; 0 where `count` is 0. Uneven by less than `count` / 2^64.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(count)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as u64 + 1) as i64
    }

    /// True `chance` times in a thousand.
    pub(crate) fn chance(&mut self, chance: u64) -> bool {
        self.below(1000) < chance
    }

    /// One of a table's values, each as often as its weight says.
    pub(crate) fn weighted<T: Copy, const N: usize>(&mut self, table: &[(T, u64); N]) -> T {
        const { assert!(N > 0) }
        let mut left = self.below(table.iter().map(|entry| entry.1).sum());
        for (value, weight) in table {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        table[N - 1].0
    }

    /// One of `values`, each as often; `None` where there is none.
    pub(crate) fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        values.get(self.below(values.len() as u64) as usize)
    }

    /// A value of the distribution whose quantiles, evenly spaced from the least to the greatest, are given; linear in between.
    pub(crate) fn quantile<const N: usize>(&mut self, quantiles: &[i64; N]) -> i64 {
        const { assert!(N > 1) }
        let at = self.below((N as u64 - 1) * 1000);
        let (step, part) = ((at / 1000) as usize, (at % 1000) as i64);
        quantiles[step] + (quantiles[step + 1] - quantiles[step]) * part / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix64_gives_the_published_numbers() {
        let mut draw = Draw { state: 1_234_567 };
        let first: Vec<u64> = (0..3).map(|_| draw.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn draws_keep_to_their_bounds_and_weights() {
        let mut draw = Draw::new(7, Stream::Help, 3);
        let mut heads = 0;
        for _ in 0..10_000 {
            assert!((-2..=2).contains(&draw.between(-2, 2)));
            assert!((10..=30).contains(&draw.quantile(&[10, 12, 30])));
            heads += u64::from(draw.weighted(&[(true, 1), (false, 3)]));
        }
        assert!((2_350..=2_650).contains(&heads), "{heads}");
        assert_eq!(draw.below(0), 0);
        assert_eq!(draw.pick::<u8>(&[]), None);
    }
}
