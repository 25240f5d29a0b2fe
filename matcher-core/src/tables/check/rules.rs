//! Quotas, the ledger, income ceilings. What a quota's filters mean is asked where they are compiled.

use crate::error::{Place, Report};
use crate::tables::load::Draft;
use crate::tables::number::fixed;

use super::ids::Ids;
use super::repeats;

pub(super) fn quotas(draft: &Draft, report: &mut Report) {
    // Only to find repeats: who names a quota may also mean one of the policy.
    let _ = Ids::new("quotas.csv", &draft.quotas, |row| (&row.id, row.line), report);
    for row in &draft.quotas.rows {
        let place = Place::file("quotas.csv").row(row.line);
        let bound = |text: &str| fixed(text, 6, false).ok();
        if let (Some(min), Some(max)) = (bound(&row.min), bound(&row.max))
            && min > max
        {
            report.error("E1067", place.column("min"), "the minimum is above the maximum", "lower the minimum or raise the maximum");
        }
        // Days of one form are in the order of their texts.
        if !row.valid_to.is_empty() && row.valid_to < row.valid_from {
            report.error("E1076", place.column("valid_to"), "the last day lies before the first", "correct one of them");
        }
    }
}

pub(super) fn ledger(draft: &Draft, report: &mut Report) {
    let file = Place::file("ledger.csv");
    for (row, earlier) in repeats(&draft.ledger.rows, |row| &row.quota, |row| row.line) {
        report.error("E1012", file.row(row.line), format!("the quota stands on row {earlier} too"), "keep one row");
    }
}

pub(super) fn ceilings(draft: &Draft, report: &mut Report) {
    let file = Place::file("ceilings.csv");
    for row in &draft.ceilings.rows {
        if row.valid_to.is_some_and(|end| end < row.valid_from) {
            report.error("E1076", file.row(row.line).column("valid_to"), "the last day lies before the first", "correct one of them");
        }
    }
    for (row, earlier) in repeats(&draft.ceilings.rows, |row| (row.financing, &row.zone, row.category, row.valid_from), |row| row.line) {
        let cause = format!("row {earlier} gives the same ceiling from the same day");
        report.error("E1012", file.row(row.line), cause, "keep one row");
    }
}
