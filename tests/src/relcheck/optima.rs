//! Every answer on tiny problems of every family against the subset oracle and before the judge.

use matcher_core::solve::SolveOptions;

use crate::court;

use super::{Bad, Job};

/// What a run of trials found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The optimum, or that there is none, was proved.
    pub proved: u64,
    /// What went wrong.
    pub bad: Vec<Bad>,
}

/// Options of a solve that is to go to the proved optimum; so many steps are far more than tiny problems need.
pub fn exact() -> SolveOptions {
    SolveOptions { gap_ppm: 0, step_limit: Some(4_000_000), threads: 1, ..SolveOptions::default() }
}

/// Runs the trials.
pub fn run(job: &Job) -> Found {
    let ([proved], bad) = job.run(|case| {
        let options = SolveOptions { seed: case.seed, ..exact() };
        court::trial(&case.problem().1, &options).map(|proved| [u64::from(proved)])
    });
    Found { proved, bad }
}

#[cfg(test)]
mod tests {
    use matcher_core::allocation::{Allocation, Status};
    use matcher_core::ids::DwellingIndex;
    use matcher_core::problem::{self, Problem};
    use matcher_core::solve::{Control, solve};

    use super::*;
    use crate::families;

    /// A lie told about an answer; false where it cannot be told of this one.
    type Lie = fn(&Problem, &mut Allocation) -> bool;

    const LIES: &[(&str, Lie)] = &[
        ("objective one higher", |_, a| a.objective.as_mut().map(|o| *o += 1).is_some()),
        ("bound one lower, said again in the certificate", |_, a| {
            let lower = |bound: &mut i64| *bound -= 1;
            a.certificate.as_mut().and_then(|c| c.bound.as_mut()).map(lower).is_some() && a.bound.as_mut().map(lower).is_some()
        }),
        ("bound one lower, in the answer only", |_, a| a.bound.as_mut().map(|bound| *bound -= 1).is_some()),
        ("an offer withdrawn", |_, a| a.offers.iter_mut().find(|offer| offer.is_some()).map(|offer| *offer = None).is_some()),
        ("offered where it has no arc", |problem, a| {
            let homes = || (0..problem.dwellings().len()).map(DwellingIndex::new);
            for h in a.pairs().map(|(h, _)| h).collect::<Vec<_>>() {
                if let Some(closed) = homes().find(|&d| problem.find_arc(h, d).is_none()) {
                    a.offers[h.index()] = Some(closed);
                    return true;
                }
            }
            false
        }),
        ("called infeasible", |_, a| {
            let was = std::mem::replace(&mut a.status, Status::Infeasible);
            was != Status::Infeasible
        }),
        ("infeasible, called optimal at nothing", |problem, a| {
            let was = std::mem::replace(&mut a.status, Status::Optimal);
            (a.objective, a.bound, a.certificate) = (Some(0), Some(0), None);
            a.offers = vec![None; problem.households().len()];
            was == Status::Infeasible
        }),
        ("no certificate", |_, a| a.certificate.take().is_some()),
        ("parts that do not add up", |_, a| {
            a.suitability += 1;
            a.objective.is_some()
        }),
        ("nobody is offered anything, called optimal", |problem, a| {
            let there = a.objective.is_some_and(|objective| objective != 0);
            (a.objective, a.suitability, a.penalties, a.affinity_points) = (Some(0), 0, 0, 0);
            a.offers = vec![None; problem.households().len()];
            there
        }),
    ];

    #[test]
    fn every_lie_about_an_answer_is_found() {
        for (name, lie) in LIES {
            let mut told = 0;
            for case in (0..6 * families::names().len() as u64).map(|at| Job { tries: 0, seed: 77, threads: 1, family: None }.case(at)) {
                let (family, files) = case.problem();
                let problem = problem::read_files(&files).unwrap();
                let mut allocation = solve(&problem, &exact(), &Control::default()).unwrap();
                assert!(court::compared(&files, &problem, &allocation).is_ok(), "{family} {}", case.seed);
                if lie(&problem, &mut allocation) {
                    told += 1;
                    assert!(court::compared(&files, &problem, &allocation).is_err(), "{name} passes: {family} {}", case.seed);
                }
            }
            assert!(told >= 5, "{name} was told {told} times");
        }
    }

    #[test]
    fn what_goes_wrong_is_reported_by_family_and_seed_whatever_the_threads() {
        let wrong = |threads| {
            let job = Job { tries: 60, seed: 5, threads, family: None };
            job.run(|case| match case.seed {
                6 if case.family == 3 => Err("made up".to_owned()),
                5 if case.family == 1 => panic!("made up"),
                seed => Ok([seed]),
            })
        };
        let (sum, bad) = wrong(1);
        assert_eq!((sum, &bad), (wrong(3).0, &wrong(3).1));
        let lines: Vec<String> = bad.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["bad: family=sparse seed=5: panic", "bad: family=all_equal seed=6: made up"]);
    }
}
