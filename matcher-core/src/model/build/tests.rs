//! Tables in, model out: order, stock, ages, waiting, and each finding.

use super::*;
use crate::ids::ResidenceIndex;
use crate::model::testing::{DATE, dwelling, household, model, person, residence, small_town, tenancy, town};
use crate::model::{Run, full_years};
use crate::tables::rows::{AffinityRow, AuthorisationRow, Financing, HelpRow, PlaceRow, Role};
use crate::units::{CentiUnits, CentsPerYear, MicroDegrees};

/// Codes of errors and warnings, each sorted.
fn findings(tables: &Tables) -> (Vec<&'static str>, Vec<&'static str>) {
    let mut report = Report::default();
    if let Err(Error::Input { report: found }) = build(tables, DATE, &mut report) {
        report = found;
    }
    let codes = |findings: &[crate::error::Finding]| findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
    (codes(&report.errors), codes(&report.warnings))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn rich_town() -> Tables {
    let mut tables = town();
    tables.households[0].choices = vec!["R2".into(), "R1".into(), "R2".into()];
    tables.households[1].exclusions = vec!["T1".into(), "R1".into()];
    tables.households[1].priority_tags = vec!["dalo".into(), "bail".into()];
    tables.places = ["care", "work"]
        .map(|kind| PlaceRow { line: 2, household: "H1".into(), kind: kind.into(), lat: MicroDegrees(1), lon: MicroDegrees(2) })
        .into();
    let help =
        |household: &str, skill: &str, offers| HelpRow { line: 2, household: household.into(), skill: skill.into(), offers, hours_week: 2 };
    tables.help = vec![help("H4", "errands", false), help("H1", "errands", true), help("H1", "company", true)];
    let pair = |a: &str, b: &str, points| AffinityRow { line: 2, household_a: a.into(), household_b: b.into(), points };
    tables.affinities = vec![pair("H3", "H1", 50), pair("H1", "H2", 20)];
    tables
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let tables = rich_town();
    let expected = model(&tables);
    for seed in 1..=20_u64 {
        let mut shuffled = tables.clone();
        let by = |key: String| crate::ids::draw(seed, &key);
        shuffled.residences.sort_by_key(|row| by(row.id.clone()));
        shuffled.dwellings.sort_by_key(|row| by(row.id.to_string()));
        shuffled.households.sort_by_key(|row| by(row.id.to_string()));
        shuffled.persons.sort_by_key(|row| by(format!("{row:?}")));
        shuffled.places.sort_by_key(|row| by(format!("{row:?}")));
        shuffled.help.sort_by_key(|row| by(format!("{row:?}")));
        shuffled.affinities.sort_by_key(|row| by(format!("{row:?}")));
        shuffled.tenancies.sort_by_key(|row| by(row.dwelling.to_string()));
        assert_eq!(model(&shuffled), expected, "seed {seed}");
    }
}

#[test]
fn threads_change_neither_the_model_nor_the_order_of_findings() {
    let mut tables = rich_town();
    tables.dwellings[3].accessibility = crate::tables::rows::Accessibility::StepFree;
    tables.affinities.push(AffinityRow { line: 9, household_a: "H2".into(), household_b: "H4".into(), points: 5 });
    // More about households than is kept of one file, half of it before the columns are made.
    for number in 0..1_400 {
        let mut row = household(&format!("W{number:04}"));
        (row.applying, row.waiting_since) = (number % 2 == 0, None);
        tables.persons.push(person(&row.id, Role::Reference, 40));
        tables.households.push(row);
    }
    let made = |threads| {
        let mut report = Report::default();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        (pool.install(|| build(&tables, DATE, &mut report)).unwrap(), report)
    };
    let (model, report) = made(1);
    let mut codes: Vec<(&str, usize)> = Vec::new();
    for finding in &report.warnings {
        match codes.last_mut() {
            Some(last) if last.0 == finding.code => last.1 += 1,
            _ => codes.push((finding.code, 1)),
        }
    }
    assert_eq!(codes, [("E1312", 1), ("E1310", 700), ("E1081", 300), ("E1090", 1)]);
    for threads in 2..=4 {
        assert_eq!(made(threads), (model.clone(), report.clone()), "{threads} threads");
    }
}

#[test]
fn vacancies_stand_by_residence_and_the_park_holds_all() {
    let model = model(&town());
    assert_eq!(model.dwellings.id, ["D1", "D2", "D4"]);
    assert_eq!([model.residences[0].run, model.residences[1].run], [Run::new(0..2), Run::new(2..3)]);
    assert_eq!(model.dwellings.lift, [true, true, false]);
    assert_eq!(model.residence_sizes, [3, 2]);
    let park: Vec<_> =
        model.park.iter().map(|dwelling| (dwelling.id.as_str(), dwelling.vacancy.map(crate::ids::DwellingIndex::index))).collect();
    assert_eq!(park, [("D1", Some(0)), ("D2", Some(1)), ("D3", None), ("D4", Some(2)), ("D5", None)]);
}

#[test]
fn a_residence_without_vacancy_has_an_empty_run() {
    let mut tables = town();
    tables.dwellings[0].available_from = None;
    tables.dwellings[1].available_from = None;
    let model = model(&tables);
    assert!(model.residences[0].run.is_empty());
    assert_eq!(model.residences[1].run.range(), 0..1);
}

#[test]
fn households_and_stock() {
    let model = model(&rich_town());
    assert_eq!(model.households.id, ["H1", "H2", "H3"]);
    assert_eq!(model.households.age, [40, 70, 30]);
    assert_eq!(model.households.choices[0], [ResidenceIndex::new(1), ResidenceIndex::new(0)]);
    assert_eq!(model.households.exclusions[1], [ResidenceIndex::new(0)]);
    assert_eq!(model.households.tags[1], ["bail", "dalo"]);
    assert_eq!(model.households.needs, [vec![], vec!["step_free".to_owned()], vec![]]);
    assert_eq!(model.households.current[2].as_ref().map(|current| current.id.as_str()), Some("D3"));
    assert_eq!(model.households.help[0].iter().map(|help| help.skill.as_str()).collect::<Vec<_>>(), ["company", "errands"]);
    let ages: Vec<i64> = model.households.persons[2].iter().map(|person| person.age).collect();
    assert_eq!(ages, [30, 4, 7]);
    let stock: Vec<_> =
        model.stock.iter().map(|resident| (resident.id.as_str(), resident.applying.map(HouseholdIndex::index), resident.age)).collect();
    assert_eq!(stock, [("H3", Some(2), 30), ("H4", None, 80)]);
    assert_eq!(model.stock[1].help.len(), 1);
    let pairs: Vec<_> = model.affinities.iter().map(|(a, b, points)| (a.index(), b.index(), *points)).collect();
    assert_eq!(pairs, [(0, 1, 20), (0, 2, 50)]);
}

#[test]
fn a_tenant_under_notice_makes_room_for_the_newcomer() {
    let mut tables = town();
    tables.dwellings[4].available_from = Some(day("2025-09-01"));
    assert_eq!(findings(&tables).0, ["E1074"]);
    tables.tenancies[1].until = Some(day("2025-09-01"));
    assert_eq!(findings(&tables).0, ["E1074"]);
    tables.tenancies[1].until = Some(day("2025-08-31"));
    let stock = model(&tables).stock;
    assert_eq!(stock.iter().map(|resident| resident.id.as_str()).collect::<Vec<_>>(), ["H3"]);
}

#[test]
fn tenancies_hold_from_the_first_to_the_last_day() {
    let holds = |since: &str, until: &str| {
        let mut tables = town();
        tables.tenancies[1].since = Some(day(since));
        tables.tenancies[1].until = Some(day(until));
        model(&tables).stock.len() == 2
    };
    assert!(holds("2025-06-15", "2025-06-15"));
    assert!(!holds("2025-06-16", "2025-12-31"));
    assert!(!holds("2015-01-01", "2025-06-14"));
}

#[test]
fn quartiles_count_applicants_and_residents_once() {
    let mut tables = town();
    // Per unit: H1 10,000; H2 20,000; H3 (applies and resides) 30,000; H4 40,000; H5 plays no part.
    let incomes = [(1_000_000, 100), (3_000_000, 150), (4_800_000, 160), (4_000_000, 100), (1, 100)];
    tables.households.push(household("H5"));
    tables.households[4].applying = false;
    for (row, (income, units)) in tables.households.iter_mut().zip(incomes) {
        (row.income_eur_year, row.consumption_units) = (CentsPerYear(income), CentiUnits(units));
    }
    let model = model(&tables);
    assert_eq!(model.quartile_bounds, [1_000_000, 2_000_000, 3_000_000]);
    assert_eq!(model.households.income_quartile, [1, 2, 3]);
    assert_eq!(model.stock.iter().map(|resident| resident.income_quartile).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(findings(&tables), (vec![], vec!["E1310"]));
}

#[test]
fn waiting_is_counted_in_days_and_never_negative() {
    let waiting = |since: Option<&str>| {
        let mut tables = small_town();
        tables.households[0].waiting_since = since.map(day);
        (model(&tables).households.waiting_days[0], findings(&tables).1)
    };
    assert_eq!(waiting(Some("2024-06-15")), (365, vec![]));
    assert_eq!(waiting(Some("2025-06-15")), (0, vec![]));
    assert_eq!(waiting(Some("2025-06-16")), (0, vec!["E1314"]));
    assert_eq!(waiting(None), (0, vec!["E1081"]));
}

#[test]
fn births_and_ages() {
    let of = |birth: Option<&str>, age: Option<i64>| {
        let mut tables = small_town();
        tables.persons[0].birth_date = birth.map(day);
        tables.persons[0].age = age;
        findings(&tables).0
    };
    assert_eq!(of(Some("2007-06-15"), None), [""; 0]);
    assert_eq!(of(Some("2025-06-16"), None), ["E1301"]);
    assert_eq!(of(Some("0001-01-01"), None), ["E1302"]);
    assert_eq!(of(None, Some(126)), ["E1302"]);
    assert_eq!(of(None, Some(-1)), ["E1302"]);
    assert_eq!(of(None, None), ["E1071"]);
    assert_eq!(of(Some("1980-01-01"), Some(45)), ["E1071"]);
    assert_eq!(full_years(day("2007-06-15"), DATE), 18);
}

#[test]
fn no_finding_shows_a_personal_value() {
    let mut tables = small_town();
    tables.persons[0].birth_date = Some(day("2031-07-19"));
    tables.persons[0].age = None;
    tables.households[0].waiting_since = Some(day("2032-03-04"));
    let mut report = Report::default();
    let Err(Error::Input { report }) = build(&tables, DATE, &mut report) else { panic!("the birth is accepted") };
    let text = report.to_string();
    assert!(!text.contains("2031") && !text.contains("2032") && text.contains("E1301 persons.csv row 2 column birth_date"), "{text}");
}

#[test]
fn each_household_has_one_reference_person() {
    let mut tables = small_town();
    tables.persons.clear();
    assert_eq!(findings(&tables).0, ["E1070"]);
    tables.persons = vec![person("H1", Role::Reference, 40), person("H1", Role::Reference, 41)];
    assert_eq!(findings(&tables).0, ["E1070"]);
}

#[test]
fn ids_are_known_and_stand_once() {
    let mut tables = small_town();
    tables.households.push(household("H1"));
    tables.dwellings.push(dwelling("D2", "R1"));
    tables.residences.push(residence("R1"));
    assert_eq!(findings(&tables).0, ["E1009"; 3]);

    let mut tables = rich_town();
    tables.dwellings[0].residence = "R9".into();
    tables.dwellings[1].earmark = "A9".into();
    tables.households[0].choices = vec!["R9".into()];
    tables.households[0].exclusions = vec!["T9".into()];
    tables.households[2].current_dwelling = "D9".into();
    tables.persons.push(person("H9", Role::Child, 3));
    tables.tenancies.push(tenancy("D9", "H9"));
    tables.places[0].household = "H9".into();
    tables.help[0].household = "H9".into();
    tables.affinities[0].household_a = "H9".into();
    assert_eq!(findings(&tables).0, ["E1011"; 11]);
}

#[test]
fn nobody_lives_twice() {
    let mut tables = town();
    tables.tenancies.push(tenancy("D5", "H3"));
    assert_eq!(findings(&tables).0, ["E1072", "E1073"]);
    let mut tables = town();
    tables.households[2].current_dwelling = "D5".into();
    assert_eq!(findings(&tables).0, ["E1075"]);
    let mut tables = town();
    tables.tenancies.remove(0);
    assert_eq!(findings(&tables), (vec![], vec!["E1075"]));
    tables.tenancies[0].until = Some(day("2014-01-01"));
    assert_eq!(findings(&tables).0, ["E1076"]);
}

#[test]
fn pairs_are_two_applicants_once() {
    let with = |a: &str, b: &str, points| {
        let mut tables = rich_town();
        tables.affinities.push(AffinityRow { line: 9, household_a: a.into(), household_b: b.into(), points });
        findings(&tables)
    };
    assert_eq!(with("H1", "H3", 5), (vec!["E1012"], vec![]));
    assert_eq!(with("H1", "H1", 5), (vec!["E1017"], vec![]));
    assert_eq!(with("H2", "H3", -5), (vec!["E1043"], vec![]));
    assert_eq!(with("H2", "H4", 5), (vec![], vec!["E1090"]));
}

#[test]
fn a_date_without_ceiling_is_refused_once_per_financing_and_zone() {
    let mut tables = small_town();
    tables.dwellings.push(dwelling("D3", "R1"));
    tables.dwellings[2].financing = Financing::Free;
    let at = |tables: &Tables, date: &str| match build(tables, day(date), &mut Report::default()) {
        Err(Error::Input { report }) => report.errors.iter().map(|finding| format!("{finding}")).collect(),
        _ => Vec::new(),
    };
    assert_eq!(at(&tables, "2026-12-31"), [""; 0]);
    let refused = at(&tables, "2090-01-01");
    assert_eq!(refused.len(), 1);
    assert!(refused[0].contains("PLUS in zone autres_regions on 2090-01-01") && refused[0].contains("ceilings.csv"), "{refused:?}");
    tables.dwellings.retain(|row| row.financing == Financing::Free);
    assert_eq!(at(&tables, "2090-01-01"), [""; 0]);
}

#[test]
fn the_folders_own_ceilings_replace_the_built_in_table() {
    let mut tables = small_town();
    tables.ceilings = Ceilings::built_in().into_iter().filter(|row| row.financing == Financing::Plai).collect();
    assert_eq!(findings(&tables).0, ["E1303"]);
    tables.ceilings.iter_mut().for_each(|row| row.financing = Financing::Plus);
    let model = model(&tables);
    assert_eq!(model.ceilings.ceiling(Financing::Plus, "autres_regions", 1), Some(CentsPerYear(1_275_900)));
}

#[test]
fn an_authorisation_counts_inside_its_validity() {
    let mut tables = small_town();
    tables.dwellings[0].earmark = "A1".into();
    tables.authorisations = vec![AuthorisationRow {
        line: 2,
        id: "A1".into(),
        min_age: Some(65),
        max_age: None,
        need: String::new(),
        legal_basis: "loi ASV art. 20".into(),
        author: "prefet".into(),
        valid_from: day("2024-01-01"),
        valid_to: Some(DATE),
    }];
    assert_eq!(model(&tables).dwellings.earmark[0].as_ref().map(|a| a.legal_basis.as_str()), Some("loi ASV art. 20"));
    tables.authorisations[0].valid_to = Some(day("2025-06-14"));
    assert_eq!(model(&tables).dwellings.earmark, [None, None]);
    assert_eq!(findings(&tables), (vec![], vec!["E1313"]));
}

#[test]
fn step_free_upstairs_without_lift_is_doubted() {
    let mut tables = town();
    tables.dwellings[3].accessibility = crate::tables::rows::Accessibility::StepFree;
    assert_eq!(findings(&tables), (vec![], vec!["E1312"]));
}
