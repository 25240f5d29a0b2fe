//! One CSV file: header checked by name, rows handed out in order, every fault found with its place.
//!
//! RFC 4180 in UTF-8 unless declared otherwise; nothing is guessed. Used by the tables of a landlord and by the raw problem
//! directory alike, so it holds for thousands and for tens of millions of rows.

mod export;
pub(in crate::tables) mod gather;
mod split;
mod text;

use crate::error::{Place, Report};

use super::names::trimmed;
use super::number;

pub use export::{export_cell, export_number, line, one_line};
pub(crate) use gather::{Input, gather};
use split::{QuoteFault, Span, Splitter};

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

/// How much a file may hold; more is refused before it is read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub bytes: u64,
    /// Rows of one file, without the header.
    pub rows: u64,
    /// Bytes of one cell.
    pub cell_bytes: usize,
}

impl Limits {
    /// Tables of people: five million rows, 2 GiB a file, 64 KiB a cell.
    pub const TABLES: Self = Self { bytes: 2 << 30, rows: 5_000_000, cell_bytes: 64 << 10 };
    /// Raw problems, written by programs: as many rows as an index can count, 64 GiB a file, 64 KiB a cell.
    pub const PROBLEM: Self = Self { bytes: 64 << 30, rows: u32::MAX as u64, cell_bytes: 64 << 10 };
}

/// How a file is written and how much it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How it is written.
    pub format: Format,
    /// How much it may hold.
    pub limits: Limits,
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
    buffer: &'a str,
    spans: &'a [Span<'a>],
    line: u64,
    decimal_comma: bool,
    bare: bool,
}

impl<'a> Row<'a> {
    /// Text of the `column`-th declared column as it stands; empty where the file lacks an optional column.
    #[inline]
    pub fn raw(&self, column: usize) -> &'a str {
        let span = self.positions.get(column).copied().flatten().and_then(|at| self.spans.get(at));
        span.map_or("", |span| span.of(self.buffer))
    }

    /// The same without blanks around it.
    #[inline]
    pub fn text(&self, column: usize) -> &'a str {
        trimmed(self.raw(column))
    }

    /// Line of the file where the row starts, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// True where numbers of the file have a decimal comma.
    pub fn decimal_comma(&self) -> bool {
        self.decimal_comma
    }

    /// True where no cell is known to hold a control character, a tab or a line end; false where that is not known.
    pub(crate) fn is_bare(&self) -> bool {
        self.bare
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
        let value = number::fixed(text, 0, self.decimal_comma).ok();
        if value.is_none() {
            report.error("E1040", self.place(column), "not a whole number of 64 bits", "write digits only, for example 12 or -3");
        }
        value
    }
}

/// Reads `bytes` as a table with the declared `columns` and hands every row to `each`.
///
/// A row at fault (quotes, number of cells, control characters, size) is reported and not handed out; reading goes on.
/// Returns true where every row of the file was handed out.
///
/// # Complexity
/// O(bytes), one pass over the text after one over the bytes; memory of one row.
pub fn read(
    file: &str,
    bytes: &[u8],
    options: Options,
    columns: &[Column],
    report: &mut Report,
    mut each: impl FnMut(&Row<'_>, &mut Report),
) -> bool {
    let Some(decoded) = text::decode(file, bytes, options, report) else { return false };
    let mut splitter = Splitter::new(&decoded.text, options.format.delimiter);
    let Some(head) = Head::read(Sheet { file, options, columns }, &mut splitter, report) else { return false };
    let (rows, whole) =
        head.rows(&mut splitter, Controls { some: decoded.has_control, bare: false }, options.limits.rows, report, &mut each);
    if rows > options.limits.rows {
        let cause = format!("the file has more than {} rows", options.limits.rows);
        report.error("E1027", Place::file(file), cause, "split the data or raise the limit");
        return false;
    }
    whole
}

/// A file and what it may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet<'a> {
    /// Its name.
    pub(crate) file: &'a str,
    /// How it is written.
    pub(crate) options: Options,
    /// Its columns.
    pub(crate) columns: &'a [Column],
}

