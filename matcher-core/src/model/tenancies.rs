//! Who lives where on the reference date.

use std::collections::BTreeMap;

use crate::error::{Place as At, Report};
use crate::ids::HouseholdIndex;
use crate::tables::rows::{HouseholdRow, Tables, TenancyRow};
use crate::units::Date;

use super::Resident;
use super::build::unknown;
use super::households::{self, Context};
use super::park::Park;
use super::people::sorted;

/// The tenancies that hold on the reference date.
pub(super) struct Tenancies<'t> {
    /// By household: its dwelling's position in the park, and whether it stays (false: under notice in a dwelling to allocate).
    homes: BTreeMap<&'t str, (usize, bool)>,
}

impl<'t> Tenancies<'t> {
    pub(super) fn new(
        tables: &'t Tables,
        rows: &BTreeMap<&'t str, &'t HouseholdRow>,
        park: &Park<'t>,
        date: Date,
        report: &mut Report,
    ) -> Self {
        let mut homes = BTreeMap::new();
        let mut let_since: BTreeMap<usize, u64> = BTreeMap::new();
        // In the order of the file, so that findings name the later row.
        for row in &tables.tenancies {
            let at = At::file("tenancies.csv").row(row.line);
            let position = park.position(&row.dwelling);
            let household = rows.get_key_value(row.household.as_str()).map(|(&id, _)| id);
            if position.is_none() {
                unknown(at.column("dwelling"), &row.dwelling, "dwellings.csv", report);
            }
            if household.is_none() {
                unknown(at.column("household"), &row.household, "households.csv", report);
            }
            let (Some(position), Some(household)) = (position, household) else { continue };
            if row.since.zip(row.until).is_some_and(|(since, until)| until < since) {
                report.error("E1076", at.column("until"), "the tenancy ends before it begins", "correct since or until");
            }
            if !holds(row, date) {
                continue;
            }
            if let Some(first) = let_since.insert(position, row.line) {
                let cause = format!("the dwelling is let twice on {date}, also in row {first}");
                report.error("E1072", at.column("dwelling"), cause, "write the last day of the earlier tenancy in until");
            }
            let stays = stays(row, position, park, report);
            if homes.contains_key(household) {
                let cause = format!("the household has two tenancies on {date}");
                report.error("E1073", at.column("household"), cause, "write the last day of the earlier tenancy in until");
            } else {
                homes.insert(household, (position, stays));
            }
        }
        Self { homes }
    }

    /// Position in the park of the dwelling where the household lives, under notice or not.
    pub(super) fn home(&self, household: &str) -> Option<usize> {
        self.homes.get(household).map(|&(position, _)| position)
    }

    /// Households that go on living in their dwelling, with its position in the park, in the order of households.
    pub(super) fn staying(&self) -> impl Iterator<Item = (&'t str, usize)> + '_ {
        self.homes.iter().filter(|(_, home)| home.1).map(|(&household, home)| (household, home.0))
    }
}

fn holds(row: &TenancyRow, date: Date) -> bool {
    row.since.is_none_or(|since| since <= date) && row.until.is_none_or(|until| until >= date)
}

/// False where the dwelling is to be allocated; that the tenant has gone by then is checked.
fn stays(row: &TenancyRow, position: usize, park: &Park<'_>, report: &mut Report) -> bool {
    let Some(available) = park.dwelling(position).and_then(|(dwelling, _)| dwelling.available_from) else {
        return true;
    };
    if row.until.is_none_or(|until| until >= available) {
        let at = At::file("tenancies.csv").row(row.line).column("until");
        let cause = format!("the dwelling is to be allocated from {available}, but the tenancy does not end before that day");
        report.error("E1074", at, cause, "write the last day of the tenancy in until, or correct available_from in dwellings.csv");
    }
    false
}

/// The stock, in the order of the park.
pub(super) fn stock(
    context: &Context<'_, '_>,
    rows: &BTreeMap<&str, &HouseholdRow>,
    index: &BTreeMap<&str, HouseholdIndex>,
) -> Vec<Resident> {
    let residents = context.tenancies.staying().filter_map(|(household, position)| {
        let (row, (_, dwelling)) = (rows.get(household)?, context.park.dwelling(position)?);
        let members = context.people.get(household);
        Some(Resident {
            id: row.id.to_string(),
            park: position,
            residence: dwelling.residence,
            applying: index.get(household).copied(),
            age: members.map_or(0, super::people::Members::age),
            persons: members.map(|members| members.persons.clone()).unwrap_or_default(),
            tags: sorted(&row.priority_tags),
            income_quartile: context.quartile(row),
            category: row.category,
            rights: sorted(&row.rights),
            charter: row.charter_interest,
            help: Vec::new(),
        })
    });
    let mut residents: Vec<Resident> = residents.collect();
    let mut help = households::help(context.tables, rows);
    for resident in &mut residents {
        resident.help = help.remove(resident.id.as_str()).unwrap_or_default();
    }
    residents.sort_by_key(|resident| resident.park);
    residents
}
