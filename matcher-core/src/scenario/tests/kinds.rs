//! Every kind: documented, its example accepted, every mistake in its keys reported, TOML and JSON read alike.

use std::collections::BTreeSet;

use crate::scenario::keys::Form;
use crate::scenario::{CHANGES, parse, parse_json};
use crate::tables::names::is_code;
use crate::tables::schema;

use super::{demo, example, findings, scenario};

#[test]
fn kinds_and_keys_are_documented_and_named_once() {
    let codes: BTreeSet<&str> = CHANGES.iter().map(|kind| kind.code).collect();
    assert_eq!(codes.len(), CHANGES.len());
    for kind in CHANGES {
        assert!(is_code(kind.code), "{}", kind.code);
        assert!(kind.summary.iter().all(|text| text.len() > 10 && !text.ends_with('.')), "{}", kind.code);
        let names: BTreeSet<&str> = kind.keys.iter().map(|key| key.name).collect();
        assert!(names.len() == kind.keys.len() && names.iter().all(|name| is_code(name) && *name != "kind"), "{}", kind.code);
        for key in kind.keys {
            assert!(key.means.iter().all(|text| text.len() > 2), "{} {}", kind.code, key.name);
            assert!(!key.required || kind.example.contains(&format!("{} = ", key.name)), "{} {}", kind.code, key.name);
        }
    }
}

#[test]
fn every_example_is_accepted_by_the_demo_town() {
    for kind in CHANGES {
        // What is opened or taken back was closed or ruled out before.
        let before = match kind.code {
            "open_residence" => vec!["kind = 'close_dwelling'\nscope = 'residence=R13'"],
            "restore_quota" => vec!["kind = 'remove_quota'\nquota = 'school-places'"],
            _ => vec![],
        };
        let own = example(kind);
        let changes: Vec<&str> = before.into_iter().chain([own.as_str()]).collect();
        let scenario = scenario(&changes).unwrap_or_else(|fault| panic!("{}: {fault}", kind.code));
        let town = demo().after(&scenario).unwrap_or_else(|fault| panic!("{}: {fault}", kind.code));
        assert!(town != *demo() || kind.code == "restore_quota", "{} changes nothing", kind.code);
        assert!(town.model(&mut crate::error::Report::default()).is_ok(), "{}", kind.code);
        crate::pipeline::check(&town.model(&mut crate::error::Report::default()).unwrap(), &town.policy, town.book())
            .unwrap_or_else(|fault| panic!("{}: {fault}", kind.code));
    }
}

/// The lines of a change without those of the key `name`.
fn without(change: &str, name: &str) -> String {
    change.lines().filter(|line| !line.starts_with(&format!("{name} = "))).collect::<Vec<_>>().join("\n")
}

#[test]
fn unknown_missing_and_wrong_keys_are_all_reported() {
    for kind in CHANGES {
        let of = |change: &str| -> Vec<(&'static str, Option<u64>, String)> {
            let found = findings(scenario(&[change]));
            found.into_iter().map(|finding| (finding.code, finding.row, finding.column.unwrap_or_default())).collect()
        };
        let own = example(kind);
        assert_eq!(of(&format!("{own}\ncolour = 'red'")), [("E1904", Some(2), "colour".into())], "{}", kind.code);
        for key in kind.keys {
            let (code, name) = (kind.code, key.name);
            let rest = without(&own, name);
            if key.required {
                assert!(of(&rest).contains(&("E1902", Some(2), name.into())), "{code} {name}: {:?}", of(&rest));
            }
            let mut wrong = vec!["{ a = 1 }", "[1, 2]", "[['a']]"];
            match key.form {
                Form::Setting => {}
                Form::Texts(_) => wrong.extend(["3", "true", "['nothing of it']", "['']"]),
                Form::Cell { kind, .. } => wrong.extend(match kind {
                    schema::Kind::Number { .. } | schema::Kind::Typology => ["'old'", "true", "['1']", "1e99"],
                    schema::Kind::Flag => ["3", "'perhaps'", "['yes']", "2025-01-01"],
                    schema::Kind::Day => ["20250101", "'2025-02-30'", "['2025-01-01']", "true"],
                    schema::Kind::Choice(_) => ["3", "'nothing of it'", "['a']", "true"],
                    schema::Kind::References(_) | schema::Kind::Labels | schema::Kind::Codes => ["3", "true", "['a', '']", "['a|b', 'c']"],
                    _ => ["3", "true", "['a']", "3.5"],
                }),
            }
            for value in wrong {
                let found = of(&format!("{rest}\n{name} = {value}"));
                let is_named = found.iter().any(|(_, row, column)| *row == Some(2) && column == name);
                assert!(is_named, "{code} {name} = {value}: {found:?}");
            }
        }
        let unknown = findings(parse("id = 's'\n[[change]]\nkind = 'no'\n[[change]]\n[[change]]\nkind = 3\n", "s.toml"));
        let unknown: Vec<_> = unknown.into_iter().map(|finding| (finding.code, finding.row)).collect();
        assert_eq!(unknown, [("E1901", Some(2)), ("E1902", Some(4)), ("E1901", Some(5))]);
    }
}

#[test]
fn the_head_of_a_scenario_is_read_and_its_mistakes_reported() {
    let text = "id = 's'\ntitle = 'T'\nauthor = 'A'\nbase = 'demo-town'\n";
    let read = parse(text, "s.toml").unwrap();
    assert_eq!((read.id.as_str(), read.title.as_str(), read.author.as_str(), read.base.as_str()), ("s", "T", "A", "demo-town"));
    assert_eq!(parse("id = 's'", "s.toml").unwrap().title, "s");
    let codes = |text: &str| findings(parse(text, "s.toml")).into_iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert_eq!(codes("title = 3\ncolour = 'red'\nchange = 'x'\n"), ["E1902", "E1903", "E1904", "E1903"]);
    assert_eq!(codes("id = 's'\n[[change]]\nkind = \n"), ["E1900"]);
    assert_eq!(codes("id = 's'\nchange = ['a']\n"), ["E1903"]);
    for text in ["", "3", "{\"id\": 3}", "{\"id\": \"s\", \"change\": [3]}"] {
        assert!(!findings(parse_json(text, "s.json")).is_empty(), "{text}");
    }
}

#[test]
fn toml_and_json_read_alike() {
    for kind in CHANGES {
        let text = format!("id = 's'\ntitle = 'T'\n[[change]]\n{}", example(kind));
        let value: toml::Value = toml::from_str(&text).unwrap();
        let json = serde_json::to_string(&to_json(&value)).unwrap();
        let (one, other) = (parse(&text, "s").unwrap(), parse_json(&json, "s").unwrap());
        let said = |scenario: &crate::scenario::Scenario| format!("{:?}", scenario.changes[0].change);
        assert_eq!(said(&one), said(&other), "{}", kind.code);
        assert_eq!((one.title, one.changes[0].row, other.changes[0].row), (other.title, Some(3), Some(1)), "{}", kind.code);
    }
}

fn to_json(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::String(text) => text.clone().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(value) => (*value).into(),
        toml::Value::Datetime(day) => day.to_string().into(),
        toml::Value::Array(list) => list.iter().map(to_json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), to_json(value))).collect(),
    }
}
