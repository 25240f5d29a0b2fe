//! Cells: the distinct (row, weight) lists, and which one each arc has.
//!
//! Households with the same memberships form a class, dwellings with the same residence and scopes form a class; a pair of classes
//! decides the list of an arc but for the weights listed for single pairs. So lists are made for the pairs of classes that occur,
//! and an arc costs one look into the list of its household's class. Cells are numbered in the order in which the arcs, in their
//! own order, show them first; nothing depends on the number of threads.

use std::hash::{BuildHasher as _, Hash, Hasher as _};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use rayon::prelude::*;

use crate::ids::{CellIndex, DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex};

use super::arcs::{split, tasks};
use super::build::{join, merged, starts};
use super::{PairWeight, Problem, Scope};

/// Arcs of one household class that one task looks through.
const TASK: usize = 1 << 17;

/// What the dwellings of a class, or the households of a class, have in common.
#[derive(Debug)]
pub(crate) struct Classes<T> {
    /// Class of each dwelling or household.
    pub(crate) of: Vec<u32>,
    /// By class.
    pub(crate) shared: Vec<Vec<T>>,
}

/// Numbers `count` things by class: things with equal keys share one, numbered in the order of their first things. Gives the classes
/// and the first thing of each. O(n) expected; the table is only asked, so that its order decides nothing.
pub(super) fn classes<I>(count: usize, key: impl Fn(u32) -> I) -> (Vec<u32>, Vec<u32>)
where
    I: Iterator,
    I::Item: Hash + PartialEq,
{
    let hasher = DefaultHashBuilder::default();
    let hash = |thing: u32| {
        let mut state = hasher.build_hasher();
        key(thing).for_each(|part| part.hash(&mut state));
        state.finish()
    };
    let mut known: HashTable<(u32, u32)> = HashTable::new();
    let mut firsts = Vec::new();
    let class = |thing: u32| match known.entry(hash(thing), |&(first, _)| key(first).eq(key(thing)), |&(first, _)| hash(first)) {
        Entry::Occupied(entry) => entry.get().1,
        Entry::Vacant(entry) => {
            let class = firsts.len() as u32;
            entry.insert((thing, class));
            firsts.push(thing);
            class
        }
    };
    let of = (0..count as u32).map(class).collect();
    (of, firsts)
}

/// The list of a pair of classes, or of an arc with weights of its own, and the arc that shows it first.
struct Shown {
    arc: usize,
    /// Household class and dwelling class; `None` for an arc with weights of its own.
    pair: Option<(u32, u32)>,
    entries: Vec<(QuotaIndex, i64)>,
}

