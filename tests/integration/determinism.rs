//! The same bytes for any number of threads and any order of rows.

use std::collections::BTreeMap;

use matcher_core::allocation::Status;
use matcher_core::problem;
use matcher_core::solve::{Control, SolveOptions, StopSignal, solve};
use matcher_generate::{ProblemPlan, Size, problem_files};
use matcher_tests::court::{judge, pairs};
use matcher_tests::families::{self, Draw};
use matcher_tests::relcheck::repro::{bytes, shuffled};

type Files = BTreeMap<&'static str, Vec<u8>>;

fn answer(files: &Files, threads: usize) -> String {
    let problem = problem::read_files(files).unwrap();
    let options = SolveOptions { gap_ppm: 0, step_limit: Some(200_000), seed: 5, threads, ..SolveOptions::default() };
    let allocation = solve(&problem, &options, &Control::default()).unwrap();
    bytes(&problem, &allocation).unwrap()
}

#[test]
fn threads_change_nothing() {
    for seed in 100..104 {
        for (family, files) in families::all(seed) {
            assert_eq!(answer(&files, 1), answer(&files, 2), "family {family} seed {seed}");
        }
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for seed in 200..206 {
        for (family, files) in families::all(seed) {
            assert_eq!(answer(&files, 0), answer(&shuffled(&files, &mut Draw::new(seed, "shuffle")), 0), "family {family} seed {seed}");
        }
    }
}

#[test]
fn the_seed_decides_between_equals() {
    // One dwelling, five households that are all worth the same: who gets it is drawn.
    let files: Files = [
        ("arcs.csv", b"household,dwelling,score\nh1,d,7\nh2,d,7\nh3,d,7\nh4,d,7\nh5,d,7\n".to_vec()),
        ("dwellings.csv", b"dwelling,residence\nd,r\n".to_vec()),
    ]
    .into();
    let problem = problem::read_files(&files).unwrap();
    let winner = |seed| {
        let options = SolveOptions { seed, ..SolveOptions::default() };
        pairs(&problem, &solve(&problem, &options, &Control::default()).unwrap())[0].0.clone()
    };
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..200 {
        assert_eq!(winner(seed), winner(seed));
        // The best draw wins, and everyone can check it.
        let best = problem.households().iter().max_by_key(|id| matcher_core::ids::draw(seed, id)).unwrap();
        assert_eq!(&winner(seed), best, "seed {seed}");
        *counts.entry(winner(seed)).or_default() += 1;
    }
    assert_eq!(counts.len(), 5, "{counts:?}");
    assert!(counts.values().all(|&n| (20..=60).contains(&n)), "{counts:?}");
}

/// 20,000 dwellings: eight blocks anneal side by side, then forty regions at a time; rows of all residences are shared by all.
#[test]
fn a_town_of_many_blocks_is_the_same_for_any_threads_and_judged() {
    let files = problem_files(&ProblemPlan::new(Size::L), 7);
    let problem = problem::read_files(&files).unwrap();
    let solved = |threads| {
        let options = SolveOptions { gap_ppm: 2_000, step_limit: Some(2_000_000_000), seed: 5, threads, ..SolveOptions::default() };
        solve(&problem, &options, &Control::default()).unwrap()
    };
    let one = solved(1);
    assert_eq!(one.status, Status::GapLimit);
    let verdict = judge(&files, &problem, &one).unwrap();
    assert_eq!((verdict.value.map(|value| value.objective), verdict.bound), (one.objective, one.bound));
    assert_eq!(bytes(&problem, &one).unwrap(), bytes(&problem, &solved(3)).unwrap());
}

/// Whenever the caller stops, in the midst of whatever it was: what is answered stands before the judge, or nothing is claimed.
#[test]
fn a_solve_cancelled_at_any_moment_claims_only_what_it_can_prove() {
    let files = problem_files(&ProblemPlan::new(Size::M), 7);
    let problem = problem::read_files(&files).unwrap();
    let (mut known, mut unknown) = (0, 0);
    for attempt in 0..24 {
        let stop = StopSignal::new();
        // The first is stopped before it begins, the last when it tells its first bound; those between wherever the clock finds them.
        let (first, last) = (attempt == 0, attempt == 23);
        if first {
            stop.cancel();
        }
        let tell = |_| {
            if last {
                stop.cancel();
            }
        };
        let allocation = std::thread::scope(|scope| {
            if !first && !last {
                scope.spawn(|| {
                    std::thread::sleep(std::time::Duration::from_millis(attempt * 17));
                    stop.cancel();
                });
            }
            let options = SolveOptions { gap_ppm: 0, threads: 2, ..SolveOptions::default() };
            solve(&problem, &options, &Control { stop: Some(&stop), progress: Some(&tell) }).unwrap()
        });
        assert!(allocation.certificate.is_none() || !first, "attempt {attempt}");
        assert!(allocation.certificate.is_some() || !last, "attempt {attempt}");
        assert!(matches!(allocation.status, Status::Cancelled | Status::Unknown), "attempt {attempt}: {:?}", allocation.status);
        if allocation.certificate.is_some() {
            let verdict = judge(&files, &problem, &allocation).unwrap_or_else(|why| panic!("attempt {attempt}: {why}"));
            assert_eq!(verdict.bound, allocation.bound, "attempt {attempt}");
            known += 1;
        } else {
            assert!(allocation.bound.is_none() && allocation.pairs().next().is_none(), "attempt {attempt}");
            unknown += 1;
        }
    }
    assert!(known > 0 && unknown > 0, "{known} {unknown}");
}
