//! What a run was given, byte for byte, so that it can be repeated.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Finding, Place, Report};
use crate::model::{self, Model};
use crate::policy::{self, Policy};
use crate::quotas::Book;
use crate::tables::rows::Tables;
use crate::tables::{self};
use crate::units::Date;

use super::provenance::sha256;

/// Name of the policy in a folder of inputs.
pub const POLICY_FILE: &str = "policy.toml";

/// The files of a run as they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Tables and their declared format, by file name.
    pub tables: BTreeMap<String, Vec<u8>>,
    /// The policy's text.
    pub policy: String,
}

/// A file and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHash {
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
}

/// Inputs that were read without fault.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The tables.
    pub tables: Tables,
    /// The policy.
    pub policy: Policy,
    /// The model at the reference date.
    pub model: Model,
    /// What a person should know, but which stops nothing.
    pub warnings: Vec<Finding>,
}

impl Opened {
    /// What the tables say about quotas.
    pub fn book(&self) -> Book<'_> {
        Book { quotas: &self.tables.quotas, ledger: &self.tables.ledger }
    }
}

impl Inputs {
    /// Reads the tables of the folder `dir`, and the policy from `policy`, or from `policy.toml` in `dir`.
    ///
    /// # Errors
    /// [`Error::Io`] where a file cannot be read, [`Error::Input`] where the folder holds what is no table or is too large.
    pub fn read(dir: &Path, policy: Option<&Path>) -> Result<Self, Error> {
        let path = policy.map_or_else(|| dir.join(POLICY_FILE), Path::to_path_buf);
        let policy = std::fs::read_to_string(&path).map_err(|source| Error::Io { path, source })?;
        Ok(Self { tables: tables::files(dir)?, policy })
    }

    /// Reads tables and policy and makes the model at `date`, or at the policy's reference date.
    ///
    /// # Errors
    /// [`Error::Input`] with every finding of tables, policy and model.
    pub fn open(&self, date: Option<Date>) -> Result<Opened, Error> {
        // Faults of the policy and of the tables are independent: both are reported.
        let mut report = Report::default();
        let policy = take(policy::parse(&self.policy, POLICY_FILE), &mut report)?;
        let read = take(tables::parse(&self.tables), &mut report)?;
        let (Some(policy), Some((tables, warnings))) = (policy, read) else {
            return report.into_result(()).and(Err(Error::Input { report: Report::default() }));
        };
        report.warnings.extend(warnings.warnings);
        let date = match (date, &policy.reference_date) {
            (Some(date), _) => date,
            (None, Some(text)) => text.parse().map_err(|_| no_date("the reference date is no day of the calendar"))?,
            (None, None) => return Err(no_date("no reference date is given")),
        };
        let model = model::build(&tables, date, &mut report)?;
        Ok(Opened { tables, policy, model, warnings: report.warnings })
    }

    /// Names and hashes of the files, the policy last.
    pub fn hashes(&self) -> Vec<FileHash> {
        let tables = self.tables.iter().map(|(file, bytes)| (file.as_str(), bytes.as_slice()));
        let all = tables.chain([(POLICY_FILE, self.policy.as_bytes())]);
        all.map(|(file, bytes)| FileHash { file: file.to_owned(), sha256: sha256(bytes), bytes: bytes.len() }).collect()
    }

    /// Writes the files into the folder `dir`, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, dir: &Path) -> Result<(), Error> {
        let io = |path: &Path, source| Error::Io { path: path.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(|source| io(dir, source))?;
        let tables = self.tables.iter().map(|(file, bytes)| (file.as_str(), bytes.as_slice()));
        for (file, bytes) in tables.chain([(POLICY_FILE, self.policy.as_bytes())]) {
            let path = dir.join(file);
            std::fs::write(&path, bytes).map_err(|source| io(&path, source))?;
        }
        Ok(())
    }
}

/// The value, or its findings into the report; other errors go on.
fn take<T>(result: Result<T, Error>, report: &mut Report) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Input { report: more }) => {
            report.errors.extend(more.errors);
            report.warnings.extend(more.warnings);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

fn no_date(cause: &str) -> Error {
    let mut report = Report::default();
    let place = Place::file(POLICY_FILE).column("reference_date");
    report.error("E1700", place, cause, "write reference_date = \"YYYY-MM-DD\" in the policy, or give --date");
    Error::Input { report }
}
