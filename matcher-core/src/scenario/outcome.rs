//! What becomes of a town: the numbers that planners compare.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::allocation::Status;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::{Model, Run};
use crate::pipeline::links::Links;
use crate::pipeline::{Mix, Prepared, age_quotas, mixes};
use crate::quotas::{self, Verdict};
use crate::solve::Stand;

/// The answer for one town, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Why the solver stopped.
    pub status: Status,
    /// Suitability + affinity points - penalties; `None` where no allocation is known.
    pub objective: Option<i64>,
    /// No allocation is worth more; `None` where the problem is infeasible or nothing is proved.
    pub bound: Option<i64>,
    /// Sum of the scores of the pairs, points.
    pub suitability: i64,
    /// What missed priced quotas cost, points.
    pub penalties: i64,
    /// Points of households that live together.
    pub affinity_points: i64,
    /// Households that apply.
    pub applicants: usize,
    /// Dwellings to allocate.
    pub vacancies: usize,
    /// Households with an offer.
    pub placed: usize,
    /// Eligible pairs: what rules leave open.
    pub pairs: usize,
    /// What the homes offered cost their households.
    pub effort: Effort,
    /// Median of the days that households with an offer have waited; `None` where nobody has one.
    pub waiting_days: Option<i64>,
    /// People who live alone from [`ALONE_AGE`] on.
    pub alone: Alone,
    /// Every quota and target, by id.
    pub quotas: Vec<QuotaState>,
    /// Ages per residence, in the order of residences.
    pub mixes: Vec<AgeMix>,
    /// Dwelling of each household with an offer, by id.
    #[serde(skip)]
    pub offers: BTreeMap<String, String>,
}

/// Rent and charges less housing benefit over resources, of the households with an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Effort {
    /// Median, per mille; `None` where nobody with resources has an offer.
    pub median_per_mille: Option<i64>,
    /// Households above a third.
    pub above_third: usize,
}

/// The age from which living alone is counted.
pub const ALONE_AGE: i64 = 65;

/// People who live alone and are offered a dwelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Alone {
    /// All of them.
    pub placed: usize,
    /// Those to whom neighbours of the residence can give help that they ask for, or the other way round (criterion `mutual_help`).
    pub with_help: usize,
}

/// How a quota stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotaState {
    /// Its id.
    pub id: String,
    /// What counts after the run.
    pub total: i64,
    /// At least, as a count.
    pub min: Option<i64>,
    /// At most, as a count.
    pub max: Option<i64>,
    /// Units away from the nearest bound or target.
    pub away: i64,
    /// What that costs, points.
    pub penalty: i64,
    /// It holds, or later leases of the period can still make it hold.
    pub met: bool,
}

/// Ages in one residence, in households, those in place included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgeMix {
    /// The residence.
    pub residence: String,
    /// All its dwellings.
    pub dwellings: u32,
    /// Its bands, youngest first.
    pub bands: Vec<AgeBand>,
}

/// One age band of a residence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgeBand {
    /// Youngest age.
    pub from: i64,
    /// Oldest age; `None` = no limit.
    pub to: Option<i64>,
    /// Households in it after the run.
    pub households: i64,
    /// What a quota asks for at least.
    pub low: Option<i64>,
    /// What a quota asks for at most.
    pub high: Option<i64>,
    /// It is as the quota asks; `None` where no quota looks at it.
    pub holds: Option<bool>,
}

