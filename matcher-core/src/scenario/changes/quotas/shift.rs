//! `move_quota`: all bounds of a quota move together.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::number::{fixed, shortest};
use crate::tables::schema::{self, Unit};

use super::columns::{MIN, QUOTA, check};

/// Decimals of a bound.
const PLACES: u8 = 6;
const SHIFT: schema::Kind = schema::Kind::Number { places: PLACES, min: -1_000_000_000_000, max: 1_000_000_000_000, unit: Unit::One };

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "move_quota",
    summary: [
        "Minimum, valeur visée et maximum d'un quota montent ou baissent ensemble",
        "Minimum, target and maximum of a quota rise or fall together",
    ],
    keys: &[
        QUOTA,
        Key::new(
            "by",
            SHIFT,
            [
                "De combien : points de pour cent d'une part, sinon ménages ou personnes ; négatif = moins",
                "By how much: points of per cent of a share, otherwise households or persons; negative = less",
            ],
        )
        .required(),
    ],
    example: "quota = \"poorest-quarter\"\nby = 5",
    read: |keys| Some(Box::new(MoveQuota { quota: keys.need("quota"), by: keys.need("by") })),
};

#[derive(Debug)]
struct MoveQuota {
    quota: String,
    /// In millionths.
    by: i64,
}

impl Change for MoveQuota {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Some(row) = town.quota(&self.quota, faults) else { return };
        let mut is_out = false;
        for bound in [&mut row.min, &mut row.target, &mut row.max].into_iter().filter(|bound| !bound.trim().is_empty()) {
            // A policy may write a decimal comma.
            match fixed(&bound.trim().replace(',', "."), PLACES, false).ok().and_then(|value| value.checked_add(self.by)) {
                Some(moved) if MIN.admits(moved) => *bound = shortest(moved, PLACES),
                _ => is_out = true,
            }
        }
        if is_out {
            faults.contradicts("by", format!("a bound of {} would be below 0, or out of bounds", self.quota), "move it less");
            return;
        }
        let row = row.clone();
        check(town, &row, faults);
    }
}
