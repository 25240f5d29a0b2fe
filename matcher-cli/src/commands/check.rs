//! `matcher check`: everything that is wrong with a folder of tables, in one go.

use std::path::PathBuf;

use matcher_core::error::Error;
use matcher_core::pipeline::{self, Inputs};
use matcher_core::units::Date;
use serde_json::json;

use crate::outcome::{Failure, Outcome, line, print};

/// Check tables, policy and quotas; name every problem with file, row, column and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher check my-town
  matcher check my-town --policy other.toml --date 2025-10-01 --json

Exit status: 0 nothing is wrong, 2 something is.")]
pub(crate) struct Args {
    /// Folder of the tables
    dir: PathBuf,
    /// Policy file (default: policy.toml in the folder)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Reference date, YYYY-MM-DD (default: the policy's)
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let opened = Inputs::read(&args.dir, args.policy.as_deref())?.open(args.date)?;
    let mut warnings = opened.warnings.clone();
    match pipeline::check(&opened.model, &opened.policy, opened.book()) {
        Ok(more) => warnings.extend(more),
        Err(Error::Input { mut report }) => {
            report.warnings.append(&mut warnings);
            return Err(Error::Input { report }.into());
        }
        Err(other) => return Err(other.into()),
    }
    if args.json {
        print(&json!({ "status": "ok", "errors": [], "warnings": warnings }));
        return Ok(Outcome::Yes);
    }
    for warning in &warnings {
        line(&format!("warning {warning}"));
    }
    let tables = &opened.tables;
    line(&format!(
        "nothing is wrong: {} residences, {} dwellings ({} to allocate), {} households ({} apply), {} persons, {} tenancies, {} quotas; {} warnings",
        tables.residences.len(),
        tables.dwellings.len(),
        opened.model.dwellings.len(),
        tables.households.len(),
        opened.model.households.len(),
        tables.persons.len(),
        tables.tenancies.len(),
        tables.quotas.len() + opened.policy.quotas.len(),
        warnings.len()
    ));
    Ok(Outcome::Yes)
}
