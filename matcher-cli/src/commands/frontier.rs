//! `matcher frontier`: what the mix, or placing more households, costs in suitability.

use std::path::PathBuf;

use matcher_core::report;
use matcher_core::scenario::{Axis, Session};
use serde_json::json;

use super::Asked;
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
    /// Write the page with the curve into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Against {
    /// The cost of missed quotas and targets
    Distance,
    /// Households with an offer
    Placed,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let (town, options) = args.asked.town(&args.dir)?;
    let axis = match args.against {
        Against::Distance => Axis::Distance,
        Against::Placed => Axis::Placed,
    };
    let frontier = watched(args.asked.limits.time_limit, None, |control| {
        Session::open(town, &options, control)?.frontier(axis, args.points.max(2), control)
    })??;
    if let Some(path) = &args.out {
        let html = report::frontier_html(&frontier, args.asked.lang);
        std::fs::write(path, html).map_err(|source| Failure::Write { path: path.display().to_string(), source })?;
    }
    if args.asked.json {
        print(&json!(frontier));
    } else {
        line(report::frontier_summary(&frontier, args.asked.lang).trim_end());
    }
    Ok(if frontier.points.is_empty() { Outcome::No } else { Outcome::Yes })
}
