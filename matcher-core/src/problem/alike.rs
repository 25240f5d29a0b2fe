//! Dwellings that nothing tells apart, and the problem in which each such class is one dwelling.
//!
//! Two dwellings are alike where they lie in one residence and have arcs from the same households, each with the same score and the
//! same cell. Capacities do not matter: those of a class are added up.
//!
//! Finding      each dwelling is given a sum of mixed numbers over its arcs, which does not depend on their order; dwellings of one
//!              residence and one sum are held to be alike, until one more pass compares their arcs in full. Classes that do not stand that
//!              are given up: a sum decides nothing.
//! Looking      what differs at some of the households differs at all of them: where few arcs show already that too many dwellings
//!              differ, nobody looks further. So a look that finds nothing costs a few arcs per dwelling, and the answer is that of a look
//!              at everything.
//! Complexity   O(n + m) at most, m arcs, n households and dwellings; on all threads. Memory 12 B per dwelling.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use crate::ids::{CellIndex, DwellingIndex, HouseholdIndex};

use super::arcs::{split, tasks};
use super::cells::classes;
use super::{Arc, Place, Problem};

/// Arcs per dwelling that the first look goes through, about.
const FIRST_LOOK: usize = 4;
/// Each further look goes through so many times as many.
const WIDER: usize = 8;
/// No class.
const NONE: u32 = u32::MAX;

/// Which dwellings are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alike {
    /// Dwellings of each class, in order; classes in the order of their first dwellings.
    pub(crate) members: Vec<Vec<DwellingIndex>>,
}

