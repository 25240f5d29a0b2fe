//! `convert_dwellings`: dwellings become others.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::homes::{DWELLING, FIRST, Homes, SCOPE};
use crate::scenario::ids;
use crate::scenario::keys::{Form, Key, Keys};
use crate::scenario::town::Town;
use crate::tables::rows::{DwellingRow, Text};
use crate::tables::schema;
use crate::units::{CentiSquareMetres, CentsPerMonth, Date};

use super::remove::remove;
use super::settings::{ACCESSIBILITY, AVAILABLE_FROM, CHARGES, EARMARK, FINANCING, RENT, RESERVATION, Settings, check_earmark, check_free};

const AREA: Key =
    Key::column("dwellings.csv", "area_m2").called("area_m2", ["Surface de chaque nouveau logement", "Living area of each new dwelling"]);

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "convert_dwellings",
    summary: [
        "Chaque logement en devient d'autres : un T4 deux T2. Les nouveaux s'appellent comme l'ancien, suivi de -1, -2 ... ; ils gardent sa \
         résidence, sa cage, son étage, et se partagent surface, loyer et charges selon leurs pièces, sauf ce qui est donné. D'un périmètre, \
         ceux à attribuer",
        "Each dwelling becomes others: a T4 two T2. The new ones are called as the old one, followed by -1, -2 ...; they keep its residence, \
         staircase and floor, and share area, rent and charges by their rooms, but for what is given. Of a scope, those to be allocated",
    ],
    keys: &[
        DWELLING,
        SCOPE,
        FIRST,
        Key {
            name: "into",
            form: Form::Texts(["liste de typologies : `\"T2\", \"T2\"`", "list of typologies: `\"T2\", \"T2\"`"]),
            required: true,
            means: ["Les nouveaux logements", "The new dwellings"],
        },
        Key::new(
            "together",
            schema::Kind::Flag,
            [
                "Les logements nommés n'en deviennent ensemble qu'un jeu : deux T1 un T3 ; par défaut chacun pour soi",
                "The dwellings named become one set together: two T1 a T3; by default each by itself",
            ],
        ),
        AREA,
        RENT.called("rent_eur_month", ["Loyer de chaque nouveau logement", "Rent of each new dwelling"]),
        CHARGES.called("charges_eur_month", ["Charges de chaque nouveau logement", "Charges of each new dwelling"]),
        FINANCING,
        ACCESSIBILITY,
        RESERVATION,
        EARMARK,
        AVAILABLE_FROM,
    ],
    example: "scope = \"residence=R13 & typology=4\"\nfirst = 6\ninto = [\"T2\", \"T2\"]",
    read: |keys| {
        let change = Convert {
            homes: Homes::read(keys),
            into: typologies(keys),
            together: keys.need("together"),
            area: keys.get("area_m2"),
            to: Settings::read(keys),
            available_from: keys.get("available_from"),
        };
        Some(Box::new(change))
    },
};

/// Most dwellings that one may become.
const MOST: usize = 20;

fn typologies(keys: &mut Keys<'_>) -> Vec<u8> {
    let typology = |text: &String| match text.trim().strip_prefix(['T', 't']).unwrap_or(text.trim()).as_bytes() {
        [digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    };
    let texts = keys.texts("into");
    let read: Option<Vec<u8>> = texts.iter().map(typology).collect();
    match read.filter(|list| (1..=MOST).contains(&list.len())) {
        Some(list) => list,
        None if keys.has("into") && keys.is_clean => {
            keys.wrong("into", "a list of 1 to 20 typologies, T1 to T6");
            Vec::new()
        }
        None => Vec::new(),
    }
}

#[derive(Debug)]
struct Convert {
    homes: Homes,
    into: Vec<u8>,
    together: bool,
    area: Option<CentiSquareMetres>,
    to: Settings,
    available_from: Option<Date>,
}

impl Change for Convert {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let ids = self.homes.find(town, |row| row.available_from.is_some(), faults);
        if let Some(from) = self.available_from {
            check_free(town, &ids, from, faults);
        }
        let removed = remove(town, &ids, self.homes.key(), faults);
        let together = if self.together { ids.len() } else { 1 };
        let mut new: Vec<DwellingRow> = Vec::new();
        for old in ids.chunks(together.max(1)) {
            let rows: Vec<&DwellingRow> = old.iter().filter_map(|id| removed.get(id)).collect();
            new.extend(self.convert(&rows, faults));
        }
        let ids: Vec<&str> = new.iter().map(|row| row.id.as_str()).collect();
        let there = town.tables.dwellings.iter().map(|row| row.id.as_str());
        ids::are_free(&ids, there, "dwellings.csv", self.homes.key(), faults);
        for row in &new {
            check_earmark(&town.tables.authorisations, row, faults);
        }
        town.tables.dwellings.extend(new);
    }
}

