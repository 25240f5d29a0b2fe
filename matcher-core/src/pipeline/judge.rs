//! Every answer is judged by `matcher-verify` before anyone sees it; the judge reads the problem as files, not as our structs.

use serde::Serialize;

use crate::allocation::{Allocation, Certificate};
use crate::error::Error;
use crate::problem::{self, Problem};

/// What the independent checker found, once it agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Kind of proof that it accepted; `None` where nothing is proved yet and only the allocation's worth was recomputed.
    pub proof: Option<&'static str>,
    /// Sets of prices in the proof.
    pub leaves: usize,
}

fn refused(reason: impl std::fmt::Display) -> Error {
    Error::Refused { reason: reason.to_string() }
}

/// Judges `allocation` against `problem`.
///
/// # Errors
/// [`Error::Refused`] where the checker refuses the allocation, one of its claimed numbers, or the certificate.
pub(crate) fn judge(problem: &Problem, allocation: &Allocation) -> Result<Judgement, Error> {
    let theirs = matcher_verify::Problem::from_files(&problem::files(problem)?).map_err(refused)?;
    let name = |ids: &[String], at: usize| ids.get(at).cloned().unwrap_or_default();
    let pairs: Vec<(String, String)> = allocation
        .pairs()
        .map(|(household, dwelling)| {
            let place = problem.dwellings().get(dwelling.index()).map(|place| place.id.clone());
            (name(problem.households(), household.index()), place.unwrap_or_default())
        })
        .collect();
    let pairs = || pairs.iter().map(|(household, dwelling)| (household, dwelling));
    if let Some(objective) = allocation.objective {
        let value = matcher_verify::value(&theirs, pairs()).map_err(refused)?;
        let ours = (objective, allocation.suitability, allocation.penalties, allocation.affinity_points);
        let found = (value.objective, value.suitability, value.penalties, value.affinity_points);
        if ours != found {
            return Err(refused(format_args!("objective, suitability, penalties, affinity points are {found:?}, not {ours:?}")));
        }
    }
    let Some(certificate) = &allocation.certificate else { return Ok(Judgement { proof: None, leaves: 0 }) };
    if (certificate.objective, certificate.bound) != (allocation.objective, allocation.bound) {
        return Err(refused("the certificate claims other numbers than the allocation"));
    }
    let verdict = matcher_verify::judge(&theirs, pairs(), &foreign(certificate)?).map_err(refused)?;
    Ok(Judgement { proof: Some(verdict.proof), leaves: verdict.leaves })
}

/// The certificate as the checker reads it: through its JSON form, which is all that outsiders have.
fn foreign(certificate: &Certificate) -> Result<matcher_verify::Certificate, Error> {
    let json = serde_json::to_vec(certificate).map_err(refused)?;
    serde_json::from_slice(&json).map_err(refused)
}
