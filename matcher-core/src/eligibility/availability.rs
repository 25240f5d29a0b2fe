//! Dwellings that are available soon enough for this run.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;
use crate::units::Date;

use super::{Card, Parameter, Parameters, Rule, Screen, Verdicts, Violation};

/// A dwelling available within the horizon of the run.
#[derive(Debug)]
pub(super) struct Availability;

const CODE: &str = "availability";
const HORIZON: &str = "horizon_days";

static CARD: Card = Card {
    name: ["Disponibilité", "Availability"],
    about: [
        "Un logement n'est proposé que s'il est disponible dans un délai donné à compter de la date de référence.",
        "A dwelling is offered only if it is available within a number of days from the reference date.",
    ],
    sentence: [
        "Le logement n'est disponible que le {available_from} (dans {days} jours ; au plus {horizon_days}).",
        "The dwelling is available only from {available_from} (in {days} days; at most {horizon_days}).",
    ],
    source: "Decision of the provider: how far ahead of a vacancy it names households",
    version: "1",
    parameters: &[Parameter {
        name: HORIZON,
        default: "180",
        about: [
            "Jours entre la date de référence et la disponibilité, au plus",
            "Days from the reference date to the availability, at most",
        ],
    }],
};

impl Rule for Availability {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let horizon = Parameters::of_rule(self, policy).integer(HORIZON, 0..=36_500, report);
        let days = |&from: &Date| (from.duration_since(model.date).as_hours() / 24, from);
        Box::new(Horizon { column: model.dwellings.available_from.iter().map(days).collect(), limit: horizon })
    }
}

struct Horizon {
    /// Per dwelling: days from the reference date to the availability (negative where it is past), and that day.
    column: Vec<(i64, Date)>,
    limit: i64,
}

impl Screen for Horizon {
    fn screen(&self, _: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        verdicts.check(
            &self.column,
            |&(days, _)| days <= self.limit,
            |(days, from)| {
                let values =
                    vec![("available_from", from.to_string()), ("days", days.to_string()), ("horizon_days", self.limit.to_string())];
                Violation { rule: CODE, values }
            },
        );
    }

    fn class(&self, _: HouseholdIndex) -> Option<u32> {
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{DATE, policy, policy_with, small_town};

    #[test]
    fn a_dwelling_too_far_ahead_waits_for_the_next_run() {
        let mut tables = small_town();
        tables.dwellings[0].available_from = Some(DATE.saturating_add(jiff::Span::new().days(180)));
        tables.dwellings[1].available_from = Some(DATE.saturating_add(jiff::Span::new().days(181)));
        let refused = refusal(CODE, &[("available_from", "2025-12-13"), ("days", "181"), ("horizon_days", "180")]);
        assert_eq!(verdicts(&Availability, &tables, &policy(), "H1"), [None, Some(refused)]);
    }

    #[test]
    fn a_dwelling_long_empty_is_available() {
        let mut tables = small_town();
        tables.dwellings[1].available_from = Some(jiff::civil::date(2019, 1, 1));
        let today = policy_with("[rules.availability]\nhorizon_days = 0");
        assert_eq!(verdicts(&Availability, &tables, &today, "H1"), [None, None]);
    }
}
