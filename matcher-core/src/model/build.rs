//! From the rows of the tables to the columns of the model, at one reference date.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Place as At, Report};
use crate::ids::HouseholdIndex;
use crate::tables::rows::{HouseholdRow, Tables};
use crate::units::Date;

use super::households::{self, columns};
use super::park::Park;
use super::people;
use super::quartiles::{income_per_unit, quartile_bounds};
use super::tenancies::{self, Tenancies};
use super::{Ceilings, Model};

/// The rows of a table by id; an id that stands twice is reported and its first row kept.
pub(super) fn by_id<'t, T>(
    rows: &'t [T],
    file: &str,
    key: impl Fn(&'t T) -> (&'t str, u64),
    report: &mut Report,
) -> BTreeMap<&'t str, &'t T> {
    let mut sorted: Vec<(&str, &T)> = rows.iter().map(|row| (key(row).0, row)).collect();
    sorted.sort_by_key(|one| one.0);
    if sorted.is_sorted_by(|a, b| a.0 < b.0) {
        // Made at once, not row by row: the usual case, and the tables may be a nation's.
        return sorted.into_iter().collect();
    }
    let mut map = BTreeMap::new();
    let mut lines = BTreeMap::new();
    for row in rows {
        let (id, line) = key(row);
        let first = *lines.entry(id).or_insert(line);
        if map.contains_key(id) {
            let cause = format!("the id {id} stands twice, first in row {first}");
            report.error("E1009", At::file(file).row(line).column("id"), cause, "give each row its own id");
        } else {
            map.insert(id, row);
        }
    }
    map
}

/// Reports an id that no row has.
pub(super) fn unknown(at: At<'_>, id: &str, table: &str, report: &mut Report) {
    report.error("E1011", at, format!("there is no {id} in {table}"), format!("add it to {table} or remove it here"));
}

/// What `first` and `second` make, on two threads where there are two; findings stand in `report` as if one had run after the other.
fn side_by_side<A: Send, B: Send>(
    report: &mut Report,
    first: impl FnOnce(&mut Report) -> A + Send,
    second: impl FnOnce(&mut Report) -> B + Send,
) -> (A, B) {
    let mut later = Report::default();
    let made = rayon::join(|| first(report), || second(&mut later));
    report.append(later);
    made
}

/// Makes the model at the reference date `date`.
///
/// Every dwelling with an `available_from` is to be allocated, whenever that day is: how far ahead a run looks is the rule
/// `availability`. The stock are the tenancies that hold on `date`, without those under notice in a dwelling to allocate: there
/// the newcomer takes the place. Columns stand in the order of ids, so that the order of the rows changes nothing.
///
/// # Errors
/// [`Error::Input`] with every finding of `report`, those of the reading included: unknown or repeated ids, births after the
/// date, households without exactly one reference person, dwellings let twice or let without end though to be allocated, a
/// dwelling to allocate whose income ceilings are not known on `date`. Warnings stay in `report`.
///
/// # Complexity
/// O(n log n), n rows; dwellings beside persons, applicants beside stock and pairs, in the current rayon pool.
///
/// ```
/// use matcher_core::error::Report;
/// use matcher_core::model::build;
/// use matcher_core::tables::rows::Tables;
/// let mut report = Report::default();
/// let model = build(&Tables::default(), "2025-06-15".parse().unwrap(), &mut report).unwrap();
/// assert!(model.dwellings.is_empty() && model.households.is_empty());
/// ```
pub fn build(tables: &Tables, date: Date, report: &mut Report) -> Result<Model, Error> {
    let (park, (rows, people)) = side_by_side(
        report,
        |report| Park::new(tables, date, report),
        |report| {
            let rows = by_id(&tables.households, "households.csv", |row| (&row.id, row.line), report);
            let people = people::by_household(tables, &rows, date, report);
            (rows, people)
        },
    );
    let tenancies = Tenancies::new(tables, &rows, &park, date, report);
    let ceilings = ceilings(tables, &park, date, report);

    let applying: Vec<&HouseholdRow> = rows.values().copied().filter(|row| row.applying).collect();
    let index: BTreeMap<&str, HouseholdIndex> =
        applying.iter().enumerate().map(|(position, row)| (row.id.as_str(), HouseholdIndex::new(position))).collect();
    check_households(&rows, &people, &tenancies, report);

    let counted: BTreeSet<&str> = index.keys().copied().chain(tenancies.staying().map(|(household, _)| household)).collect();
    let incomes = rows.values().filter(|row| counted.contains(row.id.as_str()));
    let quartile_bounds = quartile_bounds(incomes.map(|row| income_per_unit(row.income_eur_year, row.consumption_units)).collect());

    let context = households::Context { tables, people: &people, park: &park, tenancies: &tenancies, quartile_bounds, date };
    let (households, (stock, affinities)) = side_by_side(
        report,
        |report| columns(&context, &applying, &index, report),
        |report| (tenancies::stock(&context, &rows, &index), households::affinities(tables, &rows, &index, report)),
    );
    let Park { residences, sizes, all, dwellings, .. } = park;
    let model =
        Model { date, residences, dwellings, households, stock, residence_sizes: sizes, park: all, ceilings, affinities, quartile_bounds };
    if report.is_clean() {
        return Ok(model);
    }
    std::mem::take(report).into_result(model)
}

