//! What a household lives on: resources, reference tax income, an estimate of its housing benefit.
//!
//! Plausible for people who ask for a social home outside Île-de-France in 2025, not estimated. Anchors: the first quartile of applicants'
//! resources per consumption unit was 9,243 euros a year in the median EPCI in 2023 (arrêté of 21 April 2023); the living
//! standard of half the social tenants was below 15,100 euros in 2016 (INSEE Première 1715), housing benefit included.

use crate::draw::Draw;
use crate::people::{Group, from_age};

/// Money of a household; euros, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Means {
    /// A month, without housing benefit.
    pub(crate) resources: i64,
    /// Reference tax income, a year.
    pub(crate) income: i64,
    /// A month; `None` = nobody has estimated it.
    pub(crate) benefit: Option<i64>,
    /// Somebody of the household works.
    pub(crate) employed: bool,
}

/// Resources a month per consumption unit, euros: every twentieth of the applicants.
const PER_UNIT: [i64; 21] =
    [350, 490, 590, 670, 750, 825, 900, 970, 1_040, 1_115, 1_190, 1_270, 1_355, 1_445, 1_545, 1_655, 1_780, 1_930, 2_130, 2_450, 3_600];

/// Least resources a month per consumption unit: near the RSA from 25 on (646.52 euros alone in April 2025, less the part for
/// those who are housed), near the ASPA from 65 on.
const LEAST: [(i64, i64); 3] = [(0, 0), (25, 550), (65, 1_034)];

/// Housing benefit by persons who depend on the tenant, in the form of the arrêté of 27 September 2019: reference rent (257.92 euros for
/// one person then, raised by a tenth since), income left out of account a year, part of the income asked for in hundred-thousandths a
/// month (2.83 % by size and about 0.4 % by rent for one person). Plausible, not the scale of the year.
const BENEFIT: [(i64, i64, i64); 6] =
    [(284, 5_235, 3_200), (347, 7_500, 3_500), (391, 8_940, 3_050), (448, 9_140, 2_730), (505, 9_490, 2_360), (562, 9_840, 2_200)];

impl Means {
    /// Draws the means of `group`; `level` in per mille (1,060 = 6 % above the applicants).
    pub(crate) fn draw(draw: &mut Draw, group: &Group, level: i64) -> Self {
        let (age, units) = (group.age(), group.consumption_units());
        let young = if age < 25 && group.members.len() == 1 { 800 } else { 1_000 };
        let least = *from_age(&LEAST, age);
        let per_unit = (draw.quantile(&PER_UNIT) * level / 1_000 * young / 1_000).max(least);
        let resources = per_unit * units / 100;
        let works = if per_unit < 700 {
            200
        } else if per_unit < 1_100 {
            550
        } else {
            880
        };
        let employed = age < 64 && draw.chance(works);
        // Taxed part of the resources, per mille; minimum incomes and family allowances are not taxed.
        let taxed = if per_unit < 700 {
            draw.between(0, 450)
        } else if per_unit < 1_100 {
            draw.between(550, 900)
        } else {
            draw.between(900, 1_000)
        };
        // After the tenth that the tax leaves out, two years before: a few per cent less or more.
        let income = resources * 12 * taxed / 1_000 * 9 / 10 * draw.between(900, 1_040) / 1_000;
        let benefit = (!draw.chance(50)).then(|| housing_benefit(group, income));
        Self { resources, income, benefit, employed }
    }
}

/// Housing benefit of a home at the reference rent, euros a month; 0 below 10 euros, which are not paid.
fn housing_benefit(group: &Group, income: i64) -> i64 {
    let dependants = group.members.len() - 1 - usize::from(group.couple());
    let row = match (group.couple(), dependants) {
        (false, 0) => 0,
        (true, 0) => 1,
        (_, dependants) => dependants.min(4) + 1,
    };
    let (rent, left_out, part) = BENEFIT[row];
    let rent = rent + 57 * dependants.saturating_sub(4) as i64;
    let charges = 59 + 13 * dependants as i64;
    let least = ((rent + charges) * 85 / 1_000).max(40);
    let asked = least + (income - left_out).max(0) * part / 100_000;
    let benefit = rent + charges - asked;
    if benefit < 10 { 0 } else { benefit }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ages::Ages;
    use crate::draw::Stream;
    use crate::people::Member;
    use matcher_core::tables::rows::Role::{self, Child, Reference};

    #[test]
    fn the_first_quartile_and_the_median_are_near_their_anchors() {
        let ages = Ages::of_applicants();
        let mut per_unit: Vec<i64> = (0..20_000)
            .map(|index| {
                let mut draw = Draw::new(5, Stream::Newcomer, index);
                let group = Group::draw(&mut draw, &ages);
                let means = Means::draw(&mut draw, &group, 1_000);
                assert!(means.income <= means.resources * 12 && means.benefit.is_none_or(|b| (0..900).contains(&b)));
                means.resources * 1_200 / group.consumption_units()
            })
            .collect();
        per_unit.sort_unstable();
        // 9,243 euros in 2023 are about 9,900 in 2025 after the rise of minimum incomes and wages.
        assert!((9_300..=10_700).contains(&per_unit[5_000]), "{}", per_unit[5_000]);
        assert!((13_000..=15_500).contains(&per_unit[10_000]), "{}", per_unit[10_000]);
    }

    #[test]
    fn the_benefit_falls_with_income_and_rises_with_children() {
        let draw =
            |kinds: &[(i64, Role)]| Group { members: kinds.iter().map(|&(age, role)| Member { age, role, needs: Vec::new() }).collect() };
        let (alone, parent) = (draw(&[(40, Reference)]), draw(&[(40, Reference), (5, Child)]));
        assert_eq!(housing_benefit(&alone, 0), 303);
        assert_eq!(housing_benefit(&alone, 12_000), 87);
        assert_eq!(housing_benefit(&alone, 20_000), 0);
        assert!(housing_benefit(&parent, 12_000) > 250);
    }
}
