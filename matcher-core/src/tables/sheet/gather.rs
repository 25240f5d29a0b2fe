//! Many rows at once: a file without quotes is cut at line ends, its pieces are read by all threads, and what they give is put
//! together in the order of the file.
//!
//! Nothing depends on where the cuts lie: a row knows its line by counting, findings are added in the order of the file, and the
//! caller puts the parts together in that order. What cannot be read piece by piece (quotes, which may hide line ends; text that is
//! not UTF-8; too many rows; an unreadable header) is read once more from the beginning by [`read`](super::read), row by row, which
//! alone reports it. A file on disk is streamed: two waves of pieces are in memory, not the file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use rayon::prelude::*;

use crate::error::Report;

use super::split::Splitter;
use super::{Controls, Head, Row, Sheet, text};

/// Where the bytes of a file come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    /// From memory.
    Bytes(&'a [u8]),
    /// From an open file, from its beginning.
    File(&'a File),
}

impl<'a> Input<'a> {
    /// The whole file.
    ///
    /// # Errors
    /// What the system says where the file cannot be read.
    pub(crate) fn bytes(self) -> io::Result<Cow<'a, [u8]>> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::File(mut file) => {
                file.rewind()?;
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

/// How a file is cut, in bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::tables) struct Cuts {
    /// One piece: what one thread reads at a time.
    pub(in crate::tables) piece: usize,
    /// One wave: what is read before the parts are put together.
    pub(in crate::tables) wave: usize,
}

impl Cuts {
    /// Pieces that stay in a core's cache, and enough of them for every thread.
    fn usual() -> Self {
        let piece = 256 << 10;
        Self { piece, wave: piece * 16 * rayon::current_num_threads().max(1) }
    }
}

/// Reads a file as [`read`](super::read) does, with all threads: `each` puts a row into the part of its piece, `add` puts the parts
/// together in the order of the file. Returns what came together, and true where every row of the file was handed out.
///
/// # Errors
/// What the system says where the file cannot be read.
///
/// # Complexity
/// O(bytes); memory of two waves of text and their parts beside what `add` keeps.
pub(crate) fn gather<T: Default + Send, G: Default + Send>(
    sheet: Sheet<'_>,
    input: Input<'_>,
    report: &mut Report,
    each: impl Fn(&mut T, &Row<'_>, &mut Report) + Sync,
    add: impl Fn(&mut G, T) + Sync,
) -> io::Result<(G, bool)> {
    gather_cut(sheet, input, Cuts::usual(), report, each, add)
}

/// [`gather`] with the cuts named.
pub(in crate::tables) fn gather_cut<T: Default + Send, G: Default + Send>(
    sheet: Sheet<'_>,
    input: Input<'_>,
    cuts: Cuts,
    report: &mut Report,
    each: impl Fn(&mut T, &Row<'_>, &mut Report) + Sync,
    add: impl Fn(&mut G, T) + Sync,
) -> io::Result<(G, bool)> {
    let plain = match input {
        Input::Bytes(bytes) => pieces(sheet, Lent { rest: bytes, wave: cuts.wave }, cuts.piece, &each, &add)?,
        Input::File(file) => {
            let stream = Stream { file, size: file.metadata()?.len(), wave: cuts.wave, carried: Vec::new(), ended: false };
            pieces(sheet, stream, cuts.piece, &each, &add)?
        }
    };
    if let Some((gathered, whole, findings)) = plain {
        report.append(findings);
        return Ok((gathered, whole));
    }
    let bytes = input.bytes()?;
    let mut part = T::default();
    let whole = super::read(sheet.file, &bytes, sheet.options, sheet.columns, report, |row, report| each(&mut part, row, report));
    let mut gathered = G::default();
    add(&mut gathered, part);
    Ok((gathered, whole))
}

/// Runs of whole lines, in the order of the file.
trait Source: Send {
    type Wave: AsRef<[u8]> + Send;
    /// Bytes of the whole file.
    fn size(&self) -> u64;
    /// The next wave, into the memory of a spent one; `None` at the end.
    fn next(&mut self, spent: Option<Self::Wave>) -> io::Result<Option<Self::Wave>>;
}

struct Lent<'a> {
    rest: &'a [u8],
    wave: usize,
}

impl<'a> Source for Lent<'a> {
    type Wave = &'a [u8];

    fn size(&self) -> u64 {
        self.rest.len() as u64
    }

    fn next(&mut self, _: Option<Self::Wave>) -> io::Result<Option<Self::Wave>> {
        let wave;
        (wave, self.rest) = first_lines(self.rest, self.wave);
        Ok((!wave.is_empty()).then_some(wave))
    }
}

struct Stream<'a> {
    file: &'a File,
    size: u64,
    wave: usize,
    /// The beginning of a line whose end is not read yet.
    carried: Vec<u8>,
    ended: bool,
}

impl Source for Stream<'_> {
    type Wave = Vec<u8>;

    fn size(&self) -> u64 {
        self.size
    }

    fn next(&mut self, spent: Option<Self::Wave>) -> io::Result<Option<Self::Wave>> {
        let mut wave = spent.unwrap_or_default();
        wave.clear();
        wave.append(&mut self.carried);
        let mut end = None;
        while !self.ended && end.is_none() {
            wave.reserve(self.wave);
            let read = self.file.take(self.wave as u64).read_to_end(&mut wave)?;
            self.ended = read == 0;
            end = memchr::memrchr(b'\n', &wave);
        }
        if !self.ended {
            self.carried = wave.split_off(end.map_or(0, |end| end + 1));
        }
        Ok((!wave.is_empty()).then_some(wave))
    }
}

