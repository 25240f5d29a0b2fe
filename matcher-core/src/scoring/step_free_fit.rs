//! Step-free and adapted homes for those who need them.

use crate::eligibility::{Card, Parameter, Parameters};
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::policy::Policy;
use crate::tables::rows::Accessibility;

use super::{Criterion, Fact, Marks, Measure, has_any};

/// Does not waste adapted homes, and rewards those who need them.
#[derive(Debug)]
pub(super) struct StepFreeFit;

const CODE: &str = "step_free_fit";
const STEP_FREE: &str = "step_free_needs";
const ADAPTED: &str = "adapted_needs";
const WASTE_STEP_FREE: &str = "waste_step_free_loss_per_mille";
const WASTE_ADAPTED: &str = "waste_adapted_loss_per_mille";

static CARD: Card = Card {
    name: ["Accessibilité utile", "Step-free homes where needed"],
    about: [
        "Un ménage qui en a besoin obtient tous les points dans un logement sans marche ou adapté, selon son besoin ; un ménage sans ce besoin en perd s'il occupe un tel logement.",
        "A household with the need has full marks in a step-free or adapted home, as it needs; a household without it loses some where it would take such a home.",
    ],
    sentence: ["Logement {accessibility}, besoin du ménage : {need}.", "Dwelling {accessibility}, the household needs: {need}."],
    source: "CCH art. L441-1 (priority to disability), L442-3-2 (adapted homes without an occupant who needs them)",
    version: "1",
    parameters: &[
        Parameter {
            name: STEP_FREE,
            default: "step_free",
            about: ["Codes de besoin d'un accès sans marche", "Codes of the need for step-free access"],
        },
        Parameter {
            name: ADAPTED,
            default: "adapted",
            about: ["Codes de besoin d'un logement adapté", "Codes of the need for an adapted home"],
        },
        Parameter {
            name: WASTE_STEP_FREE,
            default: "200",
            about: ["Perte sans besoin dans un logement sans marche", "Loss without need in a step-free home"],
        },
        Parameter {
            name: WASTE_ADAPTED,
            default: "1000",
            about: ["Perte sans besoin dans un logement adapté", "Loss without need in an adapted home"],
        },
    ],
};

/// Marks of a step-free need in an adapted home: it serves, but its fittings are not needed.
const MORE_THAN_NEEDED: i32 = 800;
/// Marks of the need for an adapted home in one that is only reached without a step.
const LESS_THAN_NEEDED: i32 = 400;

impl Criterion for StepFreeFit {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        let (step_free, adapted) = (parameters.codes(STEP_FREE, report), parameters.codes(ADAPTED, report));
        let loss = |name, report: &mut Report| 1000 - parameters.integer(name, 0..=1000, report) as i32;
        let needs = model.households.needs.iter().map(|needs| {
            if has_any(needs, &adapted) {
                Accessibility::Adapted
            } else if has_any(needs, &step_free) {
                Accessibility::StepFree
            } else {
                Accessibility::None
            }
        });
        Box::new(Access {
            column: &model.dwellings.accessibility,
            levels: model.dwellings.accessibility.iter().map(|&accessibility| level(accessibility)).collect(),
            needs: needs.collect(),
            without: [1000, loss(WASTE_STEP_FREE, report), loss(WASTE_ADAPTED, report)],
        })
    }
}

const STEP_FREE_LEVEL: u8 = 1;
const ADAPTED_LEVEL: u8 = 2;

const fn level(accessibility: Accessibility) -> u8 {
    match accessibility {
        Accessibility::None => 0,
        Accessibility::StepFree => STEP_FREE_LEVEL,
        Accessibility::Adapted => ADAPTED_LEVEL,
    }
}

struct Access<'m> {
    column: &'m [Accessibility],
    /// The same as numbers, which loops compare without branches.
    levels: Vec<u8>,
    needs: Vec<Accessibility>,
    /// Marks of a household without need, in a home with steps, a step-free and an adapted one.
    without: [i32; 3],
}

impl Measure for Access<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let [steps, step_free, adapted] = match self.needs.get(household.index()) {
            Some(Accessibility::Adapted) => [0, LESS_THAN_NEEDED, 1000],
            Some(Accessibility::StepFree) => [0, 1000, MORE_THAN_NEEDED],
            _ => self.without,
        };
        let (more_step_free, more_adapted) = (step_free - steps, adapted - steps);
        marks.dwellings(self.levels.as_slice(), move |level| {
            steps + more_step_free * i32::from(level == STEP_FREE_LEVEL) + more_adapted * i32::from(level == ADAPTED_LEVEL)
        });
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.needs.get(household.index()).map(|&need| level(need).into())
    }

    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact> {
        let need = match self.needs.get(household.index()) {
            None | Some(Accessibility::None) => "",
            Some(need) => need.code(),
        };
        let accessibility = self.column.get(dwelling.index()).map_or("", |a| a.code());
        vec![("accessibility", accessibility.to_owned()), ("need", need.to_owned())]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::policy_with;
    use crate::tables::rows::Text;
    use Accessibility::{Adapted, None, StepFree};

    fn change(pair: &(&str, Accessibility), tables: &mut crate::tables::rows::Tables) {
        tables.persons[0].needs = pair.0.split('|').filter(|need| !need.is_empty()).map(Text::from).collect();
        tables.dwellings[0].accessibility = pair.1;
    }

    #[test]
    fn need_meets_home() {
        let table = [
            (("", None), 1000),
            (("", StepFree), 800),
            (("", Adapted), 0),
            (("step_free", None), 0),
            (("step_free", StepFree), 1000),
            (("step_free", Adapted), 800),
            (("adapted", None), 0),
            (("adapted", StepFree), 400),
            (("step_free|adapted", Adapted), 1000),
            (("ground_floor", Adapted), 0),
        ];
        golden(&StepFreeFit, &policy_with(""), &table, change);
    }

    #[test]
    fn the_policy_names_the_needs() {
        let policy = policy_with("[criteria.step_free_fit]\nadapted_needs = ['wheelchair']\nwaste_adapted_loss_per_mille = 600");
        golden(&StepFreeFit, &policy, &[(("wheelchair", Adapted), 1000), (("adapted", Adapted), 400)], change);
    }
}
