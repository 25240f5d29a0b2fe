//! A problem solved from the answer to another one near it: prices and offers of ids that stand in both are the start.
//!
//! Problem      two problems, of which the second is the first after some changes: households, dwellings, arcs, scores, rows. Unlike
//!              `warm`, which is told each edit, nothing is known of what has changed.
//! Method       row prices and dwelling prices are carried over by id, and each household gets the smallest price that they allow on
//!              the dwellings that both problems have; one look at all arcs then prices the dwellings, the new ones among them, and
//!              gives a bound ([`Ascent::resume`]). The rest is that of `warm`. Where prices say nothing (no rows and
//!              no pairs that earn points, or a bound by branching) the problem is solved afresh.
//! Few moves    of equally good allocations the one that leaves most households where they were: scores, penalties and points are
//!              multiplied by more than the number of offers, and staying adds one ([`Problem::leaning`]). Prices found there hold
//!              here on the larger scale, for staying only adds. Within a gap that is not yet all: what moves have gained may be less than
//!              the gap leaves open, and households then go home again as long as the answer stays within it ([`Search::go_home`]).
//!              The same where breaking the ties takes much longer than a solve: the problem is then solved as it is, and whoever
//!              loses nothing by it goes home.
//! Complexity   O(m) for the look and the copy, then as many short rounds as the change has cost, and a few solves from nothing at most; m arcs.

use std::collections::BTreeMap;

use crate::allocation::{AffinityShare, Allocation, Node, Prices, Proof, QuotaPrice, Status};
use crate::error::Error;
use crate::ids::{CellIndex, DwellingIndex};
use crate::problem::Problem;
use crate::threads::on_threads;

use super::certify::{Worth, allocation, by_position, offers, plain_prices, shares, within, worth};
use super::graph::{Graph, NONE};
use super::prices::{Ascent, Saved};
use super::rows::Rows;
use super::search::Search;
use super::shares::Shares;
use super::warm::settle;
use super::{Control, SolveOptions, drive, memory};

/// Short rounds may take one in so many of the steps that a solve from nothing took: theirs are shorter, and longer to make.
const PATIENCE: u64 = 16;

/// The leaning problem may take so many times the steps of the last solve from nothing, and these many in any case: where ties are
/// broken, proofs of optimality can take far longer.
const LONGER: u64 = 4;
const ANYWAY: u64 = 4_000_000;

/// An answer as the next solve reads it: by position in its problem, without certificate.
#[derive(Debug, Clone)]
pub(crate) struct Stand {
    pub(crate) status: Status,
    /// Dwelling of each household; empty where no allocation is known.
    pub(crate) offers: Vec<Option<DwellingIndex>>,
    worth: Option<Worth>,
    pub(crate) bound: Option<i64>,
    pub(crate) steps: u64,
    /// Steps of the last solve from nothing, here or on the way here.
    afresh: u64,
    prices: Option<Held>,
    /// The whole answer of a solve from nothing.
    cold: Option<Box<Allocation>>,
}

/// Prices by position, multiples of 1/scale points.
#[derive(Debug, Clone)]
struct Held {
    scale: i64,
    households: Vec<i64>,
    dwellings: Vec<i64>,
    quotas: Vec<i64>,
    affinities: Vec<AffinityShare>,
}

impl Stand {
    /// Solves a problem from nothing.
    ///
    /// # Errors
    /// As [`solve`](super::solve()).
    pub(crate) fn first(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        Ok(Self::of(problem, drive::solve(problem, options, control)?, 1))
    }

