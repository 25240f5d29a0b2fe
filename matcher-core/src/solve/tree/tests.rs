//! Small problems against every allocation there is, and every proof before the independent judge.

use super::conflict::infeasible;
use super::*;
use crate::allocation::{Certificate, Proof};
use crate::ids::{GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex};
use crate::problem::{Affinity, Member, PairWeight, Parts, Place, Quota, Scope, files};

/// A linear congruential generator, so that a failing case can be named by its seed.
pub(super) fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

/// A random problem: `households` x `dwellings` in three residences, rows of every kind; `hard` in ten of them are hard.
pub(in crate::solve) fn random(seed: u64, households: usize, dwellings: usize, rows: usize, hard: u64) -> Problem {
    Problem::new(parts(seed, households, dwellings, rows, hard)).unwrap()
}

/// The same with pairs that earn points; `often` in ten pairs do.
fn random_pairs(seed: u64, households: usize, dwellings: usize, rows: usize, often: u64) -> Problem {
    let mut next = numbers(seed + 9);
    let mut parts = parts(seed, households, dwellings, rows, seed % 5);
    let able: Vec<bool> = (0..households).map(|h| parts.arcs.iter().any(|arc| arc.0.index() == h)).collect();
    for a in 0..households {
        for b in a + 1..households {
            if able[a] && able[b] && next(10) < often {
                parts.affinities.push(Affinity { a: HouseholdIndex::new(a), b: HouseholdIndex::new(b), points: next(30) as i64 });
            }
        }
    }
    Problem::new(parts).unwrap()
}

fn parts(seed: u64, households: usize, dwellings: usize, rows: usize, hard: u64) -> Parts {
    let mut next = numbers(seed);
    let mut parts = Parts {
        households: (0..households).map(|h| format!("h{h:03}")).collect(),
        residences: (0..3).map(|r| format!("r{r}")).collect(),
        groups: (0..3).map(|g| format!("g{g}")).collect(),
        ..Parts::default()
    };
    for d in 0..dwellings {
        let capacity = if next(4) == 0 { 2 } else { 1 };
        parts.dwellings.push(Place { id: format!("d{d:03}"), residence: ResidenceIndex::new(next(3) as usize), capacity });
    }
    for h in 0..households {
        for d in 0..dwellings {
            if next(4) > 0 {
                parts.arcs.push((HouseholdIndex::new(h), DwellingIndex::new(d), next(60) as i64 - 8));
            }
        }
        for g in 0..3 {
            if h == 0 || next(2) == 0 {
                let weight = 1 + next(3) as i64;
                parts.members.push(Member { household: HouseholdIndex::new(h), group: GroupIndex::new(g), weight });
            }
        }
    }
    for q in 0..rows {
        let scope =
            if next(3) == 0 { Scope::Everywhere } else { Scope::Residence(parts.dwellings[next(dwellings as u64) as usize].residence) };
        let (min, max) = (next(4) as i64 - 1, next(5) as i64);
        let (min, max) = (min.min(max), max.max(min));
        let mut penalty = || if next(10) < hard { None } else { Some(next(40) as i64) };
        let (penalty_below, penalty_above) = (penalty(), penalty());
        let kind = next(3);
        let listed = next(5) == 0 && !parts.arcs.is_empty();
        parts.quotas.push(Quota {
            id: format!("q{q}"),
            scope: (!listed).then_some(scope),
            group: (!listed).then(|| GroupIndex::new(next(3) as usize)),
            min: (kind != 0).then_some(min),
            max: (kind != 1).then_some(max),
            penalty_below,
            penalty_above,
        });
        if listed {
            for at in 0..parts.arcs.len() {
                if next(3) == 0 {
                    let (household, dwelling, _) = parts.arcs[at];
                    let weight = [1, 2, -1, -2][next(4) as usize];
                    parts.weights.push(PairWeight { quota: QuotaIndex::new(q), household, dwelling, weight });
                }
            }
        }
    }
    parts
}

/// The best of all allocations, by trying all; `None` where none meets the hard rows.
pub(super) fn brute(problem: &Problem) -> Option<i64> {
    struct State {
        taken: Vec<u32>,
        count: Vec<i64>,
        home: Vec<Option<ResidenceIndex>>,
    }
    fn go(problem: &Problem, h: usize, state: &mut State, score: i64, best: &mut Option<i64>) {
        if h == problem.households().len() {
            let penalty: Option<i64> = problem.quotas().iter().zip(&state.count).map(|(q, &c)| q.penalty(c)).sum();
            let together =
                |pair: &&Affinity| state.home[pair.a.index()].is_some() && state.home[pair.a.index()] == state.home[pair.b.index()];
            let earned: i64 = problem.affinities().iter().filter(together).map(|pair| pair.points).sum();
            if let Some(penalty) = penalty {
                *best = Some(best.map_or(score - penalty + earned, |b| b.max(score - penalty + earned)));
            }
            return;
        }
        go(problem, h + 1, state, score, best);
        for arc in problem.arcs(HouseholdIndex::new(h)) {
            let d = arc.dwelling.index();
            if state.taken[d] < problem.dwellings()[d].capacity {
                state.taken[d] += 1;
                state.home[h] = Some(problem.residence(arc.dwelling));
                problem.cell(arc.cell).iter().for_each(|&(q, w)| state.count[q.index()] += w);
                go(problem, h + 1, state, score + arc.score, best);
                problem.cell(arc.cell).iter().for_each(|&(q, w)| state.count[q.index()] -= w);
                state.home[h] = None;
                state.taken[d] -= 1;
            }
        }
    }
    let mut best = None;
    let (households, dwellings) = (problem.households().len(), problem.dwellings().len());
    let mut state = State { taken: vec![0; dwellings], count: vec![0; problem.quotas().len()], home: vec![None; households] };
    go(problem, 0, &mut state, 0, &mut best);
    best
}

