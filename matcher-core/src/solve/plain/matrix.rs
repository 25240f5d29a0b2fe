//! Dense weights, row by row, and the three scans over them that compilers turn into vector code.
//!
//! An absent arc, and one whose weight is 0 or less, is kept as 0. That decides nothing: a price of its own lets each row stay
//! empty for the same 0, and all methods prefer that among equals, so that no such pair is ever on a path (its length would be
//! no less than that of staying empty). No large number stands for "forbidden".

use super::lines::{Arcs, Source, front};
use super::weight::Weight;

/// Columns that are looked at together: a few vector registers of each width.
pub(super) const LANES: usize = 16;

/// Weights, rows x columns. Memory: 2, 4 or 8 B per pair.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Matrix<W> {
    weight: Vec<W>,
    rows: usize,
    columns: usize,
    /// Columns, rounded up to whole runs of lanes; what is added has weight 0.
    width: usize,
    /// As many rows as columns and a weight above 0 everywhere: all of them are matched in the end.
    pub(super) square: bool,
    line: Vec<(u32, W)>,
}

impl<W: Weight> Matrix<W> {
    /// The arcs of `source`, each row of one unit; `None` where it was stopped. O(rows x columns).
    pub(super) fn new(source: &impl Source) -> Option<Self> {
        let (rows, columns) = (source.rows(), source.columns());
        let width = columns.div_ceil(LANES) * LANES;
        let mut weight = vec![W::ZERO; rows * width];
        let done = source.each(|row, column, value| {
            if value > 0 {
                weight[row as usize * width + column as usize] = W::of(value);
            }
        });
        let square = rows == columns && source.degree().iter().all(|&degree| degree as usize == columns);
        done.then(|| Self { weight, rows, columns, width, square, line: Vec::with_capacity(columns) })
    }

    /// Columns, rounded up.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Weights of a row.
    pub(super) fn row(&self, row: usize) -> &[W] {
        &self.weight[row * self.width..(row + 1) * self.width]
    }
}

impl<W: Weight> Arcs<W> for Matrix<W> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn arc_count(&self) -> u64 {
        self.weight.len() as u64
    }

    fn capacity(&self, _: usize) -> u32 {
        1
    }

    fn take(&mut self, row: usize, taken: usize, more: usize) -> &[(u32, W)] {
        let weights = &self.weight[row * self.width..(row + 1) * self.width];
        let least = least_of(weights, taken.saturating_add(more));
        self.line.clear();
        for (run, weight) in lanes(weights).enumerate() {
            let mut any = false;
            for &weight in weight {
                any |= weight >= least;
            }
            if any {
                let found = (0..LANES).filter(|&lane| weight[lane] >= least && weight[lane] > W::ZERO);
                self.line.extend(found.map(|lane| ((run * LANES + lane) as u32, weight[lane])));
            }
        }
        front(&mut self.line, taken);
        let rest = &mut self.line[taken..];
        front(rest, more);
        &rest[..more.min(rest.len())]
    }
}

/// A weight that at least `count` of the row reach, if possible only a few more: of the best in each of so many parts of the row.
fn least_of<W: Weight>(weights: &[W], count: usize) -> W {
    let runs = weights.len() / LANES;
    let parts = count.div_ceil(LANES / 2);
    if parts * 4 > runs {
        return W::MIN;
    }
    let mut best = Vec::with_capacity(parts * LANES);
    for part in weights.chunks(runs.div_ceil(parts) * LANES) {
        let mut top = [W::MIN; LANES];
        for weight in lanes(part) {
            for lane in 0..LANES {
                top[lane] = top[lane].max(weight[lane]);
            }
        }
        best.extend(top);
    }
    if best.len() < count {
        return W::MIN;
    }
    *best.select_nth_unstable_by(count - 1, |a, b| b.cmp(a)).1
}

fn lanes<W>(slice: &[W]) -> impl Iterator<Item = &[W; LANES]> {
    slice.as_chunks().0.iter()
}

fn lanes_mut<W>(slice: &mut [W]) -> impl Iterator<Item = &mut [W; LANES]> {
    slice.as_chunks_mut().0.iter_mut()
}

/// The best and the second best value of weight - price.
pub(super) fn best_two<W: Weight>(weight: &[W], price: &[W]) -> (W, W) {
    let (mut best, mut second) = ([W::MIN; LANES], [W::MIN; LANES]);
    for (weight, price) in lanes(weight).zip(lanes(price)) {
        for lane in 0..LANES {
            let value = weight[lane] - price[lane];
            second[lane] = second[lane].max(best[lane].min(value));
            best[lane] = best[lane].max(value);
        }
    }
    let (mut first, mut next) = (W::MIN, W::MIN);
    for lane in 0..LANES {
        next = next.max(second[lane]).max(first.min(best[lane]));
        first = first.max(best[lane]);
    }
    (first, next)
}

