//! Sequences of edits on tiny problems of every family: each answer has the value of a cold solve and stands before the judge.

use matcher_core::allocation::Status;
use matcher_core::error::Error;
use matcher_core::problem;
use matcher_core::solve::{Control, SolveOptions, Warm, solve};
use matcher_tests::court::judge;
use matcher_tests::families::{self, Draw};
use matcher_tests::relcheck::edits::{is_readable, random};

/// A sequence of edits on one problem, solved to a gap; gives how many were made.
fn sequence(name: &str, files: &families::Files, seed: u64, length: usize, gap_ppm: u64) -> usize {
    let exact = SolveOptions { gap_ppm: 0, step_limit: Some(4_000_000), ..SolveOptions::default() };
    let options = SolveOptions { gap_ppm, ..exact };
    let mut draw = Draw::new(seed, name);
    let mut warm = Warm::open(problem::read_files(files).unwrap(), &options, &Control::default()).unwrap();
    let mut undos = Vec::new();
    let mut made = 0;
    for number in 0..length {
        let at = format!("family {name} seed {seed} edit {number}");
        if draw.tenths(2)
            && let Some((undo, hash)) = undos.pop()
        {
            warm.undo(undo).unwrap();
            assert_eq!(warm.problem().unwrap().hash(), hash, "{at}");
        } else {
            let before = warm.problem().unwrap();
            match warm.edit(&[random(&mut draw, &before, number)]) {
                Ok(undo) => undos.push((undo, before.hash())),
                Err(Error::Input { .. }) => {
                    assert_eq!(warm.problem().unwrap().hash(), before.hash(), "{at}");
                    continue;
                }
                Err(error) => panic!("{at}: {error}"),
            }
        }
        made += 1;
        let (problem, answer) = warm.answer(&Control::default()).unwrap();
        if !is_readable(&problem) {
            continue;
        }
        let cold = solve(&problem, &exact, &Control::default()).unwrap();
        assert!(matches!(cold.status, Status::Optimal | Status::Infeasible), "{at}: {:?}", cold.status);
        if gap_ppm == 0 {
            assert_eq!((answer.status, answer.objective, answer.bound), (cold.status, cold.objective, cold.bound), "{at}");
        } else if let (Some(best), Some(objective), Some(bound)) = (cold.objective, answer.objective, answer.bound) {
            assert!(objective <= best && best <= bound, "{at}: {objective} {best} {bound}");
            let missing = i128::from(bound - objective) * 1_000_000;
            assert!(missing <= i128::from(gap_ppm) * i128::from(objective.abs().max(1)), "{at}: {objective} {bound}");
        } else {
            assert_eq!((answer.status, cold.status), (Status::Infeasible, Status::Infeasible), "{at}");
        }
        judge(&problem::files(&problem).unwrap(), &problem, &answer).unwrap_or_else(|why| panic!("{at}: {why}"));
    }
    made
}

#[test]
fn every_sequence_of_edits_is_as_good_as_a_cold_solve() {
    let mut made = 0;
    for seed in 0..10 {
        for (name, files) in families::all(seed) {
            made += sequence(name, &files, seed, 10, 0);
        }
    }
    assert!(made > 1_000, "{made}");
}

#[test]
fn a_gap_that_is_asked_for_is_proved_after_every_edit() {
    let mut made = 0;
    for seed in 10..16 {
        for (name, files) in families::all(seed) {
            made += sequence(name, &files, seed, 10, 50_000);
        }
    }
    assert!(made > 600, "{made}");
}
