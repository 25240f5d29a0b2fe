use std::collections::BTreeMap;

use super::*;

fn sheet<'a>(files: &'a BTreeMap<&'static str, Vec<u8>>, name: &str) -> Vec<Vec<&'a str>> {
    let text = files.get(name).map_or("", |bytes| std::str::from_utf8(bytes).unwrap());
    text.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

#[test]
fn core_reads_it_and_the_numbers_are_those_promised() {
    for seed in 0..4 {
        let plan = ProblemPlan { affinities: true, ..ProblemPlan::new(Size::S) };
        let files = problem_files(&plan, seed);
        let problem = matcher_core::problem::read_files(&files).unwrap();
        assert_eq!(problem.dwellings().len(), 200, "seed {seed}");
        // Those whom no dwelling suits stand in groups.csv.
        assert_eq!(problem.households().len(), 600, "seed {seed}");
        assert!((15_000..26_000).contains(&problem.arc_count()), "seed {seed}: {}", problem.arc_count());
        assert_eq!(problem.quotas().len(), 10 * 10 + 2 * 2 + 4 + 1, "seed {seed}");
        assert!(problem.affinities().len() > 300, "seed {seed}: {}", problem.affinities().len());
        let mut scores: Vec<i64> = (0..problem.arc_count()).map(|at| problem.arc(at).score).collect();
        scores.sort_unstable();
        let arcs = scores.len();
        scores.dedup();
        // Ties as in life: each score is shared by many.
        assert!(scores.len() * 20 < arcs && scores.len() > 100, "seed {seed}: {} scores", scores.len());
    }
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_one_others() {
    let plan = ProblemPlan { affinities: true, ..ProblemPlan::new(Size::XS) };
    assert_eq!(problem_files(&plan, 3), problem_files(&plan, 3));
    let (one, other) = (problem_files(&plan, 3), problem_files(&plan, 4));
    assert!(one.keys().all(|name| one[name] != other[name]));
}

#[test]
fn quotas_and_pairs_change_no_arc_and_a_tolerance_moves_the_bounds_only() {
    let (all, none) =
        (ProblemPlan { affinities: true, ..ProblemPlan::new(Size::XS) }, ProblemPlan { quotas: false, ..ProblemPlan::new(Size::XS) });
    let (with, plain) = (problem_files(&all, 1), problem_files(&none, 1));
    assert_eq!(with["arcs.csv"], plain["arcs.csv"]);
    assert_eq!(plain.keys().copied().collect::<Vec<_>>(), ["arcs.csv", "dwellings.csv"]);
    let wide = problem_files(&ProblemPlan { tolerance: 300, ..ProblemPlan::new(Size::XS) }, 1);
    assert_eq!(wide["groups.csv"], with["groups.csv"]);
    let slack = |files| {
        let rows = sheet(files, "quotas.csv");
        rows.iter().filter_map(|row| Some(row[4].parse::<i64>().ok()? - row[3].parse::<i64>().ok()?)).sum::<i64>()
    };
    assert!(slack(&wide) > slack(&with));
}

#[test]
fn hard_rows_can_be_met() {
    use matcher_core::solve::{Control, SolveOptions, solve};
    for (seed, tolerance) in [(1, 0), (2, 100), (3, 150), (4, 300)] {
        let files = problem_files(&ProblemPlan { tolerance, ..ProblemPlan::new(Size::XS) }, seed);
        let problem = matcher_core::problem::read_files(&files).unwrap();
        let hard_minima = problem.quotas().iter().filter(|q| q.min.is_some_and(|min| min > 0) && q.penalty_below.is_none()).count();
        assert!(hard_minima > 0, "seed {seed}: no hard minimum to be met");
        let options = SolveOptions { gap_ppm: 50_000, step_limit: Some(2_000_000), ..SolveOptions::default() };
        let allocation = solve(&problem, &options, &Control::default()).unwrap();
        assert!(allocation.objective.is_some(), "seed {seed}: {:?}", allocation.status);
    }
}

#[test]
fn what_is_written_replaces_an_earlier_problem() {
    let dir = tempfile::tempdir().unwrap();
    let plan = ProblemPlan { affinities: true, ..ProblemPlan::new(Size::XS) };
    let counts = write_problem(&plan, 1, dir.path()).unwrap();
    let files = problem_files(&plan, 1);
    for (name, bytes) in &files {
        assert_eq!(&std::fs::read(dir.path().join(name)).unwrap(), bytes, "{name}");
    }
    assert_eq!(counts.arcs, sheet(&files, "arcs.csv").len());
    assert_eq!(counts.quotas, sheet(&files, "quotas.csv").len());
    assert_eq!(counts.affinities, sheet(&files, "affinities.csv").len());
    write_problem(&ProblemPlan { quotas: false, ..ProblemPlan::new(Size::XS) }, 1, dir.path()).unwrap();
    assert!(!dir.path().join("affinities.csv").exists() && !dir.path().join("quotas.csv").exists());
}
