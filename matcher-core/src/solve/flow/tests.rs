//! Random laminar rows against every allocation there is and against the general method; near misses; every answer before the judge.

use super::super::drive::solve_and_save;
use super::*;
use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex, ResidenceIndex};
use crate::problem::{Affinity, PairWeight, Parts, Place, Quota, files};

/// A linear congruential generator, so that a failing case can be named by its seed.
fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

/// Sets of a laminar family over `order`: each of the parts into which a set is cut may be a set, and is cut again.
fn nested(order: &[usize], next: &mut impl FnMut(u64) -> u64, sets: &mut Vec<Vec<usize>>) {
    if order.is_empty() {
        return;
    }
    if next(3) > 0 {
        sets.push(order.to_vec());
    }
    if order.len() > 1 {
        let (left, right) = order.split_at(1 + next(order.len() as u64 - 1) as usize);
        nested(left, next, sets);
        if next(3) > 0 {
            nested(right, next, sets);
        }
    }
}

fn shuffled(n: usize, next: &mut impl FnMut(u64) -> u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for at in (1..n).rev() {
        order.swap(at, next(at as u64 + 1) as usize);
    }
    order
}

/// What a family of random flow cases is like.
#[derive(Clone, Copy)]
struct Kind {
    households: u64,
    dwellings: u64,
    /// Arcs in ten pairs.
    density: u64,
    /// So many in ten sides of rows are hard.
    hard: u64,
    /// Scores from `low` to `low + spread - 1`.
    low: i64,
    spread: u64,
    /// Rows over one set, at most.
    stack: u64,
}

/// Arcs at random, rows over random laminar sets of both sides, by listed pairs.
fn random(kind: Kind, seed: u64) -> Parts {
    let mut next = numbers(seed);
    let (households, dwellings) = (1 + next(kind.households) as usize, 1 + next(kind.dwellings) as usize);
    let mut parts =
        Parts { households: (0..households).map(|h| format!("h{h:03}")).collect(), residences: vec!["r".into()], ..Parts::default() };
    for d in 0..dwellings {
        let capacity = [1, 1, 1, 2, 3, 0][next(6) as usize];
        parts.dwellings.push(Place { id: format!("d{d:03}"), residence: ResidenceIndex::new(0), capacity });
    }
    for h in 0..households {
        for d in 0..dwellings {
            if next(10) < kind.density {
                parts.arcs.push((HouseholdIndex::new(h), DwellingIndex::new(d), kind.low + next(kind.spread) as i64));
            }
        }
    }
    let (mut people, mut homes) = (Vec::new(), Vec::new());
    nested(&shuffled(households, &mut next), &mut next, &mut people);
    nested(&shuffled(dwellings, &mut next), &mut next, &mut homes);
    for (side, set) in people.iter().map(|set| (true, set)).chain(homes.iter().map(|set| (false, set))) {
        for _ in 0..=next(kind.stack) {
            let q = QuotaIndex::new(parts.quotas.len());
            let size = set.len() as u64 + 2;
            let (a, b) = (next(size) as i64 - 1, next(size) as i64 - 1);
            let which = next(3);
            let mut penalty = || if next(10) < kind.hard { None } else { Some(next(3 * kind.spread) as i64) };
            parts.quotas.push(Quota {
                id: format!("q{:02}", q.index()),
                scope: None,
                group: None,
                min: (which != 0).then_some(a.min(b)),
                max: (which != 1).then_some(a.max(b)),
                penalty_below: penalty(),
                penalty_above: penalty(),
            });
            for &(household, dwelling, _) in &parts.arcs {
                if set.contains(&if side { household.index() } else { dwelling.index() }) {
                    parts.weights.push(PairWeight { quota: q, household, dwelling, weight: 1 });
                }
            }
        }
    }
    parts
}

