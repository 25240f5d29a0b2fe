//! Dwellings without steps for those who need them.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;
use crate::tables::rows::Accessibility;

use super::{Card, Parameter, Parameters, Rule, Screen, Verdicts, Violation};

/// Whoever needs a dwelling without steps is offered no other.
#[derive(Debug)]
pub(super) struct StepFreeNeed;

const CODE: &str = "step_free_need";
const STEP_FREE: &str = "step_free_needs";
const ADAPTED: &str = "adapted_needs";
const GROUND: &str = "ground_floor_needs";

static CARD: Card = Card {
    name: ["Besoin d'accessibilité", "Step-free need"],
    about: [
        "Si une personne du ménage a besoin d'un logement sans marche, seuls conviennent les logements sans marche ou adaptés ; un \
         rez-de-chaussée avec marches ne suffit pas. De même pour le besoin d'un logement adapté ou d'un rez-de-chaussée.",
        "Where a person of the household needs a dwelling without steps, only step-free or adapted dwellings fit; a ground floor with \
         steps is not enough. Likewise for the need of an adapted dwelling or of a ground floor.",
    ],
    sentence: [
        "Besoin d'une personne du ménage : {need} ; accès du logement : {accessibility}, étage {floor}.",
        "Need of a person of the household: {need}; access of the dwelling: {accessibility}, floor {floor}.",
    ],
    source: "CCH art. L441-1 (disability), R441-3; need codes only, never a diagnosis (GDPR art. 9)",
    version: "1",
    parameters: &[
        Parameter {
            name: STEP_FREE,
            default: "step_free",
            about: [
                "Codes de besoin qui demandent un logement sans marche ou adapté",
                "Need codes that ask for a step-free or adapted dwelling",
            ],
        },
        Parameter {
            name: ADAPTED,
            default: "adapted",
            about: ["Codes de besoin qui demandent un logement adapté", "Need codes that ask for an adapted dwelling"],
        },
        Parameter {
            name: GROUND,
            default: "ground_floor",
            about: ["Codes de besoin qui demandent un rez-de-chaussée", "Need codes that ask for the ground floor"],
        },
    ],
};

/// What a dwelling gives and a household needs, as bits.
const GIVES: [(u8, &str); 3] = [(1, STEP_FREE), (2, ADAPTED), (4, GROUND)];

impl Rule for StepFreeNeed {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let parameters = Parameters::of_rule(self, policy);
        let codes = GIVES.map(|(bit, parameter)| (bit, parameters.codes(parameter, report)));
        let asks = |needs: &Vec<String>| {
            let bits = codes.iter().filter(|(_, codes)| codes.iter().any(|code| needs.binary_search(code).is_ok()));
            bits.fold(0, |asked, (bit, _)| asked | bit)
        };
        let gives = model.dwellings.accessibility.iter().zip(&model.dwellings.floor).map(|(&accessibility, &floor)| {
            let steps = match accessibility {
                Accessibility::None => 0,
                Accessibility::StepFree => 1,
                Accessibility::Adapted => 1 | 2,
            };
            Home { gives: steps | if floor == 0 { 4 } else { 0 }, accessibility, floor }
        });
        let homes = gives.collect();
        Box::new(Needs { asked: model.households.needs.iter().map(asks).collect(), homes, codes, model })
    }
}

struct Home {
    gives: u8,
    accessibility: Accessibility,
    floor: i64,
}

struct Needs<'m> {
    model: &'m Model,
    codes: [(u8, Vec<String>); 3],
    asked: Vec<u8>,
    homes: Vec<Home>,
}

impl Screen for Needs<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let asked = self.asked.get(household.index()).copied().unwrap_or_default();
        if asked == 0 {
            return;
        }
        verdicts.check(
            &self.homes,
            |home| asked & !home.gives == 0,
            |home| {
                let lacking = asked & !home.gives;
                let needs = self.model.households.needs.get(household.index());
                let lacked = |code: &&String| self.codes.iter().any(|(bit, codes)| lacking & bit != 0 && codes.contains(code));
                let values = vec![
                    ("need", needs.into_iter().flatten().find(lacked).cloned().unwrap_or_default()),
                    ("accessibility", home.accessibility.code().to_owned()),
                    ("floor", home.floor.to_string()),
                ];
                Violation { rule: CODE, values }
            },
        );
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.asked.get(household.index()).copied().map(u32::from)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, policy_with, small_town};

    fn needing(need: &str) -> crate::tables::rows::Tables {
        let mut tables = small_town();
        tables.persons[0].needs = vec![need.into()];
        tables
    }

    #[test]
    fn who_needs_no_steps_is_offered_none_with_steps() {
        let mut tables = needing("step_free");
        tables.dwellings[0].accessibility = Accessibility::StepFree;
        // The ground floor of a dwelling with steps does not help.
        tables.dwellings[1].floor = 0;
        let refused = refusal(CODE, &[("need", "step_free"), ("accessibility", "none"), ("floor", "0")]);
        assert_eq!(verdicts(&StepFreeNeed, &tables, &policy(), "H1"), [None, Some(refused)]);
        tables.dwellings[1].accessibility = Accessibility::Adapted;
        assert_eq!(verdicts(&StepFreeNeed, &tables, &policy(), "H1"), [None, None]);
    }

    #[test]
    fn the_need_of_a_ground_floor_is_kept() {
        let mut tables = needing("ground_floor");
        tables.dwellings[0].floor = 0;
        let refused = refusal(CODE, &[("need", "ground_floor"), ("accessibility", "none"), ("floor", "1")]);
        assert_eq!(verdicts(&StepFreeNeed, &tables, &policy(), "H1"), [None, Some(refused)]);
    }

    #[test]
    fn the_provider_may_use_its_own_codes() {
        let mut tables = needing("wheelchair");
        tables.dwellings[0].accessibility = Accessibility::Adapted;
        tables.dwellings[1].accessibility = Accessibility::StepFree;
        assert_eq!(verdicts(&StepFreeNeed, &tables, &policy(), "H1"), [None, None]);
        let policy = policy_with("[rules.step_free_need]\nadapted_needs = ['wheelchair', 'adapted']");
        let refused = refusal(CODE, &[("need", "wheelchair"), ("accessibility", "step_free"), ("floor", "1")]);
        assert_eq!(verdicts(&StepFreeNeed, &tables, &policy, "H1"), [None, Some(refused)]);
    }
}
