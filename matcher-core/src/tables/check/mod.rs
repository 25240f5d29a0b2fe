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

use std::hash::{BuildHasher as _, Hash};

use hashbrown::DefaultHashBuilder;
use rayon::prelude::*;

use crate::error::Report;

use super::load::Draft;
use ids::Ids;

/// Rows of one piece of work.
const PIECE: usize = 1 << 14;

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
    let mut of_ids: [Report; 4] = Default::default();
    let [residences, dwellings, authorisations, households] = &mut of_ids;
    let ((residences, authorisations), (dwellings, households)) = rayon::join(
        || {
            (
                Ids::new("residences.csv", &draft.residences, |row| (&row.id, row.line), residences),
                Ids::new("authorisations.csv", &draft.authorisations, |row| (&row.id, row.line), authorisations),
            )
        },
        || {
            rayon::join(
                || Ids::new("dwellings.csv", &draft.dwellings, |row| (&row.id, row.line), dwellings),
                || Ids::new("households.csv", &draft.households, |row| (&row.id, row.line), households),
            )
        },
    );
    let known = &Known { residences, dwellings, authorisations, households };
    let checks: [&(dyn Fn(&mut Report) + Sync); 12] = [
        &|report| homes::residences(draft, report),
        &|report| homes::authorisations(draft, report),
        &|report| homes::dwellings(draft, known, report),
        &|report| people::households(draft, known, report),
        &|report| people::persons(draft, known, report),
        &|report| people::places(draft, known, report),
        &|report| people::affinities(draft, known, report),
        &|report| people::help(draft, known, report),
        &|report| stock::tenancies(draft, known, report),
        &|report| rules::quotas(draft, report),
        &|report| rules::ledger(draft, report),
        &|report| rules::ceilings(draft, report),
    ];
    let found = checks.into_par_iter().map(|check| {
        let mut found = Report::default();
        check(&mut found);
        found
    });
    let found: Vec<Report> = found.collect();
    // In this order whatever ran first: of each file the first findings are kept.
    for found in of_ids.into_iter().chain(found) {
        report.append(found);
    }
}

/// Checks rows, or groups of rows, that need each other's findings only in order: pieces of them by all threads.
fn in_pieces<R: Sync>(rows: &[R], report: &mut Report, check: impl Fn(&[R], &mut Report) + Sync) {
    let found = rows.par_chunks(PIECE).map(|piece| {
        let mut found = Report::default();
        check(piece, &mut found);
        found
    });
    let found: Vec<Report> = found.collect();
    for found in found {
        report.append(found);
    }
}

/// True where two rows may have the same key; false is certain. O(n) expected, without a copy of the keys.
fn fingerprints_repeat<'a, R: Sync, K: Hash>(rows: &'a [R], key: impl Fn(&'a R) -> K + Sync) -> bool {
    let keys = DefaultHashBuilder::default();
    let mut prints: Vec<u64> = rows.par_iter().map(|row| keys.hash_one(key(row))).collect();
    prints.par_sort_unstable();
    prints.par_windows(2).any(|pair| pair.first() == pair.last())
}

/// For each row whose key an earlier row has: the row and the line of that earlier row. O(n) where there are
/// none, otherwise keys are compared in order: O(n log n).
fn repeats<'a, R: Sync, K: Ord + Hash + Send>(
    rows: &'a [R],
    key: impl Fn(&'a R) -> K + Sync,
    line: impl Fn(&R) -> u64,
) -> Vec<(&'a R, u64)> {
    if !fingerprints_repeat(rows, &key) {
        return Vec::new();
    }
    let mut keyed: Vec<(K, usize)> = rows.iter().map(key).zip(0..).collect();
    keyed.par_sort_unstable();
    let same = keyed.windows(2).filter_map(|pair| match pair {
        [a, b] if a.0 == b.0 => Some((rows.get(b.1)?, line(rows.get(a.1)?))),
        _ => None,
    });
    same.collect()
}
