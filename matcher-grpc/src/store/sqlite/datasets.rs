//! Datasets in SQLite; files in parts, since a value of SQLite holds less than a file may.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::error::Result;
use crate::store::{DatasetRow, Datasets, Deletion, NewDataset, Once, Page, Request, Tenant};

use super::{Sqlite, once};

/// Bytes of one part of a file.
const PART: usize = 8 << 20;

fn dataset(row: &Row<'_>) -> rusqlite::Result<DatasetRow> {
    Ok(DatasetRow { seq: row.get(0)?, body: row.get(1)? })
}

/// True where the tenant has this dataset.
pub(super) fn exists(connection: &Connection, tenant: &Tenant, id: &str) -> Result<bool> {
    let mut known = connection.prepare_cached("SELECT 1 FROM datasets WHERE tenant = ?1 AND id = ?2")?;
    Ok(known.exists(params![tenant.0, id])?)
}

/// Writes a dataset with its files.
pub(super) fn insert(transaction: &Transaction<'_>, new: &NewDataset<'_>) -> Result<()> {
    transaction.execute(
        "INSERT INTO datasets (tenant, id, created_ms, body) VALUES (?1, ?2, ?3, ?4)",
        params![new.tenant.0, new.id, new.now_ms, new.body],
    )?;
    let mut insert = transaction.prepare_cached("INSERT INTO dataset_files (dataset, name, part, bytes) VALUES (?1, ?2, ?3, ?4)")?;
    for (name, bytes) in new.files {
        // An empty file has one empty part.
        let parts = bytes.chunks(PART).chain(bytes.is_empty().then_some(&[][..]));
        for (number, part) in (0i64..).zip(parts) {
            insert.execute(params![new.id, name, number, part])?;
        }
    }
    Ok(())
}

impl Datasets for Sqlite {
    fn add_dataset(&self, new: &NewDataset<'_>, request: Option<&Request>) -> Result<Once> {
        self.write(|transaction| {
            let done = once(transaction, new.tenant, request, new.id)?;
            if done != Once::Done {
                return Ok(done);
            }
            insert(transaction, new)?;
            Ok(done)
        })
    }

    fn dataset(&self, tenant: &Tenant, id: &str) -> Result<Option<DatasetRow>> {
        self.read(|connection| {
            let mut known = connection.prepare_cached("SELECT seq, body FROM datasets WHERE tenant = ?1 AND id = ?2")?;
            Ok(known.query_row(params![tenant.0, id], dataset).optional()?)
        })
    }

    fn datasets(&self, tenant: &Tenant, page: Page) -> Result<Vec<DatasetRow>> {
        self.read(|connection| {
            let mut list =
                connection.prepare_cached("SELECT seq, body FROM datasets WHERE tenant = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3")?;
            let rows = list.query_map(params![tenant.0, page.before, page.limit], dataset)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn dataset_files(&self, tenant: &Tenant, id: &str) -> Result<Option<BTreeMap<String, Vec<u8>>>> {
        self.read(|connection| {
            if !exists(connection, tenant, id)? {
                return Ok(None);
            }
            let mut parts = connection.prepare_cached("SELECT name, bytes FROM dataset_files WHERE dataset = ?1 ORDER BY name, part")?;
            let mut rows = parts.query([id])?;
            let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                files.entry(row.get(0)?).or_default().extend_from_slice(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
            }
            Ok(Some(files))
        })
    }

    fn delete_dataset(&self, tenant: &Tenant, id: &str) -> Result<Deletion> {
        self.write(|transaction| {
            if !exists(transaction, tenant, id)? {
                return Ok(Deletion::NotFound);
            }
            if transaction.prepare_cached("SELECT 1 FROM runs WHERE dataset = ?1")?.exists([id])? {
                return Ok(Deletion::InUse);
            }
            transaction.execute("DELETE FROM datasets WHERE id = ?1", [id])?;
            Ok(Deletion::Done)
        })
    }
}
