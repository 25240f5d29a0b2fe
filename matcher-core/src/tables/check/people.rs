//! Households, their persons and places, affinities and help.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::error::{Place, Report};
use crate::tables::load::Draft;
use crate::tables::rows::{Role, Text};

use super::{Known, PIECE, in_pieces, repeats};

/// Most persons of a household; more is a slip, or a hostel that is no household.
const MOST_PERSONS: u32 = 30;

pub(super) fn households(draft: &Draft, known: &Known<'_>, report: &mut Report) {
    let territories: BTreeSet<&str> = draft.residences.rows.iter().map(|row| row.territory.as_str()).collect();
    in_pieces(&draft.households.rows, report, |rows, report| {
        let (mut residences, mut dwellings) = (known.residences.finder(), known.dwellings.finder());
        for row in rows {
            let place = Place::file("households.csv").row(row.line);
            if row.applying && row.waiting_since.is_none() {
                let cause = "the household applies but has no day of application";
                report.error("E1081", place.column("waiting_since"), cause, "write the day of the application");
            }
            let refused: BTreeSet<&str> = row.exclusions.iter().map(Text::as_str).collect();
            for choice in &row.choices {
                residences.named(choice, place.column("choices"), report);
                if refused.contains(choice.as_str()) {
                    report.error(
                        "E1082",
                        place.column("exclusions"),
                        "a residence is both wished and refused",
                        "remove it from one of the two",
                    );
                }
            }
            for exclusion in row.exclusions.iter().filter(|exclusion| !territories.contains(exclusion.as_str())) {
                // A row that could not be read may hold the territory: then nothing is known about it.
                if draft.residences.whole {
                    residences.named(exclusion, place.column("exclusions"), report);
                }
            }
            if !row.current_dwelling.is_empty() {
                dwellings.named(&row.current_dwelling, place.column("current_dwelling"), report);
            }
        }
    });
}

pub(super) fn persons(draft: &Draft, known: &Known<'_>, report: &mut Report) {
    let mut owners: Vec<Option<u32>> = vec![None; draft.persons.rows.len()];
    let pieces: Vec<_> = draft.persons.rows.chunks(PIECE).zip(owners.chunks_mut(PIECE)).collect();
    let found = pieces.into_par_iter().map(|(rows, owners)| {
        let (mut households, mut report) = (known.households.finder(), Report::default());
        for (row, owner) in rows.iter().zip(owners) {
            let place = Place::file("persons.csv").row(row.line);
            *owner = households.named(&row.household, place.column("household"), &mut report).map(|at| at as u32);
            match (row.birth_date, row.age) {
                (None, None) => {
                    report.error("E1071", place.column("birth_date"), "neither birth date nor age is given", "write one of the two");
                }
                (Some(_), Some(_)) => {
                    report.error("E1071", place.column("age"), "birth date and age are both given", "keep one of the two");
                }
                _ => {}
            }
        }
        report
    });
    let found: Vec<Report> = found.collect();
    for found in found {
        report.append(found);
    }
    let mut counts = vec![(0u32, 0u32); draft.households.rows.len()];
    for (row, owner) in draft.persons.rows.iter().zip(owners) {
        if let Some((persons, references)) = owner.and_then(|at| counts.get_mut(at as usize)) {
            *persons += 1;
            *references += u32::from(row.role == Role::Reference);
        }
    }
    for (at, (row, &(persons, references))) in draft.households.rows.iter().zip(&counts).enumerate() {
        if known.households.is_repeated(at) {
            continue;
        }
        let place = Place::file("households.csv").row(row.line).column("id");
        if persons > MOST_PERSONS {
            let cause = format!("the household has more than {MOST_PERSONS} persons");
            report.error("E1018", place, cause, "correct persons.csv: a household is the people who would move in together");
        }
        if persons == 0 && draft.persons.whole {
            report.error("E1018", place, "the household has no person", "add its persons to persons.csv");
        } else if references > 1 {
            let action = "leave the role reference to one of them in persons.csv";
            report.error("E1070", place, "the household has more than one reference person", action);
        } else if references == 0 && draft.persons.whole {
            let action = "give one of its persons the role reference in persons.csv";
            report.error("E1070", place, "the household has no reference person", action);
        }
    }
}

pub(super) fn places(draft: &Draft, known: &Known<'_>, report: &mut Report) {
    in_pieces(&draft.places.rows, report, |rows, report| {
        let mut households = known.households.finder();
        for row in rows {
            households.named(&row.household, Place::file("places.csv").row(row.line).column("household"), report);
        }
    });
    for (row, earlier) in repeats(&draft.places.rows, |row| (&row.household, &row.kind, row.lat, row.lon), |row| row.line) {
        let cause = format!("the same place of the household stands on row {earlier} too");
        report.error("E1012", Place::file("places.csv").row(row.line), cause, "keep one row");
    }
}

pub(super) fn affinities(draft: &Draft, known: &Known<'_>, report: &mut Report) {
    let file = Place::file("affinities.csv");
    let mut households = known.households.finder();
    for row in &draft.affinities.rows {
        let place = file.row(row.line);
        if row.household_a == row.household_b {
            report.error("E1017", place.column("household_b"), "a household is paired with itself", "remove the row");
        }
        for (household, column) in [(&row.household_a, "household_a"), (&row.household_b, "household_b")] {
            let at = households.named(household, place.column(column), report);
            if at.and_then(|at| draft.households.rows.get(at)).is_some_and(|household| !household.applying) {
                let action = "remove the row, or correct applying in households.csv";
                report.warning("E1090", place.column(column), "the household does not apply, so that the points are never earned", action);
            }
        }
    }
    let pair = |a, b| if a < b { (a, b) } else { (b, a) };
    for (row, earlier) in repeats(&draft.affinities.rows, |row| pair(&row.household_a, &row.household_b), |row| row.line) {
        let cause = format!("the same two households stand on row {earlier} too");
        report.error("E1012", file.row(row.line), cause, "keep one row for the pair, in either order");
    }
}

pub(super) fn help(draft: &Draft, known: &Known<'_>, report: &mut Report) {
    let file = Place::file("help.csv");
    in_pieces(&draft.help.rows, report, |rows, report| {
        let mut households = known.households.finder();
        for row in rows {
            households.named(&row.household, file.row(row.line).column("household"), report);
        }
    });
    for (row, earlier) in repeats(&draft.help.rows, |row| (&row.household, &row.skill), |row| row.line) {
        let cause = format!("the household and the skill stand on row {earlier} too");
        report.error("E1012", file.row(row.line), cause, "keep one row: a household offers a skill or needs it");
    }
}
