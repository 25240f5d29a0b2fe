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
