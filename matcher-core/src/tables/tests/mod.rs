//! Tests of the import: the catalogue of bad input by number, round trips, and random damage.

mod sample;

use std::collections::BTreeMap;

use super::rows::Tables;

/// The files of `tables`, in memory.
fn files(tables: &Tables) -> BTreeMap<String, Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    super::write(tables, dir.path()).unwrap();
    std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn what_is_written_reads_back_equal() {
    for seed in 0..200 {
        let tables = sample::town(seed);
        let (read, _) = super::parse(&files(&tables)).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        // Not `assert_eq`: it would print whole towns.
        assert!(sample::without_lines(read) == sample::without_lines(tables), "seed {seed}");
    }
}
