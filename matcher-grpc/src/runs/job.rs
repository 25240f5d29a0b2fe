//! One run from the stored dataset to the stored result; blocking, on a thread of its own.

use std::collections::BTreeMap;

use matcher_core::allocation::Status;
use matcher_core::error::Error as CoreError;
use matcher_core::pipeline::{self, Inputs, Kept, POLICY_FILE};
use matcher_core::solve::{Control, SolveOptions, StopSignal};
use matcher_core::units::Date;
use prost::Message as _;

use crate::convert;
use crate::error::{Error, Result};
use crate::settings::Limits;
use crate::store::{Results, RunFile, RunRow, Store};
use crate::wire::v1;

/// What came out.
pub(super) struct Answer {
    pub(super) summary: v1::RunResult,
    pub(super) results: Results,
}

/// The inputs in the files of a dataset, with a policy instead of its own where one is given.
pub(crate) fn inputs(mut files: BTreeMap<String, Vec<u8>>, policy: Option<&str>) -> Result<Inputs> {
    let own = files.remove(POLICY_FILE).unwrap_or_default();
    let policy = match policy {
        Some(policy) => policy.to_owned(),
        None => String::from_utf8(own).map_err(|_| Error::StoreDamaged { what: "a policy" })?,
    };
    Ok(Inputs { tables: files, policy })
}

/// The inputs of a stored run.
pub(super) fn stored_inputs(store: &dyn Store, run: &RunRow) -> Result<Inputs> {
    let files = store.dataset_files(&run.tenant, &run.dataset)?.ok_or(Error::StoreDamaged { what: "a run without its dataset" })?;
    inputs(files, run.policy.as_deref())
}

/// What a stored run was asked.
pub(crate) fn asked(run: &RunRow) -> Result<v1::Run> {
    v1::Run::decode(run.body.as_slice()).map_err(|_| Error::StoreDamaged { what: "a run" })
}

/// Goes the whole way. The answer is that of [`pipeline::run`], with the warnings of the tables as the command line adds them.
///
/// # Errors
/// [`Error::Core`] where the run cannot be done, [`Error::Stopped`] where it was cancelled, others where the store fails.
pub(super) fn solve(store: &dyn Store, limits: &Limits, run: &RunRow, threads: usize, control: &Control<'_>) -> Result<Answer> {
    let inputs = stored_inputs(store, run)?;
    still_wanted(control)?;
    let (done, kept) = search(&inputs, run, limits, threads, control)?;
    still_wanted(control)?;
    let record = serde_json::to_vec(&kept.record).map_err(|_| Error::StoreDamaged { what: "a record" })?;
    let mut files = vec![(RunFile::Record, record), (RunFile::Allocation, kept.pairs)];
    files.extend(kept.certificate.map(|certificate| (RunFile::Certificate, certificate)));
    Ok(Answer { summary: convert::result(&done), results: Results { lists: convert::lists(&done), files } })
}

/// The search itself with what a run asked, and what it leaves.
///
/// # Errors
/// [`Error::Core`] where it cannot be done, [`Error::Stopped`] where it was cancelled.
pub(crate) fn search(
    inputs: &Inputs,
    run: &RunRow,
    limits: &Limits,
    threads: usize,
    control: &Control<'_>,
) -> Result<(pipeline::Run, Kept)> {
    let options = asked(run)?.options.unwrap_or_default();
    let opened = inputs.open(date(&options)?)?;
    still_wanted(control)?;
    let solve_options = solve_options(&options, opened.policy.seed, limits, threads);
    let mut done = pipeline::run(&opened.model, &opened.policy, opened.book(), &solve_options.into(), control)?;
    still_wanted(control)?;
    done.warnings.extend(opened.warnings.iter().cloned());
    let kept = Kept::new(&done, inputs)?;
    Ok((done, kept))
}

/// What the solver is asked; `seed` is the policy's.
pub(crate) fn solve_options(asked: &v1::RunOptions, seed: u64, limits: &Limits, threads: usize) -> SolveOptions {
    SolveOptions {
        gap_ppm: asked.gap_ppm.map_or(SolveOptions::default().gap_ppm, u64::from),
        step_limit: asked.step_limit,
        seed: asked.seed.unwrap_or(seed),
        threads,
        memory_limit_mib: Some(limits.solve_memory_mib),
    }
}

/// Gives a cancelled search up between its stages: what comes before and after the solver does not ask for itself.
fn still_wanted(control: &Control<'_>) -> Result<()> {
    match control.stop.and_then(StopSignal::reason) {
        Some(Status::Cancelled) => Err(Error::Stopped),
        _ => Ok(()),
    }
}

/// The reference date asked for, if one is.
///
/// # Errors
/// [`Error::Core`] where it is no day.
pub(crate) fn date(options: &v1::RunOptions) -> Result<Option<Date>> {
    if options.reference_date.is_empty() {
        return Ok(None);
    }
    let fault = |_| {
        let mut report = matcher_core::error::Report::default();
        let place = matcher_core::error::Place::file("options").column("reference_date");
        report.error("E1700", place, "the reference date is no day of the calendar", "write it as YYYY-MM-DD");
        CoreError::Input { report }
    };
    Ok(Some(options.reference_date.parse::<Date>().map_err(fault)?))
}
