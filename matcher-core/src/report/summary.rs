//! What a terminal shows at the end of a run: everything that matters, at a glance.

use std::fmt::Write as _;

use crate::explain::Language;
use crate::pipeline::{Aim, Band, Mix, Run};

use super::{gap_millionths, texts};

/// Residences shown at most; the report shows all.
const RESIDENCES: usize = 24;
/// Cells of a bar.
const BAR: i64 = 20;

macro_rules! line {
    ($out:expr, $($part:tt)*) => {
        // Writing to a String cannot fail.
        writeln!($out, $($part)*).unwrap_or(())
    };
}

/// The summary of a run as text: dwellings filled, ages per residence against their bands, quotas, value, bound, gap, proof.
pub fn summary(run: &Run, lang: Language) -> String {
    let (totals, allocation) = (&run.totals, &run.allocation);
    let mut out = String::new();
    let status = texts::status_name(allocation.status);
    let title = lang.of(if run.conflict.is_some() { texts::TITLE_CONFLICT } else { texts::TITLE });
    line!(out, "{title} · {}", lang.of(status));
    if totals.vacancies == 0 || totals.applicants == 0 {
        line!(out, "{}", lang.of(texts::EMPTY));
    } else if run.conflict.is_none() {
        line!(out, "{}", texts::glance(lang, totals.filled, totals.vacancies, totals.applicants, totals.residences));
    }
    if let Some(conflict) = &run.conflict {
        line!(out, "\n{} :", lang.of(texts::CONFLICT));
        for row in &conflict.quotas {
            let quota = row.quota.as_ref();
            let about = quota.map(|q| format!("  {} · {} · {}", q.scope, q.group, q.legal_basis)).unwrap_or_default();
            line!(out, "  {}{about}", row.row);
        }
    }
    if allocation.objective.is_some() {
        ages(&mut out, run, lang);
        quotas(&mut out, run, lang);
        worth(&mut out, run, lang);
    }
    line!(out, "\n{} : {}.", lang.of(texts::STATUS), lang.of(texts::status(allocation.status)));
    line!(out, "{}", texts::proof(lang, run.judgement.proof, run.judgement.leaves));
    if totals.pairs_in_problem < totals.pairs {
        line!(out, "{}", texts::part(lang, totals.pairs_in_problem, totals.pairs));
    }
    if allocation.objective.is_some() {
        let usual = &run.usual;
        line!(
            out,
            "{} : {} {}, {} {}.",
            lang.of(texts::COUNT_USUAL),
            lang.of(texts::SUITABILITY).to_lowercase(),
            lang.number(usual.suitability),
            lang.of(texts::QUOTAS_MISSED).to_lowercase(),
            lang.count(usual.quotas_missed)
        );
    }
    line!(out, "\n{}", lang.of(texts::NOTICE_SHORT));
    if lang == Language::English { out.replace(" : ", ": ").replace(" :\n", ":\n") } else { out }
}

fn ages(out: &mut String, run: &Run, lang: Language) {
    if run.mixes.is_empty() {
        return;
    }
    line!(out, "\n{} ({} → {})", lang.of(texts::MIX), lang.of(texts::BEFORE), lang.of(texts::AFTER));
    let name = run.mixes.iter().map(|mix| mix.residence.chars().count()).max().unwrap_or(0).min(24);
    let label = run.mixes.iter().flat_map(|mix| &mix.bands).map(|band| lang.ages(band.from, band.to).chars().count());
    let label = label.max().unwrap_or(0);
    for mix in run.mixes.iter().take(RESIDENCES) {
        for (position, band) in mix.bands.iter().enumerate() {
            let residence = if position == 0 { mix.residence.as_str() } else { "" };
            let mark = match band.holds(band.after) {
                Some(true) => "✓",
                Some(false) => "✗",
                None => " ",
            };
            let aim = band.aim.as_ref().map(|aim| texts::bounds(lang, aim.min, (aim.target_low, aim.target_high), aim.max));
            let aim = aim.map(|aim| format!("[{aim}]")).unwrap_or_default();
            let ages = lang.ages(band.from, band.to);
            line!(out, "  {residence:<name$}  {ages:<label$}  {} {:>3} → {:<3} {mark} {aim}", bar(mix, band), band.before, band.after);
        }
    }
    if run.mixes.len() > RESIDENCES {
        line!(out, "  {}", texts::rows_elsewhere(lang, RESIDENCES, run.mixes.len(), "report.html"));
    }
}

/// Share of the dwellings as a bar; the band aimed at is dotted where the bar does not reach it.
fn bar(mix: &Mix, band: &Band) -> String {
    let whole = i64::from(mix.dwellings.max(1));
    let cells = |count: i64| (2 * count * BAR + whole) / (2 * whole);
    let (low, high) = band.aim.as_ref().map_or((None, None), Aim::range);
    let (from, to) = match (low, high) {
        (None, None) => (BAR, BAR),
        (low, high) => (low.map_or(0, cells), high.map_or(BAR, cells)),
    };
    let cell = |at: i64| {
        if at < cells(band.after) {
            '█'
        } else if at >= from && at < to {
            '░'
        } else {
            ' '
        }
    };
    (0..BAR).map(cell).collect()
}

fn quotas(out: &mut String, run: &Run, lang: Language) {
    if run.quotas.is_empty() {
        return;
    }
    line!(out, "\n{} : {} / {}", lang.of(texts::QUOTAS_MET_HEAD), run.totals.quotas_met, run.totals.quotas);
    for quota in run.quotas.iter().filter(|quota| !quota.met()).take(RESIDENCES) {
        let outcome = &quota.outcome;
        let asked = texts::bounds(lang, outcome.min, (outcome.target_low, outcome.target_high), outcome.max);
        line!(
            out,
            "  ✗ {} : {} [{asked}], {} {}",
            outcome.id,
            outcome.total,
            lang.of(texts::PENALTY).to_lowercase(),
            lang.number(outcome.penalty)
        );
    }
}

fn worth(out: &mut String, run: &Run, lang: Language) {
    let allocation = &run.allocation;
    let unknown = || lang.of(texts::UNKNOWN).to_owned();
    let gap = gap_millionths(allocation).map_or_else(unknown, |gap| lang.percent(gap, 4));
    let mut rows = vec![(texts::SUITABILITY, lang.number(allocation.suitability))];
    if allocation.affinity_points > 0 {
        rows.push((texts::AFFINITIES, lang.number(allocation.affinity_points)));
    }
    rows.extend([
        (texts::PENALTIES, lang.number(allocation.penalties)),
        (texts::OBJECTIVE, allocation.objective.map_or_else(unknown, |value| lang.number(value))),
        (texts::BOUND, allocation.bound.map_or_else(unknown, |value| lang.number(value))),
        (texts::GAP_SHORT, gap),
    ]);
    let width = rows.iter().map(|row| lang.of(row.0).chars().count()).max().unwrap_or(0);
    let numbers = rows.iter().map(|row| row.1.chars().count()).max().unwrap_or(0);
    line!(out, "");
    for (name, value) in rows {
        line!(out, "{:<width$}  {value:>numbers$}", lang.of(name));
    }
}
