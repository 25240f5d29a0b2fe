//! The frontier as people read it: what the mix, or placing more households, costs in suitability.

use std::fmt::Write as _;

use crate::explain::Language;
use crate::scenario::{Axis, Frontier, FrontierLine, FrontierPoint};

use super::texts::Text;

pub(super) const TITLE: Text = ["Le prix de la mixité", "The price of the mix"];
pub(super) const SUITABILITY: Text = ["Adéquation, points", "Suitability, points"];
pub(super) const PLACED: Text = ["Ménages avec une proposition", "Households with an offer"];
pub(super) const DISTANCE: Text = ["Distance à la mixité visée, points", "Distance from the mix aimed at, points"];
pub(super) const LINES: Text = ["Ce qu’aucune attribution ne dépasse", "What no allocation exceeds"];
pub(super) const CUT: Text = ["D’autres points existent entre ceux-ci (--points).", "There are more points between these (--points)."];

/// The other axis of a point, as it is shown.
pub(super) const fn other(axis: Axis, point: &FrontierPoint) -> i64 {
    match axis {
        Axis::Distance => point.penalties,
        Axis::Placed => point.placed,
    }
}

/// What the other axis is called.
pub(super) const fn axis_name(axis: Axis) -> Text {
    match axis {
        Axis::Distance => DISTANCE,
        Axis::Placed => PLACED,
    }
}

/// What the curve says in one number.
pub(super) fn price(lang: Language, frontier: &Frontier) -> String {
    let price = frontier.price().map_or_else(|| "–".into(), |price| lang.number(price));
    match (lang, frontier.axis) {
        (Language::French, Axis::Distance) => format!("La meilleure mixité coûte {price} points d’adéquation."),
        (Language::English, Axis::Distance) => format!("The best mix costs {price} points of suitability."),
        (Language::French, Axis::Placed) => format!("Placer le plus de ménages coûte {price} points d’adéquation."),
        (Language::English, Axis::Placed) => format!("Placing most households costs {price} points of suitability."),
    }
}

/// A half-plane in words.
pub(super) fn line(lang: Language, axis: Axis, line: &FrontierLine) -> String {
    let FrontierLine { suitability, other, bound, .. } = line;
    let sign = if axis == Axis::Distance { "\u{2212}" } else { "+" };
    let bound = bound.map_or_else(|| "–".into(), |bound| lang.number(bound));
    format!("{} x {sign} {} y \u{2264} {bound}", lang.number(*suitability), lang.number(*other))
}

/// The points and the proof, for the terminal.
pub fn frontier_summary(frontier: &Frontier, lang: Language) -> String {
    let mut out = String::new();
    let mut say = |text: String| _ = writeln!(out, "{text}");
    say(lang.of(TITLE).to_owned());
    say(format!("  x = {}, y = {}", lang.of(SUITABILITY), lang.of(axis_name(frontier.axis))));
    for point in &frontier.points {
        say(format!("  {:>16} {:>16}", lang.number(point.suitability), lang.number(other(frontier.axis, point))));
    }
    say(format!("  {}", price(lang, frontier)));
    say(format!("  {}", lang.of(LINES)));
    for bound in &frontier.lines {
        say(format!("    {}", line(lang, frontier.axis, bound)));
    }
    if !frontier.is_whole {
        say(format!("  {}", lang.of(CUT)));
    }
    out
}
