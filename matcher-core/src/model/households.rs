//! Columns of the households that apply.

use std::collections::BTreeMap;

use crate::error::{Place as At, Report};
use crate::ids::{HouseholdIndex, ResidenceIndex};
use crate::tables::rows::{HouseholdRow, Tables};
use crate::units::Date;

use super::build::unknown;
use super::park::Park;
use super::people::{Members, sorted};
use super::quartiles::{income_per_unit, quartile};
use super::tenancies::Tenancies;
use super::{CurrentDwelling, Help, Households, Place};

/// What the columns are made from.
pub(super) struct Context<'c, 't> {
    pub(super) tables: &'t Tables,
    pub(super) people: &'c BTreeMap<&'t str, Members>,
    pub(super) park: &'c Park<'t>,
    pub(super) tenancies: &'c Tenancies<'t>,
    pub(super) quartile_bounds: [i64; 3],
    pub(super) date: Date,
}

impl Context<'_, '_> {
    /// Income quartile of a household.
    pub(super) fn quartile(&self, row: &HouseholdRow) -> u8 {
        quartile(self.quartile_bounds, income_per_unit(row.income_eur_year, row.consumption_units))
    }
}

pub(super) fn columns(
    context: &Context<'_, '_>,
    applying: &[&HouseholdRow],
    index: &BTreeMap<&str, HouseholdIndex>,
    report: &mut Report,
) -> Households {
    let mut households = Households::default();
    let mut places = places(context.tables, index);
    let mut help = help(context.tables, index);
    check_owners(context.tables, report);
    let nobody = Members::default();
    for row in applying {
        let members = context.people.get(row.id.as_str()).unwrap_or(&nobody);
        households.id.push(row.id.to_string());
        households.category.push(row.category);
        households.income.push(row.income_eur_year);
        households.consumption_units.push(row.consumption_units);
        households.income_quartile.push(context.quartile(row));
        households.resources.push(row.resources_eur_month);
        households.housing_benefit.push(row.housing_benefit_eur_month);
        households.points.push(row.points);
        households.waiting_days.push(waiting_days(row, context.date, report));
        households.tags.push(sorted(&row.priority_tags));
        households.admissible.push(row.admissible);
        households.charter.push(row.charter_interest);
        households.choices.push(choices(row, context.park, report));
        households.exclusions.push(exclusions(row, context.park, report));
        households.rights.push(sorted(&row.rights));
        households.persons.push(members.persons.clone());
        households.age.push(members.age());
        households.needs.push(members.needs());
        households.places.push(places.remove(row.id.as_str()).unwrap_or_default());
        households.help.push(help.remove(row.id.as_str()).unwrap_or_default());
        households.current.push(current(row, context, report));
    }
    households
}

/// Days since the application. One dated after the reference date counts 0 days and gets a warning, as does a missing date.
fn waiting_days(row: &HouseholdRow, date: Date, report: &mut Report) -> i64 {
    let at = At::file("households.csv").row(row.line).column("waiting_since");
    let Some(since) = row.waiting_since else {
        report.warning("E1081", at, "the application has no date", "write it: without one the household counts as waiting 0 days");
        return 0;
    };
    if since > date {
        let cause = format!("the application is dated after the reference date {date}");
        report.warning("E1314", at, cause, "correct the date: the household counts as waiting 0 days");
        return 0;
    }
    date.duration_since(since).as_hours() / 24
}

/// The wished residences, the first naming of each.
fn choices(row: &HouseholdRow, park: &Park<'_>, report: &mut Report) -> Vec<ResidenceIndex> {
    let mut wished = Vec::with_capacity(row.choices.len());
    for id in &row.choices {
        match park.residence(id) {
            Some(residence) if wished.contains(&residence) => {}
            Some(residence) => wished.push(residence),
            None => unknown(At::file("households.csv").row(row.line).column("choices"), id, "residences.csv", report),
        }
    }
    wished
}

/// The refused residences; a code that is a residence and a territory refuses both.
fn exclusions(row: &HouseholdRow, park: &Park<'_>, report: &mut Report) -> Vec<ResidenceIndex> {
    let mut refused = Vec::new();
    for code in &row.exclusions {
        let found = park.residences_of(code);
        if found.is_empty() {
            unknown(At::file("households.csv").row(row.line).column("exclusions"), code, "residences.csv", report);
        }
        refused.extend(found);
    }
    refused.sort_unstable();
    refused.dedup();
    refused
}

