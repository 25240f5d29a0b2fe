//! The scans over a row of weights, as loops compiled for several instruction sets (`crate::lanes`).
//!
//! Columns are looked at in runs of [`LANES`], with one accumulator per lane: compilers keep those in vector registers. What is found
//! depends on the lanes and not on the registers, so that every machine finds the same.

use std::array::from_fn;

use super::weight::Weight;
use crate::lanes::{Loop, Path};

/// Columns that are looked at together: a few of the widest registers for each width of weights.
pub(super) const LANES: usize = 64;

pub(super) fn lanes<W>(slice: &[W]) -> impl Iterator<Item = &[W; LANES]> {
    slice.as_chunks().0.iter()
}

fn lanes_mut<W>(slice: &mut [W]) -> impl Iterator<Item = &mut [W; LANES]> {
    slice.as_chunks_mut().0.iter_mut()
}

/// The least and the largest of some scores; `i64::MAX` and 0 of none, and never less than 0.
pub(super) fn span(path: Path, scores: &[i64]) -> (i64, i64) {
    path.run(Span(scores))
}

struct Span<'a>(&'a [i64]);

impl Loop for Span<'_> {
    type Output = (i64, i64);

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    fn run(self) -> (i64, i64) {
        self.0.iter().fold((i64::MAX, 0), |(least, most), &score| (score.min(least), score.max(most)))
    }
}

/// Puts scores into weights of half points; below 0 they are worth 0.
pub(super) fn halves<W: Weight>(path: Path, weights: &mut [W], scores: &[i64]) {
    path.run(Halves { weights, scores });
}

struct Halves<'a, W> {
    weights: &'a mut [W],
    scores: &'a [i64],
}

impl<W: Weight> Loop for Halves<'_, W> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    fn run(self) {
        for (weight, &score) in self.weights.iter_mut().zip(self.scores) {
            *weight = W::of(2 * score.max(0));
        }
    }
}

/// The best weight of a row.
pub(super) fn best<W: Weight>(path: Path, weight: &[W]) -> W {
    path.run(Best(weight))
}

struct Best<'a, W>(&'a [W]);

impl<W: Weight> Loop for Best<'_, W> {
    type Output = W;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    fn run(self) -> W {
        let mut best = [W::MIN; LANES];
        for weight in lanes(self.0) {
            best = from_fn(|lane| best[lane].max(weight[lane]));
        }
        best.into_iter().fold(W::MIN, Ord::max)
    }
}

/// Raises each price to the weight - `height`.
pub(super) fn raise<W: Weight>(path: Path, price: &mut [W], weight: &[W], height: W) {
    path.run(Raise { price, weight, height });
}

struct Raise<'a, W> {
    price: &'a mut [W],
    weight: &'a [W],
    height: W,
}

impl<W: Weight> Loop for Raise<'_, W> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    fn run(self) {
        for (price, weight) in lanes_mut(self.price).zip(lanes(self.weight)) {
            *price = from_fn(|lane| price[lane].max(weight[lane] - self.height));
        }
    }
}

/// The best and the second best value of weight - price.
pub(super) fn best_two<W: Weight>(path: Path, weight: &[W], price: &[W]) -> (W, W) {
    path.run(BestTwo { weight, price })
}

struct BestTwo<'a, W> {
    weight: &'a [W],
    price: &'a [W],
}

impl<W: Weight> Loop for BestTwo<'_, W> {
    type Output = (W, W);

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    fn run(self) -> (W, W) {
        let (mut best, mut second) = ([W::MIN; LANES], [W::MIN; LANES]);
        for (weight, price) in lanes(self.weight).zip(lanes(self.price)) {
            let value: [W; LANES] = from_fn(|lane| weight[lane] - price[lane]);
            let lesser: [W; LANES] = from_fn(|lane| best[lane].min(value[lane]));
            second = from_fn(|lane| second[lane].max(lesser[lane]));
            best = from_fn(|lane| best[lane].max(value[lane]));
        }
        let first = best.into_iter().fold(W::MIN, Ord::max);
        // Where two lanes have the best, it is the second best as well.
        let mut firsts = 0u32;
        for value in best {
            firsts += u32::from(value == first);
        }
        let others: [W; LANES] = from_fn(|lane| if best[lane] == first { second[lane] } else { second[lane].max(best[lane]) });
        (first, if firsts > 1 { first } else { others.into_iter().fold(W::MIN, Ord::max) })
    }
}

