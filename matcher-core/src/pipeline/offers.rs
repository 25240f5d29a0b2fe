//! Who is offered what, and the points that speak for it.

use serde::Serialize;

use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::{self, Model};
use crate::policy::Policy;
use crate::problem::Problem;
use crate::scoring::Scoring;

use super::links::Links;

/// A dwelling offered to a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// The household.
    pub household: String,
    /// The dwelling.
    pub dwelling: String,
    /// Its residence.
    pub residence: String,
    /// 1 for T1 ... 6 for T6 and above.
    pub typology: u8,
    /// Sum of the points.
    pub suitability: i64,
    /// Points per criterion, in the order of the registry.
    pub points: Vec<Points>,
    /// Place of the residence in the household's choices, 1 = first; `None` where it named none or not this one.
    pub choice: Option<usize>,
    /// Decided beforehand by a person.
    pub pin: Option<Pin>,
}

/// Points of one criterion for one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Points {
    /// Code of the criterion.
    pub criterion: &'static str,
    /// Its weight.
    pub weight: i64,
    /// How well the pair meets it, 0..=1000.
    pub per_mille: u16,
}

impl Points {
    /// Weight x per mille.
    pub fn points(&self) -> i64 {
        self.weight * i64::from(self.per_mille)
    }
}

/// Who decided a pair beforehand, and why (FAULTS 77).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pin {
    /// Why.
    pub reason: String,
    /// Who.
    pub author: String,
}

/// Points of the pair per criterion.
pub(crate) fn points(scoring: &Scoring<'_>, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Points> {
    let each = scoring.points(household, model::Run::one(dwelling)).into_iter();
    each.map(|(criterion, weight, per_mille)| Points { criterion, weight, per_mille }).collect()
}

/// The offers in the order of the model's dwellings (residence, then dwelling).
pub(crate) fn offers(
    model: &Model,
    policy: &Policy,
    problem: &Problem,
    links: &Links,
    scoring: &Scoring<'_>,
    offered: &[Option<DwellingIndex>],
) -> Vec<Offer> {
    let mut list: Vec<(DwellingIndex, Offer)> = Vec::new();
    for (position, dwelling) in offered.iter().enumerate() {
        let household = HouseholdIndex::new(position);
        let Some(in_problem) = *dwelling else { continue };
        let (Some(in_model), Some(dwelling)) = (links.model_household(household), links.model_dwelling(in_problem)) else { continue };
        let residence = model.dwellings.residence.get(dwelling.index()).copied();
        let choices = model.households.choices.get(in_model.index());
        let text = |list: &[String], at: usize| list.get(at).cloned().unwrap_or_default();
        let (household_id, dwelling_id) = (text(&model.households.id, in_model.index()), text(&model.dwellings.id, dwelling.index()));
        let pin = policy.pins.iter().find(|pin| pin.household == household_id && pin.dwelling == dwelling_id);
        let offer = Offer {
            residence: residence.and_then(|r| model.residences.get(r.index())).map(|r| r.id.clone()).unwrap_or_default(),
            typology: model.dwellings.typology.get(dwelling.index()).copied().unwrap_or(0),
            suitability: problem.find_arc(household, in_problem).map_or(0, |at| problem.arc(at).score),
            points: points(scoring, in_model, dwelling),
            choice: choices.and_then(|c| c.iter().position(|choice| Some(*choice) == residence)).map(|at| at + 1),
            pin: pin.map(|pin| Pin { reason: pin.reason.clone(), author: pin.author.clone() }),
            household: household_id,
            dwelling: dwelling_id,
        };
        list.push((dwelling, offer));
    }
    list.sort_by_key(|entry| entry.0);
    list.into_iter().map(|entry| entry.1).collect()
}
