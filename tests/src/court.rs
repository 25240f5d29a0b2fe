//! Brings answers of the solver before the independent judge and the two oracles.

use matcher_core::allocation::{Allocation, Status};
use matcher_core::problem::{self, Problem};
use matcher_core::solve::{Control, SolveOptions, solve};
use matcher_verify::Verdict;

use crate::families::Files;
use crate::subsets::Tiny;

/// Household and dwelling ids of an allocation.
pub fn pairs<'a>(problem: &'a Problem, allocation: &Allocation) -> Vec<(&'a String, &'a String)> {
    allocation.pairs().map(|(h, d)| (&problem.households()[h.index()], &problem.dwellings()[d.index()].id)).collect()
}

/// The judge's verdict on an allocation: parsed from the certificate's JSON, as an outsider would.
///
/// # Errors
/// What the judge said, in words.
pub fn judge(files: &Files, problem: &Problem, allocation: &Allocation) -> Result<Verdict, String> {
    let own = matcher_verify::Problem::from_files(files).map_err(|e| e.to_string())?;
    let certificate = allocation.certificate.as_ref().ok_or("no certificate")?;
    let json = serde_json::to_string(certificate).map_err(|e| e.to_string())?;
    let certificate: matcher_verify::Certificate = serde_json::from_str(&json).map_err(|e| e.to_string())?;
    matcher_verify::judge(&own, pairs(problem, allocation), &certificate).map_err(|e| e.to_string())
}

/// Solves one tiny problem and compares with the subset oracle. `Ok(true)` where the optimum (or that there is none) is proved.
///
/// # Errors
/// What is wrong, in words.
pub fn trial(files: &Files, options: &SolveOptions) -> Result<bool, String> {
    let problem = problem::read_files(files).map_err(|e| e.to_string())?;
    let allocation = solve(&problem, options, &Control::default()).map_err(|e| e.to_string())?;
    compared(files, &problem, &allocation)
}

/// Compares an answer with the truth: the judge must accept it, and the oracle must find it true.
///
/// # Errors
/// What is wrong, in words.
pub fn compared(files: &Files, problem: &Problem, allocation: &Allocation) -> Result<bool, String> {
    let tiny = Tiny::read(files, None)?;
    let optimum = tiny.optimum()?;
    if allocation.certificate.is_some() {
        judge(files, problem, allocation).map_err(|why| format!("the judge refuses it: {why}"))?;
    } else if matches!(allocation.status, Status::Optimal | Status::GapLimit | Status::Infeasible) {
        return Err(format!("{:?} without a certificate", allocation.status));
    }
    if let Some(objective) = allocation.objective {
        let offered = pairs(problem, allocation);
        match tiny.worth(offered.iter().map(|(household, dwelling)| (household.as_str(), dwelling.as_str()))) {
            Ok(worth) if worth == objective => {}
            worth => return Err(format!("objective {objective}, but the allocation's worth is {worth:?}")),
        }
        let parts = allocation.suitability - allocation.penalties + allocation.affinity_points;
        if parts != objective {
            return Err(format!("objective {objective}, but its parts add up to {parts}"));
        }
    } else if allocation.pairs().next().is_some() {
        return Err("an allocation without an objective".into());
    }
    match (allocation.status, optimum) {
        (Status::Infeasible, Some(optimum)) => Err(format!("said infeasible, but {optimum} is possible")),
        (Status::Infeasible, None) => Ok(true),
        (_, None) if allocation.objective.is_some() => Err("found an allocation of an infeasible problem".into()),
        (Status::Optimal | Status::GapLimit, None) => Err("said solved, but nothing is possible".into()),
        (_, None) => Ok(false),
        (status, Some(optimum)) => {
            if allocation.bound.is_some_and(|bound| bound < optimum) {
                return Err(format!("bound {:?} below the optimum {optimum}", allocation.bound));
            }
            if allocation.objective.is_some_and(|objective| objective > optimum) {
                return Err(format!("objective {:?} above the optimum {optimum}", allocation.objective));
            }
            if status == Status::Optimal && (allocation.objective, allocation.bound) != (Some(optimum), Some(optimum)) {
                return Err(format!("said optimal at {:?}, bound {:?}: the optimum is {optimum}", allocation.objective, allocation.bound));
            }
            Ok(status == Status::Optimal)
        }
    }
}
