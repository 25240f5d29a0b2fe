//! Seeded families of tiny problems, each after one way in which solvers go wrong. Small enough for [`crate::oracle`].

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The files of a problem directory, by name.
pub type Files = BTreeMap<&'static str, Vec<u8>>;

/// A small public generator (splitmix64), so that a seed gives the same problems everywhere and for ever.
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// The stream `name` of `seed`: another family does not shift this one.
    pub fn new(seed: u64, name: &str) -> Self {
        // FNV-1a
        let mixed = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ mixed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both possible. (The bias of the remainder does not matter here.)
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low + 1).unsigned_abs()) as i64
    }

    /// A position in a list of `length` > 0.
    pub fn position(&mut self, length: usize) -> usize {
        (self.bits() % length as u64) as usize
    }

    /// True in so many of ten cases.
    pub fn tenths(&mut self, often: u64) -> bool {
        self.bits() % 10 < often
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.position(at + 1));
        }
    }
}

/// Which sides of a quota are hard.
#[derive(Clone, Copy, PartialEq)]
enum Sides {
    Hard,
    Priced,
    Mixed,
}

/// A problem under construction, by positions.
struct Town {
    draw: Draw,
    households: usize,
    /// Residence and capacity of each dwelling.
    dwellings: Vec<(usize, i64)>,
    residences: usize,
    arcs: Vec<(usize, usize, i64)>,
    /// Rows of the other files, ready to be written.
    groups: Vec<String>,
    scopes: Vec<String>,
    quotas: Vec<String>,
    weights: Vec<String>,
    affinities: Vec<String>,
}

impl Town {
    /// Random households, dwellings of capacity 1 in a few residences; an arc in `density` of ten pairs.
    fn new(mut draw: Draw, density: u64, mut score: impl FnMut(&mut Draw, usize, usize) -> i64) -> Self {
        let (households, dwellings) = (draw.between(2, 7) as usize, draw.between(2, 6) as usize);
        Self::sized(draw, households, dwellings, |draw, h, d| draw.tenths(density).then(|| score(draw, h, d)))
    }

    fn sized(mut draw: Draw, households: usize, dwellings: usize, mut score: impl FnMut(&mut Draw, usize, usize) -> Option<i64>) -> Self {
        let residences = draw.between(1, 3) as usize;
        let dwellings: Vec<_> = (0..dwellings).map(|_| (draw.position(residences), 1)).collect();
        let pairs = (0..households).flat_map(|h| (0..dwellings.len()).map(move |d| (h, d)));
        let arcs = pairs.filter_map(|(h, d)| Some((h, d, score(&mut draw, h, d)?))).collect();
        let (groups, scopes, quotas, weights, affinities) = (vec![], vec![], vec![], vec![], vec![]);
        Self { draw, households, dwellings, residences, arcs, groups, scopes, quotas, weights, affinities }
    }

    fn capacities(mut self, low: i64, high: i64) -> Self {
        for dwelling in &mut self.dwellings {
            dwelling.1 = self.draw.between(low, high);
        }
        self
    }

    /// Three overlapping groups and two overlapping scopes; `weight` gives how much a member counts.
    fn grouped(mut self, mut weight: impl FnMut(&mut Draw) -> i64) -> Self {
        for h in 0..self.households {
            for g in 0..3 {
                if self.draw.tenths(5) {
                    let weight = weight(&mut self.draw);
                    self.groups.push(format!("{},g{g},{weight}", household(h)));
                }
            }
        }
        for d in 0..self.dwellings.len() {
            for s in 0..2 {
                if self.draw.tenths(5) {
                    self.scopes.push(format!("d{d},s{s}"));
                }
            }
        }
        self
    }

