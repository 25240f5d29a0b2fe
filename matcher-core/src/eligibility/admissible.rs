//! Only applications that the provider's own checks have declared admissible.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::{Card, Rule, Screen, Verdicts, Violation};

/// The provider's admissibility flag; the engine never sees what it rests on.
#[derive(Debug)]
pub(super) struct Admissible;

const CODE: &str = "admissible";

static CARD: Card = Card {
    name: ["Demande recevable", "Admissible application"],
    about: [
        "Seuls les ménages dont le bailleur a déclaré la demande recevable reçoivent une proposition. Le moteur ne voit jamais pourquoi.",
        "Only households whose application the provider has declared admissible are offered a dwelling. The engine never sees why.",
    ],
    sentence: ["Le bailleur n'a pas déclaré la demande recevable.", "The provider's checks have not declared the application admissible."],
    source: "CCH art. L441-1, R441-1",
    version: "1",
    parameters: &[],
};

impl Rule for Admissible {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Screen + 'm> {
        Box::new(Flags(&model.households.admissible))
    }
}

struct Flags<'m>(&'m [bool]);

impl Screen for Flags<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        if self.0.get(household.index()) != Some(&true) {
            verdicts.refuse_all(|| Violation { rule: CODE, values: vec![] });
        }
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        Some((self.0.get(household.index()) == Some(&true)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::verdicts;
    use super::*;
    use crate::model::testing::{household, person, policy, small_town};
    use crate::tables::rows::Role;

    #[test]
    fn a_household_not_admissible_is_offered_nothing() {
        let mut tables = small_town();
        tables.households.push(household("H2"));
        tables.persons.push(person("H2", Role::Reference, 50));
        tables.households[1].admissible = false;
        let refused = Violation { rule: CODE, values: vec![] };
        assert_eq!(verdicts(&Admissible, &tables, &policy(), "H1"), [None, None]);
        assert_eq!(verdicts(&Admissible, &tables, &policy(), "H2"), [Some(refused.clone()), Some(refused)]);
    }
}