impl Outcome {
    /// From an answer to the problem of `model`.
    pub(super) fn of(model: &Model, prepared: &Prepared<'_>, stand: &Stand) -> Self {
        let (problem, lowered) = (&prepared.problem, &prepared.lowered);
        let links = Links::new(model, problem);
        let none = vec![None; problem.households().len()];
        let offered = if stand.objective().is_some() { stand.offers.as_slice() } else { &none };
        let outcomes = quotas::outcomes(model, lowered, &lowered.offers(offered));
        let (suitability, penalties, affinity_points) = stand.parts();
        let mut outcome = Self {
            status: stand.status,
            objective: stand.objective(),
            bound: stand.bound,
            suitability,
            penalties,
            affinity_points,
            applicants: model.households.len(),
            vacancies: model.dwellings.len(),
            placed: offered.iter().flatten().count(),
            pairs: problem.arc_count(),
            effort: Effort::default(),
            waiting_days: None,
            alone: Alone::default(),
            mixes: mixes(model, &links, &age_quotas(model, lowered, outcomes.iter()), offered, &[]).into_iter().map(age_mix).collect(),
            quotas: outcomes.into_iter().map(quota_state).collect(),
            offers: BTreeMap::new(),
        };
        outcome.look_at_offers(model, prepared, &lowered.offers(offered));
        outcome
    }

    /// Effort, waiting and help; `offers` by position in the model.
    fn look_at_offers(&mut self, model: &Model, prepared: &Prepared<'_>, offers: &[Option<DwellingIndex>]) {
        let (mut rates, mut waits) = (Vec::new(), Vec::new());
        let (households, dwellings) = (&model.households, &model.dwellings);
        let at = |column: &[i64], at: usize| column.get(at).copied().unwrap_or(0);
        for (h, offer) in offers.iter().enumerate() {
            let Some(dwelling) = *offer else { continue };
            let d = dwelling.index();
            if let (Some(household), Some(dwelling)) = (households.id.get(h), dwellings.id.get(d)) {
                self.offers.insert(household.clone(), dwelling.clone());
            }
            waits.push(at(&households.waiting_days, h));
            let cost = dwellings.rent.get(d).map_or(0, |rent| rent.0) + dwellings.charges.get(d).map_or(0, |charges| charges.0);
            let benefit = households.housing_benefit.get(h).copied().flatten().map_or(0, |benefit| benefit.0);
            let resources = households.resources.get(h).map_or(0, |resources| resources.0);
            if resources > 0 {
                let rate = i128::from((cost - benefit).max(0)) * 1000 / i128::from(resources);
                rates.push(i64::try_from(rate).unwrap_or(i64::MAX));
            }
            let is_alone = households.persons.get(h).is_some_and(|persons| persons.len() == 1) && at(&households.age, h) >= ALONE_AGE;
            if is_alone {
                let points = prepared.scoring.points(HouseholdIndex::new(h), Run::one(dwelling));
                self.alone.placed += 1;
                self.alone.with_help += usize::from(points.iter().any(|&(criterion, _, marks)| criterion == "mutual_help" && marks > 0));
            }
        }
        // A third, as commissions look at it.
        self.effort = Effort { above_third: rates.iter().filter(|&&rate| rate > 333).count(), median_per_mille: median(rates) };
        self.waiting_days = median(waits);
    }

    /// Quotas and targets that hold.
    pub fn quotas_met(&self) -> usize {
        self.quotas.iter().filter(|quota| quota.met).count()
    }

    /// Age bands that are as their quota asks, and bands with a quota.
    pub fn bands_held(&self) -> (usize, usize) {
        let bands = self.mixes.iter().flat_map(|mix| &mix.bands).filter_map(|band| band.holds);
        bands.fold((0, 0), |(held, all), holds| (held + usize::from(holds), all + 1))
    }
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

fn quota_state(outcome: quotas::Outcome) -> QuotaState {
    let met = matches!(outcome.verdict, Verdict::Met | Verdict::Open);
    let quotas::Outcome { id, total, min, target_low, target_high, max, away, penalty, .. } = outcome;
    QuotaState { id, total, min: min.or(target_low), max: max.or(target_high), away, penalty, met }
}

fn age_mix(mix: Mix) -> AgeMix {
    let band = |band: crate::pipeline::Band| {
        let (low, high) = band.aim.as_ref().map_or((None, None), crate::pipeline::Aim::range);
        AgeBand { holds: band.holds(band.after), from: band.from, to: band.to, households: band.after, low, high }
    };
    AgeMix { residence: mix.residence, dwellings: mix.dwellings, bands: mix.bands.into_iter().map(band).collect() }
}
