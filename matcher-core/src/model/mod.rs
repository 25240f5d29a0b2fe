//! The model: the tables at one reference date, as columns. Households that apply, dwellings to allocate, and the stock.
//!
//! Dwellings stand in the order (residence id, dwelling id), so that a residence is one run of dwellings; households in the
//! order of ids, persons of a household in the order (role, age), the stock in the order of the park. Columns that belong
//! together are read together by rules and criteria.

mod ages;
mod build;
mod ceilings;
pub mod codes;
mod households;
mod park;
mod people;
mod quartiles;
mod sizes;
mod tenancies;
#[cfg(test)]
pub(crate) mod random_town;
#[cfg(test)]
pub(crate) mod testing;

pub use ages::full_years;
pub use build::build;
pub use ceilings::Ceilings;
pub use quartiles::{income_per_unit, quartile, quartile_bounds};
pub use sizes::{ceiling_category, consumption_units};

use std::ops::Range;

use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::tables::rows::{Accessibility, Financing, Role};
use crate::units::{CentiSquareMetres, CentiUnits, CentsPerMonth, CentsPerYear, Date, MicroDegrees};

/// Everything a run looks at, at one reference date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The reference date.
    pub date: Date,
    /// The residences.
    pub residences: Vec<Residence>,
    /// The dwellings to allocate.
    pub dwellings: Dwellings,
    /// The households that apply.
    pub households: Households,
    /// Who lives where now, in tenancies that hold on the reference date. Tenants under notice in a dwelling that this run
    /// allocates are left out: the newcomer takes their place.
    pub stock: Vec<Resident>,
    /// Number of all dwellings of each residence, let or to be let (denominator of shares).
    pub residence_sizes: Vec<u32>,
    /// All dwellings, let or to be let, as quotas filter them.
    pub park: Vec<ParkDwelling>,
    /// Income ceilings at the reference date.
    pub ceilings: Ceilings,
    /// Points of pairs of applicants in one residence.
    pub affinities: Vec<(HouseholdIndex, HouseholdIndex, i64)>,
    /// Bounds of the income quartiles per consumption unit (cents per year and unit), over applicants and residents, each
    /// household once; see [`quartile_bounds`].
    pub quartile_bounds: [i64; 3],
}

impl Model {
    /// The residences with a dwelling to allocate, in order.
    pub fn served(&self) -> Vec<ResidenceIndex> {
        let runs = self.residences.iter().enumerate();
        runs.filter(|(_, residence)| !residence.run.is_empty()).map(|(position, _)| ResidenceIndex::new(position)).collect()
    }
}

/// A building or group run as one community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residence {
    /// Stable id.
    pub id: String,
    /// Shown to people.
    pub name: String,
    /// Code of the territory.
    pub territory: String,
    /// Code of the programme.
    pub programme: String,
    /// In a priority district (QPV).
    pub priority_district: bool,
    /// Zone of the income ceilings.
    pub ceiling_zone: String,
    /// Where it stands.
    pub position: Option<(MicroDegrees, MicroDegrees)>,
    /// Has a lift.
    pub lift: bool,
    /// Its dwellings to allocate.
    pub run: Run,
}

/// A run of dwellings: neighbours in the columns of [`Dwellings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    start: u32,
    end: u32,
}

impl Run {
    /// The dwellings from position `range.start` up to `range.end`.
    pub const fn new(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    /// The run of one dwelling.
    pub const fn one(dwelling: DwellingIndex) -> Self {
        Self::new(dwelling.index()..dwelling.index() + 1)
    }

    /// Positions in the columns.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Number of dwellings.
    pub const fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True without any dwelling.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// The dwellings to allocate, one entry per dwelling in each column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dwellings {
    /// Stable ids.
    pub id: Vec<String>,
    /// Residence.
    pub residence: Vec<ResidenceIndex>,
    /// Staircase code.
    pub staircase: Vec<String>,
    /// Floor, 0 = ground.
    pub floor: Vec<i64>,
    /// The residence has a lift.
    pub lift: Vec<bool>,
    /// 1 ..= 6.
    pub typology: Vec<u8>,
    /// Main rooms.
    pub rooms: Vec<i64>,
    /// Living area.
    pub area: Vec<CentiSquareMetres>,
    /// Rent without charges.
    pub rent: Vec<CentsPerMonth>,
    /// Charges.
    pub charges: Vec<CentsPerMonth>,
    /// Financing.
    pub financing: Vec<Financing>,
    /// Step-free access.
    pub accessibility: Vec<Accessibility>,
    /// Right holder; empty = not reserved.
    pub reservation: Vec<String>,
    /// The authorisation valid at the reference date.
    pub earmark: Vec<Option<Authorisation>>,
    /// Available from.
    pub available_from: Vec<Date>,
}

impl Dwellings {
    /// Number of dwellings to allocate.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// True where nothing is to be allocated.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// All of them as one run.
    pub fn all(&self) -> Run {
        Run::new(0..self.len())
    }
}

/// Whom an earmarked dwelling is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// Stable id.
    pub id: String,
    /// Youngest reference person.
    pub min_age: Option<i64>,
    /// Oldest reference person.
    pub max_age: Option<i64>,
    /// A need that admits whatever the age; empty = none.
    pub need: String,
    /// What it rests on.
    pub legal_basis: String,
}

