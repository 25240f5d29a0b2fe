//! `unpin`: a promise is taken back.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::town::Town;

use super::pin::{DWELLING, HOUSEHOLD};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "unpin",
    summary: ["Une promesse (pin) est reprise", "A promise (pin) is taken back"],
    keys: &[HOUSEHOLD, DWELLING],
    example: "household = \"H0448\"\ndwelling = \"R03-A-11\"",
    read: |keys| Some(Box::new(Unpin { household: keys.need("household"), dwelling: keys.need("dwelling") })),
};

#[derive(Debug)]
struct Unpin {
    household: String,
    dwelling: String,
}

impl Change for Unpin {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let before = town.policy.pins.len();
        town.policy.pins.retain(|pin| pin.household != self.household || pin.dwelling != self.dwelling);
        if town.policy.pins.len() == before {
            faults.contradicts("dwelling", format!("{} is not promised {}", self.household, self.dwelling), "remove the change");
        }
    }
}
