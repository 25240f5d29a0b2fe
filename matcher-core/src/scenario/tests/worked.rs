//! What changes do to the demo town, row by row, and what they are refused for.

use crate::tables::rows::{Accessibility, Role};
use crate::units::{CentiSquareMetres, CentsPerMonth};

use super::{after, demo, faults, findings, scenario};

fn one(code: &'static str, key: &str) -> Vec<(&'static str, String)> {
    vec![(code, key.to_owned())]
}

#[test]
fn a_dwelling_becomes_two_that_share_what_it_was() {
    let town = after(&["kind = 'convert_dwellings'\ndwelling = 'R13-A-01'\ninto = ['T1', 'T3']\naccessibility = 'adapted'"]);
    let row = |id: &str| town.tables.dwellings.iter().find(|row| row.id == id);
    let old = demo().tables.dwellings.iter().find(|row| row.id == "R13-A-01").unwrap();
    let (first, second) = (row("R13-A-01-1").unwrap(), row("R13-A-01-2").unwrap());
    assert!(row("R13-A-01").is_none());
    assert_eq!((first.typology, first.rooms, second.typology, second.rooms), (1, 1, 3, 3));
    assert_eq!(first.area_m2, CentiSquareMetres(old.area_m2.0 / 4));
    assert_eq!(first.area_m2.0 + second.area_m2.0, old.area_m2.0);
    assert_eq!(first.rent_eur_month.0 + second.rent_eur_month.0, old.rent_eur_month.0);
    assert_eq!(first.charges_eur_month.0 + second.charges_eur_month.0, old.charges_eur_month.0);
    assert_eq!((first.floor, &first.staircase, first.financing), (old.floor, &old.staircase, old.financing));
    assert_eq!((first.accessibility, first.available_from), (Accessibility::Adapted, old.available_from));
}

#[test]
fn six_of_a_scope_are_converted_in_the_order_of_ids() {
    let town = after(&["kind = 'convert_dwellings'\nscope = 'residence=R13 & typology=4'\nfirst = 6\ninto = ['T2', 'T2']"]);
    let count = |typology| town.tables.dwellings.iter().filter(|row| row.residence == "R13" && row.typology == typology).count();
    assert_eq!((count(2), count(4)), (31 + 12, 25 - 6));
    assert!(town.tables.dwellings.iter().any(|row| row.id == "R13-A-01-2"));
    assert_eq!(
        faults(&["kind = 'convert_dwellings'\nscope = 'residence=R13 & typology=4'\nfirst = 26\ninto = ['T2', 'T2']"]),
        one("E1907", "scope")
    );
}

#[test]
fn two_dwellings_become_one_only_where_they_are_alike() {
    let town = after(&[
        "kind = 'convert_dwellings'\nscope = 'residence=R13 & typology=2 & financing=PLUS & earmark=none & reservation=none'\nfirst = 2\ninto = 'T4'\ntogether = true",
    ]);
    assert_eq!(town.tables.dwellings.len(), demo().tables.dwellings.len() - 1);
    assert_eq!(
        faults(&[
            "kind = 'convert_dwellings'\ndwelling = ['R03-A-24', 'R06-B-22']\ninto = 'T6'\ntogether = true\nreservation = ''\nearmark = ''\nfinancing = 'PLUS'"
        ]),
        one("E1907", "dwelling")
    );
}

#[test]
fn what_is_lived_in_or_promised_does_not_go() {
    assert_eq!(faults(&["kind = 'remove_dwelling'\ndwelling = 'R01-A-01'"]), one("E1907", "dwelling"));
    assert_eq!(faults(&["kind = 'close_dwelling'\ndwelling = 'R03-A-11'"]), one("E1907", "dwelling"));
    assert_eq!(faults(&["kind = 'withdraw_household'\nhousehold = 'H0448'"]), one("E1907", "household"));
    let unpin = "kind = 'unpin'\nhousehold = 'H0448'\ndwelling = 'R03-A-11'";
    let town = after(&[unpin, "kind = 'close_dwelling'\ndwelling = 'R03-A-11'", "kind = 'withdraw_household'\nhousehold = 'H0448'"]);
    assert_eq!(town.policy.pins.len(), demo().policy.pins.len() - 1);
    // A pair ruled out goes with its dwelling.
    assert!(after(&["kind = 'remove_dwelling'\ndwelling = 'R06-A-21'"]).policy.forbidden.is_empty());
    // The tenant leaves on 18 October 2025.
    assert_eq!(faults(&["kind = 'set_dwelling'\ndwelling = 'R01-A-41'\navailable_from = 2025-10-18"]), one("E1907", "available_from"));
    after(&["kind = 'set_dwelling'\ndwelling = 'R01-A-41'\navailable_from = 2025-10-19"]);
}

