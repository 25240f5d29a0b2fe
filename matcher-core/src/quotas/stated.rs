//! A quota as it holds in one run.

use serde::Serialize;

use crate::error::Place;
use crate::model::{Model, ParkDwelling, Resident};
use crate::tables::rows::QuotaRow;

use super::filter::{Filter, Home, Profile};
use super::number::Fraction;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 1 per household of the group.
    Households,
    /// Its persons, or those of the ages asked for.
    Persons,
}

/// What counts already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The tenancies of the scope.
    Stock,
    /// What the period has signed, by the ledger.
    Flow,
    /// Nothing: only this run.
    Run,
}

/// Of what a share is a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Denominator {
    /// Dwellings of the scope.
    Dwellings,
    /// Leases of the period.
    Leases,
    /// Offers of this run, and what the ledger has signed where the basis is flow.
    Offers,
}

/// Minimum, target and maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Bounds {
    /// Whole numbers of households or persons.
    Count {
        /// What shares were taken of.
        denominator: Option<i64>,
        /// At least.
        min: Option<i64>,
        /// Lowest and highest count on target.
        target: Option<(i64, i64)>,
        /// At most.
        max: Option<i64>,
    },
    /// Shares of the offers, exact.
    Share {
        /// At least.
        min: Option<Fraction>,
        /// Wished.
        target: Option<Fraction>,
        /// At most.
        max: Option<Fraction>,
    },
}

/// A quota as it holds in this run.
#[derive(Debug, Clone)]
pub struct StatedQuota {
    /// Stable id; `quota:code` where the row stands for one quota of each residence, territory or staircase.
    pub id: String,
    /// The row as written: version, validity, legal basis, author.
    pub text: QuotaRow,
    /// Households or persons.
    pub measure: Measure,
    /// What counts already.
    pub basis: Basis,
    /// Of what a share is a share; `None` for counts.
    pub denominator: Option<Denominator>,
    /// The bounds.
    pub bounds: Bounds,
    /// Points per unit below the minimum; `None` = hard.
    pub penalty_below: Option<i64>,
    /// Points per unit above the maximum; `None` = hard.
    pub penalty_above: Option<i64>,
    /// Points for the first unit away from the target.
    pub target_penalty: i64,
    /// Points added per further unit.
    pub target_step: i64,
    /// Counted by the ledger, and all leases it has signed; zero unless the basis is flow.
    pub ledger: (i64, i64),
    /// Leases that the ledger expects after this run; zero where it does not say.
    pub later: i64,
    /// Positions of the scope's dwellings in [`Model::park`], ascending.
    pub(super) scope: Vec<usize>,
    pub(super) scope_filter: Filter,
    pub(super) group: Filter,
    pub(super) origin: Origin,
}

impl StatedQuota {
    /// True where a bound has no price.
    pub fn is_hard(&self) -> bool {
        let (min, max) = match self.bounds {
            Bounds::Count { min, max, .. } => (min.is_some(), max.is_some()),
            Bounds::Share { min, max, .. } => (min.is_some(), max.is_some()),
        };
        (min && self.penalty_below.is_none()) || (max && self.penalty_above.is_none())
    }

    /// Positions of the scope's dwellings in [`Model::park`](crate::model::Model::park), ascending.
    pub fn dwellings(&self) -> &[usize] {
        &self.scope
    }

    /// The scope in canonical form.
    pub fn scope_text(&self) -> String {
        self.scope_filter.to_string()
    }

    /// The group in canonical form.
    pub fn group_text(&self) -> String {
        self.group.to_string()
    }

    /// What a household counts in the group.
    pub(super) fn count(&self, profile: &Profile<'_>) -> i64 {
        match self.measure {
            _ if !self.group.holds_household(profile) => 0,
            Measure::Households => 1,
            Measure::Persons => self.group.persons(profile),
        }
    }

    /// What a household counts among all: 1, or its persons.
    pub(super) fn size(&self, profile: &Profile<'_>) -> i64 {
        match self.measure {
            Measure::Households => 1,
            Measure::Persons => profile.persons.len() as i64,
        }
    }
}

/// A quota that is not applied, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// Its id.
    pub id: String,
    /// `switched_off` or `not_valid`.
    pub reason: &'static str,
}

/// Every quota of a run.
#[derive(Debug, Clone, Default)]
pub struct Quotas {
    /// Those that hold, by id.
    pub stated: Vec<StatedQuota>,
    /// Those that do not, by id.
    pub set_aside: Vec<SetAside>,
}

/// Where a quota was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) file: &'static str,
    /// 0 in a policy.
    pub(super) line: u64,
}

impl Origin {
    pub(super) fn place(self, column: &'static str) -> Place<'static> {
        let place = Place::file(self.file).column(column);
        if self.line == 0 { place } else { place.row(self.line) }
    }
}

impl Home<'_> {
    /// A dwelling of the park.
    pub(super) fn of<'m>(model: &'m Model, dwelling: &'m ParkDwelling) -> Option<Home<'m>> {
        let residence = model.residences.get(dwelling.residence.index())?;
        Some(Home {
            residence: &residence.id,
            territory: &residence.territory,
            programme: &residence.programme,
            priority_district: residence.priority_district,
            staircase: &dwelling.staircase,
            financing: dwelling.financing,
            reservation: &dwelling.reservation,
            earmark: &dwelling.earmark,
            accessibility: dwelling.accessibility,
            typology: dwelling.typology,
        })
    }
}

impl Profile<'_> {
    /// An applicant.
    pub(super) fn applicant(model: &Model, household: usize) -> Option<Profile<'_>> {
        let all = &model.households;
        Some(Profile {
            age: *all.age.get(household)?,
            persons: all.persons.get(household)?,
            income_quartile: *all.income_quartile.get(household)?,
            category: *all.category.get(household)?,
            tags: all.tags.get(household)?,
            rights: all.rights.get(household)?,
            charter: *all.charter.get(household)?,
            transfer: all.current.get(household)?.is_some(),
        })
    }

    /// A household of the stock.
    pub(super) fn resident(resident: &Resident) -> Profile<'_> {
        Profile {
            age: resident.age,
            persons: &resident.persons,
            income_quartile: resident.income_quartile,
            category: resident.category,
            tags: &resident.tags,
            rights: &resident.rights,
            charter: resident.charter,
            transfer: resident.applying.is_some(),
        }
    }
}
