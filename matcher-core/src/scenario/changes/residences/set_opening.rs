//! `set_opening`: a residence is ready sooner or later.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::changes::dwellings::check_free;
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::rows::Text;
use crate::tables::schema;
use crate::units::Date;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_opening",
    summary: [
        "Les logements à attribuer d'une résidence le sont à partir d'un autre jour (chantier en retard ou en avance)",
        "The dwellings to allocate of a residence are so from another day (works late or early)",
    ],
    keys: &[
        Key::column("dwellings.csv", "residence").called("residence", ["La résidence", "The residence"]).required(),
        Key::new("available_from", schema::Kind::Day, ["Le jour", "The day"]).required(),
    ],
    example: "residence = \"R13\"\navailable_from = 2026-12-01",
    read: |keys| Some(Box::new(SetOpening { residence: keys.need("residence"), from: keys.get("available_from")? })),
};

#[derive(Debug)]
struct SetOpening {
    residence: Text,
    from: Date,
}

impl Change for SetOpening {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        if town.residence(&self.residence, "residence", faults).is_none() {
            return;
        }
        let mut moved = Vec::new();
        for row in town.tables.dwellings.iter_mut().filter(|row| row.residence == self.residence && row.available_from.is_some()) {
            row.available_from = Some(self.from);
            moved.push(row.id.clone());
        }
        if moved.is_empty() {
            faults.contradicts("residence", format!("{} has nothing to allocate", self.residence), "choose another (open_residence)");
        }
        check_free(town, &moved, self.from, faults);
    }
}
