//! From potentials to prices that anyone can check, and the bound that they prove.

use std::collections::BTreeMap;

use super::super::certify::plain_prices;
use super::charge::{last, next};
use super::detect::ALL;
use super::paths::Paths;
use crate::allocation::{Prices, QuotaPrice};
use crate::problem::{Problem, Quota};

/// Prices on scale 1.
#[derive(Debug)]
pub(super) struct Proved {
    households: Vec<i64>,
    dwellings: Vec<i64>,
    /// Of the maximum where positive, of the minimum where negative.
    rows: Vec<i64>,
    total: i128,
}

impl Proved {
    /// The prices at the present potentials. `None` where they are beyond what the rows may charge, which valid potentials never are.
    ///
    /// A household's price is what its potential is above that of its set, a dwelling's what its set's is above its own, at least 0.
    /// What a set's arc costs is split over its rows, each as near to 0 as its count allows: the slopes of a sum of convex functions
    /// are the sums of their slopes.
    pub(super) fn of(paths: &Paths<'_>) -> Option<Self> {
        let network = paths.network;
        let problem = network.problem;
        let mut new = Self {
            households: vec![0; problem.households().len()],
            dwellings: vec![0; problem.dwellings().len()],
            rows: vec![0; problem.quotas().len()],
            total: 0,
        };
        for (place, household) in network.household.iter().enumerate() {
            if !problem.arc_range(*household).is_empty() {
                let price = paths.potential[network.first_household() + place] - paths.potential[network.household_set[place] as usize];
                new.households[household.index()] = price.max(0);
            }
        }
        for (place, dwelling) in network.dwelling.iter().enumerate() {
            let price = paths.potential[network.dwelling_set[place] as usize] - paths.potential[network.first_dwelling() + place];
            new.dwellings[dwelling.index()] = price.max(0);
        }
        for set in (ALL as usize + 1)..network.sets() {
            let mut rest = network.price(&paths.potential, set);
            let count = paths.count[set];
            let share = |row: &Quota, wanted: i64| wanted.clamp(last(row, count).unwrap_or(i64::MIN), next(row, count).unwrap_or(i64::MAX));
            let rows = || network.rows[set].iter().zip(&network.charge[set].rows);
            for (q, row) in rows() {
                new.rows[q.index()] = share(row, 0);
                rest -= new.rows[q.index()];
            }
            for (q, row) in rows() {
                let price = share(row, new.rows[q.index()].checked_add(rest)?);
                rest -= price - new.rows[q.index()];
                new.rows[q.index()] = price;
            }
            if rest != 0 {
                return None;
            }
        }
        for q in &network.idle {
            // Nothing is counted: a priced side that 0 breaks costs what it costs.
            let row = &problem.quotas()[q.index()];
            new.rows[q.index()] = 0i64.clamp(last(row, 0).unwrap_or(i64::MIN), next(row, 0).unwrap_or(i64::MAX));
        }
        new.total = new.sum(problem);
        Some(new)
    }

    fn sum(&self, problem: &Problem) -> i128 {
        let dwellings = problem.dwellings().iter().zip(&self.dwellings).map(|(place, &v)| i128::from(place.capacity) * i128::from(v));
        let rows = problem.quotas().iter().zip(&self.rows).map(|(row, &price)| {
            let bound = if price > 0 { row.max } else { row.min };
            i128::from(bound.unwrap_or(0)) * i128::from(price)
        });
        self.households.iter().map(|&u| i128::from(u)).chain(dwellings).chain(rows).sum()
    }

    /// No allocation is worth more; `None` beyond 64 bits.
    pub(super) fn bound(&self) -> Option<i64> {
        i64::try_from(self.total).ok()
    }

    /// The public form.
    pub(super) fn prices(&self, problem: &Problem) -> Prices {
        let rows = problem.quotas().iter().zip(&self.rows).filter(|row| *row.1 != 0);
        let quotas: BTreeMap<_, _> =
            rows.map(|(row, &price)| (row.id.clone(), QuotaPrice { max: price.max(0), min: (-price).max(0) })).collect();
        Prices { quotas, ..plain_prices(problem, &self.households, &self.dwellings) }
    }
}
