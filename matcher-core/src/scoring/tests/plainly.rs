//! The criteria read slowly, one pair at a time, from what their cards say: the loops over columns must give the same.

use super::super::*;
use crate::model::random_town::random_town;
use crate::model::testing::{model, policy_with};
use crate::tables::rows::Accessibility;
use crate::units::distance;

/// Per mille of the way from `zero` to `full`, rounded down.
fn way(value: i64, full: i64, zero: i64) -> i64 {
    let (along, all) = if zero > full { (zero - value, zero - full) } else { (value - zero, full - zero) };
    (1000 * along.clamp(0, all)).div_euclid(all)
}

/// The marks of one pair, by the defaults of every criterion.
fn marks(model: &Model, policy: &Policy, h: usize, d: usize) -> Vec<(&'static str, i64)> {
    let (households, dwellings) = (&model.households, &model.dwellings);
    let has = |need: &str| households.needs[h].iter().any(|known| known == need);
    let residence = dwellings.residence[d];
    let persons = &households.persons[h];

    let size = persons.len() as i64;
    let needed = crate::eligibility::rooms_needed(&policy.bedroom_norm, persons);
    let spare = dwellings.rooms[d] - needed;
    let rooms = (1000 - if spare > 0 { 300 * spare } else { -500 * spare }).max(0);
    let least = [900, 900, 1600, 2500, 3400, 4300, 5200, 6100][(size as usize).min(7)].max(if size > 7 { 7000 } else { 0 });
    let area = way(dwellings.area[d].0, 3000 + 1400 * (size - 1).max(0), least);
    let typology_fit = (rooms * 700 + area * 300) / 1000;

    let step_free_fit = match (dwellings.accessibility[d], has("adapted"), has("step_free")) {
        (Accessibility::None, false, false) | (Accessibility::Adapted, true, _) | (Accessibility::StepFree, false, true) => 1000,
        (Accessibility::StepFree, false, false) | (Accessibility::Adapted, false, true) => 800,
        (Accessibility::StepFree, true, _) => 400,
        _ => 0,
    };

    let own = (dwellings.rent[d].0 + dwellings.charges[d].0 - households.housing_benefit[h].map_or(0, |benefit| benefit.0)).max(0);
    let resources = households.resources[h].0;
    let rate = if own == 0 { 0 } else { (1000 * own).checked_add(resources - 1).filter(|_| resources > 0).map_or(9999, |n| n / resources) };
    let effort_rate = way(rate, 200, 400);

    let floors = dwellings.floor[d].abs();
    let frail = ["step_free", "adapted", "low_floor"].iter().any(|need| has(need)) || persons.iter().any(|person| person.age >= 75);
    let floor_lift = match (has("ground_floor"), frail, dwellings.lift[d]) {
        (true, ..) | (_, true, false) => (1000 - 300 * floors).max(0),
        (_, true, true) => (1000 - 30 * floors).max(0),
        _ => 1000,
    };

    let places = households.places[h].iter().filter(|place| ["care", "school", "work", "family"].contains(&place.kind.as_str()));
    let home = model.residences[residence.index()].position;
    let near: Vec<i64> =
        home.into_iter().flat_map(|home| places.clone().map(move |p| way(distance(home, p.position).0, 500, 5000))).collect();
    let distance = if near.is_empty() { 500 } else { near.iter().sum::<i64>() / near.len() as i64 };

    let choices = &households.choices[h];
    let rank = choices.iter().position(|choice| *choice == residence);
    let choice_rank = if choices.is_empty() { 500 } else { rank.map_or(0, |rank| (1000 - 200 * rank as i64).max(0)) };

    let mut skills: Vec<&str> = households.help[h].iter().map(|help| help.skill.as_str()).collect();
    skills.sort_unstable();
    skills.dedup();
    let neighbours =
        model.stock.iter().filter(|resident| resident.residence == residence && resident.applying.is_none_or(|a| a.index() != h));
    let hours = |help: &[crate::model::Help], skill: &str, offers: bool| -> i64 {
        help.iter().filter(|entry| entry.skill == skill && entry.offers == offers).map(|entry| entry.hours_week).sum()
    };
    let around = |skill: &str, offers: bool| -> i64 { neighbours.clone().map(|resident| hours(&resident.help, skill, offers)).sum() };
    let own_help = &households.help[h];
    let shared =
        |skill: &&str| hours(own_help, skill, true).min(around(skill, false)) + hours(own_help, skill, false).min(around(skill, true));
    let mutual_help = way(skills.iter().map(shared).sum(), 4, 0);

    vec![
        ("typology_fit", typology_fit),
        ("step_free_fit", step_free_fit),
        ("effort_rate", effort_rate),
        ("floor_lift", floor_lift),
        ("distance", distance),
        ("choice_rank", choice_rank),
        ("priority_points", way(households.points[h], 100, 0)),
        ("waiting_time", way(households.waiting_days[h], 1826, 0)),
        ("mutual_help", mutual_help),
    ]
}

#[test]
fn the_loops_give_what_a_slow_reading_of_each_pair_gives() {
    let mut seen = vec![std::collections::BTreeSet::new(); CRITERIA.len()];
    for seed in 1..=20 {
        let model = model(&random_town(seed));
        // Weights above 2^31 / 1000 in sum: points of two groups of criteria are added.
        let weights: Vec<_> = CRITERIA.iter().enumerate().map(|(at, c)| format!("{} = {}", c.code(), 1 + 99_999 * at)).collect();
        let policy = policy_with(&format!("[weights]\n{}", weights.join("\n")));
        for path in Path::available() {
            let mut report = Report::default();
            let scoring = Scoring::with_criteria_on(path, CRITERIA, &model, &policy, &mut report);
            assert_eq!((report.errors.as_slice(), scoring.groups.len()), ([].as_slice(), 2), "seed {seed}");
            let (all, mut scratch) = (model.dwellings.all(), Scratch::default());
            for household in model.households.all() {
                let mut row = vec![i64::MIN; all.len()];
                scoring.score(household, all, &mut scratch, &mut row);
                // A part of the run, which begins and ends inside residences.
                let part = Run::new(all.len() / 4..all.len() - all.len() / 5);
                let mut inner = vec![0; part.len()];
                scoring.score(household, part, &mut scratch, &mut inner);
                assert_eq!(inner, row[part.range()], "seed {seed}, {path:?}, {household:?}");
                for (dwelling, &score) in row.iter().enumerate() {
                    let plain = marks(&model, &policy, household.index(), dwelling);
                    let points = scoring.points(household, Run::one(DwellingIndex::new(dwelling)));
                    for ((of_loop, expected), seen) in points.iter().zip(&plain).zip(&mut seen) {
                        let found = (of_loop.0, i64::from(of_loop.2));
                        assert_eq!(found, *expected, "seed {seed}, {path:?}, {household:?}, dwelling {dwelling}");
                        seen.insert(found.1);
                    }
                    let sum: i64 = points.iter().map(|(_, weight, mark)| weight * i64::from(*mark)).sum();
                    assert_eq!(sum, score, "seed {seed}, {path:?}, {household:?}, dwelling {dwelling}");
                }
            }
        }
    }
    assert!(seen.iter().all(|marks| marks.len() > 2), "some criterion does not vary");
}
