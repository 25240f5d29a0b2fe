//! The persons of a new household, and what follows from who they are.

use crate::model::{ceiling_category, consumption_units, full_years};
use crate::scenario::change::Faults;
use crate::scenario::town::Town;
use crate::tables::dates;
use crate::tables::names::is_code;
use crate::tables::rows::{HouseholdRow, PersonRow, Role, Text};
use crate::units::{CentiUnits, CentsPerMonth, CentsPerYear, Date};

/// Most persons of a household, as in the tables.
const MOST: usize = 30;
/// Most resources a month that the tables hold, in cents.
const MOST_RESOURCES: i64 = 10_000_000;
/// Above this, an age is taken for a slip of the pen.
const OLDEST: i64 = 125;

/// A person before the household has an id.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) role: Role,
    pub(super) born: Option<Date>,
    pub(super) age: Option<i64>,
    pub(super) needs: Vec<Text>,
}

impl Person {
    /// Reads `role age [need ...]`, the age in years or a birth date; what is wrong with it otherwise.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let mut words = text.split_whitespace();
        let role = words.next().and_then(|word| Role::ALL.into_iter().find(|role| role.code() == word));
        let Some(role) = role else { return Err("a person begins with reference, partner, child or other") };
        let Some(age) = words.next() else { return Err("a person has an age or a birth date after the role") };
        let born = dates::parse(age).ok();
        let years = age.bytes().all(|byte| byte.is_ascii_digit()).then(|| age.parse::<i64>().ok()).flatten().filter(|age| *age <= OLDEST);
        if born.is_none() && years.is_none() {
            return Err("after the role stands an age from 0 to 125, or a birth date as YYYY-MM-DD");
        }
        let needs: Vec<Text> = words.map(Text::from).collect();
        let is_repeated = (1..needs.len()).any(|at| needs.iter().take(at).any(|need| Some(need) == needs.get(at)));
        if is_repeated || !needs.iter().all(|need| is_code(need)) {
            return Err("needs are codes of lower-case letters, each once");
        }
        Ok(Self { role, born, age: years.filter(|_| born.is_none()), needs })
    }

    /// Age in full years on `date`.
    pub(super) fn age(&self, date: Date) -> i64 {
        self.born.map_or(self.age.unwrap_or(0), |born| full_years(born, date))
    }
}

/// What is wrong with them as a household.
pub(super) fn fault(persons: &[Person]) -> Option<&'static str> {
    if persons.iter().filter(|person| person.role == Role::Reference).count() != 1 {
        Some("a household has exactly one reference person")
    } else if persons.len() > MOST {
        Some("a household has at most 30 persons")
    } else {
        None
    }
}

/// What a change says of a household that applies, beside its persons.
#[derive(Debug, Clone, Default)]
pub(super) struct Application {
    pub(super) category: Option<u8>,
    pub(super) income: CentsPerYear,
    pub(super) units: Option<CentiUnits>,
    pub(super) resources: Option<CentsPerMonth>,
    pub(super) benefit: Option<CentsPerMonth>,
    pub(super) points: i64,
    pub(super) waiting_since: Option<Date>,
    pub(super) tags: Vec<Text>,
    pub(super) admissible: Option<bool>,
    pub(super) charter: bool,
    pub(super) choices: Vec<Text>,
    pub(super) exclusions: Vec<Text>,
    pub(super) rights: Vec<Text>,
}

impl Application {
    /// Wishes and refusals name what is there, and do not contradict each other.
    pub(super) fn check(&self, town: &Town, faults: &mut Faults<'_>) {
        let is_residence = |id: &str| town.tables.residences.iter().any(|row| row.id == id);
        let is_territory = |id: &str| town.tables.residences.iter().any(|row| row.territory == id);
        for choice in self.choices.iter().filter(|choice| !is_residence(choice)) {
            faults.unknown("choices", choice, "residences.csv");
        }
        for exclusion in self.exclusions.iter().filter(|id| !is_residence(id) && !is_territory(id)) {
            faults.unknown("exclusions", exclusion, "residences.csv");
        }
        for both in self.choices.iter().filter(|choice| self.exclusions.contains(choice)) {
            faults.contradicts("exclusions", format!("{both} is both wished and refused"), "remove it from one of the two");
        }
    }

    /// Puts the household into the tables: what was not said follows from its persons and its income, or is the usual.
    pub(super) fn file(&self, town: &mut Town, id: &Text, persons: &[Person], faults: &mut Faults<'_>) {
        let ages: Vec<(i64, Role)> = persons.iter().map(|person| (person.age(town.date), person.role)).collect();
        if ages.iter().any(|(age, _)| !(0..=OLDEST).contains(age)) {
            let cause = format!("a person of {id} is not between 0 and {OLDEST} years old on the reference date");
            faults.contradicts("persons", cause, "correct the birth date");
        }
        town.tables.households.push(HouseholdRow {
            line: 0,
            id: id.clone(),
            applying: true,
            category: self.category.unwrap_or_else(|| ceiling_category(&ages)),
            income_eur_year: self.income,
            consumption_units: self.units.unwrap_or_else(|| consumption_units(ages.iter().map(|person| person.0))),
            resources_eur_month: self.resources.unwrap_or(CentsPerMonth((self.income.0 / 12).min(MOST_RESOURCES))),
            housing_benefit_eur_month: self.benefit,
            points: self.points,
            waiting_since: Some(self.waiting_since.unwrap_or(town.date)),
            priority_tags: self.tags.clone(),
            admissible: self.admissible.unwrap_or(true),
            charter_interest: self.charter,
            choices: self.choices.clone(),
            exclusions: self.exclusions.clone(),
            rights: self.rights.clone(),
            current_dwelling: Text::default(),
        });
        town.tables.persons.extend(persons.iter().map(|person| PersonRow {
            line: 0,
            household: id.clone(),
            birth_date: person.born,
            age: person.age,
            role: person.role,
            needs: person.needs.clone(),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_read_or_their_fault_is_said() {
        let person = Person::read("child 2019-05-04 step_free ground_floor").unwrap();
        assert_eq!((person.role, person.age(jiff::civil::date(2025, 5, 3)), person.needs.len()), (Role::Child, 5, 2));
        assert_eq!(Person::read(" reference  34 ").unwrap().age, Some(34));
        for text in
            ["", "34", "reference", "reference old", "reference -3", "reference 126", "child 2019-02-30", "child 4 Step", "child 4 a a"]
        {
            assert!(Person::read(text).is_err(), "{text}");
        }
    }
}
