//! What keeps a store for years: backup while it is used, verification, compaction.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::Path;

use prost::Message as _;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::hex::hex;
use crate::wire::v1;

use super::digest::results_digest;
use super::migrations::{SCHEMA, schema};
use super::{APPLICATION, PATIENCE, Sqlite, beside, foreign, private, sync_folder};

/// What a verification has looked at and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Datasets.
    pub datasets: u64,
    /// Their files, each with its SHA-256 as it was at the upload.
    pub files: u64,
    /// Runs.
    pub runs: u64,
    /// Those with results, each with their SHA-256 as it was when they were written.
    pub results: u64,
    /// Decisions.
    pub decisions: u64,
    /// What is not as it was written, in words; ids of the service, no value of anybody.
    pub faults: Vec<String>,
}

/// Faults that are told; more help nobody.
const MOST_FAULTS: usize = 100;

impl Sqlite {
    /// Copies the store into the file `to`, while it is used: the state of one moment, verified and on the disk before it has its name.
    ///
    /// # Errors
    /// [`Error::BackupExists`] where there is a file already, [`Error::StoreFaults`] where the copy is not as it was written.
    pub fn backup(&self, to: &Path) -> Result<Verdict> {
        if to.exists() {
            return Err(Error::BackupExists { path: to.to_owned() });
        }
        let draft = beside(to, ".part");
        std::fs::remove_file(&draft).unwrap_or(());
        let done = self.read(|connection| copy(connection, &draft)).and_then(|()| {
            let verdict = verify(&draft)?;
            if let Some(first) = verdict.faults.first() {
                return Err(Error::StoreFaults { first: first.clone() });
            }
            std::fs::rename(&draft, to).map_err(|source| Error::Io { path: to.to_owned(), source })?;
            sync_folder(to)?;
            Ok(verdict)
        });
        if done.is_err() {
            std::fs::remove_file(&draft).unwrap_or(());
        }
        done
    }

    /// Gives the room of what was deleted back to the disk. Writes wait meanwhile.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn compact(&self) -> Result<()> {
        let connection = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        connection.execute_batch("VACUUM")?;
        // What the log still holds goes into the file, as far as no reader is on it.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Copies a store into a new file that stands alone (no log beside it), synced.
pub(super) fn copy(from: &Connection, to: &Path) -> Result<()> {
    let io = |source| Error::Io { path: to.to_owned(), source };
    drop(private(OpenOptions::new().write(true).create_new(true)).open(to).map_err(io)?);
    {
        let mut target = Connection::open(to)?;
        {
            let backup = Backup::new(from, &mut target)?;
            // All pages in one step are those of one moment; writers go on beside it.
            while backup.step(-1)? != StepResult::Done {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
        target.pragma_update(None, "journal_mode", "DELETE")?;
    }
    File::open(to).and_then(|file| file.sync_all()).map_err(io)?;
    sync_folder(to)
}

/// Looks whether a store or a backup is as it was written: SQLite's own check, then every dataset and result against its hash.
/// Nothing is changed; a server may use the store meanwhile.
///
/// # Errors
/// [`Error::StoreForeign`], [`Error::StoreNewer`], [`Error::StoreOlder`], or where SQLite cannot read the file at all.
pub fn verify(path: &Path) -> Result<Verdict> {
    if std::fs::metadata(path).map_err(|source| Error::Io { path: path.to_owned(), source })?.len() == 0 {
        return Err(foreign(path, "the file is empty"));
    }
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    // One moment's state, whoever writes beside.
    let transaction = connection.transaction()?;
    let application: i64 =
        transaction.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(|fault| match fault.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => foreign(path, "another format"),
            _ => fault.into(),
        })?;
    if application != APPLICATION {
        return Err(foreign(path, "another program's database"));
    }
    match schema(&transaction)? {
        found if found > SCHEMA => return Err(Error::StoreNewer { path: path.to_owned(), found, known: SCHEMA }),
        found if found < SCHEMA => return Err(Error::StoreOlder { path: path.to_owned(), found, known: SCHEMA }),
        _ => {}
    }
    let mut verdict = Verdict::default();
    let checks = [integrity, datasets, runs, decisions];
    for check in checks {
        match check(&transaction, &mut verdict) {
            Ok(()) => {}
            // A page that cannot be read ends one check, not the others.
            Err(Error::Store(fault)) => verdict.faults.push(format!("SQLite: {fault}")),
            Err(other) => return Err(other),
        }
    }
    verdict.faults.truncate(MOST_FAULTS);
    Ok(verdict)
}

/// What SQLite says of its pages, indexes and references.
fn integrity(connection: &Connection, verdict: &mut Verdict) -> Result<()> {
    let mut check = connection.prepare("PRAGMA integrity_check")?;
    for line in check.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            verdict.faults.push(format!("SQLite: {line}"));
        }
    }
    let mut check = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        verdict.faults.push(format!("a row of {} rests on nothing", row.get::<_, String>(0)?));
    }
    Ok(())
}

