//! What the calculation rests on.

use crate::explain::Language;
use crate::pipeline::Run;
use crate::policy::{Setting, Settings};

use super::super::texts;
use super::markup::{Cell, Markup};
use super::section;

pub(super) fn provenance(page: &mut Markup, run: &Run, lang: Language) {
    let from = &run.provenance;
    section(page, "provenance", lang.of(texts::PROVENANCE));
    page.element("p", &[], lang.of(texts::PROVENANCE_ABOUT));
    page.open("dl", &[("class", &"facts")]);
    let version = lang.of(texts::VERSION);
    for (name, value) in [
        (texts::REFERENCE_DATE, from.reference_date.clone()),
        (
            texts::POLICY,
            format!("{}, {version} {}, {} {}", from.policy.id, from.policy.version, lang.of(texts::DECIDED_BY), from.policy.author),
        ),
        (texts::SEED, from.options.seed.to_string()),
        (texts::ENGINE, format!("matcher {}", from.engine_version)),
        (texts::PROBLEM_HASH, format!("SHA-256 {}", from.problem)),
        (texts::POLICY_HASH, format!("SHA-256 {}", from.policy.sha256)),
    ] {
        page.element("dt", &[], lang.of(name));
        page.element("dd", &[], value);
    }
    page.close("dl");
    let headers = [
        (lang.of(texts::CRITERION), false),
        (lang.of(texts::WEIGHT), true),
        (lang.of(texts::SPREAD), true),
        (lang.of(texts::SOURCE), false),
    ];
    let criteria = from.criteria.iter().map(|criterion| {
        vec![
            Cell::Head(with_settings(lang.of(criterion.name), &criterion.settings)),
            Cell::Number(lang.number(criterion.weight)),
            Cell::Number(lang.percent(i128::from(criterion.spread) * 1_000, 0)),
            Cell::Text(format!("{} ({version} {})", criterion.source, criterion.version)),
        ]
    });
    page.table("wide", lang.of(texts::CRITERIA_USED), &headers, criteria);
    let rules = from.rules.iter().map(|rule| {
        vec![
            Cell::Head(with_settings(lang.of(rule.name), &rule.settings)),
            Cell::Text(rule.version.clone()),
            Cell::Text(rule.legal_basis.clone()),
            Cell::Text(rule.author.clone()),
        ]
    });
    let headers =
        [(lang.of(texts::RULE), false), (lang.of(texts::VERSION), false), (lang.of(texts::BASIS), false), (lang.of(texts::AUTHOR), false)];
    page.table("wide", lang.of(texts::RULES_USED), &headers, rules);
    if !run.warnings.is_empty() {
        page.element("h3", &[], lang.of(texts::WARNINGS));
        page.open("ul", &[]);
        for warning in &run.warnings {
            page.element("li", &[], warning);
        }
        page.close("ul");
    }
    page.close("section");
}

/// A name with the parameters that the policy sets.
fn with_settings(name: &str, settings: &Settings) -> String {
    if settings.is_empty() {
        return name.to_owned();
    }
    let each = settings.iter().map(|(parameter, value)| match value {
        Setting::Integer(number) => format!("{parameter} = {number}"),
        Setting::Switch(on) => format!("{parameter} = {on}"),
        Setting::Text(text) => format!("{parameter} = {text}"),
        Setting::List(list) => format!("{parameter} = {}", list.join(" | ")),
    });
    format!("{name} ({})", each.collect::<Vec<_>>().join(", "))
}
