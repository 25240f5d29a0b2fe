//! Which dwellings a change is about: some by their ids, or those of a scope.

use std::collections::{BTreeMap, BTreeSet};

use crate::quotas::Scope;
use crate::tables::rows::{DwellingRow, Text};
use crate::tables::schema::{Kind, Unit};

use super::change::Faults;
use super::keys::{Key, Keys};
use super::town::Town;

/// By id.
pub(super) const DWELLING: Key = Key::new(
    "dwelling",
    Kind::References("dwellings.csv"),
    ["Le logement, ou une liste de logements ; ceci ou scope", "The dwelling, or a list of dwellings; this or scope"],
);
/// By a filter.
pub(super) const SCOPE: Key = Key::new(
    "scope",
    Kind::Text,
    [
        "Les logements d'un périmètre, écrit comme celui d'un quota : residence=R03 & typology=4",
        "The dwellings of a scope, written as that of a quota: residence=R03 & typology=4",
    ],
);
/// So many of a scope.
pub(super) const FIRST: Key = Key::new(
    "first",
    Kind::Number { places: 0, min: 1, max: 1_000_000, unit: Unit::One },
    [
        "Avec scope : seulement les premiers, dans l'ordre de leurs identifiants",
        "With scope: only the first so many, in the order of their ids",
    ],
);

/// Which dwellings a change is about.
#[derive(Debug)]
pub(super) struct Homes {
    ids: Vec<Text>,
    scope: Option<Scope>,
    first: Option<i64>,
}

impl Homes {
    /// Reads `dwelling`, or `scope` and `first`.
    pub(super) fn read(keys: &mut Keys<'_>) -> Self {
        keys.one_of("dwelling", "scope");
        if keys.has("first") && !keys.has("scope") {
            keys.clash("first", "it says how many of a scope are meant, and there is no scope", "add scope or remove first");
        }
        let ids = keys.need("dwelling");
        let text: Option<String> = keys.get("scope");
        let scope = text.and_then(|text| {
            let scope = Scope::read(&text, keys.faults.place("scope"), keys.faults.report);
            keys.is_clean &= scope.is_some();
            scope
        });
        Self { ids, scope, first: keys.get("first") }
    }

    /// The key that says which.
    pub(super) fn key(&self) -> &'static str {
        if self.scope.is_some() { "scope" } else { "dwelling" }
    }

    /// Ids of the dwellings, those of a scope in order and only where `wanted` says so. None at all, or fewer than asked for, is reported.
    ///
    /// O(n log n), n dwellings.
    pub(super) fn find(&self, town: &Town, wanted: impl Fn(&DwellingRow) -> bool, faults: &mut Faults<'_>) -> Vec<Text> {
        let Some(scope) = &self.scope else {
            let known: BTreeSet<&str> = town.tables.dwellings.iter().map(|row| row.id.as_str()).collect();
            let (found, missing): (Vec<&Text>, Vec<&Text>) = self.ids.iter().partition(|id| known.contains(id.as_str()));
            for id in missing {
                faults.unknown("dwelling", id, "dwellings.csv");
            }
            return found.into_iter().cloned().collect();
        };
        let unknown = scope.unknown_places(&town.tables);
        if !unknown.is_empty() {
            faults.unknown("scope", &unknown.join(", "), "the tables");
            return Vec::new();
        }
        let residences: BTreeMap<&str, _> = town.tables.residences.iter().map(|row| (row.id.as_str(), row)).collect();
        let holds = |row: &&DwellingRow| residences.get(row.residence.as_str()).is_some_and(|residence| scope.holds(residence, row));
        let mut ids: Vec<Text> = town.tables.dwellings.iter().filter(holds).filter(|row| wanted(row)).map(|row| row.id.clone()).collect();
        ids.sort_unstable();
        let least = self.first.unwrap_or(1).max(1) as usize;
        if ids.len() < least {
            let cause = format!("the scope holds {} dwellings that can be meant, not {least}", ids.len());
            faults.contradicts("scope", cause, "widen the scope, or correct first");
            return Vec::new();
        }
        ids.truncate(self.first.map_or(usize::MAX, |first| first as usize));
        ids
    }

    /// Calls `change` for the row of each of [`find`](Self::find); gives their ids.
    pub(super) fn each(
        &self,
        town: &mut Town,
        wanted: impl Fn(&DwellingRow) -> bool,
        faults: &mut Faults<'_>,
        mut change: impl FnMut(&mut DwellingRow, &mut Faults<'_>),
    ) -> BTreeSet<Text> {
        let ids: BTreeSet<Text> = self.find(town, wanted, faults).into_iter().collect();
        town.tables.dwellings.iter_mut().filter(|row| ids.contains(&row.id)).for_each(|row| change(row, faults));
        ids
    }
}
