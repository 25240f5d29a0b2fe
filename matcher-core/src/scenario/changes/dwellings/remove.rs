//! `remove_dwelling`: dwellings are there no more.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::homes::{DWELLING, FIRST, Homes, SCOPE};
use crate::scenario::town::Town;
use crate::tables::rows::{DwellingRow, Text};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "remove_dwelling",
    summary: [
        "Des logements disparaissent (démolition, vente) : ni attribués, ni comptés. D'un périmètre, ceux à attribuer",
        "Dwellings go (pulled down, sold): neither allocated nor counted. Of a scope, those to be allocated",
    ],
    keys: &[DWELLING, SCOPE, FIRST],
    example: "dwelling = \"R03-A-24\"",
    read: |keys| Some(Box::new(RemoveDwelling { homes: Homes::read(keys) })),
};

#[derive(Debug)]
struct RemoveDwelling {
    homes: Homes,
}

impl Change for RemoveDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let ids = self.homes.find(town, |row| row.available_from.is_some(), faults);
        remove(town, &ids, self.homes.key(), faults);
    }
}

/// Takes dwellings out of the tables, with the tenancies that have ended or will; gives their rows by id. Nobody may live there for good.
///
/// O(size of the tables x log of the ids).
pub(super) fn remove(town: &mut Town, ids: &[Text], key: &str, faults: &mut Faults<'_>) -> BTreeMap<Text, DwellingRow> {
    let gone: BTreeSet<Text> = ids.iter().cloned().collect();
    for row in town.tables.tenancies.iter().filter(|row| row.until.is_none() && gone.contains(&row.dwelling)) {
        let cause = format!("a household lives in {}, and its tenancy has no last day", row.dwelling);
        faults.contradicts(key, cause, "choose another dwelling");
    }
    town.unbind(&gone, |pair| &pair.dwelling, key, faults);
    town.tables.tenancies.retain(|row| !gone.contains(&row.dwelling));
    for row in town.tables.households.iter_mut().filter(|row| gone.contains(&row.current_dwelling)) {
        row.current_dwelling = Text::default();
    }
    let removed = town.tables.dwellings.extract_if(.., |row| gone.contains(&row.id));
    removed.map(|row| (row.id.clone(), row)).collect()
}
