//! Many scenarios of one town under each other: a line each.

use crate::explain::Language;
use crate::scenario::{FigureCode, Outcome};
use crate::tables::sheet::export_cell;

use super::scenario::{aligned, gap, value};
use super::texts::{self, Text};

/// A scenario of a sweep.
#[derive(Debug, Clone, Copy)]
pub struct Swept<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// What becomes of the town; `None` where it could not be answered.
    pub answer: Option<&'a Outcome>,
}

/// What the terminal shows: the figures that planners compare.
const SHOWN: [(FigureCode, Text); 8] = [
    (FigureCode::Objective, ["Valeur", "Value"]),
    (FigureCode::Suitability, ["Adéquation", "Suitability"]),
    (FigureCode::Penalties, ["Coût des quotas", "Cost of quotas"]),
    (FigureCode::Placed, ["Propositions", "Offers"]),
    (FigureCode::QuotasMet, ["Quotas tenus", "Quotas met"]),
    (FigureCode::BandsHeld, ["Tranches tenues", "Bands held"]),
    (FigureCode::EffortPerMille, ["Taux d’effort", "Effort rate"]),
    (FigureCode::AloneWithHelp, ["Seuls, avec entraide", "Alone, with help"]),
];

/// The town before, and each scenario, for the terminal.
pub fn sweep_table(before: &Outcome, swept: &[Swept<'_>], lang: Language) -> String {
    let mut head = vec![String::new()];
    head.extend(SHOWN.iter().map(|(_, name)| lang.of(*name).to_owned()));
    head.push(lang.of(["Écart prouvé", "Proved gap"]).to_owned());
    let row = |title: &str, answer: Option<&Outcome>| {
        let mut row = vec![title.to_owned()];
        let figures = answer.map(Outcome::figures);
        let known = |code: FigureCode| figures.iter().flatten().find(|figure| figure.0 == code).and_then(|figure| figure.1);
        row.extend(SHOWN.iter().map(|&(code, _)| value(lang, code, known(code))));
        row.push(answer.map_or_else(|| "–".into(), |answer| gap(lang, answer)));
        row
    };
    let mut rows = vec![head, row(lang.of(texts::BEFORE), Some(before))];
    rows.extend(swept.iter().map(|one| row(one.title, one.answer)));
    aligned(&rows)
}

/// The same with every figure, as CSV: a line for the town before, without an id, and one for each scenario. What is not known is empty. A
/// spreadsheet takes no cell for a formula.
pub fn sweep_csv(before: &Outcome, swept: &[Swept<'_>]) -> String {
    let name = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let word = |code: FigureCode| serde_json::to_value(code).map(name).unwrap_or_default();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = ["scenario", "title", "status"].map(str::to_owned).into_iter().chain(before.figures().map(|(code, _)| word(code)));
    // Writing to memory cannot fail.
    writer.write_record(head).unwrap_or(());
    let base = Swept { id: "", title: "", answer: Some(before) };
    for one in std::iter::once(&base).chain(swept) {
        let status = one.answer.and_then(|answer| serde_json::to_value(answer.status).ok()).map(name).unwrap_or_default();
        let texts = [one.id, one.title, &status].map(export_cell);
        let numbers = before.figures().map(|(code, _)| {
            let known = one.answer.and_then(|answer| answer.figures().into_iter().find(|figure| figure.0 == code)?.1);
            known.map(|number| number.to_string()).unwrap_or_default()
        });
        writer.write_record(texts.into_iter().chain(numbers)).unwrap_or(());
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Inputs;
    use crate::scenario::{Session, Town, parse_grid};
    use crate::solve::{Control, SolveOptions};

    #[test]
    fn a_line_for_each_with_what_could_not_be_answered() {
        let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo-town");
        let town = Town::from(Inputs::read(&demo, None).unwrap().open(None).unwrap());
        let options = SolveOptions { gap_ppm: 20_000, ..SolveOptions::default() };
        let session = Session::open(town, &options, &Control::default()).unwrap();
        let text = "id = 'loyer'\n[[change]]\nkind = 'change_rent'\nscope = 'financing=PLS'\nrent_percent = 1\n\
            [[vary]]\nkey = 'scope'\nvalues = ['financing=PLS', 'residence=nowhere']\n";
        let points = parse_grid(text, "loyer.toml").unwrap();
        let answers = session.sweep(&points, &Control::default());
        let swept: Vec<Swept<'_>> = points
            .iter()
            .zip(&answers)
            .map(|(point, answer)| Swept { id: &point.id, title: &point.title, answer: answer.as_ref().ok() })
            .collect();
        let csv = sweep_csv(session.base(), &swept);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].starts_with("scenario,title,status,objective,bound,suitability,") && lines[0].ends_with(",alone_with_help"));
        assert!(lines[1].starts_with(",,gap_limit,") || lines[1].starts_with(",,optimal,"), "{}", lines[1]);
        assert!(lines[2].starts_with("loyer/scope=financing=PLS,"), "{}", lines[2]);
        assert!(lines[3].starts_with("loyer/scope=residence=nowhere,") && lines[3].ends_with(",,,"), "{}", lines[3]);
        let table = sweep_table(session.base(), &swept, Language::English);
        assert!(table.contains("Bands held") && table.lines().count() == 4 && table.ends_with("–\n"), "{table}");
    }
}
