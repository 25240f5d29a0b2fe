//! What scenarios change, as one self-contained page: figures, age bands before and after, who changes and why.

use crate::explain::Language;
use crate::pipeline::{Aim, Band, Mix};
use crate::scenario::{AgeMix, Outcome};

use super::super::scenario::{self as words, Scene};
use super::super::texts;
use super::markup::{Cell, Markup};
use super::{DRAWINGS, ROWS, chart, document, elsewhere, heading, section};

/// The page, in `lang`.
pub fn scenario_html(scenes: &[Scene<'_>], lang: Language) -> String {
    let title = lang.of(words::TITLE);
    document(title, lang, |page| {
        heading(page, title, lang);
        page.open("main", &[]);
        let mut drawn = 0;
        for scene in scenes {
            section(page, "scenario", scene.title);
            if scene.after.objective.is_none() {
                page.element("p", &[("class", &"lead")], lang.of(words::NO_ALLOCATION));
            }
            figures(page, scene, lang);
            mixes(page, scene, &mut drawn, lang);
            who(page, scene, lang);
            page.close("section");
        }
        page.close("main");
    })
}

fn figures(page: &mut Markup, scene: &Scene<'_>, lang: Language) {
    let headers = [
        (lang.of(texts::MEASURE), false),
        (lang.of(texts::BEFORE), true),
        (lang.of(texts::AFTER), true),
        (lang.of(texts::DIFFERENCE), true),
    ];
    let rows = scene.comparison.figures.iter().filter(|figure| words::is_shown(figure)).map(|figure| {
        vec![
            Cell::Head(lang.of(words::figure(figure.code)).into()),
            Cell::Number(words::value(lang, figure.code, figure.before)),
            Cell::Number(words::value(lang, figure.code, figure.after)),
            Cell::Number(words::more(lang, figure)),
        ]
    });
    page.table("narrow", lang.of(words::FIGURES), &headers, rows);
    page.element("p", &[("class", &"quiet")], words::gap_after(lang, scene.after));
}

/// The residences whose ages change, drawn.
fn mixes(page: &mut Markup, scene: &Scene<'_>, drawn: &mut usize, lang: Language) {
    let changed: Vec<Mix> = changed(scene.before, scene.after);
    if changed.is_empty() {
        return;
    }
    page.element("h3", &[], lang.of(texts::MIX));
    chart::legend(page, lang);
    let end = chart::axis_end(&changed);
    page.open("div", &[("class", &"multiples")]);
    for mix in changed.iter().take(DRAWINGS) {
        *drawn += 1;
        page.open("figure", &[]);
        page.open("figcaption", &[]);
        page.element("strong", &[], &mix.residence);
        page.close("figcaption");
        chart::draw(page, mix, end, *drawn, lang);
        page.close("figure");
    }
    page.close("div");
}

/// The mixes that are other than before, with the counts of both, aims as they are after.
fn changed(before: &Outcome, after: &Outcome) -> Vec<Mix> {
    let pair = |mix: &AgeMix| {
        let old = before.mixes.iter().find(|old| old.residence == mix.residence);
        if old == Some(mix) {
            return None;
        }
        let bands = mix.bands.iter().map(|band| {
            let same = old.and_then(|old| old.bands.iter().find(|old| (old.from, old.to) == (band.from, band.to)));
            let aim = band.holds.map(|_| Aim { quota: String::new(), min: band.low, target_low: None, target_high: None, max: band.high });
            Band { from: band.from, to: band.to, before: same.map_or(0, |old| old.households), after: band.households, usual: 0, aim }
        });
        Some(Mix {
            residence: mix.residence.clone(),
            dwellings: mix.dwellings,
            vacancies: 0,
            filled: 0,
            before: 0,
            after: 0,
            usual: 0,
            bands: bands.collect(),
        })
    };
    after.mixes.iter().filter_map(pair).collect()
}

fn who(page: &mut Markup, scene: &Scene<'_>, lang: Language) {
    page.element("h3", &[], lang.of(words::WHO));
    let moved = &scene.comparison.moved;
    if moved.is_empty() {
        return page.element("p", &[], lang.of(words::NOBODY));
    }
    page.element("p", &[], words::counts(lang, scene.comparison));
    let headers = [
        (lang.of(texts::HOUSEHOLD), false),
        (lang.of(texts::BEFORE), false),
        (lang.of(texts::AFTER), false),
        (lang.of(words::REASON), false),
    ];
    let rows = moved.iter().take(ROWS).map(|one| {
        let cell = |dwelling: &Option<String>| match dwelling {
            Some(dwelling) => Cell::Text(dwelling.clone()),
            None => Cell::Marked("quiet", lang.of(texts::NOTHING).into()),
        };
        vec![Cell::Head(one.household.clone()), cell(&one.before), cell(&one.after), Cell::Text(words::reason(lang, &one.reason))]
    });
    page.table("compact ids", lang.of(words::WHO), &headers, rows);
    elsewhere(page, lang, moved.len(), ROWS, "changes.csv");
}
