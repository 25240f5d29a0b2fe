//! What no cell shows by itself: ids that name each other, rows that contradict each other.
//!
//! Nothing is reported that follows from a row that could not be read: an id of such a row counts as known, and what depends on a row
//! being absent is asked only where every row of the table was read.
//!
//! The references between the tables (dwelling to residence and authorisation; household to residence and dwelling; person, place, tenancy,
//! affinity and help to household; tenancy to dwelling) form no cycle, and no table refers to itself, so that a chain of rows cannot close
//! on itself; a test of the registry holds this.

mod homes;
mod ids;
mod people;
mod rules;
mod stock;

use crate::error::Report;

use super::load::Draft;
use ids::Ids;

/// The ids that tables name.
struct Known<'a> {
    residences: Ids<'a>,
    dwellings: Ids<'a>,
    authorisations: Ids<'a>,
    households: Ids<'a>,
}

/// Reports everything that is wrong between rows and between tables.
///
/// O(n log n), n rows.
pub(super) fn all(draft: &Draft, report: &mut Report) {
    let known = Known {
        residences: Ids::new("residences.csv", &draft.residences, |row| (&row.id, row.line), report),
        dwellings: Ids::new("dwellings.csv", &draft.dwellings, |row| (&row.id, row.line), report),
        authorisations: Ids::new("authorisations.csv", &draft.authorisations, |row| (&row.id, row.line), report),
        households: Ids::new("households.csv", &draft.households, |row| (&row.id, row.line), report),
    };
    homes::residences(draft, report);
    homes::authorisations(draft, report);
    homes::dwellings(draft, &known, report);
    people::households(draft, &known, report);
    people::persons(draft, &known, report);
    people::places(draft, &known, report);
    people::affinities(draft, &known, report);
    people::help(draft, &known, report);
    stock::tenancies(draft, &known, report);
    rules::quotas(draft, report);
    rules::ledger(draft, report);
    rules::ceilings(draft, report);
}

/// For each row whose key an earlier row has: the row and the line of that earlier row. Keys are compared in order, so that the work is
/// O(n log n).
fn repeats<'a, R, K: Ord>(rows: &'a [R], key: impl Fn(&'a R) -> K, line: impl Fn(&R) -> u64) -> Vec<(&'a R, u64)> {
    let mut keyed: Vec<(K, usize)> = rows.iter().map(key).zip(0..).collect();
    keyed.sort_unstable();
    let same = keyed.windows(2).filter_map(|pair| match pair {
        [a, b] if a.0 == b.0 => Some((rows.get(b.1)?, line(rows.get(a.1)?))),
        _ => None,
    });
    same.collect()
}
