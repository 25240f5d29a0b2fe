//! Codes as small numbers and sets as bits, so that testing a pair compares no text.

use std::collections::BTreeMap;

/// Numbers for codes, from 0 in the order of first sight.
#[derive(Debug, Default)]
pub(super) struct Codes<'t> {
    numbers: BTreeMap<&'t str, u32>,
}

impl<'t> Codes<'t> {
    /// The number of `code`, a new one at first sight.
    pub(super) fn number(&mut self, code: &'t str) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(code).or_insert(next)
    }

    /// The number of `code`, where it has one.
    pub(super) fn find(&self, code: &str) -> Option<u32> {
        self.numbers.get(code).copied()
    }

    /// The codes by number.
    pub(super) fn into_names(self) -> Vec<&'t str> {
        let mut names = vec![""; self.numbers.len()];
        for (code, number) in self.numbers {
            if let Some(name) = names.get_mut(number as usize) {
                *name = code;
            }
        }
        names
    }

    /// How many codes there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }
}

/// One set of small numbers per household, as bits. households x numbers / 8 bytes.
#[derive(Debug)]
pub(super) struct BitTable {
    words: usize,
    bits: Vec<u64>,
}

impl BitTable {
    /// Empty sets of numbers below `numbers` for `households`.
    pub(super) fn new(households: usize, numbers: usize) -> Self {
        let words = numbers.div_ceil(64);
        Self { words, bits: vec![0; words * households] }
    }

    /// Puts `number` into the set of the `household`-th.
    pub(super) fn insert(&mut self, household: usize, number: usize) {
        debug_assert!(number / 64 < self.words);
        if let Some(word) = self.bits.get_mut(household * self.words + number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// The same sets, each kept once.
    pub(super) fn into_classes(self) -> ClassTable {
        let mut known: BTreeMap<&[u64], u32> = BTreeMap::new();
        let households = self.bits.len().checked_div(self.words).unwrap_or_default();
        let mut sets = Vec::new();
        let classes = (0..households).map(|household| {
            let words = self.bits.get(household * self.words..(household + 1) * self.words).unwrap_or_default();
            let next = known.len() as u32;
            *known.entry(words).or_insert_with(|| {
                sets.extend_from_slice(words);
                next
            })
        });
        let class = classes.collect();
        ClassTable { class, words: self.words, sets }
    }
}

/// One set of small numbers per household; households with one set are a class.
#[derive(Debug)]
pub(super) struct ClassTable {
    /// Per household, in the order of first sight.
    class: Vec<u32>,
    words: usize,
    /// Per class.
    sets: Vec<u64>,
}

impl ClassTable {
    /// The class of the `household`-th.
    pub(super) fn class(&self, household: usize) -> u32 {
        self.class.get(household).copied().unwrap_or_default()
    }

    /// The set of the `household`-th.
    pub(super) fn set(&self, household: usize) -> BitSet<'_> {
        let class = self.class(household) as usize;
        BitSet(self.sets.get(class * self.words..(class + 1) * self.words).unwrap_or_default())
    }
}

/// A set of small numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct BitSet<'b>(&'b [u64]);

impl BitSet<'_> {
    /// True where the set holds `number`.
    pub(super) fn contains(self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_keep_apart() {
        let mut table = BitTable::new(3, 130);
        for (household, number) in [(0, 129), (1, 0), (1, 64), (2, 63)] {
            table.insert(household, number);
        }
        let table = table.into_classes();
        assert_eq!([0, 1, 2].map(|household| table.class(household)), [0, 1, 2]);
        for household in 0..3 {
            let held: Vec<u32> = (0..200).filter(|&number| table.set(household).contains(number)).collect();
            assert_eq!(held, [vec![129], vec![0, 64], vec![63]][household]);
        }
    }

    #[test]
    fn equal_sets_are_one_class() {
        let mut table = BitTable::new(4, 3);
        for (household, number) in [(0, 2), (1, 0), (2, 2), (3, 0), (3, 2)] {
            table.insert(household, number);
        }
        let table = table.into_classes();
        assert_eq!([0, 1, 2, 3].map(|household| table.class(household)), [0, 1, 0, 2]);
        assert!(table.set(2).contains(2) && !table.set(2).contains(0));
    }

    #[test]
    fn codes_are_numbered_by_first_sight() {
        let mut codes = Codes::default();
        assert_eq!(["b", "a", "b"].map(|code| codes.number(code)), [0, 1, 0]);
        assert_eq!((codes.find("a"), codes.find("c"), codes.len()), (Some(1), None, 2));
        assert_eq!(codes.into_names(), ["b", "a"]);
    }
}
