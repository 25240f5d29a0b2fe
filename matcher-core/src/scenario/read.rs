//! Reads scenarios from TOML or JSON: every finding in one go.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Place, Report};

use super::change::{Change, Faults, Kind};
use super::changes::CHANGES;
use super::grid::{Vary, points};
use super::keys::{Keys, Value, Values};

/// A named list of changes.
#[derive(Debug, Clone, Serialize)]
pub struct Scenario {
    /// Stable id.
    pub id: String,
    /// What people call it; the id where nothing is written.
    pub title: String,
    /// Who asks; may be empty.
    pub author: String,
    /// What it starts from: the id of a policy or of another scenario; empty = whatever it is made to.
    pub base: String,
    /// The file that findings name.
    #[serde(skip)]
    pub(crate) file: String,
    /// Its changes, in the order in which they are made.
    #[serde(skip)]
    pub(crate) changes: Vec<Stated>,
}

/// A change, and where it was read.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    /// Line of the file, or position in a list of JSON, from 1.
    pub(crate) row: Option<u64>,
    pub(crate) kind: &'static Kind,
    pub(crate) change: Arc<dyn Change>,
}

impl Scenario {
    /// Codes of its changes, in their order.
    pub fn kinds(&self) -> impl ExactSizeIterator<Item = &'static str> + '_ {
        self.changes.iter().map(|stated| stated.kind.code)
    }
}

/// The keys of a scenario beside its changes.
const HEAD: [&str; 4] = ["id", "title", "author", "base"];
/// The key of the list of changes.
pub(super) const LIST: &str = "change";
/// The key of the list of keys that vary.
pub(super) const VARY: &str = "vary";
/// The key of a change that says of which kind it is.
const KIND: &str = "kind";
/// The key of what a key that varies becomes.
pub(super) const VALUES: &str = "values";

/// Reads a scenario from TOML: `id`, and optionally `title`, `author`, `base`; then a `[[change]]` for each change with its `kind` and
/// the keys of that kind. `file` is the name that findings carry.
///
/// # Errors
/// [`Error::Input`] with every finding (E1900 to E1904).
///
/// ```
/// use matcher_core::scenario;
/// let text = "id = 'lift'\n[[change]]\nkind = 'add_lift'\nresidence = 'R03'\n";
/// assert_eq!(scenario::parse(text, "lift.toml")?.kinds().collect::<Vec<_>>(), ["add_lift"]);
/// let refused = scenario::parse("id = 'x'\n[[change]]\nkind = 'fly'\n", "x.toml").unwrap_err().to_string();
/// assert!(refused.contains("E1901") && refused.contains("row 2"), "{refused}");
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn parse(text: &str, file: &str) -> Result<Scenario, Error> {
    Raw::toml(text, file)?.one(file)
}

/// Reads what may be a grid from TOML: the scenario itself or, where `[[vary]]` lists values for keys of its changes, one scenario for each
/// combination of them, the values of the last key changing first. Each `[[vary]]` has `key`, `values` and, where it is not
/// the first, the position of its `change`.
///
/// # Errors
/// [`Error::Input`] as [`parse`], and E1912 where a grid has no point, too many, or varies a change that is not there.
///
/// ```
/// use matcher_core::scenario;
/// let text = "id = 'rent'\n[[change]]\nkind = 'change_rent'\nscope = 'financing=PLS'\nrent_percent = 0\n\
///     [[vary]]\nkey = 'rent_percent'\nvalues = [-10, -5, 0]\n";
/// let ids: Vec<String> = scenario::parse_grid(text, "rent.toml")?.into_iter().map(|point| point.id).collect();
/// assert_eq!(ids, ["rent/rent_percent=-10", "rent/rent_percent=-5", "rent/rent_percent=0"]);
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn parse_grid(text: &str, file: &str) -> Result<Vec<Scenario>, Error> {
    points(Raw::toml(text, file)?, file)
}

fn value_start(table: &DeTable<'_>, name: &str) -> usize {
    table.iter().find(|(key, _)| key.get_ref() == name).map_or(0, |(key, _)| key.span().start)
}

