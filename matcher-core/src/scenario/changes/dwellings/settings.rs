//! What can be said of a dwelling, and what it may not contradict.

use crate::scenario::change::Faults;
use crate::scenario::keys::{Key, Keys};
use crate::scenario::town::Town;
use crate::tables::rows::{Accessibility, AuthorisationRow, DwellingRow, Financing, Text};
use crate::units::{CentsPerMonth, Date};

pub(super) const RENT: Key = Key::column("dwellings.csv", "rent_eur_month");
pub(super) const CHARGES: Key = Key::column("dwellings.csv", "charges_eur_month");
pub(super) const FINANCING: Key = Key::column("dwellings.csv", "financing");
pub(super) const ACCESSIBILITY: Key = Key::column("dwellings.csv", "accessibility");
pub(super) const RESERVATION: Key = Key::column("dwellings.csv", "reservation");
pub(super) const EARMARK: Key = Key::column("dwellings.csv", "earmark");
/// Never empty here: that a dwelling is not to be allocated is `close_dwelling`.
pub(super) const AVAILABLE_FROM: Key =
    Key::new("available_from", crate::tables::schema::Kind::Day, ["À attribuer à partir de ce jour", "To be allocated from this day"]);

/// What a change says of a dwelling; `None` = as it is.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) rent: Option<CentsPerMonth>,
    pub(super) charges: Option<CentsPerMonth>,
    pub(super) financing: Option<Financing>,
    accessibility: Option<Accessibility>,
    pub(super) reservation: Option<Text>,
    pub(super) earmark: Option<Text>,
}

impl Settings {
    pub(super) fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            rent: keys.get("rent_eur_month"),
            charges: keys.get("charges_eur_month"),
            financing: keys.get("financing"),
            accessibility: keys.get("accessibility"),
            reservation: keys.get("reservation"),
            earmark: keys.get("earmark"),
        }
    }

    /// Writes them into `row`.
    pub(super) fn write(&self, row: &mut DwellingRow) {
        row.rent_eur_month = self.rent.unwrap_or(row.rent_eur_month);
        row.charges_eur_month = self.charges.unwrap_or(row.charges_eur_month);
        row.financing = self.financing.unwrap_or(row.financing);
        row.accessibility = self.accessibility.unwrap_or(row.accessibility);
        if let Some(reservation) = &self.reservation {
            row.reservation.clone_from(reservation);
        }
        if let Some(earmark) = &self.earmark {
            row.earmark.clone_from(earmark);
        }
    }
}

/// Earmarks must be known, and never stand on a dwelling that the prefect reserves (ASV law, article 20).
pub(super) fn check_earmark(authorisations: &[AuthorisationRow], row: &DwellingRow, faults: &mut Faults<'_>) {
    if row.earmark.is_empty() {
        return;
    }
    if authorisations.iter().all(|authorisation| row.earmark != authorisation.id) {
        faults.unknown("earmark", &row.earmark, "authorisations.csv");
    }
    if row.reservation == "prefet" {
        let cause = "the dwelling is earmarked and reserved by the prefect, which the ASV law (article 20) excludes";
        faults.contradicts("earmark", cause, "remove the earmark or the reservation");
    }
}

/// Dwellings that are let on `from` cannot be allocated from that day.
pub(in crate::scenario::changes) fn check_free<'a>(
    town: &Town,
    dwellings: impl IntoIterator<Item = &'a Text>,
    from: Date,
    faults: &mut Faults<'_>,
) {
    let taken = town.let_on(from);
    for id in dwellings.into_iter().filter(|id| taken.contains(id.as_str())) {
        faults.contradicts("available_from", format!("{id} is let on {from}"), "choose a day after the last one of the tenancy");
    }
}
