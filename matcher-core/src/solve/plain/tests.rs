use super::super::graph::Graph;
use super::*;
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::problem::{Parts, Place, Problem};

/// splitmix64
pub(super) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Households x dwellings with a score where `score` gives one.
pub(super) fn problem(households: usize, capacity: &[u32], mut score: impl FnMut(usize, usize) -> Option<i64>) -> Problem {
    let arcs = (0..households).flat_map(|h| (0..capacity.len()).map(move |d| (h, d)));
    Problem::new(Parts {
        households: (0..households).map(|h| format!("h{h:04}")).collect(),
        dwellings: capacity
            .iter()
            .enumerate()
            .map(|(d, &capacity)| Place { id: format!("d{d:04}"), residence: ResidenceIndex::new(0), capacity })
            .collect(),
        residences: vec!["r".into()],
        arcs: arcs.filter_map(|(h, d)| Some((HouseholdIndex::new(h), DwellingIndex::new(d), score(h, d)?))).collect(),
        ..Parts::default()
    })
    .unwrap()
}

#[test]
fn both_widths_give_the_same_matching_warm_and_cold() {
    for seed in 0..200 {
        let mut state = seed;
        let capacity: Vec<u32> = (0..6).map(|_| (next(&mut state) % 4) as u32).collect();
        let problem = problem(9, &capacity, |_, _| (next(&mut state) % 10 < 6).then(|| (next(&mut state) % 30) as i64 - 5));
        let graph = Graph::with_room(&problem, seed, |_| 0);
        let (mut short, mut long) = (Matching::<i32>::new(&graph), Matching::<i64>::new(&graph));
        for step in 0..4 {
            let weight: Vec<i32> = graph.score.iter().map(|&s| s as i32 + (next(&mut state) % 9) as i32 * step).collect();
            let wide: Vec<i64> = weight.iter().map(|&w| i64::from(w)).collect();
            assert!(short.reprice(&graph, &weight, &|_| false) && long.reprice(&graph, &wide, &|_| false));
            assert!(short.is_optimal(&graph, &weight), "seed {seed}");
            assert!(long.is_optimal(&graph, &wide), "seed {seed}");
            assert_eq!((&short.slot, short.total(&graph)), (&long.slot, long.total(&graph)), "seed {seed}");
        }
    }
}

