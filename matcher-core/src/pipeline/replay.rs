//! A run folder read back: what was given, what came out, and whether the one follows from the other.

use std::num::NonZeroU32;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::allocation::{Allocation, Certificate, Status, tier_outcomes};
use crate::error::{Error, Place, Report};
use crate::ids::DwellingIndex;
use crate::problem::{self, Problem};
use crate::solve::SolveOptions;
use crate::tables::sheet;
use crate::units::Date;

use super::inputs::{FileHash, Inputs, Opened};
use super::judge::Judgement;
use super::{Prepared, Run, RunOptions};

/// Name of the record of a run in its folder.
pub const RUN_FILE: &str = "run.json";
/// Folder of the inputs in a run folder.
pub const INPUTS_DIR: &str = "inputs";
/// Folder of the raw problem in a run folder.
pub const PROBLEM_DIR: &str = "problem";
/// The certificate in a run folder; not there where nothing is proved.
pub const CERTIFICATE_FILE: &str = "certificate.json";
/// The pairs in a run folder, household and dwelling.
pub const ALLOCATION_FILE: &str = "allocation.csv";

/// The part of `run.json` that a replay rests on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Form of the file.
    pub format: u32,
    /// Version of the engine that ran.
    pub engine_version: String,
    /// Day at which everything was taken.
    pub reference_date: String,
    /// What was asked of the solver.
    pub options: SolveOptions,
    /// Pairs per household in the problem at first; `None` = all of them stand there.
    #[serde(default)]
    pub max_candidates: Option<NonZeroU32>,
    /// The inputs in `inputs/`.
    pub inputs: Vec<FileHash>,
    /// SHA-256 of the problem in canonical form.
    pub problem: String,
    /// Why the solver stopped.
    pub status: Status,
    /// Claimed worth.
    pub objective: Option<i64>,
    /// Claimed part of it.
    pub suitability: i64,
    /// Claimed part of it.
    pub penalties: i64,
    /// Claimed part of it.
    pub affinity_points: i64,
    /// Claimed bound.
    pub bound: Option<i64>,
    /// Work done.
    pub steps: u64,
}

/// What reading a run folder back has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplayVerdict {
    /// Arcs and scores follow from the inputs, and the claims hold.
    pub accepted: bool,
    /// What does not agree.
    pub differences: Vec<Difference>,
    /// What the independent checker found, where it accepts.
    pub judgement: Option<Judgement>,
    /// Hash of the problem made anew from the inputs.
    pub problem: String,
    /// Claimed worth.
    pub objective: Option<i64>,
    /// Claimed bound.
    pub bound: Option<i64>,
    /// Versions of the engine: then, and now. Different versions may well agree.
    pub versions: (String, String),
}

/// Something in a run folder that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Difference {
    /// An input is not the one of the run.
    InputChanged {
        /// Its name.
        file: String,
    },
    /// An input of the run is not there, or one is there that the run did not have.
    InputSet {
        /// Its name.
        file: String,
    },
    /// The problem made anew from the inputs is not the one of the run.
    ProblemFromInputs {
        /// Hash in `run.json`.
        recorded: String,
        /// Hash now.
        rebuilt: String,
    },
    /// The files in `problem/` are not the problem of the run.
    ProblemFiles {
        /// Their hash.
        found: String,
    },
    /// The independent checker refuses.
    Refused {
        /// What it said.
        reason: String,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InputChanged { file } => write!(f, "{INPUTS_DIR}/{file} is not the file of the run"),
            Self::InputSet { file } => write!(f, "{INPUTS_DIR}/{file} is missing, or was added after the run"),
            Self::ProblemFromInputs { recorded, rebuilt } => {
                write!(f, "the inputs now give problem {rebuilt}, the run solved {recorded}")
            }
            Self::ProblemFiles { found } => write!(f, "the files in {PROBLEM_DIR}/ are another problem, {found}"),
            Self::Refused { reason } => write!(f, "the independent checker refuses: {reason}"),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })
}

fn unreadable(file: &str, fault: &serde_json::Error) -> Error {
    let mut report = Report::default();
    let place = Place::file(file).row(fault.line() as u64);
    report.error("E1701", place, "the file cannot be read as what matcher writes", "give the folder of a run as it was written");
    Error::Input { report }
}

/// The record of a run folder.
///
/// # Errors
/// [`Error::Io`] or [`Error::Input`] where `run.json` cannot be read.
pub fn record(run_dir: &Path) -> Result<Record, Error> {
    serde_json::from_slice(&read(&run_dir.join(RUN_FILE))?).map_err(|fault| unreadable(RUN_FILE, &fault))
}

/// Reads the inputs of a run folder back, at the reference date of the run.
///
/// # Errors
/// [`Error::Io`], or [`Error::Input`] where they cannot be read.
fn inputs(run_dir: &Path, record: &Record) -> Result<(Inputs, Opened), Error> {
    let inputs = Inputs::read(&run_dir.join(INPUTS_DIR), None)?;
    let date: Date = record.reference_date.parse().map_err(|_| {
        let mut report = Report::default();
        report.error(
            "E1701",
            Place::file(RUN_FILE).column("reference_date"),
            "this is no day",
            "give the folder of a run as it was written",
        );
        Error::Input { report }
    })?;
    let opened = inputs.open(Some(date))?;
    Ok((inputs, opened))
}

