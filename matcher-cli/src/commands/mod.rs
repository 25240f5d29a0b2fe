//! One file per subcommand: its words, its help, what it does.

pub(crate) mod allocate;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod frontier;
pub(crate) mod generate;
pub(crate) mod rules;
pub(crate) mod scenario;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod solve;
#[cfg(feature = "serve")]
pub(crate) mod store;
pub(crate) mod sweep;
pub(crate) mod template;
#[cfg(feature = "serve")]
pub(crate) mod token;
pub(crate) mod verify;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use matcher_core::allocation::{Allocation, Proof};
use matcher_core::error::Error;
use matcher_core::explain::Language;
use matcher_core::pipeline::Inputs;
use matcher_core::scenario::Town;
use matcher_core::solve::SolveOptions;
use matcher_core::units::Date;
use serde_json::{Value, json};

use crate::limits::Limits;

/// What the commands about scenarios are asked beside the town's folder: under which policy and when, how far to go, how to tell it.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// Policy file (default: policy.toml in the folder)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Reference date, YYYY-MM-DD (default: the policy's)
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
    #[command(flatten)]
    limits: Limits,
    /// Language: fr or en
    #[arg(long, default_value = "fr")]
    lang: Language,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Asked {
    /// The town of a folder, and how its problems are solved.
    fn town(&self, dir: &Path) -> Result<(Town, SolveOptions), Error> {
        let town = Town::from(Inputs::read(dir, self.policy.as_deref())?.open(self.date)?);
        let options = self.limits.options(town.policy.seed);
        Ok((town, options))
    }
}

/// Reads scenarios from TOML or JSON: a text, and the name that findings carry.
pub(crate) type Reader<T> = fn(&str, &str) -> Result<T, Error>;

/// What a file of scenarios says: JSON where its name says so, TOML otherwise.
pub(crate) fn scenarios<T>(path: &Path, toml: Reader<T>, json: Reader<T>) -> Result<T, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if is_json { json(&text, &name) } else { toml(&text, &name) }
}

/// Seconds of the stages of a command.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
    load: Duration,
    solve: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now(), load: Duration::ZERO, solve: Duration::ZERO }
    }

    /// Everything is read.
    pub(crate) fn loaded(&mut self) {
        self.load = self.start.elapsed();
    }

    /// The answer is there.
    pub(crate) fn solved(&mut self) {
        self.solve = self.start.elapsed().saturating_sub(self.load);
    }

    pub(crate) fn seconds(&self) -> [(&'static str, f64); 3] {
        [("load", self.load.as_secs_f64()), ("solve", self.solve.as_secs_f64()), ("total", self.start.elapsed().as_secs_f64())]
    }
}

/// The one object that `--json` prints about an allocation.
pub(crate) fn summary(allocation: &Allocation, clock: &Clock, limits: &Limits) -> Value {
    let proof = allocation.certificate.as_ref().map(|certificate| match certificate.proof {
        Proof::Prices(_) => "prices",
        Proof::Tree { .. } => "tree",
        Proof::Infeasible { .. } => "infeasible",
        Proof::Tiers { .. } => "tiers",
        _ => "other",
    });
    let seconds: serde_json::Map<String, Value> = clock.seconds().into_iter().map(|(stage, s)| (stage.to_owned(), json!(s))).collect();
    let mut summary = json!({
        "status": allocation.status,
        "objective": allocation.objective,
        "suitability": allocation.suitability,
        "penalties": allocation.penalties,
        "affinity_points": allocation.affinity_points,
        "bound": allocation.bound,
        "gap": allocation.gap(),
        "proof": proof,
        "assigned": allocation.pairs().count(),
        "seconds": seconds,
        "threads": limits.thread_count(),
    });
    if !allocation.tiers.is_empty() {
        summary["tiers"] = json!(allocation.tiers);
    }
    summary
}
