//! `matcher verify`: have an answer judged, with or without the tables it came from.

use std::path::PathBuf;

use matcher_core::pipeline::replay;
use matcher_verify::judge_dirs;
use serde_json::json;

use crate::outcome::{Failure, Outcome, line, print};

/// Judge a run folder (recomputes pairs and scores from its inputs) or a raw answer (problem and answer folders)
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher verify out              everything: inputs, rules, scores, allocation, certificate
  matcher verify problem answer   the raw problem and its answer alone, by the independent checker

Exit status: 0 accepted, 1 refused, 2 the folders cannot be read.")]
pub(crate) struct Args {
    /// Folder of a run, or of a raw problem
    dir: PathBuf,
    /// Folder with allocation.csv and certificate.json of a raw problem
    answer: Option<PathBuf>,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    match &args.answer {
        Some(answer) => raw(args, answer),
        None => folder(args),
    }
}

fn raw(args: &Args, answer: &std::path::Path) -> Result<Outcome, Failure> {
    match judge_dirs(&args.dir, answer) {
        Ok(verdict) => {
            let value = verdict.value;
            if args.json {
                let mut object = json!({
                    "accepted": true,
                    "objective": value.map(|v| v.objective),
                    "bound": verdict.bound,
                    "proof": verdict.proof,
                    "leaves": verdict.leaves,
                });
                if !verdict.tiers.is_empty() {
                    let tiers = verdict.tiers.iter().map(|t| json!({ "tier": t.tier, "count": t.count, "bound": t.bound }));
                    object["tiers"] = tiers.collect();
                }
                print(&object);
            } else {
                let number = |value: Option<i64>| value.map_or_else(|| "none".to_owned(), |v| v.to_string());
                line(&format!(
                    "accepted: objective {}, bound {}, proved by {} ({} sets of prices)",
                    number(value.map(|v| v.objective)),
                    number(verdict.bound),
                    verdict.proof,
                    verdict.leaves
                ));
                for tier in &verdict.tiers {
                    line(&format!("tier {}: {} of at most {}", tier.tier, tier.count, tier.bound));
                }
            }
            Ok(Outcome::Yes)
        }
        Err(matcher_verify::Error::Refused(refusal)) => {
            if args.json {
                print(&json!({ "accepted": false, "reason": refusal.to_string() }));
            } else {
                line(&format!("refused: {refusal}"));
            }
            Ok(Outcome::No)
        }
        Err(matcher_verify::Error::Input(input)) => Err(input.into()),
    }
}

fn folder(args: &Args) -> Result<Outcome, Failure> {
    let verdict = replay(&args.dir)?;
    if args.json {
        print(&json!(verdict));
    } else if verdict.accepted {
        line("accepted: the pairs and scores follow from the inputs, and the independent checker accepts allocation and certificate");
    } else {
        for difference in &verdict.differences {
            line(&format!("refused: {difference}"));
        }
    }
    Ok(if verdict.accepted { Outcome::Yes } else { Outcome::No })
}
