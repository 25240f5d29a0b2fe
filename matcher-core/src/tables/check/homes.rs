//! Residences, dwellings, authorisations.

use std::collections::BTreeSet;

use crate::error::{Place, Report};
use crate::tables::load::Draft;
use crate::tables::schema::ZONES;

use super::ids::report_confusable;
use super::{Known, in_pieces};

/// Right holder whose dwellings must not be earmarked (ASV law, article 20).
const PREFECT: &str = "prefet";

pub(super) fn residences(draft: &Draft, report: &mut Report) {
    let ids: BTreeSet<&str> = draft.residences.rows.iter().map(|row| row.id.as_str()).collect();
    let zones: BTreeSet<&str> = draft.ceilings.rows.iter().map(|row| row.zone.as_str()).collect();
    for row in &draft.residences.rows {
        let place = Place::file("residences.csv").row(row.line);
        if row.lat.is_some() != row.lon.is_some() {
            let missing = if row.lat.is_some() { "lon" } else { "lat" };
            report.error("E1080", place.column(missing), "latitude and longitude do not stand together", "write both or neither");
        }
        if ids.contains(row.territory.as_str()) {
            let cause = "the territory has the id of a residence, so that an exclusion could mean either";
            report.error("E1062", place.column("territory"), cause, "give the territory another name");
        }
        let known = ZONES.contains(&row.ceiling_zone.as_str()) || zones.contains(row.ceiling_zone.as_str());
        if !known && draft.ceilings.whole {
            let action = format!("write one of {}, or give its ceilings in ceilings.csv", ZONES.join(", "));
            report.error("E1083", place.column("ceiling_zone"), "no income ceilings are known for the zone", action);
        }
    }
    let territories =
        draft.residences.rows.iter().map(|row| (row.territory.as_str(), Place::file("residences.csv").row(row.line).column("territory")));
    report_confusable(territories, report);
}

pub(super) fn authorisations(draft: &Draft, report: &mut Report) {
    for row in &draft.authorisations.rows {
        let place = Place::file("authorisations.csv").row(row.line);
        if row.min_age.is_none() && row.max_age.is_none() && row.need.is_empty() {
            let cause = "the authorisation names neither an age nor a need, so that it would admit everybody";
            report.error("E1078", place, cause, "write the age or the need for which it was given");
        }
        if let (Some(min), Some(max)) = (row.min_age, row.max_age)
            && min > max
        {
            report.error("E1079", place.column("min_age"), "the lowest age is above the highest", "correct one of them");
        }
        if row.valid_to.is_some_and(|end| end < row.valid_from) {
            report.error("E1076", place.column("valid_to"), "the last day lies before the first", "correct one of them");
        }
    }
}

pub(super) fn dwellings(draft: &Draft, known: &Known<'_>, report: &mut Report) {
    in_pieces(&draft.dwellings.rows, report, |rows, report| {
        let (mut residences, mut authorisations) = (known.residences.finder(), known.authorisations.finder());
        for row in rows {
            let place = Place::file("dwellings.csv").row(row.line);
            residences.named(&row.residence, place.column("residence"), report);
            if row.earmark.is_empty() {
                continue;
            }
            authorisations.named(&row.earmark, place.column("earmark"), report);
            if row.reservation == PREFECT {
                let cause = "the dwelling is earmarked and reserved by the prefect, which the ASV law (article 20) excludes";
                report.error("E1077", place.column("earmark"), cause, "remove the earmark or correct the reservation");
            }
        }
    });
    // Staircases are names inside a residence.
    let mut by_residence: Vec<_> = draft.dwellings.rows.iter().filter(|row| !row.staircase.is_empty()).collect();
    by_residence.sort_by(|a, b| a.residence.cmp(&b.residence));
    let residences: Vec<_> = by_residence.chunk_by(|a, b| a.residence == b.residence).collect();
    in_pieces(&residences, report, |residences, report| {
        for residence in residences {
            let staircases =
                residence.iter().map(|row| (row.staircase.as_str(), Place::file("dwellings.csv").row(row.line).column("staircase")));
            report_confusable(staircases, report);
        }
    });
}
