//! Tenancies: one at a time in a dwelling and for a household, in agreement with vacancies and with what households say.

use rayon::prelude::*;

use crate::error::{Place, Report};
use crate::tables::load::Draft;
use crate::tables::rows::TenancyRow;
use crate::units::Date;

use super::Known;

const FILE: &str = "tenancies.csv";

pub(super) fn tenancies(draft: &Draft, known: &Known<'_>, report: &mut Report) {
    let mut of_dwelling: Vec<(usize, &TenancyRow)> = Vec::new();
    let mut of_household: Vec<(usize, &TenancyRow)> = Vec::new();
    let (mut dwellings, mut households) = (known.dwellings.finder(), known.households.finder());
    for row in &draft.tenancies.rows {
        let place = Place::file(FILE).row(row.line);
        let dwelling = dwellings.named(&row.dwelling, place.column("dwelling"), report);
        let household = households.named(&row.household, place.column("household"), report);
        if let (Some(since), Some(until)) = (row.since, row.until)
            && until < since
        {
            report.error("E1076", place.column("until"), "the last day lies before the first", "correct one of them");
            continue;
        }
        of_dwelling.extend(dwelling.map(|at| (at, row)));
        of_household.extend(household.map(|at| (at, row)));
        if let Some(dwelling) = dwelling.and_then(|at| draft.dwellings.rows.get(at))
            && let Some(from) = dwelling.available_from
            && row.until.is_none_or(|until| until >= from)
        {
            let cause = format!("the dwelling is let on the day from which row {} of dwellings.csv offers it", dwelling.line);
            report.error("E1074", place.column("until"), cause, "write the last day of the tenancy, or correct available_from");
        }
    }
    overlaps(&mut of_dwelling, |row, earlier| {
        let cause = format!("the dwelling is let at the same time by row {earlier}");
        report.error("E1072", Place::file(FILE).row(row.line).column("dwelling"), cause, "write the last day of the earlier tenancy");
    });
    overlaps(&mut of_household, |row, earlier| {
        let cause = format!("the household lives elsewhere at the same time by row {earlier}");
        report.error("E1073", Place::file(FILE).row(row.line).column("household"), cause, "write the last day of the earlier tenancy");
    });
    current_dwellings(draft, known, &of_household, report);
}

/// Calls `found` for each tenancy that begins before an earlier one of the same key has ended, with the line of that one. Sorts by key.
fn overlaps(tenancies: &mut [(usize, &TenancyRow)], mut found: impl FnMut(&TenancyRow, u64)) {
    let end = |row: &TenancyRow| row.until.unwrap_or(Date::MAX);
    tenancies.par_sort_by_key(|(key, row)| (*key, row.since, end(row), row.line));
    for same in tenancies.chunk_by(|a, b| a.0 == b.0) {
        let mut longest: Option<&TenancyRow> = None;
        for (_, row) in same {
            if let Some(earlier) = longest
                && row.since.unwrap_or(Date::MIN) <= end(earlier)
            {
                found(row, earlier.line);
            }
            if longest.is_none_or(|earlier| end(row) > end(earlier)) {
                longest = Some(row);
            }
        }
    }
}

/// `current_dwelling` of each household against its tenancies, which are sorted by household.
fn current_dwellings(draft: &Draft, known: &Known<'_>, of_household: &[(usize, &TenancyRow)], report: &mut Report) {
    let mut rest = of_household;
    for (at, household) in draft.households.rows.iter().enumerate() {
        // Both lists go by position in households.csv.
        let (_, later) = rest.split_at_checked(rest.iter().take_while(|(key, _)| *key < at).count()).unwrap_or((rest, &[]));
        let (own, later) = later.split_at_checked(later.iter().take_while(|(key, _)| *key == at).count()).unwrap_or((later, &[]));
        rest = later;
        if known.households.is_repeated(at) {
            continue;
        }
        let place = Place::file("households.csv").row(household.line).column("current_dwelling");
        let current = household.current_dwelling.as_str();
        let open = own.iter().map(|(_, row)| row).find(|row| row.until.is_none());
        if let Some(open) = open.filter(|open| open.dwelling != current) {
            // A resident who does not apply is known by the tenancy alone.
            if !current.is_empty() || household.applying {
                let cause = format!("row {} of tenancies.csv says that the household lives in another dwelling than this one", open.line);
                report.error("E1075", place, cause, "make households.csv and tenancies.csv agree");
            }
        } else if !current.is_empty() && draft.tenancies.whole && own.iter().all(|(_, row)| row.dwelling != current) {
            let cause = "tenancies.csv has no tenancy of the household in this dwelling";
            report.error("E1075", place, cause, "add the tenancy, or leave the cell empty");
        }
    }
}
