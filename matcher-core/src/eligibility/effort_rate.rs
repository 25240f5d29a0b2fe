//! Rent and charges net of housing benefit against the household's resources.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;

use super::{Card, Parameter, Parameters, Rule, Screen, Verdicts, Violation, costs, euros, per_cent};

/// The housing effort rate does not exceed a maximum.
#[derive(Debug)]
pub(super) struct EffortRate;

const CODE: &str = "effort_rate";
const MAX: &str = "max_per_mille";

static CARD: Card = Card {
    name: ["Taux d'effort", "Housing effort rate"],
    about: [
        "Le loyer et les charges, moins l'aide au logement estimée (0 si elle n'est pas estimée), ne doivent pas dépasser une part des \
         ressources mensuelles. Sans ressources, seul convient un logement entièrement couvert par l'aide.",
        "Rent and charges less the estimated housing benefit (0 where not estimated) must not exceed a share of the monthly resources. \
         Without resources only a dwelling wholly covered by the benefit fits.",
    ],
    sentence: [
        "Loyer et charges, aide au logement déduite, prendraient {net_cost_eur_month} € des {resources_eur_month} € de ressources par \
         mois, soit {effort_percent} % (au plus {max_percent} %).",
        "Rent and charges less housing benefit would take {net_cost_eur_month} € of the {resources_eur_month} € of monthly resources, \
         that is {effort_percent} % (at most {max_percent} %).",
    ],
    source: "Rate shown to allocation commissions with and without housing benefit (USH, Repères 47); no national threshold: the provider \
             decides, 35 % is a point to start from",
    version: "1",
    parameters: &[Parameter {
        name: MAX,
        default: "350",
        about: ["Part des ressources, au plus, en millièmes", "Share of the resources, at most, in thousandths"],
    }],
};

impl Rule for EffortRate {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let max = Parameters::of_rule(self, policy).integer(MAX, 0..=1000, report);
        let limit = |household| (i128::from(max) * i128::from(costs::resources(model, household))).div_euclid(1000);
        Box::new(Efforts { model, gross: costs::gross(model), limits: costs::limits(model, limit), max })
    }
}

struct Efforts<'m> {
    model: &'m Model,
    gross: Vec<i64>,
    /// Per household: the largest net cost, cents per month.
    limits: Vec<i64>,
    max: i64,
}

impl Efforts<'_> {
    /// The largest gross cost that does not exceed the household's limit.
    fn most_gross(&self, household: HouseholdIndex) -> i64 {
        let limit = self.limits.get(household.index()).copied().unwrap_or(i64::MIN);
        costs::most_gross(limit, costs::benefit(self.model, household.index()))
    }
}

impl Screen for Efforts<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let most = self.most_gross(household);
        let household = household.index();
        let benefit = costs::benefit(self.model, household);
        verdicts.check(
            &self.gross,
            move |&gross| gross <= most,
            |&gross| {
                let (net, resources) = (costs::net(gross, benefit), costs::resources(self.model, household));
                // Rounded up, so that a refused rate never reads as the maximum itself.
                let rate = if resources > 0 { per_cent(ceiling(net, resources)) } else { "∞".to_owned() };
                let values = vec![
                    ("net_cost_eur_month", euros(net)),
                    ("resources_eur_month", euros(resources)),
                    ("effort_percent", rate),
                    ("max_percent", per_cent(self.max)),
                ];
                Violation { rule: CODE, values }
            },
        );
    }

    fn most(&self, household: HouseholdIndex) -> Option<(&[i64], i64)> {
        Some((&self.gross, self.most_gross(household)))
    }
}

fn ceiling(net: i64, resources: i64) -> i64 {
    let (part, whole) = (i128::from(net) * 1000, i128::from(resources));
    (part.div_euclid(whole) + i128::from(part.rem_euclid(whole) != 0)).min(i64::MAX.into()) as i64
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, policy_with, small_town};
    use crate::units::CentsPerMonth;

    #[test]
    fn the_rate_is_taken_after_housing_benefit() {
        let mut tables = small_town();
        // 400 euros less 50 of 1,000 is the maximum itself; one cent more is not.
        tables.households[0].resources_eur_month = CentsPerMonth(100_000);
        tables.households[0].housing_benefit_eur_month = Some(CentsPerMonth(5_000));
        tables.dwellings[1].charges_eur_month = CentsPerMonth(5_001);
        let values = [("net_cost_eur_month", "350.01"), ("resources_eur_month", "1000"), ("effort_percent", "35.1"), ("max_percent", "35")];
        assert_eq!(verdicts(&EffortRate, &tables, &policy(), "H1"), [None, Some(refusal(CODE, &values))]);
    }

    #[test]
    fn without_resources_only_a_covered_dwelling_fits() {
        let mut tables = small_town();
        tables.households[0].resources_eur_month = CentsPerMonth(0);
        tables.households[0].housing_benefit_eur_month = Some(CentsPerMonth(40_000));
        tables.dwellings[1].rent_eur_month = CentsPerMonth(36_000);
        let values = [("net_cost_eur_month", "10"), ("resources_eur_month", "0"), ("effort_percent", "∞"), ("max_percent", "35")];
        assert_eq!(verdicts(&EffortRate, &tables, &policy(), "H1"), [None, Some(refusal(CODE, &values))]);
    }

    #[test]
    fn the_policy_sets_the_maximum() {
        let tables = small_town();
        let refused = |max: i64| {
            let policy = policy_with(&format!("[rules.effort_rate]\nmax_per_mille = {max}"));
            verdicts(&EffortRate, &tables, &policy, "H1")[0].is_some()
        };
        // 400 of 1,500 euros are 266.7 thousandths; a benefit that is not estimated counts 0.
        assert_eq!([266, 267].map(refused), [true, false]);
    }
}
