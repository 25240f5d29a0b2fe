//! Catalogue cases 57 to 77 that end in the solver: each gets its answer, and every answer is judged.

#![expect(clippy::format_push_string, clippy::format_collect, reason = "small texts, plainly made")]

use matcher_core::allocation::{Allocation, Proof, Status};
use matcher_core::problem::{self, Problem};
use matcher_core::solve::{Control, SolveOptions, StopSignal, solve};
use matcher_tests::court::{judge, pairs};
use matcher_tests::families::Files;

const QUOTAS: &str = "quota,scope,group,min,max,penalty_below,penalty_above\n";

fn files(list: &[(&'static str, &str)]) -> Files {
    list.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect()
}

fn answer(files: &Files, options: &SolveOptions) -> (Problem, Allocation) {
    let problem = problem::read_files(files).unwrap();
    let allocation = solve(&problem, options, &Control::default()).unwrap();
    judge(files, &problem, &allocation).unwrap();
    (problem, allocation)
}

fn exact() -> SolveOptions {
    SolveOptions { gap_ppm: 0, ..SolveOptions::default() }
}

/// Ids of the conflicting rows of an infeasible answer.
fn conflict(files: &Files) -> Vec<String> {
    let (_, allocation) = answer(files, &exact());
    assert_eq!((allocation.status, allocation.objective, allocation.bound), (Status::Infeasible, None, None));
    match allocation.certificate.unwrap().proof {
        Proof::Infeasible { rows, .. } => rows,
        other => panic!("no conflict: {other:?}"),
    }
}

/// Everybody fits everywhere: `h` households, `d` dwellings in residences r0 and r1, groups `old` (even numbers) and `all`.
fn open_town(h: usize, d: usize) -> Vec<(&'static str, String)> {
    let mut arcs = "household,dwelling,score\n".to_owned();
    let mut groups = "household,group\n".to_owned();
    for household in 0..h {
        for dwelling in 0..d {
            arcs += &format!("h{household},d{dwelling},{}\n", 10 + (household * 7 + dwelling * 5) % 13);
        }
        groups += &format!("h{household},all\n");
        if household % 2 == 0 {
            groups += &format!("h{household},old\n");
        }
    }
    let dwellings: String = (0..d).map(|dwelling| format!("d{dwelling},r{}\n", dwelling % 2)).collect();
    vec![("arcs.csv", arcs), ("dwellings.csv", format!("dwelling,residence\n{dwellings}")), ("groups.csv", groups)]
}

fn with_quotas(mut town: Vec<(&'static str, String)>, rows: &str) -> Files {
    town.push(("quotas.csv", format!("{QUOTAS}{rows}")));
    town.into_iter().map(|(name, text)| (name, text.into_bytes())).collect()
}

#[test]
fn fault_57_extreme_scores_are_a_named_error_before_solving() {
    for score in [i64::MIN, i64::MAX, i64::MIN + 1] {
        let arcs = format!("household,dwelling,score\nh1,d1,{score}\n");
        let error = problem::read_files(&files(&[("arcs.csv", &arcs), ("dwellings.csv", "dwelling,residence\nd1,r\n")])).unwrap_err();
        assert!(error.to_string().starts_with("SCORE_OVERFLOW"), "{error}");
    }
}

#[test]
fn fault_58_a_negative_pair_stays_unmatched_unless_a_row_demands_it() {
    let town = [("arcs.csv", "household,dwelling,score\nh1,d1,-5\n"), ("dwellings.csv", "dwelling,residence\nd1,r\n")];
    assert_eq!(answer(&files(&town), &exact()).1.objective, Some(0));
    let demanded = [town[0], town[1], ("groups.csv", "household,group\nh1,g\n"), ("quotas.csv", &format!("{QUOTAS}q,r,g,1,,,\n"))];
    let (_, allocation) = answer(&files(&demanded), &exact());
    assert_eq!((allocation.status, allocation.objective), (Status::Optimal, Some(-5)));
}

#[test]
fn fault_59_and_60_equal_scores_are_drawn_and_certified() {
    for score in [0, 7] {
        let mut arcs = "household,dwelling,score\n".to_owned();
        (0..30).for_each(|pair| arcs += &format!("h{},d{},{score}\n", pair / 5, pair % 5));
        let dwellings: String = (0..5).map(|d| format!("d{d},r\n")).collect();
        let files = files(&[("arcs.csv", &arcs), ("dwellings.csv", &format!("dwelling,residence\n{dwellings}"))]);
        let (_, allocation) = answer(&files, &exact());
        assert_eq!((allocation.objective, allocation.bound), (Some(5 * score), Some(5 * score)));
    }
}

#[test]
fn fault_63_one_point_in_a_million_millions_decides() {
    let arcs = "household,dwelling,score\nh1,d1,1000000000000\nh2,d1,1000000000001\n";
    let (problem, allocation) = answer(&files(&[("arcs.csv", arcs), ("dwellings.csv", "dwelling,residence\nd1,r\n")]), &exact());
    assert_eq!(pairs(&problem, &allocation)[0].0, "h2");
}

#[test]
fn fault_66_seeds_0_and_the_largest_are_ordinary() {
    for seed in [0, u64::MAX] {
        let town = with_quotas(open_town(6, 4), "q,r0,old,1,1,,\n");
        let (_, allocation) = answer(&town, &SolveOptions { seed, ..exact() });
        assert_eq!(allocation.status, Status::Optimal, "seed {seed}");
    }
}

#[test]
fn fault_68_minima_beyond_the_dwellings_conflict() {
    let rows = conflict(&with_quotas(open_town(8, 4), "need-old,*,old,3,,,\nneed-all,r0,all,1,,,\nneed-many,*,all,5,,,\n"));
    assert_eq!(rows, ["need-many"]);
}

#[test]
fn fault_69_minima_that_fit_by_count_but_not_by_eligibility() {
    // Three older households, all of whom fit only one dwelling (Hall): two of them cannot be placed.
    let mut town = open_town(6, 4);
    town[0].1 = "household,dwelling,score\nh0,d0,9\nh2,d0,9\nh4,d0,9\nh1,d1,9\nh3,d2,9\nh5,d3,9\n".into();
    assert_eq!(conflict(&with_quotas(town, "two-old,*,old,2,,,\nfree,*,all,0,4,,\n")), ["two-old"]);
}

#[test]
fn fault_70_rows_that_contradict_only_together_are_all_needed() {
    // Two old households in r0, two in r1, but at most three anywhere; another row holds and is not named.
    let rows = "a,r0,old,2,,,\nb,r1,old,2,,,\nc,*,old,,3,,\nharmless,*,all,1,,,\n";
    assert_eq!(conflict(&with_quotas(open_town(8, 4), rows)), ["a", "b", "c"]);
}

#[test]
fn fault_71_a_minimum_of_nobody() {
    assert_eq!(conflict(&with_quotas(open_town(4, 2), "ghosts,*,nobody,1,,,\n")), ["ghosts"]);
    let priced = with_quotas(open_town(4, 2), "ghosts,*,nobody,1,,100,\n");
    assert_eq!(answer(&priced, &exact()).1.penalties, 100);
}

#[test]
fn fault_72_overlapping_classes_are_closed_by_a_tree() {
    let rows = "a,r0,old,1,1,,\nb,*,old,2,2,,\nc,r0,all,1,2,,50\nd,r1,all,,1,,\n";
    let (_, allocation) = answer(&with_quotas(open_town(8, 4), rows), &exact());
    assert_eq!(allocation.status, Status::Optimal);
}

/// 500 overlapping random rows over 40 dwellings: too many to expect a proof in few steps.
fn crowded() -> Files {
    let mut rows = String::new();
    let mut scopes = "dwelling,scope\n".to_owned();
    let mut town = open_town(90, 40);
    let mut groups = town.remove(2).1;
    for q in 0..500u64 {
        rows += &format!("q{q:03},s{q},g{q},{},{},{},{}\n", q % 3, 3 + q % 4, 3 + q % 17, 2 + q % 13);
        (0..40).filter(|d| (d * 7 + q * 13) % 5 < 2).for_each(|d| scopes += &format!("d{d},s{q}\n"));
        (0..90).filter(|h| (h * 11 + q * 3) % 7 < 2).for_each(|h| groups += &format!("h{h},g{q}\n"));
    }
    town.push(("groups.csv", groups));
    town.push(("scopes.csv", scopes));
    with_quotas(town, &rows)
}

#[test]
fn fault_74_five_hundred_overlapping_rows_end_with_a_proved_gap() {
    let files = crowded();
    let (_, allocation) = answer(&files, &SolveOptions { step_limit: Some(3_000_000), ..exact() });
    let (objective, bound) = (allocation.objective.unwrap(), allocation.bound.unwrap());
    assert!(objective <= bound);
    assert_eq!(allocation.status == Status::Optimal, objective == bound, "optimal is said only where it is proved");
}

#[test]
fn fault_76_a_maximum_of_nobody_leaves_dwellings_empty() {
    let (_, allocation) = answer(&with_quotas(open_town(6, 4), "closed,r0,all,0,0,,\n"), &exact());
    assert_eq!(allocation.pairs().count(), 2);
}

#[test]
fn a_stop_gives_what_is_known_with_its_true_bound() {
    let files = crowded();
    let problem = problem::read_files(&files).unwrap();
    for cancelled in [true, false] {
        let signal = StopSignal::new();
        if cancelled {
            signal.cancel();
        } else {
            signal.time_over();
        }
        let allocation = solve(&problem, &exact(), &Control { stop: Some(&signal), progress: None }).unwrap();
        let stopped = if cancelled { Status::Cancelled } else { Status::TimeLimit };
        assert!([stopped, Status::Unknown].contains(&allocation.status), "{:?}", allocation.status);
        judge(&files, &problem, &allocation).unwrap();
    }
}
