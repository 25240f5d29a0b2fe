//! Random lists of changes on the demo town and on random towns: what is accepted can be written, read back and made a model of; what is
//! refused says where. Every failure names its seed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::eligibility::RULES;
use crate::error::{Error, Report};
use crate::model;
use crate::policy::{self, preset};
use crate::scenario::keys::{Form, Key};
use crate::scenario::{CHANGES, Kind, Town, parse};
use crate::scoring::CRITERIA;
use crate::tables;
use crate::tables::number::print;
use crate::tables::rows::Text;
use crate::tables::schema;
use crate::tables::tests::sample::{self, Draws, without_lines};

use super::demo;

fn quoted(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}

/// Some id of a table, and now and then one that is not there.
fn id(town: &Town, file: &str, draws: &mut Draws) -> String {
    if draws.chance(15) {
        return "nobody".into();
    }
    let ids: Vec<Text> = match file {
        "residences.csv" => town.tables.residences.iter().map(|row| row.id.as_str().into()).collect(),
        "dwellings.csv" if draws.chance(4) => town.tables.dwellings.iter().map(|row| row.id.clone()).collect(),
        "dwellings.csv" => town.tables.dwellings.iter().filter(|row| row.available_from.is_some()).map(|row| row.id.clone()).collect(),
        "households.csv" if draws.chance(4) => town.tables.households.iter().map(|row| row.id.clone()).collect(),
        "households.csv" => town.tables.households.iter().filter(|row| row.applying).map(|row| row.id.clone()).collect(),
        "authorisations.csv" => town.tables.authorisations.iter().map(|row| row.id.as_str().into()).collect(),
        _ => town.tables.quotas.iter().map(|row| row.id.as_str().into()).collect(),
    };
    if ids.is_empty() { "nobody".into() } else { draws.pick(&ids).to_string() }
}

/// Some value for the key.
fn value(town: &Town, key: &Key, draws: &mut Draws) -> String {
    let some = |draws: &mut Draws, list: &[&str]| quoted(draws.pick(list));
    let residence = |draws: &mut Draws| id(town, "residences.csv", draws);
    let kind = match key.form {
        Form::Setting => return draws.pick(&["0", "1", "30", "-1", "true", "'x'", "['a', 'b']", "1000"]).into(),
        Form::Texts(_) if key.name == "into" => return draws.pick(&["'T2'", "['T1', 'T3']", "['T2', 'T2', 'T6']", "['T7']"]).into(),
        Form::Texts(_) => {
            let lists = [
                "['reference 34']",
                "['reference 34', 'child 4', 'child 4']",
                "['reference 1950-02-03 step_free', 'partner 71']",
                "['child 4']",
            ];
            return draws.pick(&lists).into();
        }
        Form::Cell { kind, .. } => kind,
    };
    match (key.name, kind) {
        ("quota", schema::Kind::Label) => quoted(&id(town, "quotas.csv", draws)),
        ("scope", _) => {
            let (one, typology) = (residence(draws), 1 + draws.below(6));
            let scopes =
                ["*".into(), format!("residence={one}"), format!("typology={typology}"), "financing=PLUS".into(), "earmark=none".into()];
            quoted(&draws.pick(&scopes))
        }
        ("group", _) => some(draws, &["*", "age=65..", "size=3..", "income_quartile=1", "nonsense"]),
        ("territory", _) => some(draws, &["gare", "T1", "Gare", "neuf"]),
        ("criterion", _) => quoted(CRITERIA[draws.below(CRITERIA.len() as u64) as usize].code()),
        ("rule", _) => quoted(RULES[draws.below(RULES.len() as u64) as usize].code()),
        ("parameter", _) => {
            let cards = RULES.iter().map(|rule| rule.card()).chain(CRITERIA.iter().map(|criterion| criterion.card()));
            let names: Vec<&str> = cards.flat_map(|card| card.parameters).map(|parameter| parameter.name).collect();
            some(draws, &names)
        }
        ("count" | "first", _) => (1 + draws.below(5)).to_string(),
        (_, schema::Kind::Reference(file)) => quoted(&id(town, file, draws)),
        (_, schema::Kind::References(file)) => {
            let ids: Vec<String> = (0..=draws.below(2)).map(|_| quoted(&id(town, file, draws))).collect();
            format!("[{}]", ids.join(", "))
        }
        (_, schema::Kind::Id) => {
            let there = id(town, "households.csv", draws);
            some(draws, &["N1", "N2", "n1", "é", "Nouveau 3", "a|b", "-x", " x", &there, &"x".repeat(253)])
        }
        (_, schema::Kind::Label) => some(draws, &["A", "a", "B", "Escalier Z"]),
        (_, schema::Kind::Labels) => format!("[{}]", quoted(&residence(draws))),
        ("ceiling_zone", _) => some(draws, &["autres_regions", "outre_mer", "lune"]),
        (_, schema::Kind::Code) => some(draws, &["", "prefet", "action_logement", "step_free", "chers_voisins"]),
        (_, schema::Kind::Codes) => some(draws, &["dalo", "prefet", "action_logement"]),
        (_, schema::Kind::Text) => some(draws, &["", "texte", "Loi \"ELAN\"\n, art. 109", "=1+1"]),
        (_, schema::Kind::Flag) => draws.pick(&["true", "false"]).into(),
        (_, schema::Kind::Choice(codes)) => some(draws, codes),
        (_, schema::Kind::Typology) => some(draws, &["T1", "2", "T6", "T7"]),
        (_, schema::Kind::Day) => draws.pick(&["2025-10-01", "2025-12-15", "2026-03-01", "2024-01-01", "'1950-05-05'", "''"]).into(),
        (_, schema::Kind::Number { places, min, max, .. }) => {
            let span = (max - min).min(60) as u64;
            let near = min.max(0) + draws.below(span + 1) as i64;
            let cents = 10i64.pow(places.into());
            print(draws.pick(&[near, near, min.max(0) + near * cents, min.max(0) + 500 * cents, max, max.saturating_add(1)]), places)
        }
    }
}

