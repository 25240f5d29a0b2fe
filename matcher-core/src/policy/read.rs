//! Reads a policy from TOML: every finding in one go, each with its line and the path of its key.

use std::collections::BTreeSet;

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::error::{Error, Place, Report};
use crate::units::Date;

use super::{Pair, Policy};

/// Keys every policy has.
const REQUIRED: [&str; 4] = ["id", "version", "author", "weights"];
/// Findings after which reading gives up: a file with more is no policy.
const PATIENCE: usize = 100;

/// Reads a policy. `file` is the name that findings carry.
///
/// # Errors
/// [`Error::Input`] with every finding: text that is no TOML, unknown keys, values of a wrong type, missing or empty fields,
/// numbers out of bounds, pins and forbidden pairs that contradict each other.
///
/// ```
/// use matcher_core::policy;
/// let text = "id = 'mine'\nversion = '1'\nauthor = 'bailleur'\n[weights]\nchoice_rank = 2\n";
/// assert_eq!(policy::parse(text, "policy.toml")?.weights["choice_rank"], 2);
/// let refused = policy::parse("colour = 'red'", "policy.toml").unwrap_err().to_string();
/// assert!(refused.contains("row 1") && refused.contains("colour"), "{refused}");
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn parse(text: &str, file: &str) -> Result<Policy, Error> {
    let mut report = Report::default();
    let text = text.trim_start_matches('\u{feff}');
    let lines = Lines { text };
    let (root, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        let place = Place::file(file).row(lines.of(fault.span().map_or(0, |s| s.start)));
        report.error("E1400", place, format!("this is not TOML: {}", one_line(fault.message())), "correct the line");
    }
    if !report.is_clean() {
        return Err(Error::Input { report });
    }
    let mut root = root.into_inner();
    plain_texts(&mut root);
    for key in REQUIRED {
        if !root.contains_key(key) {
            report.error("E1402", Place::file(file).row(1).column(key), "the key is missing", "add it");
        }
    }
    let Some(policy) = deserialise(&root, file, lines, &mut report) else {
        return report.into_result(()).and_then(|()| unreadable(file));
    };
    check(&policy, &root, file, lines, &mut report);
    report.into_result(policy)
}

/// A document that cannot be read and yet gave no finding would be a defect of the reader: it is refused all the same.
fn unreadable(file: &str) -> Result<Policy, Error> {
    let mut report = Report::default();
    report.error("E1400", Place::file(file), "the policy cannot be read", "start again from a preset");
    Err(Error::Input { report })
}

/// Days and the numbers of quotas may stand without quotes: they are taken as they are written, so that 33.3 stays exact.
fn plain_texts(root: &mut DeTable<'_>) {
    for (key, value) in root.iter_mut() {
        let numbers = key.get_ref() == "quota";
        plain_text(value.get_mut(), numbers);
    }
}

fn plain_text(value: &mut DeValue<'_>, numbers: bool) {
    let text = match value {
        DeValue::Array(values) => return values.iter_mut().for_each(|value| plain_text(value.get_mut(), numbers)),
        DeValue::Table(table) => return table.iter_mut().for_each(|(_, value)| plain_text(value.get_mut(), numbers)),
        DeValue::Datetime(day) => day.to_string(),
        DeValue::Integer(number) if numbers && number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) if numbers => number.as_str().to_owned(),
        _ => return,
    };
    *value = DeValue::String(text.into());
}

/// Line numbers of byte positions.
#[derive(Clone, Copy)]
struct Lines<'a> {
    text: &'a str,
}

