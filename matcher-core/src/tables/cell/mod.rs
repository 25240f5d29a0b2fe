//! One cell: from text to the type of the row's field, with every fault named, and back to text.

pub mod dates;
pub mod names;
pub mod number;

use std::borrow::Cow;

use crate::error::{Place, Report};
use crate::units::{CentiSquareMetres, CentiUnits, CentsPerMonth, CentsPerYear, Date, MicroDegrees};

use super::rows::{Accessibility, Financing, Role, Text};
use super::schema::{Field, Kind};
use super::sheet::Row;
use names::trimmed;
use number::NumberFault;

/// Most entries of a list in one cell.
const LONGEST_LIST: usize = 1_000;

/// A cell that is not empty.
pub(crate) struct Cell<'a> {
    /// As it stands.
    raw: &'a str,
    kind: &'static Kind,
    place: Place<'a>,
    comma: bool,
}

impl Cell<'_> {
    fn fault(&self, report: &mut Report, code: &'static str, cause: impl Into<String>, action: impl Into<String>) {
        report.error(code, self.place, cause, action);
    }
}

/// A type that a column can have.
pub(crate) trait Value: Sized {
    /// What an empty cell means; `None` where it means nothing.
    fn empty() -> Option<Self>;
    /// The value of a cell that is not empty; a fault is reported.
    fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self>;
    /// As a cell.
    fn print(&self, kind: &Kind) -> String;
}

/// The value of the next column of a row.
pub(super) fn next_value<T: Value>(
    fields: &mut impl Iterator<Item = (usize, &'static Field)>,
    row: &Row<'_>,
    report: &mut Report,
) -> Option<T> {
    let (at, field) = fields.next()?;
    value(row.raw(at), &field.kind, field.column.required, row.decimal_comma(), row.place(at), report)
}

/// The value of a text as a column of this kind holds it, wherever it stands; a fault is reported at `place`. `filled` says that it must
/// not be empty, `comma` that the decimal separator is a comma.
#[inline]
pub(crate) fn value<T: Value>(
    raw: &str,
    kind: &'static Kind,
    filled: bool,
    comma: bool,
    place: Place<'_>,
    report: &mut Report,
) -> Option<T> {
    if trimmed(raw).is_empty() {
        if filled {
            let code = if matches!(kind, Kind::Id | Kind::Reference(_)) { "E1041" } else { "E1042" };
            report.error(code, place, "the cell is empty", format!("write {}", wanted(kind)));
            return None;
        }
        return T::empty();
    }
    T::parse(&Cell { raw, kind, place, comma }, report)
}

/// What a cell of this kind may hold, for people.
pub(crate) fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Id => "the id".into(),
        Kind::Reference(file) => format!("an id of {file}"),
        Kind::References(file) => format!("ids of {file}, separated by |"),
        Kind::Label => "a name".into(),
        Kind::Labels => "names or ids, separated by |".into(),
        Kind::Code => "a code of lower-case letters a to z, digits, _ - or .".into(),
        Kind::Codes => "codes of lower-case letters a to z, digits, _ - or ., separated by |".into(),
        Kind::Text => "a text".into(),
        Kind::Flag => "yes or no".into(),
        Kind::Choice(codes) => format!("one of {}", codes.join(", ")),
        Kind::Number { places: 0, min, max, .. } => format!("a whole number from {min} to {max}"),
        Kind::Number { places, min, max, .. } => {
            format!("a number from {} to {} with at most {places} decimals", number::print(*min, *places), number::print(*max, *places))
        }
        Kind::Typology => "1 to 6 or T1 to T6".into(),
        Kind::Day => "a day as YYYY-MM-DD".into(),
    }
}

/// `3` or `T3`.
fn parse_typology(cell: &Cell<'_>, report: &mut Report) -> Option<i64> {
    let text = trimmed(cell.raw);
    let value = match text.strip_prefix(['T', 't']).unwrap_or(text).as_bytes() {
        [digit @ b'1'..=b'6'] => Some(i64::from(digit - b'0')),
        _ => None,
    };
    if value.is_none() {
        cell.fault(report, "E1046", "not a typology", format!("write {}", wanted(cell.kind)));
    }
    value
}

