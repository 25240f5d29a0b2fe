//! A transfer is a move: nobody is offered the dwelling they live in.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::{Card, Rule, Screen, Verdicts, Violation};

/// A household that transfers is not offered its own dwelling.
#[derive(Debug)]
pub(super) struct OwnDwelling;

const CODE: &str = "own_dwelling";

static CARD: Card = Card {
    name: ["Logement actuel", "Own dwelling"],
    about: [
        "Un ménage en mutation, dont le logement est déjà à relouer, ne se voit pas proposer ce même logement.",
        "A household in transfer whose dwelling is already to be let again is not offered that same dwelling.",
    ],
    sentence: ["Le ménage habite déjà ce logement ({dwelling}).", "The household already lives in this dwelling ({dwelling})."],
    source: "CCH art. L442-3-1, L442-3-2 (offer of another dwelling)",
    version: "1",
    parameters: &[],
};

impl Rule for OwnDwelling {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Screen + 'm> {
        let vacancies: std::collections::BTreeMap<&str, usize> =
            model.park.iter().filter_map(|home| home.vacancy.map(|vacancy| (home.id.as_str(), vacancy.index()))).collect();
        let own = |current: &Option<crate::model::CurrentDwelling>| current.as_ref().and_then(|c| vacancies.get(c.id.as_str()).copied());
        Box::new(Own { model, own: model.households.current.iter().map(own).collect() })
    }
}

struct Own<'m> {
    model: &'m Model,
    /// Per household: position of its own dwelling, where that is to be allocated.
    own: Vec<Option<usize>>,
}

impl Screen for Own<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let range = verdicts.run().range();
        if let Some(own) = self.own.get(household.index()).copied().flatten()
            && range.contains(&own)
        {
            verdicts.refuse(own - range.start, || {
                let id = self.model.dwellings.id.get(own).cloned().unwrap_or_default();
                Violation { rule: CODE, values: vec![("dwelling", id)] }
            });
        }
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.own.get(household.index()).is_none_or(Option::is_none).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{DATE, policy, town};

    #[test]
    fn a_transfer_household_is_not_offered_where_it_lives() {
        let mut tables = town();
        // H3 leaves D3 at the end of the month and D3 is to be let again.
        tables.dwellings[2].available_from = Some(DATE.saturating_add(jiff::Span::new().days(20)));
        tables.tenancies[0].until = Some(DATE.saturating_add(jiff::Span::new().days(15)));
        let refused = refusal(CODE, &[("dwelling", "D3")]);
        assert_eq!(verdicts(&OwnDwelling, &tables, &policy(), "H3"), [None, None, Some(refused), None]);
        assert_eq!(verdicts(&OwnDwelling, &tables, &policy(), "H1"), [None, None, None, None]);
    }
}