/// Every file of every dataset against the hash in its dataset.
fn datasets(connection: &Connection, verdict: &mut Verdict) -> Result<()> {
    let mut all = connection.prepare("SELECT id, body FROM datasets ORDER BY seq")?;
    let mut parts = connection.prepare("SELECT name, bytes FROM dataset_files WHERE dataset = ?1 ORDER BY name, part")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (id, body): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
        verdict.datasets += 1;
        let Ok(dataset) = v1::Dataset::decode(body.as_slice()) else {
            verdict.faults.push(format!("dataset {id} cannot be read"));
            continue;
        };
        let mut found: BTreeMap<String, Sha256> = BTreeMap::new();
        let mut rows = parts.query([&id])?;
        while let Some(row) = rows.next()? {
            found.entry(row.get(0)?).or_default().update(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
        }
        for file in &dataset.files {
            verdict.files += 1;
            match found.remove(&file.name) {
                Some(hash) => {
                    if hex(&hash.finalize()) != file.sha256 {
                        verdict.faults.push(format!("dataset {id}: {} is not as it was uploaded", file.name));
                    }
                }
                None => verdict.faults.push(format!("dataset {id}: {} is missing", file.name)),
            }
        }
        verdict.faults.extend(found.keys().map(|name| format!("dataset {id}: {name} does not belong to it")));
    }
    Ok(())
}

/// Every run can be read, and its results are those that were written.
fn runs(connection: &Connection, verdict: &mut Verdict) -> Result<()> {
    let mut all = connection.prepare("SELECT id, state, body, results_sha256 FROM runs ORDER BY seq")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (id, state): (String, String) = (row.get(0)?, row.get(1)?);
        let (body, digest): (Vec<u8>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
        verdict.runs += 1;
        if v1::Run::decode(body.as_slice()).is_err() {
            verdict.faults.push(format!("run {id} cannot be read"));
        }
        match (state == "succeeded", digest) {
            (true, Some(digest)) => {
                verdict.results += 1;
                if results_digest(connection, &id)? != digest {
                    verdict.faults.push(format!("the results of run {id} are not those that were written"));
                }
            }
            (true, None) => verdict.faults.push(format!("run {id} has results without a hash")),
            (false, Some(_)) => verdict.faults.push(format!("run {id} has a hash without results")),
            (false, None) => {}
        }
    }
    Ok(())
}

fn decisions(connection: &Connection, verdict: &mut Verdict) -> Result<()> {
    let mut all = connection.prepare("SELECT id, body FROM decisions ORDER BY seq")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        verdict.decisions += 1;
        if v1::Decision::decode(row.get::<_, Vec<u8>>(1)?.as_slice()).is_err() {
            verdict.faults.push(format!("decision {} cannot be read", row.get::<_, String>(0)?));
        }
    }
    Ok(())
}
