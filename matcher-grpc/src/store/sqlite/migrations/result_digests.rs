//! Schema 2: each run keeps the SHA-256 of its results, so that `matcher store verify` sees a result that has changed.

use rusqlite::{Transaction, params};

use crate::error::Result;

use super::super::digest::results_digest;

pub(super) fn up(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute_batch("ALTER TABLE runs ADD COLUMN results_sha256 BLOB")?;
    let ids: Vec<String> = transaction
        .prepare("SELECT id FROM runs WHERE state = 'succeeded'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut update = transaction.prepare("UPDATE runs SET results_sha256 = ?2 WHERE id = ?1")?;
    for id in ids {
        update.execute(params![id, results_digest(transaction, &id)?])?;
    }
    Ok(())
}
