//! Points of the grid (cotation).

use crate::eligibility::{Card, Parameter, Parameters};
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::policy::Policy;

use super::ramp::Ramp;
use super::{Criterion, Fact, Marks, Measure};

/// The household's points, relative to the most that the grid gives.
#[derive(Debug)]
pub(super) struct PriorityPoints;

const CODE: &str = "priority_points";
const MOST: &str = "points_max";

static CARD: Card = Card {
    name: ["Cotation", "Points of the grid"],
    about: [
        "Points de la grille de cotation, rapportés au maximum de la grille ; au-delà, tous les points.",
        "Points of the grid, relative to the grid's maximum; above it marks are full.",
    ],
    sentence: ["{points} points de cotation sur {points_max}.", "{points} points of the grid out of {points_max}."],
    source: "CCH art. L441-2-8; decree 2019-1378 of 17 Dec 2019 (cotation)",
    version: "1",
    parameters: &[Parameter { name: MOST, default: "100", about: ["Points du maximum", "Points of the maximum"] }],
};

impl Criterion for PriorityPoints {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        Box::new(Points { points: &model.households.points, most: parameters.integer(MOST, 1..=1_000_000_000, report) })
    }
}

struct Points<'m> {
    points: &'m [i64],
    most: i64,
}

impl Points<'_> {
    fn of(&self, household: HouseholdIndex) -> i64 {
        self.points.get(household.index()).copied().unwrap_or_default()
    }
}

impl Measure for Points<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        marks.everywhere(Ramp::new(self.most, 0).at(self.of(household)).into());
    }

    fn facts(&self, household: HouseholdIndex, _dwelling: DwellingIndex) -> Vec<Fact> {
        vec![("points", self.of(household).to_string()), ("points_max", self.most.to_string())]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::policy_with;

    #[test]
    fn points_over_the_maximum_of_the_policy() {
        let policy = policy_with("[criteria.priority_points]\npoints_max = 60");
        golden(&PriorityPoints, &policy, &[(0, 0), (20, 333), (30, 500), (60, 1000), (90, 1000), (-5, 0)], |&points, tables| {
            tables.households[0].points = points;
        });
    }
}
