use super::*;
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::problem::{Parts, Place};
use crate::solve::random::Random;
use crate::solve::solve;

/// Random arcs and few score values, so that ties abound.
fn town(draws: &mut Random, households: usize, dwellings: usize) -> Problem {
    let arcs = (0..households).flat_map(|h| (0..dwellings).map(move |d| (h, d)));
    let arcs: Vec<_> = arcs.filter(|_| draws.below(3) > 0).collect();
    let arcs = arcs.into_iter().map(|(h, d)| (HouseholdIndex::new(h), DwellingIndex::new(d), draws.below(9) as i64 - 1)).collect();
    let place = |d: usize, capacity| Place { id: format!("d{d}"), residence: ResidenceIndex::new(d % 2), capacity };
    Problem::new(Parts {
        households: (0..households).map(|h| format!("h{h}")).collect(),
        dwellings: (0..dwellings).map(|d| place(d, draws.below(3) as u32)).collect(),
        residences: vec!["r0".into(), "r1".into()],
        arcs,
        ..Parts::default()
    })
    .unwrap()
}

/// One edit, which may contradict the problem.
fn edit(random: &mut Random) -> Edit {
    let household = format!("h{}", random.below(9));
    let dwelling = format!("d{}", random.below(7));
    let score = random.below(12) as i64 - 2;
    let capacity = random.below(3) as u32;
    match random.below(9) {
        0 | 1 => Edit::WithdrawHousehold { household },
        2 => {
            let arcs = (0..7).filter(|_| random.below(2) == 0).map(|d| (format!("d{d}"), score + d % 3)).collect();
            Edit::AddHousehold { household, arcs, groups: Vec::new() }
        }
        3 => Edit::RemoveDwelling { dwelling },
        4 => {
            let arcs = (0..9).filter(|_| random.below(3) == 0).map(|h| (format!("h{h}"), score + h % 3)).collect();
            Edit::AddDwelling { dwelling, residence: format!("r{}", random.below(3)), capacity, scopes: Vec::new(), arcs }
        }
        5 => Edit::SetCapacity { dwelling, capacity },
        6 => Edit::AddArc { household, dwelling, score },
        7 => Edit::RemoveArc { household, dwelling },
        _ => Edit::SetScore { household, dwelling, score },
    }
}

fn exact() -> SolveOptions {
    SolveOptions { gap_ppm: 0, ..SolveOptions::default() }
}

#[test]
fn every_sequence_of_edits_gives_the_value_of_a_cold_solve() {
    let mut made = 0;
    for seed in 0..250 {
        let mut random = Random::new(seed);
        let (households, dwellings) = (2 + random.below(6), 1 + random.below(5));
        let problem = town(&mut random, households, dwellings);
        let mut warm = Warm::open(problem, &exact(), &Control::default()).unwrap();
        let mut undos: Vec<(Undo, Option<i64>, String)> = Vec::new();
        for step in 0..30 {
            let before = (warm.outcome().objective, warm.problem().unwrap().hash());
            if random.below(4) == 0
                && let Some((undo, value, hash)) = undos.pop()
            {
                warm.undo(undo).unwrap();
                assert_eq!(warm.problem().unwrap().hash(), hash, "seed {seed} step {step}");
                assert_eq!(warm.solve(&Control::default()).unwrap().objective, value, "seed {seed} step {step}");
            } else {
                let edits: Vec<Edit> = (0..=random.below(8) / 6).map(|_| edit(&mut random)).collect();
                match warm.edit(&edits) {
                    Ok(undo) => {
                        undos.push((undo, before.0, before.1));
                        made += edits.len();
                    }
                    Err(Error::Input { .. }) => assert_eq!(warm.problem().unwrap().hash(), before.1, "seed {seed} step {step}"),
                    Err(error) => panic!("seed {seed} step {step}: {error}"),
                }
            }
            assert!(warm.open.arcs.is_sound(), "seed {seed} step {step}");
            let outcome = warm.solve(&Control::default()).unwrap();
            let problem = warm.problem().unwrap();
            let cold = solve(&problem, &exact(), &Control::default()).unwrap();
            assert_eq!((outcome.status, outcome.objective), (Status::Optimal, cold.objective), "seed {seed} step {step}");
            assert_eq!(outcome.bound, cold.bound, "seed {seed} step {step}");
            let (same, answer) = warm.answer(&Control::default()).unwrap();
            assert_eq!((same.hash(), answer.objective), (problem.hash(), cold.objective), "seed {seed} step {step}");
        }
    }
    assert!(made > 1_000, "{made}");
}
