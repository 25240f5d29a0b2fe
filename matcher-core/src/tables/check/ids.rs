//! Ids of one table: each once, none to be confused with another, and found by those who name them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::error::{Place, Report};
use crate::tables::load::Loaded;
use crate::tables::lookup::{Ends, Positions};
use crate::tables::names::{LONGEST_ID, skeleton};

use super::fingerprints_repeat;

/// How many ids after the last one are looked at before all are searched.
const NEAR: usize = 5;
/// Searches by halving that one piece of work makes before it asks for a table.
const HALVINGS: u32 = 64;

/// The ids of a table, for look-up. Memory 40 bytes a row, and a table of about 6 where one is needed.
pub(super) struct Ids<'a> {
    file: &'static str,
    /// By position in the table.
    by_row: Vec<&'a str>,
    /// The ends of the ids, by position: neighbours are told apart without going to the ids.
    ends: Vec<Ends>,
    /// Lines of the file, by position.
    lines: Vec<u64>,
    /// Each id comes after the one before.
    ascending: bool,
    /// Sorted ids of rows that could not be read.
    lost: Vec<&'a str>,
    /// Every id of the file is in one of the two.
    traced: bool,
    /// Sorted: positions of ids that stand more than once.
    repeated: Vec<usize>,
    /// First position of each id; made when it is first needed.
    positions: OnceLock<Positions>,
    /// Sorted: what ids look like, position; empty where ids look like themselves. Made for the first id that is not known.
    alike: OnceLock<Vec<(Cow<'a, str>, usize)>>,
}

impl<'a> Ids<'a> {
    /// Reports the ids of a table that stand twice or can be confused.
    ///
    /// O(n), and O(n log n) where some do; n rows.
    pub(super) fn new<R: Sync>(
        file: &'static str,
        table: &'a Loaded<R>,
        of: impl Fn(&'a R) -> (&'a str, u64) + Sync + Send,
        report: &mut Report,
    ) -> Self {
        let (by_row, lines): (Vec<&str>, Vec<u64>) = table.rows.par_iter().map(of).unzip();
        let ends = by_row.par_iter().map(|id| Ends::of(id)).collect();
        let ascending = by_row.par_windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let mut lost: Vec<&str> = table.lost.iter().map(String::as_str).collect();
        lost.sort_unstable();
        let (repeated, positions, alike) = (Vec::new(), OnceLock::new(), OnceLock::new());
        let mut ids = Self { file, by_row, ends, lines, ascending, lost, traced: table.traced, repeated, positions, alike };
        if fingerprints_repeat(&ids.by_row, |id| Look(id)) {
            ids.report_repeats(report);
        }
        ids
    }

    fn line(&self, position: usize) -> u64 {
        self.lines.get(position).copied().unwrap_or_default()
    }

    /// Looks closely, where two ids may look the same.
    fn report_repeats(&mut self, report: &mut Report) {
        let mut sorted: Vec<(&str, usize)> = self.by_row.iter().copied().zip(0..).collect();
        sorted.par_sort_unstable();
        let at = |position| Place::file(self.file).row(self.line(position)).column("id");
        for same in sorted.chunk_by(|a, b| a.0 == b.0) {
            for pair in same.windows(2) {
                let [(_, earlier), (_, later)] = pair else { continue };
                let cause = format!("the id stands on row {} too", self.line(*earlier));
                report.error("E1009", at(*later), cause, "give each row its own id");
            }
        }
        for group in self.alike().chunk_by(|a, b| a.0 == b.0) {
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
        self.repeated = sorted.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1).flatten().map(|(_, position)| *position).collect();
        self.repeated.sort_unstable();
    }

    fn id(&self, position: usize) -> Option<&'a str> {
        self.by_row.get(position).copied()
    }

    fn alike(&self) -> &[(Cow<'a, str>, usize)] {
        self.alike.get_or_init(|| {
            if !self.by_row.par_iter().any(|id| matches!(skeleton(id), Cow::Owned(_))) {
                return Vec::new();
            }
            let mut alike: Vec<_> = self.by_row.par_iter().enumerate().map(|(at, id)| (skeleton(id), at)).collect();
            alike.par_sort_unstable();
            alike
        })
    }

    /// True where another row has the same id: what names it may mean either.
    pub(super) fn is_repeated(&self, position: usize) -> bool {
        self.repeated.binary_search(&position).is_ok()
    }

    /// First position of each id.
    fn positions(&self) -> &Positions {
        self.positions.get_or_init(|| {
            let mut positions = Positions::with_room(self.by_row.len());
            for (at, id) in self.by_row.iter().enumerate() {
                if self.repeated.is_empty() || positions.find(id, |other| self.id(other) == Some(id)).is_none() {
                    positions.insert(id, at, |other| self.id(other));
                }
            }
            positions
        })
    }

    /// A look-up of its own for one piece of work.
    pub(super) fn finder(&self) -> Finder<'_, 'a> {
        Finder { ids: self, last: 0, halvings: 0 }
    }

    fn looks_like(&self, id: &str) -> Option<u64> {
        let (wanted, alike) = (skeleton(id), self.alike());
        if alike.is_empty() {
            return self.positions().find(&wanted, |at| self.id(at) == Some(&*wanted)).map(|position| self.line(position));
        }
        let at = alike.partition_point(|(looks, _)| *looks < wanted);
        alike.get(at).filter(|(looks, _)| *looks == wanted).map(|(_, position)| self.line(*position))
    }
}

