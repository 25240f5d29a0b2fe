//! What can be changed in an open problem, by stable ids.

use crate::ids::QuotaIndex;
use crate::problem::Quota;

use super::open::{NewDwelling, NewHousehold};

/// One change of an open problem.
///
/// Ids are those of the problem; a pair is named by its household and its dwelling. What would contradict the problem (an id that
/// is not there, an arc that stands already) is refused by [`Warm::edit`](super::Warm::edit).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A household takes back its application.
    WithdrawHousehold {
        /// Its id.
        household: String,
    },
    /// A new household applies.
    AddHousehold {
        /// A new id, or that of a household that was withdrawn.
        household: String,
        /// Each dwelling that is eligible for it, with the score in points.
        arcs: Vec<(String, i64)>,
        /// Each group of the problem that it belongs to, with how much it counts there.
        groups: Vec<(String, i64)>,
    },
    /// A dwelling can no longer be allocated, and is no longer of the problem.
    RemoveDwelling {
        /// Its id.
        dwelling: String,
    },
    /// One more dwelling can be allocated.
    AddDwelling {
        /// A new id, or that of a dwelling that was removed.
        dwelling: String,
        /// Its residence, which may be new.
        residence: String,
        /// Number of households it can take.
        capacity: u32,
        /// Scopes of the problem that it lies in, besides its residence.
        scopes: Vec<String>,
        /// Each household that it is eligible for, with the score in points.
        arcs: Vec<(String, i64)>,
    },
    /// A dwelling can take more or fewer households; 0 closes it, and it stays in the problem.
    SetCapacity {
        /// Its id.
        dwelling: String,
        /// Number of households it can take.
        capacity: u32,
    },
    /// The score of an eligible pair changes.
    SetScore {
        /// The household.
        household: String,
        /// The dwelling.
        dwelling: String,
        /// The score, points.
        score: i64,
    },
    /// A pair becomes eligible.
    AddArc {
        /// The household.
        household: String,
        /// The dwelling.
        dwelling: String,
        /// The score, points.
        score: i64,
    },
    /// A pair is no longer eligible; what rows listed for it goes too.
    RemoveArc {
        /// The household.
        household: String,
        /// The dwelling.
        dwelling: String,
    },
    /// How much an eligible pair counts in a row, besides what its group and scope say (a row of `weights.csv`).
    SetWeight {
        /// The row.
        quota: String,
        /// The household.
        household: String,
        /// The dwelling.
        dwelling: String,
        /// May be negative; 0 takes the row of `weights.csv` away.
        weight: i64,
    },
    /// Bounds and penalties of a row.
    SetQuota {
        /// The row.
        quota: String,
        /// At least this.
        min: Option<i64>,
        /// At most this.
        max: Option<i64>,
        /// Points lost per unit below `min`; `None` = hard.
        penalty_below: Option<i64>,
        /// Points lost per unit above `max`; `None` = hard.
        penalty_above: Option<i64>,
    },
}

impl Edit {
    /// The largest score or weight in it, whatever its sign.
    pub(super) fn largest(&self) -> i128 {
        let of = |values: &[(String, i64)]| values.iter().map(|value| i128::from(value.1).abs()).max().unwrap_or(0);
        match self {
            Self::AddHousehold { arcs, groups, .. } => of(arcs).max(of(groups)),
            Self::AddDwelling { arcs, .. } => of(arcs),
            Self::SetScore { score, .. } | Self::AddArc { score, .. } => i128::from(*score).abs(),
            Self::SetWeight { weight, .. } => i128::from(*weight).abs(),
            _ => 0,
        }
    }
}

/// Takes back the edits of one call of [`Warm::edit`](super::Warm::edit), by [`Warm::undo`](super::Warm::undo).
#[derive(Debug, Clone)]
#[must_use = "without it the edits cannot be taken back"]
pub struct Undo {
    /// State that it leads from, and to.
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) steps: Vec<Step>,
}

/// One change by positions. Every edit is a few of them, and so is what takes it back.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Withdraw {
        column: u32,
    },
    Reinstate {
        column: u32,
    },
    PushColumn {
        household: Box<NewHousehold>,
        degree: usize,
    },
    DropColumn {
        known: Option<u32>,
    },
    Close {
        row: u32,
    },
    Reopen {
        row: u32,
        capacity: u32,
    },
    PushRow {
        dwelling: Box<NewDwelling>,
        degree: usize,
    },
    DropRow {
        known: Option<u32>,
    },
    Capacity {
        row: u32,
        capacity: u32,
    },
    Score {
        column: u32,
        row: u32,
        score: i64,
    },
    AddArc {
        column: u32,
        row: u32,
        score: i64,
    },
    RemoveArc {
        column: u32,
        row: u32,
    },
    Weight {
        quota: QuotaIndex,
        column: u32,
        row: u32,
        weight: Option<i64>,
    },
    Quota {
        quota: QuotaIndex,
        with: Box<Quota>,
    },
    /// Nothing is left to be taken back.
    Nothing,
}

impl Step {
    /// The column whose arcs it changes.
    pub(super) const fn column(&self) -> Option<u32> {
        match self {
            Self::Score { column, .. }
            | Self::AddArc { column, .. }
            | Self::RemoveArc { column, .. }
            | Self::Weight { column, .. }
            | Self::Withdraw { column }
            | Self::Reinstate { column } => Some(*column),
            _ => None,
        }
    }
}
