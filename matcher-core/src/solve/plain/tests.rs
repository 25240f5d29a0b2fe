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
        let graph = Graph::new(&problem, seed);
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
