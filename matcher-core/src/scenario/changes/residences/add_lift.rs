//! `add_lift`: a residence gets a lift.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::rows::Text;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "add_lift",
    summary: ["Une résidence reçoit un ascenseur", "A residence gets a lift"],
    keys: &[Key::column("dwellings.csv", "residence").called("residence", ["La résidence", "The residence"]).required()],
    example: "residence = \"R06\"",
    read: |keys| Some(Box::new(AddLift { residence: keys.need("residence") })),
};

/// Accessibility stays what it is: whether a floor becomes step-free is a matter of doors and thresholds too (`set_dwelling`).
#[derive(Debug)]
struct AddLift {
    residence: Text,
}

impl Change for AddLift {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Some(row) = town.residence(&self.residence, "residence", faults) else { return };
        if row.lift {
            faults.contradicts("residence", format!("{} has a lift already", self.residence), "remove the change");
        }
        row.lift = true;
    }
}
