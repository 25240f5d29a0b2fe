//! Income ceilings at the reference date, by financing, zone and household category.

use std::collections::BTreeMap;

use crate::error::{Place, Report};
use crate::tables::rows::{CeilingRow, Financing};
use crate::units::{CentsPerYear, Date};

/// The ceilings of French social housing that come with the library; `data/ceilings.md` names the sources.
const BUILT_IN: &str = include_str!("../../data/ceilings.csv");

/// Ceilings that hold at the reference date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ceilings {
    /// Per financing and zone: categories 1 to 6, then what each further person adds.
    table: BTreeMap<(Financing, String), [CentsPerYear; 7]>,
}

impl Ceilings {
    /// From the seven numbers of each financing and zone.
    pub const fn new(table: BTreeMap<(Financing, String), [CentsPerYear; 7]>) -> Self {
        Self { table }
    }

    /// The rows that hold on `date`.
    ///
    /// A row holds from its first day to its last; without a last day, until the next row of the same financing, category
    /// and zone. Of two rows that would both hold, the one that began later does. A financing and zone of which a category
    /// is missing on `date` has no ceilings at all: half a table must not decide. That is reported as a warning here, and
    /// as an error by [`build`](super::build) where a dwelling to allocate needs it.
    pub fn at(rows: &[CeilingRow], date: Date, report: &mut Report) -> Self {
        let mut holding: BTreeMap<(Financing, &str), [Option<&CeilingRow>; 7]> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.valid_from <= date) {
            let seven = holding.entry((row.financing, &row.zone)).or_default();
            let Some(held) = usize::from(row.category).checked_sub(1).and_then(|at| seven.get_mut(at)) else {
                let place = Place::file("ceilings.csv").row(row.line).column("category");
                report.error("E1043", place, "there is no such category", "write 1 to 6, or 7 for each further person");
                continue;
            };
            match held {
                Some(other) if other.valid_from == row.valid_from && *other != row => {
                    let place = Place::file("ceilings.csv").row(row.line.max(other.line));
                    report.error("E1012", place, "two rows give this ceiling from the same day", "keep one of them");
                }
                Some(other) if other.valid_from > row.valid_from => {}
                _ => *held = Some(row),
            }
        }
        let mut table = BTreeMap::new();
        for ((financing, zone), seven) in holding {
            let valid = seven.map(|row| row.filter(|row| row.valid_to.is_none_or(|last| last >= date)).map(|row| row.ceiling_eur_year));
            let missing: Vec<String> = (1..=7).zip(valid).filter(|(_, ceiling)| ceiling.is_none()).map(|(n, _)| n.to_string()).collect();
            if missing.is_empty() {
                table.insert((financing, zone.to_owned()), valid.map(Option::unwrap_or_default));
            } else if missing.len() < 7 {
                let cause = format!("{} in zone {zone} lacks categories {} on {date}", financing.code(), missing.join(", "));
                report.warning("E1311", Place::file("ceilings.csv"), cause, "add the missing rows");
            }
        }
        Self { table }
    }

    /// The rows of the built-in table: PLAI, PLUS and PLS for the three zones of metropolitan France, each valid to the last day
    /// of the last calendar year it is known for.
    pub fn built_in() -> Vec<CeilingRow> {
        let mut reader = csv::Reader::from_reader(BUILT_IN.as_bytes());
        let rows = reader.records().zip(2..).filter_map(|(record, line)| {
            let record = record.ok()?;
            Some(CeilingRow {
                line,
                financing: [Financing::Plai, Financing::Plus, Financing::Pls].into_iter().find(|f| Some(f.code()) == record.get(0))?,
                category: record.get(1)?.parse().ok()?,
                zone: record.get(2)?.to_owned(),
                valid_from: record.get(3)?.parse().ok()?,
                valid_to: Some(record.get(4)?.parse().ok()?),
                ceiling_eur_year: CentsPerYear(record.get(5)?.parse::<i64>().ok()? * 100),
            })
        });
        rows.collect()
    }

    /// True where the ceilings of `financing` in `zone` are known; always true for [`Financing::Free`], which has none to know.
    pub fn knows(&self, financing: Financing, zone: &str) -> bool {
        financing == Financing::Free || self.table.contains_key(&(financing, zone.to_owned()))
    }

    /// The ceiling of a household of `category`; `None` where none is known, and for [`Financing::Free`], which has none.
    pub fn ceiling(&self, financing: Financing, zone: &str, category: u8) -> Option<CentsPerYear> {
        let row = self.table.get(&(financing, zone.to_owned()))?;
        let last = row.get(usize::from(category.clamp(1, 6)) - 1)?;
        let further = i64::from(category.saturating_sub(6));
        Some(CentsPerYear(last.0.saturating_add(further * row.last()?.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn euros(date: &str, financing: Financing, zone: &str, category: u8) -> Option<i64> {
        let mut report = Report::default();
        let ceilings = Ceilings::at(&Ceilings::built_in(), on(date), &mut report);
        assert_eq!(report, Report::default(), "{date}");
        ceilings.ceiling(financing, zone, category).map(|CentsPerYear(cents)| cents / 100)
    }

    #[test]
    fn every_line_of_the_built_in_table_is_read() {
        assert_eq!(Ceilings::built_in().len(), BUILT_IN.lines().count() - 1);
        assert!(Ceilings::built_in().iter().all(|row| row.valid_to >= Some(row.valid_from) && row.ceiling_eur_year.0 > 0));
    }

    #[test]
    fn published_ceilings() {
        assert_eq!(euros("2025-01-01", Financing::Plai, "autres_regions", 1), Some(12_759));
        assert_eq!(euros("2024-02-29", Financing::Plai, "ile_de_france", 3), Some(28_074));
        assert_eq!(euros("2025-12-31", Financing::Plus, "autres_regions", 2), Some(30_984));
        assert_eq!(euros("2025-06-15", Financing::Pls, "autres_regions", 6), Some(77_527));
        assert_eq!(euros("2022-03-01", Financing::Plai, "paris_communes_limitrophes", 2), Some(21_805));
        assert_eq!(euros("2008-12-31", Financing::Plus, "autres_regions", 1), Some(20_477));
        assert_eq!(euros("2009-05-31", Financing::Plus, "autres_regions", 1), Some(20_477));
        assert_eq!(euros("2009-06-01", Financing::Plus, "autres_regions", 1), Some(18_955));
    }

    #[test]
    fn further_persons_add_the_seventh_number() {
        assert_eq!(euros("2025-06-15", Financing::Plus, "autres_regions", 8), Some(59_636 + 2 * 6_652));
    }

    #[test]
    fn a_year_that_is_not_known_has_no_ceiling() {
        assert_eq!(euros("2007-12-31", Financing::Plus, "autres_regions", 1), None);
        assert_eq!(euros("2027-01-01", Financing::Plus, "autres_regions", 1), None);
        assert_eq!(euros("2022-12-31", Financing::Plai, "autres_regions", 1), Some(11_626));
        assert_eq!(euros("2023-01-01", Financing::Plai, "autres_regions", 1), None);
        assert_eq!(euros("2026-01-01", Financing::Plai, "autres_regions", 1), None);
    }

    #[test]
    fn a_row_without_last_day_holds_until_the_next() {
        let row = |from: &str, category, euros: i64| CeilingRow {
            line: 2,
            financing: Financing::Plus,
            category,
            zone: "z".into(),
            valid_from: on(from),
            valid_to: None,
            ceiling_eur_year: CentsPerYear(euros * 100),
        };
        let rows: Vec<_> = (1..=7).flat_map(|c| [row("2024-01-01", c, 10), row("2025-01-01", c, 20)]).collect();
        let mut report = Report::default();
        let at = |date, report: &mut Report| Ceilings::at(&rows, on(date), report).ceiling(Financing::Plus, "z", 3);
        assert_eq!(at("2024-12-31", &mut report), Some(CentsPerYear(1000)));
        assert_eq!(at("2030-01-01", &mut report), Some(CentsPerYear(2000)));
        assert_eq!(at("2023-12-31", &mut report), None);
        assert_eq!(report, Report::default());
        let half = Ceilings::at(&rows[..12], on("2024-06-01"), &mut report);
        assert!(!half.knows(Financing::Plus, "z"));
        assert_eq!(report.warnings[0].code, "E1311");
    }

    #[test]
    fn pls_is_130_per_cent_of_plus() {
        let rows = Ceilings::built_in();
        for plus in rows.iter().filter(|row| row.financing == Financing::Plus) {
            let alike = |row: &&CeilingRow| {
                row.financing == Financing::Pls && (row.category, &row.zone, row.valid_from) == (plus.category, &plus.zone, plus.valid_from)
            };
            let pls = rows.iter().find(alike).unwrap();
            assert_eq!(pls.ceiling_eur_year.0, (plus.ceiling_eur_year.0 * 13 + 500) / 1000 * 100, "{plus:?}");
        }
    }
}
