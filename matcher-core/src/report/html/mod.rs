//! The report as one self-contained page: no script, no network, printable on A4, readable in greys.

mod chart;
mod comparison;
mod frontier;
mod lists;
mod markup;
mod overview;
mod provenance;
mod quotas;
mod scenario;

pub use frontier::frontier_html;
pub use scenario::scenario_html;

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
    let full = format!("{title} · {} · {}", run.provenance.policy.id, run.provenance.reference_date);
    document(&full, lang, |page| {
        overview::header(page, run, title, lang);
        page.open("main", &[]);
        overview::glance(page, run, lang);
        if let Some(conflict) = &run.conflict {
            quotas::conflict(page, conflict, lang);
        } else {
            overview::mix(page, run, lang);
            quotas::quotas(page, run, lang);
            lists::offers(page, run, lang);
            lists::shortlists(page, run, lang);
            lists::left_empty(page, run, lang);
            comparison::comparison(page, run, lang);
            lists::unassigned(page, run, lang);
        }
        provenance::provenance(page, run, lang);
        page.close("main");
    })
}

/// A whole document around what `body` writes.
fn document(full_title: &str, lang: Language, body: impl FnOnce(&mut Markup)) -> String {
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
    page.element("title", &[], full_title);
    page.open("style", &[]);
    page.constant(STYLE);
    page.close("style");
    page.close("head");
    page.open("body", &[]);
    body(&mut page);
    page.close("body");
    page.close("html");
    page.finish()
}

/// Head of a page about what could be: its title, and that a person decides.
fn heading(page: &mut Markup, title: &str, lang: Language) {
    page.open("header", &[]);
    page.element("h1", &[], title);
    page.open("aside", &[("class", &"notice")]);
    page.element("h2", &[], lang.of(texts::NOTICE_TITLE));
    page.element("p", &[], lang.of(texts::NOTICE_SHORT));
    page.close("aside");
    page.close("header");
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
