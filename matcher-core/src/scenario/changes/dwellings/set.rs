//! `set_dwelling`: rent, charges, financing, accessibility, reservation, earmark or date of a dwelling.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::{Form, Key, Keys};
use crate::scenario::town::Town;
use crate::tables::rows::{Accessibility, DwellingRow, Financing};
use crate::units::{CentsPerMonth, Date};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_dwelling",
    summary: ["Change ce qui est dit d'un logement", "Changes what is said of a dwelling"],
    keys: &[
        Key::required("dwelling", Form::Text, ["Le logement", "The dwelling"]),
        RENT,
        CHARGES,
        FINANCING,
        ACCESSIBILITY,
        RESERVATION,
        EARMARK,
        Key::optional("available_from", Form::Day, ["À attribuer à partir de ce jour", "To be allocated from this day"]),
    ],
    example: "dwelling = \"R03-A-21\"\nrent_eur_month = 380.00\naccessibility = \"step_free\"",
    read: |keys| {
        let dwelling = keys.text("dwelling");
        let available_from = keys.day("available_from");
        Some(Box::new(SetDwelling { dwelling, to: Settings::read(keys), available_from }))
    },
};

pub(super) const RENT: Key =
    Key::optional("rent_eur_month", Form::Decimal(2), ["Loyer hors charges, € par mois", "Rent without charges, € per month"]);
pub(super) const CHARGES: Key = Key::optional("charges_eur_month", Form::Decimal(2), ["Charges, € par mois", "Charges, € per month"]);
pub(super) const FINANCING: Key = Key::optional("financing", Form::Code(&["PLAI", "PLUS", "PLS", "free"]), ["Financement", "Financing"]);
pub(super) const ACCESSIBILITY: Key =
    Key::optional("accessibility", Form::Code(&["none", "step_free", "adapted"]), ["Accessibilité", "Accessibility"]);
pub(super) const RESERVATION: Key =
    Key::optional("reservation", Form::Text, ["Réservataire ; vide = non réservé", "Right holder; empty = not reserved"]);
pub(super) const EARMARK: Key = Key::optional(
    "earmark",
    Form::Text,
    ["Autorisation d'offre prioritaire ; vide = aucune", "Authorisation to offer it first to some people; empty = none"],
);

/// What a change says of a dwelling; `None` = as it is.
#[derive(Debug, Default)]
pub(super) struct Settings {
    rent: Option<i64>,
    charges: Option<i64>,
    financing: Option<Financing>,
    accessibility: Option<Accessibility>,
    reservation: Option<String>,
    earmark: Option<String>,
}

impl Settings {
    pub(super) fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            rent: keys.hundredths("rent_eur_month"),
            charges: keys.hundredths("charges_eur_month"),
            financing: keys.code("financing", &Financing::ALL, Financing::code),
            accessibility: keys.code("accessibility", &Accessibility::ALL, Accessibility::code),
            reservation: keys.optional_text("reservation"),
            earmark: keys.optional_text("earmark"),
        }
    }

    /// Writes them into `row`.
    pub(super) fn write(&self, row: &mut DwellingRow) {
        row.rent_eur_month = self.rent.map_or(row.rent_eur_month, CentsPerMonth);
        row.charges_eur_month = self.charges.map_or(row.charges_eur_month, CentsPerMonth);
        row.financing = self.financing.unwrap_or(row.financing);
        row.accessibility = self.accessibility.unwrap_or(row.accessibility);
        if let Some(reservation) = &self.reservation {
            row.reservation = reservation.as_str().into();
        }
        if let Some(earmark) = &self.earmark {
            row.earmark = earmark.as_str().into();
        }
    }
}

/// Earmarks must be known, and never stand on a dwelling that the prefect reserves (ASV law, article 20).
pub(super) fn check_earmark(town: &Town, row: &DwellingRow, faults: &mut Faults<'_>) {
    if row.earmark.is_empty() {
        return;
    }
    if town.tables.authorisations.iter().all(|authorisation| row.earmark != authorisation.id) {
        faults.unknown("earmark", &row.earmark, "authorisations.csv");
    }
    if row.reservation == "prefet" {
        let cause = "the dwelling is earmarked and reserved by the prefect, which the ASV law (article 20) excludes";
        faults.contradicts("earmark", cause, "remove the earmark or the reservation");
    }
}

#[derive(Debug)]
struct SetDwelling {
    dwelling: String,
    to: Settings,
    available_from: Option<Date>,
}

impl Change for SetDwelling {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Some(row) = town.dwelling(&self.dwelling, "dwelling", faults) else { return };
        self.to.write(row);
        row.available_from = self.available_from.or(row.available_from);
        let row = row.clone();
        check_earmark(town, &row, faults);
        if let Some(from) = self.available_from {
            check_free(town, &self.dwelling, from, faults);
        }
    }
}

/// A dwelling that is let on `from` cannot be allocated from that day.
pub(super) fn check_free(town: &Town, dwelling: &str, from: Date, faults: &mut Faults<'_>) {
    if town.tables.tenancies.iter().any(|row| row.dwelling == dwelling && row.until.is_none_or(|until| until >= from)) {
        faults.contradicts("available_from", format!("{dwelling} is let on {from}"), "choose a day after the last one of the tenancy");
    }
}
