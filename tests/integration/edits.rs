//! Sequences of edits on tiny problems of every family: each answer has the value of a cold solve and stands before the judge.

use matcher_core::allocation::Status;
use matcher_core::error::Error;
use matcher_core::problem;
use matcher_core::solve::{Control, SolveOptions, Warm, solve};
use matcher_tests::court::judge;
use matcher_tests::families::{self, Draw};
use matcher_tests::relcheck::edits::{is_readable, random};

/// A sequence of edits on one problem; gives how many were made.
fn sequence(name: &str, files: &families::Files, seed: u64, length: usize) -> usize {
    let exact = SolveOptions { gap_ppm: 0, step_limit: Some(4_000_000), ..SolveOptions::default() };
    let mut draw = Draw::new(seed, name);
    let mut warm = Warm::open(problem::read_files(files).unwrap(), &exact, &Control::default()).unwrap();
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
        assert_eq!((answer.status, answer.objective, answer.bound), (cold.status, cold.objective, cold.bound), "{at}");
        judge(&problem::files(&problem).unwrap(), &problem, &answer).unwrap_or_else(|why| panic!("{at}: {why}"));
    }
    made
}

#[test]
fn every_sequence_of_edits_is_as_good_as_a_cold_solve() {
    let mut made = 0;
    for seed in 0..10 {
        for (name, files) in families::all(seed) {
            made += sequence(name, &files, seed, 10);
        }
    }
    assert!(made > 1_000, "{made}");
}
