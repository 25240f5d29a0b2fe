//! Candidates at scale: a problem of few pairs whose certificate holds for all of them.
//!
//! Problem      where every household may live in hundreds of dwellings the pairs do not fit into memory, and nearly all of them are far
//!              from being chosen. The problem then holds only some: per household the best few, per dwelling the best few (`keep`).
//! Method       column generation: solve; then price the pairs that were left out (`price`). A pair (h, d) is covered when
//!              S s(h,d) <= u(h) + v(d) + the prices of its rows. The least valid u(h) at given v and row prices is the maximum of
//!              S s - v - rows over *all* pairs of h, or 0: with it the certificate holds for everybody's pairs, and its total is
//!              the bound. Where many households miss one dwelling, it pays instead of them. Where that bound is within the gap asked
//!              for, all is proved; otherwise the pairs that are worth most beyond their prices come in, and the problem is solved
//!              again. Scores are made anew in each pass: that is as fast as reading them back.
//! Ends         pairs come in until the gap is proved, a limit is reached, or all pairs stand in the problem: then its answer is the
//!              answer, whatever its proof. A tree, or the claim that hard rows conflict, speaks of the pairs in the problem alone:
//!              then more pairs come in, fourfold each time, until it is all of them. No conflict is claimed of a part.
//! Complexity   a pass is O(eligible pairs x criteria) on all threads; few are needed (docs/results.md).
//! References   R. Bixby, J. Gregory, I. Lustig, R. Marsten, D. Shanno, "Very large-scale linear programming: a case study in combining
//!              interior point and simplex methods", Operations Research 40 (1992): sifting.

pub(crate) mod full;
mod keep;
mod known;
mod price;
mod shares;
pub(crate) mod tariff;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::allocation::{Allocation, Node, Prices, Proof, Status};
use crate::error::Error;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::problem::Problem;
use crate::quotas::{Desk, Draft, Eligible, Lowered, Pairs};
use crate::solve::{Control, Progress, SolveOptions, solve};
use crate::threads::on_threads;

use keep::{Draws, Taken};
use known::Known;
pub(crate) use known::complete;
use shares::Friends;
use tariff::Tariff;

/// Pairs of a household that come in at once, at first; twice as many each time.
const MORE: usize = 4;
/// Pairs of a dwelling that come in at once, at first; twice as many each time.
const MORE_PER_DWELLING: usize = 16;
/// Part of the gap asked for that the problem itself is solved to: the rest is for the pairs that are left out.
const OWN_GAP: (u64, u64) = (3, 4);
/// How the number of pairs per household grows where prices do not say which are missing.
const WIDER: usize = 4;

/// The problem of the pairs that were kept, and its answer.
pub(crate) struct Found {
    pub(crate) problem: Problem,
    pub(crate) lowered: Lowered,
    pub(crate) allocation: Allocation,
    /// Number of all eligible pairs.
    pub(crate) all: usize,
    /// The proof holds for all pairs. False after a stop that left no time for that: its prices are then to be [completed](complete) by
    /// whoever looks at all pairs next.
    pub(crate) held: bool,
}

/// Solves with at most `most` pairs per household at first, on as many threads as asked for.
///
/// # Errors
/// As `draft`, which makes the problem but for its pairs from whether each household has one, and as [`solve`].
pub(crate) fn allocate(
    eligible: &Eligible<'_, '_>,
    draft: impl FnOnce(&[bool]) -> Result<Draft, Error> + Send,
    most: usize,
    options: &SolveOptions,
    control: &Control<'_>,
) -> Result<Found, Error> {
    on_threads(options.threads, || in_rounds(eligible, draft, most.max(1), options, control))
}

