//! The same bytes of allocation and certificate for any number of threads and any order of rows, and after edits the value of a cold
//! solve, the same for any number of threads.

use matcher_core::allocation::Allocation;
use matcher_core::error::Error;
use matcher_core::problem::{self, Problem};
use matcher_core::solve::{Control, SolveOptions, Warm, solve};
use matcher_generate::{ProblemPlan, Size, problem_files};

use crate::court::{self, pairs};
use crate::families::{Draw, Files};

use super::{Bad, Job, edits};

/// What a run found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Problems of the families.
    pub tries: u64,
    /// Further problems, of 40 dwellings and 120 households with quotas.
    pub towns: u64,
    /// Edits made.
    pub edits: u64,
    /// Answers that differ.
    pub bad: Vec<Bad>,
}

/// Tiny problems per generated town.
const PER_TOWN: u64 = 50;

/// Runs the trials.
pub fn run(job: &Job) -> Found {
    let ([edits], mut bad) = job.run(|case| {
        let (name, files) = case.problem();
        let mut draw = Draw::new(case.seed, &format!("repro of {name}"));
        same(&files, &mut draw, 200_000)?;
        edited(&files, &mut draw).map(|made| [made])
    });
    let towns = Job { tries: if job.family.is_some() { 0 } else { job.tries / PER_TOWN }, family: Some(0), ..job.clone() };
    let ([], more) = towns.run(|case| {
        let plan = ProblemPlan { tolerance: 100 + (case.seed % 3) as u32 * 100, ..ProblemPlan::new(Size::XS) };
        let mut draw = Draw::new(case.seed, "repro of a town");
        same(&problem_files(&plan, case.seed), &mut draw, 60_000).map(|()| [])
    });
    bad.extend(more.into_iter().map(|bad| Bad { what: format!("generated town XS: {}", bad.what), ..bad }));
    Found { tries: job.tries, towns: towns.tries, edits, bad }
}

/// Everything an answer says, as bytes.
///
/// # Errors
/// Where it cannot be written.
pub fn bytes(problem: &Problem, allocation: &Allocation) -> Result<String, String> {
    let certificate = serde_json::to_string(&allocation.certificate).map_err(|e| e.to_string())?;
    Ok(format!("{allocation:?} {:?} {certificate}", pairs(problem, allocation)))
}

/// Every file with its rows in another order.
pub fn shuffled(files: &Files, draw: &mut Draw) -> Files {
    let mut shuffle = |bytes: &Vec<u8>| {
        let text = String::from_utf8_lossy(bytes);
        let mut lines: Vec<&str> = text.lines().collect();
        for at in (2..lines.len()).rev() {
            lines.swap(at, 1 + draw.position(at));
        }
        (lines.join("\n") + "\n").into_bytes()
    };
    files.iter().map(|(name, bytes)| (*name, shuffle(bytes))).collect()
}

/// One answer for 1, 2 and 4 threads, with the rows as they are and in another order.
fn same(files: &Files, draw: &mut Draw, most_steps: i64) -> Result<(), String> {
    let gap_ppm = [0, 0, 1_000, 50_000][draw.position(4)];
    let step_limit = Some(if draw.tenths(3) { draw.between(0, most_steps / 20) } else { most_steps }.unsigned_abs());
    let seed = draw.bits();
    let answer = |files: &Files, threads| {
        let problem = problem::read_files(files).map_err(|e| e.to_string())?;
        let options = SolveOptions { gap_ppm, step_limit, seed, threads, ..SolveOptions::default() };
        let allocation = solve(&problem, &options, &Control::default()).map_err(|e| e.to_string())?;
        bytes(&problem, &allocation)
    };
    let first = answer(files, 1)?;
    for threads in [2, 4] {
        compare(&first, &answer(files, threads)?).map_err(|why| format!("{threads} threads: {why}"))?;
    }
    compare(&first, &answer(&shuffled(files, draw), 1)?).map_err(|why| format!("shuffled rows: {why}"))
}

/// Where two answers part.
fn compare(one: &str, other: &str) -> Result<(), String> {
    let Some(at) = (0..one.len().max(other.len())).find(|&at| one.as_bytes().get(at) != other.as_bytes().get(at)) else { return Ok(()) };
    let near = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(30).min(text.len())..(at + 30).min(text.len())]).into_owned()
    };
    Err(format!("'{}' is not '{}'", near(one), near(other)))
}

