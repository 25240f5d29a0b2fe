//! No residence or territory that the household has excluded.

use crate::error::Report;
use crate::ids::{HouseholdIndex, ResidenceIndex};
use crate::model::Model;
use crate::policy::Policy;

use super::{Card, Places, Rule, Screen, Verdicts, Violation, residence_label};

/// No dwelling where the household has said it cannot live.
#[derive(Debug)]
pub(super) struct Exclusions;

const CODE: &str = "exclusions";

static CARD: Card = Card {
    name: ["Lieux exclus", "Excluded places"],
    about: [
        "Un ménage ne reçoit pas de proposition dans une résidence ou un territoire qu'il a exclus (éloignement, sécurité...). Le motif \
         n'est pas demandé.",
        "A household is offered nothing in a residence or territory it has excluded (distance, safety...). The ground is not asked for.",
    ],
    sentence: [
        "Le ménage a exclu la résidence {residence} ou son territoire.",
        "The household has excluded the residence {residence} or its territory.",
    ],
    source: "CCH art. L441-1 (location, violence within the family)",
    version: "1",
    parameters: &[],
};

impl Rule for Exclusions {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Screen + 'm> {
        Box::new(Excluded(model))
    }
}

struct Excluded<'m>(&'m Model);

impl Excluded<'_> {
    fn excluded(&self, household: HouseholdIndex) -> Option<&[ResidenceIndex]> {
        self.0.households.exclusions.get(household.index()).map(Vec::as_slice).filter(|excluded| !excluded.is_empty())
    }
}

impl Screen for Excluded<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let Some(excluded) = self.excluded(household) else { return };
        verdicts.check_residences(
            &self.0.dwellings.residence,
            |residence| excluded.binary_search(&residence).is_err(),
            |residence| Violation { rule: CODE, values: vec![("residence", residence_label(self.0, residence))] },
        );
    }

    fn places(&self, household: HouseholdIndex) -> Option<Places<'_>> {
        self.excluded(household).map(Places::Without)
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.excluded(household).is_none().then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, town};

    #[test]
    fn an_excluded_residence_is_not_offered() {
        let mut tables = town();
        tables.households[0].exclusions = vec!["R2".into()];
        let refused = refusal(CODE, &[("residence", "Residence R2")]);
        assert_eq!(verdicts(&Exclusions, &tables, &policy(), "H1"), [None, None, Some(refused)]);
    }

    #[test]
    fn a_territory_excludes_its_residences() {
        let mut tables = town();
        tables.households[0].exclusions = vec!["T1".into()];
        let refused = refusal(CODE, &[("residence", "Residence R1")]);
        assert_eq!(verdicts(&Exclusions, &tables, &policy(), "H1"), [Some(refused.clone()), Some(refused), None]);
        assert_eq!(verdicts(&Exclusions, &tables, &policy(), "H2"), [None, None, None]);
    }
}
