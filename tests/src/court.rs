//! Brings answers of the solver before the independent judge.

use matcher_core::allocation::{Allocation, Status};
use matcher_core::problem::{self, Problem};
use matcher_core::solve::{Control, SolveOptions, solve};
use matcher_verify::Verdict;

use crate::families::{self, Files};
use crate::oracle;

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

/// Solves one small problem and compares with the oracle. `Ok(true)` where the optimum is also proved.
///
/// # Errors
/// What is wrong, in words.
pub fn trial(files: &Files, options: &SolveOptions) -> Result<bool, String> {
    let problem = problem::read_files(files).map_err(|e| e.to_string())?;
    let allocation = solve(&problem, options, &Control::default()).map_err(|e| e.to_string())?;
    let optimum = oracle::optimum(files);
    if allocation.certificate.is_some() {
        judge(files, &problem, &allocation)?;
    }
    match (allocation.status, &optimum) {
        (Status::Infeasible, Some(optimum)) => Err(format!("said infeasible, but {} is possible", optimum.objective)),
        (Status::Infeasible, None) => Ok(true),
        (_, None) if allocation.objective.is_some() => Err("found an allocation of an infeasible problem".into()),
        (_, None) => Ok(false),
        (status, Some(optimum)) => {
            if allocation.bound.is_none_or(|bound| bound < optimum.objective) {
                return Err(format!("bound {:?} below the optimum {}", allocation.bound, optimum.objective));
            }
            if allocation.objective.is_some_and(|objective| objective > optimum.objective) {
                return Err(format!("objective {:?} above the optimum {}", allocation.objective, optimum.objective));
            }
            if status == Status::Optimal && allocation.objective != Some(optimum.objective) {
                return Err(format!("said optimal at {:?}, the optimum is {}", allocation.objective, optimum.objective));
            }
            Ok(status == Status::Optimal)
        }
    }
}

/// Outcome of many trials.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Problems solved.
    pub tries: u64,
    /// Of these, optimum or infeasibility proved.
    pub proved: u64,
}

/// One problem of every family for each seed.
///
/// # Errors
/// The first answer that is wrong, with its family and seed.
pub fn trials(seeds: std::ops::Range<u64>, options: &SolveOptions) -> Result<Vec<(&'static str, Count)>, String> {
    let mut counts: Vec<(&'static str, Count)> = Vec::new();
    for seed in seeds {
        for (family, (name, files)) in families::all(seed).into_iter().enumerate() {
            let proved = trial(&files, options).map_err(|why| format!("family {name} seed {seed}: {why}"))?;
            if counts.len() <= family {
                counts.push((name, Count::default()));
            }
            counts[family].1.tries += 1;
            counts[family].1.proved += u64::from(proved);
        }
    }
    Ok(counts)
}
