//! `matcher scenario`: what a change of tables or policy would do, and for whom.

use std::path::{Path, PathBuf};

use matcher_core::error::Error;
use matcher_core::report::{self, Scene};
use matcher_core::scenario::{self, Comparison, Outcome as Answer, Scenario, Session, Town};
use matcher_core::solve::{Control, SolveOptions};
use serde_json::json;

use super::Asked;
use crate::outcome::{Failure, Outcome, line, print};
use crate::watch::watched;

/// What if: make changes to a town, solve it again, and see what becomes other and for whom
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher scenario my-town lift.toml                        the town before and after, who changes and why
  matcher scenario my-town new-building.toml lift.toml      the second made to what the first leaves
  matcher scenario my-town a.toml b.toml --compare          side by side, each made to the town itself
  matcher scenario my-town lift.toml --out what-if          scenario.html, comparison.json, changes.csv
  matcher scenario --list                                   the kinds of changes and their keys

Exit status: 0 an allocation for every scenario, 1 infeasible or nothing known for one of them, 2 bad input or usage.")]
pub(crate) struct Args {
    /// Folder of the tables
    #[arg(required_unless_present = "list")]
    dir: Option<PathBuf>,
    /// Scenarios, TOML or JSON
    #[arg(required_unless_present = "list", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Each scenario by itself, side by side (default: each made to the town that the one before it leaves)
    #[arg(long)]
    compare: bool,
    /// Print the kinds of changes and their keys
    #[arg(long)]
    list: bool,
    /// Write scenario.html, comparison.json and changes.csv into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// What was asked, answered.
struct Done {
    title: String,
    after: Answer,
    comparison: Comparison,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let Some(dir) = args.dir.as_deref().filter(|_| !args.list) else {
        line(scenario::catalogue(args.asked.lang).trim_end());
        return Ok(Outcome::Yes);
    };
    let scenarios =
        args.files.iter().map(|path| super::scenarios(path, scenario::parse, scenario::parse_json)).collect::<Result<Vec<_>, _>>()?;
    let (town, options) = args.asked.town(dir)?;
    let (before, done) =
        watched(args.asked.limits.time_limit, None, |control| answers(args.compare, (town, options), &scenarios, control))??;
    let scenes: Vec<Scene<'_>> =
        done.iter().map(|Done { title, after, comparison }| Scene { title, before: &before, after, comparison }).collect();
    let all = json!({
        "before": before,
        "scenarios": done.iter().map(|done| json!({"title": done.title, "after": done.after, "comparison": done.comparison})).collect::<Vec<_>>(),
    });
    if let Some(out) = &args.out {
        write(out, "scenario.html", &report::scenario_html(&scenes, args.asked.lang))?;
        write(out, "comparison.json", &format!("{all:#}\n"))?;
        for (number, done) in (1..).zip(&done) {
            let name = if args.compare { format!("changes-{number}.csv") } else { "changes.csv".to_owned() };
            write(out, &name, &report::moved_csv(&done.comparison.moved, args.asked.lang))?;
        }
    }
    if args.asked.json {
        print(&all);
    } else if args.compare {
        line(report::scenario_table(&scenes, args.asked.lang).trim_end());
    } else {
        line(report::scenario_summary(&scenes, args.asked.lang).trim_end());
    }
    Ok(if done.iter().all(|done| done.after.objective.is_some()) { Outcome::Yes } else { Outcome::No })
}

/// The town before, and what is asked of it.
fn answers(
    compare: bool,
    (town, options): (Town, SolveOptions),
    scenarios: &[Scenario],
    control: &Control<'_>,
) -> Result<(Answer, Vec<Done>), Error> {
    let policy = town.policy.id.clone();
    let lines = (0..scenarios.len()).map(|at| scenario::lineage(&policy, scenarios, at)).collect::<Result<Vec<_>, _>>()?;
    let session = Session::open(town, &options, control)?;
    let title = |of: &[&Scenario]| of.iter().map(|scenario| scenario.title.as_str()).collect::<Vec<_>>().join(" + ");
    let done = |of: &[&Scenario]| {
        let mut session = session.clone();
        for scenario in of {
            session.apply(scenario, control)?;
        }
        Ok(Done { title: title(of), after: session.outcome().clone(), comparison: session.compare() })
    };
    let all: Vec<&Scenario> = scenarios.iter().collect();
    let done = if compare { lines.iter().map(|line| done(line)).collect::<Result<_, Error>>()? } else { vec![done(&all)?] };
    Ok((session.base().clone(), done))
}

fn write(dir: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = dir.join(name);
    std::fs::create_dir_all(dir)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|source| Failure::Write { path: path.display().to_string(), source })
}