fn parse_number(cell: &Cell<'_>, report: &mut Report) -> Option<i64> {
    if *cell.kind == Kind::Typology {
        return parse_typology(cell, report);
    }
    let Kind::Number { places, min, max, .. } = *cell.kind else { return mistaken(cell, report) };
    let wanted = || format!("write {}", wanted(cell.kind));
    match number::fixed(trimmed(cell.raw), places, cell.comma) {
        Ok(value) if (min..=max).contains(&value) => return Some(value),
        Ok(_) | Err(NumberFault::TooLarge) => cell.fault(report, "E1043", "the number is out of bounds", wanted()),
        Err(NumberFault::NotANumber) if places == 0 => {
            cell.fault(report, "E1040", "not a whole number", format!("{}, digits only", wanted()));
        }
        Err(NumberFault::NotANumber) => {
            cell.fault(report, "E1044", "not a number", format!("{}, without blanks, currency or thousands separators", wanted()));
        }
        Err(NumberFault::NotDefined) => cell.fault(report, "E1051", "NaN is no number", wanted()),
        Err(NumberFault::Infinite) => cell.fault(report, "E1052", "infinity is no number that can be counted with", wanted()),
        Err(NumberFault::Exponent) => cell.fault(report, "E1055", "the number has an exponent", format!("{}, written out", wanted())),
        Err(NumberFault::DecimalComma) => cell.fault(
            report,
            "E1026",
            "the number has a decimal comma, which is not declared",
            "write a decimal point, or declare decimal_comma = true in format.toml",
        ),
        Err(NumberFault::DecimalPoint) => cell.fault(
            report,
            "E1026",
            "the number has a point where the decimal comma is declared",
            "write a decimal comma, and no thousands separators",
        ),
        Err(NumberFault::TooFine) => {
            cell.fault(report, "E1054", format!("the number has more than {places} decimals, which would be lost"), wanted());
        }
    }
    None
}

/// A field whose type does not fit the kind of its column: a defect of the registry, which its tests exclude.
fn mistaken<T>(cell: &Cell<'_>, report: &mut Report) -> Option<T> {
    debug_assert!(false, "the registry gives a field a kind that its type cannot hold");
    cell.fault(report, "E1046", "the column cannot be read", "report this as a defect of matcher");
    None
}

fn parse_choice<T: Copy>(cell: &Cell<'_>, all: &[(&str, T)], report: &mut Report) -> Option<T> {
    let text = trimmed(cell.raw);
    let found = all.iter().find(|(code, _)| *code == text).map(|found| found.1);
    if found.is_none() {
        cell.fault(report, "E1046", "not one of the values that this column has", format!("write {}", wanted(cell.kind)));
    }
    found
}

fn parse_id<'t>(cell: &Cell<'_>, text: &'t str, report: &mut Report) -> Option<Cow<'t, str>> {
    if let Some((code, cause, action)) = names::id_fault(text) {
        cell.fault(report, code, cause, action);
        return None;
    }
    Some(names::normal(text))
}

fn parse_code<'t>(cell: &Cell<'_>, text: &'t str, report: &mut Report) -> Option<Cow<'t, str>> {
    if names::is_code(text) {
        return Some(text.into());
    }
    cell.fault(report, "E1036", "not a code", format!("write {}", wanted(cell.kind)));
    None
}

/// The text of a cell, in the one spelling that its kind has.
fn parse_text<'t>(cell: &Cell<'t>, report: &mut Report) -> Option<Cow<'t, str>> {
    match cell.kind {
        Kind::Id | Kind::Reference(_) | Kind::Label => parse_id(cell, cell.raw, report),
        Kind::Code => parse_code(cell, trimmed(cell.raw), report),
        Kind::Text => Some(cell.raw.into()),
        Kind::Choice(codes) => parse_choice(cell, &codes.iter().map(|code| (*code, *code)).collect::<Vec<_>>(), report).map(Cow::Borrowed),
        // Kept as text since the row is shared with the policy file; in one spelling whatever the file's format.
        Kind::Number { places, .. } => parse_number(cell, report).map(|value| number::shortest(value, *places).into()),
        Kind::Day => Date::parse(cell, report).map(|day| day.to_string().into()),
        Kind::References(_) | Kind::Labels | Kind::Codes | Kind::Flag | Kind::Typology => mistaken(cell, report),
    }
}

impl Value for String {
    fn empty() -> Option<Self> {
        Some(Self::new())
    }

    fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
        parse_text(cell, report).map(Cow::into_owned)
    }

    fn print(&self, _: &Kind) -> String {
        self.clone()
    }
}

