//! Authorisations, and the homes they earmark.

use jiff::civil::date;
use matcher_core::tables::rows::AuthorisationRow;

use crate::homes::Building;

/// Id of the authorisation that lets a new residence offer its adapted homes first to older people.
pub(crate) fn older_people(residence: &str) -> String {
    format!("AUT-{residence}-ASV")
}

/// Id of the authorisation that lets a residence offer its smallest homes first to people under 30.
pub(crate) fn younger_people(residence: &str) -> String {
    format!("AUT-{residence}-ELAN")
}

/// One authorisation per new residence, and per existing residence with homes for people under 30.
pub(crate) fn authorisations(buildings: &[Building]) -> Vec<AuthorisationRow> {
    let mut rows = Vec::new();
    for building in buildings {
        if building.new {
            rows.push(AuthorisationRow {
                line: 0,
                id: older_people(&building.row.id),
                min_age: Some(65),
                max_age: None,
                need: "step_free".to_owned(),
                legal_basis: "Loi n° 2015-1776 du 28 décembre 2015 (ASV), art. 20".to_owned(),
                author: "préfecture (exemple)".to_owned(),
                valid_from: date(2025, 3, 1),
                valid_to: None,
            });
        }
        if building.for_young {
            rows.push(AuthorisationRow {
                line: 0,
                id: younger_people(&building.row.id),
                min_age: None,
                max_age: Some(29),
                need: String::new(),
                legal_basis: "Loi n° 2018-1021 du 23 novembre 2018 (ELAN), art. 109 ; décret du 4 août 2021".to_owned(),
                author: "préfecture (exemple)".to_owned(),
                valid_from: date(2024, 9, 1),
                valid_to: Some(date(2027, 8, 31)),
            });
        }
    }
    rows
}