/// What an id looks like, for a fingerprint: hashed as its [`skeleton`], mostly without making one.
struct Look<'a>(&'a str);

impl Hash for Look<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let id = self.0.as_bytes();
        let mut room = [0; LONGEST_ID];
        match room.get_mut(..id.len()) {
            Some(lower) if id.iter().all(u8::is_ascii_graphic) => {
                lower.copy_from_slice(id);
                lower.make_ascii_lowercase();
                state.write(lower);
            }
            _ => state.write(skeleton(self.0).as_bytes()),
        }
    }
}

/// Finds ids that mostly follow each other as in the table.
pub(super) struct Finder<'i, 'a> {
    ids: &'i Ids<'a>,
    /// Where the last look-up ended.
    last: usize,
    halvings: u32,
}

impl Finder<'_, '_> {
    /// Position of the row with this id, the first one where several have it. O(1) expected.
    pub(super) fn find(&mut self, id: &str) -> Option<usize> {
        let ids = self.ids;
        let ends = Ends::of(id);
        let is = |at: &usize| ids.ends.get(*at) == Some(&ends) && ids.id(*at).is_some_and(|other| Ends::decide(other, id));
        if ids.repeated.is_empty()
            && let Some(near) = (self.last..self.last + NEAR).find(is)
        {
            self.last = near;
            return Some(near);
        }
        let found = if ids.ascending && self.halvings < HALVINGS {
            self.halvings += 1;
            ids.by_row.binary_search(&id).ok()
        } else {
            ids.positions().find(id, |at| is(&at))
        };
        self.last = found.unwrap_or(self.last);
        found
    }

    /// The same for a cell that names the id; reported where no row has it.
    pub(super) fn named(&mut self, id: &str, place: Place<'_>, report: &mut Report) -> Option<usize> {
        let found = self.find(id);
        let ids = self.ids;
        if found.is_none() && ids.traced && ids.lost.binary_search(&id).is_err() {
            let cause = match ids.looks_like(id) {
                Some(line) => format!(
                    "the id is not known in {}; the one on its row {line} differs only in capitals, blanks or the composition of accents",
                    ids.file
                ),
                None => format!("the id is not known in {}", ids.file),
            };
            report.error("E1011", place, cause, format!("correct it, or add its row to {}", ids.file));
        }
        found
    }
}

/// Reports names of one vocabulary (territories, staircases of a residence) of which two can be confused.
///
/// `names` gives each name with the place where it stands.
pub(super) fn report_confusable<'a>(names: impl Iterator<Item = (&'a str, Place<'a>)>, report: &mut Report) {
    let mut spelt: BTreeMap<Cow<'a, str>, (&'a str, Option<u64>)> = BTreeMap::new();
    let mut last = None;
    for (name, place) in names {
        // A name as often as not follows itself.
        if last == Some(name) {
            continue;
        }
        let (first, row) = *spelt.entry(skeleton(name)).or_insert((name, place.line()));
        if first == name {
            last = Some(name);
            continue;
        }
        let cause = match row {
            Some(row) => format!(
                "the name can be confused with the one on row {row}: they differ only in capitals, blanks or the composition of accents"
            ),
            None => "the name can be confused with another".to_owned(),
        };
        report.error("E1010", place, cause, "write one name in one way, or make them clearly different");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::tests::sample::Draws;

    /// By neighbours, by halving and by table: the first row of the id, or none.
    #[test]
    fn every_look_up_finds_the_first_row_of_the_id() {
        let mut repeated = 0;
        for seed in 0..300 {
            let mut draws = Draws::new(seed);
            let count = 1 + draws.below(400);
            let mut rows: Vec<String> =
                (0..count).map(|n| format!("{:04}{}", 3 * n, if seed % 3 == 0 { "-long-enough-to-be-compared" } else { "" })).collect();
            if draws.below(2) == 0 {
                (1..rows.len()).rev().for_each(|at| rows.swap(at, draws.below(at as u64 + 1) as usize));
            }
            if draws.below(3) == 0 {
                let twice = rows[draws.below(count) as usize].clone();
                rows.push(twice);
                repeated += 1;
            }
            let table = Loaded { rows, ..Loaded::default() };
            let mut report = Report::default();
            let ids = Ids::new("t.csv", &table, |row| (row, 1), &mut report);
            assert_eq!(report.errors.len(), table.rows.len() - count as usize, "seed {seed}");
            let mut finder = ids.finder();
            for _ in 0..300 {
                let near = finder.last as u64 * 3 + draws.below(12);
                let asked = if draws.below(2) == 0 { near } else { draws.below(4 * count) };
                let id = format!("{asked:04}{}", if seed % 3 == 0 { "-long-enough-to-be-compared" } else { "" });
                assert_eq!(finder.find(&id), table.rows.iter().position(|row| *row == id), "seed {seed}: {id}");
            }
        }
        assert!(repeated > 50, "{repeated} tables with an id twice");
    }

    #[test]
    fn ids_that_look_alike_have_one_fingerprint() {
        let print = |ids: [&str; 2]| fingerprints_repeat(&ids, |id| Look(id));
        assert!(print(["H1", "h1"]) && print(["\u{c9}t\u{e9}", "e\u{301}te\u{301}"]) && print(["a b", "A  B"]));
        assert!(!print(["h1", "h2"]) && !print(["H1", "H1 a"]));
    }
}
