//! What a change is: words, keys, and what it does to a town.

use std::fmt::Debug;

use crate::error::{Place, Report};

use super::keys::{Key, Keys};
use super::town::Town;

/// One change, read and ready to be made.
pub trait Change: Debug + Send + Sync {
    /// Makes the change. What contradicts the town is reported: what comes after is still looked at, so that everything wrong is found in
    /// one go, and the town is then thrown away.
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>);
}

/// A kind of change: its code, its words and its keys.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Stable code; the value of `kind` in a scenario.
    pub code: &'static str,
    /// What it does, French and English.
    pub summary: [&'static str; 2],
    /// The keys it takes.
    pub keys: &'static [Key],
    /// An example for the demo town, as lines of TOML without `kind`.
    pub example: &'static str,
    /// Reads it from its keys.
    pub(super) read: fn(&mut Keys<'_>) -> Option<Box<dyn Change>>,
}

impl Kind {
    /// True where `name` is one of its keys.
    pub fn takes(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }
}

/// Where what is wrong with a change is reported.
#[derive(Debug)]
pub struct Faults<'a> {
    pub(super) file: &'a str,
    pub(super) row: Option<u64>,
    pub(super) report: &'a mut Report,
}

impl<'a> Faults<'a> {
    /// The key `column` of the change.
    pub(super) fn place<'p>(&self, column: &'p str) -> Place<'p>
    where
        'a: 'p,
    {
        let place = Place::file(self.file);
        self.row.map_or(place, |row| place.row(row)).column(column)
    }

    /// What stands at the key `column` is at fault.
    pub(super) fn add(&mut self, code: &'static str, column: &str, cause: impl Into<String>, action: impl Into<String>) {
        let place = Place::file(self.file);
        let place = self.row.map_or(place, |row| place.row(row));
        self.report.error(code, place.column(column), cause, action);
    }

    /// The id at the key `column` is not in `table`.
    pub(super) fn unknown(&mut self, column: &str, id: &str, table: &str) {
        self.add("E1905", column, format!("there is no {id} in {table} as the changes before leave it"), "correct the id");
    }

    /// The change contradicts the town, or changes nothing.
    pub(super) fn contradicts(&mut self, column: &str, cause: impl Into<String>, action: impl Into<String>) {
        self.add("E1907", column, cause, action);
    }

    /// What was found at a place of a table or of the policy is reported at the key that `key` gives for its column.
    pub(super) fn found(&mut self, found: Report, key: impl Fn(&str) -> String) {
        for finding in found.errors {
            let column = key(finding.column.as_deref().unwrap_or_default());
            self.add(finding.code, &column, finding.cause, finding.action);
        }
    }
}
