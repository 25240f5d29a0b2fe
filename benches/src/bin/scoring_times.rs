//! Ours in `peers/scoring.py`: twelve criteria over every pair of the tables in a folder, on every instruction path of the machine.
//!
//! `scoring_times DIR [--rounds N] [--households N] [--threads N] [--path CODE] [--scores FILE]` prints a line of JSON per kernel:
//! nanoseconds per pair, of the scoring alone, of the first N households where they are named. On several threads each has its share of
//! the households, and the slowest thread counts. Each group of households is timed apart and its fastest round counts, so that a busy machine disturbs little. With
//! `--scores` the points of all pairs are written as 64-bit integers, little endian: households by id, dwellings by (residence, id).

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use matcher_benches::scoring::{ByHand, dense, prepared, scoring};
use matcher_core::ids::HouseholdIndex;
use matcher_core::lanes;
use matcher_core::model::Model;

/// Households timed together.
const GROUP: usize = 100;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("scoring_times: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let value = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    let dir = arguments.first().ok_or("a folder of tables is missing")?;
    let rounds = value("--rounds").map_or(Ok(9), |number| number.parse())?;
    let (model, policy) = prepared(Path::new(dir))?;
    let most = value("--households").map_or(Ok(usize::MAX), |number| number.parse())?.min(model.households.len());
    let threads = value("--threads").map_or(Ok(1), |number| number.parse())?;
    let wanted = value("--path");
    for path in lanes::Path::available().filter(|path| wanted.is_none_or(|code| code == path.code())) {
        let scoring = scoring(&model, &policy, path)?;
        report(&model, "matcher", path, most, shared(most, rounds, threads, |households, take| dense(&model, &scoring, households, take)));
        let by_hand = ByHand::new(&model, &policy, path);
        report(&model, "by_hand", path, most, shared(most, rounds, threads, |households, take| by_hand.dense(households, take)));
    }
    if let Some(file) = value("--scores") {
        let scoring = scoring(&model, &policy, lanes::Path::best())?;
        let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
        let mut written = Ok(());
        dense(&model, &scoring, 0..most, &mut |_, row| {
            let bytes: Vec<u8> = row.iter().flat_map(|points| points.to_le_bytes()).collect();
            if written.is_ok() {
                written = out.write_all(&bytes);
            }
        });
        written?;
        out.flush()?;
    }
    Ok(())
}

type Take<'t> = &'t mut dyn FnMut(HouseholdIndex, &[i64]);

/// [`timed`] on threads side by side, the slowest of them; the check sums of their shares as one.
fn shared(most: usize, rounds: usize, threads: usize, run: impl Fn(Range<usize>, Take<'_>) + Sync) -> (Duration, u64) {
    let groups = most.div_ceil(GROUP);
    let bound = |share: usize| most.min(groups * share / threads.max(1) * GROUP);
    let told: Vec<(Duration, u64)> = std::thread::scope(|scope| {
        let run = &run;
        let shares: Vec<_> =
            (0..threads.max(1)).map(|share| scope.spawn(move || timed(bound(share)..bound(share + 1), rounds, run))).collect();
        shares.into_iter().filter_map(|share| share.join().ok()).collect()
    });
    let checks = told.iter().fold(0_u64, |sum, share| sum.wrapping_mul(31).wrapping_add(share.1));
    (told.iter().map(|share| share.0).max().unwrap_or_default(), checks)
}

/// The sum of the fastest times of each group of households, and a check sum of the points.
fn timed(all: Range<usize>, rounds: usize, run: impl Fn(Range<usize>, Take<'_>)) -> (Duration, u64) {
    let (mut total, mut check) = (Duration::ZERO, 0_u64);
    for start in all.clone().step_by(GROUP) {
        let households = start..all.end.min(start + GROUP);
        let mut fastest = Duration::MAX;
        for round in 0..rounds {
            let clock = Instant::now();
            run(households.clone(), &mut |_, row| {
                std::hint::black_box(row);
            });
            fastest = fastest.min(clock.elapsed());
            if round == 0 {
                run(households.clone(), &mut |_, row| {
                    check = row.iter().fold(check, |check, &points| check.wrapping_mul(31).wrapping_add(points as u64));
                });
            }
        }
        total += fastest;
    }
    (total, check)
}

fn report(model: &Model, kernel: &str, path: lanes::Path, most: usize, (time, check): (Duration, u64)) {
    let pairs = most * model.dwellings.len();
    let line = serde_json::json!({
        "kernel": kernel,
        "path": path.code(),
        "pairs": pairs,
        "ns_per_pair": time.as_secs_f64() * 1e9 / pairs as f64,
        "check": check.to_string(),
    });
    println!("{line}");
}
