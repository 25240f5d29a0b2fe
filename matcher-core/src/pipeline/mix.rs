//! Ages of the households of each residence, before and after, against the bands that quotas steer.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::model::Model;

use super::links::Links;

/// Bounds of the bands shown where no quota of the residence names others: up to 29, 30 to 44, 45 to 59, 60 to 74, 75 and above.
const USUAL_BANDS: [i64; 4] = [30, 45, 60, 75];

/// Who lives in a residence, by age of the reference person: before = the stock, after = the stock with the offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mix {
    /// The residence.
    pub residence: String,
    /// All its dwellings, let or to be let.
    pub dwellings: u32,
    /// Its dwellings to allocate.
    pub vacancies: usize,
    /// How many of them are offered to somebody.
    pub filled: usize,
    /// Households before.
    pub before: i64,
    /// Households after.
    pub after: i64,
    /// Households after the usual practice.
    pub usual: i64,
    /// Bands that cover every age, youngest first; bands of quotas may overlap.
    pub bands: Vec<Band>,
}

/// One age band of a residence, in households.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Band {
    /// Youngest age, in full years.
    pub from: i64,
    /// Oldest age; `None` = no limit.
    pub to: Option<i64>,
    /// Households before.
    pub before: i64,
    /// Households after.
    pub after: i64,
    /// Households after the usual practice.
    pub usual: i64,
    /// The band that a quota steers to.
    pub aim: Option<Aim>,
}

impl Band {
    /// True where `count` lies inside what the quota asks; `None` where no quota looks at the band.
    pub fn holds(&self, count: i64) -> Option<bool> {
        let aim = self.aim.as_ref()?;
        let at_least = [aim.min, aim.target_low].into_iter().flatten().all(|bound| count >= bound);
        Some(at_least && [aim.max, aim.target_high].into_iter().flatten().all(|bound| count <= bound))
    }
}

/// What a quota asks of a band, in households of the residence, those in place included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aim {
    /// The quota.
    pub quota: String,
    /// At least.
    pub min: Option<i64>,
    /// On target from here ...
    pub target_low: Option<i64>,
    /// ... to here.
    pub target_high: Option<i64>,
    /// At most.
    pub max: Option<i64>,
}

impl Aim {
    /// The band to draw: the lowest and the highest count asked for; `None` = open on that side.
    pub fn range(&self) -> (Option<i64>, Option<i64>) {
        (self.min.or(self.target_low), self.max.or(self.target_high))
    }
}

/// A quota on an age band of one residence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgeQuota {
    pub(crate) residence: ResidenceIndex,
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    pub(crate) aim: Aim,
}

/// Ages of the reference persons in each residence after `offers`: the stock without those who move out, and those who come.
fn ages_after(model: &Model, links: &Links, offers: &[Option<DwellingIndex>]) -> Vec<Vec<i64>> {
    let mut ages = vec![Vec::new(); model.residences.len()];
    let mut add = |residence: ResidenceIndex, age: i64| {
        if let Some(list) = ages.get_mut(residence.index()) {
            list.push(age);
        }
    };
    let offered =
        |household: HouseholdIndex| links.problem_household(household).and_then(|h| offers.get(h.index()).copied().flatten()).is_some();
    for resident in model.stock.iter().filter(|resident| !resident.applying.is_some_and(offered)) {
        add(resident.residence, resident.age);
    }
    for (position, offer) in offers.iter().enumerate() {
        let household = links.model_household(HouseholdIndex::new(position));
        let residence = offer.and_then(|d| links.model_dwelling(d)).and_then(|d| model.dwellings.residence.get(d.index()));
        if let (Some(household), Some(residence)) = (household, residence) {
            add(*residence, model.households.age.get(household.index()).copied().unwrap_or(0));
        }
    }
    ages
}

/// The bands of one residence: those of its quotas, and the ages between them; the usual ones where it has no quota.
fn bands(quotas: &[&AgeQuota]) -> Vec<(i64, Option<i64>, Option<Aim>)> {
    if quotas.is_empty() {
        let starts = std::iter::once(0).chain(USUAL_BANDS);
        let ends = USUAL_BANDS.iter().map(|start| Some(start - 1)).chain([None]);
        return starts.zip(ends).map(|(from, to)| (from, to, None)).collect();
    }
    let mut list = Vec::new();
    // The youngest age that no band so far covers; `None` once a band has no upper limit.
    let mut next = Some(0);
    for quota in quotas {
        if let Some(start) = next
            && start < quota.from
        {
            // Children are no reference persons: the ages before the first band are shown only where somebody is that young.
            list.push((start, Some(quota.from - 1), None));
        }
        next = match (next, quota.to) {
            (Some(start), Some(to)) => Some(start.max(to + 1)),
            _ => None,
        };
        list.push((quota.from, quota.to, Some(quota.aim.clone())));
    }
    if let Some(start) = next {
        list.push((start, None, None));
    }
    list
}

/// The mix of every residence, in the order of the model.
pub(crate) fn mixes(
    model: &Model,
    links: &Links,
    quotas: &[AgeQuota],
    offers: &[Option<DwellingIndex>],
    usual: &[Option<DwellingIndex>],
) -> Vec<Mix> {
    let mut by_residence: BTreeMap<ResidenceIndex, Vec<&AgeQuota>> = BTreeMap::new();
    for quota in quotas {
        by_residence.entry(quota.residence).or_default().push(quota);
    }
    for list in by_residence.values_mut() {
        list.sort_by_key(|quota| (quota.from, quota.to.unwrap_or(i64::MAX), &quota.aim.quota));
    }
    let (before, after, usual) = (ages_after(model, links, &[]), ages_after(model, links, offers), ages_after(model, links, usual));
    let mut filled = vec![0; model.residences.len()];
    for dwelling in offers.iter().flatten() {
        let residence = links.model_dwelling(*dwelling).and_then(|d| model.dwellings.residence.get(d.index()));
        if let Some(count) = residence.and_then(|r| filled.get_mut(r.index())) {
            *count += 1;
        }
    }
    let of = |ages: &[Vec<i64>], at: usize| ages.get(at).cloned().unwrap_or_default();
    let each = model.residences.iter().enumerate().map(|(at, residence)| {
        let (before, after, usual) = (of(&before, at), of(&after, at), of(&usual, at));
        let none = Vec::new();
        let quotas = by_residence.get(&ResidenceIndex::new(at)).unwrap_or(&none);
        let bands = bands(quotas).into_iter().map(|(from, to, aim)| {
            let count = |ages: &[i64]| ages.iter().filter(|&&age| age >= from && to.is_none_or(|to| age <= to)).count() as i64;
            Band { from, to, before: count(&before), after: count(&after), usual: count(&usual), aim }
        });
        let seen = |band: &Band| band.aim.is_some() || quotas.is_empty() || band.before + band.after + band.usual > 0;
        Mix {
            residence: residence.id.clone(),
            dwellings: model.residence_sizes.get(at).copied().unwrap_or(0),
            vacancies: residence.run.len(),
            filled: filled.get(at).copied().unwrap_or(0),
            before: before.len() as i64,
            after: after.len() as i64,
            usual: usual.len() as i64,
            bands: bands.filter(seen).collect(),
        }
    });
    each.collect()
}
