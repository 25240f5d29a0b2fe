//! What is left to live on after housing, per consumption unit.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::{Card, Parameter, Parameters, Rule, Screen, Verdicts, Violation, costs, euros};

/// Enough is left to live on.
#[derive(Debug)]
pub(super) struct ResidualIncome;

const CODE: &str = "residual_income";
const MIN: &str = "min_eur_unit_month";

static CARD: Card = Card {
    name: ["Reste à vivre", "Residual income"],
    about: [
        "Les ressources mensuelles moins le loyer et les charges, aide au logement déduite, doivent laisser un minimum par unité de \
         consommation. Attention : un minimum trop haut écarte les ménages les plus pauvres de tout logement.",
        "Monthly resources less rent and charges, net of housing benefit, must leave a minimum per consumption unit. Mind that too high \
         a minimum shuts the poorest households out of every dwelling.",
    ],
    sentence: [
        "Après le logement il resterait {residual_eur_unit_month} € par mois et unité de consommation (au moins {min_eur_unit_month} €).",
        "After housing {residual_eur_unit_month} € a month and consumption unit would be left (at least {min_eur_unit_month} €).",
    ],
    source: "Reste à vivre shown to allocation commissions (USH, Repères 47); no national threshold: the provider decides, 300 € (10 € a \
             day) is a point to start from",
    version: "1",
    parameters: &[Parameter {
        name: MIN,
        default: "300",
        about: ["Reste par mois et unité de consommation, au moins, en euros", "Left per month and consumption unit, at least, in euros"],
    }],
};

impl Rule for ResidualIncome {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let min = Parameters::of_rule(self, policy).integer(MIN, 0..=100_000, report) * 100;
        // Resources less what must be left: minimum (cents) x units (hundredths), rounded up to the cent.
        let limit = |household| {
            let left = i128::from(min) * i128::from(units(model, household));
            i128::from(costs::resources(model, household)) - (left + 99).div_euclid(100)
        };
        Box::new(Residuals { model, gross: costs::gross(model), limits: costs::limits(model, limit), min })
    }
}

/// Hundredths of consumption units, at least one hundredth.
fn units(model: &Model, household: usize) -> i64 {
    model.households.consumption_units.get(household).map_or(100, |units| units.0).max(1)
}

struct Residuals<'m> {
    model: &'m Model,
    gross: Vec<i64>,
    /// Per household: the largest net cost, cents per month; negative where the minimum is not even there without rent.
    limits: Vec<i64>,
    min: i64,
}

impl Residuals<'_> {
    /// The largest gross cost that does not exceed the household's limit.
    fn most_gross(&self, household: HouseholdIndex) -> i64 {
        let limit = self.limits.get(household.index()).copied().unwrap_or(i64::MIN);
        costs::most_gross(limit, costs::benefit(self.model, household.index()))
    }
}

impl Screen for Residuals<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let most = self.most_gross(household);
        let household = household.index();
        let benefit = costs::benefit(self.model, household);
        verdicts.check(
            &self.gross,
            move |&gross| gross <= most,
            |&gross| {
                let left = i128::from(costs::resources(self.model, household)) - i128::from(costs::net(gross, benefit));
                let per_unit = (left * 100).div_euclid(i128::from(units(self.model, household)));
                let per_unit = per_unit.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
                let values = vec![("residual_eur_unit_month", euros(per_unit)), ("min_eur_unit_month", euros(self.min))];
                Violation { rule: CODE, values }
            },
        );
    }

    fn most(&self, household: HouseholdIndex) -> Option<(&[i64], i64)> {
        Some((&self.gross, self.most_gross(household)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, policy_with, small_town};
    use crate::units::{CentiUnits, CentsPerMonth};

    #[test]
    fn enough_must_be_left_per_unit() {
        let mut tables = small_town();
        // 850 euros less 400 leave 300 to each of 1.5 units; a cent more rent leaves 299.99.
        tables.households[0].resources_eur_month = CentsPerMonth(85_000);
        tables.households[0].consumption_units = CentiUnits(150);
        tables.dwellings[1].rent_eur_month = CentsPerMonth(35_001);
        let values = [("residual_eur_unit_month", "299.99"), ("min_eur_unit_month", "300")];
        assert_eq!(verdicts(&ResidualIncome, &tables, &policy(), "H1"), [None, Some(refusal(CODE, &values))]);
    }

    #[test]
    fn housing_benefit_above_the_rent_adds_nothing() {
        let mut tables = small_town();
        tables.households[0].resources_eur_month = CentsPerMonth(29_999);
        tables.households[0].housing_benefit_eur_month = Some(CentsPerMonth(90_000));
        let refused = refusal(CODE, &[("residual_eur_unit_month", "299.99"), ("min_eur_unit_month", "300")]);
        assert_eq!(verdicts(&ResidualIncome, &tables, &policy(), "H1"), [Some(refused.clone()), Some(refused)]);
    }

    #[test]
    fn the_policy_sets_the_minimum() {
        let tables = small_town();
        let refused = |min: i64| {
            let policy = policy_with(&format!("[rules.residual_income]\nmin_eur_unit_month = {min}"));
            verdicts(&ResidualIncome, &tables, &policy, "H1")[0].is_some()
        };
        assert_eq!([1_101, 1_100].map(refused), [true, false]);
    }
}
