//! Pairs of households that could help each other: what one offers the other needs, and the more so across generations.

use crate::draw::{Draw, Stream};

use super::seekers::Seeker;

/// Who asks for the same residence, and what they bring.
#[derive(Debug, Default)]
pub(super) struct Friends {
    /// Per residence the households that ask for it.
    meet: Vec<Vec<u32>>,
    /// Per household: offers and needs (errands, digital help, childcare, company), and age.
    bring: Vec<(u8, u8, u8)>,
}

/// Pairs looked at per household that asks for a residence.
const TRIES: usize = 2;

impl Friends {
    pub(super) fn meet(&mut self, number: usize, seeker: &Seeker) {
        for &site in &seeker.sites {
            if self.meet.len() <= site {
                self.meet.resize(site + 1, Vec::new());
            }
            self.meet[site].push(number as u32);
        }
        // Bits from what the household wishes: no further draws, so that pairs change nothing else.
        let mix = (seeker.place.0 * 31 + seeker.place.1 * 17 + seeker.resources + seeker.waiting * 7).unsigned_abs();
        let mask = |is: bool, bits: u8| if is { bits } else { 0 };
        let (young, old, family) = (seeker.age < 45, seeker.age >= 60, seeker.children > 0);
        let offers = (mask(young, 0b0011) | mask(old, 0b1100)) & (mix as u8 | mix.rotate_right(5) as u8);
        let needs = (mask(old, 0b1011) | mask(family, 0b0100)) & (mix.rotate_right(3) as u8 | 0b0001);
        self.bring.push((offers, needs, seeker.age.clamp(0, 120) as u8));
    }

    /// Two households and their points, each pair once, sorted.
    pub(super) fn pairs(self, seed: u64) -> Vec<(u32, u32, i64)> {
        let mut pairs = Vec::new();
        for (site, people) in self.meet.iter().enumerate() {
            let mut draw = Draw::new(seed, Stream::Pair, site);
            for _ in 0..people.len() * TRIES {
                let (Some(&a), Some(&b)) = (draw.pick(people), draw.pick(people)) else { continue };
                let points = points(self.bring[a as usize], self.bring[b as usize]);
                if a != b && points > 0 {
                    pairs.push((a.min(b), a.max(b), points));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

fn points(a: (u8, u8, u8), b: (u8, u8, u8)) -> i64 {
    let helped = i64::from((a.0 & b.1).count_ones() + (b.0 & a.1).count_ones());
    let generations = i64::from(a.2.abs_diff(b.2) > 30);
    if helped == 0 { 0 } else { 20 * helped + 30 * generations }
}
