//! One CSV file: header checked by name, rows handed out in order, every fault found with its place.

use csv::{ReaderBuilder, StringRecord};

use crate::error::{Place, Report};

/// How a file is written. RFC 4180 in UTF-8 unless declared otherwise; never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Between fields: `,` unless declared (`;` or tab).
    pub delimiter: u8,
    /// `12,5` instead of `12.5`.
    pub decimal_comma: bool,
    /// Windows-1252 instead of UTF-8.
    pub windows_1252: bool,
}

impl Default for Format {
    fn default() -> Self {
        Self { delimiter: b',', decimal_comma: false, windows_1252: false }
    }
}

/// A column that a file has or may have.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the header, unit included.
    pub name: &'static str,
    /// A file without it is refused.
    pub required: bool,
}

impl Column {
    /// A column the file must have.
    pub const fn required(name: &'static str) -> Self {
        Self { name, required: true }
    }

    /// A column the file may have.
    pub const fn optional(name: &'static str) -> Self {
        Self { name, required: false }
    }
}

/// One row while it is read.
#[derive(Debug)]
pub struct Row<'a> {
    file: &'a str,
    columns: &'a [Column],
    positions: &'a [Option<usize>],
    record: &'a StringRecord,
    line: u64,
}

impl<'a> Row<'a> {
    /// Text of the `column`-th declared column, trimmed; empty where the file lacks an optional column.
    pub fn text(&self, column: usize) -> &'a str {
        self.positions.get(column).copied().flatten().and_then(|at| self.record.get(at)).map_or("", str::trim)
    }

    /// Line of the file where the row starts, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The place of the `column`-th declared column in this row.
    pub fn place(&self, column: usize) -> Place<'a> {
        let place = Place::file(self.file).row(self.line);
        self.columns.get(column).map_or(place, |c| place.column(c.name))
    }

    /// An integer; empty is `None`. Text that is no 64-bit integer is reported and gives `None`.
    pub fn integer(&self, column: usize, report: &mut Report) -> Option<i64> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let value = text.parse().ok();
        if value.is_none() {
            report.error("E1040", self.place(column), "not a whole number of 64 bits", "write digits only, for example 12 or -3");
        }
        value
    }
}

/// Reads `bytes` as a table with the declared `columns` and hands every row to `each`.
///
/// # Complexity
/// O(bytes), one pass; memory of one row.
pub fn read(
    file: &str,
    bytes: &[u8],
    format: Format,
    columns: &[Column],
    report: &mut Report,
    mut each: impl FnMut(&Row<'_>, &mut Report),
) {
    let mut reader = ReaderBuilder::new().delimiter(format.delimiter).flexible(false).from_reader(bytes);
    let header = match reader.headers() {
        Ok(header) if !header.is_empty() => header.clone(),
        _ => {
            report.error("E1001", Place::file(file), "the file has no header", "write the column names in the first line");
            return;
        }
    };
    let positions: Vec<Option<usize>> = columns.iter().map(|c| header.iter().position(|name| name.trim() == c.name)).collect();
    for (column, position) in columns.iter().zip(&positions) {
        if column.required && position.is_none() {
            report.error("E1002", Place::file(file).column(column.name), "the column is missing", "add it to the header");
        }
    }
    for name in header.iter().filter(|name| columns.iter().all(|c| c.name != name.trim())) {
        report.error(
            "E1003",
            Place::file(file).column(name),
            "the column is not known",
            "remove it: data that is not asked for must not be given",
        );
    }
    if !report.is_clean() {
        return;
    }
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                each(&Row { file, columns, positions: &positions, record: &record, line }, report);
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                report.error(
                    "E1004",
                    Place::file(file).row(line),
                    "the row cannot be read",
                    "check its number of fields, quotes and encoding",
                );
                if reader.is_done() {
                    return;
                }
            }
        }
    }
}