/// The best of all allocations, by trying all; `None` where none meets the hard rows.
fn brute(problem: &Problem) -> Option<i64> {
    fn go(problem: &Problem, h: usize, room: &mut [u32], counts: &mut [i64], worth: i64, best: &mut Option<i64>) {
        if h == problem.households().len() {
            let penalty: Option<i64> = problem.quotas().iter().zip(&*counts).map(|(q, &count)| q.penalty(count)).sum();
            *best = (*best).max(penalty.map(|penalty| worth - penalty));
            return;
        }
        go(problem, h + 1, room, counts, worth, best);
        for arc in problem.arcs(HouseholdIndex::new(h)) {
            if room[arc.dwelling.index()] > 0 {
                room[arc.dwelling.index()] -= 1;
                problem.cell(arc.cell).iter().for_each(|&(q, w)| counts[q.index()] += w);
                go(problem, h + 1, room, counts, worth + arc.score, best);
                problem.cell(arc.cell).iter().for_each(|&(q, w)| counts[q.index()] -= w);
                room[arc.dwelling.index()] += 1;
            }
        }
    }
    let mut best = None;
    let mut room: Vec<u32> = problem.dwellings().iter().map(|place| place.capacity).collect();
    go(problem, 0, &mut room, &mut vec![0; problem.quotas().len()], 0, &mut best);
    best
}

/// Puts an answer before the judge.
fn judge(problem: &Problem, answer: &Allocation, what: &str) {
    let certificate = serde_json::from_value(serde_json::to_value(answer.certificate.as_ref().unwrap()).unwrap()).unwrap();
    let theirs = matcher_verify::Problem::from_files(&files(problem).unwrap()).unwrap();
    let pairs = answer.pairs().map(|(h, d)| (&problem.households()[h.index()], &problem.dwellings()[d.index()].id));
    let verdict = matcher_verify::judge(&theirs, pairs, &certificate).unwrap_or_else(|refusal| panic!("{what}: {refusal}"));
    assert_eq!(verdict.bound, answer.bound, "{what}");
}

fn flow(problem: &Problem, what: &str) -> Option<Allocation> {
    assert!(detect::detect(problem, 0).is_some(), "{what}: not detected");
    let answer = solve(problem, &SolveOptions::default(), &Control::default()).ok()?;
    assert_eq!(answer.status, Status::Optimal, "{what}");
    assert_eq!(answer.objective, answer.bound, "{what}");
    judge(problem, &answer, what);
    Some(answer)
}

#[test]
fn tiny_flow_cases_are_solved_at_the_best_of_all_allocations() {
    let kind = Kind { households: 6, dwellings: 5, density: 7, hard: 0, low: 0, spread: 30, stack: 1 };
    let kinds = [
        ("priced", kind),
        ("hard", Kind { hard: 10, ..kind }),
        ("mixed, negative", Kind { hard: 4, low: -15, ..kind }),
        ("ties", Kind { hard: 4, low: 1, spread: 2, ..kind }),
        ("all equal", Kind { hard: 3, low: 1, spread: 1, ..kind }),
        ("all negative, stacks", Kind { hard: 1, low: -20, spread: 20, stack: 3, ..kind }),
        ("stacks of ties", Kind { hard: 1, low: -1, spread: 3, stack: 3, ..kind }),
        ("few arcs", Kind { hard: 4, density: 3, ..kind }),
    ];
    let (mut feasible, mut infeasible, mut bound, mut missed) = (0, 0, 0, 0);
    for seed in 0..400 {
        for (name, kind) in kinds {
            let problem = Problem::new(random(kind, seed)).unwrap();
            if problem.quotas().is_empty() {
                continue;
            }
            if detect::detect(&problem, 0).is_none() {
                // Where a row happens to be a star on both sides and the larger one of two that cross, it may be put on the wrong one.
                missed += 1;
                continue;
            }
            let what = format!("{name}, seed {seed}");
            let (answer, best) = (flow(&problem, &what), brute(&problem));
            assert_eq!(answer.as_ref().map(|answer| answer.objective), best.map(Some), "{what}");
            feasible += usize::from(best.is_some());
            infeasible += usize::from(best.is_none());
            let prices = answer.and_then(|answer| match answer.certificate?.proof {
                Proof::Prices(prices) => Some(prices),
                _ => None,
            });
            bound += usize::from(prices.is_some_and(|prices| !prices.quotas.is_empty()));
        }
    }
    assert!(missed < 60, "{missed} of 3,200 not detected");
    assert!(feasible > 1_500 && infeasible > 300 && bound > 800, "{feasible} feasible, {infeasible} not; rows with a price in {bound}");
}

