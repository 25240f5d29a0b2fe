//! The frontier as a page: the curve between the points found, and the table. Coordinates are integers.

use crate::explain::Language;
use crate::scenario::Frontier;

use super::super::frontier as words;
use super::markup::{Cell, Markup};
use super::{document, heading, section};

/// Tenths of a user unit.
const WIDTH: i64 = 7_200;
const HEIGHT: i64 = 4_200;
const LEFT: i64 = 1_300;
const TOP: i64 = 200;
const PLOT: (i64, i64) = (5_600, 3_200);

/// The page, in `lang`.
pub fn frontier_html(frontier: &Frontier, lang: Language) -> String {
    let title = lang.of(words::TITLE);
    document(title, lang, |page| {
        heading(page, title, lang);
        page.open("main", &[]);
        section(page, "frontier", title);
        page.element("p", &[("class", &"lead")], words::price(lang, frontier));
        curve(page, frontier, lang);
        let headers = [(lang.of(words::SUITABILITY), true), (lang.of(words::axis_name(frontier.axis)), true)];
        let rows = frontier
            .points
            .iter()
            .map(|point| vec![Cell::Number(lang.number(point.suitability)), Cell::Number(lang.number(words::other(frontier.axis, point)))]);
        page.table("narrow", title, &headers, rows);
        page.element("h3", &[], lang.of(words::LINES));
        page.open("ul", &[]);
        for line in &frontier.lines {
            page.element("li", &[], words::line(lang, frontier.axis, line));
        }
        page.close("ul");
        if !frontier.is_whole {
            page.element("p", &[("class", &"quiet")], lang.of(words::CUT));
        }
        page.close("section");
        page.close("main");
    })
}

/// Suitability upwards, the other axis to the right.
fn curve(page: &mut Markup, frontier: &Frontier, lang: Language) {
    let value = |at: usize| frontier.points.get(at).map(|point| (words::other(frontier.axis, point), point.suitability));
    let values: Vec<(i64, i64)> = (0..frontier.points.len()).filter_map(value).collect();
    let ends = |of: fn(&(i64, i64)) -> i64| (values.iter().map(of).min().unwrap_or(0), values.iter().map(of).max().unwrap_or(0));
    let (x, y) = (ends(|value| value.0), ends(|value| value.1));
    let part = |value: i64, (low, high): (i64, i64), length: i64| {
        i64::try_from(i128::from(value - low) * i128::from(length) / i128::from((high - low).max(1))).unwrap_or(0)
    };
    let place = |value: &(i64, i64)| (LEFT + part(value.0, x, PLOT.0), TOP + PLOT.1 - part(value.1, y, PLOT.1));
    let about = values.iter().map(|value| format!("{}: {}", lang.number(value.0), lang.number(value.1))).collect::<Vec<_>>().join("; ");
    let view = format!("0 0 {WIDTH} {HEIGHT}");
    page.open("svg", &[("class", &"mix"), ("viewBox", &view), ("role", &"img"), ("aria-labelledby", &"curve-title curve-about")]);
    page.element("title", &[("id", &"curve-title")], lang.of(words::TITLE));
    page.element("desc", &[("id", &"curve-about")], about);
    let bottom = TOP + PLOT.1;
    page.empty("line", &[("class", &"grid"), ("x1", &LEFT), ("x2", &LEFT), ("y1", &TOP), ("y2", &bottom)]);
    page.empty("line", &[("class", &"grid"), ("x1", &LEFT), ("x2", &(LEFT + PLOT.0)), ("y1", &bottom), ("y2", &bottom)]);
    for (from, to) in values.iter().zip(values.iter().skip(1)) {
        let ((x1, y1), (x2, y2)) = (place(from), place(to));
        page.empty("line", &[("class", &"bound"), ("x1", &x1), ("x2", &x2), ("y1", &y1), ("y2", &y2)]);
    }
    for value in &values {
        let (cx, cy) = place(value);
        page.empty("circle", &[("class", &"after"), ("cx", &cx), ("cy", &cy), ("r", &60)]);
    }
    for (value, at) in [(x.0, LEFT), (x.1, LEFT + PLOT.0)] {
        page.element("text", &[("class", &"tick"), ("x", &at), ("y", &(bottom + 180)), ("text-anchor", &"middle")], lang.number(value));
    }
    for (value, at) in [(y.0, bottom), (y.1, TOP)] {
        page.element("text", &[("class", &"tick"), ("x", &(LEFT - 80)), ("y", &(at + 40)), ("text-anchor", &"end")], lang.number(value));
    }
    let (middle, below) = (LEFT + PLOT.0 / 2, bottom + 420);
    page.element(
        "text",
        &[("class", &"label"), ("x", &middle), ("y", &below), ("text-anchor", &"middle")],
        lang.of(words::axis_name(frontier.axis)),
    );
    page.element(
        "text",
        &[("class", &"label"), ("x", &(LEFT + 80)), ("y", &(TOP - 60)), ("text-anchor", &"start")],
        lang.of(words::SUITABILITY),
    );
    page.close("svg");
}