    /// Solves `problem` from this answer to `earlier`; of equally good allocations it takes one that moves few households away from
    /// `home`, by position in `problem`.
    ///
    /// # Errors
    /// As [`solve`](super::solve()).
    pub(crate) fn next(
        &self,
        earlier: &Problem,
        (problem, home): (&Problem, &[Option<DwellingIndex>]),
        options: &SolveOptions,
        control: &Control<'_>,
    ) -> Result<Self, Error> {
        memory::check(problem, options)?;
        if !problem.tiers().is_empty() {
            return Self::first(problem, options, control);
        }
        let places: u64 = problem.dwellings().iter().map(|place| u64::from(place.capacity)).sum();
        let factor = i64::try_from(places.min(problem.households().len() as u64)).unwrap_or(i64::MAX - 1) + 1;
        // Where sums would leave 64 bits, moves are not counted.
        let (lean, factor) = match problem.leaning(home, factor) {
            Ok(lean) => (lean, factor),
            Err(_) => (problem.clone(), 1),
        };
        let is_plain = problem.quotas().is_empty() && problem.affinities().is_empty();
        if let Some(held) = self.prices.as_ref().filter(|_| !is_plain)
            && let Some(stand) =
                on_threads(options.threads, || self.settled((earlier, held), (problem, &lean, factor), home, options, control))
        {
            return Ok(stand);
        }
        let most = self.afresh.saturating_mul(LONGER).max(ANYWAY);
        Self::afresh((problem, &lean, factor), home, most, options, control)
    }

    /// From nothing: the leaning problem, or the problem itself where the leaning one takes more than `most` steps.
    fn afresh(
        (problem, lean, factor): (&Problem, &Problem, i64),
        home: &[Option<DwellingIndex>],
        most: u64,
        options: &SolveOptions,
        control: &Control<'_>,
    ) -> Result<Self, Error> {
        let asked = options.step_limit.unwrap_or(u64::MAX);
        let limited = SolveOptions { step_limit: Some(asked.min(most)), ..*options };
        let (mut answer, mut counted) = (drive::solve(lean, &limited, control)?, factor);
        let is_given_up = matches!(answer.status, Status::StepLimit | Status::Unknown) && control.stopped().is_none();
        if is_given_up && asked > most && factor > 1 {
            (answer, counted) = (drive::solve(problem, options, control)?, 1);
        }
        on_threads(options.threads, || send_home((lean, factor), home, (&mut answer, counted), options, control));
        Ok(Self::of(problem, answer, counted))
    }

    /// From the carried prices; nothing where that takes too long.
    fn settled(
        &self,
        (earlier, held): (&Problem, &Held),
        (problem, lean, factor): (&Problem, &Problem, i64),
        home: &[Option<DwellingIndex>],
        options: &SolveOptions,
        control: &Control<'_>,
    ) -> Option<Self> {
        let stopped = |_| control.stopped().is_some();
        let graph = Graph::new(lean, options.seed, &|| stopped(0));
        if !graph.is_complete(lean) {
            return None;
        }
        let rows = Rows::new(lean);
        let saved = self.carried((earlier, held), (lean, factor), &graph, &rows);
        let mut ascent = Ascent::resume(lean, &graph, &rows, saved, &[], &stopped);
        let mut search = Search::new(lean, &graph, &rows, options.seed);
        search.load_within_maxima(&ascent.best.slot);
        let loaded = search.best.as_ref().map(|best| best.objective);
        // What was offered before, where that is worth more than what the prices alone say.
        let before = slots(&self.carry(earlier, lean), lean, &graph);
        search.load_within_maxima(&before);
        if search.best.as_ref().map(|best| best.objective) == loaded {
            search.load_best();
        }
        let patience = ascent.scanned() + search.moves + self.afresh / PATIENCE;
        let status = settle(&mut ascent, &mut search, (options, 0, patience), control)?;
        let scale = rows.scale.checked_mul(factor)?;
        let bound = i64::try_from(ascent.best.total.div_euclid(i128::from(scale))).ok()?;
        if status != Status::Optimal {
            let enough = enough(Some(bound), search.best.as_ref()?.objective, factor, options);
            search.go_home(&slots(home, lean, &graph), &enough, &|| stopped(0));
        }
        let best = search.best.as_ref()?;
        let offers = offers(&graph, &best.slot);
        debug_assert_eq!(worth_of(lean, &offers), Some(best.objective), "the search counts as the problem does");
        let worth = worth(problem, &offers)?;
        let (households, dwellings) = by_position(&graph, &ascent.best.u, &ascent.best.v);
        let status = if bound == worth.objective() { Status::Optimal } else { status };
        Some(Self {
            status,
            offers,
            worth: Some(worth),
            bound: Some(bound),
            steps: ascent.scanned() + search.moves,
            afresh: self.afresh,
            prices: Some(Held { scale, households, dwellings, quotas: ascent.best.prices.clone(), affinities: shares(lean, &ascent) }),
            cold: None,
        })
    }