/// Puts an outcome before the judge.
pub(super) fn judge(problem: &Problem, outcome: &Outcome, what: &str) -> matcher_verify::Verdict {
    let certificate = Certificate {
        problem: problem.hash(),
        objective: outcome.objective,
        bound: outcome.bound,
        proof: Proof::Tree { nodes: outcome.nodes.clone() },
    };
    let certificate = serde_json::from_value(serde_json::to_value(&certificate).unwrap()).unwrap();
    let theirs = matcher_verify::Problem::from_files(&files(problem).unwrap()).unwrap();
    let pairs: Vec<(String, String)> = outcome
        .offers
        .iter()
        .flatten()
        .enumerate()
        .filter_map(|(h, d)| d.map(|d| (problem.households()[h].clone(), problem.dwellings()[d.index()].id.clone())))
        .collect();
    match matcher_verify::judge(&theirs, pairs.iter().map(|p| (&p.0, &p.1)), &certificate) {
        Ok(verdict) => verdict,
        Err(refusal) => panic!("{what}: {refusal}"),
    }
}

fn closed(problem: &Problem, start: Start<'_>, options: &Options) -> Outcome {
    close(problem, start, options, &Control::default())
}

#[test]
fn small_problems_are_closed_at_the_best_of_all_allocations() {
    let (mut solved, mut refuted, mut split) = (0, 0, 0);
    for seed in 0..400 {
        let mut next = numbers(seed + 77);
        let (h, d) = (1 + next(6) as usize, 1 + next(5) as usize);
        let problem = random(seed, h, d, next(6) as usize, seed % 10);
        let outcome = closed(&problem, Start::default(), &Options::default());
        let best = brute(&problem);
        assert_eq!(outcome.objective, best, "seed {seed}");
        if best.is_some() {
            assert_eq!((outcome.ended, outcome.bound), (Ended::Proved, best), "seed {seed}");
            split += usize::from(judge(&problem, &outcome, &format!("seed {seed}")).leaves > 1);
            solved += 1;
        } else {
            assert_eq!((outcome.ended, outcome.bound), (Ended::Infeasible, None), "seed {seed}");
            refuted += 1;
        }
    }
    assert!(solved > 100 && refuted > 20 && split > 10, "{solved} {refuted} {split}");
}

#[test]
fn a_search_that_is_stopped_still_proves_its_bound() {
    let mut open = 0;
    for seed in 0..30 {
        let problem = random(seed, 40, 25, 14, 2);
        for steps in [1, 60, 150, 300, 600] {
            let outcome = closed(&problem, Start::default(), &Options { steps, ..Options::default() });
            if outcome.bound.is_some() {
                judge(&problem, &outcome, &format!("seed {seed} steps {steps}"));
            }
            open += usize::from(outcome.ended == Ended::Steps && outcome.nodes.len() > 1);
        }
    }
    assert!(open > 5, "{open} trees were left open");
}

#[test]
fn a_known_allocation_is_kept_and_the_steps_are_the_same_each_time() {
    let problem = random(3, 40, 25, 14, 2);
    let first = closed(&problem, Start::default(), &Options::default());
    assert_eq!(first.ended, Ended::Proved);
    let again = closed(&problem, Start::default(), &Options::default());
    assert_eq!((&first.nodes, first.steps, &first.offers), (&again.nodes, again.steps, &again.offers));
    let warm = closed(&problem, Start { offers: first.offers.as_deref(), prices: None }, &Options::default());
    assert_eq!((warm.objective, warm.bound), (first.objective, first.bound));
    judge(&problem, &warm, "warm");
}

#[test]
fn a_gap_that_is_asked_for_ends_the_search() {
    let problem = random(5, 40, 25, 14, 0);
    let full = closed(&problem, Start::default(), &Options::default());
    let rough = closed(&problem, Start { offers: full.offers.as_deref(), prices: None }, &Options { gap: 1_000_000, ..Options::default() });
    assert_eq!(rough.ended, Ended::Proved);
    assert!(rough.bound >= full.bound && rough.steps <= full.steps);
    judge(&problem, &rough, "rough");
}

