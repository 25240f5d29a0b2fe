//! Every scenario outcome against a run from nothing on the tables that it leaves, written out and read again.

use matcher_core::allocation::Status;
use matcher_core::error::{Error, Report};
use matcher_core::pipeline::{self, RunOptions};
use matcher_core::scenario::{self, Outcome, Session, Town};
use matcher_core::solve::{Control, SolveOptions};
use matcher_core::{model, policy, problem, tables};
use matcher_generate::{Plan, Size, generate};

use crate::court;
use crate::families::Draw;
use crate::scenarios::random;

use super::{Bad, Job};

/// What a run found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Scenarios answered and compared.
    pub answered: u64,
    /// Scenarios refused, because what they change contradicts the town.
    pub refused: u64,
    /// Answers that differ.
    pub bad: Vec<Bad>,
}

/// Runs the trials: each a small town and some scenarios, one after the other.
pub fn run(job: &Job) -> Found {
    let job = Job { family: Some(0), ..job.clone() };
    let ([answered, refused], bad) = job.run(|case| trial(case.seed));
    Found { answered, refused, bad }
}

/// A town of some 20 dwellings to allocate and 50 households.
fn town(seed: u64, draw: &mut Draw) -> Result<Town, String> {
    let mut plan = Plan::size(Size::XS);
    (plan.residences, plan.homes, plan.relet) = (2, (7, 12), draw.between(4, 9).unsigned_abs() as usize);
    (plan.new_homes, plan.adapted) = (8, 2);
    (plan.applicants, plan.transfers) = (draw.between(20, 50).unsigned_abs() as usize, 4);
    let made = generate(&plan, seed);
    let policy = policy::parse(&made.policy, "policy.toml").map_err(|error| error.to_string())?;
    Ok(Town { tables: made.tables, policy, date: plan.date })
}

/// Everything an outcome says, as bytes.
fn bytes(outcome: &Outcome) -> String {
    format!("{outcome:?}")
}

/// Answered and refused scenarios.
fn trial(seed: u64) -> Result<[u64; 2], String> {
    let mut draw = Draw::new(seed, "scenarios");
    let town = town(seed, &mut draw)?;
    let gap_ppm = [0, 0, 1_000, 20_000][draw.position(4)];
    let options = SolveOptions { gap_ppm, seed, threads: 1 + draw.position(2), ..SolveOptions::default() };
    let open = |options: &SolveOptions| Session::open(town.clone(), options, &Control::default()).map_err(|error| error.to_string());
    let mut session = open(&options)?;
    let (mut history, mut counts, mut texts) = (vec![bytes(session.outcome())], [0, 0], Vec::new());
    unchanged(&session, gap_ppm)?;
    for number in 0..4 {
        let (text, scenario) = random(session.town(), session.outcome(), &mut draw, number)?;
        match session.apply(&scenario, &Control::default()) {
            Ok(outcome) => {
                history.push(bytes(outcome));
                against_cold(&session, &options).map_err(|why| format!("after {texts:?} and {text}: {why}"))?;
                counts[0] += 1;
                texts.push(text);
            }
            Err(Error::Input { report }) if !report.is_clean() => {
                counts[1] += 1;
                if history.last() != Some(&bytes(session.outcome())) {
                    return Err(format!("{text} is refused, and yet the session has changed"));
                }
            }
            Err(error) => return Err(format!("{text}: {error}")),
        }
    }
    let other = SolveOptions { threads: 3 - options.threads, ..options };
    let mut again = open(&other)?;
    for text in &texts {
        let scenario = scenario::parse_json(text, "scenario.json").map_err(|error| error.to_string())?;
        again.apply(&scenario, &Control::default()).map_err(|error| error.to_string())?;
    }
    if bytes(again.outcome()) != bytes(session.outcome()) {
        return Err(format!("{} and {} threads answer {texts:?} otherwise", options.threads, other.threads));
    }
    // Back to the beginning, the same bytes all the way.
    history.pop();
    while let Some(before) = history.pop() {
        if bytes(session.undo().map_err(|error| error.to_string())?) != before {
            return Err(format!("taking back one of {texts:?} gives other bytes"));
        }
    }
    if session.undo().is_ok() {
        return Err("more was taken back than was made".into());
    }
    Ok(counts)
}

/// A scenario without changes moves nobody where the optimum is proved.
fn unchanged(session: &Session, gap_ppm: u64) -> Result<(), String> {
    let nothing = scenario::parse_json("{\"id\": \"nothing\"}", "scenario.json").map_err(|error| error.to_string())?;
    let mut session = session.clone();
    session.apply(&nothing, &Control::default()).map_err(|error| error.to_string())?;
    let moved = session.compare().moved;
    if gap_ppm == 0 && !moved.is_empty() {
        return Err(format!("a scenario without changes moves {moved:?}"));
    }
    Ok(())
}

/// The outcome of the session against a run from nothing on its tables, and before the judge.
fn against_cold(session: &Session, options: &SolveOptions) -> Result<(), String> {
    let (mine, town) = (session.outcome(), session.town());
    let (problem, allocation) = session.answer().map_err(|error| error.to_string())?;
    let files = problem::files(&problem).map_err(|error| error.to_string())?;
    if allocation.certificate.is_some() {
        court::judge(&files, &problem, &allocation).map_err(|why| format!("the judge refuses it: {why}"))?;
    } else if matches!(mine.status, Status::Optimal | Status::GapLimit | Status::Infeasible) {
        return Err(format!("{:?} without a certificate", mine.status));
    }
    if (allocation.objective, allocation.bound) != (mine.objective, mine.bound) {
        return Err("the outcome says other numbers than the allocation".into());
    }
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    tables::write(&town.tables, dir.path()).map_err(|error| error.to_string())?;
    let (read, _) = tables::read(dir.path()).map_err(|error| format!("the tables do not read back: {error}"))?;
    let model = model::build(&read, town.date, &mut Report::default()).map_err(|error| error.to_string())?;
    let book = matcher_core::quotas::Book { quotas: &read.quotas, ledger: &read.ledger };
    let exact = RunOptions::from(SolveOptions { gap_ppm: 0, ..*options });
    let cold = pipeline::run(&model, &town.policy, book, &exact, &Control::default()).map_err(|error| error.to_string())?.allocation;
    let proved = matches!(mine.status, Status::Optimal | Status::Infeasible);
    if proved && (mine.objective, mine.status == Status::Infeasible) != (cold.objective, cold.status == Status::Infeasible) {
        return Err(format!("{:?} ({:?}), from nothing {:?} ({:?})", mine.objective, mine.status, cold.objective, cold.status));
    }
    if let (Some(mine), Some(cold)) = (mine.objective, cold.bound)
        && mine > cold
    {
        return Err(format!("worth {mine}, above the bound from nothing, {cold}"));
    }
    if let (Some(mine), Some(cold)) = (mine.bound, cold.objective)
        && mine < cold
    {
        return Err(format!("a bound of {mine}, below {cold}, which a run from nothing reaches"));
    }
    Ok(())
}
