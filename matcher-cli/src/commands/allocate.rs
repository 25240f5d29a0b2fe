//! `matcher allocate`: from a landlord's tables to proved, explained offers.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use matcher_core::explain::Language;
use matcher_core::pipeline::{self, Inputs, RunOptions};
use matcher_core::report;
use matcher_core::units::Date;
use serde_json::json;

use crate::limits::Limits;
use crate::outcome::{Failure, Outcome, line, print};
use crate::watch::watched;

use super::{Clock, summary};

/// Allocate: check the tables, find the best offers, prove them, explain them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher allocate my-town --out out                      report.html, allocation.csv, shortlists.csv, ...
  matcher allocate my-town --policy other.toml --gap 0    another policy, to proved optimality
  matcher allocate my-town --date 2025-10-01 --lang en --json
  matcher allocate nation --max-candidates 16             where all pairs would not fit into memory; the proof holds for all

A person decides: the offers are a proposal for the commission.
Exit status: 0 an allocation, 1 infeasible or nothing known, 2 bad input or usage.")]
pub(crate) struct Args {
    /// Folder of the tables
    dir: PathBuf,
    /// Policy file (default: policy.toml in the folder)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Reference date, YYYY-MM-DD (default: the policy's)
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
    /// Write the run into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    limits: Limits,
    /// Solve with so many dwellings per household at first, the best; others come in as the proof, which holds for all, asks (default: all)
    #[arg(long, value_name = "N")]
    max_candidates: Option<NonZeroU32>,
    /// Language of report and summary: fr or en
    #[arg(long, default_value = "fr")]
    lang: Language,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut clock = Clock::start();
    let inputs = Inputs::read(&args.dir, args.policy.as_deref())?;
    let opened = inputs.open(args.date)?;
    clock.loaded();
    let options = RunOptions { solve: args.limits.options(opened.policy.seed), max_candidates: args.max_candidates };
    let mut run =
        watched(args.limits.time_limit, None, |control| pipeline::run(&opened.model, &opened.policy, opened.book(), &options, control))??;
    clock.solved();
    run.warnings.extend(opened.warnings.iter().cloned());
    if let Some(out) = &args.out {
        let timings: BTreeMap<String, f64> = clock.seconds().into_iter().map(|(stage, seconds)| (stage.to_owned(), seconds)).collect();
        report::files(&run, &inputs, &opened.policy, &timings, args.lang, out)?;
    }
    if args.json {
        let mut summary = summary(&run.allocation, &clock, &args.limits);
        summary["pairs"] = json!(run.totals.pairs);
        summary["pairs_in_problem"] = json!(run.totals.pairs_in_problem);
        print(&summary);
    } else {
        line(report::summary(&run, args.lang).trim_end());
        let [(_, load), (_, solve), (_, total)] = clock.seconds();
        line(&match args.lang {
            Language::French => format!("Secondes : lecture {load:.2}, calcul {solve:.2}, en tout {total:.2}"),
            Language::English => format!("Seconds: reading {load:.2}, solving {solve:.2}, in all {total:.2}"),
        });
        if let Some(out) = &args.out {
            line(&match args.lang {
                Language::French => format!("Rapport : {}", out.join("report.html").display()),
                Language::English => format!("Report: {}", out.join("report.html").display()),
            });
        }
    }
    Ok(if run.allocation.objective.is_some() { Outcome::Yes } else { Outcome::No })
}