/// `SplitMix64`'s last step.
const fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// What an arc adds to the sum of its dwelling.
fn sign(household: usize, arc: Arc) -> u64 {
    let cell = mixed((household as u64) << 32 | arc.cell.index() as u64);
    mixed(cell ^ (arc.score as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// What a class has shown of itself at one household.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    score: i64,
    cell: CellIndex,
    arcs: usize,
}

#[expect(clippy::indexing_slicing, reason = "indices of the problem stay within its tables, classes within their lists")]
impl Problem {
    /// Dwellings that are alike, where they are no more than `most` classes; `None` where they are more, or once `stop` says so.
    ///
    /// # Complexity
    /// O(n + m), see the head of the file.
    pub(crate) fn alike(&self, most: usize, stop: &(dyn Fn() -> bool + Sync)) -> Option<Alike> {
        let tasks = tasks(&self.arc_start);
        let enough = FIRST_LOOK.saturating_mul(self.dwellings.len()).max(1);
        let mut stride = (self.arc_count() / enough).max(1);
        let (of, firsts) = loop {
            let sums: Vec<AtomicU64> = self.dwellings.iter().map(|_| AtomicU64::new(0)).collect();
            tasks.par_iter().filter(|_| !stop()).for_each(|households| {
                for h in households.clone().filter(|h| h.is_multiple_of(stride)) {
                    for arc in self.arcs(HouseholdIndex::new(h)) {
                        // Sums of whole numbers: whoever comes first, they are the same.
                        sums[arc.dwelling.index()].fetch_add(sign(h, arc), Ordering::Relaxed);
                    }
                }
            });
            let key = |d: u32| std::iter::once((self.dwellings[d as usize].residence, sums[d as usize].load(Ordering::Relaxed)));
            let (of, firsts) = classes(self.dwellings.len(), key);
            if stop() || firsts.len() > most {
                return None;
            }
            if stride == 1 {
                break (of, firsts);
            }
            stride = (stride / WIDER).max(1);
        };
        let alike = self.classes_of(&of, firsts.len(), stop);
        (!stop() && alike.members.len() <= most).then_some(alike)
    }

    /// What stands of the classes `of` all dwellings, once their arcs are compared in full; nothing is sure once `stop` says so.
    pub(crate) fn classes_of(&self, of: &[u32], classes: usize, stop: &(dyn Fn() -> bool + Sync)) -> Alike {
        Alike::new(of, &self.broken(of, classes, stop))
    }

    /// Classes whose dwellings are not alike after all, or have more units together than can be counted.
    fn broken(&self, of: &[u32], classes: usize, stop: &(dyn Fn() -> bool + Sync)) -> Vec<bool> {
        let (mut sizes, mut units) = (vec![0usize; classes], vec![0u64; classes]);
        for (&class, place) in of.iter().zip(&self.dwellings) {
            sizes[class as usize] += 1;
            units[class as usize] += u64::from(place.capacity);
        }
        let broken: Vec<AtomicBool> = units.into_iter().map(|units| AtomicBool::new(units > u64::from(u32::MAX))).collect();
        let new = || (vec![Seen::default(); classes], Vec::new());
        tasks(&self.arc_start).par_iter().filter(|_| !stop()).for_each_init(new, |(seen, met), households| {
            for h in households.clone() {
                for Arc { dwelling, score, cell } in self.arcs(HouseholdIndex::new(h)) {
                    let class = of[dwelling.index()] as usize;
                    let one = &mut seen[class];
                    if one.arcs == 0 {
                        *one = Seen { score, cell, arcs: 0 };
                        met.push(class);
                    } else if (one.score, one.cell) != (score, cell) {
                        broken[class].store(true, Ordering::Relaxed);
                    }
                    one.arcs += 1;
                }
                for class in met.drain(..) {
                    // A household that may live in one of them may live in each.
                    if std::mem::take(&mut seen[class]).arcs != sizes[class] {
                        broken[class].store(true, Ordering::Relaxed);
                    }
                }
            }
        });
        broken.into_iter().map(AtomicBool::into_inner).collect()
    }

    /// The problem in which each class is one dwelling, its first one, with the units of all; `None` where more than `most` arcs remain.
    /// It knows rows by their cells alone, and has no hash of its own: who solves it speaks of this problem.
    ///
    /// # Complexity
    /// O(n + m). Memory 16 B per arc that remains; the names of the households are shared.
    pub(crate) fn merged(&self, alike: &Alike, most: usize) -> Option<Self> {
        let mut place = vec![NONE; self.dwellings.len()];
        for (class, members) in alike.members.iter().enumerate() {
            place[members.first()?.index()] = class as u32;
        }
        let stays = |at: usize| place[self.arc_dwelling[at].index()] != NONE;
        let counts =
            (0..self.households.len()).into_par_iter().map(|h| self.arc_range(HouseholdIndex::new(h)).filter(|&at| stays(at)).count());
        let mut arc_start: Vec<usize> = std::iter::once(0).chain(counts.collect::<Vec<_>>()).collect();
        for h in 1..arc_start.len() {
            arc_start[h] += arc_start[h - 1];
        }
        let count = arc_start.last().copied().unwrap_or(0);
        if count > most {
            return None;
        }
        let (mut dwelling, mut score, mut cell) =
            (vec![DwellingIndex::default(); count], vec![0; count], vec![CellIndex::default(); count]);
        let tasks = tasks(&arc_start);
        let parts = split(&mut dwelling, &arc_start, &tasks).into_iter().zip(split(&mut score, &arc_start, &tasks));
        let parts: Vec<_> = parts.zip(split(&mut cell, &arc_start, &tasks)).collect();
        tasks.par_iter().zip(parts).for_each(|(households, ((dwelling, score), cell))| {
            let first = self.arc_range(HouseholdIndex::new(households.start)).start;
            let last = households.clone().last().map_or(first, |h| self.arc_range(HouseholdIndex::new(h)).end);
            let slots = dwelling.iter_mut().zip(score).zip(cell);
            for (((dwelling, score), cell), at) in slots.zip((first..last).filter(|&at| stays(at))) {
                *dwelling = DwellingIndex::new(place[self.arc_dwelling[at].index()] as usize);
                (*score, *cell) = (self.arc_score[at], self.arc_cell[at]);
            }
        });
        let places = alike.members.iter().filter_map(|members| {
            let units = members.iter().map(|d| self.dwellings[d.index()].capacity).sum();
            Some(Place { capacity: units, ..self.dwellings[members.first()?.index()].clone() })
        });
        Some(Self {
            households: self.households.clone(),
            dwellings: places.collect(),
            residences: self.residences.clone(),
            groups: Vec::new(),
            scopes: Vec::new(),
            members: Vec::new(),
            scope_dwellings: Vec::new(),
            quotas: self.quotas.clone(),
            weights: Vec::new(),
            affinities: self.affinities.clone(),
            tiers: Vec::new(),
            arc_start,
            arc_dwelling: dwelling,
            arc_score: score,
            arc_cell: cell,
            cell_start: self.cell_start.clone(),
            cell_entries: self.cell_entries.clone(),
            fingerprint: std::sync::OnceLock::from(String::new()),
        })
    }
}

#[expect(clippy::indexing_slicing, reason = "classes stay within their lists")]
impl Alike {
    /// The classes, each `broken` one as so many of one dwelling.
    fn new(of: &[u32], broken: &[bool]) -> Self {
        let mut alike = Self { members: Vec::new() };
        let mut number = vec![NONE; broken.len()];
        for (d, &class) in of.iter().enumerate() {
            let class = class as usize;
            if number[class] == NONE || broken[class] {
                number[class] = alike.members.len() as u32;
                alike.members.push(Vec::new());
            }
            alike.members[number[class] as usize].push(DwellingIndex::new(d));
        }
        alike
    }
}
