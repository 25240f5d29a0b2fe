//! From bytes to text: size, encoding and control characters, before any cell is looked at.

use std::borrow::Cow;

use crate::error::{Place, Report};

use super::Options;

/// The text of a file and whether it holds control characters other than tab and line ends.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) has_control: bool,
}

/// Decodes the whole file, or reports why it cannot be.
pub(super) fn decode<'a>(file: &str, bytes: &'a [u8], options: Options, report: &mut Report) -> Option<Decoded<'a>> {
    let place = Place::file(file);
    if bytes.len() as u64 > options.limits.bytes {
        super::too_big(file, bytes.len() as u64, options.limits, report);
        return None;
    }
    if let Some(what) = foreign(bytes) {
        report.error("E1030", place, format!("the file is {what}, not CSV text in UTF-8"), "save it as CSV in UTF-8");
        return None;
    }
    let body = unmarked(bytes);
    let text = if options.format.windows_1252 {
        if body.len() < bytes.len() {
            report.error(
                "E1030",
                place,
                "the file begins with the mark of UTF-8 but is declared windows-1252",
                "save it in one encoding and declare that one in format.toml",
            );
            return None;
        }
        if !body.is_ascii() && std::str::from_utf8(body).is_ok() {
            report.warning(
                "E1030",
                place,
                "the file is declared windows-1252 but reads as UTF-8",
                "look at the accents of a name; remove the declaration if they are wrong",
            );
        }
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(body).0
    } else {
        match std::str::from_utf8(body) {
            Ok(text) => Cow::Borrowed(text),
            Err(error) => {
                let at = error.valid_up_to();
                let line = body.get(..at).unwrap_or_default().split(|&b| b == b'\n').count() as u64;
                report.error(
                    "E1031",
                    place.row(line),
                    format!("byte {} of the file is not UTF-8", at + bytes.len() - body.len()),
                    "save the file in UTF-8, or declare encoding = \"windows-1252\" in format.toml",
                );
                return None;
            }
        }
    };
    let has_control = has_control(&text);
    Some(Decoded { text, has_control })
}

/// The bytes without the mark of UTF-8.
pub(super) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Number of line ends: LF, CRLF, or CR alone.
pub(super) fn lines(bytes: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let alone = memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    (feeds + alone) as u64
}

/// What the first bytes say, where they are no text in one byte per ASCII character.
pub(super) fn foreign(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some("UTF-16 without its mark"),
        [b'P', b'K', 3, 4, ..] => Some("a ZIP archive (XLSX or ODS)"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("an old office document (XLS)"),
        [0x1F, 0x8B, ..] => Some("a gzip archive"),
        _ => None,
    }
}

/// True for a character that no cell may hold: C0 but tab and line ends, DEL, C1.
pub(super) fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// True where some character is one that no cell may hold.
pub(super) fn has_control(text: &str) -> bool {
    // C1 characters are C2 80 to C2 9F: C2 alone (`é` is C3 A9, `°` is C2 B0) sends the text to the exact test.
    let suspicious = |b: u8| matches!(b, 0..=8 | 11 | 12 | 14..=31 | 0x7F | 0xC2);
    // Without an early exit inside a block the compiler tests many bytes at once.
    let block = |block: &[u8]| block.iter().fold(0, |found, &b| found | u8::from(suspicious(b))) != 0;
    text.as_bytes().chunks(4096).any(block) && text.chars().any(is_control)
}