/// The households x dwellings of one family, with the capacities.
type Case = (&'static str, usize, Vec<u32>, Vec<Option<i64>>);

fn cases(seed: u64) -> Vec<Case> {
    let mut state = seed;
    let mut below = move |n: u64| (next(&mut state) % n) as i64;
    let (households, dwellings) = (1 + below(6) as usize, 1 + below(6) as usize);
    let n = households.max(dwellings);
    let pairs = households * dwellings;
    let one = vec![1; dwellings];
    let mut cases: Vec<Case> = vec![
        ("full", households, one.clone(), (0..pairs).map(|_| Some(1 + below(50))).collect()),
        ("square", n, vec![1; n], (0..n * n).map(|_| Some(1 + below(20))).collect()),
        ("ties", households, one.clone(), (0..pairs).map(|_| (below(10) < 8).then(|| [7, 7, 8, 9][below(4) as usize])).collect()),
        ("all equal", n, vec![1; n], vec![Some(5); n * n]),
        ("all zero", households, one.clone(), vec![Some(0); pairs]),
        ("machol wien", n, vec![1; n], (0..n * n).map(|i| Some(((n + 1) * (n + 1) - (1 + i / n) * (1 + i % n)) as i64)).collect()),
        ("sparse", households, one.clone(), (0..pairs).map(|_| (below(10) < 3).then(|| below(30))).collect()),
        ("signed", households, one.clone(), (0..pairs).map(|_| (below(10) < 8).then(|| below(41) - 20)).collect()),
        ("negative", households, one.clone(), (0..pairs).map(|_| Some(-1 - below(20))).collect()),
        ("wide", households, one.clone(), (0..pairs).map(|_| Some(1_000_000_000_000 + below(9))).collect()),
        ("middle", households, one, (0..pairs).map(|_| (below(10) < 7).then(|| 1_000_000 + below(9))).collect()),
    ];
    let capacities: Vec<u32> = (0..dwellings).map(|_| below(4) as u32).collect();
    cases.push(("capacities", households, capacities.clone(), (0..pairs).map(|_| (below(10) < 8).then(|| below(25) - 3)).collect()));
    let none: Vec<u32> = capacities.iter().map(|&c| c.min(1)).collect();
    cases.push(("closed", households, none, (0..pairs).map(|_| (below(10) < 8).then(|| below(25))).collect()));
    // Most want the same two.
    let hall = |i: usize| if i % dwellings < 2 || i == 5 { Some(1 + (i as i64 * 7) % 9) } else { None };
    cases.push(("hall", households, vec![1; dwellings], (0..pairs).map(hall).collect()));
    cases.push(("one dwelling", households, vec![1], (0..households).map(|_| Some(below(3))).collect()));
    cases.push(("one household", 1, vec![1; dwellings], (0..dwellings).map(|_| Some(below(3))).collect()));
    cases.push(("empty", households, vec![1; dwellings], vec![None; pairs]));
    cases
}

/// The best of all matchings, by trying each household in each dwelling or in none.
fn brute(households: usize, room: &mut [u32], scores: &[Option<i64>], from: usize) -> i64 {
    if from == households {
        return 0;
    }
    let mut best = brute(households, room, scores, from + 1);
    for d in 0..room.len() {
        if let Some(score) = scores[from * room.len() + d].filter(|_| room[d] > 0) {
            room[d] -= 1;
            best = best.max(score + brute(households, room, scores, from + 1));
            room[d] += 1;
        }
    }
    best
}

/// Valid prices and an allocation that is worth what they add up to: complementary slackness follows.
fn assert_proved(problem: &Problem, plain: &instance::Plain, what: &str) -> i64 {
    let mut load = vec![0; problem.dwellings().len()];
    let mut value = 0;
    for (h, &u) in plain.households.iter().enumerate() {
        assert!(u >= 0, "{what}: a price below 0");
        for arc in problem.arcs(HouseholdIndex::new(h)) {
            assert!(u + plain.dwellings[arc.dwelling.index()] >= arc.score, "{what}: an arc that is not covered");
        }
        if let Some(dwelling) = plain.offers[h] {
            load[dwelling.index()] += 1;
            value += problem.arc(problem.find_arc(HouseholdIndex::new(h), dwelling).expect(what)).score;
        }
    }
    let mut total: i64 = plain.households.iter().sum();
    for ((place, &v), load) in problem.dwellings().iter().zip(&plain.dwellings).zip(load) {
        assert!(v >= 0 && load <= place.capacity, "{what}: a dwelling that is too full or a price below 0");
        total += v * i64::from(place.capacity);
    }
    if plain.ended == answer::Ended::Optimal {
        assert_eq!(value, total, "{what}: worth and prices differ");
    }
    value
}

#[test]
fn every_method_gives_the_best_of_all_matchings_and_prices_that_prove_it() {
    let mut solved = vec![0; choose::METHODS.len()];
    for seed in 0..150 {
        for (family, households, capacity, scores) in cases(seed) {
            let problem = problem(households, &capacity, |h, d| scores[h * capacity.len() + d]);
            let best = brute(households, &mut capacity.clone(), &scores, 0);
            let instance = instance::Instance::new(&problem, seed, &|_| false).unwrap();
            for (method, solved) in choose::METHODS.iter().zip(&mut solved) {
                let what = format!("{} on {family}, seed {seed}", method.name);
                if let Some(plain) = (method.solve)(&instance, &|_| false) {
                    assert_eq!(plain.ended, answer::Ended::Optimal, "{what}");
                    assert_eq!(assert_proved(&problem, &plain, &what), best, "{what}");
                    *solved += 1;
                }
            }
            let plain = choose::solve(&problem, seed, &|_| false).unwrap();
            assert_eq!(assert_proved(&problem, &plain, family), best, "{family} seed {seed}");
        }
    }
    assert!(solved.iter().all(|&n| n > 500), "a method that solves next to nothing: {solved:?}");
}

/// A family of larger problems: name, households, dwellings, score of a pair (household, dwelling, random bits).
type Family = (&'static str, usize, usize, fn(u64, u64, u64) -> Option<i64>);

/// Large enough for lists to grow, levels to tie, matrices to have several runs of lanes and scans to explode.
const FAMILIES: &[Family] = &[
    ("uniform", 90, 90, |_, _, bits| Some(1 + (bits % 1_000_000) as i64)),
    ("small", 90, 90, |_, _, bits| Some(1 + (bits % 100) as i64)),
    ("ties", 70, 70, |_, _, bits| Some(1 + (bits % 3) as i64)),
    ("all equal", 50, 50, |_, _, _| Some(3)),
    ("machol wien", 120, 120, |h, d, _| Some((200 * 200 - (h + 1) * (d + 1)) as i64)),
    ("sums", 80, 80, |h, d, _| Some((1 + h % 7 + d % 5) as i64)),
    ("features", 80, 80, |h, d, bits| Some((500 - 20 * (h % 9).abs_diff(d % 9) + 5 * (h % 4) * (d % 3) + bits % 2) as i64)),
    ("wide", 60, 60, |h, d, bits| Some((1 << 40) + (h * d) as i64 + (bits % 1000) as i64)),
    ("holes", 80, 80, |h, d, bits| (bits % 10 < 8).then_some((100 - h.abs_diff(d)) as i64)),
    ("holes and ties", 80, 80, |_, _, bits| (bits % 10 < 5).then_some((bits >> 8) as i64 % 4 - 1)),
    ("more households", 120, 40, |h, d, bits| (bits % 10 < 7).then_some(((h * 7) % 50 + (d * 3) % 20) as i64)),
    ("more dwellings", 40, 120, |h, d, bits| (bits % 10 < 7).then_some(((h * 7) % 50 + (d * 3) % 20) as i64)),
    ("few arcs", 150, 100, |_, _, bits| (bits % 20 == 0).then_some((bits >> 8) as i64 % 50)),
    ("products, few arcs", 150, 150, |h, d, bits| (bits % 8 == 0).then_some(((h + 1) * (d + 1)) as i64)),
];

fn family(&(_, households, dwellings, score): &Family, seed: u64) -> Problem {
    let mut state = seed;
    problem(households, &vec![1; dwellings], |h, d| score(h as u64, d as u64, next(&mut state)))
}

#[test]
fn methods_agree_on_larger_problems_and_prove_it() {
    for seed in 0..3 {
        for kind in FAMILIES {
            let problem = family(kind, seed);
            let instance = instance::Instance::new(&problem, seed, &|_| false).unwrap();
            let values = choose::METHODS.iter().filter_map(|method| {
                let plain = (method.solve)(&instance, &|_| false)?;
                assert_eq!(plain.ended, answer::Ended::Optimal);
                Some(assert_proved(&problem, &plain, &format!("{} on {}, seed {seed}", method.name, kind.0)))
            });
            let values: Vec<i64> = values.collect();
            assert!(values.len() >= 3 && values.iter().all(|&value| value == values[0]), "{} seed {seed}: {values:?}", kind.0);
        }
    }
}

#[test]
fn whoever_stops_early_still_has_valid_prices() {
    let mut stopped = vec![0; choose::METHODS.len()];
    let machol = ("machol wien", 400, 400, (|h, d, _| Some((500 * 500 - (h + 1) * (d + 1)) as i64)) as fn(u64, u64, u64) -> Option<i64>);
    let holes =
        ("holes", 400, 400, (|h, d, bits| (bits % 10 < 9).then_some((1 + (h + 1) * (d + 1)) as i64)) as fn(u64, u64, u64) -> Option<i64>);
    for kind in [machol, holes] {
        let problem = family(&kind, 1);
        let instance = instance::Instance::new(&problem, 1, &|_| false).unwrap();
        for (method, stopped) in choose::METHODS.iter().zip(&mut stopped) {
            for patience in [0, 1, 3] {
                let asked = std::cell::Cell::new(0);
                let stop = |_| asked.replace(asked.get() + 1) >= patience;
                let Some(plain) = (method.solve)(&instance, &stop) else { continue };
                assert_proved(&problem, &plain, method.name);
                *stopped += usize::from(plain.ended == answer::Ended::Stopped);
            }
        }
    }
    assert!(stopped.iter().all(|&n| n > 0), "a method that does not ask: {stopped:?}");
}

#[test]
fn the_methods_are_documented() {
    let page = include_str!("../../../../docs/mathematics.md");
    let mut names: Vec<&str> = Vec::new();
    for (name, best_for) in plain_methods() {
        assert!(!best_for.is_empty() && page.contains(&format!("`{name}`")), "{name} is not in docs/mathematics.md");
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), choose::METHODS.len());
}
