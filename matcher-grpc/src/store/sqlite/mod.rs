//! The store in one SQLite file: write-ahead log, every commit synced to the disk before it is acknowledged.
//!
//! One connection writes, others read beside it. A file beside the store is locked for as long as a server has it open. The first
//! start writes the file under another name and renames it, so that a start that is cut off leaves nothing half made.

mod datasets;
mod decisions;
mod digest;
mod migrations;
mod runs;
mod tokens;
mod upkeep;

pub use upkeep::{Verdict, verify};

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::error::{Error, Result};

use super::{Once, Request, Store, Tenant};

use migrations::SCHEMA;

/// Marks a file of SQLite as a store of matcher ("mtch").
const APPLICATION: i64 = 0x6d74_6368;
/// Connections kept open for reading.
const READERS: usize = 8;
/// How long one process waits for another's write, such as `matcher token create` for the server's.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store in a SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    secret: [u8; 32],
    /// A write failed on the disk: what a later sync says is not to be trusted (FAULTS 101).
    broken: AtomicBool,
    /// Held while a server has the store open.
    _lock: Option<File>,
}

impl Sqlite {
    /// Opens the store at `path` for a server, and makes it where there is none. No other server can open it meanwhile.
    ///
    /// # Errors
    /// [`Error::StoreLocked`], [`Error::StoreNewer`], [`Error::StoreForeign`], [`Error::Io`], or what SQLite says.
    pub fn serve(path: &Path) -> Result<Self> {
        let lock_path = beside(path, ".lock");
        let io = |source| Error::Io { path: lock_path.clone(), source };
        let lock = private(OpenOptions::new().write(true).create(true).truncate(false)).open(&lock_path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::StoreLocked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        Self::with(path, Some(lock))
    }

    /// Opens the store at `path` beside a server that may be running, and makes it where there is none.
    ///
    /// # Errors
    /// As [`Sqlite::serve`], but for the lock.
    pub fn open(path: &Path) -> Result<Self> {
        Self::with(path, None)
    }

    fn with(path: &Path, lock: Option<File>) -> Result<Self> {
        match std::fs::symlink_metadata(path) {
            Ok(metadata) if !metadata.is_file() => return Err(foreign(path, "not an ordinary file")),
            Ok(metadata) if metadata.len() == 0 => return Err(foreign(path, "the file is empty")),
            Ok(_) => {}
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => make(path)?,
            Err(source) => return Err(Error::Io { path: path.to_owned(), source }),
        }
        let mut writer = connect(path)?;
        let found = migrations::schema(&writer)?;
        if found < SCHEMA {
            if lock.is_none() {
                return Err(Error::StoreOlder { path: path.to_owned(), found, known: SCHEMA });
            }
            migrations::bring_up(path, &mut writer)?;
        }
        let secret: Vec<u8> = writer.query_row("SELECT value FROM meta WHERE key = 'secret'", [], |row| row.get(0))?;
        let secret = secret.try_into().map_err(|_| Error::StoreDamaged { what: "a secret" })?;
        let (readers, broken) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), readers, secret, broken, _lock: lock })
    }

    /// Reads beside whoever writes, from one moment's state.
    fn read<T>(&self, question: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = idle.map_or_else(|| connect(&self.path), Ok)?;
        let transaction = connection.transaction()?;
        let answer = question(&transaction);
        transaction.finish()?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        answer
    }

    /// Writes all of it or nothing; comes back once it is on the disk.
    fn write<T>(&self, change: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if self.broken.load(Ordering::Relaxed) {
            return Err(Error::StoreReadOnly);
        }
        let done = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Dropped where the change fails: rolled back.
            let answer = change(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        })();
        if let Err(Error::Store(fault)) = &done
            && fault.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
        {
            self.broken.store(true, Ordering::Relaxed);
        }
        done
    }
}

impl Store for Sqlite {
    fn answered(&self, tenant: &Tenant, request: &Request) -> Result<Option<Once>> {
        self.read(|connection| before(connection, tenant, request))
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

fn foreign(path: &Path, cause: &'static str) -> Error {
    Error::StoreForeign { path: path.to_owned(), cause }
}

/// The path with something after its name.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Only the owner may read what is made: it holds personal data.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes a new store under another name and puts it in its place.
fn make(path: &Path) -> Result<()> {
    let draft = beside(path, ".new");
    let io = |source| Error::Io { path: draft.clone(), source };
    // Two that make it at a time take turns; the second finds it made.
    let file = private(OpenOptions::new().write(true).create(true).truncate(false)).open(&draft).map_err(io)?;
    file.lock().map_err(io)?;
    if path.exists() {
        return Ok(());
    }
    file.set_len(0).map_err(io)?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    {
        let mut connection = Connection::open(&draft)?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        migrations::make(&mut connection)?;
        connection.execute("INSERT INTO meta (key, value) VALUES ('secret', ?1)", [secret])?;
    }
    file.sync_all().map_err(io)?;
    std::fs::rename(&draft, path).map_err(io)?;
    sync_folder(path)
}

/// Syncs the folder of a file that was made or renamed.
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| Error::Io { path: folder.to_owned(), source })
}

/// A connection to a store that is there.
fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = match number("application_id") {
        Err(fault) if fault.sqlite_error_code() == Some(ErrorCode::NotADatabase) => return Err(foreign(path, "another format")),
        other => other?,
    };
    if application != APPLICATION {
        return Err(foreign(path, "another program's database"));
    }
    let found = migrations::schema(&connection)?;
    if found > SCHEMA {
        return Err(Error::StoreNewer { path: path.to_owned(), found, known: SCHEMA });
    }
    settings(&connection)?;
    Ok(connection)
}

/// How every connection works.
fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Every commit is synced before it is acknowledged.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is overwritten: personal data do not stay in free pages.
    connection.pragma_update(None, "secure_delete", true)
}

/// What was answered to the request before.
fn before(connection: &Connection, tenant: &Tenant, request: &Request) -> Result<Option<Once>> {
    let mut known = connection.prepare_cached("SELECT method, digest, answer FROM requests WHERE tenant = ?1 AND id = ?2")?;
    let row = known.query_row(params![tenant.0, request.id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, String>(2)?))
    });
    Ok(row.optional()?.map(
        |(method, digest, answer)| {
            if method == request.method && digest == request.digest { Once::Before(answer) } else { Once::Differs }
        },
    ))
}

/// Asks again inside the transaction that does it, and notes the answer where it is new.
fn once(transaction: &Transaction<'_>, tenant: &Tenant, request: Option<&Request>, answer: &str) -> Result<Once> {
    let Some(request) = request else { return Ok(Once::Done) };
    if let Some(known) = before(transaction, tenant, request)? {
        return Ok(known);
    }
    transaction.execute(
        "INSERT INTO requests (tenant, id, method, digest, answer, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![tenant.0, request.id, request.method, request.digest, answer, request.now_ms],
    )?;
    Ok(Once::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_syncs_each_commit_and_overwrites_what_is_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let store = Sqlite::serve(&dir.path().join("matcher.db")).unwrap();
        let number = |connection: &Connection, name: &str| -> i64 { connection.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
        let looked = |connection: &Connection| {
            let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
            // 2 is FULL: the log is synced at each commit.
            assert_eq!((mode.as_str(), number(connection, "synchronous")), ("wal", 2));
            assert_eq!((number(connection, "foreign_keys"), number(connection, "secure_delete")), (1, 1));
            Ok(())
        };
        looked(&store.writer.lock().unwrap()).unwrap();
        store.read(looked).unwrap();
        store.write(|transaction| looked(transaction)).unwrap();
    }
}