    /// The prices of this answer where the new problem has the same ids, on its scale.
    fn carried(&self, (earlier, held): (&Problem, &Held), (lean, factor): (&Problem, i64), graph: &Graph, rows: &Rows) -> Saved {
        let on_scale = |price: i64| {
            let price = i128::from(price) * i128::from(rows.scale) * i128::from(factor) / i128::from(held.scale);
            i64::try_from(price).unwrap_or(0)
        };
        let mut prices = vec![0; lean.quotas().len()];
        for (new, old) in both(lean.quotas(), earlier.quotas(), |quota| &quota.id) {
            prices[new] = on_scale(held.quotas[old]).clamp(rows.price_min[new], rows.price_max[new]);
        }
        let mut known: Vec<Option<i64>> = vec![None; lean.dwellings().len()];
        for (new, old) in both(lean.dwellings(), earlier.dwellings(), |place| &place.id) {
            known[new] = Some(on_scale(held.dwellings[old]));
        }
        let mut shares = Shares::new(lean, graph, rows.scale);
        if !shares.is_empty() {
            let split = |split: &'_ AffinityShare| on_scale(split.share_a);
            let key = |split: &AffinityShare| [&split.household_a, &split.household_b, &split.residence].map(Clone::clone);
            let splits: BTreeMap<_, _> = held.affinities.iter().map(|one| (key(one), split(one))).collect();
            let given = shares.list.iter().map(|share| {
                let pair = lean.affinities()[share.pair as usize];
                let (a, b) = (&lean.households()[pair.a.index()], &lean.households()[pair.b.index()]);
                let key = [a, b, &lean.residences()[share.residence.index()]].map(Clone::clone);
                splits.get(&key).map_or(share.given_a, |given| (*given).clamp(0, share.points))
            });
            let given: Vec<i64> = given.collect();
            shares.set(&given);
        }
        let cell_price = |cell| lean.cell(CellIndex::new(cell)).iter().map(|&(q, weight)| weight * prices[q.index()]).sum();
        let cells: Vec<i64> = (0..lean.cell_count()).map(cell_price).collect();
        let (mut u, mut v) = (vec![0; graph.columns()], vec![0; graph.rows()]);
        for (row, dwelling) in graph.dwelling.iter().enumerate() {
            // A new dwelling asks nobody for more: its price comes with the look at all arcs.
            let Some(price) = known[dwelling.index()] else { continue };
            v[row] = price;
            for slot in graph.slots(row) {
                let least = rows.scale * graph.score[slot] - cells[graph.cell[slot].index()] + shares.of(slot) - price;
                let u: &mut i64 = &mut u[graph.col[slot] as usize];
                *u = least.max(*u);
            }
        }
        let home =
            slots(&self.carry(earlier, lean), lean, graph).into_iter().map(|slot| if slot == NONE { NONE } else { graph.row_of(slot) });
        Saved::at(graph, rows, (prices, u, v, shares), home.collect())
    }

    /// The offers by position in another problem: those whose household and dwelling it has, whether it has an arc between them or not.
    pub(crate) fn carry(&self, earlier: &Problem, problem: &Problem) -> Vec<Option<DwellingIndex>> {
        let mut offers = vec![None; problem.households().len()];
        let mut place = vec![None; earlier.dwellings().len()];
        for (new, old) in both(problem.dwellings(), earlier.dwellings(), |place| &place.id) {
            place[old] = Some(DwellingIndex::new(new));
        }
        for (new, old) in both(problem.households(), earlier.households(), |id| id) {
            offers[new] = self.offers.get(old).copied().flatten().and_then(|dwelling| place[dwelling.index()]);
        }
        offers
    }