fn of_toml(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Value::Number(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Switch(*value),
        DeValue::Datetime(day) => Value::Text(day.to_string()),
        DeValue::Array(list) => {
            let text = |value: &toml::Spanned<DeValue<'_>>| match value.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            };
            list.iter().map(text).collect::<Option<Vec<_>>>().map_or(Value::Other, Value::Texts)
        }
        _ => Value::Other,
    }
}

/// Reads a scenario from JSON: the same keys, `change` being a list of objects. Findings count its items from 1.
///
/// # Errors
/// As [`parse`].
///
/// ```
/// use matcher_core::scenario;
/// let text = r#"{"id": "lift", "change": [{"kind": "add_lift", "residence": "R03"}]}"#;
/// assert_eq!(scenario::parse_json(text, "lift.json")?.id, "lift");
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn parse_json(text: &str, file: &str) -> Result<Scenario, Error> {
    Raw::json(text, file)?.one(file)
}

/// Reads what may be a grid from JSON: the same keys, `vary` being a list of objects.
///
/// # Errors
/// As [`parse_grid`].
pub fn parse_grid_json(text: &str, file: &str) -> Result<Vec<Scenario>, Error> {
    points(Raw::json(text, file)?, file)
}

fn of_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::Bool(value) => Value::Switch(*value),
        serde_json::Value::Array(list) => {
            list.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>().map_or(Value::Other, Value::Texts)
        }
        _ => Value::Other,
    }
}

/// A scenario before its keys are looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Raw {
    pub(super) head: BTreeMap<String, (Option<u64>, Value)>,
    /// Row, and keys where it has any.
    pub(super) changes: Vec<(Option<u64>, Option<Values>)>,
    pub(super) vary: Vec<Vary>,
}

