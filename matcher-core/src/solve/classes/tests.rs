//! Random problems with many dwellings of a kind: the value of a solve with every dwelling for itself, the judge on the problem itself, the
//! same bytes whatever the order of rows and the threads, and a fair draw.

use super::*;
use crate::allocation::{Proof, Status};
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, ResidenceIndex};
use crate::problem::{Affinity, Member, Parts, Place, Quota, Scope, Tier, files};
use crate::solve::{SolveOptions, drive, solve};

/// A linear congruential generator, so that a failing case can be named by its seed.
fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

/// What is in a random problem.
#[derive(Debug, Clone, Copy)]
struct Kind {
    rows: u64,
    /// So many in ten sides of rows are hard.
    hard: u64,
    friends: bool,
    tiers: bool,
}

const KINDS: [Kind; 6] = [
    Kind { rows: 0, hard: 0, friends: false, tiers: false },
    Kind { rows: 3, hard: 0, friends: false, tiers: false },
    Kind { rows: 3, hard: 9, friends: false, tiers: false },
    Kind { rows: 0, hard: 0, friends: true, tiers: false },
    Kind { rows: 3, hard: 4, friends: true, tiers: false },
    Kind { rows: 2, hard: 4, friends: false, tiers: true },
];

/// Two to four kinds of dwellings in two residences, each many times over.
fn parts(kind: Kind, seed: u64) -> Parts {
    let mut next = numbers(seed);
    let (households, kinds) = (3 + next(6) as usize, 2 + next(3) as usize);
    let mut parts = Parts {
        households: (0..households).map(|h| format!("h{h}")).collect(),
        residences: vec!["r0".into(), "r1".into()],
        groups: (0..2).map(|g| format!("g{g}")).collect(),
        ..Parts::default()
    };
    for k in 0..kinds {
        // Each residence has a dwelling and each household an arc: rows and pairs name them.
        let residence = ResidenceIndex::new(if k < 2 { k } else { next(2) as usize });
        let scores: Vec<Option<i64>> = (0..households).map(|_| (k == 0 || next(10) < 7).then(|| next(30) as i64 - 3)).collect();
        for _ in 0..3 + next(3) {
            let d = parts.dwellings.len();
            // In the order of ids the kinds lie mixed.
            parts.dwellings.push(Place { id: format!("d{}{d}-{k}", next(10)), residence, capacity: [0, 1, 1, 1, 2][next(5) as usize] });
            let arcs = scores.iter().enumerate().filter_map(|(h, score)| Some((HouseholdIndex::new(h), DwellingIndex::new(d), (*score)?)));
            parts.arcs.extend(arcs);
        }
    }
    for h in 0..households {
        for g in 0..2 {
            if h == 0 || next(2) == 0 {
                let weight = 1 + i64::from(next(3) == 0);
                parts.members.push(Member { household: HouseholdIndex::new(h), group: GroupIndex::new(g), weight });
            }
        }
    }
    for q in 0..kind.rows {
        let mut price = || (next(10) >= kind.hard).then(|| next(12) as i64);
        let (penalty_below, penalty_above) = (price(), price());
        let min = (next(2) == 0).then(|| next(3) as i64);
        parts.quotas.push(Quota {
            id: format!("q{q}"),
            scope: Some([Scope::Everywhere, Scope::Residence(ResidenceIndex::new(next(2) as usize))][next(2) as usize]),
            group: Some(GroupIndex::new(next(2) as usize)),
            min,
            max: (next(2) == 0).then(|| min.unwrap_or(0) + next(3) as i64),
            penalty_below,
            penalty_above,
        });
    }
    if kind.friends {
        for a in 1..households {
            parts.affinities.push(Affinity { a: HouseholdIndex::new(a - 1), b: HouseholdIndex::new(a), points: next(20) as i64 });
        }
    }
    if kind.tiers {
        parts.tiers.push(Tier { number: 1, group: Some(GroupIndex::new(0)), scope: Scope::Everywhere });
        parts.tiers.push(Tier { number: 2, group: None, scope: Scope::Residence(ResidenceIndex::new(0)) });
    }
    parts
}

fn exact(seed: u64) -> SolveOptions {
    SolveOptions { gap_ppm: 0, step_limit: Some(8_000_000), seed, threads: 1, ..SolveOptions::default() }
}

/// The judge on the files of the problem, as an outsider would have them.
fn judged(problem: &Problem, answer: &Allocation, what: &str) {
    let own = matcher_verify::Problem::from_files(&files(problem).unwrap()).unwrap();
    let json = serde_json::to_string(answer.certificate.as_ref().unwrap_or_else(|| panic!("{what}: no certificate"))).unwrap();
    let certificate: matcher_verify::Certificate = serde_json::from_str(&json).unwrap();
    let pairs = answer.pairs().map(|(h, d)| (&problem.households()[h.index()], &problem.dwellings()[d.index()].id));
    matcher_verify::judge(&own, pairs, &certificate).unwrap_or_else(|refusal| panic!("{what}: {refusal}"));
}

