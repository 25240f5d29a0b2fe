//! The files of a run folder.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::error::Error;
use crate::explain::{self, Language};
use crate::pipeline::{
    ALLOCATION_FILE, CERTIFICATE_FILE, FileHash, INPUTS_DIR, Inputs, Kept, NoOffer, PROBLEM_DIR, RUN_FILE, Record, Run, sha256,
};
use crate::problem;
use crate::tables::sheet::export_cell;

use super::html;

/// What `run.json` holds.
#[derive(Serialize)]
struct RunFile<'a> {
    #[serde(flatten)]
    record: Record,
    /// SHA-256 of the files beside it.
    outputs: Vec<FileHash>,
    /// Seconds per stage, measured by the caller: core has no clock.
    timings: &'a BTreeMap<String, f64>,
    /// The policy as it was read.
    policy_content: &'a crate::policy::Policy,
    /// Everything about the run; the certificate stands in its own file.
    result: serde_json::Value,
}

/// Writes the folder of a run: `report.html`, `allocation.csv` (household and dwelling only, as `matcher-verify` reads it),
/// `offers.csv`, `shortlists.csv`, `quotas.csv`, `unassigned.csv`, `certificate.json`, `problem/`, `inputs/` and `run.json`.
///
/// `inputs` are the files the run came from; they hold personal data, and so does the folder. `timings` are seconds per stage.
/// Cells are written so that a spreadsheet takes none for a formula (FAULTS 36), but for `allocation.csv` and `problem/`, which
/// are read by machines.
///
/// # Errors
/// [`Error::Io`] where a file cannot be written.
pub fn files(
    run: &Run,
    inputs: &Inputs,
    policy: &crate::policy::Policy,
    timings: &BTreeMap<String, f64>,
    lang: Language,
    dir: &Path,
) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::Io { path: dir.into(), source })?;
    inputs.write(&dir.join(INPUTS_DIR))?;
    problem::write(&run.problem, &dir.join(PROBLEM_DIR))?;
    let mut out = Folder { dir, hashes: Vec::new() };
    let kept = Kept::new(run, inputs)?;
    out.write(ALLOCATION_FILE, &kept.pairs)?;
    out.write("offers.csv", &offers(run)?)?;
    out.write("shortlists.csv", &shortlists(run)?)?;
    out.write("quotas.csv", &quotas(run)?)?;
    out.write("unassigned.csv", &unassigned(run, lang)?)?;
    match &kept.certificate {
        Some(certificate) => out.write(CERTIFICATE_FILE, certificate)?,
        None => out.remove(CERTIFICATE_FILE)?,
    }
    out.write("report.html", html(run, lang).as_bytes())?;
    let mut result = serde_json::to_value(run).map_err(|e| json_fault(RUN_FILE, e))?;
    if let Some(allocation) = result.get_mut("allocation").and_then(serde_json::Value::as_object_mut) {
        allocation.remove("certificate");
    }
    let outputs = std::mem::take(&mut out.hashes);
    out.write(RUN_FILE, &json(RUN_FILE, &RunFile { record: kept.record, outputs, timings, policy_content: policy, result })?)
}

struct Folder<'a> {
    dir: &'a Path,
    hashes: Vec<FileHash>,
}

impl Folder<'_> {
    fn write(&mut self, file: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.dir.join(file);
        std::fs::write(&path, bytes).map_err(|source| Error::Io { path, source })?;
        self.hashes.push(FileHash { file: file.to_owned(), sha256: sha256(bytes), bytes: bytes.len() });
        Ok(())
    }

    /// Removes what an earlier run may have left.
    fn remove(&self, file: &str) -> Result<(), Error> {
        let path = self.dir.join(file);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Io { path, source }),
            _ => Ok(()),
        }
    }
}

fn json_fault(file: &str, fault: serde_json::Error) -> Error {
    Error::Io { path: file.into(), source: fault.into() }
}