#[test]
fn small_flow_cases_get_what_the_general_method_gets() {
    let kind = Kind { households: 30, dwellings: 20, density: 3, hard: 1, low: -5, spread: 60, stack: 2 };
    let (mut same, mut infeasible) = (0, 0);
    for seed in 1_000..1_040 {
        let kind = if seed % 2 == 0 { kind } else { Kind { hard: 3, low: 0, spread: 3, stack: 1, ..kind } };
        let problem = Problem::new(random(kind, seed)).unwrap();
        if problem.quotas().is_empty() {
            continue;
        }
        let what = format!("seed {seed}");
        let options = SolveOptions { gap_ppm: 0, ..SolveOptions::default() };
        let general = solve_and_save(&problem, &options, &Control::default()).0;
        judge(&problem, &general, &what);
        if let Some(answer) = flow(&problem, &what) {
            assert_eq!((answer.objective, answer.bound), (general.objective, general.bound), "{what}");
            same += 1;
        } else {
            assert_eq!(general.status, Status::Infeasible, "{what}");
            infeasible += 1;
        }
    }
    assert!(same >= 15 && infeasible > 0, "{same} the same, {infeasible} infeasible");
}

/// How a flow case is changed.
type Change<'a> = &'a dyn Fn(&mut Parts);

#[test]
fn near_misses_are_no_flow_cases() {
    // Two households, two dwellings, all arcs; row 0 takes h0, row 1 takes both households; row 2 takes d0.
    let case = |change: Change<'_>| {
        let pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)].map(|(h, d)| (HouseholdIndex::new(h), DwellingIndex::new(d)));
        let row =
            |id: &str| Quota { id: id.into(), scope: None, group: None, min: None, max: Some(1), penalty_below: None, penalty_above: None };
        let weight =
            |q: usize, at: usize| PairWeight { quota: QuotaIndex::new(q), household: pairs[at].0, dwelling: pairs[at].1, weight: 1 };
        let mut parts = Parts {
            households: vec!["h0".into(), "h1".into(), "h2".into()],
            dwellings: ["d0", "d1"].map(|id| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 }).into(),
            residences: vec!["r".into()],
            arcs: pairs.iter().enumerate().map(|(at, &(h, d))| (h, d, 5 + at as i64)).collect(),
            quotas: ["q0", "q1", "q2"].map(row).into(),
            weights: [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 2), (2, 4)].map(|(q, at)| weight(q, at)).into(),
            ..Parts::default()
        };
        change(&mut parts);
        Problem::new(parts).unwrap()
    };
    let is_flow = |problem: &Problem| detect::detect(problem, 0).is_some();
    let whole = case(&|_| {});
    assert!(is_flow(&whole));
    assert_eq!(flow(&whole, "whole").unwrap().objective, brute(&whole));
    let misses: [(&str, Change<'_>); 6] = [
        ("an arc of a household is missing", &|parts| _ = parts.weights.remove(1)),
        ("an arc of a dwelling is missing", &|parts| _ = parts.weights.remove(8)),
        ("weight 2", &|parts| parts.weights[3].weight = 2),
        ("weight -1", &|parts| parts.weights[0].weight = -1),
        // q0 over h0 and h2 crosses q1 over h0 and h1.
        ("crossing sets", &|parts| {
            for dwelling in [0, 1].map(DwellingIndex::new) {
                parts.weights.push(PairWeight { quota: QuotaIndex::new(0), household: HouseholdIndex::new(2), dwelling, weight: 1 });
            }
        }),
        ("a pair that earns points", &|parts| {
            parts.affinities.push(Affinity { a: HouseholdIndex::new(0), b: HouseholdIndex::new(1), points: 1 });
        }),
    ];
    for (name, change) in misses {
        let problem = case(change);
        assert!(!is_flow(&problem), "{name}");
        let general = super::super::solve(&problem, &SolveOptions::default(), &Control::default()).unwrap();
        judge(&problem, &general, name);
    }
    // A pair of arcs less in the problem itself leaves both rows whole.
    assert!(is_flow(&case(&|parts| {
        parts.arcs.remove(1);
        parts.weights.retain(|weight| (weight.household.index(), weight.dwelling.index()) != (0, 1));
    })));
}

