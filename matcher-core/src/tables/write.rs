//! Writes tables as CSV: what is written reads back equal.

use std::path::Path;

use crate::error::Error;

use super::rows::Tables;
use super::schema::Record;
use super::sheet;

/// Writes every table of `tables` into the folder `dir`, which is made if it is not there; an optional table without rows is left out,
/// and a file of it or a `format.toml` left over from an earlier writing is removed. Cells stay as they are (a spreadsheet may take a name
/// that begins with `=` for a formula; files for people are exported with [`sheet::export_cell`]).
///
/// # Errors
/// [`Error::Io`].
pub fn write(tables: &Tables, dir: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::Io { path: dir.into(), source })?;
    remove(dir, super::format::FILE)?;
    table(dir, &tables.residences)?;
    table(dir, &tables.dwellings)?;
    table(dir, &tables.authorisations)?;
    table(dir, &tables.households)?;
    table(dir, &tables.persons)?;
    table(dir, &tables.places)?;
    table(dir, &tables.tenancies)?;
    table(dir, &tables.affinities)?;
    table(dir, &tables.help)?;
    table(dir, &tables.quotas)?;
    table(dir, &tables.ledger)?;
    table(dir, &tables.ceilings)
}

fn remove(dir: &Path, name: &str) -> Result<(), Error> {
    let path = dir.join(name);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Io { path, source }),
        _ => Ok(()),
    }
}

fn table<R: Record>(dir: &Path, rows: &[R]) -> Result<(), Error> {
    if rows.is_empty() && !R::TABLE.required {
        return remove(dir, R::TABLE.file);
    }
    let path = dir.join(R::TABLE.file);
    std::fs::write(&path, text(rows)).map_err(|source| Error::Io { path, source })
}

/// The rows as CSV text with their header.
pub(super) fn text<R: Record>(rows: &[R]) -> String {
    let mut out = String::new();
    sheet::line(R::COLUMNS.iter().map(|column| column.name), &mut out);
    for row in rows {
        sheet::line(row.cells(), &mut out);
    }
    out
}
