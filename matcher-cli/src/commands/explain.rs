//! `matcher explain`: why, and why not.

use std::path::PathBuf;

use matcher_core::explain::{self, Language};
use matcher_core::pipeline::{Case, reopen};
use serde_json::json;

use crate::outcome::{Failure, Outcome, line, print};

/// Say why a household is or is not offered a dwelling, or why a dwelling goes to whom
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher explain out --household H0042
  matcher explain out --dwelling R03-A-12 --lang en
  matcher explain out --household H0042 --dwelling R03-A-12    the pair

Exit status: 0 explained, 2 the run folder or the id cannot be used.")]
pub(crate) struct Args {
    /// Folder of a run (matcher allocate ... --out DIR)
    run: PathBuf,
    /// Household id
    #[arg(long, value_name = "ID", required_unless_present = "dwelling")]
    household: Option<String>,
    /// Dwelling id
    #[arg(long, value_name = "ID")]
    dwelling: Option<String>,
    /// Language: fr or en
    #[arg(long, default_value = "fr")]
    lang: Language,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let (opened, run) = reopen(&args.run)?;
    let case = Case::new(&opened.model, &opened.policy, &run)?;
    let (value, text) = match (&args.household, &args.dwelling) {
        (Some(household), Some(dwelling)) => {
            let reasons = explain::pair(&case, household, dwelling)?;
            (json!(reasons), reasons.text(args.lang))
        }
        (Some(household), None) => {
            let reasons = explain::household(&case, household)?;
            (json!(reasons), reasons.text(args.lang))
        }
        (None, Some(dwelling)) => {
            let reasons = explain::dwelling(&case, dwelling)?;
            (json!(reasons), reasons.text(args.lang))
        }
        // clap asks for one of them.
        (None, None) => {
            return Err(Failure::Usage { what: "--household", cause: "nobody is named".into(), action: "name a household or a dwelling" });
        }
    };
    if args.json {
        print(&value);
    } else {
        line(text.trim_end());
    }
    Ok(Outcome::Yes)
}
