//! Who lives in the residences now, which homes become vacant, and who of the residents asks for another home.

use jiff::ToSpan;
use matcher_core::tables::rows::{Accessibility, DwellingRow, TenancyRow};
use matcher_core::units::Date;

use crate::ages::Ages;
use crate::draw::{Draw, Stream};
use crate::homes::Building;
use crate::means::Means;
use crate::people::Group;
use crate::plan::Plan;

/// A household that lives in one of the dwellings.
#[derive(Debug)]
pub(crate) struct Resident {
    pub(crate) dwelling: usize,
    pub(crate) building: usize,
    pub(crate) group: Group,
    pub(crate) means: Means,
    /// Why it would move, if it has a reason that the landlord sees.
    pub(crate) reason: Reason,
    pub(crate) moves: bool,
}

/// Why a resident asks for another home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    TooSmall,
    TooLarge,
    Steps,
    Other,
}

/// Days since the tenancy began: every eighth of the tenants. Plausible, not estimated.
const DAYS_IN_PLACE: [i64; 9] = [60, 420, 900, 1_600, 2_500, 3_800, 5_800, 8_800, 14_000];

/// Days from the reference date on which a home to be let again is free: half are empty already, a few await great works.
const FREE_FROM: [i64; 9] = [-75, -45, -25, -10, 0, 20, 45, 80, 330];

/// Picks the homes of existing residences that are to be let, exactly as many as planned (or all), and dates them.
pub(crate) fn vacate(plan: &Plan, buildings: &[Building], owners: &[usize], dwellings: &mut [DwellingRow], seed: u64) {
    let mut keys: Vec<(u64, usize)> = Vec::with_capacity(dwellings.len());
    for (index, (dwelling, &owner)) in dwellings.iter_mut().zip(owners).enumerate() {
        let mut draw = Draw::new(seed, Stream::Vacancy, index);
        if buildings[owner].new {
            dwelling.available_from = Some(plan.date.saturating_add(61.days()));
        } else {
            // Small homes are left more often.
            keys.push((draw.below(1_000_000) * u64::from(dwelling.typology + 2), index));
        }
    }
    keys.sort_unstable();
    for &(_, index) in keys.iter().take(plan.relet) {
        let days = Draw::new(seed, Stream::VacancyDate, index).quantile(&FREE_FROM);
        dwellings[index].available_from = Some(plan.date.saturating_add(days.days()));
    }
}

/// The residents of every home that is let, with their tenancies; `household` gives the id of the n-th.
pub(crate) fn residents(
    plan: &Plan,
    buildings: &[Building],
    owners: &[usize],
    dwellings: &[DwellingRow],
    seed: u64,
    household: impl Fn(usize) -> String,
) -> (Vec<Resident>, Vec<TenancyRow>) {
    let (ages, mut residents, mut tenancies) = (Ages::of_residents(), Vec::new(), Vec::new());
    for (index, (dwelling, &owner)) in dwellings.iter().zip(owners).enumerate() {
        let until = match dwelling.available_from {
            None => None,
            // The tenant who has given notice is still there; a fortnight of works follows.
            Some(day) if !buildings[owner].new && day > plan.date.saturating_add(15.days()) => Some(day.saturating_sub(15.days())),
            Some(_) => continue,
        };
        let mut draw = Draw::new(seed, Stream::Resident, index);
        let group = tenant(&mut draw, &ages, i64::from(dwelling.rooms), buildings[owner].turned_away);
        let means = Means::draw(&mut draw, &group, 1_060);
        tenancies.push(TenancyRow {
            line: 0,
            dwelling: dwelling.id.clone(),
            household: household(residents.len()).into(),
            since: Some(since(&mut draw, plan.date, group.age())),
            until,
        });
        let reason = reason(&group, dwelling);
        residents.push(Resident { dwelling: index, building: owner, group, means, reason, moves: until.is_some() });
    }
    (residents, tenancies)
}

/// Positions of the residents who ask for another home, as many as planned: mostly those whose home fits badly.
pub(crate) fn transfers(plan: &Plan, residents: &[Resident], seed: u64) -> Vec<usize> {
    let mut keys = Vec::with_capacity(residents.len());
    for (index, resident) in residents.iter().enumerate() {
        let mut draw = Draw::new(seed, Stream::Transfer, index);
        // Of those whose home is put up in this run half stay with the landlord and ask for another; the others leave the town.
        if resident.moves && draw.chance(500) {
            continue;
        }
        let slow = match resident.reason {
            _ if resident.moves => 0,
            Reason::TooSmall => 1,
            Reason::Steps => 2,
            Reason::TooLarge => 4,
            Reason::Other => 12,
        };
        keys.push((draw.below(1_000_000) * slow, index));
    }
    keys.sort_unstable();
    let mut chosen: Vec<usize> = keys.into_iter().take(plan.transfers).map(|(_, index)| index).collect();
    chosen.sort_unstable();
    chosen
}

/// A household for a home of `rooms` main rooms: few live too closely, and older people more often have rooms to spare.
fn tenant(draw: &mut Draw, ages: &Ages, rooms: i64, (young_away, old_away): (u64, u64)) -> Group {
    let mut best: Option<(i64, Group)> = None;
    for _ in 0..32 {
        let group = Group::draw(draw, ages);
        let spare = rooms - group.rooms();
        let fits = match spare {
            0 => true,
            1 => draw.chance(700),
            2 => group.age() >= 50 && draw.chance(350),
            -1 => draw.chance(50),
            _ => false,
        };
        let away = (group.age() < 45 && draw.chance(young_away)) || (group.age() >= 60 && draw.chance(old_away));
        if fits && !away {
            return group;
        }
        // The best of those who would not come, should nobody else: better with a room to spare than too closely.
        let badness = if spare < 0 { -3 * spare } else { spare };
        if best.as_ref().is_none_or(|(least, _)| badness < *least) {
            best = Some((badness, group));
        }
    }
    best.map_or_else(|| Group::draw(draw, ages), |(_, group)| group)
}

fn since(draw: &mut Draw, date: Date, age: i64) -> Date {
    let days = draw.quantile(&DAYS_IN_PLACE).min((age - 17) * 365);
    date.saturating_sub(days.days())
}

fn reason(group: &Group, dwelling: &DwellingRow) -> Reason {
    match i64::from(dwelling.rooms) - group.rooms() {
        ..0 => Reason::TooSmall,
        _ if group.needs("step_free") && dwelling.accessibility == Accessibility::None => Reason::Steps,
        2.. => Reason::TooLarge,
        _ => Reason::Other,
    }
}