#[expect(clippy::indexing_slicing, reason = "every index was given out by the ranks made in the constructor")]
impl Problem {
    /// Gives each arc the cell of its (row, weight) list.
    ///
    /// # Complexity
    /// O(m + n log n) and O(p log p) for the p pairs of classes that occur; m arcs, n households and dwellings.
    pub(super) fn compile_cells(&mut self) {
        let dwellings = self.dwelling_classes();
        let households = self.household_classes();
        let mut weights = self.weights.clone();
        weights.par_sort_unstable_by_key(|w| (w.household, w.dwelling, w.quota));
        let weight_start = starts(self.households.len(), weights.iter().map(|w| w.household.index()));
        let own = |h: usize| &weights[weight_start[h]..weight_start[h + 1]];

        let mut shown = self.shown(&households, &dwellings, own);
        let (cells, numbers) = numbered(&shown);
        (self.cell_start, self.cell_entries) = (vec![0], Vec::new());
        for &at in &cells {
            self.cell_entries.extend_from_slice(&shown[at].entries);
            self.cell_start.push(self.cell_entries.len());
        }
        // By household class: its dwelling classes with their cells, in order.
        let mut pairs: Vec<((u32, u32), CellIndex)> = Vec::with_capacity(shown.len());
        let mut alone: Vec<(usize, CellIndex)> = Vec::new();
        for (one, &cell) in shown.iter_mut().zip(&numbers) {
            one.entries = Vec::new();
            match one.pair {
                Some(pair) => pairs.push((pair, cell)),
                None => alone.push((one.arc, cell)),
            }
        }
        drop(shown);
        pairs.par_sort_unstable();
        let pair_start = starts(households.shared.len(), pairs.iter().map(|(pair, _)| pair.0 as usize));

        // All pairs of classes in one table, where it is small against the arcs.
        let width = dwellings.shared.len();
        let size = households.shared.len().saturating_mul(width);
        let mut table = Vec::new();
        if size <= self.arc_score.len() / 2 {
            table.resize(size, CellIndex::default());
            for &((household, dwelling), cell) in &pairs {
                table[household as usize * width + dwelling as usize] = cell;
            }
        }

        let mut arc_cell = vec![CellIndex::default(); self.arc_score.len()];
        let tasks = tasks(&self.arc_start);
        let parts = split(&mut arc_cell, &self.arc_start, &tasks);
        tasks.par_iter().zip(parts).for_each(|(range, part)| {
            let base = self.arc_start[range.start];
            for h in range.clone() {
                let class = households.of[h] as usize;
                let arcs = self.arc_range(HouseholdIndex::new(h));
                let part = &mut part[arcs.start - base..arcs.end - base];
                let classes = self.arc_dwelling[arcs].iter().map(|d| dwellings.of[d.index()]);
                // An arc alone may ask for a pair that no other arc shows: whatever it gets, its own cell comes below.
                if let Some(row) = table.get(class * width..(class + 1) * width) {
                    part.iter_mut().zip(classes).for_each(|(cell, class)| *cell = row[class as usize]);
                    continue;
                }
                let known = &pairs[pair_start[class]..pair_start[class + 1]];
                let mut at = 0;
                for (cell, class) in part.iter_mut().zip(classes) {
                    if known.get(at).is_none_or(|((_, here), _)| *here != class) {
                        at = known.partition_point(|((_, here), _)| *here < class);
                    }
                    *cell = known.get(at).map_or_else(CellIndex::default, |known| known.1);
                }
            }
        });
        for (arc, cell) in alone {
            arc_cell[arc] = cell;
        }
        self.arc_cell = arc_cell;
    }

    /// Dwellings of one residence that lie in the same scopes form a class; they share the rows that look at them, by group.
    pub(crate) fn dwelling_classes(&self) -> Classes<(GroupIndex, QuotaIndex)> {
        let (mut everywhere, mut by_residence, mut by_scope) =
            (Vec::new(), vec![Vec::new(); self.residences.len()], vec![Vec::new(); self.scopes.len()]);
        for (q, quota) in self.quotas.iter().enumerate() {
            let (Some(scope), Some(group)) = (quota.scope, quota.group) else { continue };
            let entry = (group, QuotaIndex::new(q));
            match scope {
                Scope::Everywhere => everywhere.push(entry),
                Scope::Residence(r) => by_residence[r.index()].push(entry),
                Scope::Named(s) => by_scope[s.index()].push(entry),
            }
        }
        let scope_start = starts(self.dwellings.len(), self.scope_dwellings.iter().map(|s| s.0.index()));
        let named = |d: u32| self.scope_dwellings[scope_start[d as usize]..scope_start[d as usize + 1]].iter().map(|s| s.1);
        let residence = |d: u32| self.dwellings[d as usize].residence;
        let (of, firsts) =
            classes(self.dwellings.len(), |d| std::iter::once((residence(d), None)).chain(named(d).map(move |s| (residence(d), Some(s)))));
        let shared = firsts.into_par_iter().map(|first| {
            let mut rows = everywhere.clone();
            rows.extend(&by_residence[residence(first).index()]);
            rows.extend(named(first).flat_map(|s| &by_scope[s.index()]));
            rows.sort_unstable();
            rows
        });
        Classes { of, shared: shared.collect() }
    }

    /// Households with the same memberships form a class; they share these.
    pub(crate) fn household_classes(&self) -> Classes<(GroupIndex, i64)> {
        let member_start = starts(self.households.len(), self.members.iter().map(|m| m.household.index()));
        let groups = |h: u32| self.members[member_start[h as usize]..member_start[h as usize + 1]].iter().map(|m| (m.group, m.weight));
        let (of, firsts) = classes(self.households.len(), groups);
        Classes { of, shared: firsts.into_par_iter().map(|first| groups(first).collect()).collect() }
    }

