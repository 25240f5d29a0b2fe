//! Ids of one table: each once, none to be confused with another, and found by those who name them.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use crate::error::{Place, Report};
use crate::tables::load::Loaded;
use crate::tables::names::skeleton;

/// The ids of a table, for look-up. Memory about 50 bytes a row, twice that where ids have capitals, blanks or accents.
pub(super) struct Ids<'a> {
    file: &'static str,
    /// By position in the table.
    by_row: Vec<&'a str>,
    /// Lines of the file, by position.
    lines: Vec<u64>,
    /// Sorted: id, position in the table.
    sorted: Vec<(&'a str, usize)>,
    /// Sorted ids of rows that could not be read.
    lost: Vec<&'a str>,
    /// Every id of the file is in one of the two.
    traced: bool,
    /// Sorted: what ids look like, position; empty where ids look like themselves.
    alike: Vec<(Cow<'a, str>, usize)>,
    /// Sorted: positions of ids that stand more than once.
    repeated: Vec<usize>,
    /// Where the last look-up ended: files often follow each other's order.
    last: Cell<usize>,
}

impl<'a> Ids<'a> {
    /// Sorts the ids of a table and reports those that stand twice or can be confused.
    ///
    /// O(n log n), n rows.
    pub(super) fn new<R>(file: &'static str, table: &'a Loaded<R>, of: impl Fn(&'a R) -> (&'a str, u64), report: &mut Report) -> Self {
        let (ids, lines): (Vec<&str>, Vec<u64>) = table.rows.iter().map(of).unzip();
        let mut sorted: Vec<(&str, usize)> = ids.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        let mut alike: Vec<(Cow<'_, str>, usize)> = Vec::new();
        if ids.iter().any(|id| matches!(skeleton(id), Cow::Owned(_))) {
            alike = ids.iter().map(|id| skeleton(id)).zip(0..).collect();
            alike.sort_unstable();
        }
        let mut repeated: Vec<usize> =
            sorted.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1).flatten().map(|(_, position)| *position).collect();
        repeated.sort_unstable();
        let mut lost: Vec<&str> = table.lost.iter().map(String::as_str).collect();
        lost.sort_unstable();
        let ids = Self { file, by_row: ids, lines, sorted, lost, traced: table.traced, alike, repeated, last: Cell::new(0) };
        ids.report_repeats(report);
        ids
    }

    fn line(&self, position: usize) -> u64 {
        self.lines.get(position).copied().unwrap_or_default()
    }

    fn report_repeats(&self, report: &mut Report) {
        let at = |position| Place::file(self.file).row(self.line(position)).column("id");
        for same in self.sorted.chunk_by(|a, b| a.0 == b.0) {
            for pair in same.windows(2) {
                let [(_, earlier), (_, later)] = pair else { continue };
                let cause = format!("the id stands on row {} too", self.line(*earlier));
                report.error("E1009", at(*later), cause, "give each row its own id");
            }
        }
        for group in self.alike.chunk_by(|a, b| a.0 == b.0) {
            let Some((first, rest)) = group.split_first() else { continue };
            for (_, later) in rest {
                // The same id twice is reported above.
                if self.id(*later) != self.id(first.1) {
                    let cause = format!(
                        "the id can be confused with the one on row {}: they differ only in capitals, blanks or the composition of accents",
                        self.line(first.1)
                    );
                    report.error("E1010", at(*later), cause, "write one id in one way, or make them clearly different");
                }
            }
        }
    }

    fn id(&self, position: usize) -> Option<&'a str> {
        self.by_row.get(position).copied()
    }

    /// True where another row has the same id: what names it may mean either.
    pub(super) fn is_repeated(&self, position: usize) -> bool {
        self.repeated.binary_search(&position).is_ok()
    }

    /// Position of the row with this id. O(log n), O(1) for the same id again or the next one of the table.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let last = self.last.get();
        if let Some(near) = [last, last + 1].into_iter().find(|&near| self.id(near) == Some(id)) {
            self.last.set(near);
            return Some(near);
        }
        let at = self.sorted.partition_point(|(known, _)| *known < id);
        let found = self.sorted.get(at).filter(|(known, _)| *known == id).map(|(_, position)| *position);
        self.last.set(found.unwrap_or(last));
        found
    }

    /// The same for a cell that names the id; reported where no row has it.
    pub(super) fn named(&self, id: &str, place: Place<'_>, report: &mut Report) -> Option<usize> {
        let found = self.find(id);
        if found.is_none() && self.traced && self.lost.binary_search(&id).is_err() {
            let cause = match self.looks_like(id) {
                Some(line) => format!(
                    "the id is not known in {}; the one on its row {line} differs only in capitals, blanks or the composition of accents",
                    self.file
                ),
                None => format!("the id is not known in {}", self.file),
            };
            report.error("E1011", place, cause, format!("correct it, or add its row to {}", self.file));
        }
        found
    }

    fn looks_like(&self, id: &str) -> Option<u64> {
        let wanted = skeleton(id);
        if self.alike.is_empty() {
            return self.find(&wanted).map(|position| self.line(position));
        }
        let at = self.alike.partition_point(|(looks, _)| *looks < wanted);
        self.alike.get(at).filter(|(looks, _)| *looks == wanted).map(|(_, position)| self.line(*position))
    }
}

/// Reports names of one vocabulary (territories, staircases of a residence) of which two can be confused.
///
/// `names` gives each name with the place where it stands.
pub(super) fn report_confusable<'a>(names: impl Iterator<Item = (&'a str, Place<'a>)>, report: &mut Report) {
    let mut spelt: BTreeMap<Cow<'a, str>, (&'a str, Option<u64>)> = BTreeMap::new();
    for (name, place) in names {
        let (first, row) = *spelt.entry(skeleton(name)).or_insert((name, place.line()));
        if first != name {
            let cause = match row {
                Some(row) => format!(
                    "the name can be confused with the one on row {row}: they differ only in capitals, blanks or the composition of accents"
                ),
                None => "the name can be confused with another".to_owned(),
            };
            report.error("E1010", place, cause, "write one name in one way, or make them clearly different");
        }
    }
}