#[test]
fn withdrawn_households_leave_no_row_and_residents_stay() {
    let mover = demo().tables.households.iter().find(|row| row.applying && !row.current_dwelling.is_empty()).unwrap();
    let town = after(&[
        "kind = 'withdraw_household'\nhousehold = ['H0452', 'H0461']",
        &format!("kind = 'withdraw_household'\nhousehold = '{}'", mover.id),
    ]);
    let names = |id: &str| {
        town.tables.households.iter().any(|row| row.id == id)
            || town.tables.persons.iter().any(|row| row.household == id)
            || town.tables.help.iter().any(|row| row.household == id)
            || town.tables.places.iter().any(|row| row.household == id)
            || town.tables.affinities.iter().any(|row| row.household_a == id || row.household_b == id)
    };
    assert!(!names("H0452") && !names("H0461"));
    assert!(town.tables.households.iter().any(|row| row.id == mover.id && !row.applying));
}

#[test]
fn a_household_is_filed_with_what_follows_from_its_persons() {
    let town = after(&["kind = 'add_household'\nhousehold = 'N1'\npersons = ['reference 27', 'partner 26']\nincome_eur_year = 24000"]);
    let row = town.tables.households.last().unwrap();
    assert_eq!((row.category, row.consumption_units.0, row.resources_eur_month), (3, 150, CentsPerMonth(200_000)));
    assert!(row.applying && row.admissible && row.waiting_since == Some(town.date));
    let persons: Vec<_> = town.tables.persons.iter().filter(|person| person.household == "N1").map(|person| person.role).collect();
    assert_eq!(persons, [Role::Reference, Role::Partner]);
    let with = |more: &str| format!("kind = 'add_household'\nhousehold = 'N1'\nincome_eur_year = 1\npersons = ['reference 27']\n{more}");
    assert_eq!(faults(&[&with("choices = ['R03', 'R99']")]), one("E1905", "choices"));
    assert_eq!(faults(&[&with("choices = ['R03']\nexclusions = ['gare', 'R03']")]), one("E1907", "exclusions"));
    assert_eq!(faults(&[&with("").replace("N1", "h0001")]), one("E1906", "household"));
    assert_eq!(faults(&[&with("").replace("N1", "=N1")]), one("E1035", "household"));
    assert_eq!(faults(&[&with("").replace("reference", "child")]), one("E1903", "persons"));
    assert_eq!(faults(&[&with("").replace("reference 27", "reference 2030-01-01")]), one("E1907", "persons"));
}

#[test]
fn a_cohort_is_what_was_described_and_a_longer_one_begins_the_same() {
    let of = |count: i64| {
        after(&[&format!(
            "kind = 'add_cohort'\nprefix = 'c'\ncount = {count}\nseed = 3\nage_min = 30\nage_max = 44\nsize_min = 1\nsize_max = 5\n\
             income_min_eur_year = 10000\nincome_max_eur_year = 30000\nneed = 'step_free'\nneed_percent = 20\nchoices = ['R13']"
        )])
    };
    let (short, long) = (of(50), of(300));
    let households = |town: &crate::scenario::Town| town.tables.households[demo().tables.households.len()..].to_vec();
    let persons = |town: &crate::scenario::Town| town.tables.persons[demo().tables.persons.len()..].to_vec();
    assert_eq!(households(&short), households(&long)[..50]);
    assert_eq!(persons(&short)[..], persons(&long)[..persons(&short).len()]);
    let all = households(&long);
    assert_eq!((all.len(), all[0].id.as_str(), all[299].id.as_str()), (300, "c-0001", "c-0300"));
    assert!(all.iter().all(|row| (1_000_000..=3_000_000).contains(&row.income_eur_year.0) && row.choices == ["R13"]));
    let references: Vec<_> = persons(&long).into_iter().filter(|person| person.role == Role::Reference).collect();
    assert!(references.len() == 300 && references.iter().all(|person| (30..=44).contains(&person.age.unwrap())));
    let needy = references.iter().filter(|person| !person.needs.is_empty()).count();
    assert!((30..=90).contains(&needy), "{needy}");
    assert!(persons(&long).iter().filter(|person| person.role == Role::Child).all(|person| person.age.unwrap() <= 17));
}

