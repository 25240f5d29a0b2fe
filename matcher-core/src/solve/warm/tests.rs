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

fn three() -> Warm {
    let place = |id: &str| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 };
    let (h, d) = (HouseholdIndex::new, DwellingIndex::new);
    let problem = Problem::new(Parts {
        households: vec!["h1".into(), "h2".into(), "h3".into()],
        dwellings: vec![place("d1"), place("d2")],
        residences: vec!["r".into()],
        arcs: vec![(h(0), d(0), 9), (h(1), d(0), 7), (h(1), d(1), 5), (h(2), d(1), 4)],
        ..Parts::default()
    });
    Warm::open(problem.unwrap(), &exact(), &Control::default()).unwrap()
}

fn codes(result: Result<Undo, Error>) -> Vec<&'static str> {
    match result {
        Err(Error::Input { report }) => report.errors.iter().map(|finding| finding.code).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_edits_are_made_or_none() {
    let mut warm = three();
    let hash = warm.problem().unwrap().hash();
    let withdraw = |id: &str| Edit::WithdrawHousehold { household: id.into() };
    let score = |household: &str, dwelling: &str| Edit::SetScore { household: household.into(), dwelling: dwelling.into(), score: 1 };
    // The second contradicts the first, the third is fine, the fourth names no arc.
    let wrong = [withdraw("h1"), score("h1", "d1"), score("h2", "d1"), score("h3", "d1")];
    assert_eq!(codes(warm.edit(&wrong)), ["E1800", "E1803"]);
    assert_eq!(warm.problem().unwrap().hash(), hash);
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(14));
    let add = |id: &str| Edit::AddHousehold { household: id.into(), arcs: vec![("d1".into(), 3), ("d1".into(), 4)], groups: vec![] };
    assert_eq!(codes(warm.edit(&[add("h1")])), ["E1801"]);
    assert_eq!(codes(warm.edit(&[add("h9")])), ["E1801"], "a dwelling twice");
    assert_eq!(codes(warm.edit(&[add("")])), ["E1802"]);
    let arc = Edit::AddArc { household: "h1".into(), dwelling: "d1".into(), score: 3 };
    assert_eq!(codes(warm.edit(&[arc])), ["E1801"]);
}

#[test]
fn edits_are_taken_back_latest_first() {
    let mut warm = three();
    let edit = |household: &str| [Edit::WithdrawHousehold { household: household.into() }];
    let first = warm.edit(&edit("h1")).unwrap();
    let stale = first.clone();
    let second = warm.edit(&edit("h2")).unwrap();
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(4));
    assert_eq!(codes(warm.undo(first.clone()).map(|()| first.clone())), ["E1806"]);
    warm.undo(second).unwrap();
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(11));
    warm.undo(first).unwrap();
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(14));
    assert_eq!(codes(warm.undo(stale.clone()).map(|()| stale)), ["E1806"], "once only");
}

#[test]
fn what_could_overflow_is_refused_and_what_no_longer_can_is_not() {
    let mut warm = three();
    let score = |score: i64| [Edit::SetScore { household: "h1".into(), dwelling: "d1".into(), score }];
    assert!(matches!(warm.edit(&score(i64::MAX)), Err(Error::ScoreOverflow { .. })));
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(14));
    // Large once, but no longer when there is room for a third household: the sizes are looked at anew.
    let most = 3 << 46;
    let _undo = warm.edit(&score(most)).unwrap();
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(most + 5));
    let _undo = warm.edit(&score(3)).unwrap();
    let capacity = |capacity| [Edit::SetCapacity { dwelling: "d1".into(), capacity }];
    let _undo = warm.edit(&capacity(2)).unwrap();
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(14));
    assert!(matches!(warm.edit(&score(most)), Err(Error::ScoreOverflow { .. })));
    assert_eq!(warm.solve(&Control::default()).unwrap().objective, Some(14));
}
