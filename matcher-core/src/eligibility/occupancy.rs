//! Main rooms against the household's need by the provider's bedroom norm.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::{Model, Person};
use crate::policy::{BedroomNorm, Policy};
use crate::tables::rows::Role;

use super::{Card, Parameter, Parameters, Rule, Screen, Verdicts, Violation};

/// Neither too small nor too large for the household.
#[derive(Debug)]
pub(super) struct Occupancy;

const CODE: &str = "occupancy";
const SPARE: &str = "spare_rooms_max";
const MISSING: &str = "missing_rooms_max";

static CARD: Card = Card {
    name: ["Taille du logement", "Size of the dwelling"],
    about: [
        "Le nombre de pièces principales doit convenir au ménage, selon la norme de chambres de la politique d'attribution.",
        "The number of main rooms must suit the household, by the policy's bedroom norm.",
    ],
    sentence: [
        "Pièces principales du logement : {rooms} ; au ménage il en faut {needed} (admis : de {fewest} à {most}).",
        "Main rooms of the dwelling: {rooms}; the household needs {needed} (allowed: {fewest} to {most}).",
    ],
    source: "CCH art. L441-1 (size of the household), L621-2 (under-occupation: more than one main room above the persons); norm by INSEE's rules",
    version: "1",
    parameters: &[
        Parameter { name: SPARE, default: "1", about: ["Pièces de plus que le besoin, au plus", "Rooms above the need, at most"] },
        Parameter { name: MISSING, default: "0", about: ["Pièces de moins que le besoin, au plus", "Rooms below the need, at most"] },
    ],
};

/// Main rooms that these persons need by `norm`.
///
/// A partner counts as half of a couple only beside a reference person; every further partner and other person has a room.
pub fn rooms_needed(norm: &BedroomNorm, persons: &[Person]) -> i64 {
    let count = |role| persons.iter().filter(|person| person.role == role).count() as i64;
    let partners = count(Role::Partner);
    let child_ages: Vec<i64> = persons.iter().filter(|person| person.role == Role::Child).map(|person| person.age).collect();
    norm.rooms(partners > 0, &child_ages, count(Role::Other) + (partners - 1).max(0))
}

impl Rule for Occupancy {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let parameters = Parameters::of_rule(self, policy);
        Box::new(Rooms {
            column: &model.dwellings.rooms,
            needed: model.households.persons.iter().map(|persons| rooms_needed(&policy.bedroom_norm, persons)).collect(),
            spare: parameters.integer(SPARE, 0..=20, report),
            missing: parameters.integer(MISSING, 0..=20, report),
        })
    }
}

struct Rooms<'m> {
    column: &'m [i64],
    needed: Vec<i64>,
    spare: i64,
    missing: i64,
}

impl Screen for Rooms<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let needed = self.needed.get(household.index()).copied().unwrap_or_default();
        let (fewest, most) = (needed - self.missing, needed + self.spare);
        verdicts.check(
            self.column,
            move |&rooms| fewest <= rooms && rooms <= most,
            |rooms| Violation {
                rule: CODE,
                values: vec![
                    ("rooms", rooms.to_string()),
                    ("needed", needed.to_string()),
                    ("fewest", fewest.max(1).to_string()),
                    ("most", most.to_string()),
                ],
            },
        );
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        u32::try_from(self.needed.get(household.index()).copied().unwrap_or_default()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{person, policy, policy_with, small_town};

    #[test]
    fn a_family_of_four_needs_four_rooms_where_children_are_grown() {
        let mut tables = small_town();
        tables.persons.extend([person("H1", Role::Partner, 41), person("H1", Role::Child, 19), person("H1", Role::Child, 12)]);
        tables.dwellings[0].rooms = 4;
        tables.dwellings[1].rooms = 3;
        let refused = refusal(CODE, &[("rooms", "3"), ("needed", "4"), ("fewest", "4"), ("most", "5")]);
        assert_eq!(verdicts(&Occupancy, &tables, &policy(), "H1"), [None, Some(refused)]);
    }

    #[test]
    fn a_person_alone_is_not_offered_three_rooms() {
        let mut tables = small_town();
        tables.dwellings[1].rooms = 3;
        let refused = refusal(CODE, &[("rooms", "3"), ("needed", "1"), ("fewest", "1"), ("most", "2")]);
        assert_eq!(verdicts(&Occupancy, &tables, &policy(), "H1"), [None, Some(refused)]);
    }

    #[test]
    fn the_policy_may_allow_more_or_less() {
        let mut tables = small_town();
        tables.persons.push(person("H1", Role::Other, 60));
        tables.dwellings[1].rooms = 5;
        let policy = policy_with("[rules.occupancy]\nspare_rooms_max = 2\nmissing_rooms_max = 1");
        assert_eq!(verdicts(&Occupancy, &tables, &policy, "H1"), [None, None]);
    }

    #[test]
    fn a_second_partner_has_a_room() {
        let person = |role| Person { age: 40, role, needs: vec![] };
        let persons = [person(Role::Reference), person(Role::Partner), person(Role::Partner)];
        assert_eq!(rooms_needed(&BedroomNorm::default(), &persons), 3);
    }
}
