//! Who is offered what, the shortlists, the households and dwellings without an offer.

use std::collections::BTreeMap;

use crate::explain::{self, Language};
use crate::pipeline::{NoOffer, Offer, Run, Shortlist, Unassigned};

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
    let rows = run.offers.iter().take(ROWS).map(|offer| {
        vec![
            Cell::Text(offer.residence.clone()),
            Cell::Head(offer.dwelling.clone()),
            Cell::Text(format!("T{}", offer.typology)),
            Cell::Text(offer.household.clone()),
            Cell::Number(lang.number(offer.suitability)),
            Cell::Number(offer.choice.map_or_else(|| "–".into(), |rank| rank.to_string())),
            Cell::Text(strengths(offer, lang)),
        ]
    });
    page.table("wide", lang.of(texts::OFFERS), &headers, rows);
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
    let headers = [
        (lang.of(texts::DWELLING), false),
        (lang.of(texts::RANK), true),
        (lang.of(texts::HOUSEHOLD), false),
        (lang.of(texts::POINTS_HEAD), true),
        (lang.of(texts::BEHIND), true),
        (lang.of(texts::NOTE), false),
    ];
    let mut rows = Vec::new();
    for list in run.shortlists.iter().take(ROWS / 3) {
        list_rows(list, lang, &mut rows);
    }
    page.table("wide grouped", lang.of(texts::SHORTLISTS), &headers, rows);
    elsewhere(page, lang, run.shortlists.len(), ROWS / 3, "shortlists.csv");
    page.close("section");
}

fn list_rows(list: &Shortlist, lang: Language, rows: &mut Vec<Vec<Cell>>) {
    let name = |first: bool| if first { format!("{} · {}", list.dwelling, list.residence) } else { String::new() };
    if list.entries.is_empty() {
        let nothing = || Cell::Number(String::new());
        rows.push(vec![
            Cell::Head(name(true)),
            nothing(),
            Cell::Text(String::new()),
            nothing(),
            nothing(),
            Cell::Marked("quiet", lang.of(texts::NOBODY).into()),
        ]);
    }
    for entry in &list.entries {
        let mut notes = Vec::new();
        match &entry.offered {
            Some(dwelling) if *dwelling == list.dwelling => notes.push(lang.of(texts::OFFERED_HERE).to_owned()),
            Some(dwelling) => notes.push(format!("{} {dwelling}", lang.of(texts::OFFERED_ELSEWHERE))),
            None => {}
        }
        if entry.rank == list.entries.len() && list.is_short() {
            notes.push(texts::short_list(lang, list.candidates, list.wanted));
        }
        let here = entry.offered.as_ref() == Some(&list.dwelling);
        let head = name(entry.rank == 1);
        rows.push(vec![
            if head.is_empty() { Cell::Text(head) } else { Cell::Head(head) },
            Cell::Number(entry.rank.to_string()),
            if here { Cell::Marked("chosen", entry.household.clone()) } else { Cell::Text(entry.household.clone()) },
            Cell::Number(lang.number(entry.suitability)),
            Cell::Number(entry.behind.map_or_else(|| "–".into(), |points| lang.number(points))),
            Cell::Text(notes.join(" ; ")),
        ]);
    }
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
    page.table("wide", lang.of(texts::LEFT_EMPTY), &headers, rows);
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
        page.open("div", &[("class", &"columns")]);
        group_table(page, group.iter().take(left), &first.reason, lang);
        page.close("div");
        elsewhere(page, lang, group.len(), left, "unassigned.csv");
        left = left.saturating_sub(group.len()).max(20);
    }
    page.close("section");
}

fn group_table<'a>(page: &mut Markup, group: impl Iterator<Item = &'a &'a Unassigned>, kind: &NoOffer, lang: Language) {
    let household = (lang.of(texts::HOUSEHOLD), false);
    let caption = explain::reason_name(kind, lang);
    if matches!(kind, NoOffer::NoDwellingOpen { .. }) {
        let rows = group.map(|entry| {
            let NoOffer::NoDwellingOpen { rules } = &entry.reason else { return vec![Cell::Head(entry.household.clone())] };
            vec![Cell::Head(entry.household.clone()), Cell::Text(explain::rule_counts(rules, 2, lang))]
        });
        page.table("compact", caption, &[household, (lang.of(texts::RULES_MOST), false)], rows);
        return;
    }
    let headers = [
        household,
        (lang.of(texts::OPEN), true),
        (lang.of(texts::CLOSEST), false),
        (lang.of(texts::POINTS_HEAD), true),
        (lang.of(texts::MISSING), true),
    ];
    let rows = group.map(|entry| {
        let (dwelling, suitability, short) = match &entry.reason {
            NoOffer::OthersFitBetter { dwelling, suitability, short } => (dwelling.clone(), Some(*suitability), Some(*short)),
            NoOffer::QuotaBinds { dwelling, suitability, short, quota, .. } => {
                (format!("{dwelling} ({quota})"), Some(*suitability), Some(*short))
            }
            NoOffer::Tie { dwelling, suitability } | NoOffer::WithinGap { dwelling, suitability } => {
                (dwelling.clone(), Some(*suitability), None)
            }
            NoOffer::NoDwellingOpen { .. } | NoOffer::NotProved => (String::new(), None, None),
        };
        let number = |value: Option<i64>| Cell::Number(value.map_or_else(|| "–".into(), |value| lang.number(value)));
        vec![
            Cell::Head(entry.household.clone()),
            Cell::Number(entry.open.to_string()),
            Cell::Text(dwelling),
            number(suitability),
            number(short),
        ]
    });
    page.table("compact", caption, &headers, rows);
}
