//! The registry of tables and columns. Reader, writer, template and documentation are made from it; there is no second list.
//!
//! A column is one line of a `table!` block: the field of the row struct (its name is the column's), whether a cell must be
//! filled, what it holds, and its meaning in French and English. A column whose cell may be empty may be left out of the file.

mod homes;
mod people;
mod rules;

use crate::error::Report;

use super::sheet::{Column, Row};

/// Zones of the built-in income ceilings.
pub const ZONES: [&str; 3] = ["paris_communes_limitrophes", "ile_de_france", "autres_regions"];

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The stable id of the row.
    Id,
    /// An id of another table (its file).
    Reference(&'static str),
    /// Ids of another table (its file), separated by `|`.
    References(&'static str),
    /// A name that scopes use, written like an id.
    Label,
    /// Such names or ids, separated by `|`.
    Labels,
    /// A lower-case code, see [`is_code`](super::names::is_code).
    Code,
    /// Codes separated by `|`.
    Codes,
    /// Free text, kept as it is.
    Text,
    /// `yes` or `no`.
    Flag,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A number of `places` decimals, from `min` to `max` in units of 10^-`places`.
    Number {
        /// Decimals that the unit holds; 0 = whole numbers.
        places: u8,
        /// Smallest, in the smallest unit.
        min: i64,
        /// Largest, in the smallest unit.
        max: i64,
        /// What is counted.
        unit: Unit,
    },
    /// `1` or `T1` ... `6` or `T6`.
    Typology,
    /// A day, `YYYY-MM-DD`.
    Day,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nothing that needs a name.
    One,
    /// Euros per month.
    EurosPerMonth,
    /// Euros per year.
    EurosPerYear,
    /// Square metres.
    SquareMetres,
    /// Decimal degrees, WGS 84.
    Degrees,
    /// Consumption units (OECD scale).
    ConsumptionUnits,
    /// Hours per week.
    HoursPerWeek,
    /// Years of age.
    Years,
    /// Points.
    Points,
}

impl Unit {
    /// French and English name.
    pub const fn name(self) -> [&'static str; 2] {
        match self {
            Self::One => ["", ""],
            Self::EurosPerMonth => ["euros par mois", "euros per month"],
            Self::EurosPerYear => ["euros par an", "euros per year"],
            Self::SquareMetres => ["m²", "m²"],
            Self::Degrees => ["degrés décimaux (WGS 84)", "decimal degrees (WGS 84)"],
            Self::ConsumptionUnits => ["unités de consommation", "consumption units"],
            Self::HoursPerWeek => ["heures par semaine", "hours per week"],
            Self::Years => ["ans", "years"],
            Self::Points => ["points", "points"],
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name, and whether every cell must be filled (and so the column be there).
    pub column: Column,
    /// What its cells hold.
    pub kind: Kind,
    /// Meaning, French and English.
    pub about: [&'static str; 2],
}

/// One table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// File name.
    pub file: &'static str,
    /// A folder without it is refused.
    pub required: bool,
    /// Meaning, French and English.
    pub about: [&'static str; 2],
    /// Its columns in the order in which they are written.
    pub fields: &'static [Field],
}

/// Every table, in the order of [`Tables`](super::rows::Tables).
pub const TABLES: &[&Table] = &[
    &homes::RESIDENCES,
    &homes::DWELLINGS,
    &homes::AUTHORISATIONS,
    &people::HOUSEHOLDS,
    &people::PERSONS,
    &people::PLACES,
    &people::TENANCIES,
    &people::AFFINITIES,
    &people::HELP,
    &rules::QUOTAS,
    &rules::LEDGER,
    &rules::CEILINGS,
];

/// A row struct that is a row of a table.
pub(super) trait Record: Sized {
    /// Its table.
    const TABLE: &'static Table;
    /// The columns of the table.
    const COLUMNS: &'static [Column];
    /// Reads the row; every cell at fault is reported, and then there is no row.
    fn from_row(row: &Row<'_>, report: &mut Report) -> Option<Self>;
    /// The cells as they are written.
    fn cells(&self) -> Vec<String>;
}

/// Ties a row struct to its table; see the module's head.
macro_rules! table {
    (
        $(#[$doc:meta])*
        $table:ident: $row:ident, $file:literal, $required:expr, $about:expr;
        $($field:ident: $filled:expr, $kind:expr, $meaning:expr;)*
    ) => {
        $(#[$doc])*
        pub(super) const $table: Table = Table {
            file: $file,
            required: $required,
            about: $about,
            fields: &[$(Field { column: Column { name: stringify!($field), required: $filled }, kind: $kind, about: $meaning }),*],
        };

        impl Record for $row {
            const TABLE: &'static Table = &$table;
            const COLUMNS: &'static [Column] = &[$(Column { name: stringify!($field), required: $filled }),*];

            fn from_row(row: &Row<'_>, report: &mut Report) -> Option<Self> {
                let mut fields = Self::TABLE.fields.iter().enumerate();
                $(let $field = next_value(&mut fields, row, report);)*
                Some(Self { line: row.line(), $($field: $field?),* })
            }

            fn cells(&self) -> Vec<String> {
                let mut fields = Self::TABLE.fields.iter();
                vec![$(fields.next().map_or_else(String::new, |field| self.$field.print(&field.kind))),*]
            }
        }
    };
}
use table;
