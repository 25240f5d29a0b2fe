//! Quotas met and missed, and the page of quotas that cannot hold together.

use crate::explain::{self, Language};
use crate::pipeline::{Conflict, QuotaResult, Run};
use crate::quotas::Verdict;

use super::super::texts;
use super::markup::{Cell, Markup};
use super::{ROWS, elsewhere, section};

pub(super) fn quotas(page: &mut Markup, run: &Run, lang: Language) {
    section(page, "quotas", lang.of(texts::QUOTAS));
    if run.quotas.is_empty() {
        page.element("p", &[], lang.of(texts::NO_QUOTAS));
        page.close("section");
        return;
    }
    page.element("p", &[], lang.of(texts::QUOTAS_ABOUT));
    let headers = [
        (lang.of(texts::QUOTA), false),
        (lang.of(texts::ASKED), false),
        (lang.of(texts::COUNT_BEFORE), true),
        (lang.of(texts::COUNT_AFTER), true),
        (lang.of(texts::RESULT), false),
        (lang.of(texts::PENALTY), true),
        (lang.of(texts::PRICE), true),
        (lang.of(texts::LEGAL_BASIS), false),
    ];
    page.table("wide untitled quotas", lang.of(texts::QUOTAS), &headers, run.quotas.iter().take(ROWS).map(|quota| row(quota, lang)));
    elsewhere(page, lang, run.quotas.len(), ROWS, "quotas.csv");
    page.close("section");
}

fn row(quota: &QuotaResult, lang: Language) -> Vec<Cell> {
    let outcome = &quota.outcome;
    let verdict = match outcome.verdict {
        Verdict::Met => Cell::Marked("good", format!("✓ {}", lang.of(texts::HELD))),
        Verdict::Open => Cell::Marked("quiet", lang.of(texts::STILL_OPEN).into()),
        Verdict::Inherited => Cell::Marked("quiet", lang.of(texts::INHERITED).into()),
        Verdict::Missed => Cell::Marked("bad", format!("✗ {}", texts::missed_by(lang, outcome.away))),
    };
    let kind = lang.of(if quota.hard { texts::HARD } else { texts::PRICED });
    vec![
        Cell::Named(outcome.id.clone(), where_whom(quota, lang)),
        Cell::Detailed(asked(quota, lang), kind.into()),
        Cell::Number(lang.number(quota.before())),
        Cell::Number(lang.number(outcome.total)),
        verdict,
        Cell::Number(lang.number(outcome.penalty)),
        Cell::Number(quota.price.map_or_else(|| "–".into(), |price| lang.number(price.abs()))),
        Cell::Detailed(quota.legal_basis.clone(), quota.author.clone()),
    ]
}

/// Scope and group in words.
fn where_whom(quota: &QuotaResult, lang: Language) -> String {
    let (scope, group) =
        (explain::filter_words(&quota.scope, texts::EVERYWHERE, lang), explain::filter_words(&quota.group, texts::EVERYBODY, lang));
    format!("{scope} · {group}")
}

/// The bounds as counts, and as written where they are shares.
fn asked(quota: &QuotaResult, lang: Language) -> String {
    let outcome = &quota.outcome;
    let counts = texts::bounds(lang, outcome.min, (outcome.target_low, outcome.target_high), outcome.max);
    if !quota.share {
        return counts;
    }
    let [min, target, max] = &quota.written;
    let per_cent = |text: &String| lang.per_cent_text(text);
    let shares: Vec<String> = [min, target, max].into_iter().filter(|text| !text.trim().is_empty()).map(per_cent).collect();
    format!("{counts} ({})", shares.join(" – "))
}

pub(super) fn conflict(page: &mut Markup, conflict: &Conflict, lang: Language) {
    section(page, "conflict", lang.of(texts::CONFLICT));
    page.element("p", &[("class", &"lead")], lang.of(texts::CONFLICT_ABOUT));
    let headers = [
        (lang.of(texts::QUOTA), false),
        (lang.of(texts::ASKED), false),
        (lang.of(texts::COUNT_BEFORE), true),
        (lang.of(texts::LEGAL_BASIS), false),
    ];
    let rows = conflict.quotas.iter().map(|row| {
        let Some(quota) = &row.quota else {
            let household = row.row.strip_prefix("pin:").unwrap_or(&row.row);
            return vec![
                Cell::Head(household.to_owned()),
                Cell::Text(lang.of(texts::PINNED).into()),
                Cell::Number("–".into()),
                Cell::Text(String::new()),
            ];
        };
        vec![
            Cell::Named(format!("{} ({} {})", quota.outcome.id, lang.of(texts::VERSION), quota.version), where_whom(quota, lang)),
            Cell::Text(asked(quota, lang)),
            Cell::Number(lang.number(quota.before())),
            Cell::Detailed(quota.legal_basis.clone(), quota.author.clone()),
        ]
    });
    page.table("wide untitled quotas", lang.of(texts::CONFLICT), &headers, rows);
    page.element("p", &[], lang.of(texts::WHAT_TO_DO));
    page.close("section");
}