/// The first column that `wanted` takes among those whose weight - price is `value`.
pub(super) fn find<W: Weight>(weight: &[W], price: &[W], value: W, wanted: impl Fn(usize) -> bool) -> Option<usize> {
    for (run, (weight, price)) in lanes(weight).zip(lanes(price)).enumerate() {
        let mut any = false;
        for lane in 0..LANES {
            any |= weight[lane] - price[lane] == value;
        }
        let found = |&lane: &usize| weight[lane] - price[lane] == value && wanted(run * LANES + lane);
        if any && let Some(lane) = (0..LANES).find(found) {
            return Some(run * LANES + lane);
        }
    }
    None
}

/// Raises each price to the weight - `height`.
pub(super) fn raise<W: Weight>(price: &mut [W], weight: &[W], height: W) {
    for (price, weight) in lanes_mut(price).zip(lanes(weight)) {
        for lane in 0..LANES {
            price[lane] = price[lane].max(weight[lane] - height);
        }
    }
}

/// What a search knows of the columns.
#[derive(Debug, Clone)]
pub(super) struct Reached<W> {
    /// Shortest path so far.
    pub(super) distance: Vec<W>,
    /// Row that it comes from.
    pub(super) from: Vec<u32>,
    /// Distance - price of the column, so that most of a scan reads two arrays only.
    edge: Vec<W>,
}

impl<W: Weight> Reached<W> {
    pub(super) fn new(width: usize) -> Self {
        Self { distance: vec![W::MAX; width], from: vec![0; width], edge: vec![W::MAX; width] }
    }

    /// Forgets all; columns from `columns` on are out of reach.
    pub(super) fn start(&mut self, columns: usize) {
        for list in [&mut self.distance, &mut self.edge] {
            list[..columns].fill(W::MAX);
            list[columns..].fill(W::MIN);
        }
    }

    /// Scans a row at `height` = distance + price: notes the columns that it reaches nearer, and adds those at `base`, which is
    /// the row's distance, to `level`.
    pub(super) fn scan(&mut self, weight: &[W], price: &[W], height: W, base: W, row: u32, level: &mut Vec<u32>) {
        let state = lanes_mut(&mut self.edge).zip(lanes_mut(&mut self.distance)).zip(lanes_mut(&mut self.from));
        for (run, ((weight, price), ((edge, distance), from))) in lanes(weight).zip(lanes(price)).zip(state).enumerate() {
            let mut any = false;
            for lane in 0..LANES {
                any |= height - weight[lane] < edge[lane];
            }
            if !any {
                continue;
            }
            let mut lengths = [W::MAX; LANES];
            for lane in 0..LANES {
                let reach = height - weight[lane];
                lengths[lane] = if reach < edge[lane] { reach + price[lane] } else { W::MAX };
            }
            let mut tied = false;
            for length in lengths {
                tied |= length == base;
            }
            if tied {
                level.extend((0..LANES).filter(|&lane| lengths[lane] == base).map(|lane| (run * LANES + lane) as u32));
            }
            for lane in 0..LANES {
                let reach = height - weight[lane];
                let nearer = reach < edge[lane];
                edge[lane] = if nearer { reach } else { edge[lane] };
                distance[lane] = if nearer { reach + price[lane] } else { distance[lane] };
                from[lane] = if nearer { row } else { from[lane] };
            }
        }
    }

    /// The least distance above `base`, or MAX.
    pub(super) fn beyond(&self, base: W) -> W {
        let mut least = [W::MAX; LANES];
        for distance in lanes(&self.distance) {
            for lane in 0..LANES {
                let beyond = if distance[lane] > base { distance[lane] } else { W::MAX };
                least[lane] = least[lane].min(beyond);
            }
        }
        least.into_iter().min().unwrap_or(W::MAX)
    }

    /// Adds the columns at `base` to `level`.
    pub(super) fn at(&self, base: W, level: &mut Vec<u32>) {
        for (run, distance) in lanes(&self.distance).enumerate() {
            let mut any = false;
            for &distance in distance {
                any |= distance == base;
            }
            if any {
                level.extend((0..LANES).filter(|&lane| distance[lane] == base).map(|lane| (run * LANES + lane) as u32));
            }
        }
    }
}
