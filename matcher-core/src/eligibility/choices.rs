//! Only residences that the household wishes.

use crate::error::Report;
use crate::ids::{HouseholdIndex, ResidenceIndex};
use crate::model::Model;
use crate::policy::Policy;

use super::{Card, Places, Rule, Screen, Verdicts, Violation, residence_label};

/// A dwelling in one of the wished residences, where the household has named some.
#[derive(Debug)]
pub(super) struct Choices;

const CODE: &str = "choices";

static CARD: Card = Card {
    name: ["Résidences souhaitées", "Wished residences"],
    about: [
        "Un ménage qui a nommé des résidences souhaitées ne reçoit de proposition que là ; sans choix, partout.",
        "A household that has named residences is offered a dwelling only there; without a choice, anywhere.",
    ],
    sentence: [
        "La résidence {residence} ne fait pas partie de celles que le ménage souhaite.",
        "The residence {residence} is not among those the household wishes.",
    ],
    source: "CCH art. L441-1 (location near work and services, wishes of the household)",
    version: "1",
    parameters: &[],
};

impl Rule for Choices {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Screen + 'm> {
        Box::new(Wishes(model))
    }
}

struct Wishes<'m>(&'m Model);

impl Wishes<'_> {
    fn wished(&self, household: HouseholdIndex) -> Option<&[ResidenceIndex]> {
        self.0.households.choices.get(household.index()).map(Vec::as_slice).filter(|choices| !choices.is_empty())
    }
}

impl Screen for Wishes<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let Some(wished) = self.wished(household) else { return };
        verdicts.check_residences(
            &self.0.dwellings.residence,
            |residence| wished.contains(&residence),
            |residence| Violation { rule: CODE, values: vec![("residence", residence_label(self.0, residence))] },
        );
    }

    fn places(&self, household: HouseholdIndex) -> Option<Places<'_>> {
        self.wished(household).map(Places::Only)
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.wished(household).is_none().then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, town};

    #[test]
    fn only_wished_residences_are_offered() {
        let mut tables = town();
        tables.households[0].choices = vec!["R2".into()];
        let refused = refusal(CODE, &[("residence", "Residence R1")]);
        assert_eq!(verdicts(&Choices, &tables, &policy(), "H1"), [Some(refused.clone()), Some(refused), None]);
    }

    #[test]
    fn without_a_choice_anywhere() {
        assert_eq!(verdicts(&Choices, &town(), &policy(), "H1"), [None, None, None]);
    }
}