/// The first column that `wanted` takes among those whose weight - price is `value`.
pub(super) fn find<W: Weight>(path: Path, weight: &[W], price: &[W], value: W, wanted: impl Fn(usize) -> bool) -> Option<usize> {
    path.run(Find { weight, price, value, wanted })
}

struct Find<'a, W, F> {
    weight: &'a [W],
    price: &'a [W],
    value: W,
    wanted: F,
}

impl<W: Weight, F: Fn(usize) -> bool> Loop for Find<'_, W, F> {
    type Output = Option<usize>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    fn run(self) -> Option<usize> {
        for (run, (weight, price)) in lanes(self.weight).zip(lanes(self.price)).enumerate() {
            let mut any = false;
            for lane in 0..LANES {
                any |= weight[lane] - price[lane] == self.value;
            }
            let found = |&lane: &usize| weight[lane] - price[lane] == self.value && (self.wanted)(run * LANES + lane);
            if any && let Some(lane) = (0..LANES).find(found) {
                return Some(run * LANES + lane);
            }
        }
        None
    }
}

/// What a search knows of the columns.
#[derive(Debug, Clone)]
pub(super) struct Reached<W> {
    /// Shortest path so far; MIN once the search went through the column.
    distance: Vec<W>,
    /// Row that it comes from.
    pub(super) from: Vec<u32>,
}

impl<W: Weight> Reached<W> {
    pub(super) fn new(width: usize) -> Self {
        Self { distance: vec![W::MAX; width], from: vec![0; width] }
    }

    /// Forgets all.
    pub(super) fn start(&mut self) {
        self.distance.fill(W::MAX);
    }

    /// Goes through a column: it is not the nearest any more.
    pub(super) fn pass(&mut self, column: usize) {
        self.distance[column] = W::MIN;
    }

    /// Scans a row at `height` = its distance + its price: notes the columns that it reaches nearer. Gives the nearest column of all that
    /// were not gone through, and its distance.
    pub(super) fn scan(&mut self, path: Path, weight: &[W], price: &[W], height: W, row: u32) -> (W, usize) {
        path.run(Scan { reached: self, weight, price, height, row })
    }
}

struct Scan<'a, W> {
    reached: &'a mut Reached<W>,
    weight: &'a [W],
    price: &'a [W],
    height: W,
    row: u32,
}

