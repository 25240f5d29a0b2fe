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

/// Form of `run.json`.
const FORMAT: u32 = 1;

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

/// What a run leaves beside its inputs: all that is needed to tell everything about it again, without solving. A run folder holds it
/// as files; who keeps runs in another place keeps this.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What was asked and what came out.
    pub record: Record,
    /// Household and dwelling of each pair, as `allocation.csv`.
    pub pairs: Vec<u8>,
    /// The certificate as JSON; `None` where nothing is proved.
    pub certificate: Option<Vec<u8>>,
}

impl Kept {
    /// What `run`, which came from `inputs`, leaves.
    ///
    /// # Errors
    /// [`Error::Io`] where one of the texts cannot be made.
    pub fn new(run: &Run, inputs: &Inputs) -> Result<Self, Error> {
        let allocation = &run.allocation;
        let record = Record {
            format: FORMAT,
            engine_version: run.provenance.engine_version.into(),
            reference_date: run.provenance.reference_date.clone(),
            options: run.provenance.options,
            max_candidates: run.provenance.max_candidates,
            inputs: inputs.hashes(),
            problem: run.provenance.problem.clone(),
            status: allocation.status,
            objective: allocation.objective,
            suitability: allocation.suitability,
            penalties: allocation.penalties,
            affinity_points: allocation.affinity_points,
            bound: allocation.bound,
            steps: allocation.steps,
        };
        let certificate = allocation.certificate.as_ref().map(|certificate| {
            let mut json = serde_json::to_vec_pretty(certificate)?;
            json.push(b'\n');
            Ok(json)
        });
        let certificate = certificate
            .transpose()
            .map_err(|fault: serde_json::Error| Error::Io { path: CERTIFICATE_FILE.into(), source: fault.into() })?;
        Ok(Self { record, pairs: pairs(run)?, certificate })
    }