/// The allocation that a run folder claims for `problem`.
fn allocation(run_dir: &Path, record: &Record, problem: &Problem) -> Result<Allocation, Error> {
    let mut offers = vec![None; problem.households().len()];
    let mut report = Report::default();
    let bytes = read(&run_dir.join(ALLOCATION_FILE))?;
    let options = sheet::Options { format: sheet::Format::default(), limits: sheet::Limits::PROBLEM };
    let columns = [sheet::Column::required("household"), sheet::Column::required("dwelling")];
    sheet::read(ALLOCATION_FILE, &bytes, options, &columns, &mut report, |row, report| {
        let household = problem.households().binary_search_by(|id| id.as_str().cmp(row.text(0)));
        let dwelling = problem.dwellings().binary_search_by(|place| place.id.as_str().cmp(row.text(1)));
        match (household, dwelling) {
            (Ok(h), Ok(d)) => {
                if let Some(offer) = offers.get_mut(h)
                    && offer.replace(DwellingIndex::new(d)).is_some()
                {
                    report.error("E1702", row.place(0), "the household stands twice", "give the folder of a run as it was written");
                }
            }
            _ => report.error("E1702", row.place(0), "the pair is not of this problem", "give the folder of a run as it was written"),
        }
    });
    report.into_result(())?;
    let path = run_dir.join(CERTIFICATE_FILE);
    let certificate: Option<Certificate> = match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).map_err(|fault| unreadable(CERTIFICATE_FILE, &fault))?),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => return Err(Error::Io { path, source }),
    };
    let known = record.objective.is_some();
    let tiers = if known { tier_outcomes(problem, &offers, certificate.as_ref()) } else { Vec::new() };
    Ok(Allocation {
        status: record.status,
        offers: if known { offers } else { Vec::new() },
        objective: record.objective,
        suitability: record.suitability,
        penalties: record.penalties,
        affinity_points: record.affinity_points,
        bound: record.bound,
        certificate,
        tiers,
        steps: record.steps,
    })
}

impl Record {
    /// What was asked of the run.
    fn asked(&self) -> RunOptions {
        RunOptions { solve: self.options, max_candidates: self.max_candidates }
    }
}

/// The problem made anew from the inputs: of all pairs, or of those in `files` where the run kept few.
fn prepared<'m>(record: &Record, opened: &'m Opened, files: &Problem) -> Result<Prepared<'m>, Error> {
    match record.max_candidates {
        None => Prepared::new(&opened.model, &opened.policy, opened.book()),
        Some(_) => Prepared::with_pairs_of(&opened.model, &opened.policy, opened.book(), files),
    }
}

/// Repeats everything about a run but the search: makes the problem anew from the inputs, compares it with the one that was
/// solved, and has the allocation and its certificate judged against it.
///
/// # Errors
/// [`Error::Io`] and [`Error::Input`] where the folder cannot be read; what does not agree is a verdict, not an error.
///
/// # Complexity
/// That of making the problem, and O(arcs) per set of prices.
pub fn replay(run_dir: &Path) -> Result<ReplayVerdict, Error> {
    let record = record(run_dir)?;
    let (inputs, opened) = inputs(run_dir, &record)?;
    let mut differences = compare(&record.inputs, &inputs.hashes());
    let files = problem::read(&run_dir.join(PROBLEM_DIR))?;
    let prepared = prepared(&record, &opened, &files)?;
    let rebuilt = prepared.problem.hash();
    if rebuilt != record.problem {
        differences.push(Difference::ProblemFromInputs { recorded: record.problem.clone(), rebuilt: rebuilt.clone() });
    }
    let found = files.hash();
    if found != record.problem {
        differences.push(Difference::ProblemFiles { found });
    }
    let allocation = allocation(run_dir, &record, &prepared.problem)?;
    let judgement = match prepared.finish(&record.asked(), allocation) {
        Ok(run) => Some(run.judgement),
        Err(Error::Refused { reason }) => {
            differences.push(Difference::Refused { reason });
            None
        }
        Err(other) => return Err(other),
    };
    Ok(ReplayVerdict {
        accepted: differences.is_empty(),
        differences,
        judgement,
        problem: rebuilt,
        objective: record.objective,
        bound: record.bound,
        versions: (record.engine_version, env!("CARGO_PKG_VERSION").to_owned()),
    })
}

fn compare(recorded: &[FileHash], found: &[FileHash]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for file in recorded {
        match found.iter().find(|other| other.file == file.file) {
            None => differences.push(Difference::InputSet { file: file.file.clone() }),
            Some(other) if other.sha256 != file.sha256 => differences.push(Difference::InputChanged { file: file.file.clone() }),
            Some(_) => {}
        }
    }
    let added = found.iter().filter(|file| recorded.iter().all(|other| other.file != file.file));
    differences.extend(added.map(|file| Difference::InputSet { file: file.file.clone() }));
    differences
}

/// Reads a run folder back without solving: the inputs, and the run with everything that is said about it, judged again.
///
/// # Errors
/// As [`replay`]; [`Error::Refused`] where the checker refuses, or the problem is not the one of the run.
pub fn reopen(run_dir: &Path) -> Result<(Opened, Run), Error> {
    let record = record(run_dir)?;
    let (_, opened) = inputs(run_dir, &record)?;
    let run = {
        let prepared = match record.max_candidates {
            None => Prepared::new(&opened.model, &opened.policy, opened.book())?,
            Some(_) => prepared(&record, &opened, &problem::read(&run_dir.join(PROBLEM_DIR))?)?,
        };
        if prepared.problem.hash() != record.problem {
            return Err(Error::Refused { reason: "the inputs of the run folder no longer give its problem".into() });
        }
        let allocation = allocation(run_dir, &record, &prepared.problem)?;
        prepared.finish(&record.asked(), allocation)?
    };
    Ok((opened, run))
}