#[test]
fn bounds_of_a_quota_move_together_and_its_law_is_asked_for() {
    let row = |town: &crate::scenario::Town, id: &str| town.tables.quotas.iter().find(|row| row.id == id).unwrap().clone();
    let moved = row(&after(&["kind = 'move_quota'\nquota = 'new-seniors'\nby = -2.5"]), "new-seniors");
    assert_eq!((moved.min.as_str(), moved.max.as_str()), ("27.5", "37.5"));
    assert_eq!(faults(&["kind = 'move_quota'\nquota = 'new-seniors'\nby = -30.1"]), one("E1907", "by"));
    assert_eq!(faults(&["kind = 'move_quota'\nquota = 'new-seniors'\nby = 70"]), one("E1543", "max"));
    let set = row(&after(&["kind = 'set_quota'\nquota = 'new-young'\nmin = 20\nmax = ''"]), "new-young");
    assert_eq!((set.min.as_str(), set.max.as_str(), set.penalty_above.as_str()), ("20", "", "15000"));
    assert_eq!(faults(&["kind = 'set_quota'\nquota = 'new-young'\npenalty_below = ''\nlegal_basis = ''"]), one("E1548", "legal_basis"));
    assert_eq!(faults(&["kind = 'set_quota'\nquota = 'new-young'\nscope = 'residence=R99'"]), one("E1011", "scope"));
    assert_eq!(faults(&["kind = 'set_quota'\nquota = 'nobody'\nmin = 1"]), one("E1905", "quota"));
    let off = after(&["kind = 'remove_quota'\nquota = 'young'"]);
    assert_eq!(off.policy.quotas_off, ["young"]);
    assert!(after(&["kind = 'remove_quota'\nquota = 'young'", "kind = 'restore_quota'\nquota = 'young'"]) == *demo());
}

#[test]
fn parameters_are_those_of_the_registry_and_in_range() {
    let town = after(&["kind = 'set_rule'\nrule = 'effort_rate'\non = false"]);
    assert!(!town.policy.rules["effort_rate"].enabled);
    assert_eq!(faults(&["kind = 'set_rule'\nrule = 'horizon'\non = false"]), one("E1905", "rule"));
    let set =
        |parameter: &str, value: &str| format!("kind = 'set_rule'\nrule = 'availability'\nparameter = '{parameter}'\nvalue = {value}");
    assert_eq!(faults(&[&set("days", "3")]), one("E1905", "parameter"));
    assert_eq!(faults(&[&set("horizon_days", "-3")]), one("E1203", "value"));
    assert_eq!(faults(&[&set("horizon_days", "'x'")]), one("E1202", "value"));
    let set = |value: &str| format!("kind = 'set_criterion'\ncriterion = 'floor_lift'\nparameter = 'age_min'\nvalue = {value}");
    after(&[&set("70")]);
    assert_eq!(faults(&[&set("true")])[0].1, "value");
    assert_eq!(faults(&["kind = 'set_weight'\ncriterion = 'niceness'\nweight = 3"]), one("E1905", "criterion"));
}

#[test]
fn pairs_contradict_each_other_before_they_contradict_a_run() {
    let pair = |kind: &str, household: &str, dwelling: &str| {
        format!("kind = '{kind}'\nhousehold = '{household}'\ndwelling = '{dwelling}'\nreason = 'r'\nauthor = 'a'")
    };
    assert_eq!(faults(&[&pair("pin", "H0448", "R13-A-01")]), one("E1907", "household"));
    assert_eq!(faults(&[&pair("pin", "H0461", "R03-A-11")]), one("E1907", "dwelling"));
    assert_eq!(faults(&[&pair("pin", "H0572", "R06-A-21")]), one("E1907", "dwelling"));
    assert_eq!(faults(&[&pair("pin", "H0001", "R13-A-01")]), one("E1907", "household"));
    assert_eq!(faults(&[&pair("pin", "H0461", "R01-A-01")]), one("E1907", "dwelling"));
    assert_eq!(faults(&[&pair("forbid", "H0448", "R03-A-11")]), one("E1907", "dwelling"));
    assert_eq!(after(&[&pair("pin", "H0461", "R13-A-01")]).policy.pins.len(), 3);
}

