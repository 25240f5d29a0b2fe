//! Pairs that people have ruled out.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::pairs::{Located, locate};
use super::{Card, Rule, Screen, Verdicts, Violation};

/// A pair that the policy rules out.
#[derive(Debug)]
pub(super) struct Forbidden;

const CODE: &str = "forbidden";

static CARD: Card = Card {
    name: ["Couple écarté", "Forbidden pair"],
    about: [
        "Un ménage ne reçoit pas un logement que la politique a écarté pour lui, avec motif et auteur (par exemple déjà refusé).",
        "A household is not offered a dwelling that the policy has ruled out for it, with reason and author (refused before, say).",
    ],
    sentence: ["Écarté par {author} : {reason}.", "Ruled out by {author}: {reason}."],
    source: "Decision of the commission, recorded with reason and author",
    version: "1",
    parameters: &[],
};

impl Rule for Forbidden {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let mut pairs = locate(model, &policy.forbidden, "forbidden", report);
        pairs.sort_by_key(|pair| (pair.0, pair.1));
        pairs.dedup_by_key(|pair| (pair.0, pair.1));
        Box::new(Pairs(pairs))
    }
}

/// The pairs, sorted by household and dwelling.
struct Pairs<'m>(Vec<Located<'m>>);

impl Screen for Pairs<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let (household, range) = (household.index(), verdicts.run().range());
        let first = self.0.partition_point(|pair| (pair.0, pair.1) < (household, range.start));
        for &(_, dwelling, pair) in self.0.iter().skip(first).take_while(|pair| pair.0 == household && pair.1 < range.end) {
            verdicts.refuse(dwelling - range.start, || Violation {
                rule: CODE,
                values: vec![("author", pair.author.clone()), ("reason", pair.reason.clone())],
            });
        }
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.0.binary_search_by_key(&household.index(), |pair| pair.0).is_err().then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy_with, town};

    #[test]
    fn a_forbidden_pair_is_refused_and_no_other() {
        let policy = policy_with("[[forbidden]]\nhousehold = 'H2'\ndwelling = 'D2'\nreason = 'refused in May'\nauthor = 'commission'");
        let refused = refusal(CODE, &[("author", "commission"), ("reason", "refused in May")]);
        assert_eq!(verdicts(&Forbidden, &town(), &policy, "H2"), [None, Some(refused), None]);
        assert_eq!(verdicts(&Forbidden, &town(), &policy, "H1"), [None, None, None]);
        assert_eq!(verdicts(&Forbidden, &town(), &policy, "H3"), [None, None, None]);
    }
}
