//! Random towns that break no rule of the tables.

use crate::ids::draw;
use crate::tables::rows::{
    Accessibility, AffinityRow, AuthorisationRow, CeilingRow, DwellingRow, Financing, HelpRow, HouseholdRow, LedgerRow, PersonRow,
    PlaceRow, QuotaRow, ResidenceRow, Role, Tables, TenancyRow, Text,
};
use crate::units::{CentiSquareMetres, CentiUnits, CentsPerMonth, CentsPerYear, Date, MicroDegrees};

/// Numbers drawn one after the other from a seed.
pub(crate) struct Draws {
    seed: u64,
    next: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next += 1;
        draw(self.seed, &self.next.to_string()) % end
    }

    fn number(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as u64) as i64
    }

    pub(crate) fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }

    fn some<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chance(2) { Some(value(self)) } else { None }
    }

    fn day(&mut self, from: i16, to: i16) -> Date {
        Date::new(self.number(from.into(), to.into()) as i16, self.number(1, 12) as i8, self.number(1, 28) as i8).unwrap()
    }

    fn text(&mut self) -> String {
        let parts = ["", "Résidence", " ", ",", "\"", "\n", "\t", "=", "-", "'", ";", "|", "<script>", "été", "\u{202e}", "𝔘", "\\", "\r"];
        let text: String = (0..self.below(6)).map(|_| self.pick(&parts)).collect();
        // A line end inside a cell is read as LF whichever way it was written, and a cell of nothing but blanks is an empty one.
        let text = text.replace("\r\n", "\n");
        if text.trim().is_empty() { String::new() } else { text }
    }

    fn filled_text(&mut self) -> String {
        format!("Loi{}", self.text())
    }

    fn codes(&mut self, from: &[&str]) -> Vec<Text> {
        from.iter().filter(|_| self.chance(3)).map(|&code| code.into()).collect()
    }
}