    /// What a solve of the leaning problem says of the problem itself.
    fn of(problem: &Problem, mut answer: Allocation, factor: i64) -> Self {
        let worth = answer.objective.and_then(|_| worth(problem, &answer.offers));
        answer.bound = answer.bound.map(|bound| bound.div_euclid(factor));
        if answer.status == Status::GapLimit && worth.map(Worth::objective) == answer.bound {
            answer.status = Status::Optimal;
        }
        let parts = worth.unwrap_or_default();
        answer.objective = worth.map(Worth::objective);
        (answer.suitability, answer.penalties, answer.affinity_points) = (parts.suitability, parts.penalties, parts.affinity_points);
        let mut prices = None;
        if let Some(certificate) = &mut answer.certificate {
            (certificate.objective, certificate.bound) = (answer.objective, answer.bound);
            if factor > 1 {
                certificate.problem = problem.hash();
                enlarge(&mut certificate.proof, factor);
            }
            prices = held(problem, &certificate.proof);
        }
        let (status, bound, steps) = (answer.status, answer.bound, answer.steps);
        Self { status, offers: answer.offers.clone(), worth, bound, steps, afresh: steps, prices, cold: Some(Box::new(answer)) }
    }

    /// Worth of the offers; `None` where no allocation is known.
    pub(crate) fn objective(&self) -> Option<i64> {
        self.worth.map(Worth::objective)
    }

    /// Suitability, penalties and affinity points.
    pub(crate) fn parts(&self) -> (i64, i64, i64) {
        let worth = self.worth.unwrap_or_default();
        (worth.suitability, worth.penalties, worth.affinity_points)
    }

    /// Suitability, penalties and affinity points of offers in another problem with the same pairs; `None` where a hard row is broken.
    pub(crate) fn worth_in(problem: &Problem, offers: &[Option<DwellingIndex>]) -> Option<(i64, i64, i64)> {
        worth(problem, offers).map(|worth| (worth.suitability, worth.penalties, worth.affinity_points))
    }

    /// The whole answer, with the certificate. O(m): the certificate names the problem by its hash.
    pub(crate) fn allocation(&self, problem: &Problem) -> Allocation {
        if let Some(answer) = &self.cold {
            return answer.as_ref().clone();
        }
        let proof = self.prices.as_ref().map(|held| {
            let quotas = problem.quotas().iter().zip(&held.quotas).filter(|(_, price)| **price != 0);
            let quotas = quotas.map(|(quota, &price)| (quota.id.clone(), QuotaPrice { max: price.max(0), min: (-price).max(0) })).collect();
            let affinities = held.affinities.clone();
            Proof::Prices(Prices { scale: held.scale, quotas, affinities, ..plain_prices(problem, &held.households, &held.dwellings) })
        });
        allocation(problem, self.status, self.offers.clone(), self.bound, proof, self.steps)
    }
}

/// Slots, by column, of the offers of a problem that it has arcs and room for.
fn slots(offers: &[Option<DwellingIndex>], problem: &Problem, graph: &Graph) -> Vec<u32> {
    let mut row_of = vec![NONE; problem.dwellings().len()];
    graph.dwelling.iter().zip(0..).for_each(|(dwelling, row)| row_of[dwelling.index()] = row);
    let (mut load, mut slots) = (vec![0; graph.rows()], vec![NONE; graph.columns()]);
    for (h, offer) in offers.iter().enumerate() {
        let Some(dwelling) = offer else { continue };
        let (column, row) = (graph.column[h], row_of[dwelling.index()]);
        if load[row as usize] < graph.capacity[row as usize]
            && let Some(slot) = graph.find(column, row)
        {
            (slots[column as usize], load[row as usize]) = (slot, load[row as usize] + 1);
        }
    }
    slots
}