#[test]
fn answers_in_classes_are_those_of_every_dwelling_for_itself() {
    let (mut merges, mut conflicts, mut trees) = (0, 0, 0);
    for (k, &kind) in KINDS.iter().enumerate() {
        for seed in 0..60 {
            let what = format!("kind {k} seed {seed}");
            let problem = Problem::new(parts(kind, seed)).unwrap_or_else(|error| panic!("{what}: {error}"));
            let answer = solve(&problem, &exact(seed), &Control::default()).unwrap();
            assert!(matches!(answer.status, Status::Optimal | Status::Infeasible), "{what}: {:?}", answer.status);
            judged(&problem, &answer, &what);
            merges += u64::from(kind.tiers || merged(&problem, &Control::default()).is_some());
            conflicts += u64::from(answer.status == Status::Infeasible);
            trees += u64::from(matches!(answer.certificate.as_ref().map(|c| &c.proof), Some(Proof::Tree { .. })));
            if !kind.tiers {
                let alone = drive::whole(&problem, &exact(seed), &Control::default());
                assert_eq!((answer.status, answer.objective, answer.bound), (alone.status, alone.objective, alone.bound), "{what}");
            }
        }
    }
    assert!(merges > 300 && conflicts > 5 && trees > 5, "{merges} merged, {conflicts} conflicts, {trees} trees");
}

#[test]
fn the_order_of_rows_and_the_threads_change_no_byte() {
    for (k, &kind) in KINDS.iter().enumerate() {
        for seed in 0..10 {
            let straight = parts(kind, seed);
            let mut turned = straight.clone();
            turned.arcs.reverse();
            turned.members.reverse();
            let count = straight.households.len();
            let other = |h: HouseholdIndex| HouseholdIndex::new(count - 1 - h.index());
            turned.households.reverse();
            turned.arcs.iter_mut().for_each(|arc| arc.0 = other(arc.0));
            turned.members.iter_mut().for_each(|member| member.household = other(member.household));
            turned.affinities.iter_mut().for_each(|pair| (pair.a, pair.b) = (other(pair.a), other(pair.b)));
            let answers = [(straight, 1), (turned.clone(), 1), (turned, 2)].map(|(parts, threads)| {
                let answer = solve(&Problem::new(parts).unwrap(), &SolveOptions { threads, ..exact(seed) }, &Control::default()).unwrap();
                (answer.offers.clone(), serde_json::to_string(&answer).unwrap())
            });
            assert!(answers.iter().all(|answer| *answer == answers[0]), "kind {k} seed {seed}");
        }
    }
}

/// `count` households worth the same in as many dwellings of one kind.
fn equals(count: usize) -> Problem {
    let (h, d) = (HouseholdIndex::new, DwellingIndex::new);
    Problem::new(Parts {
        households: (0..count).map(|h| format!("h{h}")).collect(),
        dwellings: (0..count).map(|d| Place { id: format!("d{d}"), residence: ResidenceIndex::new(0), capacity: 1 }).collect(),
        residences: vec!["r".into()],
        arcs: (0..count * count).map(|at| (h(at / count), d(at % count), 7)).collect(),
        ..Parts::default()
    })
    .unwrap()
}

#[test]
fn each_household_is_as_likely_to_get_each_dwelling() {
    const SEEDS: u64 = 2_000;
    let count = 5;
    let problem = equals(count);
    let mut times = vec![0u64; count * count];
    for seed in 0..SEEDS {
        let answer = solve(&problem, &exact(seed), &Control::default()).unwrap();
        answer.pairs().for_each(|(h, d)| times[h.index() * count + d.index()] += 1);
    }
    // Sum of (times - expected)^2 / expected; with (5 - 1)^2 = 16 degrees of freedom it is above 45 in one of 10,000 fair draws.
    let expected = SEEDS / count as u64;
    let squares: u64 = times.iter().map(|&times| times.abs_diff(expected).pow(2)).sum();
    assert!(squares < 45 * expected, "{times:?}");
}

#[test]
fn who_is_left_out_of_a_class_is_for_the_draw_to_say() {
    const SEEDS: u64 = 2_000;
    // Six equals, three dwellings of a kind: each is placed in half of the draws.
    let (h, d) = (HouseholdIndex::new, DwellingIndex::new);
    let places = |id: &str| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 };
    let problem = Problem::new(Parts {
        households: (0..6).map(|h| format!("h{h}")).collect(),
        dwellings: ["a", "b", "c"].map(places).into(),
        residences: vec!["r".into()],
        arcs: (0..18).map(|at| (h(at / 3), d(at % 3), 7)).collect(),
        ..Parts::default()
    })
    .unwrap();
    let mut times = [0u64; 6];
    for seed in 0..SEEDS {
        let answer = solve(&problem, &exact(seed), &Control::default()).unwrap();
        answer.pairs().for_each(|(h, _)| times[h.index()] += 1);
    }
    let expected = SEEDS / 2;
    // Five degrees of freedom, and the six counts move together: 25 is far out.
    let squares: u64 = times.iter().map(|&times| times.abs_diff(expected).pow(2)).sum();
    assert!(squares < 25 * expected, "{times:?}");
}

#[test]
fn sums_that_agree_by_chance_decide_nothing() {
    // Dwellings 0 and 1 are alike but for one score; 2 and 3 are alike.
    let (h, d) = (HouseholdIndex::new, DwellingIndex::new);
    let place = |id: usize| Place { id: format!("d{id}"), residence: ResidenceIndex::new(0), capacity: 1 };
    let score = |h: usize, d: usize| if (h, d) == (2, 1) { 6 } else { 5 - i64::from(d > 1) };
    let problem = Problem::new(Parts {
        households: (0..3).map(|h| format!("h{h}")).collect(),
        dwellings: (0..4).map(place).collect(),
        residences: vec!["r".into()],
        arcs: (0..12).map(|at| (h(at / 4), d(at % 4), score(at / 4, at % 4))).collect(),
        ..Parts::default()
    })
    .unwrap();
    let classes = problem.classes_of(&[0, 0, 1, 1], 2, &|| false);
    let members: Vec<Vec<usize>> = classes.members.iter().map(|list| list.iter().map(|d| d.index()).collect()).collect();
    assert_eq!(members, [vec![0], vec![1], vec![2, 3]]);
}
