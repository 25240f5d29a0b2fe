//! Parts of an allocation that are made better side by side: whole residences near to each other, with their households.
//!
//! Problem      one walk through a large allocation uses one thread, misses every cache, and must be better everywhere to be
//!              better at all.
//! Method       residences are grouped by the households they share, by chance from another one each time; a placed household goes
//!              where its home is, an unplaced one where one of its arcs leads. Each block is a small graph of its own.
//!              What a row may still count, or misses, is divided among the blocks by their arcs of that row: so the
//!              parts together keep every bound that each keeps, and what they miss together is no more than each on its own.
//! Complexity   O(arcs at hand + n); a block's graph holds its own arcs only.
//! Determinism  blocks depend on the problem and the draws, never on threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::graph::{Graph, NONE};
use super::random::Random;
use super::refine::Near;
use super::rows::{Limits, Rows};
use super::search::{Partners, Search};

/// Households between two questions whether to stop.
const ASK_EVERY: usize = 16_384;
/// Dwellings of a block, about.
const SIZE: usize = 2_500;

/// A part of an allocation.
#[derive(Debug)]
pub(super) struct Block {
    /// Its arcs; rows and columns are numbered anew.
    pub(super) graph: Graph,
    /// Its share of every row of the problem.
    pub(super) rows: Rows,
    pub(super) partners: Partners,
    /// Slot by column, or [`NONE`].
    pub(super) start: Vec<u32>,
    /// Slot of the whole graph of each slot, ascending, and column of the whole graph of each column.
    pub(super) slots: Vec<u32>,
    pub(super) columns: Vec<u32>,
    /// Draws of its own.
    pub(super) random: Random,
}

/// What goes into a block: slots of what is near, and of the whole graph those that are homes.
#[derive(Debug, Clone, Default)]
struct Part {
    near: Vec<u32>,
    homes: Vec<u32>,
}

/// What a block has to do with a row of the problem: arcs that count there, and what it counts now.
#[derive(Debug, Clone, Copy, Default)]
struct Stake {
    arcs: u64,
    count: i64,
}

/// How many blocks an allocation is worth. Pairs that earn points may move together only within one.
pub(super) fn wanted(search: &Search<'_>) -> usize {
    if search.partners.is_empty() { search.graph.rows().div_ceil(SIZE) } else { 1 }
}

/// Divides the current state of `search` into about `wanted` blocks; what is near may be used beside the homes. Nothing where `stop`
/// says so first.
pub(super) fn divide(search: &mut Search<'_>, near: &Near, wanted: usize, stop: &(dyn Fn() -> bool + Sync)) -> Option<Vec<Block>> {
    let graph = search.graph;
    let block_of = group(search, near, wanted, stop)?;
    // Where each household goes: home, or where one of its arcs leads.
    let mut place = vec![NONE; graph.columns()];
    for (column, &slot) in search.slot.iter().enumerate().filter(|home| *home.1 != NONE) {
        place[column] = block_of[graph.row_of(slot) as usize];
    }
    let of_slot = |slot: u32| block_of[near.core.graph.row[slot as usize] as usize];
    let mut parts = vec![Part::default(); block_of.iter().max().map_or(0, |&last| last as usize + 1)];
    for (column, place) in place.iter_mut().enumerate() {
        if column.is_multiple_of(ASK_EVERY) && stop() {
            return None;
        }
        let list = near.core.graph.column_slots(column);
        if *place == NONE && !list.is_empty() {
            *place = of_slot(list[search.random.below(list.len())]);
        }
        if let Some(part) = parts.get_mut(*place as usize) {
            part.near.extend(list.iter().filter(|&&slot| of_slot(slot) == *place));
            part.homes.extend(Some(search.slot[column]).filter(|&home| home != NONE));
        }
    }
    let seeds: Vec<u64> = parts.iter().map(|_| search.random.next()).collect();
    let search = &*search;
    let block = |(part, seed)| (!stop()).then(|| Block::new(search, near, part, Random::new(seed)));
    let mut blocks: Vec<(Block, Vec<Stake>)> = parts.into_par_iter().zip(seeds).map(block).collect::<Option<_>>()?;
    share(search, &mut blocks);
    Some(blocks.into_iter().map(|block| block.0).collect())
}

