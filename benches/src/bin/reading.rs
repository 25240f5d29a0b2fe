//! Reading, timed: `reading DIR [--threads N] [--repeat N] [--hash]`.
//!
//! `DIR` is a problem directory where it has `arcs.csv`, otherwise a folder of tables. Prints one JSON line per repeat: bytes and rows
//! of the files, seconds of reading (files included), MB/s and rows/s; with `--hash` also the problem's hash and its seconds. CPU time
//! and peak memory are what the system's `time` says of the whole process.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use matcher_core::{problem, tables};
use serde_json::json;

type Fault = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("reading: {fault}");
            ExitCode::from(2)
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<(), Fault> {
    let (mut dir, mut threads, mut repeat, mut hash) = (None, 0, 1usize, false);
    while let Some(word) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--threads" => threads = value()?.parse()?,
            "--repeat" => repeat = value()?.parse()?,
            "--hash" => hash = true,
            _ if word.starts_with('-') || dir.is_some() => return Err(format!("{word} is not known").into()),
            _ => dir = Some(PathBuf::from(word)),
        }
    }
    let dir = dir.ok_or("name a folder")?;
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    for _ in 0..repeat {
        println!("{}", once(&dir, hash)?);
    }
    Ok(())
}

fn once(dir: &Path, hash: bool) -> Result<serde_json::Value, Fault> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        bytes += entry?.metadata()?.len();
    }
    let start = Instant::now();
    let seconds = |start: Instant| start.elapsed().as_secs_f64();
    let (read, rows, after, more);
    if dir.join("arcs.csv").exists() {
        let problem = problem::read(dir)?;
        read = seconds(start);
        let counted = problem.arc_count() + problem.members().len() + problem.dwellings().len() + problem.scope_dwellings().len();
        rows = counted + problem.quotas().len();
        let start = Instant::now();
        more = json!({ "hash": hash.then(|| problem.hash()), "cells": problem.cell_count() });
        after = seconds(start);
    } else {
        let (tables, _) = tables::read(dir)?;
        read = seconds(start);
        let people = tables.households.len() + tables.persons.len() + tables.places.len() + tables.tenancies.len();
        let homes = tables.residences.len() + tables.dwellings.len() + tables.authorisations.len();
        rows = people + homes + tables.help.len() + tables.affinities.len();
        (after, more) = (0.0, json!(null));
    }
    Ok(json!({
        "bytes": bytes, "rows": rows, "seconds": round(read), "mb_s": round(bytes as f64 / 1e6 / read),
        "rows_s": (rows as f64 / read) as u64, "hash_seconds": round(after), "problem": more,
    }))
}

fn round(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
