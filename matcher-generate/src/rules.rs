//! Authorisations that earmarks rest on.

use jiff::civil::date;
use matcher_core::tables::rows::AuthorisationRow;

use crate::homes::Building;

/// Id of the authorisation that lets a new residence offer its adapted homes first to older people.
pub(crate) fn older_people(residence: &str) -> String {
    format!("AUT-{residence}-ASV")
}

/// One authorisation per new residence with adapted homes.
pub(crate) fn authorisations(buildings: &[Building]) -> Vec<AuthorisationRow> {
    let new = buildings.iter().filter(|b| b.new);
    let rows = new.map(|building| AuthorisationRow {
        line: 0,
        id: older_people(&building.row.id),
        min_age: Some(65),
        max_age: None,
        need: "step_free".to_owned(),
        legal_basis: "Loi n° 2015-1776 du 28 décembre 2015 (ASV), art. 20 ; CCH, art. L441-2".to_owned(),
        author: "préfecture (demo)".to_owned(),
        valid_from: date(2025, 3, 1),
        valid_to: None,
    });
    rows.collect()
}
