//! Schemas: one file and one line in [`MIGRATIONS`] each.
//!
//! A new store is made by `schema.sql`, which is schema 1 and stays as it is, and every migration after it, so that old stores and new
//! ones have gone the same way. An old store is copied first and the copy kept; the migration is tried on a second copy, which is
//! then verified; only then is it done to the store itself, in one transaction.

mod result_digests;

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Error, Result};

use super::upkeep::{copy, verify};
use super::{beside, settings};

/// A step from one schema to the next.
type Migration = fn(&Transaction<'_>) -> Result<()>;

/// The step to schema 2, to schema 3, ...
const MIGRATIONS: &[Migration] = &[result_digests::up];

/// The schema of `schema.sql`.
const FIRST: i64 = 1;
/// The newest schema that this program knows.
pub(super) const SCHEMA: i64 = FIRST + MIGRATIONS.len() as i64;

/// The schema of a store.
pub(super) fn schema(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a store of schema `from` to the newest, in one transaction.
fn migrate(connection: &mut Connection, from: i64) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(from - FIRST).unwrap_or(0)) {
        migration(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    Ok(transaction.commit()?)
}

/// Makes the tables of a new store.
pub(super) fn make(connection: &mut Connection) -> Result<()> {
    connection.execute_batch(include_str!("../schema.sql"))?;
    migrate(connection, FIRST)
}

/// Brings the store at `path`, which this process has locked, to the newest schema; one that is there already is left alone.
///
/// # Errors
/// [`Error::StoreMigration`] where the copy of the store does not bear it; the store is then as it was.
pub(super) fn bring_up(path: &Path, connection: &mut Connection) -> Result<()> {
    let from = schema(connection)?;
    if from >= SCHEMA {
        return Ok(());
    }
    let kept = beside(path, &format!(".schema-{from}"));
    if !kept.exists() {
        copy(connection, &kept)?;
    }
    let trial = beside(path, ".trial");
    let tried = try_on(connection, &trial, from);
    // Whatever came of it: a copy holds personal data.
    std::fs::remove_file(&trial).unwrap_or(());
    tried.map_err(|fault| Error::StoreMigration { path: path.to_owned(), from, to: SCHEMA, cause: fault.to_string() })?;
    migrate(connection, from)
}

/// The whole migration on a copy, and whether all of it is there afterwards.
fn try_on(connection: &Connection, trial: &Path, from: i64) -> Result<()> {
    std::fs::remove_file(trial).unwrap_or(());
    copy(connection, trial)?;
    {
        let mut connection = Connection::open(trial)?;
        settings(&connection)?;
        migrate(&mut connection, from)?;
        connection.pragma_update(None, "journal_mode", "DELETE")?;
    }
    match verify(trial)?.faults.first() {
        None => Ok(()),
        Some(fault) => Err(Error::StoreFaults { first: fault.clone() }),
    }
}
