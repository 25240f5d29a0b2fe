//! `set_date`: everything is looked at on another day.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::schema;
use crate::units::Date;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_date",
    summary: [
        "Une autre date de référence : âges, plafonds, attente, disponibilité et baux en cours sont ceux de ce jour ; ce qui est donné en âge ne vieillit pas",
        "Another reference date: ages, ceilings, waiting, availability and tenancies are those of that day; who is given by age does not grow older",
    ],
    keys: &[Key::new("date", schema::Kind::Day, ["Le jour", "The day"]).required()],
    example: "date = 2025-12-01",
    read: |keys| Some(Box::new(SetDate { date: keys.get("date")? })),
};

#[derive(Debug)]
struct SetDate {
    date: Date,
}

impl Change for SetDate {
    fn make(&self, town: &mut Town, _: &mut Faults<'_>) {
        town.date = self.date;
        town.policy.reference_date = Some(self.date.to_string());
    }
}
