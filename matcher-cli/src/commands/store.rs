//! `matcher store`: backup, verification and compaction of the service's store.

use std::path::PathBuf;

use matcher_grpc::store::{Sqlite, Verdict, verify};

use crate::outcome::{Failure, Outcome, line};

/// Back the service's store up, verify it, or give room back; the service may run meanwhile
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher store backup --store matcher.db backups/2026-11-30.db
  matcher store verify backups/2026-11-30.db
  matcher store compact --store matcher.db

A backup is the state of one moment, verified before it has its name, and one file that stands alone: to restore it, stop the service,
move the store and what stands beside it (-wal, -shm) away, and copy the backup to its place. It holds personal data and tokens' hashes.
Exit status: 0 done, 1 something is not as it was written, 2 the file cannot be read or is no store.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Copy the store into a new file while it is used
    Backup {
        /// The file to make; never one that is there
        to: PathBuf,
        /// The store's file
        #[arg(long, value_name = "FILE", default_value = "matcher.db")]
        store: PathBuf,
    },
    /// Check pages, references, and every dataset and result against its hash; nothing is changed
    Verify {
        /// A store or a backup
        #[arg(default_value = "matcher.db")]
        file: PathBuf,
    },
    /// Give the room of what was deleted back to the disk; writes of the service wait meanwhile
    Compact {
        /// The store's file
        #[arg(long, value_name = "FILE", default_value = "matcher.db")]
        store: PathBuf,
    },
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    match &args.what {
        What::Backup { to, store } => {
            // Never a new store beside the backup of one that was meant.
            std::fs::metadata(store).map_err(|source| Failure::from(matcher_grpc::error::Error::Io { path: store.clone(), source }))?;
            let verdict = Sqlite::open(store)?.backup(to)?;
            line(&format!("{}: {}", to.display(), words(&verdict)));
        }
        What::Verify { file } => {
            let verdict = verify(file)?;
            for fault in &verdict.faults {
                line(fault);
            }
            if !verdict.faults.is_empty() {
                line("not all of it is as it was written; put a backup in its place");
                return Ok(Outcome::No);
            }
            line(&format!("{}: {}, all as written", file.display(), words(&verdict)));
        }
        What::Compact { store } => {
            std::fs::metadata(store).map_err(|source| Failure::from(matcher_grpc::error::Error::Io { path: store.clone(), source }))?;
            Sqlite::open(store)?.compact()?;
            line("compacted");
        }
    }
    Ok(Outcome::Yes)
}

fn words(verdict: &Verdict) -> String {
    let Verdict { datasets, files, runs, results, decisions, .. } = verdict;
    format!("datasets {datasets} (files {files}), runs {runs} (with results {results}), decisions {decisions}")
}
