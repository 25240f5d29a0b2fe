//! The demo town is rich: every rule, criterion, quota and affinity in it matters, and its second policy cannot hold.
//!
//! That a criterion or quota matters is shown exactly: without the pairs' points the best allocation is proved, and once the criterion or
//! quota is gone another allocation is worth more than that one.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use matcher_core::allocation::{Allocation, Status};
use matcher_core::eligibility::{Eligibility, RULES, Rule};
use matcher_core::error::Report;
use matcher_core::ids::HouseholdIndex;
use matcher_core::model::Model;
use matcher_core::pipeline::{self, Inputs, Opened, RunOptions};
use matcher_core::policy::Policy;
use matcher_core::problem::{self, Problem};
use matcher_core::quotas::{self, Outcome, Verdict};
use matcher_core::scoring::Scoring;
use matcher_core::solve::{Control, Progress, SolveOptions, StopSignal, solve};
use matcher_tests::court::judge;

const EXACT: SolveOptions = SolveOptions { gap_ppm: 0, step_limit: Some(40_000_000), seed: 1, threads: 0, memory_limit_mib: None };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher-core/data/demo-town")
}

fn open(policy: &str) -> Opened {
    Inputs::read(&folder(), Some(&folder().join(policy))).unwrap().open(None).unwrap()
}

/// The problem of the town under another policy, and the outcome of its quotas under an allocation.
fn problem_of(town: &Opened, policy: &Policy) -> (Problem, impl Fn(&Allocation) -> Vec<Outcome>) {
    let mut report = Report::default();
    let eligibility = Eligibility::prepare(&town.model, policy, &mut report);
    let scoring = Scoring::prepare(&town.model, policy, &mut report);
    assert!(report.is_clean(), "{report}");
    let (problem, lowered) = quotas::problem(&town.model, policy, town.book(), &eligibility, &scoring).unwrap();
    (problem, move |allocation: &Allocation| quotas::outcomes(&town.model, &lowered, &lowered.offers(&allocation.offers)))
}

/// Worth of an allocation in another problem over the same households and dwellings; `None` where a hard row is broken.
fn worth(problem: &Problem, allocation: &Allocation) -> Option<i64> {
    let (mut sum, mut counts) = (0, vec![0; problem.quotas().len()]);
    for (household, dwelling) in allocation.pairs() {
        let arc = problem.arc(problem.find_arc(household, dwelling)?);
        sum += arc.score;
        for &(row, weight) in problem.cell(arc.cell) {
            counts[row.index()] += weight;
        }
    }
    for (row, count) in problem.quotas().iter().zip(counts) {
        sum -= row.penalty(count)?;
    }
    let residence = |h: HouseholdIndex| allocation.offers[h.index()].map(|d| problem.residence(d));
    let together = problem.affinities().iter().filter(|pair| residence(pair.a).is_some() && residence(pair.a) == residence(pair.b));
    Some(sum + together.map(|pair| pair.points).sum::<i64>())
}