/// Where the household lives: its tenancy decides; without one, the dwelling its row names.
fn current(row: &HouseholdRow, context: &Context<'_, '_>, report: &mut Report) -> Option<CurrentDwelling> {
    let at = At::file("households.csv").row(row.line).column("current_dwelling");
    let named = if row.current_dwelling.is_empty() {
        None
    } else {
        let position = context.park.position(&row.current_dwelling);
        if position.is_none() {
            unknown(at, &row.current_dwelling, "dwellings.csv", report);
        }
        position
    };
    let home = context.tenancies.home(&row.id);
    match (named, home) {
        (Some(named), Some(home)) if named != home => {
            let cause = format!("the household's tenancy on {} is in another dwelling", context.date);
            report.error("E1075", at, cause, "make current_dwelling and tenancies.csv agree");
        }
        (Some(_), None) => {
            let cause = format!("the household has no tenancy in its current dwelling on {}", context.date);
            report.warning("E1075", at, cause, "add it to tenancies.csv: it is not counted among those who live there");
        }
        _ => {}
    }
    let (dwelling, entry) = context.park.dwelling(home.or(named)?)?;
    Some(CurrentDwelling {
        id: dwelling.id.to_string(),
        residence: entry.residence,
        rooms: i64::from(dwelling.rooms),
        rent: dwelling.rent_eur_month,
    })
}

/// Reports places and help of households that are in no table.
fn check_owners(tables: &Tables, report: &mut Report) {
    let known: std::collections::BTreeSet<&str> = tables.households.iter().map(|row| row.id.as_str()).collect();
    let places = tables.places.iter().map(|row| ("places.csv", row.line, &row.household));
    let help = tables.help.iter().map(|row| ("help.csv", row.line, &row.household));
    for (file, line, household) in places.chain(help) {
        if !known.contains(household.as_str()) {
            unknown(At::file(file).row(line).column("household"), household, "households.csv", report);
        }
    }
}

fn places<'t, T>(tables: &'t Tables, wanted: &BTreeMap<&str, T>) -> BTreeMap<&'t str, Vec<Place>> {
    let mut by_household: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for row in tables.places.iter().filter(|row| wanted.contains_key(row.household.as_str())) {
        let place = Place { kind: row.kind.to_string(), position: (row.lat, row.lon) };
        by_household.entry(&row.household).or_default().push(place);
    }
    for places in by_household.values_mut() {
        places.sort_by(|a, b| (&a.kind, a.position).cmp(&(&b.kind, b.position)));
    }
    by_household
}

/// Help by household, for the households that are keys of `wanted`.
pub(super) fn help<'t, T>(tables: &'t Tables, wanted: &BTreeMap<&str, T>) -> BTreeMap<&'t str, Vec<Help>> {
    let mut by_household: BTreeMap<&str, Vec<Help>> = BTreeMap::new();
    for row in tables.help.iter().filter(|row| wanted.contains_key(row.household.as_str())) {
        let help = Help { skill: row.skill.to_string(), offers: row.offers, hours_week: row.hours_week };
        by_household.entry(&row.household).or_default().push(help);
    }
    for help in by_household.values_mut() {
        help.sort_by(|a, b| (&a.skill, a.offers, a.hours_week).cmp(&(&b.skill, b.offers, b.hours_week)));
    }
    by_household
}

/// Pairs of applicants, the smaller first, sorted; a pair with a household that does not apply earns nothing here.
pub(super) fn affinities(
    tables: &Tables,
    rows: &BTreeMap<&str, &HouseholdRow>,
    index: &BTreeMap<&str, HouseholdIndex>,
    report: &mut Report,
) -> Vec<(HouseholdIndex, HouseholdIndex, i64)> {
    let mut pairs: BTreeMap<(HouseholdIndex, HouseholdIndex), i64> = BTreeMap::new();
    for row in &tables.affinities {
        let at = At::file("affinities.csv").row(row.line);
        let mut known = true;
        for (column, id) in [("household_a", &row.household_a), ("household_b", &row.household_b)] {
            if !rows.contains_key(id.as_str()) {
                known = false;
                unknown(at.column(column), id, "households.csv", report);
            }
        }
        if row.household_a == row.household_b {
            report.error("E1017", at, "the pair is one household with itself", "name two households");
            continue;
        }
        if row.points < 0 {
            report.error("E1043", at.column("points"), "points must be 0 or more", "remove the row: pairs are never kept apart");
        }
        let (Some(&a), Some(&b)) = (index.get(row.household_a.as_str()), index.get(row.household_b.as_str())) else {
            if known {
                report.warning("E1090", at, "one of the two households does not apply", "nothing to do: the pair earns no points");
            }
            continue;
        };
        if pairs.insert((a.min(b), a.max(b)), row.points).is_some() {
            report.error("E1012", at, "the pair stands twice", "keep one row");
        }
    }
    pairs.into_iter().map(|((a, b), points)| (a, b, points)).collect()
}
