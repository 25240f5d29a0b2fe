//! What can be wrong: findings about the input, gathered and reported together, and the errors of the library.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// One thing that is wrong with the input: where, why and what to do.
///
/// A finding never repeats a personal value: it names the place, so that whoever may see the value can look there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// File name inside the folder, as given (`households.csv`).
    pub file: String,
    /// Line of the file, counted from 1 with the header as line 1; `None` where the whole file is meant.
    pub row: Option<u64>,
    /// Column name, where one column is meant.
    pub column: Option<String>,
    /// Stable code, `E1xxx`.
    pub code: &'static str,
    /// What is wrong.
    pub cause: String,
    /// What to do.
    pub action: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.file)?;
        if let Some(row) = self.row {
            write!(f, " row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, " column {column}")?;
        }
        write!(f, ": {}; {}", self.cause, self.action)
    }
}

/// Every finding of one reading, and the warnings beside them.
///
/// Of each file the first [`KEPT_PER_FILE`](Self::KEPT_PER_FILE) errors and as many warnings are kept, the rest are counted, so that a file
/// of millions of rows that is wrong in each of them gives a report that can be read, and that fits in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What stops the run.
    pub errors: Vec<Finding>,
    /// What a person should know, but which does not stop the run.
    pub warnings: Vec<Finding>,
    /// Errors and warnings added so far, per file.
    #[serde(skip)]
    added: [BTreeMap<String, u64>; 2],
}

impl Report {
    /// Errors, and warnings, that are kept per file.
    pub const KEPT_PER_FILE: u64 = 1_000;
    /// Code of the line that closes a file of which more was found than is kept.
    const MORE: &'static str = "E1099";

    /// True when nothing stops the run.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Adds an error about one place of a file.
    pub fn error(&mut self, code: &'static str, place: Place<'_>, cause: impl Into<String>, action: impl Into<String>) {
        if self.keeps(0, place.file) {
            self.errors.push(place.finding(code, cause.into(), action.into()));
        }
    }

    /// Adds a warning about one place of a file.
    pub fn warning(&mut self, code: &'static str, place: Place<'_>, cause: impl Into<String>, action: impl Into<String>) {
        if self.keeps(1, place.file) {
            self.warnings.push(place.finding(code, cause.into(), action.into()));
        }
    }

    /// Counts one more finding of `file` and tells whether it is kept.
    fn keeps(&mut self, kind: usize, file: &str) -> bool {
        let Some(added) = self.added.get_mut(kind) else { return true };
        if let Some(count) = added.get_mut(file) {
            *count += 1;
            return *count <= Self::KEPT_PER_FILE;
        }
        added.insert(file.to_owned(), 1);
        true
    }

    /// Adds what another report found after this one, as if it had been added here finding by finding; neither is closed yet.
    pub(crate) fn append(&mut self, later: Self) {
        for (kind, (list, added)) in [later.errors, later.warnings].into_iter().zip(later.added).enumerate() {
            let mut counted = added;
            for finding in list {
                if let Some(count) = counted.get_mut(&finding.file) {
                    *count = count.saturating_sub(1);
                }
                if self.keeps(kind, &finding.file) {
                    if kind == 0 { &mut self.errors } else { &mut self.warnings }.push(finding);
                }
            }
            // What the other report only counted: it kept as many of that file as any report keeps.
            for (file, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
                if let Some(here) = self.added.get_mut(kind).and_then(|added| added.get_mut(&file)) {
                    *here += count;
                }
            }
        }
    }

    /// Number of errors found, whether kept or only counted.
    pub fn error_count(&self) -> u64 {
        let [errors, _] = &self.added;
        let kept = self.errors.iter().filter(|finding| finding.code != Self::MORE).count() as u64;
        kept + errors.values().map(|count| count.saturating_sub(Self::KEPT_PER_FILE)).sum::<u64>()
    }

