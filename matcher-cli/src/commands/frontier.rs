//! `matcher frontier`: what the mix, or placing more households, costs in suitability.

use std::path::PathBuf;

use matcher_core::explain::Language;
use matcher_core::pipeline::Inputs;
use matcher_core::report;
use matcher_core::scenario::{Axis, Session, Town};
use matcher_core::units::Date;
use serde_json::json;

use crate::limits::Limits;
use crate::outcome::{Failure, Outcome, line, print};
use crate::watch::watched;

/// The price of the mix: the best that can be had between suitability and the mix, or the households placed, each point proved
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher frontier my-town                              suitability against the distance from the mix
  matcher frontier my-town --against placed --points 5
  matcher frontier my-town --gap 0 --out frontier.html  proved optima, and a page with the curve

Exit status: 0 a frontier, 1 infeasible or nothing known, 2 bad input or usage.")]
pub(crate) struct Args {
    /// Folder of the tables
    dir: PathBuf,
    /// What stands against suitability
    #[arg(long, value_enum, default_value = "distance")]
    against: Against,
    /// Points at most
    #[arg(long, value_name = "N", default_value_t = 9)]
    points: usize,
    /// Policy file (default: policy.toml in the folder)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Reference date, YYYY-MM-DD (default: the policy's)
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
    /// Write the page with the curve into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    limits: Limits,
    /// Language: fr or en
    #[arg(long, default_value = "fr")]
    lang: Language,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Against {
    /// The cost of missed quotas and targets
    Distance,
    /// Households with an offer
    Placed,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let town = Town::from(Inputs::read(&args.dir, args.policy.as_deref())?.open(args.date)?);
    let options = args.limits.options(town.policy.seed);
    let axis = match args.against {
        Against::Distance => Axis::Distance,
        Against::Placed => Axis::Placed,
    };
    let frontier = watched(args.limits.time_limit, None, |control| {
        Session::open(town, &options, control)?.frontier(axis, args.points.max(2), control)
    })??;
    if let Some(path) = &args.out {
        let html = report::frontier_html(&frontier, args.lang);
        std::fs::write(path, html).map_err(|source| Failure::Write { path: path.display().to_string(), source })?;
    }
    if args.json {
        print(&json!(frontier));
    } else {
        line(report::frontier_summary(&frontier, args.lang).trim_end());
    }
    Ok(if frontier.points.is_empty() { Outcome::No } else { Outcome::Yes })
}