#[test]
fn rents_of_a_scope_fall_by_a_tenth() {
    let town = after(&["kind = 'change_rent'\nscope = 'financing=PLS'\nrent_percent = -10"]);
    let mut pls = 0;
    for (before, after) in demo().tables.dwellings.iter().zip(&town.tables.dwellings) {
        if before.financing.code() == "PLS" {
            pls += 1;
            assert!((after.rent_eur_month.0 * 10 - before.rent_eur_month.0 * 9).abs() <= 5);
        } else {
            assert_eq!(before, after);
        }
    }
    assert!(pls > 20, "{pls}");
    assert_eq!(faults(&["kind = 'change_rent'\nscope = 'finance=PLS'\nrent_percent = -10"]), one("E1541", "scope"));
    assert_eq!(faults(&["kind = 'change_rent'\nscope = 'residence=R99'\nrent_percent = -10"]), one("E1905", "scope"));
    assert_eq!(faults(&["kind = 'change_rent'\ndwelling = 'R99'\nrent_percent = -10"]), one("E1905", "dwelling"));
    assert_eq!(faults(&["kind = 'change_rent'\ndwelling = 'R13-A-01'\nscope = '*'\nrent_percent = -10"]), one("E1909", "scope"));
    assert_eq!(faults(&["kind = 'change_rent'\nscope = '*'"]), one("E1902", "rent_percent"));
}

#[test]
fn a_new_residence_gets_dwellings_and_opens_when_it_is_ready() {
    let residence = "kind = 'add_residence'\nresidence = 'R14'\nterritory = 'gare'\nceiling_zone = 'autres_regions'\nlift = true";
    let dwellings = "kind = 'add_dwelling'\ndwelling = 'R14-A'\ncount = 12\nresidence = 'R14'\ntypology = 2\narea_m2 = 46\nrent_eur_month = 350\nfinancing = 'PLAI'";
    let later = "kind = 'set_opening'\nresidence = 'R14'\navailable_from = 2026-02-01";
    let town = after(&[residence, dwellings, later]);
    let new: Vec<_> = town.tables.dwellings.iter().filter(|row| row.residence == "R14").collect();
    assert_eq!((new.len(), new[11].id.as_str(), new[11].rooms), (12, "R14-A-012", 2));
    assert!(new.iter().all(|row| row.available_from == Some(jiff::civil::date(2026, 2, 1))));
    assert_eq!(faults(&[&residence.replace("R14", "gare")])[0].0, "E1907");
    assert_eq!(faults(&[&residence.replace("'gare'", "'Gare'")]), one("E1907", "territory"));
    assert_eq!(faults(&[&residence.replace("autres_regions", "outre_mer")]), one("E1905", "ceiling_zone"));
    assert_eq!(faults(&[&residence.replace("lift", "lon = 4\nlift")]), one("E1909", "lat"));
    assert_eq!(faults(&["kind = 'set_opening'\nresidence = 'R99'\navailable_from = 2026-02-01"]), one("E1905", "residence"));
    assert_eq!(faults(&["kind = 'open_residence'\nresidence = 'R01'"]), one("E1907", "residence"));
    assert_eq!(faults(&["kind = 'add_lift'\nresidence = 'R03'"]), one("E1907", "residence"));
}

#[test]
fn scenarios_stack_on_what_they_name() {
    let read = |text: &str| crate::scenario::parse(text, "s.toml").unwrap();
    let lift = read("id = 'lift'\nbase = 'demo-town'\n[[change]]\nkind = 'add_lift'\nresidence = 'R06'\n");
    let doors =
        read("id = 'doors'\nbase = 'lift'\n[[change]]\nkind = 'set_dwelling'\nscope = 'residence=R06'\naccessibility = 'step_free'\n");
    let town = demo().stack(&[lift.clone(), doors.clone()]).unwrap();
    assert!(town == demo().after(&lift).unwrap().after(&doors).unwrap());
    let found = findings(demo().stack(&[doors, lift]));
    assert_eq!(found.iter().map(|finding| (finding.code, finding.column.as_deref())).collect::<Vec<_>>(), [("E1908", Some("base"))]);
}

#[test]
fn everything_wrong_comes_in_one_go() {
    let found = findings(
        scenario(&[
            "kind = 'add_lift'\nresidence = 'R99'",
            "kind = 'set_weight'\ncriterion = 'x'\nweight = 1",
            "kind = 'add_lift'\nresidence = 'R06'",
            "kind = 'remove_quota'\nquota = 'y'",
        ])
        .and_then(|scenario| demo().after(&scenario)),
    );
    assert_eq!(
        found.iter().map(|finding| (finding.row, finding.code)).collect::<Vec<_>>(),
        [(Some(2), "E1905"), (Some(5), "E1905"), (Some(12), "E1905")]
    );
}