#[test]
fn bounds_out_of_reach_and_rows_over_nobody() {
    // One arc; a priced minimum of a million, a priced maximum below nothing, and two rows that count no arc.
    let row =
        |id: &str, min, max| Quota { id: id.into(), scope: None, group: None, min, max, penalty_below: Some(3), penalty_above: Some(20) };
    let (household, dwelling) = (HouseholdIndex::new(0), DwellingIndex::new(0));
    let problem = Problem::new(Parts {
        households: vec!["h".into(), "nowhere".into()],
        dwellings: vec![Place { id: "d".into(), residence: ResidenceIndex::new(0), capacity: 9 }],
        residences: vec!["r".into()],
        arcs: vec![(household, dwelling, 10)],
        quotas: vec![row("a", Some(1_000_000), None), row("b", None, Some(-2)), row("c", Some(2), None), row("d", None, Some(-5))],
        weights: [0, 1].map(|q| PairWeight { quota: QuotaIndex::new(q), household, dwelling, weight: 1 }).into(),
        ..Parts::default()
    })
    .unwrap();
    let answer = flow(&problem, "out of reach").unwrap();
    assert_eq!(answer.objective, brute(&problem));
    // Alone in d: 10 - 3 x 999,999 - 3 x 20; nobody: -3 x 1,000,000 - 2 x 20; and always -3 x 2 - 20 x 5.
    assert_eq!(answer.objective, Some(-3_000_040 - 106));
}

#[test]
fn whoever_stops_early_gets_the_general_answer() {
    let kind = Kind { households: 30, dwellings: 20, density: 5, hard: 0, low: 0, spread: 60, stack: 1 };
    let problem = (0..100).map(|seed| Problem::new(random(kind, seed)).unwrap()).find(|problem| problem.arc_count() > 100).unwrap();
    for limit in [0, 1, 50] {
        let options = SolveOptions { step_limit: Some(limit), ..SolveOptions::default() };
        let answer = super::super::solve(&problem, &options, &Control::default()).unwrap();
        judge(&problem, &answer, "stopped");
    }
    let stop = crate::solve::StopSignal::new();
    stop.cancel();
    let control = Control { stop: Some(&stop), ..Control::default() };
    let answer = super::super::solve(&problem, &SolveOptions::default(), &control).unwrap();
    assert_eq!(answer.status, Status::Cancelled);
    judge(&problem, &answer, "cancelled");
}

/// Half of the households, whose scores are lower, must have most of the dwellings: the plain assignment misses the row by far.
fn far(seed: u64) -> Problem {
    let mut next = numbers(seed);
    let (households, dwellings) = (300usize, 120usize);
    let mut parts = Parts {
        households: (0..households).map(|h| format!("h{h:03}")).collect(),
        residences: vec!["r".into()],
        dwellings: (0..dwellings).map(|d| Place { id: format!("d{d:03}"), residence: ResidenceIndex::new(0), capacity: 1 }).collect(),
        ..Parts::default()
    };
    for (h, d) in (0..households).flat_map(|h| (0..dwellings).map(move |d| (h, d))) {
        if next(10) < 3 {
            let score = next(500) as i64 + if h % 2 == 0 { 600 } else { 100 };
            parts.arcs.push((HouseholdIndex::new(h), DwellingIndex::new(d), score));
        }
    }
    let row = |id: &str, min, max| Quota { id: id.into(), scope: None, group: None, min, max, penalty_below: None, penalty_above: None };
    parts.quotas = vec![row("odd", Some(100), None), row("few", None, Some(30))];
    for &(household, dwelling, _) in &parts.arcs {
        let pair = |quota: usize| PairWeight { quota: QuotaIndex::new(quota), household, dwelling, weight: 1 };
        parts.weights.extend((household.index() % 2 == 1).then(|| pair(0)));
        parts.weights.extend((dwelling.index() < 40).then(|| pair(1)));
    }
    Problem::new(parts).unwrap()
}