fn in_rounds(
    eligible: &Eligible<'_, '_>,
    draft: impl FnOnce(&[bool]) -> Result<Draft, Error>,
    most: usize,
    options: &SolveOptions,
    control: &Control<'_>,
) -> Result<Found, Error> {
    let stop = || control.stopped().is_some();
    let draws = Draws::new(eligible.model, options.seed);
    let first = keep::first(eligible, &draws, most, &stop);
    let reach: Vec<bool> = first.open.iter().map(|&open| open > 0).collect();
    let (all, dearest) = (first.all(), first.dearest(eligible.model.dwellings.len()));
    let draft = draft(&reach)?;
    let mut lists = first.lists;
    keep::add(&mut lists, &first.seats);
    keep::add(&mut lists, &keep::minima(eligible, &draws, draft.parts(), &stop));
    keep::add(&mut lists, &pinned(eligible, &draft));
    let friends = Friends::new(eligible, &draft.parts().affinities);
    let mut widest = most;
    let mut known = Known::default();
    // The caller sees no bound that holds for a part alone.
    let tell = |progress: Progress| control.tell(Progress { bound: None, ..progress });
    loop {
        let (problem, lowered) = draft.clone().into_problem(keep::pairs(&lists))?;
        let everything = problem.arc_count() == all;
        let part = |gap: u64| if everything { gap } else { gap / OWN_GAP.1 * OWN_GAP.0 + gap % OWN_GAP.1 * OWN_GAP.0 / OWN_GAP.1 };
        let own = SolveOptions {
            gap_ppm: part(options.gap_ppm),
            step_limit: options.step_limit.map(|limit| limit.saturating_sub(known.steps)),
            ..*options
        };
        let own_control = if everything { *control } else { Control { stop: control.stop, progress: Some(&tell) } };
        let answer = solve(&problem, &own, &own_control)?;
        known.steps += answer.steps;
        let used_up = answer.status == Status::StepLimit || options.step_limit.is_some_and(|limit| known.steps >= limit);
        let stopped = || control.stopped().or(used_up.then_some(Status::StepLimit));
        if everything {
            let allocation = known.with_all(&problem, answer, options, stopped());
            return Ok(Found { problem, lowered, allocation, all, held: true });
        }
        known.offers(&answer);
        let sides = Sides { eligible, problem: &problem, lowered: &lowered, friends: &friends };
        let prices = answer.certificate.as_ref().and_then(|certificate| usable(&certificate.proof));
        let prices = prices.map(|prices| sides.prices(prices));
        // Who waits for a stop does not wait for another look: the one that makes the lists of the run completes the prices too.
        let missed = match &prices {
            Some(prices) if !stop() => known.hold(&sides, prices, used_up, options.gap_ppm, &stop),
            Some(_) => None,
            None => Some(Vec::new()),
        };
        let missed = missed.filter(|_| !stop() && !used_up && !known.is_proved(options.gap_ppm));
        let Some(missed) = missed else {
            let held = known.has_proof();
            if !held {
                known.begin(prices.unwrap_or_else(|| sides.dearest(&dearest)));
            }
            let allocation = known.answer(&problem, options, stopped());
            return Ok(Found { problem, lowered, allocation, all, held });
        };
        let before: usize = lists.iter().map(Vec::len).sum();
        let missed = price::worth_adding(missed, &draws, MORE_PER_DWELLING << known.rounds.min(20));
        let missed: Vec<Taken> = missed.into_iter().map(|pair| (pair.household, pair.dwelling, pair.score)).collect();
        keep::add(&mut lists, &missed);
        known.rounds += 1;
        while lists.iter().map(Vec::len).sum::<usize>() == before && !stop() {
            widest = widest.saturating_mul(WIDER);
            let wider = keep::first(eligible, &draws, widest, &stop);
            for (list, more) in lists.iter_mut().zip(wider.lists) {
                list.extend(more);
                list.sort_unstable();
                list.dedup();
            }
        }
    }
}

