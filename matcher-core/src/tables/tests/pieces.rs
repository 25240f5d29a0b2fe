//! Reading by pieces with all threads finds and gives exactly what reading row by row does, wherever the cuts lie.

use std::io::{Seek as _, Write as _};

use crate::error::Report;
use crate::tables::sheet::gather::{Cuts, gather_cut};
use crate::tables::sheet::{self, Column, Format, Input, Limits, Options, Row, Sheet};

use super::sample::Draws;

const COLUMNS: [Column; 3] = [Column::required("a"), Column::required("b"), Column::optional("c")];

type Seen = (u64, [String; 3], Option<i64>);

/// A row as a reader may take it, with findings of its own.
fn see(row: &Row<'_>, report: &mut Report) -> Seen {
    let number = row.integer(1, report);
    (row.line(), [0, 1, 2].map(|column| row.raw(column).to_owned()), number)
}

fn by_row(bytes: &[u8], options: Options) -> (Vec<Seen>, bool, Report) {
    let (mut rows, mut report) = (Vec::new(), Report::default());
    let whole = sheet::read("t.csv", bytes, options, &COLUMNS, &mut report, |row, report| rows.push(see(row, report)));
    (rows, whole, report)
}

fn by_pieces(input: Input<'_>, options: Options, cuts: Cuts) -> (Vec<Seen>, bool, Report) {
    let mut report = Report::default();
    let sheet = Sheet { file: "t.csv", options, columns: &COLUMNS };
    let each = |part: &mut Vec<Seen>, row: &Row<'_>, report: &mut Report| part.push(see(row, report));
    let (rows, whole) = gather_cut(sheet, input, cuts, &mut report, each, |all: &mut Vec<Seen>, mut part| all.append(&mut part)).unwrap();
    (rows, whole, report)
}

/// A file of good and bad rows.
fn file(draws: &mut Draws) -> Vec<u8> {
    let mut bytes = [b"".as_slice(), b"", b"", b"\xEF\xBB\xBF", b"\n\r\n"][draws.below(5) as usize].to_vec();
    let headers = if draws.below(9) == 0 { 5 } else { 4 };
    let header = draws.below(headers);
    bytes.extend_from_slice([b"a,b,c".as_slice(), b"b,a", b"c,b,a", b"a,b,c", b"a;b"][header as usize]);
    let cells = ["x", "12", "-3", " y ", "", "é", "1e5", "x\ty", "99999999999999999999", "z", "7", "8"];
    let odd = ["\u{7}", "\"q\"", "\"a\nb\"", "\"un", "s\"t", "\u{85}"];
    let ends = ["\n", "\r\n", "\r", "\n\n"];
    let (odds, spoilt) = (draws.below(3) == 0, draws.below(12) == 0);
    let end = draws.below(4);
    for _ in 0..draws.below(40) {
        let end = if draws.below(6) == 0 { draws.below(4) } else { end };
        bytes.extend_from_slice(ends[end as usize].as_bytes());
        for cell in 0..if draws.below(8) == 0 { 1 + draws.below(4) } else { 3 } {
            if cell > 0 {
                bytes.push(b',');
            }
            let cell = if odds && draws.below(20) == 0 { odd[draws.below(6) as usize] } else { cells[draws.below(12) as usize] };
            bytes.extend_from_slice(cell.as_bytes());
        }
        if spoilt && draws.below(20) == 0 {
            bytes.push(0xFF);
        }
    }
    if draws.below(2) == 0 {
        bytes.push(b'\n');
    }
    bytes
}

#[test]
fn pieces_find_what_rows_find() {
    let (mut sound, mut wrong) = (0, 0);
    for seed in 0..3_000 {
        let mut draws = Draws::new(seed);
        let bytes = file(&mut draws);
        let mut options = Options { format: Format::default(), limits: Limits::TABLES };
        options.limits.rows = if draws.below(8) == 0 { draws.below(40) } else { 1_000 };
        options.limits.cell_bytes = if draws.below(8) == 0 { 3 } else { 1_000 };
        options.format.windows_1252 = draws.below(8) == 0;
        let expected = by_row(&bytes, options);
        if expected.2.is_clean() {
            sound += 1;
        } else {
            wrong += 1;
        }
        let piece = 1 + draws.below(60) as usize;
        let cuts = Cuts { piece, wave: piece * (1 + draws.below(4) as usize) };
        assert!(
            by_pieces(Input::Bytes(&bytes), options, cuts) == expected,
            "seed {seed}, from memory: {:?}",
            String::from_utf8_lossy(&bytes)
        );
        let mut stored = tempfile::tempfile().unwrap();
        stored.write_all(&bytes).unwrap();
        stored.rewind().unwrap();
        assert!(
            by_pieces(Input::File(&stored), options, cuts) == expected,
            "seed {seed}, from a file: {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
    assert!(sound > 100 && wrong > 1_000, "{sound} sound, {wrong} wrong");
}

/// More findings than a report keeps: the first are kept and the rest counted, as if one thread had read alone.
#[test]
fn the_rest_is_counted_over_all_pieces() {
    let bytes = format!("a,b{}", "\nx,wrong\nx,1".repeat(2_500)).into_bytes();
    let options = Options { format: Format::default(), limits: Limits::TABLES };
    for piece in [10, 1_000, 30_000] {
        let read = by_pieces(Input::Bytes(&bytes), options, Cuts { piece, wave: 4 * piece });
        assert!(read == by_row(&bytes, options), "pieces of {piece} bytes");
        assert_eq!((read.2.error_count(), read.2.errors.len()), (2_500, 1_000));
    }
}
