//! What the home costs the household out of its resources.

use crate::eligibility::{Card, Parameter, Parameters, per_cent};
use crate::error::{Place, Report};
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::policy::Policy;
use crate::units::CentsPerMonth;

use super::ramp::{PerMille, Ramp, cut};
use super::{Criterion, Fact, Marks, Measure, value_at};

/// Rent and charges, less housing benefit, over resources: the lower the better.
#[derive(Debug)]
pub(super) struct EffortRate;

const CODE: &str = "effort_rate";
const FULL: &str = "full_per_mille";
const ZERO: &str = "zero_per_mille";

static CARD: Card = Card {
    name: ["Taux d'effort", "Housing effort rate"],
    about: [
        "Loyer et charges, moins l'aide au logement estimée, rapportés aux ressources mensuelles : tous les points jusqu'à un taux, aucun à partir d'un autre, en ligne droite entre les deux.",
        "Rent and charges less the estimated housing benefit, over monthly resources: full marks up to one rate, none from another on, a straight line between.",
    ],
    sentence: ["Taux d'effort de {rate} %.", "Housing effort rate of {rate} %."],
    source: "CCH art. R441-3-1 (effort rate shown to the commission); USH, Repères 47",
    version: "1",
    parameters: &[
        Parameter {
            name: FULL,
            default: "200",
            about: ["Taux jusqu'auquel tous les points sont donnés", "Rate up to which marks are full"],
        },
        Parameter { name: ZERO, default: "400", about: ["Taux à partir duquel il n'y en a plus", "Rate from which on there are none"] },
    ],
};

/// Cents per month that stand for "more than anybody has": costs beyond are as good as these, where benefits are at most half of it.
const MOST_COST: i64 = 1 << 30;

/// A rate that stands for "no resources at all".
const BEYOND: i64 = 1_000_000;

impl Criterion for EffortRate {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        let (full, zero) = (parameters.integer(FULL, 0..=1000, report), parameters.integer(ZERO, 0..=1000, report));
        if zero <= full {
            let place = Place::file("policy.toml").column("criteria.effort_rate.zero_per_mille");
            report.error("E1604", place, "the rate without marks is not above the rate with full marks", "write a higher rate");
        }
        let dwellings = &model.dwellings;
        let cost: Vec<i64> =
            dwellings.rent.iter().zip(&dwellings.charges).map(|(rent, charges)| rent.0.saturating_add(charges.0)).collect();
        Box::new(Effort {
            narrow: cost.iter().map(|&cost| cost.clamp(-MOST_COST, MOST_COST) as i32).collect(),
            cost,
            resources: &model.households.resources,
            benefit: &model.households.housing_benefit,
            ramp: Ramp::new(full, zero),
            zero,
            slope: PerMille::new(zero - full).map(|slope| (slope, (zero - full) as i32)),
        })
    }
}

struct Effort<'m> {
    /// Rent and charges per dwelling, cents per month.
    cost: Vec<i64>,
    resources: &'m [CentsPerMonth],
    benefit: &'m [Option<CentsPerMonth>],
    /// The same as loops read it, in at most 31 bits.
    narrow: Vec<i32>,
    ramp: Ramp,
    /// Rate from which on there are no marks, and shares of the way down to it.
    zero: i64,
    slope: Option<(PerMille, i32)>,
}

impl Effort<'_> {
    /// Resources and benefit, cents per month.
    fn means(&self, household: HouseholdIndex) -> (i64, i64) {
        let benefit = self.benefit.get(household.index()).copied().flatten().unwrap_or_default();
        (self.resources.get(household.index()).copied().unwrap_or_default().0, benefit.0)
    }
}

/// Per mille of resources, rounded up: half a cent above a limit is above it.
fn rate(cost: i64, (resources, benefit): (i64, i64)) -> i64 {
    let own = cost.saturating_sub(benefit).max(0);
    if own == 0 {
        0
    } else if resources <= 0 {
        BEYOND
    } else {
        let exact = (1000 * i128::from(own) + i128::from(resources) - 1) / i128::from(resources);
        exact.min(i128::from(BEYOND)) as i64
    }
}