impl Value for Text {
    fn empty() -> Option<Self> {
        Some(Self::default())
    }

    fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
        parse_text(cell, report).map(Self::from)
    }

    fn print(&self, _: &Kind) -> String {
        self.to_string()
    }
}

impl Value for Vec<Text> {
    fn empty() -> Option<Self> {
        Some(Self::new())
    }

    fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
        // One entry needs no room for more, and is not there twice.
        let mut list = Self::with_capacity(1);
        let mut sound = true;
        for part in cell.raw.split('|').map(trimmed) {
            let parsed = if part.is_empty() {
                cell.fault(report, "E1047", "the list has an empty place", "write one | between two entries, none at the ends");
                None
            } else if matches!(cell.kind, Kind::Codes) {
                parse_code(cell, part, report)
            } else {
                parse_id(cell, part, report)
            };
            sound &= parsed.is_some();
            list.extend(parsed.map(Text::from));
            if list.len() > LONGEST_LIST {
                let cause = format!("the list has more than {LONGEST_LIST} entries");
                cell.fault(report, "E1047", cause, "shorten it");
                return None;
            }
        }
        let mut sorted: Vec<&str> = if list.len() > 1 { list.iter().map(Text::as_str).collect() } else { Vec::new() };
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
            cell.fault(report, "E1047", "the list has an entry twice", "keep one");
            sound = false;
        }
        sound.then_some(list)
    }

    fn print(&self, _: &Kind) -> String {
        self.join("|")
    }
}

impl Value for bool {
    fn empty() -> Option<Self> {
        Some(false)
    }

    fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
        let text = trimmed(cell.raw);
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(&["yes", "oui", "1", "true", "vrai"]) {
            return Some(true);
        }
        if is(&["no", "non", "0", "false", "faux"]) {
            return Some(false);
        }
        cell.fault(report, "E1045", "neither yes nor no", "write yes or no");
        None
    }

    fn print(&self, _: &Kind) -> String {
        if *self { "yes" } else { "no" }.into()
    }
}

impl Value for Date {
    fn empty() -> Option<Self> {
        None
    }

    fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
        match dates::parse(trimmed(cell.raw)) {
            Ok(day) => Some(day),
            Err((code, cause, action)) => {
                cell.fault(report, code, cause, action);
                None
            }
        }
    }

    fn print(&self, _: &Kind) -> String {
        self.to_string()
    }
}

impl<T: Value> Value for Option<T> {
    fn empty() -> Option<Self> {
        Some(None)
    }

    fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
        T::parse(cell, report).map(Some)
    }

    fn print(&self, kind: &Kind) -> String {
        self.as_ref().map(|value| value.print(kind)).unwrap_or_default()
    }
}

macro_rules! number_values {
    ($($type:ty: $from:expr, $into:expr;)*) => {$(
        impl Value for $type {
            fn empty() -> Option<Self> {
                $from(0)
            }

            fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
                let value = parse_number(cell, report)?;
                $from(value).or_else(|| mistaken(cell, report))
            }

            fn print(&self, kind: &Kind) -> String {
                let places = if let Kind::Number { places, .. } = kind { *places } else { 0 };
                let into: fn(&Self) -> i64 = $into;
                number::print(into(self), places)
            }
        }
    )*};
}

number_values! {
    i64: Some, |n| *n;
    u8: |n| u8::try_from(n).ok(), |n| i64::from(*n);
    CentsPerMonth: |n| Some(CentsPerMonth(n)), |n| n.0;
    CentsPerYear: |n| Some(CentsPerYear(n)), |n| n.0;
    CentiSquareMetres: |n| Some(CentiSquareMetres(n)), |n| n.0;
    CentiUnits: |n| Some(CentiUnits(n)), |n| n.0;
    MicroDegrees: |n| Some(MicroDegrees(n)), |n| n.0;
}

macro_rules! choice_values {
    ($($type:ty;)*) => {$(
        impl Value for $type {
            fn empty() -> Option<Self> {
                None
            }

            fn parse(cell: &Cell<'_>, report: &mut Report) -> Option<Self> {
                parse_choice(cell, &Self::ALL.map(|value| (value.code(), value)), report)
            }

            fn print(&self, _: &Kind) -> String {
                self.code().into()
            }
        }
    )*};
}

choice_values! {
    Financing;
    Accessibility;
    Role;
}
