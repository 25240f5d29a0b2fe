//! Cells on their way out: quoted by RFC 4180, harmless in a spreadsheet, and on one line in a log.

use std::fmt::Write as _;

/// The text as a cell that no spreadsheet takes for a formula: one that begins with `=`, `+`, `-`, `@`, tab or CR gets a `'`
/// in front (OWASP ASVS 1.2.10). Every CSV that people open is written with it; numbers go through [`export_number`].
///
/// ```
/// use matcher_core::tables::sheet::export_cell;
/// assert_eq!(export_cell("=1+1"), "'=1+1");
/// assert_eq!(export_cell("Résidence -1"), "Résidence -1");
/// ```
pub fn export_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// A number as a cell: a negative one stays a number.
pub fn export_number(value: impl Into<i128>) -> String {
    value.into().to_string()
}

/// Appends one record to `out`, cells in quotes where they need them, ended by LF.
///
/// ```
/// use matcher_core::tables::sheet::line;
/// let mut out = String::new();
/// line(["a", "b \"c\", d", ""], &mut out);
/// assert_eq!(out, "a,\"b \"\"c\"\", d\",\n");
/// ```
pub fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>, out: &mut String) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let cell = cell.as_ref();
        let quoted = cell.contains(['"', ',', ';', '\n', '\r', '\t'])
            || cell.starts_with(char::is_whitespace)
            || cell.ends_with(char::is_whitespace);
        if quoted {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}

/// The text on one line for logs and findings: what breaks lines, hides or turns text is written as `\u{..}`, and a long text is cut.
///
/// ```
/// use matcher_core::tables::sheet::one_line;
/// assert_eq!(one_line("a\nERROR forged"), "a\\u{a}ERROR forged");
/// ```
pub fn one_line(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == LONGEST {
            out.push('…');
            break;
        }
        if c.is_control() || crate::tables::names::is_invisible(c) {
            // Writing into a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}