/// The block of each row: about `wanted` of them, each of whole residences that share many households.
fn group(search: &mut Search<'_>, near: &Near, wanted: usize, stop: &(dyn Fn() -> bool + Sync)) -> Option<Vec<u32>> {
    let graph = search.graph;
    if wanted <= 1 {
        return Some(vec![0; graph.rows()]);
    }
    // A dwelling that came later stands with the others that did.
    let known = search.problem.dwellings();
    let residence =
        |row: u32| known.get(graph.dwelling[row as usize].index()).map_or(search.problem.residences().len(), |d| d.residence.index());
    let residence_of: Vec<u32> = (0..graph.rows() as u32).map(|row| residence(row) as u32).collect();
    let mut homes: Vec<Vec<u32>> = vec![Vec::new(); search.problem.residences().len() + 1];
    for (row, &residence) in residence_of.iter().enumerate() {
        homes[residence as usize].push(row as u32);
    }
    let mut turns: Vec<u32> = (0..homes.len() as u32).collect();
    for at in (1..turns.len()).rev() {
        turns.swap(at, search.random.below(at + 1));
    }
    let mut block_of = vec![NONE; homes.len()];
    let size = graph.rows().div_ceil(wanted);
    let (mut block, mut load) = (0, 0);
    // Links to the block that grows; an entry of the heap counts while it is the latest of its residence.
    let mut links = vec![0u64; homes.len()];
    let mut heap: BinaryHeap<(u64, Reverse<u32>)> = BinaryHeap::new();
    let mut turns = turns.into_iter();
    loop {
        let nearest = loop {
            match heap.pop() {
                Some((weight, Reverse(next))) if block_of[next as usize] == NONE && links[next as usize] == weight => break Some(next),
                Some(_) => {}
                None => break turns.find(|&next| block_of[next as usize] == NONE && !homes[next as usize].is_empty()),
            }
        };
        let Some(next) = nearest else { break };
        if stop() {
            return None;
        }
        block_of[next as usize] = block;
        load += homes[next as usize].len();
        if load >= size {
            (block, load) = (block + 1, 0);
            heap.clear();
            links.fill(0);
            continue;
        }
        let mut touched = Vec::new();
        for &row in &homes[next as usize] {
            for at in near.of_row(row) {
                for other in near.of_column(near.core.graph.col[at]) {
                    let other = residence_of[near.core.graph.row[other as usize] as usize];
                    links[other as usize] += 1;
                    touched.push(other);
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        heap.extend(touched.into_iter().filter(|&r| block_of[r as usize] == NONE).map(|r| (links[r as usize], Reverse(r))));
    }
    Some(residence_of.iter().map(|&residence| block_of[residence as usize]).collect())
}

impl Block {
    /// The block of these slots, with the bounds of the whole problem, and its stake in each of its rows.
    fn new(search: &Search<'_>, near: &Near, part: Part, random: Random) -> (Self, Vec<Stake>) {
        let whole = search.graph;
        // By row and slot of the whole graph.
        let close = part.near.into_iter().map(|slot| (near.core.graph.row[slot as usize], near.core.whole(slot)));
        let mut pairs: Vec<(u32, u32)> = close.chain(part.homes.into_iter().map(|home| (whole.row_of(home), home))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let slots: Vec<u32> = pairs.iter().map(|pair| pair.1).collect();
        let mut columns: Vec<u32> = slots.iter().map(|&slot| whole.col[slot as usize]).collect();
        columns.sort_unstable();
        columns.dedup();
        let column = |slot: &u32| columns.partition_point(|&known| known < whole.col[*slot as usize]) as u32;
        let mut graph = Graph {
            row_start: Vec::new(),
            row_end: Vec::new(),
            row: Vec::with_capacity(slots.len()),
            row_near: Vec::new(),
            col: slots.iter().map(column).collect(),
            cell: slots.iter().map(|&slot| whole.cell[slot as usize]).collect(),
            score: slots.iter().map(|&slot| whole.score[slot as usize]).collect(),
            col_start: vec![0; columns.len()],
            col_end: vec![0; columns.len()],
            col_slot: Vec::new(),
            capacity: Vec::new(),
            household: columns.iter().map(|&column| whole.household[column as usize]).collect(),
            column: Vec::new(),
            dwelling: Vec::new(),
        };
        for list in pairs.chunk_by(|a, b| a.0 == b.0) {
            let (row, start) = (list[0].0 as usize, graph.row.len());
            graph.row_start.push(start as u32);
            graph.row.resize(start + list.len(), graph.capacity.len() as u32);
            graph.row_end.push(graph.row.len() as u32);
            graph.capacity.push(whole.capacity[row]);
            graph.dwelling.push(whole.dwelling[row]);
        }
        graph.by_column();
        let mut stakes = vec![Stake::default(); search.rows.limits.len()];
        let mut start = vec![NONE; columns.len()];
        for (at, &slot) in slots.iter().enumerate() {
            let is_home = search.slot[whole.col[slot as usize] as usize] == slot;
            if is_home {
                start[graph.col[at] as usize] = at as u32;
            }
            for &(quota, weight) in search.problem.cell(whole.cell[slot as usize]) {
                let stake = &mut stakes[quota.index()];
                stake.arcs += 1;
                stake.count += if is_home { weight } else { 0 };
            }
        }
        // Partners in the block; those outside it do not move meanwhile and are left out.
        let inside = |partner: u32| columns.binary_search(&partner).ok();
        let partners = |&column: &u32| {
            let of = search.partners.of(column).iter();
            of.filter_map(|&(partner, points)| inside(partner).map(|partner| (partner as u32, points))).collect()
        };
        let partners = Partners::new(columns.iter().filter(|_| !search.partners.is_empty()).map(partners));
        (Self { graph, rows: search.rows.clone(), partners, start, slots, columns, random }, stakes)
    }
}

/// Divides the bounds of each row: every block may count what it counts, and its share of what is left or missing.
fn share(search: &Search<'_>, blocks: &mut [(Block, Vec<Stake>)]) {
    for (q, limits) in search.rows.limits.iter().enumerate() {
        let arcs = blocks.iter().map(|block| block.1[q].arcs).sum::<u64>();
        let mut before = 0;
        for (block, stakes) in blocks.iter_mut() {
            let stake = stakes[q];
            // Of something that is divided by arcs: the shares of all blocks add up.
            let part = |all: i64| {
                let upto = |arcs_so_far: u64| (i128::from(all) * i128::from(arcs_so_far)).div_euclid(i128::from(arcs.max(1)));
                i64::try_from(upto(before + stake.arcs) - upto(before)).unwrap_or(all)
            };
            block.rows.limits[q] = if stake.arcs == 0 {
                Limits::NONE
            } else {
                let bound = |bound: i64| stake.count + part(bound - search.counts[q]);
                limits.moved(bound)
            };
            before += stake.arcs;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::core::Core;
    use crate::solve::plain;
    use crate::solve::prices::Ascent;
    use crate::solve::tree::tests::random;

    /// Blocks share no dwelling and no household; whatever they do, what keeps each block's bounds keeps the whole's, and
    /// is worth no less than they say.
    #[test]
    fn what_blocks_gain_adds_up() {
        let (mut several, mut gained) = (0, 0);
        for seed in 0..200 {
            let problem = random(seed, 20, 9, 6, 3);
            let (graph, rows) = (Graph::new(&problem, seed, &|| false), Rows::new(&problem));
            let plain = plain::assignment(&problem, seed, &|_| false).unwrap();
            let mut ascent = Ascent::new(&problem, &graph, &rows, &plain, &|_| false);
            let mut search = Search::new(&problem, &graph, &rows, seed);
            search.load(&ascent.best.slot);
            let mut near = ascent.near(&|| false).unwrap();
            let slots = |row: usize| graph.slots(row).map(move |slot| (row as u32, slot as u32));
            near.core = Core::of(&graph, (0..graph.rows()).flat_map(slots).collect(), &|| false).unwrap();
            near.small = vec![true; graph.col.len()];
            let blocks = divide(&mut search, &near, 3, &|| false).unwrap();
            several += usize::from(blocks.len() > 1);
            let mut rows_seen: Vec<u32> = blocks
                .iter()
                .flat_map(|block| block.slots.chunk_by(|a, b| graph.row_of(*a) == graph.row_of(*b)).map(|list| graph.row_of(list[0])))
                .collect();
            let mut columns_seen: Vec<u32> = blocks.iter().flat_map(|block| block.columns.clone()).collect();
            for seen in [&mut rows_seen, &mut columns_seen] {
                seen.sort_unstable();
                assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "seed {seed}");
            }
            let (worth, broken) = (search.worth, search.broken);
            let mut slot = search.slot.clone();
            let (mut gain, mut are_kept) = (0, true);
            for block in &blocks {
                let mut state = Search::with_partners(&problem, &block.graph, &block.rows, block.partners.clone(), block.random.clone());
                state.load(&block.start);
                let before = state.worth;
                // Any other state: as many households as fit, by chance.
                let mut draws = block.random.clone();
                let mut load = vec![0; block.graph.rows()];
                let new: Vec<u32> = (0..block.columns.len())
                    .map(|column| {
                        let slots = block.graph.column_slots(column);
                        let at = slots[draws.below(slots.len())];
                        let row = block.graph.row[at as usize] as usize;
                        let fits = load[row] < block.graph.capacity[row] && draws.below(3) > 0;
                        load[row] += u32::from(fits);
                        if fits { at } else { NONE }
                    })
                    .collect();
                state.load(&new);
                gain += state.worth - before;
                are_kept &= state.broken == 0;
                for (&column, &at) in block.columns.iter().zip(&new) {
                    slot[column as usize] = if at == NONE { NONE } else { block.slots[at as usize] };
                }
            }
            search.load(&slot);
            if broken == 0 {
                assert!(search.worth - worth >= gain, "seed {seed}: {} < {gain}", search.worth - worth);
            }
            if are_kept {
                gained += 1;
                assert_eq!(search.broken, 0, "seed {seed}");
            }
        }
        assert!(several > 150 && gained > 20, "too few cases: {several} {gained}");
    }
}
