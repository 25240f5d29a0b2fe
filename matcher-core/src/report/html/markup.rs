//! Markup that cannot be broken by what it shows: names of tags and attributes are constants, everything else is escaped.

use std::fmt::{self, Display, Write as _};

use sha2::{Digest, Sha256};

use crate::explain::Language;

/// Writes a text with everything escaped that HTML or SVG could take for markup, and control characters dropped.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Marks that turn the direction of text could make an id read as another one.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {}
                control if control.is_control() && control != '\n' => {}
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// An attribute: a constant name and a value that is escaped.
pub(super) type Attribute<'a> = (&'static str, &'a dyn Display);

/// A document while it is written.
#[derive(Debug)]
pub(super) struct Markup {
    out: String,
    lang: Language,
}

/// French sets a space before these and after an opening guillemet; a line must not break there.
const FRENCH_SPACES: [(&str, &str); 6] =
    [(" :", "\u{a0}:"), (" ;", "\u{a0};"), (" !", "\u{a0}!"), (" ?", "\u{a0}?"), (" »", "\u{a0}»"), ("« ", "«\u{a0}")];

impl Markup {
    /// An empty document in `lang`.
    pub(super) const fn new(lang: Language) -> Self {
        Self { out: String::new(), lang }
    }

    /// Opens an element.
    pub(super) fn open(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.start(tag, attributes);
        self.out.push('>');
    }

    /// Closes the innermost element, which must be `tag`.
    pub(super) fn close(&mut self, tag: &'static str) {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push_str(">\n");
    }

    /// An element without content, closed as SVG and HTML both read it.
    pub(super) fn empty(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.start(tag, attributes);
        self.out.push_str("/>");
    }

    /// Text, escaped.
    pub(super) fn text(&mut self, text: impl Display) {
        let mut text = text.to_string();
        if self.lang == Language::French {
            for (plain, set) in FRENCH_SPACES {
                text = text.replace(plain, set);
            }
        }
        self.escaped(&text);
    }

    /// An element that holds only a text.
    pub(super) fn element(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: impl Display) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// A part of the page that is a constant of this crate.
    pub(super) fn constant(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn escaped(&mut self, text: &dyn Display) {
        // Writing to a String cannot fail.
        write!(Escaped(&mut self.out), "{text}").unwrap_or(());
    }

    fn start(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.escaped(value);
            self.out.push('"');
        }
    }
}

/// One cell of a table.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// Names the row.
    Head(String),
    /// Names the row, with a line about it below.
    Named(String, String),
    /// A text.
    Text(String),
    /// A text with a line about it below.
    Detailed(String, String),
    /// A number, set to the right.
    Number(String),
    /// A text with a class that says how it is meant (`good`, `bad`, `quiet`); the text says the same.
    Marked(&'static str, String),
}

impl Markup {
    /// A table with a caption, a header and rows; columns of numbers are set to the right.
    pub(super) fn table(
        &mut self,
        class: &'static str,
        caption: &str,
        headers: &[(&str, bool)],
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) {
        self.open("table", &[("class", &class)]);
        self.element("caption", &[], caption);
        self.open("thead", &[]);
        self.open("tr", &[]);
        for (header, number) in headers {
            self.element("th", &[("scope", &"col"), ("class", if *number { &"number" } else { &"words" })], header);
        }
        self.close("tr");
        self.close("thead");
        self.open("tbody", &[]);
        for row in rows {
            self.open("tr", &[]);
            for cell in row {
                match cell {
                    Cell::Head(text) => self.element("th", &[("scope", &"row")], text),
                    Cell::Named(text, about) => self.two_lines("th", &[("scope", &"row")], &text, &about),
                    Cell::Text(text) => self.element("td", &[], text),
                    Cell::Detailed(text, about) => self.two_lines("td", &[], &text, &about),
                    Cell::Number(text) => self.element("td", &[("class", &"number")], text),
                    Cell::Marked(class, text) => self.element("td", &[("class", &class)], text),
                }
            }
            self.close("tr");
        }
        self.close("tbody");
        self.close("table");
    }
}

impl Markup {
    fn two_lines(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str, about: &str) {
        self.open(tag, attributes);
        self.text(text);
        if !about.is_empty() {
            self.element("small", &[], about);
        }
        self.close(tag);
    }
}

/// `'sha256-...'` of a style sheet, as a content security policy names it.
pub(super) fn style_source(style: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(style.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let letter = ALPHABET.get((word >> (18 - 6 * position)) as usize & 63).copied().unwrap_or(b'=');
            text.push(if position <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_becomes_markup() {
        let mut page = Markup::new(Language::English);
        page.element("td", &[("title", &"\"onload='x'")], "<script>alert('a')</script>\u{202e}&amp;\u{7}");
        assert_eq!(page.finish(), "<td title=\"&quot;onload=&#39;x&#39;\">&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt;&amp;amp;</td>\n");
    }

    #[test]
    fn french_signs_stay_with_their_words() {
        let mut page = Markup::new(Language::French);
        page.text("statut : « prouvé » ; 3 < 4 ?");
        assert_eq!(page.finish(), "statut\u{a0}: «\u{a0}prouvé\u{a0}»\u{a0}; 3 &lt; 4\u{a0}?");
    }

    #[test]
    fn base64_as_in_rfc_4648() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
