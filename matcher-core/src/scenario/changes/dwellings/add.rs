//! `add_dwelling`: one more dwelling to allocate.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::{Form, Key};
use crate::scenario::town::Town;
use crate::tables::rows::{Accessibility, DwellingRow, Financing, Text};
use crate::units::{CentiSquareMetres, CentsPerMonth, Date};

use super::set::{ACCESSIBILITY, CHARGES, EARMARK, FINANCING, RENT, RESERVATION, Settings, check_earmark};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "add_dwelling",
    summary: ["Un logement de plus à attribuer", "One more dwelling to allocate"],
    keys: &[
        Key::required("dwelling", Form::Text, ["Un nouvel identifiant", "A new id"]),
        Key::required("residence", Form::Text, ["Sa résidence", "Its residence"]),
        Key::required("typology", Form::Whole, ["1 pour T1 ... 6 pour T6 et plus", "1 for T1 ... 6 for T6 and above"]),
        Key::required("area_m2", Form::Decimal(2), ["Surface habitable", "Living area"]),
        Key::optional(
            "rooms",
            Form::Whole,
            ["Pièces principales ; par défaut celles de la typologie", "Main rooms; by default those of the typology"],
        ),
        Key::optional("staircase", Form::Text, ["Cage d'escalier", "Staircase"]),
        Key::optional("floor", Form::Whole, ["Étage ; par défaut 0", "Floor; by default 0"]),
        RENT,
        CHARGES,
        FINANCING,
        ACCESSIBILITY,
        RESERVATION,
        EARMARK,
        Key::optional(
            "available_from",
            Form::Day,
            [
                "À attribuer à partir de ce jour ; par défaut la date de référence",
                "To be allocated from this day; by default the reference date",
            ],
        ),
    ],
    example: "dwelling = \"R03-A-99\"\nresidence = \"R03\"\ntypology = 2\narea_m2 = 46.5\nrent_eur_month = 340\ncharges_eur_month = 70\nfinancing = \"PLUS\"",
    read: |keys| {
        let typology = keys.whole("typology", 1..=6);
        let rooms = keys.whole("rooms", 1..=20);
        Some(Box::new(AddDwelling {
            dwelling: keys.text("dwelling"),
            residence: keys.text("residence"),
            staircase: keys.text("staircase"),
            floor: keys.whole("floor", -5..=60).unwrap_or(0),
            area: keys.hundredths("area_m2")?,
            to: Settings::read(keys),
            available_from: keys.day("available_from"),
            typology: typology? as u8,
            rooms: rooms.or(typology)? as u8,
        }))
    },
};

#[derive(Debug)]
struct AddDwelling {
    dwelling: String,
    residence: String,
    staircase: String,
    floor: i64,
    typology: u8,
    rooms: u8,
    area: i64,
    to: Settings,
    available_from: Option<Date>,
}

impl Change for AddDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        if town.tables.dwellings.iter().any(|row| row.id == self.dwelling) {
            return faults.taken("dwelling", &self.dwelling, "dwellings.csv");
        }
        if town.residence(&self.residence, "residence", faults).is_none() {
            return;
        }
        let mut row = DwellingRow {
            line: 0,
            id: self.dwelling.as_str().into(),
            residence: self.residence.as_str().into(),
            staircase: self.staircase.as_str().into(),
            floor: self.floor,
            typology: self.typology,
            rooms: self.rooms,
            area_m2: CentiSquareMetres(self.area),
            rent_eur_month: CentsPerMonth(0),
            charges_eur_month: CentsPerMonth(0),
            financing: Financing::Plus,
            accessibility: Accessibility::None,
            reservation: Text::default(),
            earmark: Text::default(),
            available_from: Some(self.available_from.unwrap_or(town.date)),
        };
        self.to.write(&mut row);
        check_earmark(town, &row, faults);
        town.tables.dwellings.push(row);
    }
}
