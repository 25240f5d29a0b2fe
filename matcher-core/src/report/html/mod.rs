//! The report as one self-contained page: no script, no network, printable on A4, readable in greys.

mod chart;
mod comparison;
mod lists;
mod markup;
mod overview;
mod provenance;
mod quotas;

use crate::explain::Language;
use crate::pipeline::Run;

use super::texts;
use markup::{Markup, style_source};

const STYLE: &str = include_str!("style.css");

/// Rows of one table shown at most; the files hold all of them.
const ROWS: usize = 2_000;
/// Residences drawn at most.
const DRAWINGS: usize = 60;

/// The report as one HTML page, in `lang`; every text that comes from data is escaped (FAULTS 37).
///
/// Opens from a file, loads nothing, runs nothing: its content security policy allows its own style sheet only.
pub fn html(run: &Run, lang: Language) -> String {
    let title = lang.of(if run.conflict.is_some() { texts::TITLE_CONFLICT } else { texts::TITLE });
    let mut page = Markup::new(lang);
    page.constant("<!DOCTYPE html>\n");
    page.open("html", &[("lang", &lang)]);
    page.open("head", &[]);
    page.empty("meta", &[("charset", &"utf-8")]);
    let policy = format!("default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'", style_source(STYLE));
    page.empty("meta", &[("http-equiv", &"Content-Security-Policy"), ("content", &policy)]);
    page.empty("meta", &[("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")]);
    page.empty("meta", &[("name", &"referrer"), ("content", &"no-referrer")]);
    page.empty("meta", &[("name", &"robots"), ("content", &"noindex")]);
    page.element("title", &[], format!("{title} · {} · {}", run.provenance.policy.id, run.provenance.reference_date));
    page.open("style", &[]);
    page.constant(STYLE);
    page.close("style");
    page.close("head");
    page.open("body", &[]);
    overview::header(&mut page, run, title, lang);
    page.open("main", &[]);
    overview::glance(&mut page, run, lang);
    if let Some(conflict) = &run.conflict {
        quotas::conflict(&mut page, conflict, lang);
    } else {
        overview::mix(&mut page, run, lang);
        quotas::quotas(&mut page, run, lang);
        lists::offers(&mut page, run, lang);
        lists::shortlists(&mut page, run, lang);
        lists::left_empty(&mut page, run, lang);
        comparison::comparison(&mut page, run, lang);
        lists::unassigned(&mut page, run, lang);
    }
    provenance::provenance(&mut page, run, lang);
    page.close("main");
    page.close("body");
    page.close("html");
    page.finish()
}

/// Opens a section with its heading.
fn section(page: &mut Markup, id: &'static str, heading: &str) {
    page.open("section", &[("id", &id)]);
    page.element("h2", &[], heading);
}

/// Says where the rest is, where a table shows only its first rows.
fn elsewhere(page: &mut Markup, lang: Language, all: usize, limit: usize, file: &str) {
    if all > limit {
        page.element("p", &[("class", &"quiet")], texts::rows_elsewhere(lang, limit, all, file));
    }
}
