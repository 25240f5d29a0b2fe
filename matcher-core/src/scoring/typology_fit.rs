//! Rooms against the household's need, and area per person.

use crate::eligibility::{Card, Parameter, Parameters, rooms_needed};
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::policy::Policy;
use crate::units::CentiSquareMetres;

use super::ramp::{PerMille, Ramp, cut};
use super::{Criterion, Fact, Marks, Measure, narrow16, narrow32, square_metres, value_at};

/// Neither too small nor too large, and enough area for everybody.
#[derive(Debug)]
pub(super) struct TypologyFit;

const CODE: &str = "typology_fit";
const SPARE: &str = "spare_room_loss_per_mille";
const MISSING: &str = "missing_room_loss_per_mille";
const AREA: &str = "area_part_per_mille";
const FIRST: &str = "area_first_person_m2";
const FURTHER: &str = "area_further_person_m2";

static CARD: Card = Card {
    name: ["Taille adaptée", "Fitting size"],
    about: [
        "Le nombre de pièces correspond au besoin du ménage (norme de chambres de la politique) et la surface suffit à ses personnes. La surface compte de la surface minimale de la loi (9 m², 16 m² à deux, 9 m² de plus par personne) à la surface souhaitée.",
        "The number of rooms meets the household's need (bedroom norm of the policy) and the area is enough for its persons. Area counts from the minimum of the law (9 m2, 16 m2 for two, 9 m2 more per person) to the area wished for.",
    ],
    sentence: [
        "{rooms} pièces pour un besoin de {needed}, {area_m2} m² pour {persons} personne(s).",
        "{rooms} rooms for a need of {needed}, {area_m2} m2 for {persons} person(s).",
    ],
    source: "CCH art. L441-1 (size of the household); minimum areas: CCH art. R822-25 (formerly D542-14)",
    version: "1",
    parameters: &[
        Parameter { name: SPARE, default: "300", about: ["Perte par pièce de plus que le besoin", "Loss per room above the need"] },
        Parameter { name: MISSING, default: "500", about: ["Perte par pièce de moins que le besoin", "Loss per room below the need"] },
        Parameter { name: AREA, default: "300", about: ["Part de la surface dans la note", "Part of the area in the mark"] },
        Parameter { name: FIRST, default: "30", about: ["Surface souhaitée, première personne", "Area wished for, first person"] },
        Parameter {
            name: FURTHER,
            default: "14",
            about: ["Surface souhaitée, chaque personne de plus", "Area wished for, each further person"],
        },
    ],
};

impl Criterion for TypologyFit {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        let (first, further) = (parameters.integer(FIRST, 9..=200, report), parameters.integer(FURTHER, 7..=200, report));
        let households = model.households.persons.iter().map(|persons| {
            let size = persons.len() as i64;
            let wished = 100 * (first + further * (size - 1).max(0));
            let least = legal_minimum(size).min(wished);
            let rooms = rooms_needed(&policy.bedroom_norm, persons);
            Need { rooms, persons: size, least, wished, part: PerMille::new(wished - least) }
        });
        Box::new(Size {
            rooms: &model.dwellings.rooms,
            area: &model.dwellings.area,
            narrow: model
                .dwellings
                .rooms
                .iter()
                .zip(&model.dwellings.area)
                .map(|(&rooms, area)| (narrow16(rooms), narrow32(area.0.max(0))))
                .unzip(),
            needs: households.collect(),
            spare_loss: parameters.integer(SPARE, 0..=1000, report) as i32,
            missing_loss: parameters.integer(MISSING, 0..=1000, report) as i32,
            area_part: parameters.integer(AREA, 0..=1000, report) as i32,
        })
    }
}

/// Hundredths of a square metre that the law asks for so many persons.
const fn legal_minimum(persons: i64) -> i64 {
    match persons {
        ..=1 => 900,
        2..=7 => 1_600 + 900 * (persons - 2),
        _ => 7_000,
    }
}

struct Need {
    rooms: i64,
    persons: i64,
    /// Area without marks and with full marks, hundredths of a square metre.
    least: i64,
    wished: i64,
    /// Shares of what lies between.
    part: Option<PerMille>,
}