impl Convert {
    /// What becomes of dwellings that are converted together.
    fn convert(&self, rows: &[&DwellingRow], faults: &mut Faults<'_>) -> Vec<DwellingRow> {
        let Some(first) = rows.first() else { return Vec::new() };
        self.check_alike(rows, faults);
        let new = (1..=self.into.len()).map(|number| Text::from(format!("{}-{number}", first.id)));
        let sum = |of: fn(&DwellingRow) -> i64| rows.iter().map(|row| of(row)).sum::<i64>();
        let areas = self.shares(sum(|row| row.area_m2.0));
        let rents = self.shares(sum(|row| row.rent_eur_month.0));
        let charges = self.shares(sum(|row| row.charges_eur_month.0));
        // Ready when the last of them is.
        let days: Option<Vec<Date>> = rows.iter().map(|row| row.available_from).collect();
        let available_from = self.available_from.or(days.and_then(|days| days.into_iter().max()));
        let accessibility = rows.iter().map(|row| row.accessibility).min().unwrap_or(first.accessibility);
        let parts = new.zip(&self.into).zip(areas.into_iter().zip(rents.into_iter().zip(charges)));
        let made = parts.map(|((id, &typology), (area, (rent, charges)))| {
            let mut row = DwellingRow {
                line: 0,
                id,
                typology,
                rooms: typology,
                area_m2: self.area.unwrap_or(CentiSquareMetres(area)),
                rent_eur_month: CentsPerMonth(rent),
                charges_eur_month: CentsPerMonth(charges),
                accessibility,
                available_from,
                ..(*first).clone()
            };
            self.to.write(&mut row);
            if !(AREA.admits(row.area_m2.0) && RENT.admits(row.rent_eur_month.0) && CHARGES.admits(row.charges_eur_month.0)) {
                faults.contradicts("into", format!("area, rent or charges of {} are out of bounds", row.id), "give them, or correct into");
            }
            row
        });
        made.collect()
    }

    /// What the new dwellings take from one of the old they must have in common.
    fn check_alike(&self, rows: &[&DwellingRow], faults: &mut Faults<'_>) {
        let differ = |of: fn(&DwellingRow) -> String| rows.iter().map(|row| of(row)).collect::<std::collections::BTreeSet<_>>().len() > 1;
        let cases = [
            (self.homes.key(), differ(|row| row.residence.to_string()), "residences"),
            ("financing", self.to.financing.is_none() && differ(|row| row.financing.code().to_owned()), "financings"),
            ("reservation", self.to.reservation.is_none() && differ(|row| row.reservation.to_string()), "reservations"),
            ("earmark", self.to.earmark.is_none() && differ(|row| row.earmark.to_string()), "earmarks"),
        ];
        for (key, _, what) in cases.into_iter().filter(|case| case.1) {
            faults.contradicts(key, format!("dwellings that become one set together have different {what}"), "give it, or choose others");
        }
    }

    /// `total` by the rooms of the new dwellings, whole and without a rest.
    fn shares(&self, total: i64) -> Vec<i64> {
        let rooms: i64 = self.into.iter().map(|&rooms| i64::from(rooms)).sum();
        let mut seen = 0;
        let upto = |seen: i64| (i128::from(total) * i128::from(seen) / i128::from(rooms.max(1))) as i64;
        let share = |&rooms: &u8| {
            let before = upto(seen);
            seen += i64::from(rooms);
            upto(seen) - before
        };
        self.into.iter().map(share).collect()
    }
}
