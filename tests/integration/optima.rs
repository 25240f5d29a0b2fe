//! Every answer of the solver on tiny problems of every family, against the subset oracle and before the judge.
//!
//! The same by the hundred thousand: `cargo run --release -p matcher-tests --bin relcheck -- optima --n 100000`.

use matcher_tests::families;
use matcher_tests::relcheck::{Job, optima};

#[test]
fn tiny_problems_of_every_family_are_proved_optimal() {
    let job = Job { tries: 40 * families::names().len() as u64, seed: 0, threads: 2, family: None };
    let found = optima::run(&job);
    assert!(found.bad.is_empty(), "{}", found.bad[0]);
    assert_eq!(found.proved, job.tries);
}
