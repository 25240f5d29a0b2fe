//! `allow`: a pair that was ruled out no longer is.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::town::Town;

use super::pin::{DWELLING, HOUSEHOLD};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "allow",
    summary: ["Un couple écarté (forbid) ne l'est plus", "A pair that was ruled out (forbid) no longer is"],
    keys: &[HOUSEHOLD, DWELLING],
    example: "household = \"H0572\"\ndwelling = \"R06-A-21\"",
    read: |keys| Some(Box::new(Allow { household: keys.need("household"), dwelling: keys.need("dwelling") })),
};

#[derive(Debug)]
struct Allow {
    household: String,
    dwelling: String,
}

impl Change for Allow {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let before = town.policy.forbidden.len();
        town.policy.forbidden.retain(|pair| pair.household != self.household || pair.dwelling != self.dwelling);
        if town.policy.forbidden.len() == before {
            faults.contradicts("dwelling", format!("{} is not ruled out for {}", self.dwelling, self.household), "remove the change");
        }
    }
}
