//! Random towns, written and read; and random damage, which must never panic. Every failure names its seed.

use std::collections::BTreeMap;

use crate::error::{Error, Report};
use crate::tables::rows::Tables;
use crate::tables::schema::{Kind, TABLES};
use crate::tables::sheet::{self, Column, Format, Limits, Options};
use crate::tables::{parse, read, write};

use super::sample::{Draws, town, without_lines};

/// The files of `tables`, in memory.
fn files(tables: &Tables) -> BTreeMap<String, Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    write(tables, dir.path()).unwrap();
    std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn what_is_written_reads_back_equal() {
    for seed in 0..200 {
        let tables = town(seed);
        let (read, _) = parse(&files(&tables)).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        // Not `assert_eq`: it would print whole towns.
        assert!(without_lines(read) == without_lines(tables), "seed {seed}");
    }
}

#[test]
fn a_second_writing_leaves_nothing_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let full = (0..100).map(town).find(|t| !t.help.is_empty() && !t.quotas.is_empty()).unwrap();
    write(&full, dir.path()).unwrap();
    std::fs::write(dir.path().join("format.toml"), "delimiter = \";\"").unwrap();
    write(&Tables::default(), dir.path()).unwrap();
    assert!(read(dir.path()).unwrap().0 == Tables::default());
}

/// Any order of rows gives the same rows.
#[test]
fn the_order_of_rows_changes_nothing_but_their_order() {
    for seed in 0..20 {
        let mut draws = Draws::new(seed);
        let mut tables = town(seed);
        // Without line ends inside cells a row is a line.
        tables.residences.iter_mut().for_each(|row| row.name.clear());
        tables.authorisations.iter_mut().for_each(|row| row.author = "x".into());
        tables.authorisations.iter_mut().for_each(|row| row.legal_basis = "x".into());
        tables.quotas.iter_mut().for_each(|row| (row.version, row.author, row.legal_basis) = Default::default());
        let files = files(&tables);
        assert!(files.values().all(|bytes| !bytes.contains(&b'"')), "seed {seed}");
        let mut shuffled = files.clone();
        for bytes in shuffled.values_mut() {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let mut lines: Vec<_> = text.lines().collect();
            for at in (2..lines.len()).rev() {
                lines.swap(at, 1 + draws.below(at as u64) as usize);
            }
            *bytes = (lines.join("\n") + "\n").into_bytes();
        }
        let sorted = |files: &BTreeMap<String, Vec<u8>>| {
            let mut tables = without_lines(parse(files).unwrap().0);
            tables.dwellings.sort_by(|a, b| a.id.cmp(&b.id));
            tables.households.sort_by(|a, b| a.id.cmp(&b.id));
            tables.tenancies.sort_by(|a, b| a.dwelling.cmp(&b.dwelling));
            (tables.dwellings, tables.households, tables.tenancies)
        };
        assert!(
            parse(&files).unwrap().0.households != parse(&shuffled).unwrap().0.households || tables.households.len() < 4,
            "seed {seed}"
        );
        assert!(sorted(&files) == sorted(&shuffled), "seed {seed}");
    }
}

#[test]
fn no_damage_makes_it_panic() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let mut draws = Draws::new(seed);
        let mut files = files_of(seed % 20);
        let names: Vec<_> = files.keys().cloned().collect();
        if draws.below(4) == 0 {
            let declared =
                ["delimiter = \";\"", "decimal_comma = true", "encoding = \"windows-1252\"", "delimiter = \"\\t\"\ndecimal_comma = true"];
            files.insert("format.toml".into(), declared[draws.below(4) as usize].into());
        }
        for _ in 0..=draws.below(4) {
            let bytes = files.get_mut(&names[draws.below(names.len() as u64) as usize]).unwrap();
            damage(bytes, &mut draws);
        }
        let outcome = std::panic::catch_unwind(|| parse(&files)).unwrap_or_else(|_| panic!("seed {seed} panics"));
        match outcome {
            Ok(_) => accepted += 1,
            Err(Error::Input { report }) => {
                refused += 1;
                assert!(report.error_count() > 0 && report.to_string().lines().count() >= report.errors.len(), "seed {seed}");
            }
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
    // Damage that nothing notices (a name, a number that is still one) is as ordinary as damage that is.
    assert!(accepted > 30 && refused > 1_500, "{accepted} accepted, {refused} refused");
}

/// The files of the towns of the first seeds, without writing them again and again.
fn files_of(seed: u64) -> BTreeMap<String, Vec<u8>> {
    thread_local! {
        static TOWNS: std::cell::RefCell<BTreeMap<u64, BTreeMap<String, Vec<u8>>>> = const { std::cell::RefCell::new(BTreeMap::new()) };
    }
    TOWNS.with_borrow_mut(|towns| towns.entry(seed).or_insert_with(|| files(&town(seed))).clone())
}