#[test]
fn pairs_are_closed_at_the_best_of_all_allocations() {
    let (mut split, mut earned) = (0, 0);
    for seed in 0..400 {
        let mut next = numbers(seed + 55);
        let (h, d) = (2 + next(5) as usize, 2 + next(4) as usize);
        let problem = random_pairs(seed, h, d, next(5) as usize, 2 + seed % 9);
        let outcome = closed(&problem, Start::default(), &Options::default());
        let best = brute(&problem);
        assert_eq!(outcome.objective, best, "seed {seed}");
        if best.is_some() {
            assert_eq!((outcome.ended, outcome.bound), (Ended::Proved, best), "seed {seed}");
            let verdict = judge(&problem, &outcome, &format!("seed {seed}"));
            assert_eq!(verdict.bound, best, "seed {seed}");
            split += usize::from(outcome.nodes.len() > 1);
            earned += usize::from(verdict.value.is_some_and(|value| value.affinity_points > 0));
        }
    }
    assert!(split > 40 && earned > 100, "{split} split, {earned} with points");
}

#[test]
fn pairs_stopped_early_are_still_proofs() {
    let mut open = 0;
    for seed in 0..12 {
        let problem = random_pairs(seed, 30, 20, 10, 2);
        for steps in [1, 100, 300, 900] {
            let outcome = closed(&problem, Start::default(), &Options { steps, ..Options::default() });
            if outcome.bound.is_some() {
                judge(&problem, &outcome, &format!("seed {seed} steps {steps}"));
            }
            open += usize::from(outcome.ended == Ended::Steps && outcome.nodes.len() > 1);
        }
    }
    assert!(open > 2, "{open} trees were left open");
}

#[test]
fn conflicts_are_irreducible_and_proved() {
    let (mut conflicts, mut rows) = (0, 0);
    for seed in 0..250 {
        let mut next = numbers(seed + 31);
        let (h, d) = (1 + next(6) as usize, 1 + next(5) as usize);
        let problem = random(seed + 4000, h, d, 2 + next(5) as usize, 8 + seed % 3);
        let found = infeasible(&problem, &Options::default(), &Control::default());
        assert_eq!(found.is_none(), brute(&problem).is_some(), "seed {seed}");
        let Some(conflict) = found else { continue };
        conflicts += 1;
        rows += conflict.rows.len();
        assert!(conflict.steps > 0);
        let certificate = Certificate {
            problem: problem.hash(),
            objective: None,
            bound: None,
            proof: Proof::Infeasible { rows: conflict.rows, nodes: conflict.nodes, witnesses: conflict.witnesses },
        };
        let certificate = serde_json::from_value(serde_json::to_value(&certificate).unwrap()).unwrap();
        let theirs = matcher_verify::Problem::from_files(&files(&problem).unwrap()).unwrap();
        let nobody: [(&String, &String); 0] = [];
        if let Err(refusal) = matcher_verify::judge(&theirs, nobody, &certificate) {
            panic!("seed {seed}: {refusal}");
        }
    }
    assert!(conflicts > 40 && rows > conflicts, "{conflicts} conflicts of {rows} rows");
}

#[test]
fn integers_prove_what_the_program_found_to_a_fraction_of_a_point() {
    // A price that the integer side cannot use (of a bound that is not there, above a penalty) would show here.
    let mut compared = 0;
    for seed in 0..60 {
        let problem = random(seed + 600, 30, 20, 14, seed % 7);
        let (options, control) = (Options::default(), Control::default());
        let mut search = search::Search::new(&problem, &options, &control);
        if let search::Solved::Open(_, proved) = search.solve_here() {
            let proved = proved.total.unwrap() as f64 / options.scale as f64;
            let found = search.model.bound();
            assert!((proved - found).abs() < 0.1, "seed {seed}: proved {proved}, found {found}");
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn a_maximum_out_of_reach_carries_no_price() {
    // Both homes together count 6 of the group; the row's maximum of 100 must not be confused with the 3 that can be reached.
    let place = |id: &str| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 };
    let problem = Problem::new(Parts {
        households: vec!["h".into()],
        dwellings: vec![place("d1"), place("d2")],
        residences: vec!["r".into()],
        arcs: [(0, 10), (1, 8)].map(|(d, score)| (HouseholdIndex::new(0), DwellingIndex::new(d), score)).to_vec(),
        groups: vec!["g".into()],
        members: vec![Member { household: HouseholdIndex::new(0), group: GroupIndex::new(0), weight: 3 }],
        quotas: vec![
            Quota {
                id: "q".into(),
                scope: Some(Scope::Everywhere),
                group: Some(GroupIndex::new(0)),
                min: None,
                max: Some(100),
                penalty_below: None,
                penalty_above: None,
            },
            Quota {
                id: "q2".into(),
                scope: Some(Scope::Everywhere),
                group: Some(GroupIndex::new(0)),
                min: Some(1),
                max: Some(100),
                penalty_below: Some(5),
                penalty_above: None,
            },
        ],
        ..Parts::default()
    })
    .unwrap();
    let outcome = closed(&problem, Start::default(), &Options::default());
    assert_eq!((outcome.objective, outcome.bound, outcome.nodes.len()), (Some(10), Some(10), 1));
    judge(&problem, &outcome, "out of reach");
}
