//! What scenarios change, as people read it: figures after minus before, who is offered something else, and why.

use std::fmt::Write as _;

use crate::explain::Language;
use crate::scenario::{Comparison, Figure, FigureCode, Moved, Outcome, Reason};
use crate::tables::sheet::export_cell;

use super::texts;
use super::texts::Text;

/// A scenario that was answered: the town before and after it.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What people call it.
    pub title: &'a str,
    /// The town before.
    pub before: &'a Outcome,
    /// The town after.
    pub after: &'a Outcome,
    /// After minus before.
    pub comparison: &'a Comparison,
}

/// Households listed in the terminal at most.
const LISTED: usize = 20;

pub(super) const TITLE: Text = ["Scénarios", "Scenarios"];
pub(super) const FIGURES: Text = ["Ce qui change : après moins avant", "What changes: after minus before"];
pub(super) const WHO: Text = ["Qui change, et pourquoi", "Who changes, and why"];
pub(super) const NOBODY: Text = ["Aucun ménage ne reçoit une autre proposition.", "No household is offered anything else."];
pub(super) const REASON: Text = ["Raison", "Reason"];
pub(super) const GAP_AFTER: Text = ["écart prouvé après", "proved gap after"];
pub(super) const NO_ALLOCATION: Text =
    ["Aucune attribution ne respecte les quotas obligatoires de ce scénario.", "No allocation meets the hard quotas of this scenario."];

/// What a figure is called.
pub(super) const fn figure(code: FigureCode) -> Text {
    match code {
        FigureCode::Objective => ["Valeur totale, points", "Total value, points"],
        FigureCode::Bound => ["Aucune attribution ne vaut plus, points", "No allocation is worth more, points"],
        FigureCode::Suitability => ["Adéquation, points", "Suitability, points"],
        FigureCode::Penalties => ["Coût des quotas manqués, points", "Cost of missed quotas, points"],
        FigureCode::AffinityPoints => ["Affinités, points", "Affinities, points"],
        FigureCode::Applicants => ["Ménages candidats", "Households that apply"],
        FigureCode::Vacancies => ["Logements à attribuer", "Dwellings to allocate"],
        FigureCode::Placed => ["Ménages avec une proposition", "Households with an offer"],
        FigureCode::Pairs => ["Paires que les règles permettent", "Pairs that the rules leave open"],
        FigureCode::QuotasMet => ["Quotas et cibles tenus", "Quotas and targets met"],
        FigureCode::Quotas => ["Quotas et cibles", "Quotas and targets"],
        FigureCode::BandsHeld => ["Tranches d’âge dans leur fourchette", "Age bands as aimed at"],
        FigureCode::Bands => ["Tranches d’âge visées", "Age bands with an aim"],
        FigureCode::EffortPerMille => ["Taux d’effort médian", "Median effort rate"],
        FigureCode::EffortAboveThird => ["Propositions au-dessus d’un tiers des ressources", "Offers above a third of the resources"],
        FigureCode::WaitingDays => ["Attente médiane des ménages proposés, jours", "Median waiting of those with an offer, days"],
        FigureCode::Alone => {
            ["Personnes seules de 65 ans et plus avec une proposition", "People of 65 and over who live alone, with an offer"]
        }
        FigureCode::AloneWithHelp => ["dont avec entraide dans la résidence", "of them with mutual help in the residence"],
    }
}

/// A number as its figure is read.
pub(super) fn value(lang: Language, code: FigureCode, value: Option<i64>) -> String {
    match (code, value) {
        (_, None) => "–".into(),
        (FigureCode::EffortPerMille, Some(value)) => lang.percent(i128::from(value) * 1_000, 1),
        (_, Some(value)) => lang.number(value),
    }
}

/// The difference, with its sign.
pub(super) fn more(lang: Language, figure: &Figure) -> String {
    let sign = if figure.more().is_some_and(|more| more > 0) { "+" } else { "" };
    format!("{sign}{}", value(lang, figure.code, figure.more()))
}