/// Solves, and brings the answer before the judge.
fn answer(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Allocation {
    let allocation = solve(problem, options, control).unwrap();
    let verdict = judge(&problem::files(problem).unwrap(), problem, &allocation);
    assert!(verdict.is_ok(), "{verdict:?}");
    assert_eq!(worth(problem, &allocation), allocation.objective);
    allocation
}

/// True where some allocation is worth more than `best`; false where it is proved that none is.
fn somebody_would_move(problem: &Problem, best: &Allocation) -> bool {
    let (here, stop) = (worth(problem, best).unwrap(), StopSignal::new());
    let stop_once_better = |progress: Progress| {
        if progress.objective.is_some_and(|objective| objective > here) {
            stop.cancel();
        }
    };
    let found = answer(problem, &EXACT, &Control { stop: Some(&stop), progress: Some(&stop_once_better) });
    let better = found.objective.unwrap() > here;
    assert!(better || found.bound == Some(here), "neither found nor proved: {:?}", found.status);
    better
}

fn without_pairs(town: &Opened) -> Policy {
    Policy { affinities: false, ..town.policy.clone() }
}

#[test]
fn the_demo_town_is_read_without_a_finding() {
    let town = open("policy.toml");
    let warnings = [town.warnings.clone(), pipeline::check(&town.model, &town.policy, town.book()).unwrap()].concat();
    assert_eq!(warnings, []);
    let model = &town.model;
    assert_eq!((model.residences.len(), model.dwellings.len(), model.households.len()), (13, 144, 1_000));
    assert_eq!(model.households.current.iter().filter(|current| current.is_some()).count(), 90);
}

/// Pairs that no rule of `rules` refuses.
fn open_pairs(model: &Model, policy: &Policy, rules: &[&dyn Rule]) -> usize {
    let mut report = Report::default();
    let eligibility = Eligibility::with_rules(rules, model, policy, &mut report);
    eligibility.screen_all(model).iter().map(Vec::len).sum()
}

#[test]
fn every_rule_refuses_a_pair_that_no_other_rule_refuses() {
    let Opened { model, mut policy, .. } = open("policy.toml");
    let all = open_pairs(&model, &policy, RULES);
    // Settings of a rule that is left out would be reported as unknown.
    let settings = std::mem::take(&mut policy.rules);
    for left_out in RULES {
        let rest: Vec<&dyn Rule> = RULES.iter().copied().filter(|rule| rule.code() != left_out.code()).collect();
        policy.rules = settings.clone().into_iter().filter(|(code, _)| code != left_out.code()).collect();
        assert!(open_pairs(&model, &policy, &rest) > all, "{}", left_out.code());
    }
}

#[test]
fn every_criterion_changes_the_answer_when_it_is_left_out() {
    let town = open("policy.toml");
    let policy = without_pairs(&town);
    let (problem, _) = problem_of(&town, &policy);
    let best = answer(&problem, &EXACT, &Control::default());
    assert_eq!(best.status, Status::Optimal);
    for criterion in town.policy.weights.keys() {
        let mut reduced = policy.clone();
        reduced.weights.remove(criterion);
        assert!(somebody_would_move(&problem_of(&town, &reduced).0, &best), "{criterion}");
    }
}

#[test]
fn every_binding_quota_changes_the_answer_when_it_is_left_out() {
    let town = open("policy.toml");
    let policy = without_pairs(&town);
    let (problem, outcomes) = problem_of(&town, &policy);
    let best = answer(&problem, &EXACT, &Control::default());
    assert_eq!(best.status, Status::Optimal);
    let outcomes = outcomes(&best);
    let mut idle = Vec::new();
    for quota in &town.tables.quotas {
        let mut reduced = policy.clone();
        reduced.quotas_off.push(quota.id.clone());
        if !somebody_would_move(&problem_of(&town, &reduced).0, &best) {
            idle.push(quota.id.as_str());
        }
    }
    for outcome in &outcomes {
        let at_a_bound = Some(outcome.total) == outcome.min || Some(outcome.total) == outcome.max || outcome.verdict == Verdict::Open;
        assert!(!(at_a_bound && idle.contains(&outcome.id.as_str())), "{outcome:?}");
    }
    // Some are met anyway, as in life.
    assert!(!idle.is_empty() && 4 * idle.len() < town.tables.quotas.len(), "{idle:?}");
}

#[test]
fn pairs_of_friends_change_the_answer() {
    let town = open("policy.toml");
    let apart = answer(&problem_of(&town, &without_pairs(&town)).0, &EXACT, &Control::default());
    assert_eq!(apart.status, Status::Optimal);
    let (problem, _) = problem_of(&town, &town.policy);
    let together = answer(&problem, &SolveOptions { gap_ppm: 2_000, ..EXACT }, &Control::default());
    assert!(together.affinity_points > 0 && together.objective > worth(&problem, &apart));
}

#[test]
fn the_second_policy_names_its_conflict_and_each_two_of_its_quotas_can_hold() {
    let town = open("policy-conflict.toml");
    let names: Vec<String> = town.policy.quotas.iter().map(|quota| quota.id.clone()).collect();
    assert_eq!(names, ["enough-seniors", "enough-young", "enough-families"]);
    let run = pipeline::run(&town.model, &town.policy, town.book(), &EXACT.into(), &Control::default()).unwrap();
    assert_eq!(run.allocation.status, Status::Infeasible);
    let mut conflict: Vec<String> = run.conflict.unwrap().quotas.into_iter().map(|quota| quota.row).collect();
    conflict.sort();
    assert_eq!(conflict, ["enough-families", "enough-seniors", "enough-young"]);
    for left_out in names {
        let policy = Policy { quotas_off: vec![left_out], ..without_pairs(&town) };
        let allocation = answer(&problem_of(&town, &policy).0, &SolveOptions { gap_ppm: 20_000, ..EXACT }, &Control::default());
        assert!(allocation.objective.is_some(), "{:?}", policy.quotas_off);
    }
}

#[test]
fn few_candidates_are_proved_for_all_pairs_of_the_town() {
    let town = open("policy.toml");
    let policy = without_pairs(&town);
    let (problem, _) = problem_of(&town, &policy);
    let best = answer(&problem, &EXACT, &Control::default()).objective.unwrap();
    for (most, gap_ppm) in [(1, 10_000), (2, 10_000), (5, 10_000), (5, 0)] {
        let options = RunOptions { solve: SolveOptions { gap_ppm, ..EXACT }, max_candidates: NonZeroU32::new(most) };
        let run = pipeline::run(&town.model, &policy, town.book(), &options, &Control::default()).unwrap();
        let (objective, bound) = (run.allocation.objective.unwrap(), run.allocation.bound.unwrap());
        assert!(objective <= best && best <= bound, "{most}: {objective}, {best}, {bound}");
        let gap = i128::from(bound - objective) * 1_000_000;
        assert!(gap <= i128::from(gap_ppm) * i128::from(objective), "{most}: {objective} of {bound}");
        assert_eq!(run.totals.pairs, problem.arc_count());
        assert!(gap_ppm == 0 || run.totals.pairs_in_problem < run.totals.pairs, "{most}: {:?}", run.totals);
    }
    // The second policy cannot hold: that is claimed of all pairs, not of a part.
    let town = open("policy-conflict.toml");
    let options = RunOptions { solve: EXACT, max_candidates: NonZeroU32::new(2) };
    let run = pipeline::run(&town.model, &town.policy, town.book(), &options, &Control::default()).unwrap();
    assert_eq!((run.allocation.status, run.totals.pairs_in_problem), (Status::Infeasible, run.totals.pairs));
}