impl Measure for Effort<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let means @ (resources, benefit) = self.means(household);
        // With nothing at all a covered dwelling has full marks and any other none: as with one cent, and one cent more of benefits.
        let (known, extra) = (resources.max(1), i64::from(resources <= 0));
        match (PerMille::new(known), self.slope) {
            (Some(share), Some((slope, span))) if benefit.abs() <= MOST_COST / 2 => {
                // The rate rounded up is 1000 less the share that is left, rounded down; marks go by how far that is above what is
                // left at the rate without marks.
                let (left, beyond) = ((resources.max(0) + extra + benefit) as i32, 1000 - self.zero);
                if known >= 1000 {
                    // A cent is less than a thousandth: there are cents at which marks begin and at which they are full.
                    let cents = |per_mille: i64| ((per_mille * known + 999) / 1000) as i32;
                    let (none, full, beyond) = (cents(beyond), cents(beyond + i64::from(span)), beyond as i32);
                    let below = move |cost: i32| share.of((left - cost).max(none).min(full)) - beyond;
                    // Most slopes are whole marks per thousandth of resources: one step less for every pair.
                    if 1000 % span == 0 {
                        marks.multiples(1000 / span, self.narrow.as_slice(), below);
                    } else {
                        marks.dwellings(self.narrow.as_slice(), move |cost| slope.of(below(cost)));
                    }
                } else {
                    let (known, beyond) = (known as i32, beyond as i32);
                    marks.dwellings(self.narrow.as_slice(), move |cost| slope.of(cut(share.of(cut(left - cost, known)) - beyond, span)));
                }
            }
            // More than any household has.
            _ => marks.dwellings(self.cost.as_slice(), |cost| self.ramp.at(rate(cost, means)).into()),
        }
    }

    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact> {
        vec![("rate", per_cent(rate(value_at(&self.cost, dwelling), self.means(household))))]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::policy_with;

    #[test]
    fn straight_from_a_fifth_to_two_fifths() {
        // (rent, charges, benefit, resources) in cents per month.
        let table = [
            ((20_000, 10_000, None, 150_000), 1000),
            ((40_000, 5_000, None, 150_000), 500),
            ((60_000, 5_000, Some(20_000), 150_000), 500),
            ((60_000, 0, None, 150_000), 0),
            ((90_000, 0, None, 150_000), 0),
            ((20_000, 0, Some(30_000), 150_000), 1000),
            ((20_000, 0, None, 0), 0),
            ((20_000, 0, Some(20_000), 0), 1000),
            ((30_001, 0, None, 150_000), 995),
        ];
        golden(&EffortRate, &policy_with(""), &table, |&(rent, charges, benefit, resources), tables| {
            tables.dwellings[0].rent_eur_month = CentsPerMonth(rent);
            tables.dwellings[0].charges_eur_month = CentsPerMonth(charges);
            tables.households[0].housing_benefit_eur_month = benefit.map(CentsPerMonth);
            tables.households[0].resources_eur_month = CentsPerMonth(resources);
        });
    }

    #[test]
    fn the_loop_without_division_gives_the_mark_of_the_rate() {
        let mut draws = 0..;
        let mut below = |end: i64| {
            let at: i64 = draws.next().unwrap_or_default();
            (crate::ids::draw(7, &at.to_string()) % end as u64) as i64
        };
        for (full, zero) in [(200, 400), (0, 1000), (333, 334), (0, 1)] {
            let policy = policy_with(&format!("[criteria.effort_rate]\nfull_per_mille = {full}\nzero_per_mille = {zero}"));
            for _ in 0..25 {
                let mut tables = crate::model::testing::small_town();
                let most = [100, 300_000, PerMille::MOST + 2][below(3) as usize];
                let resources = below(most);
                let benefit = (below(2) == 0).then(|| below(40_000));
                tables.households[0].resources_eur_month = CentsPerMonth(resources);
                tables.households[0].housing_benefit_eur_month = benefit.map(CentsPerMonth);
                for cost in [below(100), below(200_000), resources / 3, resources, MOST_COST + below(1_000)] {
                    tables.dwellings[0].rent_eur_month = CentsPerMonth(cost);
                    let total = cost + tables.dwellings[0].charges_eur_month.0;
                    let expected = Ramp::new(full, zero).at(rate(total, (resources, benefit.unwrap_or(0))));
                    golden(&EffortRate, &policy, &[(tables.clone(), expected)], |changed, tables| tables.clone_from(changed));
                }
            }
        }
    }

    #[test]
    fn rates_in_the_wrong_order_are_refused() {
        let policy = policy_with("[criteria.effort_rate]\nfull_per_mille = 300\nzero_per_mille = 300");
        let model = crate::model::testing::model(&crate::model::testing::small_town());
        let mut report = Report::default();
        EffortRate.prepare(&model, &policy, &mut report);
        assert_eq!(report.errors.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E1604"]);
    }
}
