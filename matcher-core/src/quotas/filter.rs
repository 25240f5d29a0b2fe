//! The small language in which quotas name dwellings and households.
//!
//! ```text
//! filter = "*" | clause { "&" clause }            every clause must hold
//! clause = field ( "=" | "!=" ) value { "|" value }   one of the values (!=: none of them)
//! value  = code | number | range                   range: 60..74, 65.., ..29, both ends included
//! ```
//!
//! Dwellings: `residence`, `territory`, `staircase` (`R1/A`), `financing`, `reservation`, `earmark`, `programme`, `accessibility`,
//! `priority_district` (`yes`, `no`), `typology` (`2`, `T2`, `2..3`); `reservation=none` and `earmark=none` are dwellings without. `residence=*`, `territory=*` and `staircase=*` stand for one
//! quota of each. Households: `age` (of the reference person), `person_age` (which persons count; measure `persons` only),
//! `income_quartile`, `category`, `size`, `tag`, `right`, `charter`, `transfer` (`yes`, `no`).

use std::fmt;

use crate::model::Person;
use crate::tables::rows::{Accessibility, Financing};

/// What a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Residence,
    Territory,
    Staircase,
    Financing,
    Reservation,
    Earmark,
    Programme,
    Accessibility,
    PriorityDistrict,
    Typology,
    Age,
    PersonAge,
    IncomeQuartile,
    Category,
    Size,
    Tag,
    Right,
    Charter,
    Transfer,
}

/// How the values of a field are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Number,
    Switch,
}

type FieldRow = (&'static str, Field, Kind);

/// Fields of dwellings.
const DWELLING_FIELDS: &[FieldRow] = &[
    ("residence", Field::Residence, Kind::Code),
    ("territory", Field::Territory, Kind::Code),
    ("staircase", Field::Staircase, Kind::Code),
    ("financing", Field::Financing, Kind::Code),
    ("reservation", Field::Reservation, Kind::Code),
    ("earmark", Field::Earmark, Kind::Code),
    ("programme", Field::Programme, Kind::Code),
    ("accessibility", Field::Accessibility, Kind::Code),
    ("priority_district", Field::PriorityDistrict, Kind::Switch),
    ("typology", Field::Typology, Kind::Number),
];

/// Fields of households.
const HOUSEHOLD_FIELDS: &[FieldRow] = &[
    ("age", Field::Age, Kind::Number),
    ("person_age", Field::PersonAge, Kind::Number),
    ("income_quartile", Field::IncomeQuartile, Kind::Number),
    ("category", Field::Category, Kind::Number),
    ("size", Field::Size, Kind::Number),
    ("tag", Field::Tag, Kind::Code),
    ("right", Field::Right, Kind::Code),
    ("charter", Field::Charter, Kind::Switch),
    ("transfer", Field::Transfer, Kind::Switch),
];

/// One value of a clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Code(String),
    Range(Option<i64>, Option<i64>),
    Switch(bool),
    /// `*`: one quota of each.
    Each,
}

impl Value {
    fn holds_number(&self, number: i64) -> bool {
        matches!(self, Self::Range(low, high) if low.is_none_or(|low| low <= number) && high.is_none_or(|high| number <= high))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => f.write_str(code),
            Self::Range(Some(low), Some(high)) if low == high => write!(f, "{low}"),
            Self::Range(low, high) => {
                let text = |end: &Option<i64>| end.map(|e| e.to_string()).unwrap_or_default();
                write!(f, "{}..{}", text(low), text(high))
            }
            Self::Switch(value) => f.write_str(if *value { "yes" } else { "no" }),
            Self::Each => f.write_str("*"),
        }
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clause {
    pub(super) field: Field,
    name: &'static str,
    negated: bool,
    pub(super) values: Vec<Value>,
}

impl Clause {
    fn test(&self, mut holds: impl FnMut(&Value) -> bool) -> bool {
        self.values.iter().any(&mut holds) != self.negated
    }

