//! The files of a problem and of an answer, row by row.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use crate::error::{Error, InputError};
use crate::{Problem, Verdict, judge};

type Fields<'a> = [&'a str; 7];

pub(crate) fn id(text: &str) -> Result<&str, &'static str> {
    let clean = !text.is_empty() && !text.chars().any(char::is_control);
    clean.then_some(text).ok_or("an id is empty or has a control character")
}

pub(crate) fn number(text: &str) -> Result<Option<i64>, &'static str> {
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().ok().filter(|_| !text.starts_with('+')).map(Some).ok_or("not a whole number of 64 bits")
    }
}

pub(crate) fn open(dir: &Path, file: &str) -> Result<Option<File>, InputError> {
    let path = dir.join(file);
    match File::open(&path) {
        Ok(open) => Ok(Some(open)),
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InputError::Io { path, source }),
    }
}

/// Hands out the rows of a table; the last `optional` columns may be missing.
pub(crate) fn rows(
    file: &'static str,
    source: Option<impl Read>,
    columns: &[&str],
    optional: usize,
    each: &mut dyn FnMut(&Fields<'_>) -> Result<(), &'static str>,
) -> Result<(), InputError> {
    let Some(source) = source else { return Ok(()) };
    let mut reader = csv::Reader::from_reader(source);
    let unreadable = |line| InputError::Row { file, line, fault: "the row cannot be read" };
    let header = reader.headers().map_err(|_| unreadable(1))?.clone();
    let positions: Vec<_> = columns.iter().map(|column| header.iter().position(|name| name.trim() == *column)).collect();
    let surplus = header.iter().enumerate().find(|(at, _)| !positions.contains(&Some(*at))).map(|(_, name)| name);
    let absent = columns.iter().zip(&positions).take(columns.len() - optional).find(|(_, at)| at.is_none()).map(|(name, _)| *name);
    if let Some(column) = absent.or(surplus) {
        return Err(InputError::Column { file, column: column.into() });
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| unreadable(e.position().map_or(0, csv::Position::line)))? {
        let mut fields = [""; 7];
        for (field, at) in fields.iter_mut().zip(&positions) {
            *field = at.and_then(|at| record.get(at)).unwrap_or_default().trim();
        }
        let line = record.position().map_or(0, csv::Position::line);
        each(&fields).map_err(|fault| InputError::Row { file, line, fault })?;
    }
    Ok(())
}

/// Judges the files allocation.csv (none = nobody is offered anything) and certificate.json of `out_dir`.
///
/// # Errors
/// [`Error::Input`] where a file cannot be read, [`Error::Refused`] where the claim does not hold.
pub fn judge_dirs(problem_dir: &Path, out_dir: &Path) -> Result<Verdict, Error> {
    let problem = Problem::read(problem_dir)?;
    let certificate = open(out_dir, "certificate.json")?.ok_or(InputError::Missing { file: "certificate.json" })?;
    let certificate = serde_json::from_reader(BufReader::new(certificate)).map_err(InputError::from)?;
    let mut pairs = Vec::new();
    rows("allocation.csv", open(out_dir, "allocation.csv")?, &["household", "dwelling"], 0, &mut |f| {
        pairs.push((f[0].to_owned(), f[1].to_owned()));
        Ok(())
    })?;
    Ok(judge(&problem, pairs.iter().map(|(household, dwelling)| (household, dwelling)), &certificate)?)
}
