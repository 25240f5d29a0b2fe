//! Residences whose neighbours have agreed a charter.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::{Card, Parameter, Parameters, Rule, Screen, Verdicts, Violation};

/// Dwellings of a programme with a charter only to households interested in it.
#[derive(Debug)]
pub(super) struct Charter;

const CODE: &str = "charter";
const PROGRAMMES: &str = "programmes";

static CARD: Card = Card {
    name: ["Charte du vivre-ensemble", "Charter of neighbours"],
    about: [
        "Les logements des programmes nommés ne sont proposés qu'aux ménages intéressés par la charte. Aucun programme par défaut : \
         l'adhésion est volontaire.",
        "Dwellings of the named programmes are offered only to households interested in the charter. No programme by default: joining \
         is voluntary.",
    ],
    sentence: [
        "Le programme {programme} demande l'intérêt pour la charte, que le ménage n'a pas exprimé.",
        "The programme {programme} asks for interest in the charter, which the household has not expressed.",
    ],
    source: "Agreement of the programme (charte du vivre-ensemble); voluntary",
    version: "1",
    parameters: &[Parameter {
        name: PROGRAMMES,
        default: "",
        about: ["Codes des programmes à charte", "Codes of the programmes with a charter"],
    }],
};

impl Rule for Charter {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let programmes = Parameters::of_rule(self, policy).codes(PROGRAMMES, report);
        let of_residence = |residence: &crate::ids::ResidenceIndex| {
            let programme = model.residences.get(residence.index()).map(|residence| residence.programme.as_str())?;
            programmes.iter().any(|code| code == programme).then_some(programme)
        };
        Box::new(Charters { model, column: model.dwellings.residence.iter().map(of_residence).collect() })
    }
}

struct Charters<'m> {
    model: &'m Model,
    /// Per dwelling: its programme, where that has a charter.
    column: Vec<Option<&'m str>>,
}

impl Screen for Charters<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        if self.model.households.charter.get(household.index()) == Some(&true) {
            return;
        }
        verdicts.check(&self.column, Option::is_none, |programme| Violation {
            rule: CODE,
            values: vec![("programme", programme.unwrap_or_default().to_owned())],
        });
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        Some((self.model.households.charter.get(household.index()) == Some(&true)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, policy_with, town};

    #[test]
    fn a_programme_with_a_charter_asks_for_interest() {
        let mut tables = town();
        tables.households[1].charter_interest = true;
        let policy = policy_with("[rules.charter]\nprogrammes = ['cocoon_ages']");
        let refused = refusal(CODE, &[("programme", "cocoon_ages")]);
        assert_eq!(verdicts(&Charter, &tables, &policy, "H1"), [None, None, Some(refused)]);
        assert_eq!(verdicts(&Charter, &tables, &policy, "H2"), [None, None, None]);
    }

    #[test]
    fn by_default_no_programme_does() {
        assert_eq!(verdicts(&Charter, &town(), &policy(), "H1"), [None, None, None]);
    }
}
