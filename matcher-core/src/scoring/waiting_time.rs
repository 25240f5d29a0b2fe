//! How long the household has waited.

use crate::eligibility::{Card, Parameter, Parameters};
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::policy::Policy;

use super::ramp::Ramp;
use super::{Criterion, Fact, Marks, Measure};

/// Days since the application, up to a number that counts in full.
#[derive(Debug)]
pub(super) struct WaitingTime;

const CODE: &str = "waiting_time";
const FULL: &str = "full_days";

static CARD: Card = Card {
    name: ["Ancienneté de la demande", "Waiting time"],
    about: [
        "Jours depuis la demande à la date de référence, jusqu'à une durée qui donne tous les points.",
        "Days since the application at the reference date, up to a length that gives full marks.",
    ],
    sentence: [
        "{days} jours d'attente, pleinement comptés à partir de {full_days}.",
        "Waiting for {days} days, counted in full from {full_days} on.",
    ],
    source: "CCH art. L441-1-4 (abnormally long waiting)",
    version: "1",
    parameters: &[Parameter { name: FULL, default: "1826", about: ["Jours qui donnent tous les points", "Days that give full marks"] }],
};

impl Criterion for WaitingTime {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        Box::new(Waiting { days: &model.households.waiting_days, full: parameters.integer(FULL, 1..=36_525, report) })
    }
}

struct Waiting<'m> {
    days: &'m [i64],
    full: i64,
}

impl Waiting<'_> {
    fn of(&self, household: HouseholdIndex) -> i64 {
        self.days.get(household.index()).copied().unwrap_or_default()
    }
}

impl Measure for Waiting<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        marks.everywhere(Ramp::new(self.full, 0).at(self.of(household)).into());
    }

    fn facts(&self, household: HouseholdIndex, _dwelling: DwellingIndex) -> Vec<Fact> {
        vec![("days", self.of(household).to_string()), ("full_days", self.full.to_string())]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::{DATE, policy_with};

    #[test]
    fn straight_up_to_five_years() {
        golden(&WaitingTime, &policy_with(""), &[(0, 0), (365, 199), (913, 500), (1826, 1000), (4000, 1000)], |&days: &i64, tables| {
            tables.households[0].waiting_since = Some(DATE.saturating_sub(jiff::Span::new().days(days)));
        });
    }
}