    /// Puts the findings in the order of file, row and column, and closes each file of which more was found than is kept with a line
    /// that says how many.
    pub fn close(&mut self) {
        for (list, added) in [&mut self.errors, &mut self.warnings].into_iter().zip(&self.added) {
            list.retain(|finding| finding.code != Self::MORE);
            list.sort();
            for (file, count) in added.iter().filter(|(_, count)| **count > Self::KEPT_PER_FILE) {
                let cause = format!("and {} more findings in this file", count - Self::KEPT_PER_FILE);
                let more = Place::file(file).finding(Self::MORE, cause, "correct the ones above, then check again".to_owned());
                let after = list.partition_point(|finding| finding.file <= *file);
                list.insert(after, more);
            }
        }
    }

    /// The warnings, in file and row order, where nothing stops the run.
    ///
    /// # Errors
    /// [`Error::Input`] with every finding, in file and row order.
    pub fn into_warnings(mut self) -> Result<Self, Error> {
        self.close();
        if self.is_clean() { Ok(self) } else { Err(Error::Input { report: self }) }
    }

    /// The report as an error where something stops the run, otherwise `value`.
    ///
    /// # Errors
    /// [`Error::Input`] with every finding, in file and row order.
    pub fn into_result<T>(self, value: T) -> Result<T, Error> {
        self.into_warnings().map(|_| value)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.errors {
            writeln!(f, "{finding}")?;
        }
        for finding in &self.warnings {
            writeln!(f, "warning {finding}")?;
        }
        Ok(())
    }
}

/// A place in a file.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    file: &'a str,
    row: Option<u64>,
    column: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// The whole file.
    pub const fn file(file: &'a str) -> Self {
        Self { file, row: None, column: None }
    }

    /// The same file at line `row` (from 1, the header is line 1).
    #[must_use]
    pub const fn row(self, row: u64) -> Self {
        Self { row: Some(row), ..self }
    }

    /// The same row at `column`.
    #[must_use]
    pub const fn column(self, column: &'a str) -> Self {
        Self { column: Some(column), ..self }
    }

    /// Line of the file, where one row is meant.
    pub const fn line(&self) -> Option<u64> {
        self.row
    }

    fn finding(self, code: &'static str, cause: String, action: String) -> Finding {
        Finding { file: self.file.into(), row: self.row, column: self.column.map(Into::into), code, cause, action }
    }
}

/// Everything that stops the library; an infeasible problem or a time limit is a status, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is wrong; the report holds all findings.
    #[error("errors in the input: {}\n{report}", report.error_count())]
    Input {
        /// Every finding.
        report: Report,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}; check that the path exists and may be read or written", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Sums of scores, prices or penalties could leave 64 bits; found before solving.
    #[error("SCORE_OVERFLOW: {what} may reach {size}, above {limit}; divide scores and penalties by a common factor")]
    ScoreOverflow {
        /// Which sum.
        what: &'static str,
        /// Its largest possible size.
        size: i128,
        /// The limit it must stay under.
        limit: i128,
    },
    /// A solve would need more memory than its options allow; found before anything is allocated.
    #[error("MEMORY_LIMIT: the solve needs about {needed_mib} MiB, above the limit of {limit_mib} MiB; raise the limit or solve a part")]
    MemoryLimit {
        /// What is needed, in MiB.
        needed_mib: u64,
        /// What is allowed, in MiB.
        limit_mib: u64,
    },
    /// The caller cancelled the run while its problem was being made: there is nothing yet that a status could speak of.
    #[error("STOPPED: the run was cancelled while its pairs were being made, and nothing is known yet; start it again")]
    Stopped,
    /// A household or dwelling that is asked about does not take part in the run.
    #[error("there is no {what} {id} in this run; check its id")]
    NotFound {
        /// `household` or `dwelling`.
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// The independent checker refused an answer: a defect of the solver, never of the input.
    #[error("the independent checker refused the answer: {reason}; please report this run")]
    Refused {
        /// What the checker said.
        reason: String,
    },
}
