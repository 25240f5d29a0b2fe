//! `matcher sweep`: many scenarios of one town, answered side by side.

use std::path::PathBuf;

use matcher_core::error::{Error, Report};
use matcher_core::report::{self, Swept};
use matcher_core::scenario::{self, Outcome as Answer, Scenario, Session};
use serde_json::json;

use super::Asked;
use crate::outcome::{Failure, Outcome, error_json, line, print};
use crate::watch::watched;

/// Many scenarios side by side: each combination of the values that keys take, from the same prices, each proved
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher sweep my-town rents.toml                   a line for each combination of the values under [[vary]]
  matcher sweep my-town a.toml b.toml --out all.csv  every figure of every scenario, for a spreadsheet

Exit status: 0 an allocation for every scenario, 1 infeasible or nothing known for one of them, 2 bad input or usage. What is wrong with one
scenario says nothing of the others.")]
pub(crate) struct Args {
    /// Folder of the tables
    dir: PathBuf,
    /// Scenarios, TOML or JSON, each made to the town by itself
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write every figure of every scenario into this file, as CSV
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let points = args
        .files
        .iter()
        .map(|path| super::scenarios(path, scenario::parse_grid, scenario::parse_grid_json))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    let (town, options) = args.asked.town(&args.dir)?;
    let (before, answers) = watched(args.asked.limits.time_limit, None, |control| {
        let session = Session::open(town, &options, control)?;
        Ok::<_, Error>((session.base().clone(), session.sweep(&points, control)))
    })??;
    let swept: Vec<Swept<'_>> = points.iter().zip(&answers).map(|(point, answer)| of(point, answer)).collect();
    if let Some(path) = &args.out {
        let csv = report::sweep_csv(&before, &swept);
        std::fs::write(path, csv).map_err(|source| Failure::Write { path: path.display().to_string(), source })?;
    }
    let is_answered = swept.iter().all(|one| one.answer.is_none_or(|answer| answer.objective.is_some()));
    if args.asked.json {
        let each = swept.iter().zip(&answers).map(|(one, answer)| match answer {
            Ok(after) => json!({"id": one.id, "title": one.title, "after": after}),
            Err(fault) => json!({"id": one.id, "title": one.title, "error": error_json(fault)}),
        });
        print(&json!({"before": before, "scenarios": each.collect::<Vec<_>>()}));
    } else {
        line(report::sweep_table(&before, &swept, args.asked.lang).trim_end());
    }
    // What could not be answered is told after everything that could, all of it.
    match faults(answers) {
        Some(fault) if args.asked.json => {
            eprintln!("{fault}");
            Ok(Outcome::Partly)
        }
        Some(fault) => Err(fault.into()),
        None => Ok(if is_answered { Outcome::Yes } else { Outcome::No }),
    }
}

/// The findings about all scenarios; an error of another kind goes before them.
fn faults(answers: Vec<Result<Answer, Error>>) -> Option<Error> {
    let mut all = Report::default();
    for fault in answers.into_iter().filter_map(Result::err) {
        match fault {
            Error::Input { report } => all.errors.extend(report.errors),
            other => return Some(other),
        }
    }
    all.into_result(()).err()
}

fn of<'a>(point: &'a Scenario, answer: &'a Result<Answer, Error>) -> Swept<'a> {
    Swept { id: &point.id, title: &point.title, answer: answer.as_ref().ok() }
}
