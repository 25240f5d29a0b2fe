mod plainly;

use super::testing::golden;
use super::*;
use crate::model::random_town::random_town;
use crate::model::testing::{model, policy_with, town};
use crate::tables::rows::{HelpRow, HouseholdRow, PersonRow, PlaceRow, Text};
use crate::units::{CentsPerMonth, MicroDegrees};

fn codes(policy: &str) -> Vec<(String, String)> {
    let model = model(&town());
    let policy = policy_with(policy);
    let mut report = Report::default();
    let _ = Scoring::prepare(&model, &policy, &mut report);
    report.errors.into_iter().map(|finding| (finding.code.to_owned(), finding.column.unwrap_or_default())).collect()
}

fn found(code: &str, place: &str) -> (String, String) {
    (code.to_owned(), place.to_owned())
}

#[test]
fn the_registry_is_documented_and_its_codes_are_unique() {
    let mut codes: Vec<_> = CRITERIA.iter().map(|criterion| criterion.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), CRITERIA.len());
    for criterion in CRITERIA {
        let card = criterion.card();
        let code = criterion.code();
        let texts = card.name.iter().chain(&card.about).chain(&card.sentence).chain([&card.source, &card.version]);
        assert!(texts.clone().all(|text| !text.is_empty()), "{code}");
        assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
        for parameter in card.parameters {
            assert!(parameter.about.iter().all(|text| !text.is_empty()) && !parameter.default.is_empty(), "{code}.{}", parameter.name);
        }
        // Both languages name the same values.
        let values = |text: &str| -> std::collections::BTreeSet<String> {
            text.split('{').skip(1).map(|part| part.split('}').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(values(card.sentence[0]), values(card.sentence[1]), "{code}");
        assert!(!values(card.sentence[0]).is_empty(), "{code}");
    }
}

#[test]
fn weights_are_checked() {
    assert_eq!(codes("[weights]\nchoice_rank = 1"), []);
    assert_eq!(codes("[weights]"), [found("E1603", "weights")]);
    assert_eq!(codes("[weights]\nchoice_rank = 0\nwaiting_time = 0"), [found("E1603", "weights")]);
    assert_eq!(
        codes("[weights]\nage_mix = 1\nchoice_rank = -1\nwaiting_time = 1000001\n[criteria.colour]\n[criteria.distance]\nmost = 1"),
        [
            found("E1600", "weights.age_mix"),
            found("E1600", "criteria.colour"),
            found("E1601", "weights.choice_rank"),
            found("E1602", "weights.waiting_time"),
            found("E1201", "criteria.distance.most"),
        ]
    );
}

/// A town in which every criterion has something to look at.
fn lively_town() -> crate::tables::rows::Tables {
    let mut tables = town();
    tables.help = [("H1", true), ("H4", false)]
        .map(|(household, offers)| HelpRow { line: 2, household: household.into(), skill: "errands".into(), offers, hours_week: 2 })
        .into();
    let (lat, lon) = (MicroDegrees(45_770_000), MicroDegrees(4_840_000));
    tables.places = vec![PlaceRow { line: 2, household: "H1".into(), kind: "work".into(), lat, lon }];
    tables.households[0].choices = vec!["R2".into()];
    tables.households[1].points = 40;
    tables.dwellings[0].floor = 3;
    tables.dwellings[3].rent_eur_month = CentsPerMonth(70_000);
    tables
}

#[test]
fn a_run_of_many_is_runs_of_one() {
    let model = model(&lively_town());
    let weights: Vec<_> = CRITERIA.iter().enumerate().map(|(at, criterion)| format!("{} = {}", criterion.code(), at + 1)).collect();
    let policy = policy_with(&format!("[weights]\n{}", weights.join("\n")));
    let mut report = Report::default();
    let scoring = Scoring::prepare(&model, &policy, &mut report);
    assert_eq!(report.errors, []);
    for household in model.households.all() {
        let all = model.dwellings.all();
        let mut many = vec![0; all.len()];
        scoring.score(household, all, &mut Scratch::default(), &mut many);
        for (dwelling, &score) in many.iter().enumerate() {
            let one = Run::one(DwellingIndex::new(dwelling));
            let points = scoring.points(household, one);
            assert_eq!(points.iter().map(|(_, weight, value)| weight * i64::from(*value)).sum::<i64>(), score);
            assert!(points.iter().all(|(_, _, value)| *value <= 1000));
            assert!(score <= scoring.best_possible());
            assert_eq!(scoring.facts(household, DwellingIndex::new(dwelling)).len(), CRITERIA.len());
        }
    }
}

#[test]
fn points_kept_for_several_criteria_are_those_of_each_pair_on_any_number_of_threads() {
    let mut tables = random_town(5);
    let (households, persons) = (tables.households.clone(), tables.persons.clone());
    for copy in 1..12 {
        for row in households.iter().filter(|row| row.applying && row.current_dwelling.is_empty()) {
            let id = Text::from(format!("{}-{copy}", row.id));
            let own = persons.iter().filter(|person| person.household == row.id);
            tables.persons.extend(own.map(|person| PersonRow { household: id.clone(), ..person.clone() }));
            tables.households.push(HouseholdRow { id, ..row.clone() });
        }
    }
    let model = model(&tables);
    let weights: Vec<_> = CRITERIA.iter().enumerate().map(|(at, criterion)| format!("{} = {}", criterion.code(), at + 1)).collect();
    let policy = policy_with(&format!("[weights]\n{}", weights.join("\n")));
    let scores = || {
        let scoring = Scoring::prepare(&model, &policy, &mut Report::default());
        let together = scoring.groups.iter().flat_map(|group| &group.kept).any(|kept| kept.criteria.len() > 1);
        assert!(together, "no criteria are kept together");
        let all = model.dwellings.all();
        let mut scores = Vec::new();
        for household in model.households.all() {
            let mut row = vec![0; all.len()];
            scoring.score(household, all, &mut Scratch::default(), &mut row);
            for (dwelling, &score) in row.iter().enumerate() {
                let points = scoring.points(household, Run::one(DwellingIndex::new(dwelling)));
                assert_eq!(
                    points.iter().map(|(_, weight, mark)| weight * i64::from(*mark)).sum::<i64>(),
                    score,
                    "{household:?}, {dwelling}"
                );
            }
            scores.push(row);
        }
        scores
    };
    let on = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(scores);
    let alone = on(1);
    assert_eq!(on(2), alone);
    assert_eq!(on(3), alone);
}

#[test]
fn one_weight_that_dominates_is_found() {
    let model = model(&lively_town());
    let shares = |weights: &str| {
        let policy = policy_with(&format!("[weights]\n{weights}"));
        let mut report = Report::default();
        let scoring = Scoring::prepare(&model, &policy, &mut report);
        let pairs = model.households.all().map(|h| (h, (0..model.dwellings.len()).map(DwellingIndex::new).collect()));
        scoring.variance_shares(pairs).into_iter().map(|share| (share.code, share.per_mille, share.dominates())).collect::<Vec<_>>()
    };
    // Choices of H1 are (0, 0, 1000), all others 500; points of H2 are 400, all others 0.
    // 9 x sum of squares - square of the sum: 9 * 2,500,000 - 4,000^2 = 6,500,000 and 9 * 480,000 - 1,200^2 = 2,880,000.
    assert_eq!(shares("choice_rank = 1\npriority_points = 1"), [("choice_rank", 692, false), ("priority_points", 307, false)]);
    assert_eq!(shares("choice_rank = 30\npriority_points = 1"), [("choice_rank", 999, true), ("priority_points", 0, false)]);
    assert_eq!(shares("waiting_time = 1"), [("waiting_time", 0, false)], "where nothing varies nothing dominates");
}

#[test]
fn points_are_weight_times_per_mille() {
    golden(CRITERIA[0], &policy_with(""), &[((), 790)], |(), _| {});
    let model = model(&crate::model::testing::small_town());
    let policy = policy_with("[weights]\ntypology_fit = 3\nchoice_rank = 2");
    let mut report = Report::default();
    let scoring = Scoring::prepare(&model, &policy, &mut report);
    let mut out = [0];
    scoring.score(HouseholdIndex::new(0), Run::one(DwellingIndex::new(0)), &mut Scratch::default(), &mut out);
    assert_eq!(out, [3 * 790 + 2 * 500]);
}
