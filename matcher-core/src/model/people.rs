//! Persons of households at the reference date.

use std::collections::BTreeMap;

use crate::error::{Place as At, Report};
use crate::tables::rows::{HouseholdRow, PersonRow, Role, Tables};
use crate::units::Date;

use super::Person;
use super::ages::{OLDEST, full_years};
use super::build::unknown;

/// The persons of one household: the reference person first, then partner, children, others, each by age.
#[derive(Default)]
pub(super) struct Members {
    pub(super) persons: Vec<Person>,
    pub(super) references: usize,
}

impl Members {
    /// Age of the reference person; 0 where there is none, which is reported.
    pub(super) fn age(&self) -> i64 {
        self.persons.first().map_or(0, |person| person.age)
    }

    /// Need codes of anybody, sorted, each once.
    pub(super) fn needs(&self) -> Vec<String> {
        sorted(self.persons.iter().flat_map(|person| &person.needs))
    }
}

/// The codes in order, each once.
pub(super) fn sorted<'a, T: AsRef<str> + 'a>(codes: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    let mut codes: Vec<String> = codes.into_iter().map(|code| code.as_ref().to_owned()).collect();
    codes.sort();
    codes.dedup();
    codes
}

pub(super) fn by_household<'t>(
    tables: &'t Tables,
    rows: &BTreeMap<&'t str, &'t HouseholdRow>,
    date: Date,
    report: &mut Report,
) -> BTreeMap<&'t str, Members> {
    // Persons of one household mostly follow each other: runs first, the map of them at once.
    let mut runs: Vec<(&str, Members)> = Vec::new();
    for row in &tables.persons {
        if runs.last().is_none_or(|(household, _)| *household != row.household) {
            let Some((&household, _)) = rows.get_key_value(row.household.as_str()) else {
                unknown(At::file("persons.csv").row(row.line).column("household"), &row.household, "households.csv", report);
                continue;
            };
            runs.push((household, Members::default()));
        }
        let Some((_, members)) = runs.last_mut() else { continue };
        members.references += usize::from(row.role == Role::Reference);
        members.persons.push(Person { age: age(row, date, report), role: row.role, needs: sorted(&row.needs) });
    }
    runs.sort_by_key(|run| run.0);
    runs.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1.references += later.1.references;
            first.1.persons.append(&mut later.1.persons);
        }
        same
    });
    let mut households: BTreeMap<&str, Members> = runs.into_iter().collect();
    for members in households.values_mut() {
        members.persons.sort_by(|a, b| (a.role, a.age, &a.needs).cmp(&(b.role, b.age, &b.needs)));
    }
    households
}

fn age(row: &PersonRow, date: Date, report: &mut Report) -> i64 {
    let at = At::file("persons.csv").row(row.line);
    let (age, column) = match (row.birth_date, row.age) {
        (Some(birth), None) => (full_years(birth, date), "birth_date"),
        (None, Some(age)) => (age, "age"),
        (None, None) => {
            report.error("E1071", at.column("birth_date"), "the person has neither birth date nor age", "write one of them");
            return 0;
        }
        (Some(_), Some(_)) => {
            report.error("E1071", at.column("age"), "the person has both a birth date and an age", "keep the birth date");
            return 0;
        }
    };
    if age < 0 && column == "birth_date" {
        let action = "correct the birth date; an unborn child is entered when it is born";
        report.error("E1301", at.column(column), format!("the person is born after the reference date {date}"), action);
    } else if !(0..=OLDEST).contains(&age) {
        report.error("E1302", at.column(column), format!("the age on {date} is not between 0 and {OLDEST}"), "correct it");
    }
    age
}
