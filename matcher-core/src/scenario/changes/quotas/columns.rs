//! The columns of a quota as keys of a change.

use crate::error::Report;
use crate::quotas;
use crate::scenario::change::Faults;
use crate::scenario::keys::{Key, Keys};
use crate::scenario::town::Town;
use crate::tables::rows::QuotaRow;

pub(super) const QUOTA: Key =
    Key::column("ledger.csv", "quota").called("quota", ["Le quota ou l'objectif", "The quota or target"]).required();

const fn column(name: &str) -> Key {
    Key::column("quotas.csv", name)
}

pub(super) const VERSION: Key = column("version");
pub(super) const VALID_FROM: Key = column("valid_from");
pub(super) const VALID_TO: Key = column("valid_to");
pub(super) const LEGAL_BASIS: Key = column("legal_basis");
pub(super) const AUTHOR: Key = column("author");
pub(super) const SCOPE: Key = column("scope");
pub(super) const GROUP: Key = column("group");
pub(super) const MEASURE: Key = column("measure");
pub(super) const BASIS: Key = column("basis");
pub(super) const UNIT: Key = column("unit");
pub(super) const DENOMINATOR: Key = column("denominator");
pub(super) const MIN: Key = column("min");
pub(super) const TARGET: Key = column("target");
pub(super) const MAX: Key = column("max");
pub(super) const ROUNDING: Key = column("rounding");
pub(super) const PENALTY_BELOW: Key = column("penalty_below");
pub(super) const PENALTY_ABOVE: Key = column("penalty_above");
pub(super) const TARGET_PENALTY: Key = column("target_penalty");
pub(super) const TARGET_STEP: Key = column("target_penalty_step");

/// The field of a row that a key writes.
type Field = fn(&mut QuotaRow) -> &mut String;

/// Every key with its field.
const FIELDS: [(&str, Field); 19] = [
    (VERSION.name, |row| &mut row.version),
    (VALID_FROM.name, |row| &mut row.valid_from),
    (VALID_TO.name, |row| &mut row.valid_to),
    (LEGAL_BASIS.name, |row| &mut row.legal_basis),
    (AUTHOR.name, |row| &mut row.author),
    (SCOPE.name, |row| &mut row.scope),
    (GROUP.name, |row| &mut row.group),
    (MEASURE.name, |row| &mut row.measure),
    (BASIS.name, |row| &mut row.basis),
    (UNIT.name, |row| &mut row.unit),
    (DENOMINATOR.name, |row| &mut row.denominator),
    (MIN.name, |row| &mut row.min),
    (TARGET.name, |row| &mut row.target),
    (MAX.name, |row| &mut row.max),
    (ROUNDING.name, |row| &mut row.rounding),
    (PENALTY_BELOW.name, |row| &mut row.penalty_below),
    (PENALTY_ABOVE.name, |row| &mut row.penalty_above),
    (TARGET_PENALTY.name, |row| &mut row.target_penalty),
    (TARGET_STEP.name, |row| &mut row.target_penalty_step),
];

/// What a change writes into the row of a quota.
#[derive(Debug)]
pub(super) struct Written(Vec<(Field, String)>);

impl Written {
    /// The columns that are given.
    pub(super) fn read(keys: &mut Keys<'_>) -> Self {
        let given = FIELDS.iter().filter_map(|&(name, field)| Some((field, keys.get::<String>(name)?)));
        Self(given.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn write(&self, row: &mut QuotaRow) {
        for (field, text) in &self.0 {
            field(row).clone_from(text);
        }
    }
}

/// Reports what is wrong with the row at the keys of its columns.
pub(super) fn check(town: &Town, row: &QuotaRow, faults: &mut Faults<'_>) {
    let mut found = Report::default();
    quotas::lint(row, &town.tables, town.date, &mut found);
    faults.found(found, |column| if column == "id" { QUOTA.name.to_owned() } else { column.to_owned() });
}