/// The households that apply, one entry per household in each column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Households {
    /// Stable ids.
    pub id: Vec<String>,
    /// Ceiling category.
    pub category: Vec<u8>,
    /// Reference tax income.
    pub income: Vec<CentsPerYear>,
    /// Consumption units.
    pub consumption_units: Vec<CentiUnits>,
    /// 1 = the poorest quarter per consumption unit ... 4.
    pub income_quartile: Vec<u8>,
    /// Monthly resources without housing benefit.
    pub resources: Vec<CentsPerMonth>,
    /// Estimated housing benefit.
    pub housing_benefit: Vec<Option<CentsPerMonth>>,
    /// Points of the grid.
    pub points: Vec<i64>,
    /// Days since the application at the reference date, 0 or more; 0 without a date.
    pub waiting_days: Vec<i64>,
    /// Priority tags, sorted.
    pub tags: Vec<Vec<String>>,
    /// The provider's flag.
    pub admissible: Vec<bool>,
    /// Interest in the charter.
    pub charter: Vec<bool>,
    /// Residences wished, first choice first; empty = anywhere.
    pub choices: Vec<Vec<ResidenceIndex>>,
    /// Residences refused, by themselves or through their territory, sorted.
    pub exclusions: Vec<Vec<ResidenceIndex>>,
    /// Right holders, sorted.
    pub rights: Vec<Vec<String>>,
    /// The persons.
    pub persons: Vec<Vec<Person>>,
    /// Age of the reference person.
    pub age: Vec<i64>,
    /// Need codes of anybody of the household, sorted.
    pub needs: Vec<Vec<String>>,
    /// Places that matter.
    pub places: Vec<Vec<Place>>,
    /// Help offered and needed.
    pub help: Vec<Vec<Help>>,
    /// Where a transfer household lives now.
    pub current: Vec<Option<CurrentDwelling>>,
}

impl Households {
    /// Number of households that apply.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// True where nobody applies.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> impl ExactSizeIterator<Item = HouseholdIndex> + use<> {
        (0..self.len()).map(HouseholdIndex::new)
    }
}

/// A person at the reference date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Age in full years.
    pub age: i64,
    /// Role in the household.
    pub role: Role,
    /// Need codes, sorted.
    pub needs: Vec<String>,
}

/// A place that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `care`, `school`, `work`, `family`.
    pub kind: String,
    /// Where.
    pub position: (MicroDegrees, MicroDegrees),
}

/// Help offered or needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// Skill code.
    pub skill: String,
    /// Offered, otherwise needed.
    pub offers: bool,
    /// Hours per week.
    pub hours_week: i64,
}

/// The dwelling a transfer household would leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentDwelling {
    /// Dwelling id.
    pub id: String,
    /// Its residence.
    pub residence: ResidenceIndex,
    /// Main rooms.
    pub rooms: i64,
    /// Rent without charges.
    pub rent: CentsPerMonth,
}

/// A household living in a dwelling now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Household id.
    pub id: String,
    /// Position in [`Model::park`] of the dwelling it lives in.
    pub park: usize,
    /// Residence.
    pub residence: ResidenceIndex,
    /// Also applies in this run (a transfer), as this household.
    pub applying: Option<HouseholdIndex>,
    /// Age of the reference person.
    pub age: i64,
    /// Persons.
    pub persons: Vec<Person>,
    /// Priority tags, sorted.
    pub tags: Vec<String>,
    /// 1 ..= 4.
    pub income_quartile: u8,
    /// Ceiling category.
    pub category: u8,
    /// Rights, sorted.
    pub rights: Vec<String>,
    /// Interest in the charter.
    pub charter: bool,
    /// Help offered and needed.
    pub help: Vec<Help>,
}

/// A dwelling of the whole park, let or to be let.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkDwelling {
    /// Stable id.
    pub id: String,
    /// Residence.
    pub residence: ResidenceIndex,
    /// Staircase code.
    pub staircase: String,
    /// 1 ..= 6.
    pub typology: u8,
    /// Financing.
    pub financing: Financing,
    /// Step-free access.
    pub accessibility: Accessibility,
    /// Right holder; empty = none.
    pub reservation: String,
    /// Authorisation id; empty = none.
    pub earmark: String,
    /// Its column position, where it is to be allocated.
    pub vacancy: Option<DwellingIndex>,
}
