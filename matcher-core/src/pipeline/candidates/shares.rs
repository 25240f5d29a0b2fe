//! Points of pairs of households, given away wherever both may live.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::allocation::{AffinityShare, Prices};
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::model::Model;
use crate::problem::{Affinity, Problem};
use crate::quotas::{Desk, Eligible};

/// Where households that can earn points together may live.
#[derive(Debug, Default)]
pub(super) struct Friends {
    homes: BTreeMap<HouseholdIndex, Vec<ResidenceIndex>>,
}

impl Friends {
    /// # Complexity
    /// One pass over the pairs of the households in `affinities`, without their scores.
    pub(super) fn new(eligible: &Eligible<'_, '_>, affinities: &[Affinity]) -> Self {
        let households: BTreeSet<HouseholdIndex> = affinities.iter().flat_map(|pair| [pair.a, pair.b]).collect();
        let homes = |desk: &mut Desk, household: HouseholdIndex| {
            let residence = |dwelling: DwellingIndex| eligible.model.dwellings.residence.get(dwelling.index()).copied();
            let mut list: Vec<_> = eligible.dwellings(household, desk).filter_map(residence).collect();
            list.dedup();
            (household, list)
        };
        let households: Vec<HouseholdIndex> = households.into_iter().collect();
        let homes: Vec<_> = households.into_par_iter().map_init(Desk::default, homes).collect();
        Self { homes: homes.into_iter().collect() }
    }

    /// The shares of `prices`, and halves where both may live but one of them has no arc in the problem.
    pub(super) fn shares(&self, model: &Model, problem: &Problem, prices: &Prices) -> Vec<AffinityShare> {
        let mut shares = prices.affinities.clone();
        let known: BTreeSet<(&str, &str, &str)> = prices
            .affinities
            .iter()
            .flat_map(|share| {
                let (a, b) = (share.household_a.as_str(), share.household_b.as_str());
                [(a, b, share.residence.as_str()), (b, a, share.residence.as_str())]
            })
            .collect();
        let name = |household: HouseholdIndex| problem.households().get(household.index()).map_or("", String::as_str);
        for pair in problem.affinities() {
            let of = |household| self.homes.get(&household).map(Vec::as_slice).unwrap_or_default();
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
}
