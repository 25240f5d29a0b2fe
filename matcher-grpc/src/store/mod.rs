//! What the service keeps: tokens, datasets, runs, decisions, and which requests it has answered.
//!
//! Everything belongs to a tenant, and every question names one: what is another tenant's is not there. A write is acknowledged only
//! once it is durable. Rows are ordered by the sequence in which they were written, never by the clock.

mod closed;
mod rows;
mod sqlite;

pub use closed::Closed;
pub use rows::{
    DatasetRow, DecisionRow, Deletion, Entries, NewDataset, NewDecision, NewRun, Once, Page, Request, Results, RunFile, RunRow, RunState,
    Section, Tenant, TokenRow, Written,
};
pub use sqlite::{Sqlite, Verdict, verify};

use std::collections::BTreeMap;

use crate::error::Result;

/// Credentials; the token itself is never kept, only its hash.
pub trait Tokens {
    /// Keeps a token.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_token(&self, token: &TokenRow) -> Result<()>;
    /// The token with this hash, also where it has expired or was revoked.
    ///
    /// # Errors
    /// Where the store fails.
    fn token(&self, sha256: &[u8]) -> Result<Option<TokenRow>>;
    /// Every token, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn tokens(&self) -> Result<Vec<TokenRow>>;
    /// Revokes a token from `now_ms` on; false where there is no such token, or it was revoked before.
    ///
    /// # Errors
    /// Where the store fails.
    fn revoke_token(&self, id: &str, now_ms: i64) -> Result<bool>;
}

/// Datasets and their files.
pub trait Datasets {
    /// Keeps a dataset with its files.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_dataset(&self, new: &NewDataset<'_>, request: Option<&Request>) -> Result<Once>;
    /// One dataset.
    ///
    /// # Errors
    /// Where the store fails.
    fn dataset(&self, tenant: &Tenant, id: &str) -> Result<Option<DatasetRow>>;
    /// Datasets, newest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn datasets(&self, tenant: &Tenant, page: Page) -> Result<Vec<DatasetRow>>;
    /// The files of a dataset by name.
    ///
    /// # Errors
    /// Where the store fails.
    fn dataset_files(&self, tenant: &Tenant, id: &str) -> Result<Option<BTreeMap<String, Vec<u8>>>>;
    /// Deletes a dataset on which no run rests.
    ///
    /// # Errors
    /// Where the store fails.
    fn delete_dataset(&self, tenant: &Tenant, id: &str) -> Result<Deletion>;
}

/// Runs and what came out of them.
pub trait Runs {
    /// Keeps a new run of a dataset; `None` where the dataset is not there.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_run(&self, new: &NewRun<'_>, request: Option<&Request>) -> Result<Option<Once>>;
    /// One run.
    ///
    /// # Errors
    /// Where the store fails.
    fn run(&self, tenant: &Tenant, id: &str) -> Result<Option<RunRow>>;
    /// Runs, newest first; of one dataset where one is named.
    ///
    /// # Errors
    /// Where the store fails.
    fn runs(&self, tenant: &Tenant, dataset: Option<&str>, page: Page) -> Result<Vec<RunRow>>;
    /// Runs of all tenants that have not ended, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn unfinished_runs(&self) -> Result<Vec<RunRow>>;
    /// Replaces state and body of a run where its version is still that of `run`, and gives the row as it is then; `None` where it has
    /// changed meanwhile. `results` are kept with it.
    ///
    /// # Errors
    /// Where the store fails.
    fn update_run(&self, run: &RunRow, state: RunState, body: &[u8], results: Option<&Results>) -> Result<Option<RunRow>>;
    /// Deletes a run that has ended and on which no decision rests.
    ///
    /// # Errors
    /// Where the store fails.
    fn delete_run(&self, tenant: &Tenant, id: &str) -> Result<Deletion>;
    /// Results of a run in their order, from position `from` on, each an encoded message.
    ///
    /// # Errors
    /// Where the store fails.
    fn results(&self, tenant: &Tenant, run: &str, section: Section, from: u32, limit: u32) -> Result<Vec<Vec<u8>>>;
    /// The result about one dwelling or household.
    ///
    /// # Errors
    /// Where the store fails.
    fn result(&self, tenant: &Tenant, run: &str, section: Section, key: &str) -> Result<Option<Vec<u8>>>;
    /// How many results a section has.
    ///
    /// # Errors
    /// Where the store fails.
    fn result_count(&self, tenant: &Tenant, run: &str, section: Section) -> Result<u32>;
    /// A file that the run left.
    ///
    /// # Errors
    /// Where the store fails.
    fn run_file(&self, tenant: &Tenant, run: &str, file: RunFile) -> Result<Option<Vec<u8>>>;
}

/// Decisions of people.
pub trait Decisions {
    /// Keeps a decision and takes the one before it about the same dwelling out of force.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_decision(&self, new: &NewDecision<'_>, request: Option<&Request>) -> Result<Written>;
    /// One decision.
    ///
    /// # Errors
    /// Where the store fails.
    fn decision(&self, tenant: &Tenant, id: &str) -> Result<Option<DecisionRow>>;
    /// Decisions, newest first; about one dataset where one is named.
    ///
    /// # Errors
    /// Where the store fails.
    fn decisions(&self, tenant: &Tenant, dataset: Option<&str>, page: Page) -> Result<Vec<DecisionRow>>;
}

/// A store of the service.
pub trait Store: Tokens + Datasets + Runs + Decisions + Send + Sync + std::fmt::Debug {
    /// What was answered to a request with this id before, if anything was.
    ///
    /// # Errors
    /// Where the store fails.
    fn answered(&self, tenant: &Tenant, request: &Request) -> Result<Option<Once>>;
    /// A secret of this store, the same at every start: page tokens are sealed with it.
    fn secret(&self) -> &[u8; 32];
    /// Why the store did not open, for whoever runs the service; `None` where it is open.
    fn closed(&self) -> Option<&str> {
        None
    }
}
