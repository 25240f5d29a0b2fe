//! Reserved dwellings go to the households that their right holder may name.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::intern::{BitTable, ClassTable, Codes};
use super::{Card, Rule, Screen, Verdicts, Violation};

/// A reserved dwelling only for a household with that right.
#[derive(Debug)]
pub(super) struct Reservation;

const CODE: &str = "reservation";

static CARD: Card = Card {
    name: ["Réservation", "Reservation"],
    about: [
        "Un logement réservé (préfet, Action Logement, collectivité...) n'est proposé qu'aux ménages relevant de ce réservataire.",
        "A reserved dwelling (préfet, Action Logement, local authority...) is offered only to households of that right holder.",
    ],
    sentence: [
        "Le logement est réservé par {right_holder} ; le ménage ne relève pas de ce réservataire.",
        "The dwelling is reserved by {right_holder}; the household does not come under this right holder.",
    ],
    source: "CCH art. L441-1, R441-5 et s.",
    version: "1",
    parameters: &[],
};

/// Number of a dwelling that nobody has reserved.
const NOT_RESERVED: u32 = 0;

impl Rule for Reservation {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Screen + 'm> {
        let mut holders = Codes::default();
        holders.number("");
        let column = model.dwellings.reservation.iter().map(|holder| holders.number(holder)).collect();
        let mut rights = BitTable::new(model.households.len(), holders.len());
        for (household, codes) in model.households.rights.iter().enumerate() {
            rights.insert(household, NOT_RESERVED as usize);
            for holder in codes.iter().filter_map(|code| holders.find(code)) {
                rights.insert(household, holder as usize);
            }
        }
        Box::new(Holders { names: holders.into_names(), column, rights: rights.into_classes() })
    }
}

struct Holders<'m> {
    names: Vec<&'m str>,
    column: Vec<u32>,
    rights: ClassTable,
}

impl Screen for Holders<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let rights = self.rights.set(household.index());
        verdicts.check(
            &self.column,
            |&holder| rights.contains(holder),
            |&holder| {
                let name = self.names.get(holder as usize).copied().unwrap_or_default();
                Violation { rule: CODE, values: vec![("right_holder", name.to_owned())] }
            },
        );
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        Some(self.rights.class(household.index()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, small_town};

    #[test]
    fn a_reserved_dwelling_asks_for_the_right() {
        let mut tables = small_town();
        tables.dwellings[0].reservation = "prefet".into();
        tables.dwellings[1].reservation = "action_logement".into();
        tables.households[0].rights = vec!["prefet".into(), "ville".into()];
        let refused = refusal(CODE, &[("right_holder", "action_logement")]);
        assert_eq!(verdicts(&Reservation, &tables, &policy(), "H1"), [None, Some(refused)]);
    }

    #[test]
    fn a_right_does_not_bar_from_other_dwellings() {
        let mut tables = small_town();
        tables.households[0].rights = vec!["prefet".into()];
        assert_eq!(verdicts(&Reservation, &tables, &policy(), "H1"), [None, None]);
    }
}
