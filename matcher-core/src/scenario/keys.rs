//! The keys of a change: typed, each with its words, every mistake reported.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::tables::dates;
use crate::tables::number::fixed;
use crate::units::Date;

use super::change::Faults;

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

impl Key {
    /// One that must be there.
    pub(super) const fn required(name: &'static str, form: Form, means: [&'static str; 2]) -> Self {
        Self { name, form, required: true, means }
    }

    /// One that may be left out.
    pub(super) const fn optional(name: &'static str, form: Form, means: [&'static str; 2]) -> Self {
        Self { name, form, required: false, means }
    }
}

/// What stands at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text, such as an id.
    Text,
    /// A whole number.
    Whole,
    /// A number with up to so many decimals.
    Decimal(u8),
    /// A day, `YYYY-MM-DD`.
    Day,
    /// `true` or `false`.
    Switch,
    /// A list of texts.
    Texts,
    /// One of these codes.
    Code(&'static [&'static str]),
}

/// A value as it was written; numbers and days stay texts, so that they are read exactly.
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
    pub(super) values: &'a Values,
    pub(super) faults: Faults<'a>,
    pub(super) is_clean: bool,
}

impl Keys<'_> {
    fn wrong(&mut self, name: &str, form: &str) {
        self.is_clean = false;
        self.faults.add("E1903", name, format!("this is not {form}"), format!("write {form}"));
    }

    /// True where the key is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A text; empty where the key is not given, which is reported elsewhere if it must be.
    pub(super) fn text(&mut self, name: &str) -> String {
        match self.values.get(name) {
            None => String::new(),
            Some(Value::Text(text)) => text.clone(),
            Some(_) => {
                self.wrong(name, "a text");
                String::new()
            }
        }
    }

    /// A text, where the key is given.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        self.has(name).then(|| self.text(name))
    }

    /// A number in units of 10^-`places`.
    pub(super) fn decimal(&mut self, name: &str, places: u8) -> Option<i64> {
        let value = match self.values.get(name)? {
            // What is quoted is a number all the same: 33.3 then stays exact in every format.
            Value::Number(text) | Value::Text(text) => fixed(text, places, false).ok(),
            _ => None,
        };
        if value.is_none() {
            self.wrong(name, &if places == 0 { "a whole number".to_owned() } else { format!("a number with at most {places} decimals") });
        }
        value
    }

    /// A whole number inside `range`.
    pub(super) fn whole(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.decimal(name, 0)?;
        if !range.contains(&value) {
            self.wrong(name, &format!("a whole number from {} to {}", range.start(), range.end()));
            return None;
        }
        Some(value)
    }

    /// An amount of 0 or more, in hundredths.
    pub(super) fn hundredths(&mut self, name: &str) -> Option<i64> {
        let value = self.decimal(name, 2)?;
        if !(0..=LARGEST).contains(&value) {
            self.wrong(name, "an amount from 0 to 10,000,000");
            return None;
        }
        Some(value)
    }

    /// A day.
    pub(super) fn day(&mut self, name: &str) -> Option<Date> {
        let value = match self.values.get(name)? {
            Value::Text(text) => dates::parse(text).ok(),
            _ => None,
        };
        if value.is_none() {
            self.wrong(name, "a day of the calendar, YYYY-MM-DD");
        }
        value
    }

    /// One of `all` by its code.
    pub(super) fn code<T: Copy>(&mut self, name: &str, all: &[T], code: impl Fn(T) -> &'static str) -> Option<T> {
        let text = match self.values.get(name)? {
            Value::Text(text) => text.as_str(),
            _ => "",
        };
        let found = all.iter().copied().find(|&one| code(one) == text);
        if found.is_none() {
            let codes: Vec<&str> = all.iter().map(|&one| code(one)).collect();
            self.wrong(name, &format!("one of {}", codes.join(", ")));
        }
        found
    }
}

/// Ten million, in hundredths.
const LARGEST: i64 = 1_000_000_000;
