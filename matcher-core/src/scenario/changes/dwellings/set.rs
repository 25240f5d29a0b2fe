//! `set_dwelling`: rent, charges, financing, accessibility, reservation, earmark or date of dwellings.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::homes::{DWELLING, FIRST, Homes, SCOPE};
use crate::scenario::town::Town;
use crate::units::Date;

use super::settings::{ACCESSIBILITY, AVAILABLE_FROM, CHARGES, EARMARK, FINANCING, RENT, RESERVATION, Settings, check_earmark, check_free};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_dwelling",
    summary: ["Change ce qui est dit de logements", "Changes what is said of dwellings"],
    keys: &[DWELLING, SCOPE, FIRST, RENT, CHARGES, FINANCING, ACCESSIBILITY, RESERVATION, EARMARK, AVAILABLE_FROM],
    example: "dwelling = \"R03-A-24\"\nrent_eur_month = 380.00\naccessibility = \"step_free\"",
    read: |keys| {
        let change = SetDwelling { homes: Homes::read(keys), to: Settings::read(keys), available_from: keys.get("available_from") };
        Some(Box::new(change))
    },
};

#[derive(Debug)]
struct SetDwelling {
    homes: Homes,
    to: Settings,
    available_from: Option<Date>,
}

impl Change for SetDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let authorisations = town.tables.authorisations.clone();
        let ids = self.homes.each(
            town,
            |_| true,
            faults,
            |row, faults| {
                self.to.write(row);
                row.available_from = self.available_from.or(row.available_from);
                check_earmark(&authorisations, row, faults);
            },
        );
        if let Some(from) = self.available_from {
            check_free(town, &ids, from, faults);
        }
    }
}
