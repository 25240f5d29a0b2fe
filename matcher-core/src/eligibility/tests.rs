//! Tests over the whole registry, and over random towns.

use std::collections::BTreeSet;

use super::testing::household;
use super::*;
use crate::ids::DwellingIndex;
use crate::lanes::{Bits, Path};
use crate::model::Run;
use crate::model::random_town::{Stream, random_town};
use crate::model::testing::{self, DATE, policy, policy_with, town};
use crate::policy::Pair;

/// A policy that names a pin and a forbidden pair of the first vacancies of the town.
fn policy_of(model: &Model) -> Policy {
    let (pinned, forbidden) = (&model.dwellings.id[0], &model.dwellings.id[1]);
    policy_with(&format!(
        "[[pins]]\nhousehold = 'H00'\ndwelling = '{pinned}'\nreason = 'r'\nauthor = 'a'\n\
         [[forbidden]]\nhousehold = 'H01'\ndwelling = '{forbidden}'\nreason = 'r {{x}}'\nauthor = 'a'\n\
         [rules.charter]\nprogrammes = ['cocoon_ages']\n"
    ))
}

#[test]
fn a_whole_run_says_what_runs_of_one_say() {
    let mut refusing = BTreeSet::new();
    for seed in 1..=12 {
        let model = testing::model(&random_town(seed));
        let policy = policy_of(&model);
        let mut report = Report::default();
        let eligibility = Eligibility::prepare(&model, &policy, &mut report);
        assert_eq!(report.errors, [], "seed {seed}");
        let all = eligibility.screen_all(&model);
        for household in model.households.all() {
            let run = model.dwellings.all();
            let (mut open, mut alone) = (Bits::default(), Bits::default());
            eligibility.screen(household, run, &mut open);
            let counts = eligibility.refusals(&model, household, run);
            let reasons = eligibility.reasons(household, run);
            for position in run.range() {
                let one = Run::one(DwellingIndex::new(position));
                eligibility.screen(household, one, &mut alone);
                let why: Vec<Violation> = eligibility.reasons(household, one).into_iter().map(|(_, violation)| violation).collect();
                let of_run: Vec<Violation> =
                    reasons.iter().filter(|(offset, _)| *offset == position).map(|(_, violation)| violation.clone()).collect();
                assert_eq!(alone.contains(0), open.contains(position), "seed {seed}, {household:?}, dwelling {position}");
                assert_eq!(why.is_empty(), alone.contains(0), "seed {seed}, {household:?}, dwelling {position}");
                assert_eq!(why, of_run, "seed {seed}, {household:?}, dwelling {position}");
                for violation in why {
                    for language in [Language::French, Language::English] {
                        let shown = sentence(&violation, language);
                        let braces = shown.replace("{x}", "");
                        assert!(!braces.contains(['{', '}']), "seed {seed}: {shown}");
                    }
                    refusing.insert(violation.rule);
                }
            }
            for (code, refused) in counts {
                let counted = reasons.iter().filter(|(_, violation)| violation.rule == code).count();
                assert_eq!(refused, counted, "seed {seed}, {household:?}, {code}");
            }
            let brute: Vec<DwellingIndex> = open.iter().map(DwellingIndex::new).collect();
            assert_eq!(all[household.index()], brute, "seed {seed}, {household:?}");
        }
    }
    assert_eq!(refusing, RULES.iter().map(|rule| rule.code()).collect(), "every rule refuses somebody");
}

#[test]
fn neither_threads_nor_instructions_change_anything() {
    let model = testing::model(&random_town(99));
    let policy = policy_of(&model);
    let with = |threads, path| {
        let eligibility = Eligibility::with_rules_on(path, RULES, &model, &policy, &mut Report::default());
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| eligibility.screen_all(&model))
    };
    for path in Path::available() {
        assert_eq!(with(1, Path::Baseline), with(3, path), "{path:?}");
    }
}

#[test]
fn a_dwelling_is_refused_to_as_many_households_as_have_a_reason() {
    for seed in 1..=12 {
        let model = testing::model(&random_town(seed));
        let policy = policy_of(&model);
        let eligibility = Eligibility::prepare(&model, &policy, &mut Report::default());
        // In no order, and one of them twice.
        let mut asked: Vec<DwellingIndex> = (0..model.dwellings.len()).rev().map(DwellingIndex::new).collect();
        asked.push(DwellingIndex::new(0));
        let counts = eligibility.refused_households(&model, &asked);
        assert_eq!(counts.len(), asked.len());
        for (&dwelling, counts) in asked.iter().zip(counts) {
            assert_eq!(
                eligibility.refused_households(&model, &[dwelling]),
                std::slice::from_ref(&counts),
                "seed {seed}, {dwelling:?} alone"
            );
            let why: Vec<_> = model.households.all().flat_map(|household| eligibility.reasons(household, Run::one(dwelling))).collect();
            for (code, refused) in counts {
                assert_eq!(refused, why.iter().filter(|reason| reason.1.rule == code).count(), "seed {seed}, {dwelling:?}, {code}");
            }
        }
    }
}