#[test]
fn an_allocation_is_told_long_before_the_end_and_given_to_whoever_cancels() {
    for seed in 0..4 {
        let problem = far(seed);
        let whole = flow(&problem, "whole").unwrap();
        for patience in 0..3 {
            let (stop, told) = (crate::solve::StopSignal::new(), std::sync::Mutex::new(Vec::new()));
            let progress = |progress: Progress| {
                let mut told = told.lock().unwrap();
                told.extend(progress.objective.zip(progress.bound));
                if told.len() > patience {
                    stop.cancel();
                }
            };
            let control = Control { stop: Some(&stop), progress: Some(&progress) };
            let answer = super::super::solve(&problem, &SolveOptions { gap_ppm: 0, ..SolveOptions::default() }, &control).unwrap();
            let what = format!("seed {seed}, patience {patience}");
            assert_eq!(answer.status, Status::Cancelled, "{what}");
            judge(&problem, &answer, &what);
            let told = told.lock().unwrap();
            let (objective, bound) = (answer.objective.unwrap(), answer.bound.unwrap());
            assert!(objective <= whole.objective.unwrap() && whole.objective.unwrap() <= bound, "{what}");
            assert!(told.iter().all(|&(o, b)| o <= objective && b >= bound), "{what}: {told:?}, then {objective}, {bound}");
        }
    }
}

#[test]
fn a_step_limit_leaves_the_best_so_far_with_a_bound() {
    let mut limited = 0;
    for seed in 0..4 {
        let problem = far(seed);
        let (whole, start) = (flow(&problem, "whole").unwrap(), plain::assignment(&problem, 0, &|_| false).unwrap().steps);
        let mut known = (i64::MIN, i64::MAX);
        for part in 1..=8 {
            let step_limit = Some(start + (whole.steps - start) * part / 8);
            let with = |threads| SolveOptions { step_limit, threads, gap_ppm: 0, ..SolveOptions::default() };
            let answer = super::super::solve(&problem, &with(1), &Control::default()).unwrap();
            let what = format!("seed {seed}, part {part}");
            judge(&problem, &answer, &what);
            let bytes = |answer: &Allocation| {
                format!("{:?} {} {:?}", answer.offers, serde_json::to_string(&answer.certificate).unwrap(), answer.steps)
            };
            let two = super::super::solve(&problem, &with(2), &Control::default()).unwrap();
            assert_eq!(bytes(&two), bytes(&answer), "{what}: threads matter");
            let now = (answer.objective.expect(&what), answer.bound.unwrap());
            assert!(now.0 >= known.0 && now.1 <= known.1, "{what}: {known:?}, then {now:?}");
            known = now;
            limited += usize::from(answer.status == Status::StepLimit);
        }
        assert_eq!(known, (whole.objective.unwrap(), whole.objective.unwrap()), "seed {seed}");
    }
    assert!(limited > 8, "{limited} were stopped");
}

#[test]
fn a_gap_that_does_ends_long_searches_only() {
    let problem = far(9);
    let loose = SolveOptions { gap_ppm: 500_000, ..SolveOptions::default() };
    assert_eq!(super::super::solve(&problem, &loose, &Control::default()).unwrap().status, Status::Optimal);
}
