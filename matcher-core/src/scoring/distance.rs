//! Distance to the places that matter to the household.

use crate::eligibility::{Card, Parameter, Parameters};
use crate::error::{Place as At, Report};
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::model::{Model, Place};
use crate::policy::Policy;
use crate::units::{MicroDegrees, distance};

use super::nearness::Nearness;
use super::ramp::Ramp;
use super::{Criterion, Fact, Marks, Measure};

/// The nearer to care, school, work and family, the better.
#[derive(Debug)]
pub(super) struct Distance;

const CODE: &str = "distance";
const KINDS: &str = "kinds";
const FULL: &str = "full_m";
const ZERO: &str = "zero_m";
const UNKNOWN: &str = "unknown_per_mille";

static CARD: Card = Card {
    name: ["Proximité", "Nearness"],
    about: [
        "Distance à vol d'oiseau de la résidence aux lieux que le ménage a indiqués (soins, école, travail, famille) : la moyenne des points de chaque lieu. Sans lieu indiqué ou sans coordonnées de la résidence, une note neutre.",
        "Straight-line distance from the residence to the places that the household stated (care, school, work, family): the mean of the marks of each place. Without a stated place, or where the residence has no coordinates, a neutral mark.",
    ],
    sentence: ["{places} lieu(x) indiqué(s), à {distance_m} m en moyenne.", "{places} place(s) stated, {distance_m} m away on average."],
    source: "CCH art. L441-1 (distance to work, services and schools among what is considered)",
    version: "1",
    parameters: &[
        Parameter { name: KINDS, default: "care|school|work|family", about: ["Lieux qui comptent", "Places that count"] },
        Parameter {
            name: FULL,
            default: "500",
            about: ["Distance jusqu'à laquelle tous les points sont donnés", "Distance up to which marks are full"],
        },
        Parameter {
            name: ZERO,
            default: "5000",
            about: ["Distance à partir de laquelle il n'y en a plus", "Distance from which on there are none"],
        },
        Parameter { name: UNKNOWN, default: "500", about: ["Note neutre", "Neutral mark"] },
    ],
};

impl Criterion for Distance {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        let (full, zero) = (parameters.integer(FULL, 0..=100_000, report), parameters.integer(ZERO, 1..=1_000_000, report));
        if zero <= full {
            let place = At::file("policy.toml").column("criteria.distance.zero_m");
            report.error("E1604", place, "the distance without marks is not above the distance with full marks", "write a longer distance");
        }
        let kinds = parameters.codes(KINDS, report);
        let counted =
            |places: &'m Vec<Place>| places.iter().filter(|place| kinds.contains(&place.kind)).map(|place| place.position).collect();
        Box::new(Ways {
            residence: &model.dwellings.residence,
            positions: model.residences.iter().map(|residence| residence.position).collect(),
            places: model.households.places.iter().map(counted).collect(),
            served: model.served(),
            nearness: Nearness::new(model, full, zero),
            ramp: Ramp::new(full, zero),
            unknown: parameters.integer(UNKNOWN, 0..=1000, report) as i32,
        })
    }
}

type Position = (MicroDegrees, MicroDegrees);

struct Ways<'m> {
    residence: &'m [ResidenceIndex],
    positions: Vec<Option<Position>>,
    /// Places that count, per household.
    places: Vec<Vec<Position>>,
    served: Vec<ResidenceIndex>,
    /// The served residences as loops read them, where that is exact.
    nearness: Option<Nearness>,
    ramp: Ramp,
    unknown: i32,
}

impl Ways<'_> {
    /// Metres from the residence to each place that counts; none where that cannot be said.
    fn metres(&self, household: HouseholdIndex, residence: ResidenceIndex) -> impl ExactSizeIterator<Item = i64> + '_ {
        let from = self.positions.get(residence.index()).copied().flatten();
        let places = self.places.get(household.index()).filter(|_| from.is_some()).map(Vec::as_slice).unwrap_or_default();
        let from = from.unwrap_or_default();
        places.iter().map(move |&to| distance(from, to).0)
    }

    /// The mark by single distances.
    fn mark(&self, household: HouseholdIndex, residence: ResidenceIndex) -> i32 {
        let ways = self.metres(household, residence);
        let count = ways.len() as u64;
        let sum: u64 = ways.map(|metres| u64::from(self.ramp.at(metres))).sum();
        sum.checked_div(count).map_or(self.unknown, |mean| mean as i32)
    }
}

impl Measure for Ways<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let places = self.places.get(household.index()).map(Vec::as_slice).unwrap_or_default();
        if places.is_empty() {
            return marks.everywhere(self.unknown);
        }
        if let Some(nearness) = &self.nearness {
            nearness.mark(places, self.unknown, marks);
        } else {
            marks.residences(self.served.as_slice(), |_, residence| self.mark(household, residence));
        }
    }

    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact> {
        let Some(&residence) = self.residence.get(dwelling.index()) else { return Vec::new() };
        let ways = self.metres(household, residence);
        let count = ways.len() as i64;
        let mean = ways.sum::<i64>().checked_div(count);
        vec![("places", count.to_string()), ("distance_m", mean.map_or_else(|| "–".to_owned(), |mean| mean.to_string()))]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::policy_with;
    use crate::tables::rows::PlaceRow;

    /// A place so many metres north of the test residence; a microdegree of latitude is 0.111195 m.
    fn place(kind: &str, metres: i64) -> PlaceRow {
        let lat = MicroDegrees(45_764_000 + (metres * 1_000_000 + 111_194) / 111_195);
        PlaceRow { line: 2, household: "H1".into(), kind: kind.into(), lat, lon: MicroDegrees(4_835_700) }
    }

    type Stated = &'static [(&'static str, i64)];

    fn change(places: &Stated, tables: &mut crate::tables::rows::Tables) {
        tables.places = places.iter().map(|&(kind, metres)| place(kind, metres)).collect();
    }

    #[test]
    fn mean_of_the_places_stated() {
        let table: [(Stated, u16); 6] = [
            (&[], 500),
            (&[("work", 100)], 1000),
            (&[("work", 2750)], 500),
            (&[("work", 6000)], 0),
            (&[("work", 6000), ("school", 400)], 500),
            (&[("care", 500), ("family", 2750), ("school", 5000)], 500),
        ];
        golden(&Distance, &policy_with(""), &table, change);
    }

    #[test]
    fn only_the_kinds_of_the_policy_count() {
        let policy = policy_with("[criteria.distance]\nkinds = ['care']\nunknown_per_mille = 250");
        let table: [(Stated, u16); 2] = [(&[("work", 100)], 250), (&[("work", 6000), ("care", 100)], 1000)];
        golden(&Distance, &policy, &table, change);
    }

    #[test]
    fn a_residence_without_coordinates_is_neutral() {
        golden(&Distance, &policy_with(""), &[((), 500)], |(), tables| {
            tables.places = vec![place("work", 100)];
            (tables.residences[0].lat, tables.residences[0].lon) = (None, None);
        });
    }
}