#[test]
fn counts_without_a_look_at_each_dwelling_are_those_of_asking() {
    let mut refusing = BTreeSet::new();
    for seed in 1..=400 {
        let mut tables = random_town(seed);
        let mut stream = Stream { seed, position: 1 << 40 };
        // Lists at random: none, one residence twice over, all of them.
        for row in &mut tables.households {
            for list in [&mut row.choices, &mut row.exclusions] {
                if stream.below(3) == 0 {
                    *list = (0..stream.below(8)).map(|_| format!("R{}", stream.below(5)).into()).collect();
                }
            }
        }
        let model = testing::model(&tables);
        let mut policy = policy_of(&model);
        for list in [&mut policy.pins, &mut policy.forbidden] {
            for _ in 0..stream.below(6) {
                let (household, dwelling) = (stream.one_of(&model.households.id), stream.one_of(&model.dwellings.id));
                list.push(Pair { household, dwelling, ..list[0].clone() });
            }
        }
        let eligibility = Eligibility::prepare(&model, &policy, &mut Report::default());
        let refusals = Refusals::new(&model, &eligibility);
        for household in model.households.all() {
            let (run, mut alone) = (model.dwellings.all(), Bits::default());
            let counts = refusals.counts(household);
            assert_eq!(counts, eligibility.refusals(&model, household, run), "seed {seed}, {household:?}");
            let reasons = eligibility.reasons(household, run);
            for &(code, refused) in &counts {
                // A dwelling promised twice is refused twice over.
                let why: BTreeSet<usize> = reasons.iter().filter(|reason| reason.1.rule == code).map(|reason| reason.0).collect();
                assert_eq!(refused, why.len(), "seed {seed}, {household:?}, {code}");
                refusing.extend((refused > 0).then_some(code));
            }
            eligibility.screen(household, run, &mut alone);
            let mut open = Bits::default();
            eligibility.candidates(&model, household, &mut open);
            assert_eq!(open, alone, "seed {seed}, {household:?}");
        }
    }
    assert_eq!(refusing, RULES.iter().map(|rule| rule.code()).collect(), "every rule refuses somebody");
}

#[test]
fn residences_that_choices_rule_out_are_not_asked() {
    let mut tables = town();
    tables.households[0].choices = vec!["R2".into()];
    let (model, policy) = (testing::model(&tables), policy());
    let runs = |policy: &Policy, id: &str| {
        Eligibility::prepare(&model, policy, &mut Report::default()).candidate_runs(&model, household(&model, id))
    };
    assert_eq!(runs(&policy, "H1"), [Run::new(2..3)]);
    assert_eq!(runs(&policy, "H2"), [model.dwellings.all()]);
    assert_eq!(runs(&policy_with("[rules.choices]\nenabled = false"), "H1"), [model.dwellings.all()]);
}

#[test]
fn neighbouring_residences_are_one_run() {
    let mut tables = town();
    tables.households[0].choices = vec!["R2".into(), "R1".into()];
    let (model, policy) = (testing::model(&tables), policy());
    let eligibility = Eligibility::prepare(&model, &policy, &mut Report::default());
    assert_eq!(eligibility.candidate_runs(&model, household(&model, "H1")), [model.dwellings.all()]);
}

#[test]
fn codes_are_unique_and_cards_speak_both_languages() {
    let codes: BTreeSet<&str> = RULES.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), RULES.len());
    for rule in RULES {
        let (code, card) = (rule.code(), rule.card());
        assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
        assert!(find(code).is_some_and(|found| found.code() == code));
        for texts in [card.name, card.about, card.sentence] {
            assert!(texts.iter().all(|text| !text.trim().is_empty()) && texts[0] != texts[1], "{code}: {texts:?}");
        }
        assert!(!card.source.is_empty() && !card.version.is_empty(), "{code}");
        for parameter in card.parameters {
            assert!(parameter.about.iter().all(|text| !text.is_empty()) && parameter.about[0] != parameter.about[1], "{code}");
        }
        let names: BTreeSet<&str> = card.parameters.iter().map(|parameter| parameter.name).collect();
        assert_eq!(names.len(), card.parameters.len(), "{code}");
    }
}

#[test]
fn no_rule_is_off_by_default() {
    let all = provenance(&policy(), DATE);
    assert_eq!(all.len(), RULES.len());
    assert!(all.iter().all(|rule| rule.enabled && rule.in_force && rule.author == "tests" && !rule.legal_basis.is_empty()));
}