/// Per household the number of its eligible pairs, and those of them that are arcs of `kept`, with the scores that the criteria give.
pub(crate) fn pairs_of(eligible: &Eligible<'_, '_>, kept: &Problem) -> (Vec<usize>, Pairs) {
    let model = eligible.model;
    // A household or dwelling that the model does not know has no pair.
    let places: BTreeMap<&str, usize> = model.dwellings.id.iter().enumerate().map(|(d, id)| (id.as_str(), d)).collect();
    let in_model: Vec<_> = kept.dwellings().iter().map(|place| places.get(place.id.as_str()).copied().map(DwellingIndex::new)).collect();
    let in_kept = |id: &String| kept.households().binary_search(id).ok().map(HouseholdIndex::new);
    let households: Vec<_> = model.households.id.iter().map(in_kept).collect();
    let each = eligible.each(|household, pairs| {
        let own = households.get(household.index()).copied().flatten();
        let arcs = own.into_iter().flat_map(|own| kept.arcs(own)).filter_map(|arc| in_model.get(arc.dwelling.index()).copied().flatten());
        let mut standing: Vec<(DwellingIndex, i64)> =
            arcs.filter_map(|dwelling| pairs.get(pairs.binary_search_by_key(&dwelling, |pair| pair.0).ok()?).copied()).collect();
        standing.sort_unstable();
        (pairs.len(), standing)
    });
    let (open, lists): (Vec<usize>, Vec<_>) = each.into_iter().unzip();
    (open, keep::pairs(&lists))
}

/// The pairs that people have decided beforehand, with their scores.
fn pinned(eligible: &Eligible<'_, '_>, draft: &Draft) -> Vec<Taken> {
    let mut desk = Desk::default();
    let pins = draft.pinned().filter_map(|(household, dwelling)| {
        let pair = eligible.pairs(household, &mut desk).iter().find(|pair| pair.0 == dwelling)?;
        Some((household, dwelling, pair.1))
    });
    pins.collect()
}

/// Prices to begin with, whoever proved what with them: those of a tree are good ones, if no proof.
fn usable(proof: &Proof) -> Option<&Prices> {
    match proof {
        Proof::Prices(prices) => Some(prices),
        Proof::Tree { nodes } => nodes.iter().find_map(|node| match node {
            Node::Fix { prices, .. } | Node::Leaf { prices } => Some(prices),
            Node::Split { .. } | Node::Ray { .. } => None,
        }),
        Proof::Infeasible { .. } | Proof::Tiers { .. } => None,
    }
}

/// A problem of few pairs beside all pairs.
#[derive(Clone, Copy)]
struct Sides<'a, 'e, 'm> {
    eligible: &'a Eligible<'e, 'm>,
    problem: &'a Problem,
    lowered: &'a Lowered,
    friends: &'a Friends,
}

impl Sides<'_, '_, '_> {
    /// Prices of the problem with shares wherever friends may both live, without what speaks of the problem's pairs alone.
    fn prices(&self, prices: &Prices) -> Prices {
        let affinities = self.friends.shares(self.eligible.model, self.problem, prices);
        Prices { covers: Vec::new(), affinities, ..prices.clone() }
    }

    /// Each dwelling at its best score: prices where nobody has found better ones.
    fn dearest(&self, dearest: &[i64]) -> Prices {
        let dwellings = self.eligible.model.dwellings.id.iter().zip(dearest).filter(|entry| *entry.1 > 0);
        let dwellings = dwellings.map(|(id, &score)| (id.clone(), score)).collect();
        self.prices(&Prices { scale: 1, dwellings, households: Some(BTreeMap::new()), ..Prices::default() })
    }

    /// The least household prices that cover the arcs of the problem.
    fn least(&self, tariff: &Tariff) -> Vec<i64> {
        let of_household = |household: HouseholdIndex| {
            let bid = tariff.of(self.eligible.model, household);
            let surplus = self.problem.arcs(household).filter_map(|arc| Some(bid.surplus(self.lowered.dwelling(arc.dwelling)?, arc.score)));
            surplus.max().unwrap_or(0).max(0)
        };
        (0..self.problem.households().len()).map(HouseholdIndex::new).map(of_household).collect()
    }
}
