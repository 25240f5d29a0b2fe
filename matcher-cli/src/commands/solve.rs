//! `matcher solve`: the raw problem, no housing needed.

use std::path::{Path, PathBuf};

use matcher_core::allocation::{Allocation, Status};
use matcher_core::problem::{self, Problem};
use matcher_core::solve::solve;

use crate::limits::Limits;
use crate::outcome::{Failure, Outcome, line, print};
use crate::watch::watched;

use super::{Clock, summary};

/// Solve a raw problem directory (arcs.csv, dwellings.csv, ...; docs/formats.md)
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher solve problem                         solve to a proved gap of 0.1 %
  matcher solve problem --gap 0 --out answer    prove the optimum; write allocation.csv and certificate.json
  matcher solve problem --json --trace t.csv    one JSON object; bound and objective over time
  matcher verify problem answer                 have the answer judged

With tiers.csv in the folder the tiers count first; status, objective and bound are then those of the whole and of its last level.

Exit status: 0 an allocation, 1 infeasible or nothing known, 2 bad input or usage.")]
pub(crate) struct Args {
    /// Folder of the problem
    problem: PathBuf,
    /// Write allocation.csv and certificate.json into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    limits: Limits,
    /// Write seconds,bound,objective to this CSV file, a row whenever one improves
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut clock = Clock::start();
    let problem = problem::read(&args.problem)?;
    clock.loaded();
    let options = args.limits.options(0);
    let allocation = watched(args.limits.time_limit, args.trace.as_deref(), |control| solve(&problem, &options, control))??;
    clock.solved();
    if let Some(out) = &args.out {
        write(&problem, &allocation, out)?;
    }
    let summary = summary(&allocation, &clock, &args.limits);
    if args.json {
        print(&summary);
    } else {
        text(&problem, &allocation, &clock);
    }
    Ok(if allocation.objective.is_some() { Outcome::Yes } else { Outcome::No })
}

fn text(problem: &Problem, allocation: &Allocation, clock: &Clock) {
    let number = |value: Option<i64>| value.map_or_else(|| "none".to_owned(), |v| v.to_string());
    let said = match allocation.status {
        Status::Optimal => "optimal, proved",
        Status::GapLimit => "within the requested gap, proved",
        Status::TimeLimit => "stopped by the time limit",
        Status::StepLimit => "stopped by the step limit",
        Status::Cancelled => "cancelled",
        Status::Infeasible => "infeasible, proved: no allocation meets the hard quotas",
        _ => "no allocation known yet",
    };
    line(&format!(
        "{} households, {} dwellings, {} pairs, {} rows",
        problem.households().len(),
        problem.dwellings().len(),
        problem.arc_count(),
        problem.quotas().len()
    ));
    line(&format!("status      {said}"));
    for tier in &allocation.tiers {
        let said = match tier.bound {
            Some(bound) if bound == tier.reached => "proved: no more is possible".to_owned(),
            bound => format!("of at most {}", number(bound)),
        };
        line(&format!("tier {:<6} {} {said}", tier.tier, tier.reached));
    }
    line(&format!(
        "objective   {} = suitability {} - penalties {} + affinities {}",
        number(allocation.objective),
        allocation.suitability,
        allocation.penalties,
        allocation.affinity_points
    ));
    line(&format!("bound       {}", number(allocation.bound)));
    if let Some(gap) = allocation.gap() {
        line(&format!("gap         {:.4} %", gap * 100.0));
    }
    line(&format!("assigned    {}", allocation.pairs().count()));
    if let Some(matcher_core::allocation::Proof::Infeasible { rows, .. }) = allocation.certificate.as_ref().map(|c| &c.proof) {
        line(&format!("conflict    {}", rows.join(", ")));
    }
    let [(_, load), (_, solve), (_, total)] = clock.seconds();
    line(&format!("seconds     load {load:.3}, solve {solve:.3}, total {total:.3}"));
}

/// Writes `allocation.csv` and `certificate.json`; a file of an earlier answer does not stay.
fn write(problem: &Problem, allocation: &Allocation, out: &Path) -> Result<(), Failure> {
    let fault = |path: &Path| {
        let path = path.display().to_string();
        move |source: std::io::Error| Failure::Write { path, source }
    };
    std::fs::create_dir_all(out).map_err(fault(out))?;
    let path = out.join("allocation.csv");
    matcher_core::allocation::write_pairs(problem, allocation, &path)?;
    let path = out.join("certificate.json");
    match &allocation.certificate {
        Some(certificate) => {
            let file = std::fs::File::create(&path).map_err(fault(&path))?;
            let mut file = std::io::BufWriter::new(file);
            serde_json::to_writer(&mut file, certificate).map_err(|e| fault(&path)(e.into()))?;
            std::io::Write::flush(&mut file).map_err(fault(&path))?;
        }
        None if path.exists() => std::fs::remove_file(&path).map_err(fault(&path))?,
        None => {}
    }
    Ok(())
}
