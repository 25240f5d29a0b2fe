//! `set_weight`: a criterion weighs more or less.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::{Form, Key};
use crate::scenario::town::Town;
use crate::scoring::CRITERIA;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_weight",
    summary: ["Un critère pèse plus ou moins", "A criterion weighs more or less"],
    keys: &[
        Key::required("criterion", Form::Text, ["Le code du critère", "The code of the criterion"]),
        Key::required("weight", Form::Whole, ["Son poids, 0 ou plus", "Its weight, 0 or more"]),
    ],
    example: "criterion = \"distance\"\nweight = 20",
    read: |keys| Some(Box::new(SetWeight { criterion: keys.text("criterion"), weight: keys.whole("weight", 0..=1_000_000)? })),
};

#[derive(Debug)]
struct SetWeight {
    criterion: String,
    weight: i64,
}

impl Change for SetWeight {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        if CRITERIA.iter().all(|criterion| criterion.code() != self.criterion) {
            let known: Vec<&str> = CRITERIA.iter().map(|criterion| criterion.code()).collect();
            let cause = format!("there is no criterion {}", self.criterion);
            return faults.add("E1905", "criterion", cause, format!("write one of: {}", known.join(", ")));
        }
        town.policy.weights.insert(self.criterion.clone(), self.weight);
    }
}