/// A few edits: warm answers are those of other threads byte for byte, and worth what a cold solve finds. Gives the edits made.
fn edited(files: &Files, draw: &mut Draw) -> Result<u64, String> {
    let options = SolveOptions { threads: 1, ..super::optima::exact() };
    let open = |threads| {
        let problem = problem::read_files(files).map_err(|e| e.to_string())?;
        Warm::open(problem, &SolveOptions { threads, ..options }, &Control::default()).map_err(|e| e.to_string())
    };
    let (mut one, mut two) = (open(1)?, open(2)?);
    let mut made = 0;
    for number in 0..3 {
        let before = one.problem().map_err(|e| e.to_string())?;
        let edit = [edits::random(draw, &before, number)];
        match (one.edit(&edit), two.edit(&edit)) {
            (Ok(_), Ok(_)) => made += 1,
            (Err(Error::Input { .. }), Err(Error::Input { .. })) => continue,
            (a, b) => return Err(format!("edit {edit:?}: {:?} and {:?}", a.err(), b.err())),
        }
        let (problem, answer) = one.answer(&Control::default()).map_err(|e| e.to_string())?;
        let (same, other) = two.answer(&Control::default()).map_err(|e| e.to_string())?;
        let place = || format!("after edit {number}, {edit:?}");
        compare(&bytes(&problem, &answer)?, &bytes(&same, &other)?).map_err(|why| format!("{}: 2 threads: {why}", place()))?;
        if !edits::is_readable(&problem) {
            continue;
        }
        // The problem as its files say it, solved cold by whoever reads them, and judged.
        let files = problem::files(&problem).map_err(|e| e.to_string())?;
        court::compared(&files, &problem, &answer).map_err(|why| format!("{}: {why}", place()))?;
        let cold = solve(&problem, &options, &Control::default()).map_err(|e| e.to_string())?;
        if (cold.status, cold.objective, cold.bound) != (answer.status, answer.objective, answer.bound) {
            let cold = (cold.status, cold.objective, cold.bound);
            return Err(format!("{}: cold {cold:?}, warm {:?}", place(), (answer.status, answer.objective, answer.bound)));
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families;

    #[test]
    fn answers_are_the_same_for_threads_and_orders_and_edits() {
        let found = run(&Job { tries: 6 * families::names().len() as u64, seed: 300, threads: 2, family: None });
        assert!(found.bad.is_empty(), "{}", found.bad[0]);
        assert!(found.towns >= 2 && found.edits > 150, "{found:?}");
    }

    #[test]
    fn another_answer_is_told_apart() {
        assert_eq!(compare("one", "one"), Ok(()));
        assert_eq!(compare("one", "once"), Err("'one' is not 'once'".to_owned()));
        assert!(compare("one", "on").is_err() && compare("", "x").is_err());
        // A seed is part of the answer where all are equal.
        let files: Files = [
            ("arcs.csv", b"household,dwelling,score\nh1,d,7\nh2,d,7\nh3,d,7\nh4,d,7\nh5,d,7\n".to_vec()),
            ("dwellings.csv", b"dwelling,residence\nd,r\n".to_vec()),
        ]
        .into();
        let problem = problem::read_files(&files).unwrap();
        let answers = (0..20).map(|seed| {
            let options = SolveOptions { seed, ..SolveOptions::default() };
            bytes(&problem, &solve(&problem, &options, &Control::default()).unwrap()).unwrap()
        });
        assert!(answers.collect::<std::collections::BTreeSet<_>>().len() > 3);
    }

    #[test]
    fn shuffling_keeps_the_header_and_every_row() {
        let files = families::one(0, 3).1;
        let other = shuffled(&files, &mut Draw::new(1, "shuffle"));
        assert_ne!(files, other);
        for (name, bytes) in &files {
            let lines = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
            let (mut one, mut two) = (lines(bytes), lines(&other[name]));
            assert_eq!(one[0], two[0]);
            one.sort_unstable();
            two.sort_unstable();
            assert_eq!(one, two);
        }
    }
}