    /// Up to four overlapping rows, with bounds from `low` to `high`.
    fn rows(mut self, sides: Sides, low: i64, high: i64) -> Self {
        let mut scopes = vec!["*".to_owned(), "r0".to_owned(), format!("r{}", self.dwellings[0].0)];
        scopes.extend(self.scopes.iter().filter_map(|row| row.split_once(',')).map(|(_, scope)| scope.to_owned()));
        scopes.retain(|scope| !scope.starts_with('r') || self.dwellings.iter().any(|d| format!("r{}", d.0) == *scope));
        for q in 0..self.draw.between(0, 4) {
            let (scope, group) = (scopes[self.draw.position(scopes.len())].clone(), self.draw.position(4));
            let mut bounds = [self.draw.between(low, high), self.draw.between(low, high)];
            bounds.sort_unstable();
            // A minimum is rarer: hard ones leave little room.
            let (with_min, with_max) = (self.draw.tenths(4), self.draw.tenths(8));
            let bound = |there: bool, bound: i64| if there { bound.to_string() } else { String::new() };
            let mut penalty = || match (sides, self.draw.tenths(5), self.draw.position(5)) {
                (Sides::Hard, ..) | (Sides::Mixed, true, _) => String::new(),
                (.., size) => [0, 1, 7, 60, 1000][size].to_string(),
            };
            let (below, above) = (penalty(), penalty());
            let (min, max) = (bound(with_min, bounds[0]), bound(with_max, bounds[1]));
            self.quotas.push(format!("q{q},{scope},g{group},{min},{max},{below},{above}"));
        }
        self
    }

    /// Weights of single arcs, signed, in the rows there are.
    fn listed(mut self, low: i64, high: i64) -> Self {
        for q in 0..self.quotas.len() {
            for &(h, d, _) in &self.arcs {
                if self.draw.tenths(3) {
                    self.weights.push(format!("q{q},{},d{d},{}", household(h), self.draw.between(low, high)));
                }
            }
        }
        self
    }

    fn friends(mut self, often: u64, most: i64) -> Self {
        let known: Vec<bool> = (0..self.households).map(|h| self.arcs.iter().any(|arc| arc.0 == h)).collect();
        for a in 0..self.households {
            for b in 0..a {
                if known[a] && known[b] && self.draw.tenths(often) {
                    let (a, b) = if self.draw.tenths(5) { (a, b) } else { (b, a) };
                    self.affinities.push(format!("{},{},{}", household(a), household(b), self.draw.between(0, most)));
                }
            }
        }
        self
    }

    /// The files, rows in random order; files without rows are there or not.
    fn files(mut self) -> Files {
        let mut files = Files::new();
        let arcs = self.arcs.iter().map(|(h, d, score)| format!("{},d{d},{score}", household(*h))).collect();
        let dwellings = self.dwellings.iter().enumerate().map(|(d, (r, capacity))| format!("d{d},r{r},{capacity}")).collect();
        for (name, header, mut rows) in [
            ("arcs.csv", "household,dwelling,score", arcs),
            ("dwellings.csv", "dwelling,residence,capacity", dwellings),
            ("groups.csv", "household,group,weight", self.groups),
            ("scopes.csv", "dwelling,scope", self.scopes),
            ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above", self.quotas),
            ("weights.csv", "quota,household,dwelling,weight", self.weights),
            ("affinities.csv", "household_a,household_b,points", self.affinities),
        ] {
            let needed = matches!(name, "arcs.csv" | "dwellings.csv");
            if rows.is_empty() && !needed && self.draw.tenths(5) {
                continue;
            }
            self.draw.shuffle(&mut rows);
            let mut text = format!("{header}\n");
            for row in rows {
                // Writing to a String cannot fail.
                writeln!(text, "{row}").unwrap_or(());
            }
            files.insert(name, text.into_bytes());
        }
        files
    }
}

/// h8, h9, h10 ...: the order of bytes is not the order of numbers.
fn household(position: usize) -> String {
    format!("h{}", position + 8)
}

/// One problem of every family, with the family's name.
pub fn all(seed: u64) -> Vec<(&'static str, Files)> {
    (0..FAMILIES.len()).map(|family| one(family, seed)).collect()
}

/// A way to make a problem.
type Family = fn(Draw) -> Files;

