//! Pairs decided beforehand keep everybody else out.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::pairs::{Located, locate};
use super::{Card, Rule, Screen, Verdicts, Violation};

/// A pinned household only its dwelling, a pinned dwelling only its household.
#[derive(Debug)]
pub(super) struct Pin;

const CODE: &str = "pin";

static CARD: Card = Card {
    name: ["Couple décidé d'avance", "Pinned pair"],
    about: [
        "Un ménage et un logement que la politique a promis l'un à l'autre ne sont proposés à personne d'autre. Les autres règles valent \
         aussi pour eux : une promesse contraire à une règle ne donne pas de proposition, et le motif est montré.",
        "A household and a dwelling that the policy has promised each other are offered to nobody else. The other rules hold for them \
         too: a promise against a rule gives no offer, and the reason is shown.",
    ],
    sentence: ["Décidé d'avance par {author} : {case}.", "Decided beforehand by {author}: {case}."],
    source: "Decision of the commission, recorded with reason and author",
    version: "1",
    parameters: &[],
};

impl Rule for Pin {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let mut by_dwelling = locate(model, &policy.pins, "pins", report);
        let mut by_household = by_dwelling.clone();
        by_household.sort_by_key(|pin| pin.0);
        by_dwelling.sort_by_key(|pin| pin.1);
        Box::new(Pins { by_household, by_dwelling })
    }
}

/// The pins, sorted by household and by dwelling. There are few: a run asks for those inside it.
struct Pins<'m> {
    by_household: Vec<Located<'m>>,
    by_dwelling: Vec<Located<'m>>,
}

impl Screen for Pins<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let (household, range) = (household.index(), verdicts.run().range());
        let refusal =
            |author: &str, case: &str| Violation { rule: CODE, values: vec![("case", case.to_owned()), ("author", author.to_owned())] };
        if let Ok(at) = self.by_household.binary_search_by_key(&household, |pin| pin.0)
            && let Some(&(_, promised, pin)) = self.by_household.get(at)
        {
            for (offset, dwelling) in range.enumerate() {
                if dwelling != promised {
                    verdicts.refuse(offset, || refusal(&pin.author, "household_promised"));
                }
            }
            return;
        }
        let first = self.by_dwelling.partition_point(|pin| pin.1 < range.start);
        for &(_, dwelling, pin) in self.by_dwelling.iter().skip(first).take_while(|pin| pin.1 < range.end) {
            verdicts.refuse(dwelling - range.start, || refusal(&pin.author, "dwelling_promised"));
        }
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        // Nobody promised anything is in one class; a promised household is a case of its own.
        self.by_household.binary_search_by_key(&household.index(), |pin| pin.0).is_err().then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{household, model, person, policy_with, small_town};
    use crate::tables::rows::Role;

    const PIN: &str = "[[pins]]\nhousehold = 'H1'\ndwelling = 'D1'\nreason = 'relogement'\nauthor = 'commission'";

    #[test]
    fn a_pinned_pair_is_for_each_other() {
        let mut tables = small_town();
        tables.households.push(household("H2"));
        tables.persons.push(person("H2", Role::Reference, 50));
        let policy = policy_with(PIN);
        let kept = refusal(CODE, &[("case", "household_promised"), ("author", "commission")]);
        assert_eq!(verdicts(&Pin, &tables, &policy, "H1"), [None, Some(kept)]);
        let taken = refusal(CODE, &[("case", "dwelling_promised"), ("author", "commission")]);
        assert_eq!(verdicts(&Pin, &tables, &policy, "H2"), [Some(taken), None]);
    }

    #[test]
    fn a_pin_of_nobody_is_reported() {
        let policy = policy_with(&PIN.replace("H1", "H9").replace("D1", "D9"));
        let (model, mut report) = (model(&small_town()), Report::default());
        let _ = Pin.prepare(&model, &policy, &mut report);
        let columns: Vec<_> = report.errors.iter().filter_map(|finding| finding.column.as_deref()).collect();
        assert_eq!(columns, ["pins.household", "pins.dwelling"]);
    }
}