#[test]
fn a_rule_switched_off_or_outside_its_validity_is_not_asked() {
    let (model, tables_policy) = (testing::model(&town()), "[rules.occupancy]");
    let refused = |choice: &str, warnings: &[&str], errors: &[&str]| {
        let policy = policy_with(&format!("{tables_policy}\n{choice}"));
        let mut report = Report::default();
        let eligibility = Eligibility::prepare(&model, &policy, &mut report);
        let codes = |findings: &[crate::error::Finding]| findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
        assert_eq!((codes(&report.warnings), codes(&report.errors)), (warnings.to_vec(), errors.to_vec()), "{choice}");
        let reasons = eligibility.reasons(household(&model, "H1"), model.dwellings.all());
        let asked = reasons.iter().any(|(_, violation)| violation.rule == "occupancy");
        let shown = provenance(&policy, DATE).into_iter().find(|rule| rule.rule == "occupancy").unwrap();
        assert_eq!(shown.in_force, asked, "{choice}");
        asked
    };
    assert!(refused("", &[], &[]));
    assert!(!refused("enabled = false", &[], &[]));
    assert!(refused("valid_from = '2025-06-15'\nvalid_to = '2025-06-15'", &[], &[]));
    assert!(!refused("valid_from = '2025-06-16'", &["E1251"], &[]));
    assert!(!refused("valid_to = '2025-06-14'", &["E1251"], &[]));
    assert!(refused("valid_from = '15/06/2025'", &[], &["E1204"]));
    assert!(!refused("valid_from = '2026-01-01'\nvalid_to = '2025-01-01'", &["E1251"], &["E1205"]));
    assert!(refused("spare_rooms = 3", &[], &["E1201"]));
    assert!(refused("spare_rooms_max = '3'", &[], &["E1202"]));
    assert!(refused("spare_rooms_max = -1", &[], &["E1203"]));
}

#[test]
fn a_rule_that_is_not_known_is_reported_with_those_that_are() {
    let model = testing::model(&town());
    let policy = policy_with("[rules.ocupancy]\nenabled = true");
    let mut report = Report::default();
    Eligibility::prepare(&model, &policy, &mut report);
    assert_eq!(report.errors.len(), 1);
    assert_eq!((report.errors[0].code, report.errors[0].column.as_deref()), ("E1200", Some("rules.ocupancy")));
    assert!(RULES.iter().all(|rule| report.errors[0].action.contains(rule.code())));
}

#[test]
fn local_texts_go_before_the_registrys() {
    let policy =
        policy_with("[rules.effort_rate]\nversion = '7'\nlegal_basis = 'CIA du 3 mars'\nauthor = 'conférence'\nvalid_from = '2025-01-01'");
    let shown = provenance(&policy, DATE).into_iter().find(|rule| rule.rule == "effort_rate").unwrap();
    assert_eq!([shown.version, shown.legal_basis, shown.author, shown.valid_from], ["7", "CIA du 3 mars", "conférence", "2025-01-01"]);
}

#[test]
fn a_violation_is_a_sentence_in_both_languages() {
    let violation = Violation {
        rule: "income_ceiling",
        values: vec![
            ("income_eur_year", "15000.50".into()),
            ("ceiling_eur_year", "12759".into()),
            ("financing", "PLAI".into()),
            ("category", "1".into()),
            ("zone", "autres_regions".into()),
        ],
    };
    let french = "Le revenu fiscal de référence de 15\u{202f}000,50 € dépasse le plafond PLAI de 12\u{202f}759 € (catégorie 1, zone autres régions).";
    assert_eq!(sentence(&violation, Language::French), french);
    assert_eq!(sentence(&Violation { rule: "gone", values: vec![] }, Language::English), "gone");
}

#[test]
fn a_pin_against_a_rule_is_named_with_its_reasons() {
    let mut tables = town();
    tables.households[0].admissible = false;
    let policy = policy_with(
        "[[pins]]\nhousehold = 'H1'\ndwelling = 'D1'\nreason = 'r'\nauthor = 'a'\n\
         [[pins]]\nhousehold = 'H3'\ndwelling = 'D4'\nreason = 'r'\nauthor = 'a'",
    );
    let model = testing::model(&tables);
    let refused = Eligibility::prepare(&model, &policy, &mut Report::default()).refused_pins(&model, &policy);
    let shown: Vec<_> = refused.iter().map(|(pin, why)| (pin.household.as_str(), why.iter().map(|v| v.rule).collect::<Vec<_>>())).collect();
    assert_eq!(shown, [("H1", vec!["admissible"])]);
}

#[test]
fn an_embedder_may_ask_its_own_list_of_rules() {
    let mut tables = town();
    tables.households[0].admissible = false;
    let (model, policy) = (testing::model(&tables), policy_with("[rules.occupancy]\nspare_rooms_max = 0"));
    let mut report = Report::default();
    let eligibility = Eligibility::with_rules(&[find("admissible").unwrap()], &model, &policy, &mut report);
    assert_eq!(report.errors.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E1200"]);
    let rules: BTreeSet<&str> =
        eligibility.reasons(household(&model, "H1"), model.dwellings.all()).iter().map(|(_, violation)| violation.rule).collect();
    assert_eq!(rules, BTreeSet::from(["admissible"]));
}