const FAMILIES: &[(&str, Family)] = &[
    ("random", |draw| Town::new(draw, 7, |draw, _, _| draw.between(0, 1000)).files()),
    ("sparse", |draw| Town::new(draw, 3, |draw, _, _| draw.between(1, 50)).files()),
    ("ties", |draw| Town::new(draw, 8, |draw, _, _| if draw.tenths(5) { 10 } else { draw.between(8, 12) }).files()),
    ("all_equal", |draw| Town::new(draw, 7, |_, _, _| 5).files()),
    ("all_zero", |draw| Town::new(draw, 7, |_, _, _| 0).files()),
    ("machol_wien", |mut draw| {
        let n = draw.between(3, 6) as usize;
        Town::sized(draw, n, n, |_, h, d| Some(((n + 1) * (n + 1) - (h + 1) * (d + 1)) as i64)).files()
    }),
    ("hall", hall),
    ("negative", |draw| Town::new(draw, 7, |draw, _, _| draw.between(-20, 20)).files()),
    ("all_negative", |draw| {
        Town::new(draw, 7, |draw, _, _| draw.between(-30, -1)).grouped(|_| 1).rows(Sides::Priced, 0, 3).friends(4, 60).files()
    }),
    ("near_equal", |draw| Town::new(draw, 8, |draw, _, _| 1_000_000_000 + draw.between(0, 3)).files()),
    ("capacities", |draw| Town::new(draw, 7, |draw, _, _| draw.between(0, 99)).capacities(0, 3).files()),
    ("hard_rows", |draw| Town::new(draw, 7, |draw, _, _| draw.between(1, 99)).grouped(|_| 1).rows(Sides::Hard, 0, 3).files()),
    ("priced_rows", |draw| Town::new(draw, 7, |draw, _, _| draw.between(1, 99)).grouped(|_| 1).rows(Sides::Priced, 0, 4).files()),
    ("mixed_rows", |draw| {
        Town::new(draw, 6, |draw, _, _| draw.between(-9, 60)).capacities(1, 2).grouped(|_| 1).rows(Sides::Mixed, 0, 4).files()
    }),
    ("persons", |draw| {
        let town = Town::new(draw, 7, |draw, _, _| draw.between(1, 99)).capacities(1, 4);
        town.grouped(|draw| draw.between(1, 5)).rows(Sides::Hard, 0, 9).files()
    }),
    ("signed", |draw| {
        let town = Town::new(draw, 7, |draw, _, _| draw.between(1, 99)).grouped(|draw| draw.between(-2, 2));
        town.rows(Sides::Mixed, -3, 3).listed(-3, 3).files()
    }),
    ("share", share),
    ("affinities", |draw| Town::new(draw, 7, |draw, _, _| draw.between(0, 40)).friends(5, 40).files()),
    ("affinities_rows", |draw| {
        Town::new(draw, 7, |draw, _, _| draw.between(-5, 30))
            .capacities(1, 2)
            .grouped(|_| 1)
            .rows(Sides::Mixed, 0, 3)
            .friends(4, 30)
            .files()
    }),
    ("everything", |draw| {
        let town = Town::new(draw, 6, |draw, _, _| draw.between(-20, 60)).capacities(0, 2).grouped(|draw| draw.between(-1, 3));
        town.rows(Sides::Mixed, -2, 5).listed(-2, 2).friends(3, 25).files()
    }),
    ("conflict", conflict),
    ("nothing", nothing),
    ("convex", convex),
    ("stars", stars),
    ("crowd", |mut draw| {
        let (households, dwellings) = (draw.between(7, 10) as usize, draw.between(1, 4) as usize);
        let town = Town::sized(draw, households, dwellings, |draw, _, _| draw.tenths(7).then(|| 5 * draw.between(0, 12)));
        town.capacities(0, 3).grouped(|_| 1).rows(Sides::Mixed, 0, 4).friends(1, 20).files()
    }),
];

/// Names of the families, in the order of [`all`].
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    FAMILIES.iter().map(|family| family.0)
}

/// The problem of one family, by its position in [`names`].
pub fn one(family: usize, seed: u64) -> (&'static str, Files) {
    let (name, make) = FAMILIES[family % FAMILIES.len()];
    (name, make(Draw::new(seed, name)))
}

/// Most households want the same few dwellings, and a hard minimum asks for more of them than fit, exactly as many, or fewer.
fn hall(mut draw: Draw) -> Files {
    let (households, wanted) = (draw.between(3, 7) as usize, draw.between(1, 3) as usize);
    let mut town =
        Town::sized(draw, households, wanted + 2, |draw, h, d| (d < wanted || (h == 0 && draw.tenths(7))).then(|| draw.between(1, 9)));
    for h in 0..households {
        town.groups.push(format!("{},g0,1", household(h)));
    }
    let min = wanted as i64 + town.draw.between(-1, 1);
    town.quotas.push(format!("q0,*,g0,{min},,,"));
    town.files()
}

/// At least 40 of 100 of those offered are of group g0: 60 for each of them, -40 for each other one.
fn share(mut draw: Draw) -> Files {
    let hard = draw.tenths(5);
    let mut town = Town::new(draw, 7, |draw, _, _| draw.between(1, 99)).grouped(|_| 1);
    town.quotas.push(format!("share,,,0,,{},", if hard { "" } else { "2" }));
    for &(h, d, _) in &town.arcs {
        let inside = town.groups.iter().any(|row| *row == format!("{},g0,1", household(h)));
        town.weights.push(format!("share,{},d{d},{}", household(h), if inside { 60 } else { -40 }));
    }
    town.files()
}

