//! `matcher template`: empty tables with every column explained.

use std::path::PathBuf;

use matcher_core::policy::PRESETS;

use crate::outcome::{Failure, Outcome, line};

/// Write empty tables, a README that explains every column, and the policies to start from
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  matcher template my-town    then fill the tables and run: matcher check my-town")]
pub(crate) struct Args {
    /// Folder to write; it is made if it is not there, and no file in it is overwritten
    dir: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let fault = |source| Failure::Write { path: args.dir.display().to_string(), source };
    if args.dir.exists() && std::fs::read_dir(&args.dir).map_err(fault)?.next().is_some() {
        return Err(Failure::Usage {
            what: "DIR",
            cause: format!("{} is not empty", args.dir.display()),
            action: "name a new or empty folder, so that nothing is overwritten",
        });
    }
    matcher_core::tables::template(&args.dir)?;
    for (position, preset) in PRESETS.iter().enumerate() {
        let name = if position == 0 { "policy.toml".to_owned() } else { format!("policy-{}.toml", preset.name) };
        let path = args.dir.join(name);
        std::fs::write(&path, preset.text).map_err(|source| Failure::Write { path: path.display().to_string(), source })?;
    }
    line(&format!("wrote {}; README.md in it explains every column", args.dir.display()));
    Ok(Outcome::Yes)
}
