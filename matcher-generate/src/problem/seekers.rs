//! The households that ask for a home, one at a time: nothing of them is kept.

use crate::ages::Ages;
use crate::draw::{Draw, Stream};
use crate::means::Means;
use crate::people::Group;
use crate::plan::Size;

use super::homes::{City, SERVICES, distance};

/// Age bands by their first year; the household's is that of its reference person.
pub(super) const AGES: [(i64, &str); 5] = [(18, "age-18"), (30, "age-30"), (45, "age-45"), (60, "age-60"), (75, "age-75")];
/// Quarters of resources per consumption unit, the poorest first.
pub(super) const INCOMES: [&str; 4] = ["income-1", "income-2", "income-3", "income-4"];

/// What a household brings to the score and to the quotas.
#[derive(Debug)]
pub(super) struct Seeker {
    /// Position in [`AGES`].
    pub(super) band: usize,
    /// Position in [`INCOMES`].
    pub(super) quarter: usize,
    pub(super) age: i64,
    pub(super) persons: usize,
    pub(super) children: usize,
    /// Main rooms it needs.
    pub(super) rooms: i64,
    /// Euros a month.
    pub(super) resources: i64,
    pub(super) step_free: bool,
    /// Has a priority by law.
    pub(super) priority: bool,
    /// Quarters of a year.
    pub(super) waiting: i64,
    /// Rooms that its home now lacks.
    pub(super) crowded: i64,
    /// Where it wishes to be.
    pub(super) place: (i64, i64),
    /// 0 to 3 of each service.
    pub(super) wishes: [i64; SERVICES],
    /// Residences it asks for, by position.
    pub(super) sites: Vec<usize>,
}

/// How to draw the households of a city.
#[derive(Debug)]
pub(super) struct Crowd<'a> {
    pub(super) count: usize,
    /// Residences that a household asks for.
    choices: usize,
    ages: Ages,
    /// Upper ends of the first three income quarters.
    quarters: [i64; 3],
    city: &'a City,
    seed: u64,
}

/// Households and residences each asks for.
const fn numbers(size: Size) -> (usize, usize) {
    match size {
        Size::XS => (120, 4),
        Size::S => (600, 3),
        Size::M => (6_000, 4),
        Size::L => (60_000, 3),
        Size::XL => (1_000_000, 2),
    }
}

impl<'a> Crowd<'a> {
    pub(super) fn new(size: Size, city: &'a City, seed: u64) -> Self {
        let (count, choices) = numbers(size);
        let ages = Ages::of_applicants();
        // The quarters come from a sample of households of their own.
        let mut sample: Vec<i64> = (0..4_000)
            .map(|number| {
                let mut draw = Draw::new(seed, Stream::Sample, number);
                let group = Group::draw(&mut draw, &ages);
                per_unit(&group, &Means::draw(&mut draw, &group, 1_000))
            })
            .collect();
        sample.sort_unstable();
        let quarters = [1, 2, 3].map(|part| sample[part * sample.len() / 4]);
        Self { count, choices, ages, quarters, city, seed }
    }

    /// The household with this number.
    pub(super) fn seeker(&self, number: usize) -> Seeker {
        let mut draw = Draw::new(self.seed, Stream::Seeker, number);
        let group = Group::draw(&mut draw, &self.ages);
        let means = Means::draw(&mut draw, &group, 1_000);
        let (age, children, unit) = (group.age(), group.children(), per_unit(&group, &means));
        let quarter = self.quarters.iter().filter(|&&end| unit > end).count();
        let home = draw.below(self.city.quarters.len() as u64) as usize;
        let (centre, near) = &self.city.quarters[home];
        let around = |draw: &mut Draw| draw.between(-20, 20) + draw.between(-20, 20);
        let place = (centre.0 + around(&mut draw), centre.1 + around(&mut draw));
        let old = age >= 60;
        let lean = [old, children > 0, age < 45, old];
        let wishes = lean.map(|lean| (draw.between(0, 2) + i64::from(lean)).min(3));
        // The best by distance and wishes, as people see it: not quite exactly.
        let mut liked: Vec<(i64, usize)> = near
            .iter()
            .map(|&site| {
                let seen = &self.city.sites[site];
                let served: i64 = seen.services.iter().zip(wishes).map(|(has, wish)| has * wish).sum();
                (2 * distance(seen.place, place) - 4 * served - draw.between(0, 24) - draw.between(0, 24), site)
            })
            .collect();
        liked.sort_unstable();
        Seeker {
            band: AGES.iter().rposition(|band| band.0 <= age).unwrap_or(0),
            quarter,
            age,
            persons: group.members.len(),
            children,
            rooms: group.rooms().min(5) + i64::from(group.members.len() == 1 && draw.chance(500)),
            resources: means.resources,
            step_free: group.needs("step_free"),
            priority: draw.chance(100 + if quarter == 0 { 120 } else { 0 } + if children >= 2 { 60 } else { 0 }),
            waiting: draw.between(0, 8) + draw.between(0, 8) + draw.between(0, 8),
            crowded: if children > 0 { draw.between(0, 3) } else { 0 },
            place,
            wishes,
            sites: liked.into_iter().take(self.choices).map(|(_, site)| site).collect(),
        }
    }
}

/// Euros a month per consumption unit.
fn per_unit(group: &Group, means: &Means) -> i64 {
    means.resources * 100 / group.consumption_units()
}