fn json(file: &str, value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|fault| json_fault(file, fault))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A CSV text whose cells no spreadsheet takes for formulas.
fn csv<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Result<Vec<u8>, Error> {
    let io = |source: std::io::Error| Error::Io { path: "csv".into(), source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|e| io(e.into()))?;
    for row in rows {
        for cell in &row {
            writer.write_field(export_cell(cell).as_bytes()).map_err(|e| io(e.into()))?;
        }
        writer.write_record(None::<&[u8]>).map_err(|e| io(e.into()))?;
    }
    writer.into_inner().map_err(|e| io(e.into_error()))
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Every offer with its points per criterion.
fn offers(run: &Run) -> Result<Vec<u8>, Error> {
    let rows = run.offers.iter().map(|offer| {
        let points = offer.points.iter().map(|points| format!("{}={}", points.criterion, points.points()));
        [
            offer.household.clone(),
            offer.dwelling.clone(),
            offer.residence.clone(),
            format!("T{}", offer.typology),
            offer.suitability.to_string(),
            number(offer.choice),
            points.collect::<Vec<_>>().join(" "),
            offer.pin.as_ref().map(|pin| format!("{} ({})", pin.reason, pin.author)).unwrap_or_default(),
        ]
    });
    csv(["household", "dwelling", "residence", "typology", "suitability", "choice_rank", "points", "decided_beforehand"], rows)
}

fn shortlists(run: &Run) -> Result<Vec<u8>, Error> {
    let rows = run.shortlists.iter().flat_map(|list| {
        list.entries.iter().map(|entry| {
            [
                list.dwelling.clone(),
                list.residence.clone(),
                list.candidates.to_string(),
                entry.rank.to_string(),
                entry.household.clone(),
                entry.suitability.to_string(),
                number(entry.behind),
                entry.offered.clone().unwrap_or_default(),
            ]
        })
    });
    csv(["dwelling", "residence", "candidates", "rank", "household", "suitability", "behind", "offered_dwelling"], rows)
}

fn quotas(run: &Run) -> Result<Vec<u8>, Error> {
    let rows = run.quotas.iter().map(|quota| {
        let outcome = &quota.outcome;
        let verdict = serde_json::to_value(outcome.verdict).ok().and_then(|v| v.as_str().map(str::to_owned));
        [
            outcome.id.clone(),
            quota.version.clone(),
            quota.scope.clone(),
            quota.group.clone(),
            if quota.hard { "hard" } else { "priced" }.to_owned(),
            number(outcome.min),
            number(outcome.target_low),
            number(outcome.target_high),
            number(outcome.max),
            quota.before().to_string(),
            outcome.arriving.to_string(),
            outcome.leaving.to_string(),
            outcome.total.to_string(),
            verdict.unwrap_or_default(),
            outcome.away.to_string(),
            outcome.penalty.to_string(),
            number(quota.price),
            quota.usual.total.to_string(),
            quota.legal_basis.clone(),
            quota.author.clone(),
        ]
    });
    let header = [
        "quota",
        "version",
        "scope",
        "group",
        "kind",
        "min",
        "target_low",
        "target_high",
        "max",
        "before",
        "arriving",
        "leaving",
        "after",
        "verdict",
        "away",
        "penalty",
        "price",
        "usual_practice",
        "legal_basis",
        "author",
    ];
    csv(header, rows)
}

fn unassigned(run: &Run, lang: Language) -> Result<Vec<u8>, Error> {
    let rows = run.unassigned.iter().map(|entry| {
        let (dwelling, short, quota) = match &entry.reason {
            NoOffer::OthersFitBetter { dwelling, short, .. } => (dwelling.clone(), Some(*short), String::new()),
            NoOffer::QuotaBinds { dwelling, short, quota, .. } => (dwelling.clone(), Some(*short), quota.clone()),
            NoOffer::Tie { dwelling, .. } | NoOffer::WithinGap { dwelling, .. } => (dwelling.clone(), None, String::new()),
            NoOffer::NoDwellingOpen { .. } | NoOffer::NotProved => (String::new(), None, String::new()),
        };
        let rules = match &entry.reason {
            NoOffer::NoDwellingOpen { rules } => rules.iter().map(|rule| format!("{}={}", rule.rule, rule.refused)).collect(),
            _ => Vec::new(),
        };
        [
            entry.household.clone(),
            entry.reason.code().to_owned(),
            entry.open.to_string(),
            rules.join(" "),
            dwelling,
            number(short),
            quota,
            explain::no_offer(&entry.reason, lang),
        ]
    });
    csv(["household", "reason", "open_dwellings", "refused_by_rule", "closest_dwelling", "points_short", "quota", "sentence"], rows)
}
