//! Head of the page, the summary at a glance, and the mix of ages.

use crate::explain::Language;
use crate::pipeline::Run;
use crate::report::gap_millionths;

use super::super::texts;
use super::markup::{Cell, Markup};
use super::{DRAWINGS, ROWS, chart, elsewhere, section};

pub(super) fn header(page: &mut Markup, run: &Run, title: &str, lang: Language) {
    let provenance = &run.provenance;
    page.open("header", &[]);
    page.open("div", &[("class", &"head")]);
    page.element("h1", &[], title);
    page.element("span", &[("class", &badge(run))], lang.of(texts::status_name(run.allocation.status)));
    page.close("div");
    page.element(
        "p",
        &[("class", &"quiet")],
        format!(
            "{} {} · {} {} ({} {}) · {} {}",
            lang.of(texts::REFERENCE_DATE),
            provenance.reference_date,
            lang.of(texts::POLICY),
            provenance.policy.id,
            lang.of(texts::VERSION),
            provenance.policy.version,
            lang.of(texts::DECIDED_BY),
            provenance.policy.author,
        ),
    );
    page.open("aside", &[("class", &"notice")]);
    page.element("h2", &[], lang.of(texts::NOTICE_TITLE));
    page.element("p", &[], lang.of(texts::NOTICE));
    page.close("aside");
    page.close("header");
}

fn badge(run: &Run) -> &'static str {
    use crate::allocation::Status;
    match run.allocation.status {
        Status::Optimal | Status::GapLimit => "badge good",
        Status::Infeasible | Status::Unknown => "badge bad",
        _ => "badge",
    }
}

pub(super) fn glance(page: &mut Markup, run: &Run, lang: Language) {
    let (totals, allocation) = (&run.totals, &run.allocation);
    section(page, "glance", lang.of(texts::GLANCE));
    if totals.vacancies == 0 || totals.applicants == 0 {
        page.element("p", &[("class", &"lead")], lang.of(texts::EMPTY));
    } else if run.conflict.is_none() {
        page.element(
            "p",
            &[("class", &"lead")],
            texts::glance(lang, totals.filled, totals.vacancies, totals.applicants, totals.residences),
        );
    }
    if allocation.objective.is_some() {
        let number = |n: usize| lang.number(n as i128);
        let gap = gap_millionths(allocation).map_or_else(|| lang.of(texts::UNKNOWN).to_owned(), |gap| lang.percent(gap, 2));
        page.open("dl", &[("class", &"figures")]);
        for (value, of, name) in [
            (number(totals.filled), Some(number(totals.vacancies)), texts::FILLED),
            (number(run.offers.len()), Some(number(totals.applicants)), texts::SERVED),
            (number(totals.quotas_met), Some(number(totals.quotas)), texts::QUOTAS_MET),
            (gap, None, texts::GAP),
        ] {
            page.open("div", &[]);
            page.element("dt", &[], lang.of(name));
            page.open("dd", &[]);
            page.text(value);
            if let Some(of) = of {
                page.element("small", &[], format!(" / {of}"));
            }
            page.close("dd");
            page.close("div");
        }
        page.close("dl");
    }
    let status = texts::status(allocation.status);
    page.open("p", &[]);
    page.element("strong", &[], format!("{}{}", lang.of(texts::STATUS), lang.of([" : ", ": "])));
    page.text(lang.of(status));
    page.text(". ");
    page.text(texts::proof(lang, run.judgement.proof, run.judgement.leaves));
    if run.totals.pairs_in_problem < run.totals.pairs {
        page.text(" ");
        page.text(texts::part(lang, run.totals.pairs_in_problem, run.totals.pairs));
    }
    page.close("p");
    if allocation.objective.is_some() {
        worth(page, run, lang);
    }
    for criterion in run.provenance.criteria.iter().filter(|criterion| criterion.dominates) {
        page.element("p", &[("class", &"warning")], format!("{} — {}", lang.of(criterion.name), lang.of(texts::DOMINATES)));
    }
    page.close("section");
}

/// How the value is made up.
fn worth(page: &mut Markup, run: &Run, lang: Language) {
    let allocation = &run.allocation;
    let mut rows = vec![(texts::SUITABILITY, Some(allocation.suitability))];
    if allocation.affinity_points > 0 || !run.problem.affinities().is_empty() {
        rows.push((texts::AFFINITIES, Some(allocation.affinity_points)));
    }
    rows.extend([
        (texts::PENALTIES, Some(-allocation.penalties)),
        (texts::OBJECTIVE, allocation.objective),
        (texts::BOUND, allocation.bound),
    ]);
    let rows = rows.into_iter().map(|(name, value)| {
        let value = value.map_or_else(|| lang.of(texts::UNKNOWN).to_owned(), |value| lang.number(value));
        vec![Cell::Head(lang.of(name).into()), Cell::Number(value)]
    });
    page.table("narrow", lang.of(texts::NUMBERS), &[(lang.of(texts::MEASURE), false), (lang.of(texts::POINTS), true)], rows);
}

pub(super) fn mix(page: &mut Markup, run: &Run, lang: Language) {
    if run.mixes.is_empty() {
        return;
    }
    section(page, "mix", lang.of(texts::MIX));
    page.element("p", &[], lang.of(texts::MIX_ABOUT));
    chart::legend(page, lang);
    let end = chart::axis_end(&run.mixes);
    page.open("div", &[("class", &"multiples")]);
    for (number, mix) in run.mixes.iter().enumerate().take(DRAWINGS) {
        page.open("figure", &[]);
        page.open("figcaption", &[]);
        page.element("strong", &[], &mix.residence);
        page.element("span", &[], texts::residence_size(lang, mix.dwellings, mix.filled, mix.vacancies));
        page.close("figcaption");
        chart::draw(page, mix, end, number, lang);
        page.close("figure");
    }
    page.close("div");
    let headers = [
        (lang.of(texts::RESIDENCE), false),
        (lang.of(texts::AGES), false),
        (lang.of(texts::COUNT_BEFORE), true),
        (lang.of(texts::COUNT_AFTER), true),
        (lang.of(texts::COUNT_USUAL), true),
        (lang.of(texts::ASKED), false),
        (lang.of(texts::RESULT), false),
    ];
    let bands: Vec<_> = run.mixes.iter().flat_map(|mix| mix.bands.iter().map(move |band| (mix, band))).collect();
    let mut last = None;
    let rows = bands.iter().take(ROWS).map(|(mix, band)| {
        // The residence is named once.
        let name = if last.replace(&mix.residence) == Some(&mix.residence) {
            Cell::Text(String::new())
        } else {
            Cell::Head(mix.residence.clone())
        };
        let aim = band.aim.as_ref().map(|aim| texts::bounds(lang, aim.min, (aim.target_low, aim.target_high), aim.max)).unwrap_or_default();
        vec![
            name,
            Cell::Text(lang.ages(band.from, band.to)),
            Cell::Number(lang.number(band.before)),
            Cell::Number(lang.number(band.after)),
            Cell::Number(lang.number(band.usual)),
            Cell::Text(aim),
            match band.holds(band.after) {
                Some(true) => Cell::Marked("good", format!("✓ {}", lang.of(texts::HELD))),
                Some(false) => Cell::Marked("bad", format!("✗ {}", lang.of(texts::MISSED))),
                None => Cell::Marked("quiet", lang.of(texts::NO_AIM).into()),
            },
        ]
    });
    page.table("wide grouped", lang.of(texts::MIX_TABLE), &headers, rows);
    elsewhere(page, lang, bands.len(), ROWS, "run.json");
    page.close("section");
}
