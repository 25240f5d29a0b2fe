//! One hash over everything that came out of a run.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::error::Result;

/// SHA-256 over the lists and files of a run in their order, each part with its length before it.
pub(super) fn results_digest(connection: &Connection, run: &str) -> Result<Vec<u8>> {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    let text = |fault| rusqlite::Error::from(fault);
    let mut lists =
        connection.prepare_cached("SELECT section, place, key, body FROM run_results WHERE run = ?1 ORDER BY section, place")?;
    let mut rows = lists.query([run])?;
    while let Some(row) = rows.next()? {
        part(row.get_ref(0)?.as_bytes().map_err(text)?);
        part(&row.get::<_, i64>(1)?.to_be_bytes());
        part(row.get_ref(2)?.as_bytes().map_err(text)?);
        part(row.get_ref(3)?.as_bytes().map_err(text)?);
    }
    let mut files = connection.prepare_cached("SELECT name, bytes FROM run_files WHERE run = ?1 ORDER BY name")?;
    let mut rows = files.query([run])?;
    while let Some(row) = rows.next()? {
        part(row.get_ref(0)?.as_bytes().map_err(text)?);
        part(row.get_ref(1)?.as_bytes().map_err(text)?);
    }
    Ok(hash.finalize().to_vec())
}
