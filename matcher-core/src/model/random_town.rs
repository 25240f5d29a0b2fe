//! Random towns in which every column varies, for the tests of rules and criteria. Compiled for tests only.

use super::testing::{DATE, dwelling, household, person, residence, tenancy};
use crate::ids::draw;
use crate::tables::rows::{Accessibility, AuthorisationRow, Financing, HelpRow, PlaceRow, Role, Tables, Text};
use crate::units::{CentiSquareMetres, CentiUnits, CentsPerMonth, CentsPerYear, MicroDegrees};

/// A stream of draws.
pub(crate) struct Stream {
    pub(crate) seed: u64,
    pub(crate) position: u64,
}

impl Stream {
    pub(crate) fn below(&mut self, end: i64) -> i64 {
        self.position += 1;
        (draw(self.seed, &self.position.to_string()) % end as u64) as i64
    }

    pub(crate) fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as i64) as usize].clone()
    }

    pub(crate) fn some_of(&mut self, codes: &[&str]) -> Vec<Text> {
        codes.iter().filter(|_| self.below(3) == 0).map(|&code| code.into()).collect()
    }
}

/// A town in which every column varies.
pub(crate) fn random_town(seed: u64) -> Tables {
    let mut stream = Stream { seed, position: 0 };
    let mut tables = Tables::default();
    for number in 0..5 {
        let mut row = residence(&format!("R{number}"));
        row.territory = stream.one_of(&["T1", "T2"]).into();
        row.programme = stream.one_of(&["chers_voisins", "cocoon_ages", ""]).into();
        tables.residences.push(row);
    }
    for (id, min_age, max_age, need) in [("A0", Some(65), None, "step_free"), ("A1", None, Some(29), ""), ("A2", None, None, "step_free")] {
        tables.authorisations.push(AuthorisationRow {
            line: 2,
            id: id.into(),
            min_age,
            max_age,
            need: need.into(),
            legal_basis: "loi ASV art. 20".into(),
            author: "prefet".into(),
            valid_from: DATE,
            valid_to: None,
        });
    }
    for number in 0..40 {
        let mut row = dwelling(&format!("D{number:02}"), &format!("R{}", stream.below(5)));
        row.floor = stream.below(4);
        row.rooms = 1 + stream.below(5) as u8;
        row.rent_eur_month = CentsPerMonth(20_000 + stream.below(60_000));
        row.financing = stream.one_of(&[Financing::Plai, Financing::Plus, Financing::Pls, Financing::Free]);
        row.accessibility = stream.one_of(&[Accessibility::None, Accessibility::StepFree, Accessibility::Adapted]);
        row.reservation = stream.one_of(&["", "", "prefet", "action_logement"]).into();
        row.earmark = stream.one_of(&["", "", "", "A0", "A1", "A2"]).into();
        row.available_from = (stream.below(8) > 0).then(|| DATE.saturating_add(jiff::Span::new().days(stream.below(240))));
        tables.dwellings.push(row);
    }
    for number in 0..30 {
        let id = format!("H{number:02}");
        let mut row = household(&id);
        row.category = 1 + stream.below(7) as u8;
        row.income_eur_year = CentsPerYear(stream.below(6_000_000));
        row.resources_eur_month = CentsPerMonth(stream.below(300_000));
        row.housing_benefit_eur_month = (stream.below(2) == 0).then(|| CentsPerMonth(stream.below(40_000)));
        row.consumption_units = CentiUnits(100 + stream.below(200));
        row.admissible = stream.below(10) > 0;
        row.charter_interest = stream.below(2) == 0;
        row.choices = if stream.below(2) == 0 { vec![] } else { stream.some_of(&["R0", "R1", "R2", "R3", "R4"]) };
        row.exclusions = if stream.below(2) == 0 { vec![] } else { stream.some_of(&["R0", "R1"]) };
        row.rights = stream.some_of(&["prefet", "action_logement"]);
        if stream.below(4) == 0 {
            row.current_dwelling = format!("D{number:02}").into();
        }
        tables.households.push(row);
        let mut reference = person(&id, Role::Reference, 18 + stream.below(80));
        reference.needs = if stream.below(3) == 0 { stream.some_of(&["step_free", "ground_floor", "adapted"]) } else { vec![] };
        tables.persons.push(reference);
        for _ in 0..stream.below(5) {
            let role = stream.one_of(&[Role::Partner, Role::Child, Role::Child, Role::Other]);
            tables.persons.push(person(&id, role, stream.below(40)));
        }
    }
    surroundings(&mut tables, &mut stream);
    tables
}

/// Where residences stand, what households need near them, who could help whom, and who lives in the residences already.
fn surroundings(tables: &mut Tables, stream: &mut Stream) {
    for row in &mut tables.residences {
        row.lift = stream.below(2) == 0;
        row.lat = (stream.below(6) > 0).then(|| MicroDegrees(45_700_000 + stream.below(100_000)));
        row.lon = row.lat.map(|_| MicroDegrees(4_800_000 + stream.below(100_000)));
    }
    for row in &mut tables.dwellings {
        row.area_m2 = CentiSquareMetres(900 + stream.below(12_000));
        row.charges_eur_month = CentsPerMonth(stream.below(20_000));
    }
    for number in 0..tables.households.len() {
        let row = &mut tables.households[number];
        row.points = stream.below(150);
        row.waiting_since = (stream.below(5) > 0).then(|| DATE.saturating_sub(jiff::Span::new().days(stream.below(3_000))));
        let id = row.id.clone();
        for kind in stream.some_of(&["care", "school", "work", "family", "church"]) {
            let (lat, lon) = (MicroDegrees(45_700_000 + stream.below(100_000)), MicroDegrees(4_800_000 + stream.below(100_000)));
            tables.places.push(PlaceRow { line: 2, household: id.clone(), kind, lat, lon });
        }
        for skill in stream.some_of(&["errands", "company", "school_help"]) {
            let (offers, hours_week) = (stream.below(2) == 0, 1 + stream.below(6));
            tables.help.push(HelpRow { line: 2, household: id.clone(), skill, offers, hours_week });
        }
    }
    // Some of those who apply live in a dwelling that is not to be let; others only live there.
    let let_now: Vec<Text> = tables.dwellings.iter().filter(|row| row.available_from.is_none()).map(|row| row.id.clone()).collect();
    for (number, home) in let_now.into_iter().enumerate() {
        let movers = tables.households.iter_mut().find(|row| row.current_dwelling == home && row.applying);
        if let Some(row) = movers {
            tables.tenancies.push(tenancy(&home, &row.id));
            continue;
        }
        let id = Text::from(format!("L{number:02}"));
        let mut row = household(&id);
        (row.applying, row.waiting_since) = (false, None);
        tables.households.push(row);
        tables.persons.push(person(&id, Role::Reference, 20 + stream.below(70)));
        tables.tenancies.push(tenancy(&home, &id));
        for skill in stream.some_of(&["errands", "company", "school_help"]) {
            let (offers, hours_week) = (stream.below(2) == 0, 1 + stream.below(6));
            tables.help.push(HelpRow { line: 2, household: id.clone(), skill, offers, hours_week });
        }
    }
}
