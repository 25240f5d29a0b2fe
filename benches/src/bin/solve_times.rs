//! One solve, timed for the comparison with other solvers: `solve_times PROBLEM_DIR [--gap PPM] [--limit SECONDS] [--threads N]
//! [--repeat N] [--out DIR]`.
//!
//! Reads a problem directory, or with `--dense FILE` a matrix of scores (two u32: rows and columns; then i32 scores row by row; little
//! endian), and prints one JSON line: seconds of loading, of each solve, to the first allocation and to each proved gap. With `--out`
//! the answer is written for `matcher verify`, and for a matrix the problem directory `DIR/problem` beside it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use matcher_core::allocation::{Allocation, write_pairs};
use matcher_core::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use matcher_core::problem::{self, Parts, Place, Problem};
use matcher_core::solve::{Control, Progress, SolveOptions, StopSignal, solve};
use serde_json::json;

/// Gaps whose first proof is timed, in millionths: 1 %, 0.1 %, 0.03 %, none.
const GAPS: [u64; 4] = [10_000, 1_000, 300, 0];

type Fault = Box<dyn std::error::Error>;

#[derive(Debug, Default)]
struct Words {
    dir: Option<PathBuf>,
    dense: Option<PathBuf>,
    out: Option<PathBuf>,
    gap: u64,
    limit: Option<u64>,
    threads: usize,
    repeat: usize,
}

fn main() -> ExitCode {
    match words(std::env::args().skip(1)).and_then(|words| run(&words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("solve_times: {fault}");
            ExitCode::from(2)
        }
    }
}

fn words(mut args: impl Iterator<Item = String>) -> Result<Words, Fault> {
    let mut words = Words { repeat: 1, ..Words::default() };
    while let Some(word) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--dense" => words.dense = Some(value()?.into()),
            "--out" => words.out = Some(value()?.into()),
            "--gap" => words.gap = value()?.parse()?,
            "--limit" => words.limit = Some(value()?.parse()?),
            "--threads" => words.threads = value()?.parse()?,
            "--repeat" => words.repeat = value()?.parse()?,
            _ if word.starts_with('-') || words.dir.is_some() => return Err(format!("{word} is not known").into()),
            _ => words.dir = Some(word.into()),
        }
    }
    Ok(words)
}

/// When things were first known, in seconds from the start of the solve.
#[derive(Debug, Default, Clone, Copy)]
struct Marks {
    first: Option<f64>,
    gaps: [Option<f64>; GAPS.len()],
}

impl Marks {
    fn note(&mut self, seconds: f64, objective: Option<i64>, bound: Option<i64>) {
        let Some(objective) = objective else { return };
        self.first.get_or_insert(seconds);
        let Some(bound) = bound else { return };
        let gap = i128::from(bound) - i128::from(objective);
        for (mark, ppm) in self.gaps.iter_mut().zip(GAPS) {
            if gap * 1_000_000 <= i128::from(ppm) * i128::from(objective.unsigned_abs().max(1)) {
                mark.get_or_insert(seconds);
            }
        }
    }
}

fn run(words: &Words) -> Result<(), Fault> {
    let start = Instant::now();
    let problem = match (&words.dir, &words.dense) {
        (Some(dir), None) => problem::read(dir)?,
        (None, Some(file)) => matrix(&std::fs::read(file)?)?,
        _ => return Err("name a problem directory, or a matrix with --dense".into()),
    };
    // The fingerprint of the input, which certificates carry, belongs to reading it.
    problem.hash();
    let load = start.elapsed().as_secs_f64();
    let options = SolveOptions { gap_ppm: words.gap, threads: words.threads, ..SolveOptions::default() };
    let (mut seconds, mut last) = (Vec::new(), None);
    for _ in 0..words.repeat.max(1) {
        let (allocation, marks, took) = timed(&problem, &options, words.limit)?;
        seconds.push(took);
        last = Some((allocation, marks));
    }
    let (allocation, marks) = last.ok_or("no solve")?;
    if let Some(out) = &words.out {
        write(&problem, &allocation, out, words.dense.is_some())?;
    }
    let gaps: serde_json::Map<_, _> = GAPS.iter().zip(marks.gaps).map(|(ppm, seconds)| (ppm.to_string(), json!(seconds))).collect();
    let line = json!({
        "households": problem.households().len(), "dwellings": problem.dwellings().len(), "arcs": problem.arc_count(),
        "quotas": problem.quotas().len(), "affinities": problem.affinities().len(), "load": load, "solve": seconds,
        "first": marks.first, "gap_ppm": gaps, "status": allocation.status, "objective": allocation.objective, "bound": allocation.bound,
    });
    println!("{line}");
    Ok(())
}

/// One solve, stopped after `limit` seconds.
fn timed(problem: &Problem, options: &SolveOptions, limit: Option<u64>) -> Result<(Allocation, Marks, f64), Fault> {
    let (stop, marks, start) = (StopSignal::new(), Mutex::new(Marks::default()), Instant::now());
    let note = |objective, bound| {
        let seconds = start.elapsed().as_secs_f64();
        // Nothing panics while it is held.
        marks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).note(seconds, objective, bound);
    };
    let progress = |p: Progress| note(p.objective, p.bound);
    let allocation = std::thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        if let Some(limit) = limit {
            let stop = &stop;
            scope.spawn(move || {
                if waiting.recv_timeout(Duration::from_secs(limit)) == Err(RecvTimeoutError::Timeout) {
                    stop.time_over();
                }
            });
        }
        let allocation = solve(problem, options, &Control { stop: Some(&stop), progress: Some(&progress) });
        drop(done);
        allocation
    })?;
    let took = start.elapsed().as_secs_f64();
    note(allocation.objective, allocation.bound);
    let marks = *marks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok((allocation, marks, took))
}

fn write(problem: &Problem, allocation: &Allocation, out: &Path, with_problem: bool) -> Result<(), Fault> {
    std::fs::create_dir_all(out)?;
    if with_problem {
        problem::write(problem, &out.join("problem"))?;
    }
    write_pairs(problem, allocation, &out.join("allocation.csv"))?;
    let certificate = allocation.certificate.as_ref().ok_or("no certificate to be judged")?;
    serde_json::to_writer(std::io::BufWriter::new(std::fs::File::create(out.join("certificate.json"))?), certificate)?;
    Ok(())
}

/// A dense problem: rows are households, columns dwellings of one residence; ids count up with leading zeros.
fn matrix(bytes: &[u8]) -> Result<Problem, Fault> {
    let word = |at: usize| bytes.get(4 * at..4 * at + 4).and_then(|b| b.try_into().ok()).map(i32::from_le_bytes);
    let size = |at| word(at).and_then(|n| usize::try_from(n).ok()).ok_or("a matrix begins with its rows and columns");
    let (rows, columns) = (size(0)?, size(1)?);
    let mut parts = Parts {
        households: (0..rows).map(|h| format!("h{h:05}")).collect(),
        residences: vec!["r".to_owned()],
        dwellings: (0..columns).map(|d| Place { id: format!("d{d:05}"), residence: ResidenceIndex::new(0), capacity: 1 }).collect(),
        ..Parts::default()
    };
    for (at, (h, d)) in (0..rows).flat_map(|h| (0..columns).map(move |d| (h, d))).enumerate() {
        let score = word(2 + at).ok_or("the matrix is too short")?;
        parts.arcs.push((HouseholdIndex::new(h), DwellingIndex::new(d), score.into()));
    }
    Ok(Problem::new(parts)?)
}
