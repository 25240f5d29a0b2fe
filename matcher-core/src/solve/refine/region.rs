//! A region as a small problem of its own: bounds less what the rest counts, points of partners outside added to the arcs.

use std::collections::BTreeMap;

use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex};
use crate::problem::{Affinity, PairWeight, Parts, Place, Problem, Quota};
use crate::solve::graph::{Graph, NONE};
use crate::solve::search::Change;
use crate::solve::tree;

use super::{Held, Near};

/// A small problem and where its parts stand in the whole one.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) problem: Problem,
    pub(super) residences: Vec<u32>,
    /// Residences that share households with these.
    pub(super) linked: Vec<u32>,
    /// Columns of its households.
    pub(super) columns: Vec<u32>,
    /// (household, dwelling) of the region -> slot of the whole graph.
    slots: BTreeMap<(usize, usize), u32>,
    /// Prices of its parts.
    pub(super) prices: tree::Prices,
    /// Where its households live now.
    pub(super) start: Vec<Option<DwellingIndex>>,
}

impl Region {
    /// The problem of these rows (sorted), all else as it stands; columns that are `taken` stay out unless they live here.
    pub(super) fn new(problem: &Problem, graph: &Graph, rows: &[u32], held: Held<'_>, near: &Near, taken: &[bool]) -> Option<Self> {
        let place_of = |slot: u32| (slot != NONE).then(|| rows.binary_search(&graph.row_of(slot)).ok()).flatten();
        let lives = |column: u32| place_of(held.slot[column as usize]).is_some();
        // Who lives there, and the unplaced near them.
        let mut pairs: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &row in rows {
            for at in near.of_row(row) {
                let column = near.core.graph.col[at];
                let free = held.slot[column as usize] == NONE && !taken[column as usize];
                if free || lives(column) {
                    pairs.entry(column).or_default().push(near.core.whole(at as u32));
                }
            }
        }
        for column in rows.iter().flat_map(|&row| held.occupants.of(row)) {
            let (slot, slots) = (held.slot[column as usize], pairs.entry(column).or_default());
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        let columns: Vec<u32> = pairs.keys().copied().collect();
        let outside = |column: u32, slot: u32| -> i64 {
            let residence = |slot: u32| graph.residence(problem, slot);
            let earned = |&&(partner, _): &&(u32, i64)| {
                let home = held.slot[partner as usize];
                home != NONE && residence(home) == residence(slot) && columns.binary_search(&partner).is_err()
            };
            held.partners.of(column).iter().filter(earned).map(|p| p.1).sum()
        };
        let (mut arcs, mut weights, mut slots, mut start) = (Vec::new(), Vec::new(), BTreeMap::new(), Vec::new());
        // What the region itself counts now, by row.
        let mut own: BTreeMap<QuotaIndex, i64> = BTreeMap::new();
        for (h, (&column, list)) in pairs.iter().enumerate() {
            let now = held.slot[column as usize];
            start.push(place_of(now).map(DwellingIndex::new));
            for &slot in list {
                let (household, d) = (HouseholdIndex::new(h), place_of(slot)?);
                slots.insert((h, d), slot);
                arcs.push((household, DwellingIndex::new(d), graph.score[slot as usize] + outside(column, slot)));
                for &(quota, weight) in problem.cell(graph.cell[slot as usize]) {
                    *own.entry(quota).or_default() += if now == slot { weight } else { 0 };
                    weights.push(PairWeight { quota, household, dwelling: DwellingIndex::new(d), weight });
                }
            }
        }
        let position: BTreeMap<QuotaIndex, QuotaIndex> = own.keys().enumerate().map(|(new, &q)| (q, QuotaIndex::new(new))).collect();
        for weight in &mut weights {
            weight.quota = *position.get(&weight.quota)?;
        }
        let quota = |(q, own): (&QuotaIndex, &i64)| {
            let (quota, rest) = (&problem.quotas()[q.index()], held.counts[q.index()] - own);
            Quota {
                id: numbered(q.index()),
                scope: None,
                group: None,
                min: quota.min.map(|min| min - rest),
                max: quota.max.map(|max| max - rest),
                ..quota.clone()
            }
        };
        let place = |(d, &row): (usize, &u32)| Place {
            id: numbered(d),
            residence: problem.residence(graph.dwelling[row as usize]),
            capacity: graph.capacity[row as usize],
        };
        let inside = |a: u32| columns.binary_search(&a).ok();
        let mut affinities = Vec::new();
        for (a, &column) in columns.iter().enumerate() {
            for &(partner, points) in held.partners.of(column).iter().filter(|p| p.0 > column) {
                if let Some(b) = inside(partner) {
                    affinities.push(Affinity { a: HouseholdIndex::new(a), b: HouseholdIndex::new(b), points });
                }
            }
        }
        let parts = Parts {
            households: (0..columns.len()).map(numbered).collect(),
            dwellings: rows.iter().enumerate().map(place).collect(),
            residences: (0..problem.residences().len()).map(numbered).collect(),
            arcs,
            quotas: own.iter().map(quota).collect(),
            weights,
            affinities,
            ..Parts::default()
        };
        let prices = tree::Prices {
            scale: near.scale,
            households: columns.iter().map(|&column| near.u[column as usize]).collect(),
            dwellings: rows.iter().map(|&row| near.v[row as usize]).collect(),
            quotas: own.keys().map(|q| near.quotas[q.index()]).collect(),
        };
        let (residences, linked) = (Vec::new(), Vec::new());
        Some(Self { problem: Problem::new(parts).ok()?, residences, linked, columns, slots, prices, start })
    }

    /// What `offers` change beside the allocation.
    pub(super) fn changes(&self, offers: &[Option<DwellingIndex>], slot: &[u32]) -> Vec<Change> {
        let new = |h: usize, offer: &Option<DwellingIndex>| offer.and_then(|d| self.slots.get(&(h, d.index())).copied()).unwrap_or(NONE);
        let change = |(h, offer)| (self.columns[h], new(h, offer));
        offers.iter().enumerate().map(change).filter(|&(column, new)| slot[column as usize] != new).collect()
    }
}

/// An id whose order is that of the numbers.
fn numbered(number: usize) -> String {
    format!("{number:010}")
}
