//! `format.toml`: how the CSV files of a folder are written, where they are not RFC 4180 in UTF-8.

use serde::Deserialize;

use crate::error::{Place, Report};

use super::sheet::Format;

/// Name of the file.
pub const FILE: &str = "format.toml";

const ACTION: &str = "write delimiter = \";\" (or \",\" or \"\\t\"), decimal_comma = true or false, encoding = \"windows-1252\" or \"utf-8\", and nothing else";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    delimiter: Option<String>,
    #[serde(default)]
    decimal_comma: bool,
    encoding: Option<String>,
}

/// Reads the declaration of a folder; what is not declared stays RFC 4180 in UTF-8.
///
/// ```
/// use matcher_core::error::Report;
/// use matcher_core::tables::format::parse;
/// let mut report = Report::default();
/// let format = parse(b"delimiter = \";\"\ndecimal_comma = true\nencoding = \"windows-1252\"\n", &mut report);
/// assert!(report.is_clean());
/// assert_eq!((format.delimiter, format.decimal_comma, format.windows_1252), (b';', true, true));
/// ```
pub fn parse(bytes: &[u8], report: &mut Report) -> Format {
    let mut format = Format::default();
    let text = match std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)) {
        Ok(text) => text,
        Err(error) => {
            let cause = format!("byte {} of the file is not UTF-8", error.valid_up_to());
            report.error("E1031", Place::file(FILE), cause, ACTION);
            return format;
        }
    };
    let declared: Declared = match toml::from_str(text) {
        Ok(declared) => declared,
        Err(error) => {
            let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|&b| b == b'\n').count() as u64 + 1);
            report.error("E1037", Place::file(FILE).row(line), "the declaration cannot be read", ACTION);
            return format;
        }
    };
    match declared.delimiter.as_deref() {
        None | Some(",") => {}
        Some(";") => format.delimiter = b';',
        Some("\t") => format.delimiter = b'\t',
        Some(_) => {
            report.error("E1037", Place::file(FILE).column("delimiter"), "the delimiter is not one of those that can be declared", ACTION);
        }
    }
    match declared.encoding.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("utf-8" | "utf8") => {}
        Some("windows-1252" | "cp1252") => format.windows_1252 = true,
        Some(_) => {
            report.error("E1037", Place::file(FILE).column("encoding"), "the encoding is not one of those that can be declared", ACTION);
        }
    }
    format.decimal_comma = declared.decimal_comma;
    format
}