/// The first lines, `size` bytes of them and what the last of them has more, and the rest.
fn first_lines(bytes: &[u8], size: usize) -> (&[u8], &[u8]) {
    let from = size.saturating_sub(1).min(bytes.len());
    let end = bytes.get(from..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |end| from + end + 1);
    bytes.split_at_checked(end).unwrap_or((bytes, &[]))
}

/// A piece that was looked through.
struct Piece<'t> {
    text: &'t str,
    controls: Controls,
    lines: u64,
}

impl<'t> Piece<'t> {
    /// `None` where the piece cannot be read by itself.
    fn of(bytes: &'t [u8], windows_1252: bool) -> Option<Self> {
        let alone = memchr::memchr(b'"', bytes).is_none() && (!windows_1252 || bytes.is_ascii());
        let text = if alone { std::str::from_utf8(bytes).ok()? } else { return None };
        let some = text::has_control(text);
        // Without quotes no line end is inside a cell.
        let bare = !some && memchr::memchr(b'\t', bytes).is_none();
        Some(Self { text, controls: Controls { some, bare }, lines: text::lines(bytes) })
    }
}

/// What the rows of one piece gave.
struct Found<T> {
    part: T,
    findings: Report,
    rows: u64,
    whole: bool,
}

/// What the rows of the waves so far gave.
#[derive(Default)]
struct Sum<G> {
    gathered: G,
    findings: Report,
    rows: u64,
    broken: bool,
}

type Gathered<G> = Option<(G, bool, Report)>;

/// The whole file piece by piece; `None` where it has to be read in another way.
fn pieces<T: Default + Send, G: Default + Send, S: Source>(
    sheet: Sheet<'_>,
    mut source: S,
    piece: usize,
    each: &(impl Fn(&mut T, &Row<'_>, &mut Report) + Sync),
    add: &(impl Fn(&mut G, T) + Sync),
) -> io::Result<Gathered<G>> {
    let options = sheet.options;
    if source.size() > options.limits.bytes {
        return Ok(None);
    }
    let Some(mut wave) = source.next(None)? else { return Ok(None) };
    let Some((head, mut from, mut line)) = head(sheet, wave.as_ref()) else { return Ok(None) };
    let mut sum = Sum::<G>::default();
    let mut spent = None;
    let mut found: Vec<Found<T>> = Vec::new();
    loop {
        // The parts of the wave before are put together and the next wave is fetched while this one is read.
        let earlier = std::mem::take(&mut found);
        let this = wave.as_ref().get(from..).unwrap_or_default();
        let free = spent.take();
        let (next, (read, ())) = rayon::join(
            || source.next(free),
            || rayon::join(|| wave_rows(&head, this, piece, &mut line, each), || sum.add_all(earlier, add)),
        );
        let Some(read) = read else { return Ok(None) };
        found = read;
        from = 0;
        match next? {
            Some(next) => spent = Some(std::mem::replace(&mut wave, next)),
            None => break,
        }
    }
    sum.add_all(found, add);
    Ok((sum.rows <= options.limits.rows).then_some((sum.gathered, !sum.broken, sum.findings)))
}

impl<G> Sum<G> {
    fn add_all<T>(&mut self, found: Vec<Found<T>>, add: impl Fn(&mut G, T)) {
        for one in found {
            self.findings.append(one.findings);
            self.rows += one.rows;
            self.broken |= !one.whole;
            add(&mut self.gathered, one.part);
        }
    }
}

/// The header in the first wave, and where the rows begin: position and line.
fn head<'a>(sheet: Sheet<'a>, wave: &[u8]) -> Option<(Head<'a>, usize, u64)> {
    if text::foreign(wave).is_some() {
        return None;
    }
    let mark = wave.len() - text::unmarked(wave).len();
    if mark > 0 && sheet.options.format.windows_1252 {
        return None;
    }
    let first = Piece::of(wave.get(mark..)?, sheet.options.format.windows_1252)?;
    if first.controls.some {
        return None;
    }
    let mut splitter = Splitter::new(first.text, sheet.options.format.delimiter);
    let mut refused = Report::default();
    let head = Head::read(sheet, &mut splitter, &mut refused)?;
    let (at, line) = splitter.here();
    Some((head, mark + at, line))
}

/// The rows of one wave that begins with line `line`, which becomes the line after it.
fn wave_rows<T: Default + Send>(
    head: &Head<'_>,
    wave: &[u8],
    piece: usize,
    line: &mut u64,
    each: &(impl Fn(&mut T, &Row<'_>, &mut Report) + Sync),
) -> Option<Vec<Found<T>>> {
    let Sheet { options, .. } = head.sheet;
    let mut rest = wave;
    let cut = std::iter::from_fn(|| {
        let lines;
        (lines, rest) = first_lines(rest, piece);
        (!lines.is_empty()).then_some(lines)
    });
    let cut: Vec<&[u8]> = cut.collect();
    let looked: Vec<Piece<'_>> = cut.into_par_iter().map(|bytes| Piece::of(bytes, options.format.windows_1252)).collect::<Option<_>>()?;
    let mut numbered = Vec::with_capacity(looked.len());
    for piece in looked {
        let first = *line;
        *line += piece.lines;
        numbered.push((piece, first));
    }
    let read = numbered.into_par_iter().map(|(piece, first)| {
        let (mut part, mut findings) = (T::default(), Report::default());
        let mut splitter = Splitter::from_line(piece.text, options.format.delimiter, first);
        let (rows, whole) = head.rows(&mut splitter, piece.controls, u64::MAX, &mut findings, |row, report| each(&mut part, row, report));
        Found { part, findings, rows, whole }
    });
    Some(read.collect())
}