impl<W: Weight> Loop for Scan<'_, W> {
    type Output = (W, usize);

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    fn run(self) -> (W, usize) {
        let Self { reached, weight, price, height, row } = self;
        // Least distance of each lane, and its run.
        let (mut least, mut at) = ([W::MAX; LANES], [W::ZERO; LANES]);
        let mut run = W::ZERO;
        let state = lanes_mut(&mut reached.distance).zip(lanes_mut(&mut reached.from));
        for ((weight, price), (distance, from)) in lanes(weight).zip(lanes(price)).zip(state) {
            let length: [W; LANES] = from_fn(|lane| height - weight[lane] + price[lane]);
            let mut nearer = false;
            for lane in 0..LANES {
                nearer |= length[lane] < distance[lane];
            }
            if nearer {
                *from = from_fn(|lane| if length[lane] < distance[lane] { row } else { from[lane] });
                *distance = from_fn(|lane| length[lane].min(distance[lane]));
            }
            let open: [W; LANES] = from_fn(|lane| if distance[lane] == W::MIN { W::MAX } else { distance[lane] });
            at = from_fn(|lane| if open[lane] < least[lane] { run } else { at[lane] });
            least = from_fn(|lane| open[lane].min(least[lane]));
            run += W::ONE;
        }
        let mut nearest = W::MAX;
        for least in least {
            nearest = nearest.min(least);
        }
        let runs: [W; LANES] = from_fn(|lane| if least[lane] == nearest { at[lane] } else { W::MAX });
        let mut first = W::MAX;
        for run in runs {
            first = first.min(run);
        }
        let mut ties = 0u64;
        for (lane, run) in runs.into_iter().enumerate() {
            ties |= u64::from(run == first) << lane;
        }
        let run: i64 = first.into();
        (nearest, run as usize * LANES + ties.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::next;
    use super::*;

    fn weights(state: &mut u64, width: usize, below: u64) -> Vec<i16> {
        (0..width).map(|_| (next(state) % below) as i16).collect()
    }

    /// Plain loops beside the vectors, on every path that this machine has.
    #[test]
    fn every_path_finds_the_same_as_a_plain_loop() {
        for seed in 0..200 {
            let mut state = seed;
            let (width, below) = (LANES * (1 + seed as usize % 5), [2, 9, 1000][seed as usize % 3]);
            let (weight, price) = (weights(&mut state, width, below), weights(&mut state, width, below));
            let mut values: Vec<i16> = weight.iter().zip(&price).map(|(w, p)| w - p).collect();
            let place = |value, from| (from..width).find(|&c| weight[c] - price[c] == value);
            values.sort_unstable_by(|a, b| b.cmp(a));
            for path in Path::available() {
                assert_eq!(best_two(path, &weight, &price), (values[0], values[1]), "seed {seed}, {}", path.code());
                assert_eq!(Some(best(path, &weight)), weight.iter().copied().max(), "seed {seed}");
                let beyond = find(path, &weight, &price, values[1], |column| column > width / 2);
                assert_eq!(beyond, place(values[1], width / 2 + 1), "seed {seed}, {}", path.code());
                let mut raised = price.clone();
                raise(path, &mut raised, &weight, 3);
                assert!(raised.iter().zip(&price).zip(&weight).all(|((&r, &p), &w)| r == p.max(w - 3)), "seed {seed}");
            }
        }
    }

    #[test]
    fn scans_reach_the_nearest_column_on_every_path() {
        for seed in 0..200 {
            for path in Path::available() {
                let mut state = seed;
                let width = LANES * (1 + seed as usize % 4);
                let price = weights(&mut state, width, 50);
                let mut reached = Reached::<i16>::new(width);
                let (mut distance, mut from, mut passed) = (vec![i16::MAX; width], vec![0; width], vec![false; width]);
                reached.start();
                for row in 0..20 {
                    let weight = weights(&mut state, width, 200);
                    let height = 200 + row as i16;
                    for column in 0..width {
                        let length = height - weight[column] + price[column];
                        if !passed[column] && length < distance[column] {
                            (distance[column], from[column]) = (length, row);
                        }
                    }
                    let open = (0..width).filter(|&column| !passed[column]);
                    let nearest = open.clone().map(|column| distance[column]).min().unwrap();
                    let (told, column) = reached.scan(path, &weight, &price, height, row);
                    assert_eq!((told, distance[column], passed[column]), (nearest, nearest, false), "seed {seed}, {}", path.code());
                    // The first run, and in it the first lane, of those at this distance.
                    let first = open.filter(|&column| distance[column] == nearest).min();
                    assert_eq!(first.map(|first| first / LANES), Some(column / LANES), "seed {seed}, {}", path.code());
                    assert!((0..width).all(|column| passed[column] || reached.from[column] == from[column]), "seed {seed}");
                    reached.pass(column);
                    passed[column] = true;
                }
            }
        }
    }
}
