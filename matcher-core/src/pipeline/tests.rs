use super::*;
use crate::explain::{self, Language};
use crate::model::testing::{dwelling, household, model, person, policy_with, small_town, tenancy, town};
use crate::quotas::Verdict;
use crate::solve::SolveOptions;
use crate::tables::rows::{QuotaRow, Role, Tables};

fn exact() -> RunOptions {
    SolveOptions { gap_ppm: 0, seed: 7, threads: 1, ..SolveOptions::default() }.into()
}

fn run_on(tables: &Tables, policy: &Policy) -> Run {
    let model = model(tables);
    run(&model, policy, Book { quotas: &tables.quotas, ledger: &tables.ledger }, &exact(), &Control::default()).unwrap()
}

fn weighed(extra: &str) -> Policy {
    policy_with(&format!("{extra}\n[weights]\ntypology_fit = 20\npriority_points = 10\nwaiting_time = 5\n"))
}

/// One T2 and applicants alone of 40 with the points given, ids H1, H2 ...
fn one_dwelling(points: &[i64]) -> Tables {
    let mut tables = small_town();
    tables.dwellings.truncate(1);
    (tables.households, tables.persons) = (Vec::new(), Vec::new());
    for (position, &points) in points.iter().enumerate() {
        let id = format!("H{}", position + 1);
        let mut row = household(&id);
        row.points = points;
        tables.households.push(row);
        tables.persons.push(person(&id, Role::Reference, 40));
    }
    tables
}

pub(super) fn quota(id: &str, group: &str, min: &str, max: &str) -> QuotaRow {
    QuotaRow {
        id: id.into(),
        version: "1".into(),
        valid_from: "2025-01-01".into(),
        legal_basis: "loi ASV, art. 20".into(),
        author: "tests".into(),
        scope: "*".into(),
        group: group.into(),
        measure: "households".into(),
        basis: "run".into(),
        unit: "count".into(),
        min: min.into(),
        max: max.into(),
        ..QuotaRow::default()
    }
}

#[test]
fn best_candidate_gets_the_dwelling_and_the_shortlist_names_the_others_in_order() {
    let run = run_on(&one_dwelling(&[10, 90, 50, 20]), &weighed(""));
    assert_eq!(run.offers.iter().map(|offer| offer.household.as_str()).collect::<Vec<_>>(), ["H2"]);
    let list = &run.shortlists[0];
    assert_eq!(list.entries.iter().map(|entry| entry.household.as_str()).collect::<Vec<_>>(), ["H2", "H3", "H4"]);
    assert_eq!((list.candidates, list.wanted, list.is_short()), (4, 3, false));
    assert_eq!(list.entries[0].behind, Some(0));
    let lost = list.entries[0].suitability - list.entries[1].suitability;
    assert_eq!(list.entries[1].behind, Some(lost), "with one dwelling the estimate is exact");
    assert_eq!(run.judgement.proof, Some("prices"));
    assert!(run.unassigned.iter().all(|entry| matches!(entry.reason, NoOffer::OthersFitBetter { .. })), "{:?}", run.unassigned);
}

#[test]
fn a_tie_is_decided_by_the_published_draw_and_said_to_be_one() {
    let tables = one_dwelling(&[10, 10, 10]);
    let run = run_on(&tables, &weighed(""));
    let order = |run: &Run| run.shortlists[0].entries.iter().map(|entry| entry.household.clone()).collect::<Vec<_>>();
    let mut drawn = vec!["H1".to_owned(), "H2".into(), "H3".into()];
    drawn.sort_by_key(|id| std::cmp::Reverse(crate::ids::draw(7, id)));
    let rest = |list: Vec<String>| list.into_iter().filter(|id| *id != run.offers[0].household).collect::<Vec<_>>();
    assert_eq!(rest(order(&run)), rest(drawn));
    assert_eq!(run.unassigned.iter().map(|entry| entry.reason.code()).collect::<Vec<_>>(), ["tie", "tie"]);
}

#[test]
fn a_household_that_every_dwelling_is_closed_to_is_told_by_which_rules() {
    // FAULTS 14: no admissible dwelling.
    let mut tables = one_dwelling(&[10, 20]);
    tables.households[0].admissible = false;
    let run = run_on(&tables, &weighed(""));
    let entry = run.unassigned.iter().find(|entry| entry.household == "H1").unwrap();
    let NoOffer::NoDwellingOpen { rules } = &entry.reason else { panic!("{:?}", entry.reason) };
    assert_eq!(rules.first().map(|rule| (rule.rule, rule.refused)), Some(("admissible", 1)));
    assert!(explain::no_offer(&entry.reason, Language::English).contains("(1)"));
}

#[test]
fn a_dwelling_without_candidate_is_told_by_which_rules() {
    // FAULTS 15.
    let mut tables = one_dwelling(&[10, 20]);
    tables.households.iter_mut().for_each(|household| household.admissible = false);
    let run = run_on(&tables, &weighed(""));
    let [empty] = run.left_empty.as_slice() else { panic!("{:?}", run.left_empty) };
    let WhyEmpty::NoCandidate { rules } = &empty.reason else { panic!("{:?}", empty.reason) };
    assert_eq!((empty.candidates, rules[0].rule, rules[0].refused), (0, "admissible", 2));
    assert!(run.shortlists[0].entries.is_empty() && run.shortlists[0].is_short());
}