/// Rows that hold one by one and conflict only together, or do not.
fn conflict(draw: Draw) -> Files {
    let mut town = Town::new(draw, 8, |draw, _, _| draw.between(1, 20)).grouped(|_| 1);
    let most = town.draw.between(0, 2);
    for g in 0..3 {
        town.quotas.push(format!("least{g},*,g{g},{},,,", town.draw.between(0, 2)));
    }
    for r in 0..town.residences {
        if town.dwellings.iter().any(|d| d.0 == r) {
            town.quotas.push(format!("most{r},r{r},g{},,{most},,", town.draw.position(3)));
        }
    }
    town.files()
}

/// Targets whose price grows with the distance: each is several priced rows over one scope and group, the bands ever wider.
fn convex(draw: Draw) -> Files {
    let mut town = Town::new(draw, 8, |draw, _, _| draw.between(1, 60)).capacities(1, 2).grouped(|_| 1);
    for target in 0..town.draw.between(1, 2) {
        let (scope, group) = (["*", "r0", "s0"][town.draw.position(3)], town.draw.position(3));
        let there = match scope {
            "r0" => town.dwellings.iter().any(|d| d.0 == 0),
            "s0" => town.scopes.iter().any(|row| row.ends_with(",s0")),
            _ => true,
        };
        let scope = if there { scope } else { "*" };
        let (mut low, mut high, price) = (town.draw.between(0, 3), town.draw.between(0, 3), town.draw.between(0, 15));
        (low, high) = (low.min(high), low.max(high));
        for band in 1..=3 {
            town.quotas.push(format!("t{target}#{band},{scope},g{group},{low},{high},{price},{price}"));
            (low, high) = (low - town.draw.between(1, 2), high + town.draw.between(1, 2));
        }
    }
    town.files()
}

/// Rows that take all arcs of nested sets of households, and rows that take all arcs of nested sets of dwellings: a network.
fn stars(draw: Draw) -> Files {
    let mut town = Town::new(draw, 8, |draw, _, _| draw.between(-5, 40)).capacities(0, 2);
    let mut inside = town.households;
    for g in 0..3 {
        for h in 0..inside {
            town.groups.push(format!("{},g{g},1", household(h)));
        }
        if inside > 0 {
            let (min, max) = (town.draw.between(0, 1), town.draw.between(1, 4));
            let price = |draw: &mut Draw| if draw.tenths(4) { String::new() } else { draw.between(0, 30).to_string() };
            let (below, above) = (price(&mut town.draw), price(&mut town.draw));
            town.quotas.push(format!("people{g},*,g{g},{min},{max},{below},{above}"));
        }
        inside -= town.draw.between(0, inside as i64) as usize;
    }
    let mut homes = town.dwellings.len();
    for s in 0..2 {
        for d in 0..homes {
            town.scopes.push(format!("d{d},s{s}"));
        }
        if homes > 0 {
            let (max, above) = (town.draw.between(0, 4), if town.draw.tenths(5) { "" } else { "11" });
            // Group g0 is everybody.
            town.quotas.push(format!("homes{s},s{s},g0,,{max},,{above}"));
        }
        homes -= town.draw.between(0, homes as i64) as usize;
    }
    town.files()
}

/// No arc at all, dwellings of capacity 0, rows over nobody.
fn nothing(draw: Draw) -> Files {
    let mut town = Town::new(draw, 1, |draw, _, _| draw.between(-5, 5)).capacities(0, 1);
    let (min, penalty) = (town.draw.between(0, 1), if town.draw.tenths(7) { "3" } else { "" });
    town.quotas.push(format!("q0,*,g9,{min},5,{penalty},"));
    town.files()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_files_and_another_one_others() {
        assert_eq!(all(7), all(7));
        let (one, other) = (all(7), all(8));
        assert_eq!(one.len(), FAMILIES.len());
        let same = one.iter().zip(&other).filter(|(a, b)| a == b).count();
        assert_eq!(same, 0);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = FAMILIES.iter().map(|family| family.0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FAMILIES.len());
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs of splitmix64 from state 0 (Steele, Lea & Flood 2014; the reference C code prints the same).
        let mut draw = Draw(0);
        assert_eq!([draw.bits(), draw.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }
}
