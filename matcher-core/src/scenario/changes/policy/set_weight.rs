//! `set_weight`: a criterion weighs more or less.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::scoring::MOST_WEIGHT;
use crate::tables::schema::{self, Unit};

use super::parameters::{CRITERION, criterion};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_weight",
    summary: ["Un critère pèse plus ou moins", "A criterion weighs more or less"],
    keys: &[
        CRITERION,
        Key::new(
            "weight",
            schema::Kind::Number { places: 0, min: 0, max: MOST_WEIGHT, unit: Unit::One },
            ["Son poids ; 0 = il ne compte pas", "Its weight; 0 = it does not count"],
        )
        .required(),
    ],
    example: "criterion = \"distance\"\nweight = 20",
    read: |keys| Some(Box::new(SetWeight { criterion: keys.need("criterion"), weight: keys.need("weight") })),
};

#[derive(Debug)]
struct SetWeight {
    criterion: String,
    weight: i64,
}

impl Change for SetWeight {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        if criterion(&self.criterion, faults).is_some() {
            town.policy.weights.insert(self.criterion.clone(), self.weight);
        }
    }
}