impl Lines<'_> {
    fn of(self, position: usize) -> u64 {
        1 + self.text.bytes().take(position).filter(|&byte| byte == b'\n').count() as u64
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The policy, where all of it can be read. Serde stops at the first fault; so what is at fault is noted, taken out, and the rest read again.
fn deserialise(root: &DeTable<'_>, file: &str, lines: Lines<'_>, report: &mut Report) -> Option<Policy> {
    let mut rest = root.clone();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    while report.errors.len() < PATIENCE {
        let value = Spanned::new(0..0, DeValue::Table(rest.clone()));
        let fault = match Policy::deserialize(value.into_deserializer()) {
            Ok(policy) if report.is_clean() => return Some(policy),
            Ok(_) => return None,
            Err(fault) => fault,
        };
        let span = fault.span().unwrap_or(0..0);
        let found = if span.is_empty() { None } else { locate_table(&rest, &span, "", 0) };
        let path = found.map(|f| f.1).unwrap_or_default();
        let missing = missing_field(fault.message());
        let full = missing.map(|field| join(&path, field));
        // A field that is missing only because it was taken out has been reported already, and so have those of the policy itself.
        if !full.as_ref().is_some_and(|full| taken.contains(full) || path.is_empty()) {
            let place = Place::file(file).row(lines.of(span.start));
            report_fault(fault.message(), full.as_deref().unwrap_or(&path), place, report);
        }
        if path.is_empty() || !remove_from_table(&mut rest, &path) {
            return None;
        }
        taken.insert(path);
    }
    None
}

fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

fn report_fault(message: &str, path: &str, place: Place<'_>, report: &mut Report) {
    // Positions shift when an element is taken out; the line says which one is meant.
    let path: String = path.split('[').map(|part| part.split_once(']').map_or(part, |p| p.1)).collect();
    let place = if path.is_empty() { place } else { place.column(&path) };
    if message.starts_with("missing field") {
        report.error("E1402", place, "the key is missing", "add it");
    } else if message.starts_with("unknown field") {
        report.error("E1401", place, one_line(message), "correct the key or remove it");
    } else if message.contains("untagged enum") {
        report.error(
            "E1403",
            place,
            "the value is neither a whole number, nor true or false, nor a text, nor a list of texts",
            "write one of these",
        );
    } else {
        report.error("E1403", place, one_line(message), "correct the value");
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}

/// Depth and path of the deepest key or value that the span lies in. A table with its own header does not enclose its keys in the
/// text, so all of them are looked at.
fn locate_table(table: &DeTable<'_>, span: &std::ops::Range<usize>, path: &str, depth: usize) -> Option<(usize, String)> {
    let mut best: Option<(usize, String)> = None;
    for (key, value) in table {
        let here = join(path, key.get_ref());
        let own = encloses(&key.span(), span).then(|| (depth + 1, here.clone()));
        let found = locate_value(value, span, &here, depth + 1).or(own);
        best = best.max_by_depth(found);
    }
    best
}

fn locate_value(value: &Spanned<DeValue<'_>>, span: &std::ops::Range<usize>, path: &str, depth: usize) -> Option<(usize, String)> {
    let own = encloses(&value.span(), span).then(|| (depth, path.to_owned()));
    let inner = match value.get_ref() {
        DeValue::Table(table) => locate_table(table, span, path, depth),
        DeValue::Array(values) => values.iter().enumerate().fold(None, |best: Option<(usize, String)>, (at, value)| {
            best.max_by_depth(locate_value(value, span, &format!("{path}[{at}]"), depth + 1))
        }),
        _ => None,
    };
    own.max_by_depth(inner)
}

trait Deeper {
    fn max_by_depth(self, other: Self) -> Self;
}

impl Deeper for Option<(usize, String)> {
    fn max_by_depth(self, other: Self) -> Self {
        match (&self, &other) {
            (Some(one), Some(two)) if two.0 > one.0 => other,
            (None, _) => other,
            _ => self,
        }
    }
}

fn encloses(outer: &std::ops::Range<usize>, inner: &std::ops::Range<usize>) -> bool {
    !outer.is_empty() && outer.start <= inner.start && inner.end <= outer.end
}

/// Takes out what stands at `path` (`a.b[2].c`); false where nothing does.
fn remove_from_table(table: &mut DeTable<'_>, path: &str) -> bool {
    // Keys may hold dots themselves: every key that starts the path is tried.
    let keys: Vec<_> = table.keys().filter(|key| path.starts_with(key.get_ref().as_ref())).cloned().collect();
    keys.into_iter().any(|key| {
        let rest = &path[key.get_ref().len()..];
        if rest.is_empty() {
            return table.remove(&key).is_some();
        }
        table.get_mut(&key).is_some_and(|value| remove_from_value(value.get_mut(), rest))
    })
}

fn remove_from_value(value: &mut DeValue<'_>, path: &str) -> bool {
    match value {
        DeValue::Table(table) => path.strip_prefix('.').is_some_and(|path| remove_from_table(table, path)),
        DeValue::Array(values) => {
            let Some((at, rest)) = path.strip_prefix('[').and_then(|p| p.split_once(']')) else { return false };
            let Ok(at) = at.parse::<usize>() else { return false };
            match values.get_mut(at) {
                Some(value) if !rest.is_empty() => remove_from_value(value.get_mut(), rest),
                Some(_) => {
                    let all = std::mem::replace(values, DeArray::new());
                    *values = all.into_iter().enumerate().filter(|(other, _)| *other != at).map(|(_, value)| value).collect();
                    true
                }
                None => false,
            }
        }
        _ => false,
    }
}

/// What serde cannot see: empty texts, bounds, contradictions.
fn check(policy: &Policy, root: &DeTable<'_>, file: &str, lines: Lines<'_>, report: &mut Report) {
    let line = |key: &str| root.iter().find(|(k, _)| k.get_ref() == key).map_or(1, |(k, _)| lines.of(k.span().start));
    let place = |key: &'static str| Place::file(file).row(line(key)).column(key);
    for (key, text) in [("id", &policy.id), ("version", &policy.version), ("author", &policy.author)] {
        if text.trim().is_empty() {
            report.error("E1404", place(key), "the text is empty", "write it: people must know who decided what, and when");
        }
    }
    if policy.reference_date.as_ref().is_some_and(|date| date.parse::<Date>().is_err()) {
        report.error("E1405", place("reference_date"), "this is not a day of the calendar", "write YYYY-MM-DD");
    }
    if !(3..=1000).contains(&policy.shortlist_length) {
        report.error("E1406", place("shortlist_length"), "the length is below 3 or above 1000", "write at least 3 (CCH R441-3)");
    }
    let norm = &policy.bedroom_norm;
    for (name, value, bounds) in [
        ("living", norm.living, 0..=5),
        ("child_age_max", norm.child_age_max, 0..=120),
        ("children_per_bedroom", norm.children_per_bedroom, 1..=10),
        ("single_rooms", norm.single_rooms, 1..=6),
    ] {
        if !bounds.contains(&value) {
            let (low, high) = (bounds.start(), bounds.end());
            report.error("E1407", place("bedroom_norm"), format!("{name} is outside {low} to {high}"), "correct it");
        }
    }
    check_pairs(policy, &place, report);
    let mut ids = BTreeSet::new();
    for quota in &policy.quotas {
        if !ids.insert(&quota.id) {
            report.error("E1009", place("quota"), format!("the quota id {} stands twice", quota.id), "keep one, or give it another id");
        }
    }
}

fn check_pairs<'a>(policy: &'a Policy, place: &impl Fn(&'static str) -> Place<'a>, report: &mut Report) {
    for (key, pairs) in [("pins", &policy.pins), ("forbidden", &policy.forbidden)] {
        for Pair { household, dwelling, reason, author } in pairs {
            if [household, dwelling, reason, author].into_iter().any(|text| text.trim().is_empty()) {
                report.error("E1408", place(key), "household, dwelling, reason or author is empty", "write all four");
            }
        }
    }
    let (mut households, mut dwellings) = (BTreeSet::new(), BTreeSet::new());
    for pin in &policy.pins {
        if !households.insert(&pin.household) {
            report.error("E1409", place("pins"), format!("household {} is pinned twice", pin.household), "keep one pin");
        }
        if !dwellings.insert(&pin.dwelling) {
            report.error("E1409", place("pins"), format!("dwelling {} is pinned twice", pin.dwelling), "keep one pin");
        }
        if policy.forbidden.iter().any(|f| (&f.household, &f.dwelling) == (&pin.household, &pin.dwelling)) {
            report.error(
                "E1410",
                place("pins"),
                format!("household {} and dwelling {} are both pinned and forbidden", pin.household, pin.dwelling),
                "keep one of the two",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PRESETS, Setting};

    const HEAD: &str = "id = 'p'\nversion = '1'\nauthor = 'a'\n";

    fn codes(text: &str) -> Vec<(String, Option<u64>, String)> {
        match parse(text, "policy.toml") {
            Ok(_) => Vec::new(),
            Err(Error::Input { report }) => {
                report.errors.into_iter().map(|f| (f.code.into(), f.row, f.column.unwrap_or_default())).collect()
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn presets_read_without_findings() {
        for preset in PRESETS {
            let policy = preset.policy().unwrap_or_else(|e| panic!("{}: {e}", preset.name));
            assert_eq!(policy.id, preset.name);
            assert_eq!(policy.weights.values().sum::<i64>(), 100, "{}", preset.name);
        }
    }

    #[test]
    fn every_kind_of_setting_reads() {
        let text = format!("{HEAD}[weights]\n[criteria.distance]\nfull_m = 300\nkinds = ['care']\nmode = 'x'\nstrict = true\n");
        let policy = parse(&text, "p").unwrap();
        let settings = &policy.criteria["distance"];
        assert_eq!(settings["full_m"], Setting::Integer(300));
        assert_eq!(settings["kinds"], Setting::List(vec!["care".into()]));
        assert_eq!(settings["mode"], Setting::Text("x".into()));
        assert_eq!(settings["strict"], Setting::Switch(true));
    }

    #[test]
    fn all_findings_come_at_once_with_line_and_key() {
        let text = "id = 3\nversion = '1'\ncolour = 'red'\n[weights]\nchoice_rank = 'high'\neffort_rate = 2\n\
                    [[quota]]\nid = 'q'\nlimit = '3'\n[[pins]]\nhousehold = 'h'\ndwelling = 'd'\nreason = 'r'\n\
                    [rules.ceiling]\nenabled = 'no'\n[bedroom_norm]\nliving = 1.5\n";
        let expected = [
            ("E1401", 3, "colour"),
            ("E1401", 9, "quota.limit"),
            ("E1402", 10, "pins.author"),
            ("E1402", 1, "author"),
            ("E1403", 1, "id"),
            ("E1403", 5, "weights.choice_rank"),
            ("E1403", 15, "rules.ceiling.enabled"),
            ("E1403", 17, "bedroom_norm.living"),
        ];
        let mut expected: Vec<_> = expected.map(|(c, l, k)| (c.to_owned(), Some(l), k.to_owned())).into();
        let mut found = codes(text);
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn days_and_numbers_of_quotas_need_no_quotes() {
        let text =
            format!("reference_date = 2025-10-01\n{HEAD}[weights]\n[[quota]]\nid = 'q'\nvalid_from = 2025-01-01\nmin = 33.3\nmax = 40\n");
        let policy = parse(&text, "p").unwrap();
        assert_eq!(policy.reference_date.as_deref(), Some("2025-10-01"));
        let quota = &policy.quotas[0];
        assert_eq!((quota.valid_from.as_str(), quota.min.as_str(), quota.max.as_str()), ("2025-01-01", "33.3", "40"));
        assert_eq!(codes(&format!("{HEAD}[weights]\nchoice_rank = 1.5\n")).len(), 1, "a weight is a whole number");
    }

    #[test]
    fn text_that_is_no_toml_names_its_line() {
        assert_eq!(codes("id = 'p'\nversion = \n"), [("E1400".into(), Some(2), String::new())]);
        assert!(codes("\u{feff}id = 'p'\nversion = '1'\nauthor = 'a'\n[weights]\n").is_empty(), "a byte order mark is no fault");
        let shifted = codes("\u{feff}id = 'p'\nversion = '1'\nauthor = 'a'\nx = 1\n[weights]\n");
        assert_eq!(shifted, [("E1401".into(), Some(4), "x".into())]);
    }

    #[test]
    fn bounds_and_contradictions() {
        let pin = "[[pins]]\nhousehold = 'h'\ndwelling = 'd'\nreason = 'r'\nauthor = 'a'\n";
        let text = format!(
            "id = ' '\nversion = '1'\nauthor = 'a'\nreference_date = '2026-02-31'\nshortlist_length = 2\n{pin}{pin}{}[weights]\n\
             [bedroom_norm]\nchildren_per_bedroom = 0\n",
            pin.replace("pins", "forbidden").replace("'r'", "''")
        );
        let found: BTreeSet<String> = codes(&text).into_iter().map(|f| f.0).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["E1404", "E1405", "E1406", "E1407", "E1408", "E1409", "E1410"]);
    }
}
