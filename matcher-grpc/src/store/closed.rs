//! The store of a service whose file does not open: it answers every question with that.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

use super::{
    DatasetRow, Datasets, DecisionRow, Decisions, Deletion, NewDataset, NewDecision, NewRun, Once, Page, Request, Results, RunFile, RunRow,
    RunState, Runs, Section, Store, Tenant, TokenRow, Tokens, Written,
};

/// A store that did not open.
#[derive(Debug)]
pub struct Closed {
    why: String,
}

impl Closed {
    /// For this reason.
    pub fn new(why: &Error) -> Self {
        Self { why: why.to_string() }
    }
}

/// What every question is answered. The cause stays with whoever runs the service: it names files.
fn no<T>() -> Result<T> {
    Err(Error::StoreClosed)
}

impl Tokens for Closed {
    fn add_token(&self, _: &TokenRow) -> Result<()> {
        no()
    }

    fn token(&self, _: &[u8]) -> Result<Option<TokenRow>> {
        no()
    }

    fn tokens(&self) -> Result<Vec<TokenRow>> {
        no()
    }

    fn revoke_token(&self, _: &str, _: i64) -> Result<bool> {
        no()
    }
}

impl Datasets for Closed {
    fn add_dataset(&self, _: &NewDataset<'_>, _: Option<&Request>) -> Result<Once> {
        no()
    }

    fn dataset(&self, _: &Tenant, _: &str) -> Result<Option<DatasetRow>> {
        no()
    }

    fn datasets(&self, _: &Tenant, _: Page) -> Result<Vec<DatasetRow>> {
        no()
    }

    fn dataset_files(&self, _: &Tenant, _: &str) -> Result<Option<BTreeMap<String, Vec<u8>>>> {
        no()
    }

    fn delete_dataset(&self, _: &Tenant, _: &str) -> Result<Deletion> {
        no()
    }
}

impl Runs for Closed {
    fn add_run(&self, _: &NewRun<'_>, _: Option<&Request>) -> Result<Option<Once>> {
        no()
    }

    fn run(&self, _: &Tenant, _: &str) -> Result<Option<RunRow>> {
        no()
    }

    fn runs(&self, _: &Tenant, _: Option<&str>, _: Page) -> Result<Vec<RunRow>> {
        no()
    }

    fn unfinished_runs(&self) -> Result<Vec<RunRow>> {
        no()
    }

    fn update_run(&self, _: &RunRow, _: RunState, _: &[u8], _: Option<&Results>) -> Result<Option<RunRow>> {
        no()
    }

    fn delete_run(&self, _: &Tenant, _: &str) -> Result<Deletion> {
        no()
    }

    fn results(&self, _: &Tenant, _: &str, _: Section, _: u32, _: u32) -> Result<Vec<Vec<u8>>> {
        no()
    }

    fn result(&self, _: &Tenant, _: &str, _: Section, _: &str) -> Result<Option<Vec<u8>>> {
        no()
    }

    fn result_count(&self, _: &Tenant, _: &str, _: Section) -> Result<u32> {
        no()
    }

    fn run_file(&self, _: &Tenant, _: &str, _: RunFile) -> Result<Option<Vec<u8>>> {
        no()
    }
}

impl Decisions for Closed {
    fn add_decision(&self, _: &NewDecision<'_>, _: Option<&Request>) -> Result<Written> {
        no()
    }

    fn decision(&self, _: &Tenant, _: &str) -> Result<Option<DecisionRow>> {
        no()
    }

    fn decisions(&self, _: &Tenant, _: Option<&str>, _: Page) -> Result<Vec<DecisionRow>> {
        no()
    }
}

impl Store for Closed {
    fn answered(&self, _: &Tenant, _: &Request) -> Result<Option<Once>> {
        no()
    }

    fn secret(&self) -> &[u8; 32] {
        // Seals nothing: no list is read.
        &[0; 32]
    }

    fn closed(&self) -> Option<&str> {
        Some(&self.why)
    }
}