/// Which worths in the leaning problem are good enough to send households home: those within the gap asked for, as every answer is
/// measured. An answer that is not within the gap, or is proved to be the best, may lose nothing; in all of them moves home count.
fn enough(bound: Option<i64>, objective: i64, factor: i64, options: &SolveOptions) -> impl Fn(i64) -> bool {
    // Those who stay add up to less than `factor`.
    let (worth, gap) = (objective.div_euclid(factor), options.gap_ppm);
    let open = bound.filter(|&bound| bound > worth && within(bound, worth, gap));
    move |lean| {
        let lean = lean.div_euclid(factor);
        lean >= worth || open.is_some_and(|bound| within(bound, lean, gap))
    }
}

/// Sends households home whose moves are worth less than the gap leaves open, in an answer that counts each score `counted` times.
fn send_home(
    (lean, factor): (&Problem, i64),
    home: &[Option<DwellingIndex>],
    (answer, counted): (&mut Allocation, i64),
    options: &SolveOptions,
    control: &Control<'_>,
) {
    let stopped = || control.stopped().is_some();
    // Proved for the leaning problem, moves are the fewest already.
    let is_open = (answer.status, counted) != (Status::Optimal, factor);
    let Some(objective) = answer.objective.filter(|_| is_open && !stopped()) else { return };
    let objective = objective.div_euclid(counted).saturating_mul(factor);
    let graph = Graph::new(lean, options.seed, &stopped);
    if !graph.is_complete(lean) {
        return;
    }
    let rows = Rows::new(lean);
    let mut search = Search::new(lean, &graph, &rows, options.seed);
    // Of this answer, whatever nobody placed would be worth.
    search.best = None;
    search.load(&slots(&answer.offers, lean, &graph));
    let enough = enough(answer.bound.map(|bound| bound.div_euclid(counted)), objective, factor, options);
    if search.go_home(&slots(home, lean, &graph), &enough, &stopped) > 0
        && let Some(best) = &search.best
    {
        answer.offers = offers(&graph, &best.slot);
    }
    answer.steps += search.moves;
}

fn worth_of(problem: &Problem, offers: &[Option<DwellingIndex>]) -> Option<i64> {
    worth(problem, offers).map(Worth::objective)
}

/// Positions in two lists, both sorted by id, of what stands in both.
fn both<'a, T>(new: &'a [T], old: &'a [T], id: impl Fn(&'a T) -> &'a String + 'a) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut old = old.iter().enumerate().peekable();
    new.iter().enumerate().filter_map(move |(at, one)| {
        while old.next_if(|(_, other)| id(other) < id(one)).is_some() {}
        old.next_if(|(_, other)| id(other) == id(one)).map(|(other, _)| (at, other))
    })
}

/// Prices found where every score counts `factor` times are multiples of so much smaller a part of a point.
fn enlarge(proof: &mut Proof, factor: i64) {
    match proof {
        Proof::Prices(prices) => prices.scale *= factor,
        Proof::Tree { nodes } => {
            for node in nodes {
                if let Node::Fix { prices, .. } | Node::Leaf { prices } = node {
                    prices.scale *= factor;
                }
            }
        }
        // Over zero scores any scale does; tiers are never solved leaning.
        Proof::Infeasible { .. } | Proof::Tiers { .. } => {}
    }
}

/// The prices of a proof by position, where it has one set for all arcs and nothing but prices of rows, households and dwellings.
fn held(problem: &Problem, proof: &Proof) -> Option<Held> {
    let Proof::Prices(prices) = proof else { return None };
    let of = |map: &BTreeMap<String, i64>, id: &String| map.get(id).copied().unwrap_or(0);
    let households = prices.households.as_ref()?;
    let quota = |id: &String| prices.quotas.get(id).map_or(0, |price| price.max - price.min);
    Some(Held {
        scale: prices.scale,
        households: problem.households().iter().map(|id| of(households, id)).collect(),
        dwellings: problem.dwellings().iter().map(|place| of(&prices.dwellings, &place.id)).collect(),
        quotas: problem.quotas().iter().map(|row| quota(&row.id)).collect(),
        affinities: prices.affinities.clone(),
    })
}

#[cfg(test)]
mod tests;
