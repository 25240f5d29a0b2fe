//! What the usual practice would have done with the same data.

use crate::explain::Language;
use crate::pipeline::Run;

use super::super::texts;
use super::markup::{Cell, Markup};
use super::{ROWS, elsewhere, section};

pub(super) fn comparison(page: &mut Markup, run: &Run, lang: Language) {
    let (usual, allocation) = (&run.usual, &run.allocation);
    section(page, "usual", lang.of(texts::COMPARISON));
    page.element("p", &[], lang.of(texts::COMPARISON_ABOUT));
    let missed = run.quotas.iter().filter(|quota| !quota.met()).count();
    let rows = [
        (texts::DWELLINGS_FILLED, run.offers.len() as i64, usual.filled as i64),
        (texts::SUITABILITY, allocation.suitability, usual.suitability),
        (texts::QUOTAS_MISSED, missed as i64, usual.quotas_missed as i64),
        // The independent checker has refused anything that breaks a hard bound.
        (texts::HARD_BROKEN, 0, usual.hard_broken as i64),
        (texts::PENALTIES, allocation.penalties, usual.penalties),
    ];
    let headers = [
        (lang.of(texts::MEASURE), false),
        (lang.of(texts::PROPOSAL), true),
        (lang.of(texts::COUNT_USUAL), true),
        (lang.of(texts::DIFFERENCE), true),
    ];
    let rows = rows.into_iter().map(|(name, ours, theirs)| {
        let more = ours - theirs;
        let sign = if more > 0 { "+" } else { "" };
        vec![
            Cell::Head(lang.of(name).into()),
            Cell::Number(lang.number(ours)),
            Cell::Number(lang.number(theirs)),
            Cell::Number(format!("{sign}{}", lang.number(more))),
        ]
    });
    page.table("narrow untitled", lang.of(texts::COMPARISON), &headers, rows);
    let (mut other, mut gained, mut lost) = (0, 0, 0);
    for difference in &usual.differences {
        match (&difference.offered, &difference.usual) {
            (Some(_), Some(_)) => other += 1,
            (Some(_), None) => gained += 1,
            (None, _) => lost += 1,
        }
    }
    page.element("p", &[], texts::differ(lang, other, gained, lost));
    if !usual.differences.is_empty() {
        page.open("div", &[("class", &"columns three")]);
        let headers = [(lang.of(texts::HOUSEHOLD), false), (lang.of(texts::PROPOSAL), false), (lang.of(texts::COUNT_USUAL), false)];
        let rows = usual.differences.iter().take(ROWS).map(|difference| {
            let cell = |dwelling: &Option<String>| match dwelling {
                Some(dwelling) => Cell::Text(dwelling.clone()),
                None => Cell::Marked("quiet", lang.of(texts::NOTHING).into()),
            };
            vec![Cell::Head(difference.household.clone()), cell(&difference.offered), cell(&difference.usual)]
        });
        page.table("compact ids", lang.of(texts::WHO_DIFFERS), &headers, rows);
        page.close("div");
        elsewhere(page, lang, usual.differences.len(), ROWS, "run.json");
    }
    page.close("section");
}