    /// What a run folder holds.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Input`] where its files cannot be read.
    pub fn read(run_dir: &Path) -> Result<Self, Error> {
        let path = run_dir.join(CERTIFICATE_FILE);
        let certificate = match std::fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::Io { path, source }),
        };
        Ok(Self { record: record(run_dir)?, pairs: read(&run_dir.join(ALLOCATION_FILE))?, certificate })
    }

    /// Repeats everything about the run but the search: makes the problem anew from `inputs`, compares it with the one that was solved,
    /// and has the allocation and its certificate judged against it.
    ///
    /// # Errors
    /// [`Error::Input`] where something cannot be read; what does not agree is a verdict, not an error.
    ///
    /// # Complexity
    /// That of making the problem, and O(arcs) per set of prices.
    pub fn replay(&self, inputs: &Inputs) -> Result<ReplayVerdict, Error> {
        self.replay_with(inputs, None, Vec::new())
    }

    fn replay_with(&self, inputs: &Inputs, files: Option<&Problem>, more: Vec<Difference>) -> Result<ReplayVerdict, Error> {
        let opened = self.open(inputs)?;
        let mut differences = compare(&self.record.inputs, &inputs.hashes());
        let prepared = prepared(&self.record, &opened, files)?;
        let rebuilt = prepared.problem.hash();
        if rebuilt != self.record.problem {
            differences.push(Difference::ProblemFromInputs { recorded: self.record.problem.clone(), rebuilt: rebuilt.clone() });
        }
        differences.extend(more);
        let allocation = self.allocation(&prepared.problem)?;
        let judgement = match prepared.finish(&self.record.asked(), allocation) {
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
            objective: self.record.objective,
            bound: self.record.bound,
            versions: (self.record.engine_version.clone(), env!("CARGO_PKG_VERSION").to_owned()),
        })
    }

    /// The inputs and the run with everything that is said about it, judged again, without solving.
    ///
    /// # Errors
    /// As [`Kept::replay`]; [`Error::Refused`] where the checker refuses, or `inputs` do not give the problem of the run.
    pub fn reopen(&self, inputs: &Inputs) -> Result<(Opened, Run), Error> {
        self.reopen_with(inputs, None)
    }

    fn reopen_with(&self, inputs: &Inputs, files: Option<&Problem>) -> Result<(Opened, Run), Error> {
        let opened = self.open(inputs)?;
        let run = {
            let prepared = prepared(&self.record, &opened, files)?;
            if prepared.problem.hash() != self.record.problem {
                return Err(Error::Refused { reason: "the inputs of the run no longer give its problem".into() });
            }
            let allocation = self.allocation(&prepared.problem)?;
            prepared.finish(&self.record.asked(), allocation)?
        };
        Ok((opened, run))
    }

    /// The inputs at the reference date of the run.
    fn open(&self, inputs: &Inputs) -> Result<Opened, Error> {
        let date: Date = self.record.reference_date.parse().map_err(|_| {
            let mut report = Report::default();
            let place = Place::file(RUN_FILE).column("reference_date");
            report.error("E1701", place, "this is no day", "give the folder of a run as it was written");
            Error::Input { report }
        })?;
        inputs.open(Some(date))
    }

    /// The allocation that is claimed for `problem`.
    fn allocation(&self, problem: &Problem) -> Result<Allocation, Error> {
        let record = &self.record;
        let mut offers = vec![None; problem.households().len()];
        let mut report = Report::default();
        let options = sheet::Options { format: sheet::Format::default(), limits: sheet::Limits::PROBLEM };
        let columns = [sheet::Column::required("household"), sheet::Column::required("dwelling")];
        sheet::read(ALLOCATION_FILE, &self.pairs, options, &columns, &mut report, |row, report| {
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
        let certificate: Option<Certificate> = match &self.certificate {
            Some(bytes) => Some(serde_json::from_slice(bytes).map_err(|fault| unreadable(CERTIFICATE_FILE, &fault))?),
            None => None,
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
}

impl Record {
    /// What was asked of the run.
    fn asked(&self) -> RunOptions {
        RunOptions { solve: self.options, max_candidates: self.max_candidates }
    }
}

/// The problem made anew from the inputs: of all pairs, or of those in `files` where the run kept few.
fn prepared<'m>(record: &Record, opened: &'m Opened, files: Option<&Problem>) -> Result<Prepared<'m>, Error> {
    match files.filter(|_| record.max_candidates.is_some()) {
        None => Prepared::new(&opened.model, &opened.policy, opened.book()),
        Some(files) => Prepared::with_pairs_of(&opened.model, &opened.policy, opened.book(), files),
    }
}

/// The pairs of a run, household and dwelling only, as `matcher-verify` reads them.
fn pairs(run: &Run) -> Result<Vec<u8>, Error> {
    let io = |source: std::io::Error| Error::Io { path: ALLOCATION_FILE.into(), source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["household", "dwelling"]).map_err(|e| io(e.into()))?;
    for offer in &run.offers {
        writer.write_record([&offer.household, &offer.dwelling]).map_err(|e| io(e.into()))?;
    }
    writer.into_inner().map_err(|e| io(e.into_error()))
}

/// Repeats everything about a run folder but the search; see [`Kept::replay`]. The raw problem in it is compared too.
///
/// # Errors
/// [`Error::Io`] and [`Error::Input`] where the folder cannot be read; what does not agree is a verdict, not an error.
///
/// # Complexity
/// That of making the problem, and O(arcs) per set of prices.
pub fn replay(run_dir: &Path) -> Result<ReplayVerdict, Error> {
    let kept = Kept::read(run_dir)?;
    let inputs = Inputs::read(&run_dir.join(INPUTS_DIR), None)?;
    let files = problem::read(&run_dir.join(PROBLEM_DIR))?;
    let found = files.hash();
    let more = if found == kept.record.problem { Vec::new() } else { vec![Difference::ProblemFiles { found }] };
    kept.replay_with(&inputs, Some(&files), more)
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

/// Reads a run folder back without solving; see [`Kept::reopen`].
///
/// # Errors
/// As [`replay`]; [`Error::Refused`] where the checker refuses, or the problem is not the one of the run.
pub fn reopen(run_dir: &Path) -> Result<(Opened, Run), Error> {
    let kept = Kept::read(run_dir)?;
    let few = kept.record.max_candidates.is_some();
    let files = few.then(|| problem::read(&run_dir.join(PROBLEM_DIR))).transpose()?;
    kept.reopen_with(&Inputs::read(&run_dir.join(INPUTS_DIR), None)?, files.as_ref())
}
