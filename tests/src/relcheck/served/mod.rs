//! A real `matcher serve` as a process of its own, judged from outside: killed, asked for what is another's, given marked values, stopped in
//! the middle of its work.

pub mod canary;
pub mod kill;
mod process;
pub mod requests;
pub mod stops;
pub mod tenants;
mod told;
mod wire;

pub use process::{Served, Town, renamed, tiny_town, token};

use std::path::PathBuf;

/// Which trials.
#[derive(Debug, Clone)]
pub struct Trials {
    /// The program `matcher`.
    pub program: PathBuf,
    /// How many.
    pub tries: u64,
    /// Seed of what is drawn.
    pub seed: u64,
}

/// What the trials found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Trials made.
    pub tries: u64,
    /// What was looked at besides: acknowledged writes, calls, or places searched.
    pub seen: u64,
    /// What is wrong, each with what plays it back.
    pub bad: Vec<String>,
}

/// Runs `work` on a runtime of its own.
fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|e| e.to_string())?;
    runtime.block_on(work)
}
