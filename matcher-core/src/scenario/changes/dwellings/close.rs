//! `close_dwelling`: dwellings are not to be allocated.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::homes::{DWELLING, FIRST, Homes, SCOPE};
use crate::scenario::town::Town;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "close_dwelling",
    summary: [
        "Des logements ne sont pas à attribuer ; ils restent dans la résidence et comptent dans ses parts. D'un périmètre, ceux à attribuer",
        "Dwellings are not to be allocated; they stay in the residence and count in its shares. Of a scope, those to be allocated",
    ],
    keys: &[DWELLING, SCOPE, FIRST],
    example: "dwelling = \"R03-A-24\"",
    read: |keys| Some(Box::new(CloseDwelling { homes: Homes::read(keys) })),
};

#[derive(Debug)]
struct CloseDwelling {
    homes: Homes,
}

impl Change for CloseDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let key = self.homes.key();
        let ids = self.homes.each(
            town,
            |row| row.available_from.is_some(),
            faults,
            |row, faults| {
                if row.available_from.take().is_none() {
                    faults.contradicts(key, format!("{} is not to be allocated anyway", row.id), "remove the change");
                }
            },
        );
        town.unbind(&ids, |pair| &pair.dwelling, key, faults);
    }
}
