//! Who is offered what, the shortlists, the households and dwellings without an offer.

use std::collections::BTreeMap;

use crate::explain::{self, Language};
use crate::pipeline::{NoOffer, Offer, RuleCount, Run, Shortlist, Unassigned};

use super::super::texts;
use super::markup::{Cell, Markup};
use super::{ROWS, elsewhere, section};

pub(super) fn offers(page: &mut Markup, run: &Run, lang: Language) {
    section(page, "offers", lang.of(texts::OFFERS));
    page.element("p", &[("class", &"quiet")], lang.of(texts::IDS_ONLY));
    if run.offers.is_empty() {
        page.element("p", &[], lang.of(texts::NO_OFFERS));
        page.close("section");
        return;
    }
    let headers = [
        (lang.of(texts::RESIDENCE), false),
        (lang.of(texts::DWELLING), false),
        (lang.of(texts::TYPOLOGY), false),
        (lang.of(texts::HOUSEHOLD), false),
        (lang.of(texts::POINTS_HEAD), true),
        (lang.of(texts::CHOICE), true),
        (lang.of(texts::STRENGTHS), false),
    ];
    let mut last = None;
    let rows = run.offers.iter().take(ROWS).map(|offer| {
        // The residence is named once.
        let residence = if last.replace(&offer.residence) == Some(&offer.residence) { String::new() } else { offer.residence.clone() };
        vec![
            Cell::Text(residence),
            Cell::Head(offer.dwelling.clone()),
            Cell::Text(format!("T{}", offer.typology)),
            Cell::Text(offer.household.clone()),
            Cell::Number(lang.number(offer.suitability)),
            Cell::Number(offer.choice.map_or_else(|| "–".into(), |rank| rank.to_string())),
            Cell::Text(strengths(offer, lang)),
        ]
    });
    page.table("wide untitled ids", lang.of(texts::OFFERS), &headers, rows);
    elsewhere(page, lang, run.offers.len(), ROWS, "offers.csv");
    page.close("section");
}

/// The criteria that give most points, or the person who decided.
fn strengths(offer: &Offer, lang: Language) -> String {
    if let Some(pin) = &offer.pin {
        return format!("{} ({}, {})", lang.of(texts::PINNED), pin.reason, pin.author);
    }
    let mut points: Vec<_> = offer.points.iter().filter(|points| points.points() > 0).collect();
    points.sort_by_key(|points| std::cmp::Reverse(points.points()));
    let each = points.iter().take(3).map(|points| {
        let name = explain::criterion_name(points.criterion, lang);
        format!("{name} {}", lang.number(points.points()))
    });
    each.collect::<Vec<_>>().join(" · ")
}

pub(super) fn shortlists(page: &mut Markup, run: &Run, lang: Language) {
    if run.shortlists.is_empty() {
        return;
    }
    section(page, "shortlists", lang.of(texts::SHORTLISTS));
    page.element("p", &[], lang.of(texts::SHORTLISTS_ABOUT));
    page.open("div", &[("class", &"columns")]);
    page.open("table", &[("class", &"compact lists untitled")]);
    page.element("caption", &[], lang.of(texts::SHORTLISTS));
    page.open("thead", &[]);
    page.open("tr", &[]);
    for (text, number) in
        [(texts::RANK, true), (texts::HOUSEHOLD, false), (texts::POINTS_HEAD, true), (texts::BEHIND, true), (texts::NOTE, false)]
    {
        page.element("th", &[("scope", &"col"), ("class", if number { &"number" } else { &"words" })], lang.of(text));
    }
    page.close("tr");
    page.close("thead");
    for list in run.shortlists.iter().take(ROWS / 3) {
        shortlist(page, list, lang);
    }
    page.close("table");
    page.close("div");
    elsewhere(page, lang, run.shortlists.len(), ROWS / 3, "shortlists.csv");
    page.close("section");
}

/// One dwelling with its candidates, kept together on paper.
fn shortlist(page: &mut Markup, list: &Shortlist, lang: Language) {
    page.open("tbody", &[]);
    page.open("tr", &[]);
    page.open("th", &[("scope", &"rowgroup"), ("colspan", &5)]);
    page.text(format_args!("{} · {}", list.dwelling, list.residence));
    page.element("small", &[], texts::candidates(lang, list.candidates, list.wanted));
    page.close("th");
    page.close("tr");
    for entry in &list.entries {
        let here = entry.offered.as_ref() == Some(&list.dwelling);
        let note = match &entry.offered {
            Some(_) if here => lang.of(texts::OFFERED_HERE).to_owned(),
            Some(dwelling) => format!("{} {dwelling}", lang.of(texts::OFFERED_ELSEWHERE)),
            None => String::new(),
        };
        page.open("tr", &[]);
        page.element("td", &[("class", &"number")], entry.rank);
        page.element("td", &[("class", if here { &"chosen" } else { &"" })], &entry.household);
        page.element("td", &[("class", &"number")], lang.number(entry.suitability));
        page.element("td", &[("class", &"number")], entry.behind.map_or_else(|| "–".into(), |points| lang.number(points)));
        page.element("td", &[], note);
        page.close("tr");
    }
    page.close("tbody");
}