    fn test_code(&self, code: &str) -> bool {
        self.test(|value| matches!(value, Value::Code(wanted) if wanted == code))
    }

    fn test_codes(&self, codes: &[String]) -> bool {
        self.test(|value| matches!(value, Value::Code(wanted) if codes.contains(wanted)))
    }

    fn test_number(&self, number: i64) -> bool {
        self.test(|value| value.holds_number(number))
    }

    fn test_switch(&self, switch: bool) -> bool {
        self.test(|value| *value == Value::Switch(switch))
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<_> = self.values.iter().map(Value::to_string).collect();
        write!(f, "{}{}{}", self.name, if self.negated { "!=" } else { "=" }, values.join("|"))
    }
}

/// What is wrong with a filter's text; `piece` is the part that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) piece: String,
    pub(super) cause: &'static str,
    pub(super) action: String,
}

fn fault(code: &'static str, piece: &str, cause: &'static str, action: impl Into<String>) -> Fault {
    Fault { code, piece: piece.trim().into(), cause, action: action.into() }
}

/// Every condition of a filter, in canonical order; none = everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Filter {
    pub(super) clauses: Vec<Clause>,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clauses.is_empty() {
            return f.write_str("*");
        }
        let clauses: Vec<_> = self.clauses.iter().map(Clause::to_string).collect();
        f.write_str(&clauses.join(" & "))
    }
}

impl Filter {
    /// Reads a filter on dwellings, and every fault in it.
    pub(super) fn dwellings(text: &str) -> Result<Self, Vec<Fault>> {
        Self::parse(text, DWELLING_FIELDS)
    }

    /// Reads a filter on households, and every fault in it.
    pub(super) fn households(text: &str) -> Result<Self, Vec<Fault>> {
        Self::parse(text, HOUSEHOLD_FIELDS)
    }

    fn parse(text: &str, fields: &[FieldRow]) -> Result<Self, Vec<Fault>> {
        if text.trim() == "*" {
            return Ok(Self::default());
        }
        let (mut clauses, mut faults) = (Vec::new(), Vec::new());
        for piece in text.split('&') {
            match parse_clause(piece, fields) {
                Ok(clause) => clauses.push(clause),
                Err(mut more) => faults.append(&mut more),
            }
        }
        clauses.sort();
        if faults.is_empty() { Ok(Self { clauses }) } else { Err(faults) }
    }

    /// The field of which one quota each is meant, if any.
    pub(super) fn each(&self) -> Option<Field> {
        self.clauses.iter().find(|clause| clause.values == [Value::Each]).map(|clause| clause.field)
    }

    /// The same filter for one value of [`Filter::each`].
    pub(super) fn with_each(&self, code: &str) -> Self {
        let mut one = self.clone();
        for clause in &mut one.clauses {
            if clause.values == [Value::Each] {
                clause.values = vec![Value::Code(code.into())];
            }
        }
        one
    }

    /// Residences, territories and staircases named that are not known.
    pub(super) fn unknown_places(&self, known: impl Fn(Field, &str) -> bool) -> Vec<String> {
        let codes = self.clauses.iter().flat_map(|clause| clause.values.iter().map(move |value| (clause, value)));
        let unknown = codes.filter(|(clause, value)| matches!(value, Value::Code(code) if !known(clause.field, code)));
        unknown.map(|(clause, value)| format!("{}={value}", clause.name)).collect()
    }

    /// True where a clause looks at `field`.
    pub(super) fn uses(&self, field: Field) -> bool {
        self.clauses.iter().any(|clause| clause.field == field)
    }

