//! Stored runs opened again, a few kept ready: explanations ask the same rules, criteria and prices as the run did.

use std::sync::{Arc, Mutex, PoisonError};

use matcher_core::pipeline::{Inputs, Kept, Opened, Record, Run};

use crate::error::{Error, Result};
use crate::store::{RunFile, RunRow, Store};

use super::job::stored_inputs;

/// A run with everything that is said about it.
#[derive(Debug)]
pub(crate) struct OpenedRun {
    pub(crate) opened: Opened,
    pub(crate) run: Run,
}

/// The last opened runs, by id, the latest last.
#[derive(Debug)]
pub(crate) struct OpenedRuns {
    most: usize,
    list: Mutex<Vec<(String, Arc<OpenedRun>)>>,
    /// One is opened at a time: it takes the memory of a run.
    opening: Mutex<()>,
}

impl OpenedRuns {
    pub(super) const fn new(most: usize) -> Self {
        Self { most, list: Mutex::new(Vec::new()), opening: Mutex::new(()) }
    }

    fn known(&self, id: &str) -> Option<Arc<OpenedRun>> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let at = list.iter().position(|entry| entry.0 == id)?;
        let entry = list.remove(at);
        let run = Arc::clone(&entry.1);
        list.push(entry);
        Some(run)
    }

    /// The run, opened now or before; blocking.
    ///
    /// # Errors
    /// Where the store fails or core does not accept what it holds.
    pub(crate) fn get(&self, store: &dyn Store, run: &RunRow) -> Result<Arc<OpenedRun>> {
        if let Some(known) = self.known(&run.id) {
            return Ok(known);
        }
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.known(&run.id) {
            return Ok(known);
        }
        let (inputs, left) = kept(store, run)?;
        let (opened, again) = left.reopen(&inputs)?;
        let opened = Arc::new(OpenedRun { opened, run: again });
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.push((run.id.clone(), Arc::clone(&opened)));
        let above = list.len().saturating_sub(self.most.max(1));
        list.drain(..above);
        Ok(opened)
    }

    /// Forgets a run that is deleted.
    pub(crate) fn forget(&self, id: &str) {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).retain(|entry| entry.0 != id);
    }
}

/// The inputs of a stored run, and what it left.
///
/// # Errors
/// Where the store fails, or what it holds cannot be read.
pub(crate) fn kept(store: &dyn Store, run: &RunRow) -> Result<(Inputs, Kept)> {
    let file = |file| store.run_file(&run.tenant, &run.id, file);
    let (Some(record), Some(pairs)) = (file(RunFile::Record)?, file(RunFile::Allocation)?) else {
        return Err(Error::StoreDamaged { what: "a run without its record" });
    };
    let record: Record = serde_json::from_slice(&record).map_err(|_| Error::StoreDamaged { what: "a record" })?;
    Ok((stored_inputs(store, run)?, Kept { record, pairs, certificate: file(RunFile::Certificate)? }))
}

#[cfg(test)]
mod tests {
    use matcher_core::solve::{Control, SolveOptions};
    use prost::Message as _;

    use super::*;
    use crate::store::{Datasets as _, NewDataset, NewRun, Results, RunState, Runs as _, Sqlite, Tenant};
    use crate::wire::v1;

    /// A store with runs that have ended, on one dataset.
    fn stored(dir: &std::path::Path, count: usize) -> (Sqlite, Vec<RunRow>) {
        let tables = dir.join("town");
        matcher_generate::generate(&matcher_generate::Plan::size(matcher_generate::Size::XS), 1).write(&tables).unwrap();
        let inputs = Inputs::read(&tables, None).unwrap();
        let opened = inputs.open(None).unwrap();
        let run =
            matcher_core::pipeline::run(&opened.model, &opened.policy, opened.book(), &SolveOptions::default().into(), &Control::default());
        let kept = Kept::new(&run.unwrap(), &inputs).unwrap();
        let mut files = inputs.tables;
        files.insert("policy.toml".into(), inputs.policy.into_bytes());
        let (store, tenant) = (Sqlite::serve(&dir.join("matcher.db")).unwrap(), Tenant("town".into()));
        store.add_dataset(&NewDataset { tenant: &tenant, id: "ds", now_ms: 0, body: &[], files: &files }, None).unwrap();
        let rows = (0..count).map(|number| {
            let id = format!("run_{number}");
            let body = v1::Run { run_id: id.clone(), ..v1::Run::default() }.encode_to_vec();
            let new =
                NewRun { inline: None, tenant: &tenant, id: &id, dataset: "ds", policy: None, attached: false, now_ms: 0, body: &body };
            store.add_run(&new, None).unwrap();
            let mut files = vec![(RunFile::Record, serde_json::to_vec(&kept.record).unwrap()), (RunFile::Allocation, kept.pairs.clone())];
            files.extend(kept.certificate.clone().map(|certificate| (RunFile::Certificate, certificate)));
            let results = Results { lists: Vec::new(), files };
            let row = store.run(&tenant, &id).unwrap().unwrap();
            store.update_run(&row, RunState::Succeeded, &body, Some(&results)).unwrap().unwrap()
        });
        let rows = rows.collect();
        (store, rows)
    }

    #[test]
    fn as_many_runs_stay_open_as_the_setting_says_the_latest_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let (store, rows) = stored(dir.path(), 3);
        let open = OpenedRuns::new(2);
        let get = |at: usize| open.get(&store, &rows[at]).unwrap();
        let (first, second) = (get(0), get(1));
        assert!(Arc::ptr_eq(&first, &get(0)) && Arc::ptr_eq(&second, &get(1)));
        get(0);
        get(2);
        assert!(Arc::ptr_eq(&first, &get(0)), "asked for later than the second");
        assert!(open.known("run_1").is_none() && open.list.lock().unwrap().len() == 2);
        open.forget("run_0");
        assert!(open.known("run_0").is_none() && open.known("run_2").is_some());
        let none = OpenedRuns::new(0);
        none.get(&store, &rows[0]).unwrap();
        assert_eq!(none.list.lock().unwrap().len(), 1, "the one that is asked about stays");
    }
}
