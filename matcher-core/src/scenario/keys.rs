//! The keys of a change. Most hold what a column of a table holds: the same kinds, bounds, words and codes of faults as there, so that
//! what a change writes is what a table could have said.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::policy::Setting;
use crate::tables;
use crate::tables::number::fixed;
use crate::tables::schema::{self, TABLES, Table};

use super::change::{Faults, Kind};

/// A key of a kind of change.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What stands there.
    pub form: Form,
    /// Must be there.
    pub required: bool,
    /// What it means, French and English.
    pub means: [&'static str; 2],
}

/// What stands at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What a column of a table holds; lists are lists of texts, or one text.
    Cell {
        /// What the column holds.
        kind: schema::Kind,
        /// It may not be empty.
        filled: bool,
    },
    /// The value of a parameter of the policy: a whole number, `true` or `false`, a text, or a list of texts.
    Setting,
    /// A list of texts of a form of its own, in French and English.
    Texts([&'static str; 2]),
}

impl Key {
    /// One that may be left out; where it is given it may not be empty.
    pub(super) const fn new(name: &'static str, kind: schema::Kind, means: [&'static str; 2]) -> Self {
        Self { name, form: Form::Cell { kind, filled: true }, required: false, means }
    }

    /// What the column `column` of the table `file` holds.
    pub(super) const fn column(file: &str, column: &str) -> Self {
        let mut tables: &[&Table] = TABLES;
        while let [table, rest @ ..] = tables {
            let mut fields = table.fields;
            while let [field, later @ ..] = fields {
                if same(table.file, file) && same(field.column.name, column) {
                    let form = Form::Cell { kind: field.kind, filled: field.column.required };
                    return Self { name: field.column.name, form, required: false, means: field.about };
                }
                fields = later;
            }
            tables = rest;
        }
        #[expect(clippy::panic, reason = "keys stand in constants (`Kind::keys`), so that this stops the compiler and never a run")]
        {
            panic!("there is no such column")
        }
    }

    /// One that must be there.
    pub(super) const fn required(self) -> Self {
        let form = match self.form {
            Form::Cell { kind, .. } => Form::Cell { kind, filled: true },
            form => form,
        };
        Self { form, required: true, ..self }
    }

    /// With another name and meaning.
    pub(super) const fn called(self, name: &'static str, means: [&'static str; 2]) -> Self {
        Self { name, means, ..self }
    }

    /// True where the number is inside the bounds of the key.
    pub(super) fn admits(&self, number: i64) -> bool {
        match self.form {
            Form::Cell { kind: schema::Kind::Number { min, max, .. }, .. } => (min..=max).contains(&number),
            _ => true,
        }
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let ([x, rest_of_a @ ..], [y, rest_of_b @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (rest_of_a, rest_of_b);
    }
    a.is_empty() && b.is_empty()
}

/// A value as it was written; numbers stay texts, so that they are read exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(String),
    Switch(bool),
    Texts(Vec<String>),
    /// A table or a mixture.
    Other,
}

/// The values of one change by key.
pub(super) type Values = BTreeMap<String, Value>;

/// The keys of one change, as they are read.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    pub(super) kind: &'static Kind,
    pub(super) values: &'a Values,
    pub(super) faults: Faults<'a>,
    pub(super) is_clean: bool,
}

impl Keys<'_> {
    /// True where the key is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// What stands at the key; `None` where it is not given, or is at fault, which is reported.
    pub(super) fn get<T: tables::Value>(&mut self, name: &'static str) -> Option<T> {
        let value = self.values.get(name)?;
        let found = self.kind.keys.iter().find(|key| key.name == name).map(|key| &key.form);
        let Some(Form::Cell { kind, filled }) = found else {
            debug_assert!(false, "{name} is no key of {} that holds what a column holds", self.kind.code);
            return None;
        };
        let Some(text) = text(value, kind) else {
            self.wrong(name, &tables::wanted(kind));
            return None;
        };
        let before = self.faults.report.error_count();
        let read = tables::value(&text, kind, *filled, false, self.faults.place(name), self.faults.report);
        if read.is_none() {
            self.is_clean = false;
            if self.faults.report.error_count() == before {
                self.wrong(name, &tables::wanted(kind));
            }
        }
        read
    }

    /// The same for a key that must be there: that it is not is reported elsewhere, and the change is then not made.
    pub(super) fn need<T: tables::Value + Default>(&mut self, name: &'static str) -> T {
        self.get(name).unwrap_or_default()
    }

    /// The texts at the key; none where it is not given.
    pub(super) fn texts(&mut self, name: &'static str) -> Vec<String> {
        match self.values.get(name) {
            None => Vec::new(),
            Some(Value::Texts(texts)) => texts.clone(),
            Some(Value::Text(text)) => vec![text.clone()],
            Some(_) => {
                self.wrong(name, "a list of texts");
                Vec::new()
            }
        }
    }

    /// The value as the policy keeps parameters.
    pub(super) fn setting(&mut self, name: &'static str) -> Option<Setting> {
        let setting = match self.values.get(name)? {
            Value::Switch(value) => Some(Setting::Switch(*value)),
            Value::Text(text) => Some(Setting::Text(text.clone())),
            Value::Texts(texts) => Some(Setting::List(texts.clone())),
            Value::Number(text) => fixed(text, 0, false).ok().map(Setting::Integer),
            Value::Other => None,
        };
        if setting.is_none() {
            self.wrong(name, "a whole number, true or false, a text or a list of texts");
        }
        setting
    }

    /// Exactly one of the two keys is given; otherwise that is reported.
    pub(super) fn one_of(&mut self, one: &'static str, other: &'static str) {
        match (self.has(one), self.has(other)) {
            (false, false) => {
                self.is_clean = false;
                self.faults.add("E1902", one, format!("neither {one} nor {other} is given"), "add one of the two");
            }
            (true, true) => self.clash(other, &format!("{one} is given too"), "keep one of the two"),
            _ => {}
        }
    }

    /// The key at `name` does not go with another one.
    pub(super) fn clash(&mut self, name: &str, cause: &str, action: &str) {
        self.is_clean = false;
        self.faults.add("E1909", name, cause, action);
    }

    /// The value at `name` is of another kind than it must be.
    pub(super) fn wrong(&mut self, name: &str, wanted: &str) {
        self.is_clean = false;
        self.faults.add("E1903", name, "the value is not of the kind expected", format!("write {wanted}"));
    }
}

/// The value as a cell of this kind would be written; `None` where it is of another kind.
fn text<'v>(value: &'v Value, kind: &schema::Kind) -> Option<Cow<'v, str>> {
    use schema::Kind::{Codes, Flag, Labels, Number, References, Typology};
    match value {
        // What is quoted is a number all the same: 33.3 then stays exact in every format.
        Value::Text(text) => Some(text.as_str().into()),
        Value::Number(text) => matches!(kind, Number { .. } | Typology).then(|| text.as_str().into()),
        Value::Switch(value) => matches!(kind, Flag).then(|| if *value { "yes" } else { "no" }.into()),
        Value::Texts(list) => {
            let is_plain = list.iter().all(|text| !text.contains('|') && !text.trim().is_empty());
            (is_plain && matches!(kind, References(_) | Labels | Codes)).then(|| list.join("|").into())
        }
        Value::Other => None,
    }
}
