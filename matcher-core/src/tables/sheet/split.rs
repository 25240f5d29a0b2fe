//! Cuts a text into records and cells by RFC 4180, strictly, in one pass and without copying.
//!
//! A quoted cell begins with `"` as its first character and ends with a `"` before a delimiter, a line end or the end of the
//! text; a quote inside is doubled; an unquoted cell has no quote. A line ends with LF, CRLF or CR. After a fault the reading
//! goes on with the line after the quote at fault, so that one unclosed quote does not swallow the file. Such a second reading
//! of the lines costs at most the same time again: from a faulty quote the next unpaired quote ends every attempt.

use std::ops::Range;

/// One cell of a record.
#[derive(Debug, Clone)]
pub(super) enum Span<'a> {
    /// As it stands in the text.
    Text(&'a str),
    /// In the buffer of the record, since quotes or line ends had to be undone.
    Buffer(Range<usize>),
}

impl<'a> Span<'a> {
    #[inline]
    pub(super) fn of(&self, buffer: &'a str) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Buffer(range) => buffer.get(range.clone()).unwrap_or(""),
        }
    }
}

/// What is wrong with the quotes, with the line of the quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuoteFault {
    /// A quoted cell begins on this line and does not end.
    Unclosed(u64),
    /// A quoted cell begins on the first line and text follows its end on the second.
    TextAfter(u64, u64),
    /// A quote stands inside an unquoted cell.
    Stray(u64),
}

#[derive(Debug)]
pub(super) struct Splitter<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    line: u64,
}

impl<'a> Splitter<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Self { text, delimiter, at: 0, line: 1 }
    }

    /// Goes on in the middle of a text, at the beginning of line `line`.
    pub(super) fn from_line(text: &'a str, delimiter: u8, line: u64) -> Self {
        Self { text, delimiter, at: 0, line }
    }

    /// Where the next record is looked for: position in the text and line.
    pub(super) fn here(&self) -> (usize, u64) {
        (self.at, self.line)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over one line end, if one is here.
    fn line_end(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at) {
            Some(b'\n') => self.at += 1,
            Some(b'\r') => self.at += if bytes.get(self.at + 1) == Some(&b'\n') { 2 } else { 1 },
            _ => return false,
        }
        self.line += 1;
        true
    }

    /// The next record: its line, with its cells in `spans`; `None` at the end. Empty lines are no records.
    pub(super) fn next(&mut self, spans: &mut Vec<Span<'a>>, buffer: &mut String) -> Option<Result<u64, QuoteFault>> {
        spans.clear();
        buffer.clear();
        while self.line_end() {}
        self.peek()?;
        let line = self.line;
        loop {
            let cell = if self.peek() == Some(b'"') { self.quoted(buffer) } else { self.plain() };
            match cell {
                Ok(span) => spans.push(span),
                Err(fault) => return Some(Err(fault)),
            }
            if self.peek() == Some(self.delimiter) {
                self.at += 1;
            } else {
                // A line end or the end of the text: both readings of a cell stop nowhere else.
                self.line_end();
                return Some(Ok(line));
            }
        }
    }

    fn plain(&mut self) -> Result<Span<'a>, QuoteFault> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let delimiter = self.delimiter;
        // Letters and, where the delimiter is a comma, digits come after all that ends a cell: mostly one comparison a byte.
        let last = delimiter.max(b'"');
        let ends = |b: u8| b <= last && (b == delimiter || b == b'\n' || b == b'\r' || b == b'"');
        let length = rest.iter().position(|&b| ends(b)).unwrap_or(rest.len());
        self.at = start + length;
        if self.peek() == Some(b'"') {
            let line = self.line;
            self.resume(self.at, line);
            return Err(QuoteFault::Stray(line));
        }
        Ok(Span::Text(self.text.get(start..self.at).unwrap_or("")))
    }

    fn quoted(&mut self, buffer: &mut String) -> Result<Span<'a>, QuoteFault> {
        let (open, open_line) = (self.at, self.line);
        let bytes = self.text.as_bytes();
        self.at += 1;
        let start = self.at;
        // Copied so far into the buffer, from where on; `None` while nothing had to be undone.
        let mut copied: Option<usize> = None;
        let mut from = start;
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let Some(step) = rest.iter().position(|&b| b == b'"' || b == b'\n' || b == b'\r') else {
                self.resume(open, open_line);
                return Err(QuoteFault::Unclosed(open_line));
            };
            self.at += step;
            match (bytes.get(self.at), bytes.get(self.at + 1)) {
                (Some(b'"'), Some(b'"')) => {
                    copied.get_or_insert(buffer.len());
                    buffer.push_str(self.text.get(from..=self.at).unwrap_or(""));
                    self.at += 2;
                    from = self.at;
                }
                (Some(b'"'), next) => {
                    let end = self.at;
                    self.at += 1;
                    if next.is_some_and(|&b| b != self.delimiter && b != b'\n' && b != b'\r') {
                        let line = self.line;
                        self.resume(open, open_line);
                        return Err(QuoteFault::TextAfter(open_line, line));
                    }
                    return Ok(match copied {
                        None => Span::Text(self.text.get(start..end).unwrap_or("")),
                        Some(first) => {
                            buffer.push_str(self.text.get(from..end).unwrap_or(""));
                            Span::Buffer(first..buffer.len())
                        }
                    });
                }
                (Some(b'\r'), Some(b'\n')) => {
                    // One form for a line end inside a cell, so that CRLF and LF files read alike.
                    copied.get_or_insert(buffer.len());
                    buffer.push_str(self.text.get(from..self.at).unwrap_or(""));
                    from = self.at + 1;
                    self.line_end();
                }
                _ => {
                    self.line_end();
                }
            }
        }
    }

    /// Goes on with the line after the one of position `at`.
    fn resume(&mut self, at: usize, line: u64) {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        self.at = at + rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(rest.len());
        self.line = line;
        self.line_end();
    }
}
