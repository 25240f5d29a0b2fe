//! Ages: INSEE's pyramid, and how often people of an age ask for a home or already rent one.

use crate::draw::Draw;

/// Persons by age in full years at 1 January 2022, France, women and men together; the last entry is 99 and older.
///
/// Source: INSEE, population estimates (pyramide des âges), as collected in patrickaubert/healthexpectancies
/// (`donnees_pyramide_act_2022.csv`).
pub const PYRAMID: [u64; 100] = [
    690_942, 695_063, 716_123, 725_576, 743_039, 762_367, 783_332, 810_097, 817_631, 835_242, // 0 to 9
    840_895, 862_319, 853_243, 859_175, 854_278, 867_238, 849_665, 841_314, 831_528, 827_807, // 10 to 19
    830_697, 835_200, 778_873, 765_236, 741_535, 746_399, 738_131, 722_662, 728_320, 764_166, // 20 to 29
    779_572, 801_165, 806_948, 821_127, 824_250, 839_830, 838_306, 834_328, 820_145, 868_806, // 30 to 39
    874_869, 886_274, 837_272, 818_115, 820_176, 799_456, 824_241, 866_161, 907_462, 927_759, // 40 to 49
    921_723, 900_060, 888_235, 875_245, 871_895, 890_989, 891_608, 899_644, 887_307, 856_255, // 50 to 59
    853_667, 846_060, 839_655, 816_587, 809_514, 800_032, 787_325, 779_454, 760_616, 768_507, // 60 to 69
    743_139, 764_252, 744_985, 736_777, 715_221, 666_821, 498_019, 478_997, 459_971, 418_516, // 70 to 79
    365_621, 371_202, 379_585, 357_369, 337_938, 322_009, 294_853, 278_596, 246_130, 229_535, // 80 to 89
    197_481, 172_622, 135_469, 111_515, 88_537, 69_657, 53_102, 38_627, 27_946, 50_171, // 90 to 99
];

/// Weight of a person of the pyramid as reference person of a household, from an age on, in thousandths.
///
/// Inside a band the ages follow the pyramid; the weights between bands are plausible, not estimated: applicants so that
/// the mean is near the 40 years of new tenants (ANCOLS 2026: 40 years 4 months in 2023), with more older people than the
/// national demand, since homes for all ages are offered.
const APPLICANTS: [(usize, u64); 14] = [
    (18, 480),
    (25, 1_000),
    (30, 900),
    (35, 800),
    (40, 660),
    (45, 540),
    (50, 430),
    (55, 380),
    (60, 320),
    (65, 310),
    (70, 280),
    (75, 260),
    (80, 210),
    (85, 100),
];

/// The same for households that rent now: a quarter are 65 and older (INSEE, Enquête Logement 2013: 23 % of social tenants;
/// SDH 2022: 25 % of leaseholders), few are under 25. (The weights are higher than
/// that, since large homes turn most people alone away.)
const RESIDENTS: [(usize, u64); 14] = [
    (18, 150),
    (25, 600),
    (30, 780),
    (35, 900),
    (40, 990),
    (45, 1_000),
    (50, 1_000),
    (55, 1_000),
    (60, 1_150),
    (65, 1_250),
    (70, 1_250),
    (75, 1_250),
    (80, 1_200),
    (85, 900),
];

/// Ages of reference persons, ready to draw from.
#[derive(Debug)]
pub(crate) struct Ages {
    cumulative: Vec<u64>,
}

impl Ages {
    /// Of households that ask for a home.
    pub(crate) fn of_applicants() -> Self {
        Self::weighted(&APPLICANTS)
    }

    /// Of households that rent a home.
    pub(crate) fn of_residents() -> Self {
        Self::weighted(&RESIDENTS)
    }

    fn weighted(bands: &[(usize, u64)]) -> Self {
        let mut sum = 0;
        let weight = |age: usize| bands.iter().rev().find(|band| band.0 <= age).map_or(0, |band| band.1);
        let cumulative = PYRAMID.iter().enumerate().map(|(age, persons)| {
            sum += persons * weight(age);
            sum
        });
        Self { cumulative: cumulative.collect() }
    }

    /// One age, 18 to 99.
    pub(crate) fn draw(&self, draw: &mut Draw) -> i64 {
        let at = draw.below(self.cumulative.last().copied().unwrap_or(0));
        self.cumulative.partition_point(|&sum| sum <= at) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Stream;

    #[test]
    fn the_pyramid_is_that_of_france() {
        assert_eq!(PYRAMID.iter().sum::<u64>(), 67_813_396);
    }

    #[test]
    fn ages_follow_the_pyramid_inside_a_band() {
        let (ages, mut draw) = (Ages::of_applicants(), Draw::new(1, Stream::Newcomer, 0));
        let mut counts = [0u64; 100];
        for _ in 0..400_000 {
            counts[ages.draw(&mut draw) as usize] += 1;
        }
        assert_eq!(counts[..18].iter().sum::<u64>(), 0);
        for band in APPLICANTS.windows(2) {
            let range = band[0].0..band[1].0;
            let (drawn, living): (u64, u64) = (counts[range.clone()].iter().sum(), PYRAMID[range.clone()].iter().sum());
            for age in range {
                let expected = drawn * PYRAMID[age] / living;
                assert!(counts[age].abs_diff(expected) <= expected / 8, "age {age}: {} for {expected}", counts[age]);
            }
        }
    }
}