    /// Every pair of classes that an arc without weights of its own has, and every arc with such weights, in the order of the arcs.
    fn shown<'w>(
        &self,
        households: &Classes<(GroupIndex, i64)>,
        dwellings: &Classes<(GroupIndex, QuotaIndex)>,
        own: impl Fn(usize) -> &'w [PairWeight] + Sync,
    ) -> Vec<Shown> {
        // Households by class, and of one class in their own order.
        let class_start = starts(households.shared.len(), households.of.iter().map(|&class| class as usize));
        let mut free = class_start.clone();
        let mut by_class = vec![0u32; households.of.len()];
        for (h, &class) in households.of.iter().enumerate() {
            by_class[free[class as usize]] = h as u32;
            free[class as usize] += 1;
        }
        let arcs = |h: u32| self.arc_start[h as usize + 1] - self.arc_start[h as usize];
        let mut tasks: Vec<&[u32]> = Vec::new();
        for class in 0..households.shared.len() {
            let mut rest = &by_class[class_start[class]..class_start[class + 1]];
            while !rest.is_empty() {
                let (mut length, mut sum) = (0, 0);
                while length < rest.len() && sum < TASK {
                    sum += arcs(rest[length]);
                    length += 1;
                }
                let (task, others) = rest.split_at(length);
                tasks.push(task);
                rest = others;
            }
        }
        let first = |seen: &mut Vec<u32>, (task, members): (usize, &&[u32])| {
            seen.resize(dwellings.shared.len(), 0);
            let (mark, mut found) = (task as u32 + 1, Vec::new());
            for &h in *members {
                let mut listed = own(h as usize);
                for arc in self.arc_range(HouseholdIndex::new(h as usize)) {
                    let dwelling = self.arc_dwelling[arc];
                    let class = dwellings.of[dwelling.index()];
                    let (extra, rest) = of_dwelling(listed, dwelling);
                    listed = rest;
                    if !extra.is_empty() {
                        found.push((arc, h, class, true));
                    } else if std::mem::replace(&mut seen[class as usize], mark) != mark {
                        found.push((arc, h, class, false));
                    }
                }
            }
            found
        };
        let mut found: Vec<(usize, u32, u32, bool)> = tasks.par_iter().enumerate().map_init(Vec::new, first).flatten_iter().collect();
        // Of each pair of classes the first arc.
        let key = |&(arc, h, class, alone): &(usize, u32, u32, bool)| {
            if alone { (u32::MAX, 0, arc) } else { (households.of[h as usize], class, arc) }
        };
        found.par_sort_unstable_by_key(key);
        found.dedup_by(|later, first| !later.3 && !first.3 && key(later).0 == key(first).0 && later.2 == first.2);
        found.par_sort_unstable_by_key(|one| one.0);
        let list = |(arc, h, class, alone): (usize, u32, u32, bool)| {
            let mut entries = join(&households.shared[households.of[h as usize] as usize], &dwellings.shared[class as usize]);
            if alone {
                let dwelling = self.arc_dwelling[arc];
                entries.extend(own(h as usize).iter().filter(|w| w.dwelling == dwelling).map(|w| (w.quota, w.weight)));
            }
            Shown { arc, pair: (!alone).then_some((households.of[h as usize], class)), entries: merged(entries) }
        };
        found.into_par_iter().map(list).collect()
    }
}

/// The weights listed for `dwelling` at the beginning of `listed`, which is sorted by dwelling, and those after them.
fn of_dwelling(listed: &[PairWeight], dwelling: DwellingIndex) -> (&[PairWeight], &[PairWeight]) {
    if listed.is_empty() {
        return (listed, listed);
    }
    let length = listed.iter().take_while(|w| w.dwelling == dwelling).count();
    listed.split_at_checked(length).unwrap_or((&[], listed))
}

/// Numbers the distinct lists in the order in which they are shown: for each number the position of its first, and the number of each.
#[expect(clippy::indexing_slicing, reason = "positions are below the number of lists")]
fn numbered(shown: &[Shown]) -> (Vec<usize>, Vec<CellIndex>) {
    let (of, firsts) = classes(shown.len(), |one| shown[one as usize].entries.iter());
    (firsts.into_iter().map(|first| first as usize).collect(), of.into_iter().map(|cell| CellIndex::new(cell as usize)).collect())
}

#[cfg(test)]
mod tests;
