//! The dense kernel of scoring: twelve criteria over every pair of a generated town.

mod by_hand;
mod extra;

pub use by_hand::ByHand;
pub use extra::{FloorWish, MoveIn, RentPerArea};

use std::ops::Range;
use std::path::Path;

use matcher_core::error::{Error, Report};
use matcher_core::ids::HouseholdIndex;
use matcher_core::lanes;
use matcher_core::model::Model;
use matcher_core::pipeline::Inputs;
use matcher_core::policy::Policy;
use matcher_core::scoring::{CRITERIA, Criterion, Scoring, Scratch};

/// The nine criteria of the registry and three of the bench's own.
pub fn twelve() -> Vec<&'static dyn Criterion> {
    CRITERIA.iter().copied().chain([&RentPerArea as &dyn Criterion, &MoveIn, &FloorWish]).collect()
}

/// The model and the policy of a town in the folder `dir`, with weights for the three further criteria.
///
/// # Errors
/// Where the folder cannot be read or has a fault.
pub fn prepared(dir: &Path) -> Result<(Model, Policy), Error> {
    let opened = Inputs::read(dir, None)?.open(None)?;
    let mut policy = opened.policy;
    for (code, weight) in [(extra::RENT_PER_AREA, 6), (extra::MOVE_IN, 5), (extra::FLOOR_WISH, 4)] {
        policy.weights.insert(code.into(), weight);
    }
    Ok((opened.model, policy))
}

/// The twelve criteria, ready, worked out in the instructions of `lanes`.
///
/// # Errors
/// Where the policy has a fault.
pub fn scoring<'m>(model: &'m Model, policy: &'m Policy, lanes: lanes::Path) -> Result<Scoring<'m>, Error> {
    let mut report = Report::default();
    let scoring = Scoring::with_criteria_on(lanes, &twelve(), model, policy, &mut report);
    report.into_result(scoring)
}

/// Scores every pair of the `households`, a household's row at a time; `take` sees each row.
pub fn dense(model: &Model, scoring: &Scoring<'_>, households: Range<usize>, take: &mut dyn FnMut(HouseholdIndex, &[i64])) {
    let run = model.dwellings.all();
    let (mut scratch, mut row) = (Scratch::default(), vec![0; run.len()]);
    for household in households.map(HouseholdIndex::new) {
        scoring.score(household, run, &mut scratch, &mut row);
        take(household, &row);
    }
}
