//! Cells and rows of random problems against the plain definition: arc by arc, list by list.

use std::collections::BTreeMap;

use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};
use crate::problem::{Affinity, Member, PairWeight, Parts, Place, Problem, Quota, Scope};

/// The draws of splitmix64.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// Ids out of order, so that ranks matter.
fn names(letter: char, count: usize, draws: &mut Draws) -> Vec<String> {
    let mut names: Vec<String> = (0..count).map(|n| format!("{letter}{n}")).collect();
    if draws.below(2) == 0 {
        (1..count).rev().for_each(|at| names.swap(at, draws.below(at + 1)));
    }
    names
}

fn parts(seed: u64) -> Parts {
    let mut draws = Draws(seed);
    let (households, dwellings, residences) = (1 + draws.below(30), 1 + draws.below(20), 1 + draws.below(5));
    let (groups, scopes, quotas) = (1 + draws.below(4), 1 + draws.below(3), draws.below(8));
    let mut parts = Parts {
        households: names('h', households, &mut draws),
        residences: names('r', residences, &mut draws),
        groups: names('g', groups, &mut draws),
        scopes: names('s', scopes, &mut draws),
        ..Parts::default()
    };
    let dwelling_names = names('d', dwellings, &mut draws);
    parts.dwellings = dwelling_names
        .into_iter()
        .map(|id| Place { id, residence: ResidenceIndex::new(draws.below(residences)), capacity: 1 + draws.below(2) as u32 })
        .collect();
    for h in 0..households {
        for d in 0..dwellings {
            if draws.below(3) == 0 {
                parts.arcs.push((HouseholdIndex::new(h), DwellingIndex::new(d), draws.below(1_000) as i64 - 100));
            }
        }
        for g in 0..groups {
            if draws.below(2) == 0 {
                let weight = 1 + draws.below(2) as i64;
                parts.members.push(Member { household: HouseholdIndex::new(h), group: GroupIndex::new(g), weight });
            }
        }
    }
    for d in 0..dwellings {
        for s in 0..scopes {
            if draws.below(3) == 0 {
                parts.scope_dwellings.push((DwellingIndex::new(d), ScopeIndex::new(s)));
            }
        }
    }
    for id in names('q', quotas, &mut draws) {
        let scope = match draws.below(4) {
            0 => Some(Scope::Everywhere),
            1 => Some(Scope::Residence(ResidenceIndex::new(draws.below(residences)))),
            2 => Some(Scope::Named(ScopeIndex::new(draws.below(scopes)))),
            _ => None,
        };
        let group = (draws.below(5) > 0).then(|| GroupIndex::new(draws.below(groups)));
        parts.quotas.push(Quota { id, scope, group, min: None, max: Some(3), penalty_below: None, penalty_above: Some(7) });
    }
    for (q, &(household, dwelling, _)) in (0..quotas).cycle().zip(&parts.arcs) {
        if draws.below(6) == 0 {
            let weight = draws.below(5) as i64 - 2;
            parts.weights.push(PairWeight { quota: QuotaIndex::new(q), household, dwelling, weight });
        }
    }
    if households > 1 {
        parts.affinities.push(Affinity { a: HouseholdIndex::new(1), b: HouseholdIndex::new(0), points: 5 });
    }
    if draws.below(2) == 0 {
        (1..parts.arcs.len()).rev().for_each(|at| parts.arcs.swap(at, draws.below(at + 1)));
    }
    parts
}

/// What `parts` say of the pair: the score, and the rows that count it by their ids.
fn stated(parts: &Parts) -> BTreeMap<(String, String), (i64, BTreeMap<String, i64>)> {
    let counted = |h: HouseholdIndex, d: DwellingIndex, quota: &Quota| {
        let inside = match quota.scope {
            None => return 0,
            Some(Scope::Everywhere) => true,
            Some(Scope::Residence(r)) => parts.dwellings[d.index()].residence == r,
            Some(Scope::Named(s)) => parts.scope_dwellings.contains(&(d, s)),
        };
        let member = parts.members.iter().find(|m| m.household == h && Some(m.group) == quota.group);
        member.filter(|_| inside).map_or(0, |m| m.weight)
    };
    let pair = |&(h, d, score): &(HouseholdIndex, DwellingIndex, i64)| {
        let rows = parts.quotas.iter().enumerate().map(|(q, quota)| {
            let own = parts.weights.iter().filter(|w| (w.quota.index(), w.household, w.dwelling) == (q, h, d)).map(|w| w.weight);
            (quota.id.clone(), counted(h, d, quota) + own.sum::<i64>())
        });
        let rows = rows.filter(|row| row.1 != 0).collect();
        ((parts.households[h.index()].clone(), parts.dwellings[d.index()].id.clone()), (score, rows))
    };
    parts.arcs.iter().map(pair).collect()
}

#[test]
fn arcs_and_cells_are_what_the_parts_say() {
    let mut lists = 0;
    for seed in 0..2_000 {
        let parts = parts(seed);
        let expected = stated(&parts);
        let problem = Problem::new(parts).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let mut found = BTreeMap::new();
        let mut shown = Vec::new();
        for (h, household) in problem.households().iter().enumerate() {
            let arcs = problem.arcs(HouseholdIndex::new(h));
            assert!(arcs.clone().is_sorted_by(|a, b| a.dwelling < b.dwelling), "seed {seed}");
            for arc in arcs {
                let rows = problem.cell(arc.cell).iter().map(|&(q, weight)| (problem.quotas()[q.index()].id.clone(), weight)).collect();
                found.insert((household.clone(), problem.dwellings()[arc.dwelling.index()].id.clone()), (arc.score, rows));
                shown.push(arc.cell.index());
            }
        }
        assert!(found == expected, "seed {seed}");
        // Each list once, numbered in the order in which the arcs show them.
        let mut firsts = Vec::new();
        for cell in shown {
            if !firsts.contains(&cell) {
                firsts.push(cell);
            }
        }
        assert!(firsts.iter().copied().eq(0..problem.cell_count()), "seed {seed}: {firsts:?}");
        let cells: std::collections::BTreeSet<_> = (0..problem.cell_count()).map(|c| problem.cell(crate::ids::CellIndex::new(c))).collect();
        assert_eq!(cells.len(), problem.cell_count(), "seed {seed}");
        lists += problem.cell_count();
    }
    assert!(lists > 10_000, "{lists} lists");
}

/// Any number of threads and any order of the arcs give the same problem.
#[test]
fn threads_and_order_change_nothing() {
    for seed in 0..50 {
        let shuffled = parts(seed);
        let mut sorted = shuffled.clone();
        sorted.arcs.sort_unstable();
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let five = rayon::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
        let (one, five) = (one.install(|| Problem::new(sorted)).unwrap(), five.install(|| Problem::new(shuffled)).unwrap());
        assert_eq!(one.hash(), five.hash(), "seed {seed}");
        assert!((&one.arc_start, &one.arc_cell, &one.cell_entries) == (&five.arc_start, &five.arc_cell, &five.cell_entries), "seed {seed}");
    }
}

#[test]
fn a_pair_that_stands_twice_is_refused_in_any_order() {
    for seed in 0..200 {
        let mut parts = parts(seed);
        let Some(&(household, dwelling, score)) = parts.arcs.first() else { continue };
        parts.arcs.push((household, dwelling, score + 1));
        let Err(crate::error::Error::Input { report }) = Problem::new(parts) else { panic!("seed {seed}: a pair stands twice") };
        assert!(report.errors.iter().any(|f| f.code == "E1060" && f.file == "arcs.csv"), "seed {seed}");
    }
}