pub(super) fn left_empty(page: &mut Markup, run: &Run, lang: Language) {
    section(page, "left-empty", lang.of(texts::LEFT_EMPTY));
    if run.left_empty.is_empty() {
        let text = if run.totals.vacancies > 0 && run.offers.len() == run.totals.vacancies { texts::NONE_EMPTY } else { texts::NO_OFFERS };
        page.element("p", &[], lang.of(text));
        page.close("section");
        return;
    }
    let headers = [
        (lang.of(texts::RESIDENCE), false),
        (lang.of(texts::DWELLING), false),
        (lang.of(texts::CANDIDATES), true),
        (lang.of(texts::REASON), false),
    ];
    let rows = run.left_empty.iter().take(ROWS).map(|empty| {
        vec![
            Cell::Text(empty.residence.clone()),
            Cell::Head(empty.dwelling.clone()),
            Cell::Number(lang.number(empty.candidates as i128)),
            Cell::Text(explain::why_empty(&empty.reason, lang)),
        ]
    });
    page.table("wide untitled ids", lang.of(texts::LEFT_EMPTY), &headers, rows);
    elsewhere(page, lang, run.left_empty.len(), ROWS, "run.json");
    page.close("section");
}

pub(super) fn unassigned(page: &mut Markup, run: &Run, lang: Language) {
    section(page, "unassigned", lang.of(texts::UNASSIGNED));
    if run.unassigned.is_empty() {
        let all = run.totals.applicants > 0 && run.offers.len() == run.totals.applicants;
        page.element("p", &[], lang.of(if all { texts::NONE_UNASSIGNED } else { texts::NO_OFFERS }));
        page.close("section");
        return;
    }
    page.element("p", &[("class", &"quiet")], lang.of(texts::COLUMNS));
    let mut groups: BTreeMap<&'static str, Vec<&Unassigned>> = BTreeMap::new();
    for household in &run.unassigned {
        groups.entry(household.reason.code()).or_default().push(household);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut left = ROWS;
    for group in groups {
        let Some(first) = group.first() else { continue };
        page.element("h3", &[], format!("{} · {}", texts::households(lang, group.len()), explain::reason_name(&first.reason, lang)));
        page.element("p", &[], explain::reason_about(&first.reason, lang));
        alone(page, &group, run.totals.vacancies, lang);
        page.open("div", &[("class", &"columns three")]);
        group_table(page, group.iter().take(left), &first.reason, lang);
        page.close("div");
        elsewhere(page, lang, group.len(), left, "unassigned.csv");
        left = left.saturating_sub(group.len()).max(20);
    }
    page.close("section");
}

/// The rules that alone refuse every dwelling, each with the number of households it does so to.
fn alone(page: &mut Markup, group: &[&Unassigned], vacancies: usize, lang: Language) {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for entry in group {
        let NoOffer::NoDwellingOpen { rules } = &entry.reason else { return };
        for rule in rules.iter().filter(|rule| rule.refused == vacancies) {
            *counts.entry(rule.rule).or_default() += 1;
        }
    }
    let counts = RuleCount::most_first(counts.into_iter().collect());
    if !counts.is_empty() {
        let rules = explain::rule_counts(&counts, counts.len(), lang);
        page.element("p", &[], format!("{}{}{rules}.", lang.of(texts::ALONE), lang.of([" : ", ": "])));
    }
}

/// One group of households; columns that say nothing about it are left out.
fn group_table<'a>(page: &mut Markup, group: impl Iterator<Item = &'a &'a Unassigned>, kind: &NoOffer, lang: Language) {
    let household = (lang.of(texts::HOUSEHOLD), false);
    let (caption, class) = (explain::reason_name(kind, lang), "compact untitled ids");
    let (open, closest) = ((lang.of(texts::OPEN), true), (lang.of(texts::CLOSEST), false));
    let head = |entry: &Unassigned| Cell::Head(entry.household.clone());
    let number = |value: usize| Cell::Number(lang.count(value));
    match kind {
        NoOffer::NoDwellingOpen { .. } => {
            let rows = group.map(|entry| match &entry.reason {
                NoOffer::NoDwellingOpen { rules } => vec![head(entry), Cell::Text(explain::rule_counts(rules, 2, lang))],
                _ => vec![head(entry)],
            });
            page.table(class, caption, &[household, (lang.of(texts::RULES_MOST), false)], rows);
        }
        NoOffer::OthersFitBetter { .. } | NoOffer::QuotaBinds { .. } => {
            let rows = group.map(|entry| match &entry.reason {
                NoOffer::OthersFitBetter { dwelling, short, .. } => {
                    vec![head(entry), number(entry.open), Cell::Text(dwelling.clone()), Cell::Number(lang.number(*short))]
                }
                NoOffer::QuotaBinds { dwelling, short, quota, .. } => {
                    vec![
                        head(entry),
                        number(entry.open),
                        Cell::Detailed(dwelling.clone(), quota.clone()),
                        Cell::Number(lang.number(*short)),
                    ]
                }
                _ => vec![head(entry)],
            });
            page.table(class, caption, &[household, open, closest, (lang.of(texts::MISSING), true)], rows);
        }
        NoOffer::Tie { .. } | NoOffer::WithinGap { .. } | NoOffer::NotProved => {
            let rows = group.map(|entry| match &entry.reason {
                NoOffer::Tie { dwelling, .. } | NoOffer::WithinGap { dwelling, .. } => {
                    vec![head(entry), number(entry.open), Cell::Text(dwelling.clone())]
                }
                _ => vec![head(entry), number(entry.open), Cell::Text(String::new())],
            });
            page.table(class, caption, &[household, open, closest], rows);
        }
    }
}
