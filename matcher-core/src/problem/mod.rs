//! The problem: households, dwellings, arcs with integer scores, quota rows and affinities. It knows nothing of housing law.
//!
//! Everything is kept in the order of stable ids, so that the same content gives the same bytes whatever the order of the
//! rows it came from. Row weights are kept per *cell*: the distinct list of (row, weight) that an arc counts in. Arcs of
//! alike households into alike dwellings share one cell, so that pricing an arc costs one look-up.

mod alike;
mod arcs;
mod build;
mod cells;
mod edit;
mod hash;
mod read;
mod sizes;
mod tiers;
mod write;

pub(crate) use alike::Alike;
pub(crate) use edit::Worths;
pub use read::{read, read_files};
pub(crate) use sizes::Sizes;
pub use tiers::{RESERVED, Tier};
pub use write::{files, write};

use crate::ids::{CellIndex, DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};

/// A dwelling (or a run of identical ones) of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Stable id.
    pub id: String,
    /// Its residence.
    pub residence: ResidenceIndex,
    /// Number of households it can take.
    pub capacity: u32,
}

/// Where a quota looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Every dwelling (`*`).
    Everywhere,
    /// One residence.
    Residence(ResidenceIndex),
    /// A named set of dwellings.
    Named(ScopeIndex),
}

/// A row: bounds on the weights of the pairs it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Stable id.
    pub id: String,
    /// The dwellings it looks at; `None` where only listed pairs count.
    pub scope: Option<Scope>,
    /// The group it measures; `None` where only listed pairs count.
    pub group: Option<GroupIndex>,
    /// At least this.
    pub min: Option<i64>,
    /// At most this.
    pub max: Option<i64>,
    /// Points lost per unit below `min`; `None` = hard.
    pub penalty_below: Option<i64>,
    /// Points lost per unit above `max`; `None` = hard.
    pub penalty_above: Option<i64>,
}

impl Quota {
    /// Penalty of the count `count`, or `None` where a hard bound is broken.
    pub fn penalty(&self, count: i64) -> Option<i64> {
        let side = |missing: i64, price: Option<i64>| if missing > 0 { price.map(|p| p * missing) } else { Some(0) };
        let below = self.min.map_or(Some(0), |min| side(min - count, self.penalty_below))?;
        let above = self.max.map_or(Some(0), |max| side(count - max, self.penalty_above))?;
        Some(below + above)
    }
}

/// A household counted in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The household.
    pub household: HouseholdIndex,
    /// The group.
    pub group: GroupIndex,
    /// How much it counts: 1, or persons of the group.
    pub weight: i64,
}

/// A weight of one pair in one row, where the row is no group x scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairWeight {
    /// The row.
    pub quota: QuotaIndex,
    /// The household.
    pub household: HouseholdIndex,
    /// The dwelling.
    pub dwelling: DwellingIndex,
    /// May be negative.
    pub weight: i64,
}

/// Points earned when both households live in one residence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Affinity {
    /// One household, the smaller index.
    pub a: HouseholdIndex,
    /// The other.
    pub b: HouseholdIndex,
    /// >= 0.
    pub points: i64,
}

/// The parts a problem is made of, in any order; see [`Problem::new`].
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// Stable ids of the households.
    pub households: Vec<String>,
    /// The dwellings.
    pub dwellings: Vec<Place>,
    /// Stable ids of the residences.
    pub residences: Vec<String>,
    /// (household, dwelling, score) of each eligible pair.
    pub arcs: Vec<(HouseholdIndex, DwellingIndex, i64)>,
    /// Names of the groups.
    pub groups: Vec<String>,
    /// Who is in which group.
    pub members: Vec<Member>,
    /// Names of the scopes.
    pub scopes: Vec<String>,
    /// Which dwelling is in which scope.
    pub scope_dwellings: Vec<(DwellingIndex, ScopeIndex)>,
    /// The rows.
    pub quotas: Vec<Quota>,
    /// Weights of single pairs.
    pub weights: Vec<PairWeight>,
    /// Pairs of households.
    pub affinities: Vec<Affinity>,
    /// What is placed first, before the objective counts.
    pub tiers: Vec<Tier>,
}