/// What is known of control characters in a text.
#[derive(Debug, Clone, Copy)]
struct Controls {
    /// There may be some that no cell may hold.
    some: bool,
    /// There are none, and no tabs and line ends inside cells either.
    bare: bool,
}

/// A file whose header was read: where its columns stand.
struct Head<'a> {
    sheet: Sheet<'a>,
    positions: Vec<Option<usize>>,
    width: usize,
}

impl<'a> Head<'a> {
    /// Reads the header; `None` where it is refused.
    fn read(sheet: Sheet<'a>, splitter: &mut Splitter<'_>, report: &mut Report) -> Option<Self> {
        let (positions, width) = header(sheet.file, splitter, sheet.options, sheet.columns, report)?;
        Some(Self { sheet, positions, width })
    }

    /// Hands out the rows that follow, and one more than `most` at the most is looked at: the number of rows, and whether every one
    /// was handed out.
    fn rows(
        &self,
        splitter: &mut Splitter<'_>,
        controls: Controls,
        most: u64,
        report: &mut Report,
        mut each: impl FnMut(&Row<'_>, &mut Report),
    ) -> (u64, bool) {
        let Self { sheet: Sheet { file, options, columns }, ref positions, width } = *self;
        let (mut spans, mut buffer) = (Vec::new(), String::new());
        let (mut rows, mut whole) = (0, true);
        let mut from = splitter.here().0;
        while let Some(record) = splitter.next(&mut spans, &mut buffer) {
            rows += 1;
            let length = splitter.here().0 - std::mem::replace(&mut from, splitter.here().0);
            if rows > most {
                return (rows, false);
            }
            let line = match record {
                Ok(line) => line,
                Err(fault) => {
                    quote_fault(file, fault, report);
                    whole = false;
                    continue;
                }
            };
            let decimal_comma = options.format.decimal_comma;
            let row = Row { file, columns, positions, buffer: &buffer, spans: &spans, line, decimal_comma, bare: controls.bare };
            // Most rows have nothing to look for: cells enough, one that is not blank, none too long.
            let plain = row.spans.len() == width
                && !controls.some
                && length <= options.limits.cell_bytes
                && row.spans.first().is_some_and(|first| first.of(&buffer).as_bytes().first().is_some_and(u8::is_ascii_graphic));
            if plain || sound(&row, width, controls.some, options.limits, report) {
                each(&row, report);
            } else {
                whole = false;
            }
        }
        (rows, whole)
    }
}

/// Reports a file of `bytes` bytes as too big.
pub(super) fn too_big(file: &str, bytes: u64, limits: Limits, report: &mut Report) {
    let cause = format!("the file has {bytes} bytes, above the limit of {}", limits.bytes);
    report.error("E1027", Place::file(file), cause, "split the data or raise the limit");
}

/// Position of each declared column, and the number of cells; `None` where the header is refused.
fn header(
    file: &str,
    splitter: &mut Splitter<'_>,
    options: Options,
    columns: &[Column],
    report: &mut Report,
) -> Option<(Vec<Option<usize>>, usize)> {
    let place = Place::file(file);
    let (mut spans, mut buffer) = (Vec::new(), String::new());
    match splitter.next(&mut spans, &mut buffer) {
        None => {
            report.error("E1001", place, "the file has no header", "write the column names in the first line");
            return None;
        }
        Some(Err(fault)) => {
            quote_fault(file, fault, report);
            return None;
        }
        Some(Ok(_)) => {}
    }
    let names: Vec<&str> = spans.iter().map(|span| span.of(&buffer).trim()).collect();
    let known = |name: &str| columns.iter().any(|c| c.name == name);
    if !names.iter().any(|name| known(name)) {
        let apart = |delimiter: u8| {
            delimiter != options.format.delimiter && names.iter().any(|name| name.split(char::from(delimiter)).any(|n| known(n.trim())))
        };
        if let Some((_, name)) = [(b',', "a comma"), (b';', "a semicolon"), (b'\t', "a tab")].iter().find(|(d, _)| apart(*d)) {
            report.error(
                "E1025",
                place.row(1),
                format!("the columns are separated by {name}, which is not declared"),
                "declare the delimiter in format.toml",
            );
        } else {
            // Not named: where the header was forgotten, its cells are somebody's values.
            report.error(
                "E1001",
                place.row(1),
                "the first line names no column of this table, so the file has no header",
                "write the column names in the first line",
            );
        }
        return None;
    }
    let mut refused = false;
    let mut error = |code, column: &str, cause: &str, action: &str| {
        refused = true;
        report.error(code, place.column(&one_line(column)), cause, action);
    };
    let positions = columns.iter().map(|c| names.iter().position(|name| *name == c.name)).collect::<Vec<_>>();
    for (column, position) in columns.iter().zip(&positions) {
        if column.required && position.is_none() {
            error("E1002", column.name, "the column is missing", "add it to the header");
        }
    }
    for (at, name) in names.iter().enumerate() {
        if !known(name) {
            let name = if name.is_empty() { "(without a name)" } else { *name };
            error(
                "E1003",
                name,
                "the column is not known",
                "remove it: data that is not asked for must not be given, and some (nationality, origin, sex, diagnosis) must not be used",
            );
        } else if names.iter().take(at).any(|earlier| earlier == name) {
            error("E1005", name, "the column stands twice", "keep one");
        }
    }
    (!refused).then_some((positions, names.len()))
}

fn quote_fault(file: &str, fault: QuoteFault, report: &mut Report) {
    let (code, line, cause, action) = match fault {
        QuoteFault::Unclosed(line) => {
            ("E1024", line, "a quote opens a cell and is never closed".to_owned(), "close it, or double a quote that is part of the text")
        }
        QuoteFault::TextAfter(line, end) => (
            "E1024",
            line,
            format!("a quote opens a cell, and on line {end} text follows the quote that closes it"),
            "close it at the end of the cell, and double a quote that is part of the text",
        ),
        QuoteFault::Stray(line) => (
            "E1004",
            line,
            "a quote stands inside a cell that does not begin with one".to_owned(),
            "put the whole cell in quotes and double the quote inside",
        ),
    };
    report.error(code, Place::file(file).row(line), cause, action);
}

/// The tests of a row that no column is asked for.
fn sound(row: &Row<'_>, width: usize, has_control: bool, limits: Limits, report: &mut Report) -> bool {
    let place = Place::file(row.file).row(row.line);
    let cells = row.spans.len();
    if cells != width {
        let side = if cells < width { "short" } else { "long" };
        report.error(
            "E1007",
            place,
            format!("the row is too {side}: {cells} cells where the header has {width}"),
            "write one cell per column; a cell with the delimiter in it needs quotes",
        );
        return false;
    }
    let cell = |at: usize| row.spans.get(at).map_or("", |span| span.of(row.buffer));
    if (0..cells).all(|at| trimmed(cell(at)).is_empty()) {
        report.error("E1008", place, "every cell of the row is empty", "remove the row");
        return false;
    }
    let name = |at: usize| {
        let column = row.positions.iter().position(|position| *position == Some(at)).and_then(|column| row.columns.get(column));
        column.map_or("", |c| c.name)
    };
    let mut sound = true;
    for at in 0..cells {
        if cell(at).len() > limits.cell_bytes {
            let cause = format!("the cell has {} bytes, above the limit of {}", cell(at).len(), limits.cell_bytes);
            report.error("E1028", place.column(name(at)), cause, "shorten it");
            sound = false;
        } else if has_control && cell(at).contains(text::is_control) {
            report.error("E1032", place.column(name(at)), "the cell has a control character", "remove it");
            sound = false;
        }
    }
    sound
}
