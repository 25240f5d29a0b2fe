//! The whole town.

use std::path::Path;

use jiff::ToSpan;
use matcher_core::error::Error;
use matcher_core::tables::HouseholdSheets;
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
    let mut people = Rows::default();
    let whole = made(plan, seed, &mut |rows: &mut Rows| {
        people.households.append(&mut rows.households);
        people.persons.append(&mut rows.persons);
        people.places.append(&mut rows.places);
        people.help.append(&mut rows.help);
        Ok(())
    });
    // Appending does not fail.
    let mut tables = whole.unwrap_or_default();
    (tables.households, tables.persons, tables.places, tables.help) = (people.households, people.persons, people.places, people.help);
    number_lines(&mut tables);
    let more_policies = if plan.demo { vec![("policy-conflict.toml", policy::conflict(plan, &tables))] } else { Vec::new() };
    Town { policy: policy::text(plan, &tables), tables, more_policies }
}

/// Writes the town of a plan into the folder `dir`: the files of [`Town::write`], but the households leave memory as they are made.
///
/// # Complexity
/// O(n log n) time, n = homes + households; what stays in memory are the dwellings, the residents and the wishes of the applicants.
///
/// # Errors
/// [`Error::Io`].
pub fn write_town(plan: &Plan, seed: u64, dir: &Path) -> Result<TownCounts, Error> {
    if plan.demo {
        // What was decided beforehand is looked for among all its households.
        let town = generate(plan, seed);
        town.write(dir)?;
        return Ok(TownCounts::of(&town.tables, town.tables.households.len(), town.tables.persons.len()));
    }
    let aside = dir.join(".households");
    let mut sheets = HouseholdSheets::create(&aside)?;
    let (mut households, mut persons) = (0, 0);
    let tables = made(plan, seed, &mut |rows| {
        (households, persons) = (households + rows.households.len(), persons + rows.persons.len());
        sheets.add(&rows.households, &rows.persons, &rows.places, &rows.help)?;
        *rows = Rows::default();
        Ok(())
    })?;
    sheets.finish()?;
    let counts = TownCounts::of(&tables, households, persons);
    // Tables without rows are removed from the folder: the others take their places afterwards.
    Town { policy: policy::text(plan, &tables), tables, more_policies: Vec::new() }.write(dir)?;
    let fault = |path: &Path| {
        let path = path.to_path_buf();
        move |source| Error::Io { path, source }
    };
    for entry in std::fs::read_dir(&aside).map_err(fault(&aside))? {
        let path = entry.map_err(fault(&aside))?.path();
        let name = path.file_name().unwrap_or_default();
        std::fs::rename(&path, dir.join(name)).map_err(fault(&path))?;
    }
    std::fs::remove_dir(&aside).map_err(fault(&aside))?;
    Ok(counts)
}

/// How much a town has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TownCounts {
    /// Residences.
    pub residences: usize,
    /// Dwellings, let or to be let.
    pub dwellings: usize,
    /// Households, living there or applying.
    pub households: usize,
    /// Their persons.
    pub persons: usize,
}

impl TownCounts {
    fn of(tables: &Tables, households: usize, persons: usize) -> Self {
        Self { residences: tables.residences.len(), dwellings: tables.dwellings.len(), households, persons }
    }
}

/// Takes the rows about households made so far.
type Take<'a> = dyn FnMut(&mut Rows) -> Result<(), Error> + 'a;

/// The tables but those about households, whose rows `take` is handed a few thousand at a time.
fn made(plan: &Plan, seed: u64, take: &mut Take<'_>) -> Result<Tables, Error> {
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

    let mut households = Households { plan, buildings: &buildings, seed, rows: Rows::default(), take };
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
        households.add(index, &id(index), &household)?;
    }
    let newcomers = plan.applicants - transfers.len();
    let affinities = households.add_newcomers(residents.len(), newcomers, &offer, &id)?;
    (households.take)(&mut households.rows)?;

    let mut tables = Tables {
        authorisations: authorisations::authorisations(&buildings),
        residences: buildings.into_iter().map(|b| b.row).collect(),
        dwellings,
        tenancies,
        affinities,
        ..Tables::default()
    };
    (tables.quotas, tables.ledger) = if plan.demo { quotas::demo(&tables, seed) } else { quotas::plain(&tables, seed) };
    Ok(tables)
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

struct Households<'a, 'b> {
    plan: &'a Plan,
    buildings: &'a [Building],
    seed: u64,
    rows: Rows,
    take: &'a mut Take<'b>,
}

impl Households<'_, '_> {
    fn add(&mut self, number: usize, id: &str, household: &Household<'_>) -> Result<(), Error> {
        let row = demand::row(self.plan, id, household, self.buildings);
        let mut draw = Draw::new(self.seed, Stream::Help, number);
        self.rows.help.extend(neighbours::help(&mut draw, id, household.group, row.charter_interest));
        self.rows.households.push(row);
        self.rows.persons.extend(persons(&mut draw, self.plan.date, id, household.group));
        if let Some(demand) = household.demand {
            self.rows.places.extend(demand::place_rows(id, demand));
        }
        if self.rows.households.len() < 8_192 { Ok(()) } else { (self.take)(&mut self.rows) }
    }

    /// The applicants who live elsewhere, and the pairs of them who wish to be neighbours.
    fn add_newcomers(
        &mut self,
        first: usize,
        count: usize,
        offer: &Offer,
        id: &impl Fn(usize) -> String,
    ) -> Result<Vec<AffinityRow>, Error> {
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
                affinities.push(AffinityRow {
                    line: 0,
                    household_a: id(first + friend).into(),
                    household_b: id(first + index).into(),
                    points,
                });
            }
            let household = Household { group: &group, means: &means, demand: Some(&demand), home: None };
            self.add(first + index, &id(first + index), &household)?;
            chosen.push(demand.choices);
        }
        Ok(affinities)
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
            household: id.into(),
            birth_date: known.then(|| date.saturating_sub(member.age.years()).saturating_sub(days.days())),
            age: (!known).then_some(member.age),
            role: member.role,
            needs: member.needs.iter().map(|&need| need.into()).collect(),
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
