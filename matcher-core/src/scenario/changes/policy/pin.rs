//! `pin`: a household and a dwelling are decided beforehand.

use crate::policy::Pair;
use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::{Key, Keys};
use crate::scenario::town::Town;
use crate::tables::schema;

pub(super) const HOUSEHOLD: Key = Key::column("tenancies.csv", "household").required();
pub(super) const DWELLING: Key = Key::column("tenancies.csv", "dwelling").required();
pub(super) const REASON: Key = Key::new("reason", schema::Kind::Text, ["Pourquoi", "Why"]).required();
pub(super) const AUTHOR: Key = Key::new("author", schema::Kind::Text, ["Qui l'a décidé", "Who decided it"]).required();

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "pin",
    summary: [
        "Un logement est promis à un ménage : ni l'un ni l'autre n'est proposé à d'autres",
        "A dwelling is promised to a household: neither is offered to others",
    ],
    keys: &[HOUSEHOLD, DWELLING, REASON, AUTHOR],
    example: "household = \"H0461\"\ndwelling = \"R13-A-01\"\nreason = \"relogement\"\nauthor = \"commission\"",
    read: |keys| Some(Box::new(Pin { pair: pair(keys) })),
};

pub(super) fn pair(keys: &mut Keys<'_>) -> Pair {
    Pair { household: keys.need("household"), dwelling: keys.need("dwelling"), reason: keys.need("reason"), author: keys.need("author") }
}

#[derive(Debug)]
struct Pin {
    pair: Pair,
}

impl Change for Pin {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Pair { household, dwelling, .. } = &self.pair;
        are_in_the_run(town, &self.pair, faults);
        if town.policy.pins.iter().any(|pin| pin.household == *household) {
            faults.contradicts("household", format!("{household} is promised a dwelling already"), "take that back first (unpin)");
        }
        if town.policy.pins.iter().any(|pin| pin.dwelling == *dwelling) {
            faults.contradicts("dwelling", format!("{dwelling} is promised already"), "take that back first (unpin)");
        }
        if town.policy.forbidden.iter().any(|other| other.household == *household && other.dwelling == *dwelling) {
            faults.contradicts("dwelling", format!("{household} and {dwelling} are ruled out"), "take that back first (allow)");
        }
        town.policy.pins.push(self.pair.clone());
    }
}

/// The household applies and the dwelling is to be allocated; otherwise that is reported.
pub(super) fn are_in_the_run(town: &mut Town, pair: &Pair, faults: &mut Faults<'_>) {
    let applies = town.household(&pair.household, "household", faults).is_none_or(|row| row.applying);
    let is_open = town.dwelling(&pair.dwelling, "dwelling", faults).is_none_or(|row| row.available_from.is_some());
    if !applies {
        faults.contradicts("household", format!("{} does not apply", pair.household), "choose another household");
    }
    if !is_open {
        faults.contradicts("dwelling", format!("{} is not to be allocated", pair.dwelling), "choose another dwelling");
    }
}
