//! Writes tables as CSV: what is written reads back equal.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Error;

use super::rows::{HelpRow, HouseholdRow, PersonRow, PlaceRow, Tables};
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
    let mut sheet = Sheet::create::<R>(dir)?;
    rows.iter().try_for_each(|row| sheet.row(row))?;
    sheet.finish()
}

/// A file of a table, written row by row.
struct Sheet {
    path: PathBuf,
    file: BufWriter<File>,
    line: String,
}

impl Sheet {
    fn create<R: Record>(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(R::TABLE.file);
        let file = File::create(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        let mut sheet = Self { path, file: BufWriter::with_capacity(1 << 16, file), line: String::new() };
        sheet.cells(R::COLUMNS.iter().map(|column| column.name))?;
        Ok(sheet)
    }

    fn row<R: Record>(&mut self, row: &R) -> Result<(), Error> {
        self.cells(row.cells())
    }

    fn cells<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) -> Result<(), Error> {
        self.line.clear();
        sheet::line(cells, &mut self.line);
        self.file.write_all(self.line.as_bytes()).map_err(|source| Error::Io { path: self.path.clone(), source })
    }

    fn finish(mut self) -> Result<(), Error> {
        self.file.flush().map_err(|source| Error::Io { path: self.path, source })
    }
}

/// The four tables about households, written while they are made: a nation's need not be held in memory.
///
/// ```
/// use matcher_core::tables::{HouseholdSheets, rows::PlaceRow};
/// use matcher_core::units::MicroDegrees;
/// let dir = tempfile::tempdir()?;
/// let (lat, lon) = (MicroDegrees(45_760_000), MicroDegrees(4_840_000));
/// let place = PlaceRow { line: 2, household: "H1".into(), kind: "work".into(), lat, lon };
/// let mut sheets = HouseholdSheets::create(dir.path())?;
/// sheets.add(&[], &[], &[place], &[])?;
/// sheets.finish()?;
/// assert!(std::fs::read_to_string(dir.path().join("places.csv"))?.contains("H1"));
/// assert!(!dir.path().join("help.csv").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct HouseholdSheets {
    dir: PathBuf,
    sheets: [Sheet; 4],
    rows: [usize; 4],
}

impl std::fmt::Debug for HouseholdSheets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HouseholdSheets").field("dir", &self.dir).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl HouseholdSheets {
    /// Opens them in the folder `dir`, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(dir: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(|source| Error::Io { path: dir.into(), source })?;
        let sheets = [
            Sheet::create::<HouseholdRow>(dir)?,
            Sheet::create::<PersonRow>(dir)?,
            Sheet::create::<PlaceRow>(dir)?,
            Sheet::create::<HelpRow>(dir)?,
        ];
        Ok(Self { dir: dir.into(), sheets, rows: [0; 4] })
    }

    /// Appends rows.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn add(&mut self, households: &[HouseholdRow], persons: &[PersonRow], places: &[PlaceRow], help: &[HelpRow]) -> Result<(), Error> {
        let [a, b, c, d] = &mut self.sheets;
        households.iter().try_for_each(|row| a.row(row))?;
        persons.iter().try_for_each(|row| b.row(row))?;
        places.iter().try_for_each(|row| c.row(row))?;
        help.iter().try_for_each(|row| d.row(row))?;
        for (rows, more) in self.rows.iter_mut().zip([households.len(), persons.len(), places.len(), help.len()]) {
            *rows += more;
        }
        Ok(())
    }

    /// Everything is on its way to the disk; an optional table without rows goes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<(), Error> {
        self.sheets.into_iter().try_for_each(Sheet::finish)?;
        let tables = [HouseholdRow::TABLE, PersonRow::TABLE, PlaceRow::TABLE, HelpRow::TABLE];
        let empty = tables.into_iter().zip(self.rows).filter(|(table, rows)| *rows == 0 && !table.required);
        empty.map(|(table, _)| table.file).try_for_each(|file| remove(&self.dir, file))
    }
}