    /// True where the dwelling meets every clause; `*` is met by all.
    pub(super) fn holds_dwelling(&self, home: &Home<'_>) -> bool {
        self.clauses.iter().all(|clause| match clause.field {
            _ if clause.values == [Value::Each] => true,
            Field::Residence => clause.test_code(home.residence),
            Field::Territory => clause.test_code(home.territory),
            Field::Staircase => clause.test_code(&format!("{}/{}", home.residence, home.staircase)),
            Field::Financing => clause.test_code(home.financing.code()),
            Field::Reservation => clause.test_code(or_none(home.reservation)),
            Field::Earmark => clause.test_code(or_none(home.earmark)),
            Field::Programme => clause.test_code(home.programme),
            Field::Accessibility => clause.test_code(home.accessibility.code()),
            Field::PriorityDistrict => clause.test_switch(home.priority_district),
            Field::Typology => clause.test_number(home.typology.into()),
            _ => false,
        })
    }

    /// True where the household meets every clause on households (`person_age` apart).
    pub(super) fn holds_household(&self, profile: &Profile<'_>) -> bool {
        self.clauses.iter().all(|clause| match clause.field {
            Field::Age => clause.test_number(profile.age),
            Field::IncomeQuartile => clause.test_number(profile.income_quartile.into()),
            Field::Category => clause.test_number(profile.category.into()),
            Field::Size => clause.test_number(profile.persons.len() as i64),
            Field::Tag => clause.test_codes(profile.tags),
            Field::Right => clause.test_codes(profile.rights),
            Field::Charter => clause.test_switch(profile.charter),
            Field::Transfer => clause.test_switch(profile.transfer),
            Field::PersonAge => true,
            _ => false,
        })
    }

    /// Persons of the household that meet every `person_age` clause.
    pub(super) fn persons(&self, profile: &Profile<'_>) -> i64 {
        let ages = || self.clauses.iter().filter(|clause| clause.field == Field::PersonAge);
        profile.persons.iter().filter(|person| ages().all(|clause| clause.test_number(person.age))).count() as i64
    }
}

/// A dwelling, of a model or of the tables, as filters see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Home<'a> {
    pub(super) residence: &'a str,
    pub(super) territory: &'a str,
    pub(super) programme: &'a str,
    pub(super) priority_district: bool,
    pub(super) staircase: &'a str,
    pub(super) financing: Financing,
    pub(super) reservation: &'a str,
    pub(super) earmark: &'a str,
    pub(super) accessibility: Accessibility,
    pub(super) typology: u8,
}

/// A household, applicant or resident, as quotas see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profile<'a> {
    pub(super) age: i64,
    pub(super) persons: &'a [Person],
    pub(super) income_quartile: u8,
    pub(super) category: u8,
    pub(super) tags: &'a [String],
    pub(super) rights: &'a [String],
    pub(super) charter: bool,
    pub(super) transfer: bool,
}

fn parse_clause(piece: &str, fields: &[FieldRow]) -> Result<Clause, Vec<Fault>> {
    let negated = piece.contains("!=");
    let Some((name, values)) = piece.split_once(if negated { "!=" } else { "=" }) else {
        return Err(vec![fault("E1540", piece, "a condition is not of the form field=value", "write for example age=60..74, or * alone")]);
    };
    let Some(&(name, field, kind)) = fields.iter().find(|(known, _, _)| *known == name.trim()) else {
        let known: Vec<_> = fields.iter().map(|f| f.0).collect();
        return Err(vec![fault("E1541", name, "this field is not known here", format!("use one of {}", known.join(", ")))]);
    };
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for value in values.split('|') {
        match parse_value(value.trim(), field, kind) {
            Some(value) => read.push(value),
            None => faults.push(fault("E1542", &format!("{name}={}", value.trim()), "this value cannot be read", form(kind))),
        }
    }
    if read.contains(&Value::Each) && (read.len() > 1 || negated || !can_be_each(field)) {
        let action = "write residence=*, territory=* or staircase=* alone in its condition";
        faults.push(fault("E1542", piece, "* cannot stand here", action));
    }
    read.sort();
    read.dedup();
    if faults.is_empty() { Ok(Clause { field, name, negated, values: read }) } else { Err(faults) }
}

/// The code that stands for an empty cell.
fn or_none(code: &str) -> &str {
    if code.is_empty() { "none" } else { code }
}

const fn can_be_each(field: Field) -> bool {
    matches!(field, Field::Residence | Field::Territory | Field::Staircase)
}

