//! A finished run beside the model and policy it came from: what explanations ask.

use std::cmp::Reverse;

use crate::eligibility::Eligibility;
use crate::error::{Error, Report};
use crate::ids::{DwellingIndex, HouseholdIndex, draw};
use crate::model::Model;
use crate::policy::Policy;
use crate::quotas::Eligible;
use crate::scoring::Scoring;

use super::links::Links;
use super::offers::{Points, points};
use super::pool::{Pair, Pool};
use super::prices::PriceList;
use super::unassigned::RuleCount;
use super::{Run, vacant};

/// A run with its model and policy, rules and criteria ready to be asked again.
#[derive(Debug)]
pub struct Case<'m> {
    pub(crate) model: &'m Model,
    pub(crate) run: &'m Run,
    pub(crate) eligibility: Eligibility<'m>,
    pub(crate) links: Links,
    pub(crate) prices: Option<PriceList>,
    scoring: Scoring<'m>,
}

impl<'m> Case<'m> {
    /// `run` must have come from `model` and `policy`.
    ///
    /// # Errors
    /// [`Error::Input`] where rules or criteria of the policy cannot be applied to the model.
    pub fn new(model: &'m Model, policy: &'m Policy, run: &'m Run) -> Result<Self, Error> {
        let mut report = Report::default();
        let eligibility = Eligibility::prepare(model, policy, &mut report);
        let scoring = Scoring::prepare(model, policy, &mut report);
        let mut case = Self { model, run, eligibility, links: Links::new(model, &run.problem), prices: None, scoring };
        let prices = PriceList::new(&run.problem, run.allocation.certificate.as_ref());
        case.prices = prices.map(|prices| prices.clone().with_uses(&case.pool_at(Some(&prices)), &run.allocation.offers));
        report.into_result(case)
    }

    /// The dwelling of the problem that is offered to a household of the model.
    pub(crate) fn offer_of(&self, household: HouseholdIndex) -> Option<DwellingIndex> {
        let in_problem = self.links.problem_household(household)?;
        self.run.allocation.offers.get(in_problem.index()).copied().flatten()
    }

    /// Points of a pair of the model.
    pub(crate) fn points(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Points> {
        points(&self.scoring, household, dwelling)
    }

    /// Every eligible pair of the run.
    pub(crate) fn pool(&self) -> Pool<'_, 'm> {
        self.pool_at(self.prices.as_ref())
    }

    fn pool_at<'c>(&'c self, prices: Option<&'c PriceList>) -> Pool<'c, 'm> {
        let Self { model, run, eligibility, links, scoring, .. } = self;
        let is_part = run.totals.pairs > run.totals.pairs_in_problem;
        let eligible = Eligible { model, eligibility, scoring };
        Pool::new(eligible, (&run.problem, &run.lowered, links), prices, run.allocation.certificate.as_ref(), is_part)
    }

    /// Place of a household among the candidates of a dwelling, both of the problem, and the number of candidates.
    pub(crate) fn rank(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> (Option<usize>, usize) {
        let problem = &self.run.problem;
        let key = |h: HouseholdIndex, pairs: &[Pair]| {
            let pair = pairs.iter().find(|pair| pair.dwelling == dwelling)?;
            let offered = self.run.allocation.offers.get(h.index()).copied().flatten() == Some(dwelling);
            let ticket = problem.households().get(h.index()).map_or(0, |id| draw(self.run.provenance.options.seed, id));
            Some((offered, pair.bid, ticket, Reverse(h)))
        };
        let keys: Vec<_> = self.pool().each(key).into_iter().flatten().collect();
        let own = keys.iter().find(|key| key.3 == Reverse(household));
        (own.map(|own| 1 + keys.iter().filter(|other| *other > own).count()), keys.len())
    }

    /// Households that each rule refuses a dwelling of the model, most first.
    pub(crate) fn refusals_of(&self, dwelling: DwellingIndex) -> Vec<RuleCount> {
        vacant::refusals(self.model, &self.eligibility, &[dwelling]).pop().unwrap_or_default()
    }
}
