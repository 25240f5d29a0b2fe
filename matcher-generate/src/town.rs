//! The whole town.

use std::path::Path;

use jiff::ToSpan;
use matcher_core::error::Error;
use matcher_core::tables::rows::{AffinityRow, DwellingRow, HelpRow, HouseholdRow, PersonRow, PlaceRow, Tables};
use matcher_core::units::Date;

use crate::ages::Ages;
use crate::demand::{self, Applicant, Demand, Household, Offer};
use crate::draw::{Draw, Stream};
use crate::homes::{self, Building};
use crate::means::Means;
use crate::people::Group;
use crate::plan::{Plan, digits};
use crate::{authorisations, neighbours, policy, quotas, stock};

/// A generated town.
#[derive(Debug, Clone)]
pub struct Town {
    /// Its tables, rows in the order of their ids.
    pub tables: Tables,
    /// Text of `policy.toml`.
    pub policy: String,
    /// Further policies by file name.
    pub more_policies: Vec<(&'static str, String)>,
}

impl Town {
    /// Writes the tables and the policies into the folder `dir`, as `matcher allocate` reads them.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, dir: &Path) -> Result<(), Error> {
        matcher_core::tables::write(&self.tables, dir)?;
        let policies = std::iter::once(("policy.toml", &self.policy)).chain(self.more_policies.iter().map(|(name, text)| (*name, text)));
        for (name, text) in policies {
            let path = dir.join(name);
            std::fs::write(&path, text).map_err(|source| Error::Io { path, source })?;
        }
        Ok(())
    }
}

/// The demo town of `matcher-core/data/demo-town`.
///
/// ```
/// assert_eq!(matcher_generate::demo().tables.residences.len(), 13);
/// ```
pub fn demo() -> Town {
    generate(&Plan::demo(), DEMO_SEED)
}

const DEMO_SEED: u64 = 1;

/// Makes the town of a plan; the same seed gives the same town.
///
/// # Complexity
/// O(n log n) time and O(n) memory; n = homes + households.
pub fn generate(plan: &Plan, seed: u64) -> Town {
    let buildings = homes::buildings(plan, seed);
    let (mut dwellings, mut owners) = (Vec::new(), Vec::new());
    for (index, building) in buildings.iter().enumerate() {
        dwellings.extend(homes::dwellings(building, dwellings.len(), seed, plan));
        owners.resize(dwellings.len(), index);
    }
    stock::vacate(plan, &buildings, &owners, &mut dwellings, seed);
    let vacancies = count_vacancies(&buildings, &owners, &dwellings);
    let offer = Offer::new(&buildings, &vacancies);

    let width = digits(dwellings.len() + plan.applicants).max(4);
    let id = |number: usize| format!("H{:0width$}", number + 1);
    let (residents, tenancies) = stock::residents(plan, &buildings, &owners, &dwellings, seed, id);
    let transfers = stock::transfers(plan, &residents, seed);

    let mut households = Households { plan, buildings: &buildings, seed, rows: Rows::default() };
    let mut transfer = transfers.iter().copied().peekable();
    for (index, resident) in residents.iter().enumerate() {
        let mut draw = Draw::new(seed, Stream::Demand, index);
        let demand = transfer.next_if_eq(&index).map(|_| {
            let applicant =
                Applicant { group: &resident.group, means: &resident.means, from: Some((resident.building, resident.reason)), near: &[] };
            Demand::draw(&mut draw, &applicant, &buildings, &offer)
        });
        let home = Some((dwellings[resident.dwelling].id.clone(), draw.chance(500)));
        let household = Household { group: &resident.group, means: &resident.means, demand: demand.as_ref(), home };
        households.add(index, &id(index), &household);
    }
    let newcomers = plan.applicants - transfers.len();
    let affinities = households.add_newcomers(residents.len(), newcomers, &offer, &id);

    let Rows { households, persons, places, help } = households.rows;
    let mut tables = Tables {
        authorisations: authorisations::authorisations(&buildings),
        residences: buildings.into_iter().map(|b| b.row).collect(),
        dwellings,
        households,
        persons,
        places,
        tenancies,
        affinities,
        help,
        ..Tables::default()
    };
    (tables.quotas, tables.ledger) = if plan.demo { quotas::demo(&tables, seed) } else { quotas::plain(&tables, seed) };
    number_lines(&mut tables);
    let more_policies = if plan.demo { vec![("policy-conflict.toml", policy::conflict(plan, &tables))] } else { Vec::new() };
    Town { policy: policy::text(plan, &tables), tables, more_policies }
}

