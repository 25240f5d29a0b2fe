//! Small multiples: one drawing per residence, age bands before and after against the band that is aimed at. Coordinates are integers.

use crate::explain::Language;
use crate::pipeline::{Band, Mix};

use super::super::texts;
use super::markup::Markup;

/// Tenths of a user unit; the drawing is as wide as its column.
const WIDTH: i64 = 3_400;
const LEFT: i64 = 1_050;
const PLOT: i64 = 1_500;
const RIGHT: i64 = LEFT + PLOT + 70;
const ROW: i64 = 300;
const TOP: i64 = 40;
const AXIS: i64 = 170;

/// Right end of all axes, per cent of the dwellings: the largest share shown anywhere, up to the next ten.
pub(super) fn axis_end(mixes: &[Mix]) -> i64 {
    let shares = mixes.iter().flat_map(|mix| mix.bands.iter().map(move |band| (mix, band)));
    let largest = shares.map(|(mix, band)| {
        let aim = band.aim.as_ref().map_or(0, |aim| aim.range().1.or(aim.range().0).unwrap_or(0));
        100 * band.before.max(band.after).max(aim.min(i64::from(mix.dwellings))) / i64::from(mix.dwellings.max(1))
    });
    (largest.max().unwrap_or(0) / 10 + 1) * 10
}

struct Scale {
    dwellings: i64,
    end: i64,
}

impl Scale {
    /// Distance from the left of the plot for a number of households, within the plot.
    fn length(&self, households: i64) -> i64 {
        (households * PLOT * 100 / (self.dwellings * self.end)).clamp(0, PLOT)
    }
}

/// Draws one residence.
pub(super) fn draw(page: &mut Markup, mix: &Mix, end: i64, number: usize, lang: Language) {
    let scale = Scale { dwellings: i64::from(mix.dwellings.max(1)), end };
    let height = TOP + ROW * mix.bands.len() as i64 + AXIS;
    let (title, about) = (format!("mix-{number}-title"), format!("mix-{number}-about"));
    let view = format!("0 0 {WIDTH} {height}");
    page.open("svg", &[("class", &"mix"), ("viewBox", &view), ("role", &"img"), ("aria-labelledby", &format!("{title} {about}"))]);
    page.element("title", &[("id", &title)], format!("{} {}", lang.of(texts::MIX), mix.residence));
    page.element("desc", &[("id", &about)], described(mix, lang));
    grid(page, end, height, lang);
    for (position, band) in mix.bands.iter().enumerate() {
        row(page, &scale, band, TOP + ROW * position as i64, lang);
    }
    page.close("svg");
}

/// The drawing in words.
fn described(mix: &Mix, lang: Language) -> String {
    let each = mix.bands.iter().map(|band| {
        let aim = band
            .aim
            .as_ref()
            .map(|aim| format!(" ({} {})", lang.of(texts::AIM), texts::bounds(lang, aim.min, (aim.target_low, aim.target_high), aim.max)));
        format!(
            "{}: {} {}, {} {}{}",
            lang.ages(band.from, band.to),
            lang.of(texts::BEFORE),
            band.before,
            lang.of(texts::AFTER),
            band.after,
            aim.unwrap_or_default()
        )
    });
    each.collect::<Vec<_>>().join("; ")
}

fn grid(page: &mut Markup, end: i64, height: i64, lang: Language) {
    let step = if end > 50 { 20 } else { 10 };
    let bottom = height - AXIS;
    for share in (0..=end).step_by(step) {
        let x = LEFT + PLOT * share / end;
        page.empty("line", &[("class", &"grid"), ("x1", &x), ("x2", &x), ("y1", &0), ("y2", &bottom)]);
        page.element(
            "text",
            &[("class", &"tick"), ("x", &x), ("y", &(bottom + 120)), ("text-anchor", &"middle")],
            lang.percent(i128::from(share) * 10_000, 0),
        );
    }
}

fn row(page: &mut Markup, scale: &Scale, band: &Band, y: i64, lang: Language) {
    let middle = y + ROW / 2;
    page.element(
        "text",
        &[("class", &"label"), ("x", &(LEFT - 70)), ("y", &(middle + 38)), ("text-anchor", &"end")],
        lang.ages(band.from, band.to),
    );
    let aim = band.aim.as_ref().map(|aim| {
        let (low, high) = aim.range();
        let from = low.map_or(0, |low| scale.length(low));
        (from, high.map_or(PLOT, |high| scale.length(high)).max(from + 16), low.is_some(), high.is_some())
    });
    if let Some((from, to, ..)) = aim {
        page.empty("rect", &[("class", &"aim"), ("x", &(LEFT + from)), ("y", &(y + 24)), ("width", &(to - from)), ("height", &(ROW - 48))]);
    }
    bar(page, "before", scale.length(band.before), y + 70, 64);
    bar(page, "after", scale.length(band.after), y + 142, 92);
    if let Some((from, to, low, high)) = aim {
        for x in [low.then_some(LEFT + from), high.then_some(LEFT + to)].into_iter().flatten() {
            page.empty("line", &[("class", &"bound"), ("x1", &x), ("x2", &x), ("y1", &(y + 24)), ("y2", &(y + ROW - 24))]);
        }
    }
    let held = band.holds(band.after);
    let (class, mark) = match held {
        Some(true) => ("value good", " ✓"),
        Some(false) => ("value bad", " ✗"),
        None => ("value", ""),
    };
    let numbers = format!("{} → {}{mark}", lang.number(band.before), lang.number(band.after));
    page.element("text", &[("class", &class), ("x", &RIGHT), ("y", &(middle + 38))], numbers);
}

fn bar(page: &mut Markup, class: &'static str, width: i64, y: i64, height: i64) {
    page.empty("rect", &[("class", &class), ("x", &LEFT), ("y", &y), ("width", &width.max(4)), ("height", &height)]);
}

/// What the marks of every drawing mean.
pub(super) fn legend(page: &mut Markup, lang: Language) {
    page.open("p", &[("class", &"legend")]);
    for (class, text) in [("before", texts::BEFORE), ("after", texts::AFTER), ("aim", texts::AIM)] {
        page.open("span", &[]);
        page.open("svg", &[("class", &"key"), ("viewBox", &"0 0 220 120"), ("aria-hidden", &"true")]);
        page.empty("rect", &[("class", &class), ("x", &4), ("y", &20), ("width", &212), ("height", &80)]);
        page.close("svg");
        page.text(lang.of(text));
        page.close("span");
    }
    page.close("p");
}
