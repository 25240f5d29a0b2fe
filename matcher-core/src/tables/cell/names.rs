//! Ids and codes: one spelling each, so that what looks alike is alike.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

/// Longest id, in bytes.
pub const LONGEST_ID: usize = 255;

/// The text without blanks around it; most have none, which two bytes show.
#[inline]
pub(in crate::tables) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => "",
        [only] if only.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// True for a character that shows nothing or turns the direction of text: zero-width, bidirectional, line separators, tags.
pub fn is_invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
            | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF
    )
}

/// What is wrong with the form of an id of a table: `(code, cause, action)`. Whether it is known is not asked here.
///
/// Refused are blanks around it, control and invisible characters, more than [`LONGEST_ID`] bytes, `|` (it separates ids in a list), and a
/// beginning that a spreadsheet takes for a formula, so that files of ids can be opened and read back as they are.
pub fn id_fault(text: &str) -> Option<(&'static str, &'static str, &'static str)> {
    // Most ids are plain: one look at their bytes settles it.
    let formula = text.starts_with(['=', '+', '-', '@', '\'']);
    if !formula && (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'|') {
        return None;
    }
    if text.trim().is_empty() {
        Some(("E1041", "the id is empty", "write the id"))
    } else if text.chars().any(char::is_control) {
        Some(("E1032", "the id has a control character, a tab or a line end", "remove it"))
    } else if text.chars().any(is_invisible) {
        Some(("E1033", "the id has a character that shows nothing or turns the direction of text", "remove it"))
    } else if text.trim().len() < text.len() {
        Some(("E1010", "the id has blanks around it and can be confused with the one without", "remove the blanks"))
    } else if text.len() > LONGEST_ID {
        Some(("E1035", "the id is longer than 255 bytes", "shorten it"))
    } else if text.contains('|') {
        Some(("E1035", "the id has a | in it, which separates ids in a list", "use another character"))
    } else if formula {
        Some(("E1035", "the id begins like a formula of a spreadsheet (= + - @ ')", "begin it with a letter or digit"))
    } else {
        None
    }
}

/// True for a code: 1 to 64 lower-case letters a to z, digits, `_`, `-` or `.`.
pub fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
        && !text.starts_with(['-', '.'])
}

/// The id in Unicode normal form C, so that `é` typed in two ways is one id.
pub fn normal(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// What two ids share when people take one for the other: blanks around them, kind of blank, letter case and composition do not
/// count. Case is Unicode's, of no language: the Turkish dotless i stays another letter than i, and `ß` than `ss`.
pub fn skeleton(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    let blanks = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Cow::Owned(blanks.nfc().collect::<String>().to_lowercase().nfc().collect())
}