pub(crate) fn town(seed: u64) -> Tables {
    let mut d = Draws::new(seed);
    let mut t = Tables::default();
    let territories = ["T1", "quartier é", "69266"];
    for r in 0..=d.below(3) {
        let located = d.chance(2);
        t.residences.push(ResidenceRow {
            line: 0,
            id: format!("R{r}"),
            name: d.text(),
            territory: d.pick(&territories).into(),
            programme: d.pick(&["", "chers_voisins", "cocoon_ages"]).into(),
            priority_district: d.chance(2),
            ceiling_zone: d.pick(&["autres_regions", "ile_de_france", "outre_mer"]).into(),
            lat: located.then(|| MicroDegrees(d.number(-90_000_000, 90_000_000))),
            lon: located.then(|| MicroDegrees(d.number(-180_000_000, 180_000_000))),
            lift: d.chance(2),
        });
    }
    for a in 0..d.below(3) {
        t.authorisations.push(AuthorisationRow {
            line: 0,
            id: format!("aut {a}"),
            min_age: Some(d.number(0, 65)),
            max_age: d.some(|d| d.number(65, 130)),
            need: d.pick(&["", "step_free"]).into(),
            legal_basis: d.filled_text(),
            author: d.filled_text(),
            valid_from: d.day(1900, 2100),
            valid_to: d.some(|d| d.day(2101, 2200)),
        });
    }
    for n in 0..=d.below(20) {
        let earmarked = !t.authorisations.is_empty() && d.chance(3);
        t.dwellings.push(DwellingRow {
            line: 0,
            id: format!("d{n}").into(),
            residence: d.pick(&t.residences).id.into(),
            staircase: d.pick(&["", "A", "B"]).into(),
            floor: d.number(-2, 30),
            typology: d.number(1, 6) as u8,
            rooms: d.number(1, 9) as u8,
            area_m2: CentiSquareMetres(d.number(900, 20_000)),
            rent_eur_month: CentsPerMonth(d.number(0, 200_000)),
            charges_eur_month: CentsPerMonth(d.number(0, 30_000)),
            financing: d.pick(&Financing::ALL),
            accessibility: d.pick(&Accessibility::ALL),
            reservation: d.pick(if earmarked { &["", "action_logement"] } else { &["", "prefet"] }).into(),
            earmark: if earmarked { d.pick(&t.authorisations).id.into() } else { Text::default() },
            available_from: d.some(|d| d.day(2024, 2027)),
        });
    }
    let mut let_homes: Vec<DwellingRow> = t.dwellings.clone();
    for n in 0..=d.below(30) {
        let id = Text::from(format!("h{n}é"));
        let home = if d.chance(3) { let_homes.pop() } else { None };
        if let Some(home) = &home {
            t.tenancies.push(TenancyRow {
                line: 0,
                dwelling: home.id.clone(),
                household: id.clone(),
                since: d.some(|d| d.day(1950, 2000)),
                until: home.available_from.map(|day| day.yesterday().unwrap()),
            });
        }
        let applying = home.is_none() || d.chance(2);
        let (choices, exclusions): (Vec<_>, Vec<_>) = t.residences.iter().map(|r| Text::from(r.id.as_str())).partition(|_| d.chance(2));
        t.households.push(HouseholdRow {
            line: 0,
            id: id.clone(),
            applying,
            category: d.number(1, 8) as u8,
            income_eur_year: CentsPerYear(d.number(0, 9_000_000)),
            consumption_units: CentiUnits(d.number(100, 400)),
            resources_eur_month: CentsPerMonth(d.number(0, 500_000)),
            housing_benefit_eur_month: d.some(|d| CentsPerMonth(d.number(0, 50_000))),
            points: d.number(-10, 500),
            waiting_since: if applying { Some(d.day(2000, 2024)) } else { None },
            priority_tags: d.codes(&["dalo", "violence", "handicap"]),
            admissible: d.chance(2),
            charter_interest: d.chance(2),
            choices,
            exclusions,
            rights: d.codes(&["prefet", "action_logement"]),
            current_dwelling: home.map(|home| home.id).unwrap_or_default(),
        });
        for person in 0..=d.below(4) {
            let born = d.some(|d| d.day(1920, 2020));
            t.persons.push(PersonRow {
                line: 0,
                household: id.clone(),
                birth_date: born,
                age: if born.is_none() { Some(d.number(0, 100)) } else { None },
                role: if person == 0 { Role::Reference } else { d.pick(&Role::ALL[1..]) },
                needs: d.codes(&["step_free", "ground_floor"]),
            });
        }
        if d.chance(2) {
            let (lat, lon) = (MicroDegrees(d.number(-90_000_000, 90_000_000)), MicroDegrees(d.number(-180_000_000, 180_000_000)));
            t.places.push(PlaceRow {
                line: 0,
                household: id.clone(),
                kind: d.pick(&["care", "school", "work", "family"]).into(),
                lat,
                lon,
            });
        }
        if d.chance(2) {
            let skill = d.pick(&["errands", "childcare", "company"]).into();
            t.help.push(HelpRow { line: 0, household: id.clone(), skill, offers: d.chance(2), hours_week: d.number(1, 168) });
        }
        if n > 0 && d.chance(3) {
            let other = format!("h{}é", d.below(n)).into();
            t.affinities.push(AffinityRow { line: 0, household_a: id, household_b: other, points: d.number(0, 100) });
        }
    }
    for q in 0..d.below(4) {
        let share = d.chance(2);
        t.quotas.push(QuotaRow {
            line: 0,
            id: format!("q{q}"),
            version: d.text(),
            valid_from: d.pick(&["", "2024-01-01"]).into(),
            valid_to: d.pick(&["", "2026-12-31"]).into(),
            legal_basis: d.text(),
            author: d.text(),
            scope: "*".into(),
            group: "age=60..74".into(),
            measure: d.pick(&["households", "persons"]).into(),
            basis: "run".into(),
            unit: if share { "share" } else { "count" }.into(),
            denominator: if share { "offers" } else { "" }.into(),
            min: d.pick(if share { &["", "12.5"] } else { &["", "3"] }).into(),
            target: d.pick(&["", "20"]).into(),
            max: "25".into(),
            rounding: d.pick(&["", "legal", "outward", "nearest"]).into(),
            penalty_below: d.pick(&["", "10"]).into(),
            penalty_above: d.pick(&["", "10"]).into(),
            target_penalty: "5".into(),
            target_penalty_step: d.pick(&["", "0", "10"]).into(),
        });
        if d.chance(2) {
            let signed = d.number(0, 100);
            t.ledger.push(LedgerRow {
                line: 0,
                quota: format!("q{q}"),
                counted: d.number(0, 200),
                signed,
                expected: signed + d.number(0, 100),
            });
        }
    }
    for category in 1..=7 {
        t.ceilings.push(CeilingRow {
            line: 0,
            financing: Financing::Plus,
            category,
            zone: "outre_mer".into(),
            valid_from: d.day(2020, 2024),
            valid_to: d.some(|d| d.day(2025, 2030)),
            ceiling_eur_year: CentsPerYear(d.number(0, 9_000_000)),
        });
    }
    t
}

/// The same rows without the lines of their files.
pub(crate) fn without_lines(mut t: Tables) -> Tables {
    t.residences.iter_mut().for_each(|row| row.line = 0);
    t.dwellings.iter_mut().for_each(|row| row.line = 0);
    t.authorisations.iter_mut().for_each(|row| row.line = 0);
    t.households.iter_mut().for_each(|row| row.line = 0);
    t.persons.iter_mut().for_each(|row| row.line = 0);
    t.places.iter_mut().for_each(|row| row.line = 0);
    t.tenancies.iter_mut().for_each(|row| row.line = 0);
    t.affinities.iter_mut().for_each(|row| row.line = 0);
    t.help.iter_mut().for_each(|row| row.line = 0);
    t.quotas.iter_mut().for_each(|row| row.line = 0);
    t.ledger.iter_mut().for_each(|row| row.line = 0);
    t.ceilings.iter_mut().for_each(|row| row.line = 0);
    t
}
