//! What a run answers: who is offered what, why the solver stopped, and the certificate that proves how good it is.

mod certificate;

pub use certificate::{AffinityShare, Certificate, Cover, Decision, Node, Prices, Proof, QuotaPrice, Witness};

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::problem::{Problem, Tier};

/// Why the solver stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// No allocation is worth more.
    Optimal,
    /// The requested gap is proved.
    GapLimit,
    /// The caller's time was over.
    TimeLimit,
    /// The allowed steps were used.
    StepLimit,
    /// The caller cancelled.
    Cancelled,
    /// No allocation meets the hard quotas; the certificate proves it and names an irreducible set of them.
    Infeasible,
    /// Stopped before any allocation was known.
    Unknown,
}

/// What a tier counts in an allocation, and what it could count at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierOutcome {
    /// Number of the tier.
    pub tier: u32,
    /// Its count: households, or what they weigh in the tier's group.
    pub reached: i64,
    /// No allocation that keeps what the earlier tiers were held to counts more; `None` where nothing is proved.
    pub bound: Option<i64>,
}

/// Counts the tiers of a problem in an allocation, beside the bounds that its certificate proves.
pub(crate) fn tier_outcomes(problem: &Problem, offers: &[Option<DwellingIndex>], certificate: Option<&Certificate>) -> Vec<TierOutcome> {
    let levels = match certificate.map(|certificate| &certificate.proof) {
        Some(Proof::Tiers { levels }) => levels.as_slice(),
        _ => &[],
    };
    let counts = problem.tiers().iter().zip(problem.tier_counts(offers)).enumerate();
    let outcome = |(k, (tier, reached)): (usize, (&Tier, i64))| TierOutcome {
        tier: tier.number,
        reached,
        bound: levels.get(k).and_then(|l| l.bound),
    };
    counts.map(outcome).collect()
}

/// Who is offered what, with its worth, its bound and the proof.
#[derive(Debug, Clone, Serialize)]
pub struct Allocation {
    /// Why the solver stopped.
    pub status: Status,
    /// Per household of the problem, the dwelling offered; empty where no allocation is known.
    #[serde(skip)]
    pub offers: Vec<Option<DwellingIndex>>,
    /// Suitability + affinity points - penalties; `None` where no allocation is known.
    pub objective: Option<i64>,
    /// Sum of the scores of the pairs.
    pub suitability: i64,
    /// What missed priced quotas cost, >= 0.
    pub penalties: i64,
    /// Points earned by households that live together in a residence.
    pub affinity_points: i64,
    /// No allocation is worth more than this; `None` where the problem is infeasible or nothing is proved yet.
    pub bound: Option<i64>,
    /// Proves the bound, or that there is no allocation.
    pub certificate: Option<Certificate>,
    /// What each tier of the problem counts, first one first; empty where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierOutcome>,
    /// Work done, in the solver's own counted units; independent of clock and threads.
    pub steps: u64,
}

impl Allocation {
    /// Pairs of the allocation, in household order.
    pub fn pairs(&self) -> impl Iterator<Item = (HouseholdIndex, DwellingIndex)> + '_ {
        self.offers.iter().enumerate().filter_map(|(h, offer)| offer.map(|d| (HouseholdIndex::new(h), d)))
    }

    /// (bound - objective) / max(1, |objective|), for display; `None` where one of them is not known.
    #[expect(clippy::float_arithmetic, reason = "display only")]
    pub fn gap(&self) -> Option<f64> {
        let (objective, bound) = (self.objective?, self.bound?);
        Some((i128::from(bound) - i128::from(objective)) as f64 / objective.unsigned_abs().max(1) as f64)
    }
}

/// Writes the pairs of an allocation as `allocation.csv` (household,dwelling), the form that docs/formats.md gives and the
/// independent checker reads.
///
/// # Errors
/// [`Error::Io`].
pub fn write_pairs(problem: &Problem, allocation: &Allocation, path: &Path) -> Result<(), Error> {
    let io = |source: std::io::Error| Error::Io { path: path.into(), source };
    let mut writer = csv::Writer::from_path(path).map_err(|e| io(e.into()))?;
    writer.write_record(["household", "dwelling"]).map_err(|e| io(e.into()))?;
    for (household, dwelling) in allocation.pairs() {
        let ids = (problem.households().get(household.index()), problem.dwellings().get(dwelling.index()));
        if let (Some(household), Some(dwelling)) = ids {
            writer.write_record([household, &dwelling.id]).map_err(|e| io(e.into()))?;
        }
    }
    writer.flush().map_err(io)
}