/// Why a household is offered something else.
pub(super) fn reason(lang: Language, reason: &Reason) -> String {
    let french = lang == Language::French;
    let names = |rules: &[&'static str]| {
        let name = |code: &&'static str| crate::eligibility::find(code).map_or(*code, |rule| lang.of(rule.card().name));
        rules.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    match reason {
        Reason::Withdrawn => lang.of(["n’est plus candidat", "no longer applies"]).into(),
        Reason::Applies => lang.of(["nouveau candidat", "applies now"]).into(),
        Reason::DwellingGone => lang.of(["son logement n’est plus à attribuer", "its dwelling is no longer to be allocated"]).into(),
        Reason::DwellingNew => lang.of(["logement qui n’était pas à attribuer", "a dwelling that was not to be allocated"]).into(),
        Reason::Refused { rules } if french => format!("n’y a plus droit : {}", names(rules)),
        Reason::Refused { rules } => format!("no longer eligible for it: {}", names(rules)),
        Reason::Admitted { rules } if french => format!("y a droit désormais : {}", names(rules)),
        Reason::Admitted { rules } => format!("now eligible for it: {}", names(rules)),
        Reason::Points { dwelling, before, after } => {
            let points = if french { "points pour" } else { "points for" };
            format!("{points} {dwelling} : {} → {}", lang.number(*before), lang.number(*after))
                .replace(" :", if french { " :" } else { ":" })
        }
        Reason::GivenTo { household } if french => format!("son logement va à {household}, l’ensemble y gagne"),
        Reason::GivenTo { household } => format!("its dwelling goes to {household}, the whole gains by it"),
        Reason::LeftBy { household } if french => format!("logement laissé par {household}"),
        Reason::LeftBy { household } => format!("dwelling left by {household}"),
        Reason::Balance => lang.of(["équilibre des quotas et de l’ensemble", "balance of quotas and of the whole"]).into(),
    }
}

/// How many lose, gain and get another dwelling.
pub(super) fn counts(lang: Language, comparison: &Comparison) -> String {
    let (lost, gained, other) = comparison.counts();
    match lang {
        Language::French => format!(
            "{} reçoivent une autre proposition, {} en reçoivent une, {} n’en ont plus",
            lang.count(other),
            lang.count(gained),
            lang.count(lost)
        ),
        Language::English => {
            format!(
                "{} are offered another dwelling, {} are newly offered one, {} no longer",
                lang.count(other),
                lang.count(gained),
                lang.count(lost)
            )
        }
    }
}

/// Figures that are the same before and after say nothing, but for the few that people look for.
pub(super) fn is_shown(figure: &Figure) -> bool {
    figure.before != figure.after
        || matches!(figure.code, FigureCode::Objective | FigureCode::Placed | FigureCode::QuotasMet | FigureCode::BandsHeld)
}

/// The proved gap of an outcome, as per cent.
pub(super) fn gap(lang: Language, outcome: &Outcome) -> String {
    let gap = super::gap_of(outcome.objective, outcome.bound);
    gap.map_or_else(|| "–".into(), |gap| lang.percent(gap, 3))
}

/// What is proved of the town after a scenario, in a line.
pub(super) fn gap_after(lang: Language, after: &Outcome) -> String {
    let colon = if lang == Language::French { "\u{a0}:" } else { ":" };
    format!("{}{colon} {}", lang.of(GAP_AFTER), gap(lang, after))
}

/// What the scenarios change, for the terminal.
pub fn scenario_summary(scenes: &[Scene<'_>], lang: Language) -> String {
    let mut out = String::new();
    let mut say = |line: String| _ = writeln!(out, "{line}");
    for scene in scenes {
        say(scene.title.to_owned());
        if scene.after.objective.is_none() {
            say(format!("  {}", lang.of(NO_ALLOCATION)));
        }
        let shown: Vec<&Figure> = scene.comparison.figures.iter().filter(|figure| is_shown(figure)).collect();
        let width = shown.iter().map(|shown| lang.of(figure(shown.code)).chars().count()).max().unwrap_or(0);
        for shown in shown {
            let [before, after] = [shown.before, shown.after].map(|number| value(lang, shown.code, number));
            let name = lang.of(figure(shown.code));
            say(format!("  {name:<width$} {before:>14} → {after:>14} {:>12}", more(lang, shown)));
        }
        say(format!("  {}", gap_after(lang, scene.after)));
        if scene.comparison.moved.is_empty() {
            say(format!("  {}", lang.of(NOBODY)));
        } else {
            say(format!("  {}", counts(lang, scene.comparison)));
        }
        for moved in scene.comparison.moved.iter().take(LISTED) {
            let name = |dwelling: &Option<String>| dwelling.clone().unwrap_or_else(|| "–".into());
            say(format!("    {} : {} → {} ({})", moved.household, name(&moved.before), name(&moved.after), reason(lang, &moved.reason)));
        }
        if scene.comparison.moved.len() > LISTED {
            say(format!("    + {}", lang.count(scene.comparison.moved.len() - LISTED)));
        }
    }
    out
}

/// Figures of several scenarios side by side, for the terminal: one column per scenario, each after the same town before.
pub fn scenario_table(scenes: &[Scene<'_>], lang: Language) -> String {
    let Some(first) = scenes.first() else { return String::new() };
    let mut rows: Vec<Vec<String>> = vec![vec![String::new(), lang.of(texts::BEFORE).to_owned()]];
    if let Some(head) = rows.first_mut() {
        head.extend((1..=scenes.len()).map(|number| format!("[{number}]")));
    }
    for (at, base) in first.comparison.figures.iter().enumerate() {
        let figures: Vec<&Figure> = scenes.iter().filter_map(|scene| scene.comparison.figures.get(at)).collect();
        if figures.iter().any(|figure| is_shown(figure)) {
            let mut row = vec![lang.of(figure(base.code)).to_owned(), value(lang, base.code, base.before)];
            row.extend(figures.iter().map(|figure| format!("{} ({})", value(lang, figure.code, figure.after), more(lang, figure))));
            rows.push(row);
        }
    }
    let count = |scene: &Scene<'_>| lang.count(scene.comparison.moved.len());
    let mut who = vec![lang.of(["Ménages qui changent", "Households that change"]).to_owned(), String::new()];
    who.extend(scenes.iter().map(count));
    let mut gaps = vec![lang.of(GAP_AFTER).to_owned(), gap(lang, first.before)];
    gaps.extend(scenes.iter().map(|scene| gap(lang, scene.after)));
    rows.extend([who, gaps]);
    // Titles are longer than figures: columns carry numbers.
    let titles = scenes.iter().zip(1..).map(|(scene, number)| format!("[{number}] {}\n", scene.title));
    titles.chain([aligned(&rows)]).collect()
}

/// Rows of cells under each other, the first column to the left, the others to the right.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let wide = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            let blank = " ".repeat(width.saturating_sub(cell.chars().count()));
            if at == 0 { format!("{cell}{blank}") } else { format!("{blank}{cell}") }
        });
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Who is offered something else, as CSV: household, before, after, code of the reason, the reason in words. A spreadsheet takes no
/// cell for a formula.
pub fn moved_csv(moved: &[Moved], lang: Language) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    writer.write_record(["household", "before", "after", "reason", "words"]).unwrap_or(());
    for one in moved {
        let code = serde_json::to_value(&one.reason).ok().and_then(|value| Some(value.get("code")?.as_str()?.to_owned()));
        let words = reason(lang, &one.reason);
        let cells = [Some(&one.household), one.before.as_ref(), one.after.as_ref(), code.as_ref(), Some(&words)];
        writer.write_record(cells.map(|cell| export_cell(cell.map_or("", String::as_str)))).unwrap_or(());
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