/// The ceilings at the date; a dwelling to allocate without one is reported once per financing and zone.
fn ceilings(tables: &Tables, park: &Park<'_>, date: Date, report: &mut Report) -> Ceilings {
    let own = !tables.ceilings.is_empty();
    let ceilings = if own { Ceilings::at(&tables.ceilings, date, report) } else { Ceilings::at(&Ceilings::built_in(), date, report) };
    let mut needed = BTreeMap::new();
    for (position, &financing) in park.dwellings.financing.iter().enumerate() {
        let residence = park.dwellings.residence.get(position).and_then(|r| park.residences.get(r.index()));
        let (Some(residence), Some(row)) = (residence, park.vacancy_row(position)) else { continue };
        if !ceilings.knows(financing, &residence.ceiling_zone) {
            let first = needed.entry((financing, residence.ceiling_zone.as_str())).or_insert(row.line);
            *first = row.line.min(*first);
        }
    }
    for ((financing, zone), line) in needed {
        let whose = if own { "ceilings.csv has" } else { "the built-in table has" };
        let cause = format!("no income ceiling is known for {} in zone {zone} on {date}", financing.code());
        let action = format!(
            "{whose} none valid on that day: give ceilings.csv with the categories 1 to 7 of every financing and zone in use, \
             correct the zone, or choose another reference date"
        );
        report.error("E1303", At::file("dwellings.csv").row(line).column("financing"), cause, action);
    }
    ceilings
}

/// What each household must have, and the warning about one that plays no part.
fn check_households(
    rows: &BTreeMap<&str, &HouseholdRow>,
    people: &BTreeMap<&str, people::Members>,
    tenancies: &Tenancies<'_>,
    report: &mut Report,
) {
    for (id, row) in rows {
        let at = At::file("households.csv").row(row.line);
        if !row.applying && tenancies.home(id).is_none() {
            let cause = "the household neither applies nor lives in a dwelling of the tables on the reference date";
            report.warning("E1310", at, cause, "nothing to do if it is kept on purpose: it plays no part in this run");
            continue;
        }
        if row.consumption_units.0 <= 0 {
            report.error("E1043", at.column("consumption_units"), "consumption units must be above 0", "write 1 for a person alone");
        }
        if row.category == 0 {
            report.error("E1043", at.column("category"), "there is no category 0", "write 1 to 6, one more for each further person");
        }
        let references = people.get(id).map_or(0, |members| members.references);
        if references != 1 {
            let cause = format!("the household has {references} reference persons");
            report.error("E1070", at, cause, "give exactly one of its rows in persons.csv the role reference");
        }
    }
}

#[cfg(test)]
mod tests;
