//! `matcher rules`: the registries as a table.

use matcher_core::eligibility::{Card, RULES};
use matcher_core::explain::Language;
use matcher_core::scoring::CRITERIA;
use serde_json::json;

use crate::outcome::{Failure, Outcome, line, print};

/// List every rule and criterion with its parameters and sources
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher rules
  matcher rules --lang en --json")]
pub(crate) struct Args {
    /// Language: fr or en
    #[arg(long, default_value = "fr")]
    lang: Language,
    /// Print exactly one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "every command has this form")]
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let rules = || RULES.iter().map(|rule| (rule.code(), rule.card()));
    let criteria = || CRITERIA.iter().map(|criterion| (criterion.code(), criterion.card()));
    if args.json {
        let list = |cards: &mut dyn Iterator<Item = (&'static str, &'static Card)>| {
            cards.map(|(code, card)| json!({ "code": code, "card": card })).collect::<Vec<_>>()
        };
        print(&json!({ "rules": list(&mut rules()), "criteria": list(&mut criteria()) }));
        return Ok(Outcome::Yes);
    }
    let (rule_title, criterion_title) = match args.lang {
        Language::French => {
            ("RÈGLES (une paire refusée n'est jamais proposée)", "CRITÈRES (0 à 1000 pour mille, pondérés par la politique)")
        }
        Language::English => ("RULES (a refused pair is never offered)", "CRITERIA (0 to 1000 per mille, weighted by the policy)"),
    };
    line(rule_title);
    rules().for_each(|(code, card)| show(code, card, args.lang));
    line("");
    line(criterion_title);
    criteria().for_each(|(code, card)| show(code, card, args.lang));
    Ok(Outcome::Yes)
}

fn show(code: &str, card: &Card, lang: Language) {
    let at = usize::from(lang == Language::English);
    line(&format!("\n  {code:<18} {}  (v{})", card.name[at], card.version));
    line(&format!("    {}", card.about[at]));
    for parameter in card.parameters {
        line(&format!("    - {} = {}: {}", parameter.name, parameter.default, parameter.about[at]));
    }
    line(&format!("    {}", card.source));
}
