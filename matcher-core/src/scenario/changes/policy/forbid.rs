//! `forbid`: a household is not offered a dwelling.

use crate::policy::Pair;
use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::town::Town;

use super::pin::{AUTHOR, DWELLING, HOUSEHOLD, REASON, are_in_the_run, pair};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "forbid",
    summary: ["Un logement est écarté pour un ménage", "A dwelling is ruled out for a household"],
    keys: &[HOUSEHOLD, DWELLING, REASON, AUTHOR],
    example: "household = \"H0461\"\ndwelling = \"R13-A-01\"\nreason = \"refusé en juin\"\nauthor = \"commission\"",
    read: |keys| Some(Box::new(Forbid { pair: pair(keys) })),
};

#[derive(Debug)]
struct Forbid {
    pair: Pair,
}

impl Change for Forbid {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let same = |other: &Pair| other.household == self.pair.household && other.dwelling == self.pair.dwelling;
        are_in_the_run(town, &self.pair, faults);
        if town.policy.pins.iter().any(same) {
            faults.contradicts("dwelling", "the two are promised each other", "take that back first (unpin)");
        }
        if town.policy.forbidden.iter().any(same) {
            faults.contradicts("dwelling", "the pair is ruled out already", "remove the change");
        }
        town.policy.forbidden.push(self.pair.clone());
    }
}