fn count_vacancies(buildings: &[Building], owners: &[usize], dwellings: &[DwellingRow]) -> Vec<usize> {
    let mut vacancies = vec![0; buildings.len()];
    for (dwelling, &owner) in dwellings.iter().zip(owners) {
        vacancies[owner] += usize::from(dwelling.available_from.is_some());
    }
    vacancies
}

#[derive(Debug, Default)]
struct Rows {
    households: Vec<HouseholdRow>,
    persons: Vec<PersonRow>,
    places: Vec<PlaceRow>,
    help: Vec<HelpRow>,
}

struct Households<'a> {
    plan: &'a Plan,
    buildings: &'a [Building],
    seed: u64,
    rows: Rows,
}

impl Households<'_> {
    fn add(&mut self, number: usize, id: &str, household: &Household<'_>) {
        let row = demand::row(self.plan, id, household, self.buildings);
        let mut draw = Draw::new(self.seed, Stream::Help, number);
        self.rows.help.extend(neighbours::help(&mut draw, id, household.group, row.charter_interest));
        self.rows.households.push(row);
        self.rows.persons.extend(persons(&mut draw, self.plan.date, id, household.group));
        if let Some(demand) = household.demand {
            self.rows.places.extend(demand::place_rows(id, demand));
        }
    }

    /// The applicants who live elsewhere, and the pairs of them who wish to be neighbours.
    fn add_newcomers(&mut self, first: usize, count: usize, offer: &Offer, id: &impl Fn(usize) -> String) -> Vec<AffinityRow> {
        let (ages, mut affinities, mut chosen) = (Ages::of_applicants(), Vec::new(), Vec::<Vec<usize>>::with_capacity(count));
        for index in 0..count {
            let mut draw = Draw::new(self.seed, Stream::Newcomer, index);
            let group = Group::draw(&mut draw, &ages);
            let means = Means::draw(&mut draw, &group, 1_000);
            // A relative or friend among those who applied shortly before.
            let friend = (index > 0 && draw.chance(60)).then(|| index - 1 - draw.below(index.min(150) as u64) as usize);
            let friend = friend.filter(|&friend| !chosen[friend].is_empty());
            let near = friend.map_or(&[][..], |friend| &chosen[friend]);
            let demand = Demand::draw(&mut draw, &Applicant { group: &group, means: &means, from: None, near }, self.buildings, offer);
            if let Some(friend) = friend {
                let points = draw.between(4, 16) * 1_000;
                affinities.push(AffinityRow { line: 0, household_a: id(first + friend), household_b: id(first + index), points });
            }
            let household = Household { group: &group, means: &means, demand: Some(&demand), home: None };
            self.add(first + index, &id(first + index), &household);
            chosen.push(demand.choices);
        }
        affinities
    }
}

/// The rows of a household's persons: a birth date for most, an age for some.
fn persons(draw: &mut Draw, date: Date, id: &str, group: &Group) -> Vec<PersonRow> {
    let rows = group.members.iter().map(|member| {
        let known = !draw.chance(80);
        // Days since the last birthday; the 29 February is left to be drawn like any other day.
        let days = draw.between(0, 364);
        PersonRow {
            line: 0,
            household: id.to_owned(),
            birth_date: known.then(|| date.saturating_sub(member.age.years()).saturating_sub(days.days())),
            age: (!known).then_some(member.age),
            role: member.role,
            needs: member.needs.iter().map(|&need| need.to_owned()).collect(),
        }
    });
    rows.collect()
}

/// Lines as they will be in the files: the header is line 1.
fn number_lines(tables: &mut Tables) {
    macro_rules! number {
        ($($table:ident),*) => {$(
            for (line, row) in (2..).zip(&mut tables.$table) {
                row.line = line;
            }
        )*};
    }
    number!(residences, dwellings, authorisations, households, persons, places, tenancies, affinities, help, quotas, ledger, ceilings);
}

#[cfg(test)]
mod tests;
