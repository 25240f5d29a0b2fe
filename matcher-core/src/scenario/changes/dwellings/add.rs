//! `add_dwelling`: more dwellings to allocate.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::ids;
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::rows::{Accessibility, DwellingRow, Financing, Text};
use crate::tables::schema::{self, Unit};
use crate::units::{CentiSquareMetres, CentsPerMonth, Date};

use super::settings::{ACCESSIBILITY, AVAILABLE_FROM, CHARGES, EARMARK, FINANCING, RENT, RESERVATION, Settings, check_earmark};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "add_dwelling",
    summary: [
        "De nouveaux logements à attribuer, dès la date de référence si aucun jour n'est donné",
        "New dwellings to allocate, from the reference date unless a day is given",
    ],
    keys: &[
        Key::new(
            "dwelling",
            schema::Kind::Id,
            [
                "Un nouvel identifiant ; de plusieurs logements, son début : D-001, D-002 ...",
                "A new id; of several dwellings its beginning: D-001, D-002 ...",
            ],
        )
        .required(),
        Key::new(
            "count",
            schema::Kind::Number { places: 0, min: 1, max: 999, unit: Unit::One },
            [
                "Combien de logements pareils ; sans cette clé un seul, avec l'identifiant donné",
                "How many dwellings alike; without this key one, with the id given",
            ],
        ),
        Key::column("dwellings.csv", "residence").required(),
        Key::column("dwellings.csv", "typology").required(),
        Key::column("dwellings.csv", "area_m2").required(),
        Key::column("dwellings.csv", "rooms")
            .called("rooms", ["Pièces principales ; par défaut celles de la typologie", "Main rooms; by default those of the typology"]),
        Key::column("dwellings.csv", "staircase"),
        Key::column("dwellings.csv", "floor").called("floor", ["Étage ; par défaut 0", "Floor; by default 0"]),
        RENT.required(),
        CHARGES.called("charges_eur_month", ["Charges ; par défaut 0", "Charges; by default 0"]),
        FINANCING.required(),
        ACCESSIBILITY.called("accessibility", ["Accessibilité ; par défaut none", "Accessibility; by default none"]),
        RESERVATION,
        EARMARK,
        AVAILABLE_FROM,
    ],
    example: "dwelling = \"R03-N\"\ncount = 4\nresidence = \"R03\"\ntypology = \"T2\"\narea_m2 = 46.5\nrent_eur_month = 340\ncharges_eur_month = 70\nfinancing = \"PLUS\"",
    read: |keys| {
        let typology: u8 = keys.need("typology");
        let change = AddDwelling {
            dwelling: keys.need("dwelling"),
            count: keys.get("count"),
            residence: keys.need("residence"),
            staircase: keys.need("staircase"),
            floor: keys.need("floor"),
            area: keys.need("area_m2"),
            to: Settings::read(keys),
            available_from: keys.get("available_from"),
            typology,
            rooms: keys.get("rooms").unwrap_or(typology),
        };
        Some(Box::new(change))
    },
};

#[derive(Debug)]
struct AddDwelling {
    dwelling: Text,
    count: Option<i64>,
    residence: Text,
    staircase: Text,
    floor: i64,
    typology: u8,
    rooms: u8,
    area: CentiSquareMetres,
    to: Settings,
    available_from: Option<Date>,
}

impl Change for AddDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let new: Vec<Text> = match self.count {
            None => vec![self.dwelling.clone()],
            Some(count) => (1..=count).map(|number| format!("{}-{number:03}", self.dwelling).into()).collect(),
        };
        let there = town.tables.dwellings.iter().map(|row| row.id.as_str());
        let is_free = ids::are_free(&new, there, "dwellings.csv", "dwelling", faults);
        if town.residence(&self.residence, "residence", faults).is_none() || !is_free {
            return;
        }
        let same = town.tables.dwellings.iter().filter(|row| row.residence == self.residence);
        let staircases = same.map(|row| row.staircase.as_str()).filter(|staircase| !staircase.is_empty());
        if !self.staircase.is_empty() {
            ids::is_spelt_once(&self.staircase, staircases, "staircase", faults);
        }
        let mut row = DwellingRow {
            line: 0,
            id: self.dwelling.clone(),
            residence: self.residence.clone(),
            staircase: self.staircase.clone(),
            floor: self.floor,
            typology: self.typology,
            rooms: self.rooms,
            area_m2: self.area,
            rent_eur_month: CentsPerMonth(0),
            charges_eur_month: CentsPerMonth(0),
            financing: Financing::Plus,
            accessibility: Accessibility::None,
            reservation: Text::default(),
            earmark: Text::default(),
            available_from: Some(self.available_from.unwrap_or(town.date)),
        };
        self.to.write(&mut row);
        check_earmark(&town.tables.authorisations, &row, faults);
        town.tables.dwellings.extend(new.into_iter().map(|id| DwellingRow { id, ..row.clone() }));
    }
}
