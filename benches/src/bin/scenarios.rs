//! How long a scenario takes from the answer before, and from nothing: medians and 99th percentiles over random scenarios.
//!
//! `cargo run --release -p matcher-benches --bin scenarios -- TOWN [N] [GAP_PPM]`, TOWN a folder of `matcher generate`. Each scenario is made to
//! the town itself and taken back. Then as many again are swept side by side.

use std::path::Path;
use std::time::{Duration, Instant};

use matcher_core::pipeline::Inputs;
use matcher_core::scenario::{Scenario, Session, Town};
use matcher_core::solve::{Control, SolveOptions};
use matcher_tests::families::Draw;
use matcher_tests::scenarios::random;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().collect();
    let dir = words.get(1).ok_or("name a folder of tables")?;
    let count: usize = words.get(2).map_or(Ok(40), |word| word.parse())?;
    let gap_ppm: u64 = words.get(3).map_or(Ok(1_000), |word| word.parse())?;
    let town = Town::from(Inputs::read(Path::new(dir), None)?.open(None)?);
    let (options, control) = (SolveOptions { gap_ppm, ..SolveOptions::default() }, Control::default());
    let start = Instant::now();
    let mut session = Session::open(town, &options, &control)?;
    println!("opened in {:.3} s, {} pairs", start.elapsed().as_secs_f64(), session.outcome().pairs);
    let mut draw = Draw::new(1, "times of scenarios");
    let (mut warm, mut cold, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    let mut scenarios: Vec<Scenario> = Vec::new();
    for number in 0..count {
        let scenario = random(session.town(), session.outcome(), &mut draw, number)?.1;
        let start = Instant::now();
        if session.apply(&scenario, &control).is_err() {
            continue;
        }
        warm.push(start.elapsed());
        moved.push(session.compare().moved.len());
        let start = Instant::now();
        let after = Session::open(session.town().clone(), &options, &control)?;
        cold.push(start.elapsed());
        if let (Some(warm), Some(cold)) = (session.outcome().objective, after.outcome().bound) {
            assert!(warm <= cold, "an allocation above a bound");
        }
        session.undo()?;
        scenarios.push(scenario);
    }
    moved.sort_unstable();
    println!("{} answered; households that change: median {}", warm.len(), moved.get(moved.len() / 2).copied().unwrap_or(0));
    report("from the answer before", warm);
    report("from nothing", cold);
    let start = Instant::now();
    let swept = session.sweep(&scenarios, &control).iter().filter(|outcome| outcome.is_ok()).count();
    println!("swept {swept} in {:.3} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at =
        |per_cent: usize| times.get((times.len() * per_cent / 100).min(times.len().saturating_sub(1))).map_or(0.0, Duration::as_secs_f64);
    println!("{name}: median {:.1} ms, 99 % {:.1} ms", at(50) * 1e3, at(99) * 1e3);
}