/// A checked problem, households x dwellings, sparse, in the order of stable ids.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Shared with the problems made from this one.
    households: std::sync::Arc<Vec<String>>,
    dwellings: Vec<Place>,
    residences: Vec<String>,
    groups: Vec<String>,
    scopes: Vec<String>,
    members: Vec<Member>,
    scope_dwellings: Vec<(DwellingIndex, ScopeIndex)>,
    quotas: Vec<Quota>,
    weights: Vec<PairWeight>,
    affinities: Vec<Affinity>,
    tiers: Vec<Tier>,
    arc_start: Vec<usize>,
    arc_dwelling: Vec<DwellingIndex>,
    arc_score: Vec<i64>,
    arc_cell: Vec<CellIndex>,
    cell_start: Vec<usize>,
    cell_entries: Vec<(QuotaIndex, i64)>,
    /// The hash, once it was asked for; a problem does not change.
    fingerprint: std::sync::OnceLock<String>,
}

/// One eligible pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// The dwelling.
    pub dwelling: DwellingIndex,
    /// Suitability, integer points; may be negative.
    pub score: i64,
    /// Which rows count the pair, see [`Problem::cell`].
    pub cell: CellIndex,
}

#[expect(clippy::indexing_slicing, reason = "indices are made by the constructor and stay within their tables")]
impl Problem {
    /// Stable ids of the households, sorted.
    pub fn households(&self) -> &[String] {
        &self.households
    }

    /// The dwellings, sorted by id.
    pub fn dwellings(&self) -> &[Place] {
        &self.dwellings
    }

    /// Stable ids of the residences, sorted.
    pub fn residences(&self) -> &[String] {
        &self.residences
    }

    /// The rows, sorted by id.
    pub fn quotas(&self) -> &[Quota] {
        &self.quotas
    }

    /// Pairs of households that earn points together, sorted.
    pub fn affinities(&self) -> &[Affinity] {
        &self.affinities
    }

    /// Names of the groups, sorted.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// Who is in which group, sorted.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Names of the scopes, sorted.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Which dwelling is in which scope, sorted.
    pub fn scope_dwellings(&self) -> &[(DwellingIndex, ScopeIndex)] {
        &self.scope_dwellings
    }

    /// Weights of single pairs, sorted by row.
    pub fn weights(&self) -> &[PairWeight] {
        &self.weights
    }

    /// Number of eligible pairs.
    pub fn arc_count(&self) -> usize {
        self.arc_score.len()
    }

    /// Number of distinct cells.
    pub fn cell_count(&self) -> usize {
        self.cell_start.len() - 1
    }

    /// Positions of the household's arcs in the list of all arcs.
    pub fn arc_range(&self, household: HouseholdIndex) -> std::ops::Range<usize> {
        self.arc_start[household.index()]..self.arc_start[household.index() + 1]
    }

    /// The arc at a position of the list of all arcs.
    pub fn arc(&self, position: usize) -> Arc {
        Arc { dwelling: self.arc_dwelling[position], score: self.arc_score[position], cell: self.arc_cell[position] }
    }

    /// The household's arcs, by dwelling.
    pub fn arcs(&self, household: HouseholdIndex) -> impl ExactSizeIterator<Item = Arc> + Clone + '_ {
        self.arc_range(household).map(|position| self.arc(position))
    }

    /// Scores of the household's arcs, by dwelling.
    pub(crate) fn scores(&self, household: HouseholdIndex) -> &[i64] {
        &self.arc_score[self.arc_range(household)]
    }

    /// Position of the arc of a pair, if it is eligible. O(log of the household's arcs).
    pub fn find_arc(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Option<usize> {
        let range = self.arc_range(household);
        let list = &self.arc_dwelling[range.clone()];
        // Where the household is eligible everywhere the arc stands at the dwelling's own place.
        let at = if list.get(dwelling.index()) == Some(&dwelling) { Some(dwelling.index()) } else { list.binary_search(&dwelling).ok() };
        at.map(|at| range.start + at)
    }

    /// The rows that count an arc of this cell, each with its weight (never 0).
    pub fn cell(&self, cell: CellIndex) -> &[(QuotaIndex, i64)] {
        &self.cell_entries[self.cell_start[cell.index()]..self.cell_start[cell.index() + 1]]
    }

    /// Residence of a dwelling.
    pub fn residence(&self, dwelling: DwellingIndex) -> ResidenceIndex {
        self.dwellings[dwelling.index()].residence
    }
}