fn damage(bytes: &mut Vec<u8>, draws: &mut Draws) {
    let at = draws.below(bytes.len() as u64 + 1) as usize;
    let to = (at + draws.below(40) as usize).min(bytes.len());
    match draws.below(9) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..to)),
        2 => bytes.splice(at..at, [b'"']).for_each(drop),
        3 => bytes.splice(at..at, [*b"\0\"',;\n\r\t|=-.e\xFF\xC2\x80".get(draws.below(17) as usize).unwrap_or(&b'9')]).for_each(drop),
        4 => bytes.splice(at..at, (0..draws.below(8)).map(|_| draws.below(256) as u8).collect::<Vec<_>>()).for_each(drop),
        5 => {
            let copy = bytes[at..to].to_vec();
            bytes.splice(at..at, copy).for_each(drop);
        }
        6 => {
            let lines: Vec<Vec<u8>> = bytes.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
            let (one, other) = (draws.below(lines.len() as u64) as usize, draws.below(lines.len() as u64) as usize);
            let mut lines = lines;
            lines.swap(one, other);
            *bytes = lines.join(&b'\n');
        }
        7 => {
            let words: [&str; 8] = ["NaN", "1e308", "-0.0", "99999999999999999999", "2023-02-31", "\u{202e}", "\u{feff}", "\r\n"];
            bytes.splice(at..to, words[draws.below(8) as usize].bytes()).for_each(drop);
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << draws.below(8);
            }
        }
    }
}

/// Every cell in turn is made wrong in a way that can be recognised: no finding repeats it.
#[test]
fn no_finding_repeats_a_cell() {
    let base = files(&(0..100).map(town).find(|t| TABLES.iter().all(|table| !rows_of(t, table.file).is_empty())).unwrap());
    for table in TABLES {
        for (at, field) in table.fields.iter().enumerate() {
            for canary in ["Zq7#|Zq7#", "47114711471147.114711", "4711-47-11", "\u{200b}Zq7#", "\u{7}Zq7#", "Zq7#\u{3000}"] {
                let mut text = header_only(table.file, &base);
                let cells: Vec<&str> = table.fields.iter().enumerate().map(|(n, f)| if n == at { canary } else { plain(f.kind) }).collect();
                text += &(cells.join(",") + "\n");
                let mut files = base.clone();
                files.insert(table.file.into(), text.into_bytes());
                let said = match parse(&files) {
                    Ok((_, report)) => report.to_string(),
                    Err(error) => error.to_string(),
                };
                assert!(!said.contains("Zq7#") && !said.contains("4711"), "{} {}: {said}", table.file, field.column.name);
            }
        }
    }
}

fn rows_of(tables: &Tables, file: &str) -> String {
    let text = files(tables).get(file).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    text.lines().skip(1).collect()
}

fn header_only(file: &str, files: &BTreeMap<String, Vec<u8>>) -> String {
    String::from_utf8_lossy(&files[file]).lines().next().unwrap_or_default().to_owned() + "\n"
}

/// A cell that its column accepts, as far as the column alone says.
fn plain(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "yes",
        Kind::Choice(codes) => codes[0],
        Kind::Number { .. } | Kind::Typology => "1",
        Kind::Day => "2020-01-01",
        _ => "x",
    }
}

/// The cutting into cells agrees with the csv crate on everything that is strict RFC 4180.
#[test]
fn cells_are_cut_as_the_csv_crate_cuts_them() {
    let (a, b, c) = (Column::required("a"), Column::required("b"), Column::optional("c"));
    for seed in 0..2_000 {
        let mut draws = Draws::new(seed);
        let mut text = "a,b,c\n".to_owned();
        for _ in 0..draws.below(6) {
            let mut cells = Vec::new();
            for n in 0..3 {
                let parts = ["x", "é", "\"\"", ",", "\n", "\r", "", "1", " "];
                let inner: String = (0..draws.below(4)).map(|_| parts[draws.below(9) as usize]).collect();
                let plain = inner.replace(['"', ',', '\n', '\r'], "");
                // The first cell is never blank: such rows are refused, or no rows.
                let cell = if draws.below(2) == 0 { format!("\"{inner}\"") } else { plain };
                cells.push(if n == 0 { format!("\"_{inner}\"") } else { cell });
            }
            text += &(cells.join(",") + ["\n", "\r\n", "\r"][draws.below(3) as usize]);
        }
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let mut ours: Vec<Vec<String>> = Vec::new();
        let mut report = Report::default();
        let options = Options { format: Format::default(), limits: Limits::TABLES };
        sheet::read("t.csv", text.as_bytes(), options, &[a, b, c], &mut report, |row, _| {
            ours.push((0..3).map(|n| row.raw(n).to_owned()).collect());
        });
        let theirs: Vec<Vec<String>> =
            theirs.into_iter().map(|row| row.into_iter().map(|cell| cell.replace("\r\n", "\n")).collect()).collect();
        assert_eq!((ours, report.errors), (theirs, vec![]), "seed {seed}: {text:?}");
    }
}
