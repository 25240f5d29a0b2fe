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
mod price;
pub(crate) mod tariff;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::allocation::{AffinityShare, Allocation, Certificate, Node, Prices, Proof, Status};
use crate::error::Error;
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::problem::Problem;
use crate::quotas::{Desk, Draft, Eligible, Lowered, Pairs};
use crate::solve::{Control, Progress, SolveOptions, solve, within};

use keep::{Draws, Taken};
use price::Missed;
use tariff::Tariff;

/// Pairs of a household that come in at once, at first; twice as many each time.
const MORE: usize = 4;
/// Pairs of a dwelling that come in at once, at first; twice as many each time.
const MORE_PER_DWELLING: usize = 16;
/// Part of the gap asked for that the problem itself is solved to: the rest is for the pairs that are left out.
const OWN_GAP: (u64, u64) = (3, 4);
/// How the number of pairs per household grows where prices do not say which are missing.
const WIDER: usize = 4;

/// The problem of the pairs that were kept, and its answer, whose proof holds for all.
pub(crate) struct Found {
    pub(crate) problem: Problem,
    pub(crate) lowered: Lowered,
    pub(crate) allocation: Allocation,
    /// Number of all eligible pairs.
    pub(crate) all: usize,
}

/// Solves with at most `most` pairs per household at first.
///
/// # Errors
/// As `draft`, which makes the problem but for its pairs from whether each household has one, and as [`solve`].
pub(crate) fn allocate(
    eligible: &Eligible<'_, '_>,
    draft: impl FnOnce(&[bool]) -> Result<Draft, Error>,
    most: usize,
    options: &SolveOptions,
    control: &Control<'_>,
) -> Result<Found, Error> {
    let draws = Draws::new(eligible.model, options.seed);
    let first = keep::first(eligible, &draws, most.max(1));
    let reach: Vec<bool> = first.open.iter().map(|&open| open > 0).collect();
    let all = first.all();
    let draft = draft(&reach)?;
    let mut lists = first.lists;
    keep::add(&mut lists, &first.seats);
    keep::add(&mut lists, &keep::minima(eligible, &draws, draft.parts()));
    keep::add(&mut lists, &pinned(eligible, &draft));
    let mut widest = most.max(1);
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
        let over = matches!(answer.status, Status::TimeLimit | Status::StepLimit | Status::Cancelled)
            || control.stopped().is_some()
            || options.step_limit.is_some_and(|limit| known.steps >= limit);
        let stopped = over.then(|| control.stopped().unwrap_or(answer.status));
        if everything {
            let allocation = known.with_all(&problem, answer, options, stopped);
            return Ok(Found { problem, lowered, allocation, all });
        }
        known.offers(&answer);
        let missed = match answer.certificate.as_ref().and_then(|certificate| usable(&certificate.proof)) {
            Some(prices) => known.hold(eligible, &problem, &lowered, prices, over, options.gap_ppm),
            None => Vec::new(),
        };
        if over || known.is_proved(options.gap_ppm) {
            let allocation = known.answer(&problem, options, stopped);
            return Ok(Found { problem, lowered, allocation, all });
        }
        let before: usize = lists.iter().map(Vec::len).sum();
        let missed = price::worth_adding(missed, &draws, MORE_PER_DWELLING << known.rounds.min(20));
        let missed: Vec<Taken> = missed.into_iter().map(|pair| (pair.household, pair.dwelling, pair.score)).collect();
        keep::add(&mut lists, &missed);
        known.rounds += 1;
        while lists.iter().map(Vec::len).sum::<usize>() == before {
            widest = widest.saturating_mul(WIDER);
            let wider = keep::first(eligible, &draws, widest);
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

/// The best that is known of all pairs so far.
#[derive(Default)]
struct Known {
    steps: u64,
    rounds: u32,
    /// The allocation of highest worth: its pairs stay in the problem.
    best: Option<Allocation>,
    /// The lowest bound that holds for all pairs, and its prices.
    proof: Option<(i64, Prices)>,
}

impl Known {
    fn offers(&mut self, answer: &Allocation) {
        if answer.objective.is_some() && self.objective() < answer.objective {
            self.best = Some(Allocation { certificate: None, ..answer.clone() });
        }
    }

    fn objective(&self) -> Option<i64> {
        self.best.as_ref().and_then(|best| best.objective)
    }

    fn is_proved(&self, gap_ppm: u64) -> bool {
        match (&self.proof, self.objective()) {
            (Some((bound, _)), Some(objective)) => within(*bound, objective, gap_ppm),
            _ => false,
        }
    }

    /// Holds prices of the problem against all pairs. Gives the pairs that are missed.
    fn hold(
        &mut self,
        eligible: &Eligible<'_, '_>,
        problem: &Problem,
        lowered: &Lowered,
        prices: &Prices,
        last: bool,
        gap_ppm: u64,
    ) -> Vec<Missed> {
        let mut prices = Prices { covers: Vec::new(), affinities: all_shares(eligible, problem, prices), ..prices.clone() };
        let of_problem = prices.households.take();
        let mut tariff = Tariff::new(eligible.model, problem, lowered, &prices);
        let own: Vec<i64> = match &of_problem {
            Some(known) => problem.households().iter().map(|id| known.get(id).copied().unwrap_or(0)).collect(),
            // A place of a tree names none: the least that cover the arcs of the problem.
            None => least(eligible, problem, lowered, &tariff),
        };
        let looked = price::look(eligible, &tariff, &own, MORE << self.rounds.min(20));
        self.take(problem, &prices, &looked.households, &tariff);
        if !self.is_proved(gap_ppm) && !looked.missed.is_empty() {
            let dearer = price::dearer(&looked.missed, &tariff.dwellings);
            // Worth another pass only where it may be the last one, or close to it.
            if last || self.could_do(problem, &prices, &looked, &tariff, &dearer, gap_ppm) {
                tariff.dwellings = dearer;
                let again = price::look(eligible, &tariff, &[], 0);
                self.take(problem, &prices, &again.households, &tariff);
            }
        }
        looked.missed
    }

    /// Whether the bound would be within the gap if dwellings paid as `dearer` says and households for what is missed elsewhere.
    fn could_do(&self, problem: &Problem, prices: &Prices, looked: &price::Looked, tariff: &Tariff, dearer: &[i64], gap_ppm: u64) -> bool {
        let mut households = looked.households.clone();
        for own in looked.missed.chunk_by(|a, b| a.household == b.household) {
            let Some(first) = own.first() else { continue };
            let most = own.iter().map(|pair| pair.more).max().unwrap_or(0);
            let raised = |pair: &Missed| {
                let at = |list: &[i64]| list.get(pair.dwelling.index()).copied().unwrap_or(0);
                pair.more - (at(dearer) - at(&tariff.dwellings))
            };
            let left = own.iter().map(raised).max().unwrap_or(0).max(0);
            if let Some(price) = households.get_mut(first.household.index()) {
                *price -= most - left;
            }
        }
        let bound = bound(problem, prices, &households, dearer);
        self.objective().is_some_and(|objective| within(bound, objective, gap_ppm))
    }

    /// Keeps the prices where their bound is the lowest.
    fn take(&mut self, problem: &Problem, prices: &Prices, households: &[i64], tariff: &Tariff) {
        let bound = bound(problem, prices, households, &tariff.dwellings);
        if self.proof.as_ref().is_some_and(|known| known.0 <= bound) {
            return;
        }
        let dear = |(id, &price): (&String, &i64)| (price != 0).then(|| (id.clone(), price));
        let own: BTreeMap<String, i64> = problem.households().iter().zip(households).filter_map(dear).collect();
        let dwellings = tariff.by_id().collect();
        self.proof = Some((bound, Prices { households: Some(own), dwellings, ..prices.clone() }));
    }

    /// What is known, as the answer to `problem`.
    fn answer(self, problem: &Problem, options: &SolveOptions, stopped: Option<Status>) -> Allocation {
        let objective = self.objective();
        let bound = self.proof.as_ref().map(|known| known.0);
        let status = match (objective, bound) {
            (Some(objective), Some(bound)) if bound == objective => Status::Optimal,
            (Some(objective), Some(bound)) if within(bound, objective, options.gap_ppm) => Status::GapLimit,
            (Some(_), _) => stopped.unwrap_or(Status::StepLimit),
            (None, _) => Status::Unknown,
        };
        let proof = self.proof.map(|known| Proof::Prices(known.1));
        let certificate = proof.map(|proof| Certificate { problem: problem.hash(), objective, bound, proof });
        let none = || Allocation {
            status,
            offers: Vec::new(),
            objective: None,
            suitability: 0,
            penalties: 0,
            affinity_points: 0,
            bound: None,
            certificate: None,
            tiers: Vec::new(),
            steps: 0,
        };
        Allocation { status, bound, certificate, steps: self.steps, ..self.best.unwrap_or_else(none) }
    }

    /// The answer to the problem of all pairs, or what was known before where that is better.
    fn with_all(mut self, problem: &Problem, answer: Allocation, options: &SolveOptions, stopped: Option<Status>) -> Allocation {
        if answer.status == Status::Infeasible {
            return Allocation { steps: self.steps, ..answer };
        }
        self.offers(&answer);
        let better = self.proof.as_ref().is_some_and(|known| answer.bound.is_none_or(|bound| known.0 < bound));
        if better {
            return self.answer(problem, options, stopped);
        }
        let (bound, certificate) = (answer.bound, answer.certificate);
        self.proof = bound.map(|bound| (bound, Prices::default()));
        let objective = self.objective();
        let known = self.answer(problem, options, stopped);
        Allocation { certificate: certificate.map(|own| Certificate { objective, ..own }), ..known }
    }
}

/// floor(total of the prices / scale). One place per dwelling of a model.
fn bound(problem: &Problem, prices: &Prices, households: &[i64], dwellings: &[i64]) -> i64 {
    let rows = problem.quotas().iter().filter_map(|quota| {
        let price = prices.quotas.get(&quota.id)?;
        let side = |bound: Option<i64>, price: i64| i128::from(bound.unwrap_or(0)) * i128::from(price);
        Some(side(quota.max, price.max) - side(quota.min, price.min))
    });
    let total: i128 = rows.sum::<i128>() + households.iter().chain(dwellings).map(|&price| i128::from(price)).sum::<i128>();
    i64::try_from(total.div_euclid(i128::from(prices.scale.max(1)))).unwrap_or(i64::MAX)
}

/// The least household prices that cover the arcs of the problem.
fn least(eligible: &Eligible<'_, '_>, problem: &Problem, lowered: &Lowered, tariff: &Tariff) -> Vec<i64> {
    let of_household = |household: HouseholdIndex| {
        let bid = tariff.of(eligible.model, household);
        let surplus = problem.arcs(household).filter_map(|arc| Some(bid.surplus(lowered.dwelling(arc.dwelling)?, arc.score)));
        surplus.max().unwrap_or(0).max(0)
    };
    (0..problem.households().len()).map(HouseholdIndex::new).map(of_household).collect()
}

/// The shares of `prices`, and halves where a pair of households may both live but one of them has no arc in the problem.
fn all_shares(eligible: &Eligible<'_, '_>, problem: &Problem, prices: &Prices) -> Vec<AffinityShare> {
    let mut shares = prices.affinities.clone();
    if problem.affinities().is_empty() {
        return shares;
    }
    let model = eligible.model;
    let (mut desk, mut residences) = (Desk::default(), BTreeMap::<HouseholdIndex, Vec<ResidenceIndex>>::new());
    for household in problem.affinities().iter().flat_map(|pair| [pair.a, pair.b]) {
        residences.entry(household).or_insert_with(|| {
            let pairs = eligible.pairs(household, &mut desk).iter();
            let mut list: Vec<_> = pairs.filter_map(|pair| model.dwellings.residence.get(pair.0.index()).copied()).collect();
            list.dedup();
            list
        });
    }
    let known: std::collections::BTreeSet<(&str, &str, &str)> = prices
        .affinities
        .iter()
        .flat_map(|share| {
            let (a, b) = (share.household_a.as_str(), share.household_b.as_str());
            [(a, b, share.residence.as_str()), (b, a, share.residence.as_str())]
        })
        .collect();
    let name = |household: HouseholdIndex| problem.households().get(household.index()).map_or("", String::as_str);
    for pair in problem.affinities() {
        let of = |household| residences.get(&household).map(Vec::as_slice).unwrap_or_default();
        for residence in of(pair.a).iter().filter(|residence| of(pair.b).binary_search(residence).is_ok()) {
            let home = model.residences.get(residence.index()).map_or("", |home| home.id.as_str());
            let (a, b) = (name(pair.a), name(pair.b));
            if !known.contains(&(a, b, home)) {
                let points = prices.scale.saturating_mul(pair.points);
                shares.push(AffinityShare {
                    household_a: a.into(),
                    household_b: b.into(),
                    residence: home.into(),
                    share_a: points / 2,
                    share_b: points - points / 2,
                });
            }
        }
    }
    shares
}
