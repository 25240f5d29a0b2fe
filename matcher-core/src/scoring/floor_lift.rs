//! Floors and lifts for people who climb stairs with difficulty.

use crate::eligibility::{Card, Parameter, Parameters};
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::policy::Policy;

use super::{Criterion, Fact, Marks, Measure, has_any, value_at};

/// Low floors, or a lift, for people with reduced mobility or of great age; everybody else has full marks anywhere.
#[derive(Debug)]
pub(super) struct FloorLift;

const CODE: &str = "floor_lift";
const NEEDS: &str = "mobility_needs";
const GROUND: &str = "ground_floor_needs";
const AGE: &str = "age_min";
const STAIRS: &str = "stairs_loss_per_mille";
const LIFT: &str = "lift_loss_per_mille";

static CARD: Card = Card {
    name: ["Étage et ascenseur", "Floor and lift"],
    about: [
        "Pour un ménage dont une personne a un besoin de mobilité ou un grand âge, chaque étage à pied coûte beaucoup, chaque étage desservi par un ascenseur peu ; un besoin de rez-de-chaussée compte chaque étage comme à pied. Les autres ménages ont tous les points partout.",
        "Where a person of the household has a mobility need or a great age, each floor on foot costs much and each floor with a lift little; with the need for the ground floor every floor counts as on foot. Other households have full marks anywhere.",
    ],
    sentence: [
        "Étage {floor}, ascenseur : {lift} ; personne à mobilité réduite ou âgée : {concerned}.",
        "Floor {floor}, lift: {lift}; somebody of reduced mobility or great age: {concerned}.",
    ],
    source: "ASV law of 28 Dec 2015 (adapting homes to ageing); CCH art. L441-1",
    version: "1",
    parameters: &[
        Parameter {
            name: NEEDS,
            default: "step_free|adapted|low_floor",
            about: ["Codes de besoin de mobilité", "Codes of mobility needs"],
        },
        Parameter {
            name: GROUND,
            default: "ground_floor",
            about: ["Codes de besoin de rez-de-chaussée", "Codes of the need for the ground floor"],
        },
        Parameter {
            name: AGE,
            default: "75",
            about: ["Âge à partir duquel une personne est concernée", "Age from which on a person is concerned"],
        },
        Parameter { name: STAIRS, default: "300", about: ["Perte par étage à pied", "Loss per floor on foot"] },
        Parameter { name: LIFT, default: "30", about: ["Perte par étage avec ascenseur", "Loss per floor with a lift"] },
    ],
};

impl Criterion for FloorLift {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        let (mobility, ground) = (parameters.codes(NEEDS, report), parameters.codes(GROUND, report));
        let age = parameters.integer(AGE, 0..=130, report);
        let households = model.households.needs.iter().zip(&model.households.persons).map(|(needs, persons)| {
            if has_any(needs, &ground) {
                Climb::Never
            } else if has_any(needs, &mobility) || persons.iter().any(|person| person.age >= age) {
                Climb::Hardly
            } else {
                Climb::Freely
            }
        });
        Box::new(Floors {
            floor: &model.dwellings.floor,
            // A basement is reached by stairs as well.
            to_climb: model.dwellings.floor.iter().map(|floor| floor.unsigned_abs().min(1000) as i16).collect(),
            lift: &model.dwellings.lift,
            climbs: households.collect(),
            stairs_loss: parameters.integer(STAIRS, 0..=1000, report) as i32,
            lift_loss: parameters.integer(LIFT, 0..=1000, report) as i32,
        })
    }
}

/// How a household climbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Climb {
    Freely,
    /// A lift helps.
    Hardly,
    /// Even a lift does not help.
    Never,
}

struct Floors<'m> {
    floor: &'m [i64],
    /// Floors to climb or to go down, up to 1000.
    to_climb: Vec<i16>,
    lift: &'m [bool],
    climbs: Vec<Climb>,
    stairs_loss: i32,
    lift_loss: i32,
}

impl Floors<'_> {
    fn climb(&self, household: HouseholdIndex) -> Climb {
        self.climbs.get(household.index()).copied().unwrap_or(Climb::Freely)
    }
}

impl Measure for Floors<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let (with_lift, on_foot) = match self.climb(household) {
            Climb::Freely => return marks.everywhere(1000),
            Climb::Hardly => (self.lift_loss, self.stairs_loss),
            Climb::Never => (self.stairs_loss, self.stairs_loss),
        };
        marks.dwellings((self.to_climb.as_slice(), self.lift), move |(floors, lift)| {
            (1000 - i32::from(floors) * if lift { with_lift } else { on_foot }).max(0)
        });
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        match self.climb(household) {
            Climb::Freely => Some(0),
            Climb::Hardly => Some(1),
            Climb::Never => Some(2),
        }
    }

    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact> {
        let switch = |on: bool| if on { "yes" } else { "no" }.to_owned();
        vec![
            ("floor", value_at(self.floor, dwelling).to_string()),
            ("lift", switch(value_at(self.lift, dwelling))),
            ("concerned", switch(self.climb(household) != Climb::Freely)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::policy_with;

    #[test]
    fn floors_cost_those_who_climb_hardly() {
        // (age, need, floor, lift)
        let table = [
            ((40, "", 5, false), 1000),
            ((74, "", 5, false), 1000),
            ((75, "", 0, false), 1000),
            ((75, "", 1, false), 700),
            ((75, "", -1, false), 700),
            ((75, "", 5, false), 0),
            ((75, "", 5, true), 850),
            ((30, "step_free", 2, true), 940),
            ((30, "step_free", 2, false), 400),
            ((30, "ground_floor", 1, true), 700),
            ((30, "ground_floor", 0, true), 1000),
        ];
        golden(&FloorLift, &policy_with(""), &table, |&(age, need, floor, lift), tables| {
            tables.persons[0].age = Some(age);
            tables.persons[0].needs = if need.is_empty() { vec![] } else { vec![need.into()] };
            tables.dwellings[0].floor = floor;
            tables.residences[0].lift = lift;
        });
    }
}
