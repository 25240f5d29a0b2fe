//! What can be wrong: findings about the input, gathered and reported together, and the errors of the library.

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What stops the run.
    pub errors: Vec<Finding>,
    /// What a person should know, but which does not stop the run.
    pub warnings: Vec<Finding>,
}

impl Report {
    /// True when nothing stops the run.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Adds an error about one place of a file.
    pub fn error(&mut self, code: &'static str, place: Place<'_>, cause: impl Into<String>, action: impl Into<String>) {
        self.errors.push(place.finding(code, cause.into(), action.into()));
    }

    /// Adds a warning about one place of a file.
    pub fn warning(&mut self, code: &'static str, place: Place<'_>, cause: impl Into<String>, action: impl Into<String>) {
        self.warnings.push(place.finding(code, cause.into(), action.into()));
    }

    /// The report as an error where something stops the run, otherwise `value`.
    ///
    /// # Errors
    /// [`Error::Input`] with every finding, in file and row order.
    pub fn into_result<T>(mut self, value: T) -> Result<T, Error> {
        if self.is_clean() {
            return Ok(value);
        }
        self.errors.sort();
        self.warnings.sort();
        Err(Error::Input { report: self })
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

    fn finding(self, code: &'static str, cause: String, action: String) -> Finding {
        Finding { file: self.file.into(), row: self.row, column: self.column.map(Into::into), code, cause, action }
    }
}

/// Everything that stops the library; an infeasible problem or a time limit is a status, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is wrong; the report holds all findings.
    #[error("{} errors in the input\n{report}", report.errors.len())]
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
    /// The independent checker refused an answer: a defect of the solver, never of the input.
    #[error("the independent checker refused the answer: {reason}; please report this run")]
    Refused {
        /// What the checker said.
        reason: String,
    },
}
