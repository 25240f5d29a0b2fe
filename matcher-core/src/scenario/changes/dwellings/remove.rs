//! `remove_dwelling`: a dwelling is there no more.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::{Form, Key};
use crate::scenario::town::Town;
use crate::tables::rows::{DwellingRow, Text};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "remove_dwelling",
    summary: [
        "Un logement disparaît (démolition, vente) : ni attribué, ni compté",
        "A dwelling goes (pulled down, sold): neither allocated nor counted",
    ],
    keys: &[Key::required("dwelling", Form::Text, ["Le logement", "The dwelling"])],
    example: "dwelling = \"R03-A-21\"",
    read: |keys| Some(Box::new(RemoveDwelling { dwelling: keys.text("dwelling") })),
};

#[derive(Debug)]
struct RemoveDwelling {
    dwelling: String,
}

impl Change for RemoveDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        remove(town, &self.dwelling, faults);
    }
}

/// Takes the dwelling out of the tables, and the tenancies that have ended or will; gives its row. Nobody may live there for good.
pub(super) fn remove(town: &mut Town, dwelling: &str, faults: &mut Faults<'_>) -> Option<DwellingRow> {
    town.dwelling(dwelling, "dwelling", faults)?;
    if town.tables.tenancies.iter().any(|row| row.dwelling == dwelling && row.until.is_none()) {
        let cause = format!("a household lives in {dwelling}, and its tenancy has no last day");
        faults.contradicts("dwelling", cause, "withdraw or rehouse that household first (withdraw_household)");
        return None;
    }
    town.tables.tenancies.retain(|row| row.dwelling != dwelling);
    for row in town.tables.households.iter_mut().filter(|row| row.current_dwelling == dwelling) {
        row.current_dwelling = Text::default();
    }
    let at = town.tables.dwellings.iter().position(|row| row.id == dwelling)?;
    Some(town.tables.dwellings.remove(at))
}