fn change(town: &Town, kind: &Kind, draws: &mut Draws) -> String {
    let mut text = format!("[[change]]\nkind = '{}'\n", kind.code);
    // One of two keys, where two name the same thing.
    let by_scope = draws.chance(2);
    for key in kind.keys {
        let is_other = kind.takes("dwelling")
            && kind.takes("first")
            && match key.name {
                "dwelling" => by_scope,
                "scope" | "first" => !by_scope,
                _ => false,
            };
        let wanted = if key.required { !draws.chance(60) } else { draws.chance(4) };
        if (wanted || key.name == if by_scope { "scope" } else { "dwelling" }) && !is_other {
            let _ = writeln!(text, "{} = {}", key.name, value(town, key, draws));
        }
    }
    text
}

/// The town in files reads back equal, and both make a model or have the same findings.
fn check(town: &Town, seed: u64, text: &str) {
    let dir = tempfile::tempdir().unwrap();
    tables::write(&town.tables, dir.path()).unwrap();
    let (read, _) = tables::read(dir.path()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
    let built = |tables| match model::build(tables, town.date, &mut Report::default()) {
        Ok(_) => Vec::new(),
        Err(Error::Input { report }) => {
            let mut found: Vec<_> = report.errors.into_iter().map(|finding| (finding.code, finding.file, finding.column)).collect();
            found.sort();
            found
        }
        Err(other) => panic!("seed {seed}: {other}"),
    };
    assert_eq!(built(&read), built(&town.tables), "seed {seed}\n{text}");
    assert!(without_lines(read) == without_lines(town.tables.clone()), "seed {seed}: what is read back differs\n{text}");
    let policy = toml::to_string(&town.policy).unwrap();
    let back = policy::parse(&policy, "policy.toml").unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
    assert!(back == town.policy, "seed {seed}: the policy reads back otherwise\n{text}");
}

/// Tries a list of changes; counts the kinds of those that are accepted.
fn attempt(town: &Town, seed: u64, most: u64, accepted: &mut BTreeMap<&'static str, u32>) -> bool {
    let mut draws = Draws::new(seed);
    let mut text = "id = 's'\n".to_owned();
    for _ in 0..=draws.below(most) {
        let kind = draws.pick(CHANGES);
        text += &change(town, kind, &mut draws);
    }
    let made = std::panic::catch_unwind(|| parse(&text, "s.toml").and_then(|scenario| Ok((town.after(&scenario)?, scenario))));
    match made.unwrap_or_else(|_| panic!("seed {seed} panics\n{text}")) {
        Ok((after, scenario)) => {
            check(&after, seed, &text);
            scenario.kinds().for_each(|code| *accepted.entry(code).or_default() += 1);
            true
        }
        Err(Error::Input { report }) => {
            assert!(report.error_count() > 0, "seed {seed}");
            for finding in &report.errors {
                assert!(finding.row.is_some() && finding.column.is_some() && finding.file == "s.toml", "seed {seed}: {finding}\n{text}");
            }
            false
        }
        Err(other) => panic!("seed {seed}: {other}"),
    }
}

#[test]
fn lists_on_the_demo_town_are_made_whole_or_refused_with_their_place() {
    let mut accepted = BTreeMap::new();
    let made = (0..200).filter(|&seed| attempt(demo(), seed, 2, &mut accepted)).count();
    assert!((20..180).contains(&made), "{made} accepted");
}

#[test]
fn lists_on_random_towns_are_made_whole_or_refused_with_their_place() {
    let mut accepted = BTreeMap::new();
    let policy = preset("chers-voisins").unwrap().policy().unwrap();
    let mut made = 0;
    for seed in 0..2_000 {
        let town = Town { tables: sample::town(seed % 100), policy: policy.clone(), date: jiff::civil::date(2025, 10, 1) };
        made += usize::from(attempt(&town, seed, 3, &mut accepted));
    }
    assert!(made > 200, "{made} accepted");
    // Those that take back what these towns do not have, or that need many keys to agree, are made in the tests of single kinds.
    let never: Vec<&str> = CHANGES.iter().map(|kind| kind.code).filter(|code| !accepted.contains_key(code)).collect();
    assert!(never.iter().all(|code| ["unpin", "allow", "restore_quota", "add_quota"].contains(code)), "never accepted: {never:?}");
}