#[test]
fn a_quota_that_keeps_a_better_household_out_is_named_with_its_price() {
    let mut tables = one_dwelling(&[90, 10]);
    tables.persons[1].age = Some(70);
    tables.quotas = vec![quota("seniors", "age=65..", "1", "")];
    let run = run_on(&tables, &weighed(""));
    assert_eq!(run.offers[0].household, "H2");
    let result = &run.quotas[0];
    assert_eq!((result.outcome.total, result.outcome.verdict, result.hard), (1, Verdict::Met, true));
    assert!(result.price.unwrap() < 0, "one more senior would bring points: {:?}", result.price);
    // The usual practice takes the household with most points, and breaks the quota.
    assert_eq!((result.usual.total, result.usual.broken), (0, true));
    assert_eq!((run.usual.offers[0].0.as_str(), run.usual.hard_broken), ("H1", 1));
    assert_eq!(run.usual.differences.len(), 2);
}

#[test]
fn quotas_that_cannot_hold_together_are_named_in_the_words_of_their_authors() {
    let mut tables = one_dwelling(&[90, 10]);
    tables.persons[1].age = Some(70);
    tables.quotas = vec![quota("seniors", "age=65..", "1", ""), quota("young", "age=..45", "1", ""), quota("all", "*", "", "5")];
    let run = run_on(&tables, &weighed(""));
    let conflict = run.conflict.as_ref().unwrap();
    assert_eq!(conflict.quotas.iter().map(|row| row.row.as_str()).collect::<Vec<_>>(), ["seniors", "young"]);
    assert_eq!(conflict.quotas[0].quota.as_ref().unwrap().legal_basis, "loi ASV, art. 20");
    assert!(run.offers.is_empty() && run.unassigned.is_empty(), "nobody is told a reason that is none");
    for language in [Language::French, Language::English] {
        let page = crate::report::html(&run, language);
        assert!(page.contains("id=\"conflict\"") && page.contains("loi ASV, art. 20") && !page.contains("id=\"offers\""));
    }
}

#[test]
fn who_moves_inside_a_residence_is_counted_where_it_goes() {
    let mut tables = town();
    // H3 of 30 lives in D3 of R1 and fits the T4 of R2 only.
    tables.quotas = Vec::new();
    let run = run_on(&tables, &weighed(""));
    let moved = run.offers.iter().find(|offer| offer.household == "H3").unwrap();
    assert_eq!(moved.dwelling, "D4");
    let mixes: Vec<_> = run.mixes.iter().map(|mix| (mix.residence.as_str(), mix.before, mix.after)).collect();
    let newcomers = run.offers.iter().filter(|offer| offer.residence == "R1").count() as i64;
    assert_eq!(mixes, [("R1", 1, newcomers), ("R2", 1, 2)]);
    let age_30 = |mix: &Mix| mix.bands.iter().find(|band| band.from <= 30 && band.to.is_none_or(|to| to >= 30)).unwrap().clone();
    assert_eq!((age_30(&run.mixes[1]).before, age_30(&run.mixes[1]).after), (0, 1));
}

#[test]
fn the_band_of_a_quota_is_drawn_with_the_ages_it_leaves_out() {
    let mut tables = small_town();
    tables.dwellings.push(dwelling("D3", "R1"));
    tables.dwellings[2].available_from = None;
    tables.households.push(household("H2"));
    tables.households[1].applying = false;
    tables.persons.push(person("H2", Role::Reference, 70));
    tables.tenancies.push(tenancy("D3", "H2"));
    let stock = QuotaRow {
        basis: "stock".into(),
        scope: "residence=*".into(),
        penalty_above: "10".into(),
        ..quota("seniors", "age=60..74", "", "1")
    };
    tables.quotas = vec![stock];
    let run = run_on(&tables, &weighed(""));
    let bands: Vec<_> = run.mixes[0].bands.iter().map(|band| (band.from, band.to, band.before, band.after, band.aim.is_some())).collect();
    assert_eq!(bands, [(0, Some(59), 0, 1, false), (60, Some(74), 1, 1, true)]);
    assert_eq!(run.mixes[0].bands[1].holds(1), Some(true));
    assert_eq!(run.mixes[0].bands[1].holds(2), Some(false));
}

#[test]
fn header_only_tables_are_an_answer_not_an_error() {
    // FAULTS 2.
    let mut tables = small_town();
    (tables.households, tables.persons) = (Vec::new(), Vec::new());
    let run = run_on(&tables, &weighed(""));
    assert_eq!((run.totals.applicants, run.offers.len(), run.left_empty.len()), (0, 0, 2));
    assert!(crate::report::summary(&run, Language::English).contains("nothing to allocate"));
}

#[test]
fn a_pair_decided_beforehand_is_kept_and_said_to_be_so() {
    // FAULTS 77.
    let pins = "[[pins]]\nhousehold = 'H1'\ndwelling = 'D1'\nreason = 'promised'\nauthor = 'commission'\n";
    let run = run_on(&one_dwelling(&[10, 90]), &weighed(pins));
    let [offer] = run.offers.as_slice() else { panic!("{:?}", run.offers) };
    assert_eq!((offer.household.as_str(), offer.pin.as_ref().map(|pin| pin.reason.as_str())), ("H1", Some("promised")));
}

#[test]
fn a_run_does_not_depend_on_threads_or_on_the_order_of_rows() {
    let mut tables = town();
    let policy = weighed("");
    let first = serde_json::to_string(&run_on(&tables, &policy)).unwrap();
    tables.households.reverse();
    tables.dwellings.reverse();
    tables.persons.reverse();
    tables.tenancies.reverse();
    let model = model(&tables);
    let options = SolveOptions { threads: 2, ..exact().solve }.into();
    let second = run(&model, &policy, Book::default(), &options, &Control::default()).unwrap();
    let second = serde_json::to_string(&second).unwrap();
    assert_eq!(first.replace("\"threads\":1", "\"threads\":2"), second);
}