struct Size<'m> {
    rooms: &'m [i64],
    area: &'m [CentiSquareMetres],
    /// Rooms and areas again, as loops read them.
    narrow: (Vec<i16>, Vec<i32>),
    needs: Vec<Need>,
    spare_loss: i32,
    missing_loss: i32,
    area_part: i32,
}

impl Measure for Size<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let Some(need) = self.needs.get(household.index()) else { return };
        let needed = i32::from(narrow16(need.rooms));
        let Self { spare_loss, missing_loss, area_part, .. } = *self;
        let mark = move |rooms: i16, of_area: i32| {
            // Losses are not negative: the smaller of the two lines is the one on whose side the rooms are.
            let spare = i32::from(rooms) - needed;
            let of_rooms = (1000 - spare_loss * spare).min(1000 + missing_loss * spare).max(0);
            ((of_rooms * (1000 - area_part) + of_area * area_part) as u32 / 1000) as i32
        };
        let columns = (self.narrow.0.as_slice(), self.narrow.1.as_slice());
        if let Some(part) = need.part {
            let (least, span) = (narrow32(need.least), narrow32(need.wished - need.least));
            marks.dwellings(columns, move |(rooms, area)| mark(rooms, part.of(cut(area - least, span))));
        } else {
            // The parameters leave nothing between, or more than any household wishes.
            let ramp = Ramp::new(need.wished, need.least);
            marks.dwellings(columns, move |(rooms, area)| mark(rooms, ramp.at(area.into()).into()));
        }
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        // The persons decide what is wished, and with their rooms everything.
        let need = self.needs.get(household.index())?;
        let (persons, rooms) = (u32::try_from(need.persons).ok()?, u32::try_from(need.rooms).ok()?);
        (persons < 100 && rooms < 100).then_some(100 * persons + rooms)
    }

    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact> {
        let Some(need) = self.needs.get(household.index()) else { return Vec::new() };
        vec![
            ("rooms", value_at(self.rooms, dwelling).to_string()),
            ("needed", need.rooms.to_string()),
            ("area_m2", square_metres(value_at(self.area, dwelling))),
            ("persons", need.persons.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::{person, policy_with, small_town};
    use crate::tables::rows::Role;

    #[test]
    fn rooms_and_area_of_a_person_alone() {
        // Needs 1 room; 9 m2 are the minimum, 30 m2 wished for (areas in hundredths of a square metre).
        let table = [((1, 3_000), 1000), ((1, 1_950), 850), ((1, 900), 700), ((2, 4_500), 790), ((3, 6_000), 580), ((6, 12_000), 300)];
        golden(&TypologyFit, &policy_with(""), &table, |rooms_area: &(u8, i64), tables| {
            (tables.dwellings[0].rooms, tables.dwellings[0].area_m2) = (rooms_area.0, CentiSquareMetres(rooms_area.1));
        });
    }

    #[test]
    fn a_family_that_misses_a_room() {
        // A couple with two children needs 3 rooms, 34 m2 at least, 72 m2 wished for.
        let policy = policy_with("[criteria.typology_fit]\narea_part_per_mille = 500");
        let table = [((3, 7_200), 1000), ((2, 7_200), 750), ((2, 5_300), 500), ((1, 3_400), 0), ((4, 8_000), 850)];
        golden(&TypologyFit, &policy, &table, |rooms_area: &(u8, i64), tables| {
            *tables = small_town();
            tables.persons.extend([person("H1", Role::Partner, 35), person("H1", Role::Child, 9), person("H1", Role::Child, 5)]);
            (tables.dwellings[0].rooms, tables.dwellings[0].area_m2) = (rooms_area.0, CentiSquareMetres(rooms_area.1));
        });
    }

    #[test]
    fn minimum_areas_of_the_law() {
        assert_eq!([0, 1, 2, 3, 7, 8, 12].map(legal_minimum), [900, 900, 1600, 2500, 6100, 7000, 7000]);
    }
}