impl Raw {
    fn toml(text: &str, file: &str) -> Result<Self, Error> {
        let mut report = Report::default();
        let text = text.trim_start_matches('\u{feff}');
        let line = |position: usize| 1 + text.bytes().take(position).filter(|&byte| byte == b'\n').count() as u64;
        let (root, faults) = DeTable::parse_recoverable(text);
        for fault in &faults {
            let place = Place::file(file).row(line(fault.span().map_or(0, |span| span.start)));
            let message = fault.message().split_whitespace().collect::<Vec<_>>().join(" ");
            report.error("E1900", place, format!("this is not TOML: {message}"), "correct the line");
        }
        report.into_result(())?;
        let mut raw = Self::default();
        for (key, value) in root.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                (name @ (LIST | VARY), DeValue::Array(list)) => {
                    for item in list {
                        // An item with its own header begins at that header.
                        let row = Some(line(item.span().start));
                        let table = match item.get_ref() {
                            DeValue::Table(table) => Some(table),
                            _ => None,
                        };
                        let keys = table.map(|table| table.iter().map(|(k, v)| (k.get_ref().to_string(), of_toml(v.get_ref()))).collect());
                        if name == LIST {
                            raw.changes.push((row, keys));
                            continue;
                        }
                        let values = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == VALUES));
                        let values = values.and_then(|(_, values)| match values.get_ref() {
                            DeValue::Array(values) => Some(values.iter().map(|value| of_toml(value.get_ref())).collect()),
                            _ => None,
                        });
                        raw.vary.push(Vary { row, keys, values });
                    }
                }
                (key, value) => _ = raw.head.insert(key.to_owned(), (Some(line(value_start(root.get_ref(), key))), of_toml(value))),
            }
        }
        Ok(raw)
    }

    fn json(text: &str, file: &str) -> Result<Self, Error> {
        let not_json = |cause: String| {
            let mut report = Report::default();
            report.error("E1900", Place::file(file), cause, "write one JSON object with the keys id and change");
            Error::Input { report }
        };
        let root: serde_json::Value = serde_json::from_str(text).map_err(|fault| {
            // Serde's message may quote the text; line and column are enough.
            not_json(format!("this is not JSON: line {} column {}", fault.line(), fault.column()))
        })?;
        let serde_json::Value::Object(root) = root else { return Err(not_json("this is no object".to_owned())) };
        let mut raw = Self::default();
        for (key, value) in &root {
            match (key.as_str(), value) {
                (name @ (LIST | VARY), serde_json::Value::Array(list)) => {
                    for (item, row) in list.iter().zip(1..) {
                        let keys = item.as_object().map(|keys| keys.iter().map(|(key, value)| (key.clone(), of_json(value))).collect());
                        if name == LIST {
                            raw.changes.push((Some(row), keys));
                            continue;
                        }
                        let values = item.get(VALUES).and_then(|values| values.as_array());
                        let values = values.map(|values| values.iter().map(of_json).collect());
                        raw.vary.push(Vary { row: Some(row), keys, values });
                    }
                }
                (key, value) => _ = raw.head.insert(key.to_owned(), (None, of_json(value))),
            }
        }
        Ok(raw)
    }

    /// The one scenario that this is.
    fn one(self, file: &str) -> Result<Scenario, Error> {
        if let Some(vary) = self.vary.first() {
            let mut report = Report::default();
            let place = Place::file(file);
            let place = vary.row.map_or(place, |row| place.row(row));
            let cause = "keys that vary make several scenarios of this one";
            report.error("E1911", place.column(VARY), cause, "ask for it as a sweep, or remove vary");
            report.into_result(())?;
        }
        self.scenario(file)
    }

    pub(super) fn scenario(self, file: &str) -> Result<Scenario, Error> {
        let mut report = Report::default();
        let mut texts: BTreeMap<&str, String> = BTreeMap::new();
        for (key, (row, value)) in &self.head {
            let mut faults = Faults { file, row: *row, report: &mut report };
            match (HEAD.iter().find(|head| *head == key), value) {
                (Some(head), Value::Text(text)) => _ = texts.insert(head, text.clone()),
                (Some(_), _) => faults.add("E1903", key, "this is not a text", "write a text"),
                (None, _) if key == LIST => faults.add("E1903", key, "this is no list of changes", "write [[change]] above each change"),
                (None, _) if key == VARY => faults.add("E1903", key, "this is no list of keys", "write [[vary]] above each key"),
                (None, _) => faults.add("E1904", key, "the key is not known", format!("remove it or write one of: {}", HEAD.join(", "))),
            }
        }
        let mut take = |key: &str| texts.remove(key).unwrap_or_default();
        let (id, title, author, base) = (take("id"), take("title"), take("author"), take("base"));
        if id.trim().is_empty() && !self.head.contains_key("id") {
            report.error("E1902", Place::file(file).column("id"), "the key is missing", "add it: answers name the scenario by it");
        }
        let mut changes = Vec::with_capacity(self.changes.len());
        for (row, keys) in &self.changes {
            let faults = Faults { file, row: *row, report: &mut report };
            changes.extend(change(faults, keys.as_ref()).map(|(kind, change)| Stated { row: *row, kind, change: change.into() }));
        }
        let title = if title.is_empty() { id.clone() } else { title };
        report.into_result(Scenario { id, title, author, base, file: file.to_owned(), changes })
    }
}

fn change(mut faults: Faults<'_>, keys: Option<&Values>) -> Option<(&'static Kind, Box<dyn Change>)> {
    let codes = || CHANGES.iter().map(|kind| kind.code).collect::<Vec<_>>().join(", ");
    let Some(values) = keys else {
        faults.add("E1903", LIST, "the change is no table of keys", "write kind and the keys of that kind");
        return None;
    };
    let kind = match values.get(KIND) {
        None => {
            faults.add("E1902", KIND, "the key is missing", format!("write one of: {}", codes()));
            return None;
        }
        Some(Value::Text(code)) => CHANGES.iter().copied().find(|kind| kind.code == code),
        Some(_) => None,
    };
    let Some(kind) = kind else {
        faults.add("E1901", KIND, "the kind of change is not known", format!("write one of: {}", codes()));
        return None;
    };
    let mut is_clean = true;
    for key in values.keys().filter(|key| *key != KIND && !kind.takes(key)) {
        is_clean = false;
        let known: Vec<&str> = kind.keys.iter().map(|key| key.name).collect();
        faults.add("E1904", key, "the key is not known", format!("remove it or write one of: {}", known.join(", ")));
    }
    for key in kind.keys.iter().filter(|key| key.required && !values.contains_key(key.name)) {
        is_clean = false;
        faults.add("E1902", key.name, format!("the key is missing from {}", kind.code), "add it");
    }
    let mut keys = Keys { kind, values, faults, is_clean };
    let change = (kind.read)(&mut keys)?;
    keys.is_clean.then_some((kind, change))
}
