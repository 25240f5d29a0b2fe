//! Tables: what people have, as CSV with a declared format.
//!
//! A folder of CSV files becomes [`rows::Tables`], or a report of everything that is wrong with it: import is all or nothing.
//! The columns are those of the registry in [`schema`]; the codes of findings are listed in [`codes`].

mod cell;
mod check;
pub mod codes;
pub mod format;
mod load;
pub(crate) mod lookup;
pub mod rows;
pub mod schema;
pub mod sheet;
mod template;
#[cfg(test)]
pub(crate) mod tests;
mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{Error, Place, Report};

use load::{Draft, Inputs};
use rows::Tables;
use schema::TABLES;
use sheet::{Input, Limits, Options};

pub(crate) use cell::{Value, value, wanted};
pub use cell::{dates, names, number};
pub(crate) use template::holds;
pub use template::{readme, template};
pub use write::{HouseholdSheets, write};

/// Reads the folder `dir`: the tables, and warnings that stop nothing.
///
/// Files other than the tables and `format.toml` are left alone, save that an unknown `.csv` is refused: it may be a table misspelt.
///
/// # Errors
/// [`Error::Io`] where the folder or a file cannot be read, [`Error::Input`] with every finding.
///
/// # Complexity
/// O(bytes) where ids are sound, and O(n log n) more where some repeat, n rows. The text is streamed; memory is that of the rows.
pub fn read(dir: &Path) -> Result<(Tables, Report), Error> {
    let mut open = Vec::new();
    for (name, path) in listed(dir)? {
        let file = File::open(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        open.push((name, path, file));
    }
    parse_inputs(&open.iter().map(|(name, path, file)| (name.clone(), (Input::File(file), path.clone()))).collect())
}

/// The contents of the tables in the folder `dir` and of its `format.toml`, by file name, as [`parse`] takes them.
///
/// # Errors
/// [`Error::Io`] where the folder or a file cannot be read, [`Error::Input`] where a file is too large.
pub fn files(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let content = |(name, path): (String, PathBuf)| {
        let read = is_known(&name).then(|| std::fs::read(&path)).transpose().map_err(|source| Error::Io { path, source })?;
        Ok((name, read.unwrap_or_default()))
    };
    listed(dir)?.into_iter().map(content).collect()
}

/// The CSV files of the folder and its `format.toml`, with their paths; none of them too large.
fn listed(dir: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let io = |path: &Path, source| Error::Io { path: path.into(), source };
    let mut files = Vec::new();
    let mut report = Report::default();
    for entry in std::fs::read_dir(dir).map_err(|source| io(dir, source))? {
        let path = entry.map_err(|source| io(dir, source))?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if !is_csv(&name) && name != format::FILE {
            continue;
        }
        let metadata = std::fs::metadata(&path).map_err(|source| io(&path, source))?;
        if !metadata.is_file() {
            // Reading a pipe would wait for ever.
            return Err(io(&path, std::io::Error::new(std::io::ErrorKind::InvalidInput, "not an ordinary file")));
        }
        let size = metadata.len();
        if size > Limits::TABLES.bytes {
            sheet::too_big(&name, size, Limits::TABLES, &mut report);
            continue;
        }
        files.push((name, path));
    }
    report.into_result(files)
}

/// The same from the contents of the files, by file name; nothing is read from a disk.
///
/// # Errors
/// [`Error::Input`] with every finding.
///
/// ```
/// use std::collections::BTreeMap;
/// use matcher_core::error::Error;
/// let Err(Error::Input { report }) = matcher_core::tables::parse(&BTreeMap::new()) else { panic!("nothing is no town") };
/// assert_eq!(report.errors.iter().map(|f| f.file.as_str()).collect::<Vec<_>>(), ["dwellings.csv", "households.csv", "persons.csv", "residences.csv"]);
/// ```
pub fn parse(files: &BTreeMap<String, Vec<u8>>) -> Result<(Tables, Report), Error> {
    parse_inputs(&files.iter().map(|(name, bytes)| (name.clone(), (Input::Bytes(bytes), PathBuf::from(name)))).collect())
}

fn parse_inputs(files: &Inputs<'_>) -> Result<(Tables, Report), Error> {
    let mut report = Report::default();
    for name in files.keys().filter(|name| is_csv(name) && TABLES.iter().all(|table| table.file != **name)) {
        let known = TABLES.iter().map(|table| table.file).collect::<Vec<_>>().join(", ");
        report.error(
            "E1006",
            Place::file(&sheet::one_line(name)),
            "the file is no table",
            format!("remove it or give it the name of one: {known}"),
        );
    }
    let mut format = sheet::Format::default();
    if let Some((input, path)) = files.get(format::FILE) {
        let bytes = input.bytes().map_err(|source| Error::Io { path: path.clone(), source })?;
        format = format::parse(&bytes, &mut report);
    }
    let draft = Draft::read(files, Options { format, limits: Limits::TABLES }, &mut report)?;
    check::all(&draft, &mut report);
    report.into_warnings().map(|warnings| (draft.into_tables(), warnings))
}

/// A table or `format.toml`.
fn is_known(name: &str) -> bool {
    TABLES.iter().any(|table| table.file == name) || name == format::FILE
}

fn is_csv(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}
