//! Eligibility: hard tests on (household, dwelling) pairs. A pair that no rule refuses becomes an arc of the problem.
//!
//! A rule is one file and one line in [`RULES`]. It is called for a household and a *run of dwellings* and loops over columns inside;
//! the same function on a run of one gives the reasons of a refusal, so that no rule is written twice. Where few things about a household
//! decide, the rule puts it into a class ([`Screen::class`]): the verdicts are then worked out once per class and kept as bits.
//!
//! To add one: a file with a struct, its [`Card`] in French and English, what [`Rule::prepare`] computes once per dwelling and
//! household (no text is compared per pair), the [`Screen`], and tests of the form *three facts and one verdict*; then its line.

mod admissible;
mod availability;
mod card;
mod charter;
mod choices;
mod classes;
pub mod codes;
mod costs;
mod earmark;
mod effort_rate;
mod exclusions;
mod forbidden;
mod income_ceiling;
mod intern;
mod occupancy;
mod own_dwelling;
mod pairs;
mod pin;
mod places;
mod provenance;
mod refusals;
mod refused;
mod reservation;
mod residual_income;
mod screening;
mod settings;
mod step_free_need;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod verdicts;

pub use card::{Card, Language, Parameter, Violation, euros, fill, per_cent};
pub use occupancy::rooms_needed;
pub use places::Places;
pub use provenance::{RuleProvenance, provenance};
pub use refusals::Refusals;
pub use screening::Eligibility;
pub use settings::Parameters;
pub use verdicts::Verdicts;

use crate::error::Report;
use crate::ids::{HouseholdIndex, ResidenceIndex};
use crate::model::Model;
use crate::policy::Policy;

/// Every rule, in the order in which reasons are shown.
pub const RULES: &[&dyn Rule] = &[
    &admissible::Admissible,
    &pin::Pin,
    &forbidden::Forbidden,
    &own_dwelling::OwnDwelling,
    &availability::Availability,
    &choices::Choices,
    &exclusions::Exclusions,
    &reservation::Reservation,
    &earmark::Earmark,
    &charter::Charter,
    &income_ceiling::IncomeCeiling,
    &occupancy::Occupancy,
    &step_free_need::StepFreeNeed,
    &effort_rate::EffortRate,
    &residual_income::ResidualIncome,
];

/// A hard test, before it meets a model.
pub trait Rule: Sync {
    /// Stable code; the name in a policy's `[rules]`.
    fn code(&self) -> &'static str;

    /// Name, explanation, legal basis, texts, parameters.
    fn card(&self) -> &'static Card;

    /// Looks once at model and policy and gives the test; a wrong parameter goes into the report.
    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm>;
}

/// A rule ready to test households of one model.
pub trait Screen: Sync {
    /// Refuses the dwellings of `verdicts.run()` that `household` may not be offered.
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>);

    /// The class of `household`: households of one class are refused the same dwellings, so that one of them is asked about all dwellings
    /// and the verdicts are kept as bits for the others. Classes are numbered from 0, and few. `None` = the household is asked by
    /// itself, as where amounts decide.
    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        let _ = household;
        None
    }

    /// Where one amount of the dwelling decides: that of each dwelling of the model, the same column for every household, and the most
    /// that `household` may be offered. Exactly the dwellings above it are refused, so that they are counted without a look at each.
    /// `None` = something else decides.
    fn most(&self, household: HouseholdIndex) -> Option<(&[i64], i64)> {
        let _ = household;
        None
    }

    /// Where the residence decides: those where `household` is refused nothing. Exactly the dwellings of the others are refused, so that
    /// they are neither looked at nor counted one by one. `None` = something else decides, or nothing is refused.
    fn places(&self, household: HouseholdIndex) -> Option<Places<'_>> {
        let _ = household;
        None
    }
}

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.code() == code)
}

/// What people call a residence: its name, or its id where it has none.
fn residence_label(model: &Model, residence: ResidenceIndex) -> String {
    let found = model.residences.get(residence.index());
    found.map_or_else(String::new, |home| if home.name.is_empty() { home.id.clone() } else { home.name.clone() })
}

/// The sentence of a violation for people.
///
/// ```
/// use matcher_core::eligibility::{Language, Violation, sentence};
/// let violation = Violation { rule: "admissible", values: vec![] };
/// assert_eq!(sentence(&violation, Language::English), "The provider's checks have not declared the application admissible.");
/// ```
pub fn sentence(violation: &Violation, language: Language) -> String {
    match find(violation.rule) {
        Some(rule) => fill(language.of(rule.card().sentence), &violation.values, language),
        None => violation.rule.to_owned(),
    }
}
