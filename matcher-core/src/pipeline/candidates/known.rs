//! What is known of all pairs while pairs come in: the best allocation, and the prices with the lowest bound.

use std::collections::BTreeMap;

use crate::allocation::{Allocation, Certificate, Prices, Proof, Status};
use crate::problem::Problem;
use crate::solve::{SolveOptions, within};

use super::keep::Stop;
use super::price::{self, Missed};
use super::tariff::Tariff;
use super::{MORE, Sides};

/// The best that is known of all pairs so far.
#[derive(Default)]
pub(super) struct Known {
    pub(super) steps: u64,
    pub(super) rounds: u32,
    /// The allocation of highest worth: its pairs stay in the problem.
    best: Option<Allocation>,
    /// The lowest bound that holds for all pairs, and its prices.
    proof: Option<(i64, Prices)>,
    /// Prices whose bound is not known, where there is no proof.
    unheld: Option<Prices>,
}

impl Known {
    pub(super) fn offers(&mut self, answer: &Allocation) {
        if answer.objective.is_some() && self.objective() < answer.objective {
            self.best = Some(Allocation { certificate: None, ..answer.clone() });
        }
    }

    fn objective(&self) -> Option<i64> {
        self.best.as_ref().and_then(|best| best.objective)
    }

    pub(super) fn is_proved(&self, gap_ppm: u64) -> bool {
        match (&self.proof, self.objective()) {
            (Some((bound, _)), Some(objective)) => within(*bound, objective, gap_ppm),
            _ => false,
        }
    }

    /// Holds prices, which have their shares, against all pairs. Gives the pairs that the problem misses; nothing once `stop` says so.
    pub(super) fn hold(
        &mut self,
        sides: &Sides<'_, '_, '_>,
        prices: &Prices,
        last: bool,
        gap_ppm: u64,
        stop: Stop<'_>,
    ) -> Option<Vec<Missed>> {
        let Sides { eligible, problem, lowered, .. } = *sides;
        let mut tariff = Tariff::new(eligible.model, problem, lowered, prices);
        let own: Vec<i64> = match &prices.households {
            Some(known) => problem.households().iter().map(|id| known.get(id).copied().unwrap_or(0)).collect(),
            // A place of a tree names none: the least that cover the arcs of the problem.
            None => sides.least(&tariff),
        };
        let looked = price::look(eligible, &tariff, &own, MORE << self.rounds.min(20), stop)?;
        self.take(problem, prices, &looked.households, &tariff);
        if !self.is_proved(gap_ppm) && !looked.missed.is_empty() {
            let dearer = price::dearer(&looked.missed, &tariff.dwellings);
            // Worth another pass only where it may be the last one, or close to it.
            if last || self.could_do(problem, prices, &looked, &tariff, &dearer, gap_ppm) {
                let before = std::mem::replace(&mut tariff.dwellings, dearer);
                let households = price::again(eligible, &tariff, &looked, &before, stop)?;
                self.take(problem, prices, &households, &tariff);
            }
        }
        Some(looked.missed)
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
        let bound = bound(problem, prices, &households, dearer.iter());
        self.objective().is_some_and(|objective| within(bound, objective, gap_ppm))
    }

    /// Keeps the prices where their bound is the lowest.
    fn take(&mut self, problem: &Problem, prices: &Prices, households: &[i64], tariff: &Tariff) {
        let bound = bound(problem, prices, households, tariff.dwellings.iter());
        if self.proof.as_ref().is_some_and(|known| known.0 <= bound) {
            return;
        }
        let dwellings = tariff.by_id().collect();
        self.proof = Some((bound, Prices { households: Some(by_id(problem, households)), dwellings, ..prices.clone() }));
    }

    pub(super) const fn has_proof(&self) -> bool {
        self.proof.is_some()
    }

    /// Prices that nobody has held against all pairs, where none else are known: they prove nothing yet.
    pub(super) fn begin(&mut self, prices: Prices) {
        self.unheld = Some(prices);
    }

    /// What is known, as the answer to `problem`; without a bound where its prices are still to be held against all pairs.
    pub(super) fn answer(self, problem: &Problem, options: &SolveOptions, stopped: Option<Status>) -> Allocation {
        let objective = self.objective();
        let bound = self.proof.as_ref().map(|known| known.0);
        let status = status(objective, bound, options.gap_ppm, stopped.unwrap_or(Status::StepLimit));
        let proof = self.proof.map(|known| known.1).or(self.unheld).map(Proof::Prices);
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
    pub(super) fn with_all(mut self, problem: &Problem, answer: Allocation, options: &SolveOptions, stopped: Option<Status>) -> Allocation {
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

/// Completes an answer that was stopped before its prices were held against all pairs: `least` are the least household prices that cover
/// them at its other prices, per household of the problem. The bound is that of the completed prices.
pub(crate) fn complete(problem: &Problem, allocation: Allocation, least: &[i64], gap_ppm: u64) -> Allocation {
    let Some(Certificate { problem: hash, objective, proof: Proof::Prices(prices), .. }) = allocation.certificate else {
        return allocation;
    };
    let bound = bound(problem, &prices, least, prices.dwellings.values());
    let prices = Prices { households: Some(by_id(problem, least)), ..prices };
    let certificate = Some(Certificate { problem: hash, objective, bound: Some(bound), proof: Proof::Prices(prices) });
    let status = status(objective, Some(bound), gap_ppm, allocation.status);
    Allocation { status, bound: Some(bound), certificate, ..allocation }
}

/// What the numbers say, or `otherwise`.
fn status(objective: Option<i64>, bound: Option<i64>, gap_ppm: u64, otherwise: Status) -> Status {
    match (objective, bound) {
        (Some(objective), Some(bound)) if bound == objective => Status::Optimal,
        (Some(objective), Some(bound)) if within(bound, objective, gap_ppm) => Status::GapLimit,
        (Some(_), _) => otherwise,
        (None, _) => Status::Unknown,
    }
}

fn by_id(problem: &Problem, households: &[i64]) -> BTreeMap<String, i64> {
    let dear = |(id, &price): (&String, &i64)| (price != 0).then(|| (id.clone(), price));
    problem.households().iter().zip(households).filter_map(dear).collect()
}

/// floor(total of the prices / scale). One place per dwelling of a model.
fn bound<'p>(problem: &Problem, prices: &Prices, households: &'p [i64], dwellings: impl Iterator<Item = &'p i64>) -> i64 {
    let rows = problem.quotas().iter().filter_map(|quota| {
        let price = prices.quotas.get(&quota.id)?;
        let side = |bound: Option<i64>, price: i64| i128::from(bound.unwrap_or(0)) * i128::from(price);
        Some(side(quota.max, price.max) - side(quota.min, price.min))
    });
    let total: i128 = rows.sum::<i128>() + households.iter().chain(dwellings).map(|&price| i128::from(price)).sum::<i128>();
    i64::try_from(total.div_euclid(i128::from(prices.scale.max(1)))).unwrap_or(i64::MAX)
}
