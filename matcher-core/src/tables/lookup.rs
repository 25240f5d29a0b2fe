//! Texts found by themselves in O(1): ids of tables with millions of rows, asked for tens of millions of times.
//!
//! The order inside the hash tables decides nothing: they are asked, never walked through. Their keys are drawn anew in each
//! process, so that no file can be made whose ids collide.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

/// How many texts after the last one are looked at before the table is asked.
const NEAR: usize = 5;

/// Positions of texts that stand elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    table: HashTable<u32>,
    keys: DefaultHashBuilder,
}

impl Positions {
    /// Room for `count` texts.
    pub(crate) fn with_room(count: usize) -> Self {
        Self { table: HashTable::with_capacity(count), keys: DefaultHashBuilder::default() }
    }

    /// The position of `text`; `is` tells whether it is the text at a position. O(1) expected.
    pub(crate) fn find(&self, text: &str, is: impl Fn(usize) -> bool) -> Option<usize> {
        self.table.find(self.keys.hash_one(text), |&position| is(position as usize)).map(|&position| position as usize)
    }

    /// Notes that `text` stands at `position`, where [`find`](Self::find) found none. Tables hold fewer than 2^32 rows.
    pub(crate) fn insert<'t>(&mut self, text: &str, position: usize, at: impl Fn(usize) -> Option<&'t str>) {
        let hash = |text: &str| self.keys.hash_one(text);
        let own = hash(text);
        self.table.insert_unique(own, position as u32, |&other| at(other as usize).map_or(0, hash));
    }
}

/// Texts in the order of first sight.
///
/// As long as each new text comes after all earlier ones, which is how files are mostly written, no table is kept: a text that comes
/// after the last one is new, and one that does not is found by halving.
#[derive(Debug)]
pub(crate) struct Names {
    list: Vec<String>,
    /// The ends of each text, side by side: neighbours are told apart here, without going where the texts are.
    ends: Vec<Ends>,
    /// Each text comes after the one before.
    ascending: bool,
    /// Of all texts, or of none as long as they ascend.
    positions: Option<Positions>,
    /// Position of the text that was interned last.
    last: usize,
}

impl Default for Names {
    fn default() -> Self {
        Self { list: Vec::new(), ends: Vec::new(), ascending: true, positions: None, last: 0 }
    }
}

impl Names {
    /// The texts, without the look-up.
    pub(crate) fn into_list(self) -> Vec<String> {
        self.list
    }

    /// Makes every later look-up O(1).
    pub(crate) fn index(&mut self) {
        if self.positions.is_none() {
            let mut positions = Positions::with_room(self.list.len());
            for (at, name) in self.list.iter().enumerate() {
                positions.insert(name, at, |other| self.list.get(other).map(String::as_str));
            }
            self.positions = Some(positions);
        }
    }

    /// The position of `name`. O(1) expected once there is a table, O(log n) before.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        match &self.positions {
            Some(positions) => {
                let ends = Ends::of(name);
                positions.find(name, |at| self.is(at, name, ends))
            }
            None => self.list.binary_search_by(|known| known.as_str().cmp(name)).ok(),
        }
    }

    /// The same, looked for first among the few that follow `last`, the position asked for before: files mostly go along the order of
    /// the table they name.
    pub(crate) fn find_after(&self, last: usize, name: &str) -> Option<usize> {
        self.near(last, name).or_else(|| self.find(name))
    }

    #[inline]
    fn near(&self, last: usize, name: &str) -> Option<usize> {
        let ends = Ends::of(name);
        (last..last + NEAR).find(|&at| self.is(at, name, ends))
    }

    /// True where `name`, with these ends, is the text at this position.
    #[inline]
    fn is(&self, at: usize, name: &str, ends: Ends) -> bool {
        self.ends.get(at) == Some(&ends) && self.list.get(at).is_some_and(|other| Ends::decide(name, other))
    }

    /// The position of `name`, which is added where it is new.
    pub(crate) fn intern(&mut self, name: &str) -> usize {
        self.last = self.near(self.last, name).or_else(|| self.far(name)).unwrap_or_else(|| self.push(name.to_owned()));
        self.last
    }

    /// The same for each name of a list that was made apart: their positions here.
    pub(crate) fn intern_all(&mut self, names: Vec<String>) -> Vec<usize> {
        let mut intern = |name: String| {
            self.last = self.near(self.last, &name).or_else(|| self.far(&name)).unwrap_or_else(|| self.push(name));
            self.last
        };
        names.into_iter().map(&mut intern).collect()
    }

    /// The position of a name that may come after all others; where it does not, a table is made for it and those that follow.
    fn far(&mut self, name: &str) -> Option<usize> {
        if self.ascending && self.list.last().is_none_or(|last| last.as_str() < name) {
            return None;
        }
        self.index();
        self.find(name)
    }

    /// Adds a name that is new.
    fn push(&mut self, name: String) -> usize {
        let at = self.list.len();
        self.ascending &= self.list.last().is_none_or(|last| *last < name);
        if let Some(positions) = &mut self.positions {
            positions.insert(&name, at, |other| self.list.get(other).map(String::as_str));
        }
        self.ends.push(Ends::of(&name));
        self.list.push(name);
        at
    }
}

/// The first and the last eight bytes of a text; of a shorter one its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends(u64, u64);

impl Ends {
    #[inline]
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            return Self(u64::from_ne_bytes(*first), u64::from_ne_bytes(*last));
        }
        Self(bytes.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0)
    }

    /// True where two texts with equal ends are equal: ends and length say all of up to 16 bytes.
    #[inline]
    pub(crate) fn decide(a: &str, b: &str) -> bool {
        a.len() == b.len() && (a.len() <= 16 || a == b)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_keep_the_order_of_first_sight() {
        let mut names = Names::default();
        let seen: Vec<usize> = ["b", "a", "a", "b", "c"].map(|name| names.intern(name)).into();
        assert_eq!(seen, [0, 1, 1, 0, 2]);
        assert_eq!(names.intern_all(vec!["d".into(), "a".into(), "d".into()]), [3, 1, 3]);
        assert_eq!((names.find("c"), names.find("e")), (Some(2), None));
        assert_eq!(names.into_list(), ["b", "a", "c", "d"]);
    }

    /// In order (no table), then out of order, with names of every length that equality treats apart.
    #[test]
    fn many_names_are_all_found_again() {
        for (width, length) in [(5, 0), (8, 0), (5, 13), (5, 40)] {
            let name = |n: usize| format!("{n:0width$}{}", "x".repeat(length));
            let mut names = Names::default();
            for n in (0..2_000).chain(0..2_000) {
                assert_eq!(names.intern(&name(n)), n);
            }
            assert!(names.positions.is_some(), "a name came again");
            let mut ascending = Names::default();
            assert_eq!(ascending.intern_all((0..2_000).map(name).collect()), (0..2_000).collect::<Vec<_>>());
            assert!(ascending.positions.is_none());
            for names in [&names, &ascending] {
                assert!((0..2_000).all(|n| names.find(&name(n)) == Some(n)));
                assert!((0..2_000usize).all(|n| names.find_after(n.saturating_sub(9), &name(n)) == Some(n)));
                assert_eq!((names.find(&name(2_000)), names.find(""), names.find_after(1_999, "x")), (None, None, None));
            }
            ascending.index();
            assert_eq!((ascending.intern(&name(3_000)), ascending.intern(&name(2_500)), ascending.intern(&name(7))), (2_000, 2_001, 7));
            assert_eq!(ascending.find(&name(2_500)), Some(2_001));
        }
    }
}
