//! `close_dwelling`: a dwelling is not to be allocated.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::{Form, Key};
use crate::scenario::town::Town;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "close_dwelling",
    summary: [
        "Un logement n'est pas à attribuer ; il reste dans la résidence et compte dans ses parts",
        "A dwelling is not to be allocated; it stays in the residence and counts in its shares",
    ],
    keys: &[Key::required("dwelling", Form::Text, ["Le logement", "The dwelling"])],
    example: "dwelling = \"R03-A-21\"",
    read: |keys| Some(Box::new(CloseDwelling { dwelling: keys.text("dwelling") })),
};

#[derive(Debug)]
struct CloseDwelling {
    dwelling: String,
}

impl Change for CloseDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Some(row) = town.dwelling(&self.dwelling, "dwelling", faults) else { return };
        if row.available_from.take().is_none() {
            faults.contradicts("dwelling", format!("{} is not to be allocated anyway", self.dwelling), "remove the change");
        }
    }
}
