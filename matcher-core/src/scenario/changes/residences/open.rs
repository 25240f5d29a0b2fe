//! `open_residence`: what stands empty in a residence is to be allocated.

use std::collections::BTreeSet;

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::rows::Text;
use crate::tables::schema;
use crate::units::Date;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "open_residence",
    summary: [
        "Les logements d'une résidence que personne n'habite ce jour-là, et qui n'étaient pas à attribuer, le sont à partir de ce jour",
        "The dwellings of a residence that nobody lives in on that day, and that were not to be allocated, are so from that day",
    ],
    keys: &[
        Key::column("dwellings.csv", "residence").called("residence", ["La résidence", "The residence"]).required(),
        Key::new(
            "available_from",
            schema::Kind::Day,
            ["Le jour ; par défaut la date de référence", "The day; by default the reference date"],
        ),
    ],
    example: "residence = \"R13\"\navailable_from = 2026-01-15",
    read: |keys| Some(Box::new(Open { residence: keys.need("residence"), from: keys.get("available_from") })),
};

#[derive(Debug)]
struct Open {
    residence: Text,
    from: Option<Date>,
}

impl Change for Open {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        if town.residence(&self.residence, "residence", faults).is_none() {
            return;
        }
        let from = self.from.unwrap_or(town.date);
        let taken: BTreeSet<String> = town.let_on(from).into_iter().map(str::to_owned).collect();
        let mut opened = 0;
        for row in town.tables.dwellings.iter_mut().filter(|row| row.residence == self.residence && row.available_from.is_none()) {
            if !taken.contains(row.id.as_str()) {
                row.available_from = Some(from);
                opened += 1;
            }
        }
        if opened == 0 {
            let cause = format!("every dwelling of {} is to be allocated already, or let on {from}", self.residence);
            faults.contradicts("residence", cause, "choose another residence or day");
        }
    }
}