const fn form(kind: Kind) -> &'static str {
    match kind {
        Kind::Code => "write a code without = | & or !",
        Kind::Number => "write a whole number or a range such as 60..74, 65.. or ..29",
        Kind::Switch => "write yes or no",
    }
}

fn parse_value(text: &str, field: Field, kind: Kind) -> Option<Value> {
    let number = |text: &str| {
        let text = text.trim();
        let digits = if field == Field::Typology { text.trim_start_matches(['T', 't']) } else { text };
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok()).flatten()
    };
    match kind {
        _ if text == "*" => Some(Value::Each),
        Kind::Code => (!text.is_empty() && !text.contains(['=', '!'])).then(|| Value::Code(text.into())),
        Kind::Switch => match text {
            "yes" | "true" => Some(Value::Switch(true)),
            "no" | "false" => Some(Value::Switch(false)),
            _ => None,
        },
        Kind::Number => {
            let Some((low, high)) = text.split_once("..") else { return number(text).map(|n| Value::Range(Some(n), Some(n))) };
            let end = |text: &str| if text.trim().is_empty() { Some(None) } else { number(text).map(Some) };
            let (low, high) = (end(low)?, end(high)?);
            let ordered = low.zip(high).is_none_or(|(low, high)| low <= high);
            (ordered && (low.is_some() || high.is_some())).then_some(Value::Range(low, high))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_into_one_canonical_form() {
        for (text, canonical) in [
            ("*", "*"),
            (" * ", "*"),
            ("residence=R1", "residence=R1"),
            ("financing=PLUS|PLAI|PLUS & reservation=prefet", "financing=PLAI|PLUS & reservation=prefet"),
            ("reservation = prefet&financing= PLAI |PLUS", "financing=PLAI|PLUS & reservation=prefet"),
            ("typology=T2..T3", "typology=2..3"),
            ("typology=t1|4..", "typology=1|4.."),
            ("priority_district!=yes", "priority_district!=yes"),
            ("staircase=R1/A B", "staircase=R1/A B"),
            ("residence=* & programme=cocoon_ages", "residence=* & programme=cocoon_ages"),
        ] {
            let filter = Filter::dwellings(text).unwrap();
            assert_eq!(filter.to_string(), canonical, "{text}");
            assert_eq!(Filter::dwellings(&filter.to_string()).unwrap(), filter, "{text} reads back");
        }
        for (text, canonical) in [
            ("age=60..74", "age=60..74"),
            ("age=..29|65..", "age=..29|65.."),
            ("transfer=no & tag!=dalo|mobility", "tag!=dalo|mobility & transfer=no"),
            ("income_quartile=1", "income_quartile=1"),
        ] {
            assert_eq!(Filter::households(text).unwrap().to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn every_fault_is_named_with_its_piece() {
        let faults = |text: &str| -> Vec<(&str, String)> {
            let read = Filter::households(text).and_then(|_| Filter::dwellings(text)).unwrap_err();
            read.into_iter().map(|fault| (fault.code, fault.piece)).collect()
        };
        assert_eq!(faults(""), [("E1540", String::new())]);
        assert_eq!(faults("age=60.. &"), [("E1540", String::new())]);
        assert_eq!(faults("old"), [("E1540", "old".into())]);
        assert_eq!(
            faults("nationality=X & age=old|74..60 & charter=maybe"),
            [
                ("E1541", "nationality".into()),
                ("E1542", "age=old".into()),
                ("E1542", "age=74..60".into()),
                ("E1542", "charter=maybe".into())
            ]
        );
        for text in ["age=..", "age=-3", "age=", "age=1.5", "tag=a=b", "tag=", "age=99999999999999999999", "age=*"] {
            assert!(Filter::households(text).is_err(), "{text}");
        }
        for text in ["financing=*", "residence!=*", "residence=*|R1", "residence=R1 | ", "age=60"] {
            assert!(Filter::dwellings(text).is_err(), "{text}");
        }
    }
}
