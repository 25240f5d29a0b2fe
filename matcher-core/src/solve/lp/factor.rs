//! Sparse LU factors of a basis, with product-form updates.
//!
//! Problem      B x = b and B^T y = c for a basis B of the rows, again and again, one column of B changing in between.
//! Complexity   assignment bases are nearly triangular: singletons are pivoted in O(nonzeros); Markowitz elimination is
//!              needed for the small nucleus only. A solve costs O(m + nonzeros met), m rows.
//! Definitions  position = place in the basis. After [`Factor::build`] the position of a column *is* its pivot row, so that
//!              solves work in place. eta = one column change, x := E x.
//! Deviations   threshold pivoting is relative to the row; a singular basis is repaired with logicals, never refused.
//! References   Markowitz (1957); Suhl & Suhl (1990); Koberstein, The dual simplex method (2005), chapter 5.

/// Entries below this are no pivots.
const PIVOT_LEAST: f64 = 1e-9;
/// A pivot of the nucleus must reach this share of the largest entry of its row.
const THRESHOLD: f64 = 0.1;
/// What elimination leaves below this is zero.
const DROP: f64 = 1e-14;
const NONE: u32 = u32::MAX;

/// Lists of (index, value), one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    start: Vec<usize>,
    index: Vec<u32>,
    value: Vec<f64>,
}

impl Lists {
    pub(super) fn clear(&mut self) {
        self.start.clear();
        self.start.push(0);
        self.index.clear();
        self.value.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    pub(super) fn push(&mut self, index: u32, value: f64) {
        self.index.push(index);
        self.value.push(value);
    }

    pub(super) fn close(&mut self) {
        self.start.push(self.index.len());
    }

    fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.start.truncate(len + 1);
            self.index.truncate(self.start[len]);
            self.value.truncate(self.start[len]);
        }
    }

    #[inline]
    pub(super) fn list(&self, at: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.start[at]..self.start[at + 1];
        self.index[range.clone()].iter().map(|&i| i as usize).zip(self.value[range].iter().copied())
    }

    /// The same entries by index: list `i` holds (list it stood in, value). `bins` lists in all.
    pub(super) fn transposed(&self, bins: usize) -> Self {
        let mut start = vec![0; bins + 1];
        for &i in &self.index {
            start[i as usize + 1] += 1;
        }
        for i in 0..bins {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let (mut index, mut value) = (vec![0; self.index.len()], vec![0.0; self.index.len()]);
        for at in 0..self.len() {
            for (i, v) in self.list(at) {
                index[next[i]] = at as u32;
                value[next[i]] = v;
                next[i] += 1;
            }
        }
        Self { start, index, value }
    }
}

/// The factors; see the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Factor {
    /// Pivot rows in the order of elimination.
    order: Vec<u32>,
    diagonal: Vec<f64>,
    /// Elimination steps: list k subtracts multiples of row `lower_row[k]` from the rows listed.
    lower: Lists,
    lower_row: Vec<u32>,
    /// The same by target row, in the order of elimination of the targets.
    lower_by_target: Lists,
    lower_target: Vec<u32>,
    /// Row p of U: later positions.
    upper_rows: Lists,
    /// Column p of U: earlier rows.
    upper_columns: Lists,
    /// Column changes since the build: entries outside the pivot.
    etas: Lists,
    eta_pivot: Vec<(u32, f64)>,
}

/// What a build found.
pub(super) struct Built {
    /// For each old position, the new one (its pivot row).
    pub(super) moved: Vec<u32>,
    /// Old positions whose column depended on others; the logical of the new position stands in for it.
    pub(super) replaced: Vec<usize>,
}

impl Factor {
    /// Number of column changes since the build.
    pub(super) fn changes(&self) -> usize {
        self.eta_pivot.len()
    }

    /// Nonzeros of the column changes.
    pub(super) fn change_size(&self) -> usize {
        self.etas.index.len()
    }

    /// Forgets the column changes after the first `changes`.
    pub(super) fn rewind(&mut self, changes: usize) {
        self.etas.truncate(changes);
        self.eta_pivot.truncate(changes);
    }

    /// Column `position` of the basis becomes the one whose solution (by [`Factor::solve`]) is `alpha`.
    pub(super) fn change(&mut self, position: usize, alpha: &[f64]) {
        for (i, &a) in alpha.iter().enumerate() {
            if a != 0.0 && i != position {
                self.etas.push(i as u32, a);
            }
        }
        self.etas.close();
        self.eta_pivot.push((position as u32, alpha[position]));
    }

    /// x := B^-1 x.
    pub(super) fn solve(&self, x: &mut [f64]) {
        for (k, &p) in self.lower_row.iter().enumerate() {
            let t = x[p as usize];
            if t != 0.0 {
                for (i, v) in self.lower.list(k) {
                    x[i] -= v * t;
                }
            }
        }
        for &p in self.order.iter().rev() {
            let p = p as usize;
            if x[p] != 0.0 {
                let t = x[p] / self.diagonal[p];
                x[p] = t;
                for (i, v) in self.upper_columns.list(p) {
                    x[i] -= v * t;
                }
            }
        }
        for (k, &(p, pivot)) in self.eta_pivot.iter().enumerate() {
            let p = p as usize;
            if x[p] != 0.0 {
                let t = x[p] / pivot;
                x[p] = t;
                for (i, v) in self.etas.list(k) {
                    x[i] -= v * t;
                }
            }
        }
    }

    /// y := B^-T y.
    pub(super) fn solve_transposed(&self, y: &mut [f64]) {
        for (k, &(p, pivot)) in self.eta_pivot.iter().enumerate().rev() {
            let p = p as usize;
            let sum: f64 = self.etas.list(k).map(|(i, v)| v * y[i]).sum();
            y[p] = (y[p] - sum) / pivot;
        }
        for &p in &self.order {
            let p = p as usize;
            if y[p] != 0.0 {
                let t = y[p] / self.diagonal[p];
                y[p] = t;
                for (j, v) in self.upper_rows.list(p) {
                    y[j] -= v * t;
                }
            }
        }
        for (k, &i) in self.lower_target.iter().enumerate().rev() {
            let t = y[i as usize];
            if t != 0.0 {
                for (p, v) in self.lower_by_target.list(k) {
                    y[p] -= v * t;
                }
            }
        }
    }

    /// Factors the basis whose column at position c is list c of `columns`; as many rows as columns.
    pub(super) fn build(&mut self, columns: &Lists) -> Built {
        let m = columns.len();
        let mut work = Elimination::new(columns);
        work.singletons();
        work.nucleus();
        self.finish(work, m)
    }

    /// Orders what the elimination recorded for the solves.
    fn finish(&mut self, work: Elimination<'_>, m: usize) -> Built {
        let Elimination { mut pivot_row_of, order, mut diagonal, lower, lower_row, upper, row_pivoted, .. } = work;
        let replaced: Vec<usize> = (0..m).filter(|&c| pivot_row_of[c] == NONE).collect();
        let mut order = order;
        let free_rows: Vec<usize> = (0..m).filter(|&p| !row_pivoted[p]).collect();
        let mut kept = vec![true; m];
        for (&c, &p) in replaced.iter().zip(&free_rows) {
            kept[c] = false;
            pivot_row_of[c] = p as u32;
            diagonal[p] = 1.0;
            order.push(p as u32);
        }
        // Rows of U by pivot row, columns renamed to their pivot rows.
        let mut rank = vec![NONE; m];
        for (k, &p) in order.iter().enumerate() {
            rank[p as usize] = k as u32;
        }
        self.upper_rows.clear();
        for &k in &rank {
            let k = k as usize;
            if k < upper.len() {
                for (c, v) in upper.list(k) {
                    if kept[c] {
                        self.upper_rows.push(pivot_row_of[c], v);
                    }
                }
            }
            self.upper_rows.close();
        }
        self.upper_columns = self.upper_rows.transposed(m);
        let by_row = lower.transposed(m);
        self.lower_by_target.clear();
        self.lower_target.clear();
        for &p in &order {
            let p = p as usize;
            if by_row.start[p] < by_row.start[p + 1] {
                for (k, v) in by_row.list(p) {
                    self.lower_by_target.push(lower_row[k], v);
                }
                self.lower_by_target.close();
                self.lower_target.push(p as u32);
            }
        }
        self.lower = lower;
        self.lower_row = lower_row;
        self.order = order;
        self.diagonal = diagonal;
        self.etas.clear();
        self.eta_pivot.clear();
        Built { moved: pivot_row_of, replaced }
    }
}

/// State of one elimination.
struct Elimination<'a> {
    columns: &'a Lists,
    rows: Lists,
    column_count: Vec<u32>,
    row_pivoted: Vec<bool>,
    /// Pivot row of each column, `NONE` while active.
    pivot_row_of: Vec<u32>,
    order: Vec<u32>,
    diagonal: Vec<f64>,
    lower: Lists,
    lower_row: Vec<u32>,
    /// Row of U of the k-th pivot: old positions.
    upper: Lists,
}

impl<'a> Elimination<'a> {
    fn new(columns: &'a Lists) -> Self {
        let m = columns.len();
        let rows = columns.transposed(m);
        let (mut lower, mut upper) = (Lists::default(), Lists::default());
        lower.clear();
        upper.clear();
        Self {
            columns,
            column_count: (0..m).map(|c| (columns.start[c + 1] - columns.start[c]) as u32).collect(),
            rows,
            row_pivoted: vec![false; m],
            pivot_row_of: vec![NONE; m],
            order: Vec::with_capacity(m),
            diagonal: vec![1.0; m],
            lower,
            lower_row: Vec::new(),
            upper,
        }
    }

    fn pivot(&mut self, row: usize, column: usize, value: f64) {
        self.row_pivoted[row] = true;
        self.pivot_row_of[column] = row as u32;
        self.order.push(row as u32);
        self.diagonal[row] = value;
        self.upper.close();
    }

    /// Pivots on columns, then rows, with one active entry, as long as there are any: no fill.
    fn singletons(&mut self) {
        let m = self.row_pivoted.len();
        let mut columns: Vec<usize> = (0..m).filter(|&c| self.column_count[c] == 1).collect();
        let (all_rows, all_columns) = (std::mem::take(&mut self.rows), self.columns);
        // Every row is looked at once; then those that lost an active entry.
        let mut rows: Vec<usize> = (0..m).collect();
        loop {
            if let Some(c) = columns.pop() {
                if self.pivot_row_of[c] != NONE || self.column_count[c] != 1 {
                    continue;
                }
                let Some((p, value)) = all_columns.list(c).find(|&(i, _)| !self.row_pivoted[i]) else { continue };
                if value.abs() < PIVOT_LEAST {
                    continue;
                }
                for (other, v) in all_rows.list(p) {
                    if other != c && self.pivot_row_of[other] == NONE {
                        self.upper.push(other as u32, v);
                        self.column_count[other] -= 1;
                        if self.column_count[other] == 1 {
                            columns.push(other);
                        }
                    }
                }
                self.pivot(p, c, value);
            } else if let Some(p) = rows.pop() {
                if self.row_pivoted[p] {
                    continue;
                }
                let mut active = all_rows.list(p).filter(|&(c, _)| self.pivot_row_of[c] == NONE);
                let (Some((c, value)), None) = (active.next(), active.next()) else { continue };
                if value.abs() < PIVOT_LEAST {
                    continue;
                }
                let mut any = false;
                for (i, v) in all_columns.list(c) {
                    if i != p && !self.row_pivoted[i] {
                        self.lower.push(i as u32, v / value);
                        any = true;
                        rows.push(i);
                    }
                }
                if any {
                    self.lower.close();
                    self.lower_row.push(p as u32);
                }
                self.pivot(p, c, value);
            } else {
                break;
            }
        }
        self.rows = all_rows;
    }

    /// Markowitz elimination of what is left.
    fn nucleus(&mut self) {
        let m = self.row_pivoted.len();
        let mut active_rows: Vec<usize> = (0..m).filter(|&p| !self.row_pivoted[p]).collect();
        if active_rows.is_empty() {
            return;
        }
        let mut active_columns: Vec<usize> = (0..m).filter(|&c| self.pivot_row_of[c] == NONE).collect();
        let mut row: Vec<Vec<(u32, f64)>> = vec![Vec::new(); m];
        let mut pattern: Vec<Vec<u32>> = vec![Vec::new(); m];
        for &c in &active_columns {
            for (p, v) in self.columns.list(c) {
                if !self.row_pivoted[p] && v.abs() > DROP {
                    row[p].push((c as u32, v));
                    pattern[c].push(p as u32);
                }
            }
        }
        let mut count: Vec<u32> = pattern.iter().map(|p| p.len() as u32).collect();
        let mut at: Vec<u32> = vec![0; m];
        while let Some((p, c)) = self.choose(&mut active_rows, &mut active_columns, &row, &pattern, &count) {
            let pivot_row = std::mem::take(&mut row[p]);
            let value = pivot_row.iter().find(|e| e.0 == c as u32).map_or(1.0, |e| e.1);
            let mut any = false;
            for i in std::mem::take(&mut pattern[c]) {
                let i = i as usize;
                if i == p || self.row_pivoted[i] {
                    continue;
                }
                let Some(found) = row[i].iter().position(|e| e.0 == c as u32) else { continue };
                let factor = row[i].swap_remove(found).1 / value;
                self.lower.push(i as u32, factor);
                any = true;
                for (k, e) in row[i].iter().enumerate() {
                    at[e.0 as usize] = k as u32 + 1;
                }
                for &(other, v) in &pivot_row {
                    if other as usize == c {
                        continue;
                    }
                    match at[other as usize] {
                        0 => {
                            row[i].push((other, -factor * v));
                            pattern[other as usize].push(i as u32);
                            count[other as usize] += 1;
                        }
                        k => row[i][k as usize - 1].1 -= factor * v,
                    }
                }
                for e in &row[i] {
                    at[e.0 as usize] = 0;
                }
                row[i].retain(|e| {
                    let keep = e.1.abs() > DROP;
                    if !keep {
                        count[e.0 as usize] -= 1;
                        if let Some(k) = pattern[e.0 as usize].iter().position(|&r| r as usize == i) {
                            pattern[e.0 as usize].swap_remove(k);
                        }
                    }
                    keep
                });
            }
            if any {
                self.lower.close();
                self.lower_row.push(p as u32);
            }
            for &(other, v) in &pivot_row {
                if other as usize != c {
                    self.upper.push(other, v);
                    count[other as usize] -= 1;
                    if let Some(k) = pattern[other as usize].iter().position(|&r| r as usize == p) {
                        pattern[other as usize].swap_remove(k);
                    }
                }
            }
            self.pivot(p, c, value);
        }
    }

    /// The next pivot: small (row count - 1) x (column count - 1), large enough against its row.
    fn choose(
        &self,
        active_rows: &mut Vec<usize>,
        active_columns: &mut Vec<usize>,
        row: &[Vec<(u32, f64)>],
        pattern: &[Vec<u32>],
        count: &[u32],
    ) -> Option<(usize, usize)> {
        active_rows.retain(|&p| !self.row_pivoted[p] && !row[p].is_empty());
        active_columns.retain(|&c| self.pivot_row_of[c] == NONE && count[c] > 0);
        let largest = |p: usize| row[p].iter().map(|e| e.1.abs()).fold(0.0, f64::max);
        let mut best: Option<(u64, usize, usize)> = None;
        let mut offer = |p: usize, c: usize| {
            let merit = (row[p].len() as u64 - 1) * u64::from(count[c] - 1);
            if best.is_none_or(|b| merit < b.0) {
                best = Some((merit, p, c));
            }
        };
        if let Some(&c) = active_columns.iter().min_by_key(|&&c| count[c]) {
            for &p in &pattern[c] {
                let p = p as usize;
                let value = row[p].iter().find(|e| e.0 as usize == c).map_or(0.0, |e| e.1.abs());
                if value >= PIVOT_LEAST && value >= THRESHOLD * largest(p) {
                    offer(p, c);
                }
            }
        }
        while let Some(k) = (0..active_rows.len()).min_by_key(|&k| row[active_rows[k]].len()) {
            let p = active_rows[k];
            let least = (THRESHOLD * largest(p)).max(PIVOT_LEAST);
            let mut any = false;
            for e in row[p].iter().filter(|e| e.1.abs() >= least) {
                offer(p, e.0 as usize);
                any = true;
            }
            if any {
                break;
            }
            // Nothing but rounding is left in the row: a logical will stand for it.
            active_rows.remove(k);
        }
        best.map(|b| (b.1, b.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear congruential generator, so that a failing case can be named by its seed.
    fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        }
    }

    #[test]
    fn solves_agree_with_the_product_on_random_bases_and_after_changes() {
        for seed in 0..200 {
            let mut next = numbers(seed);
            let m = 1 + next(40) as usize;
            let mut dense = vec![vec![0.0; m]; m];
            for (c, column) in dense.iter_mut().enumerate() {
                column[(c * 7 + seed as usize) % m] += 1.0 + next(3) as f64;
                for _ in 0..next(4) {
                    column[next(m as u64) as usize] += next(7) as f64 - 3.0;
                }
            }
            let mut columns = Lists::default();
            columns.clear();
            for column in &dense {
                for (i, &v) in column.iter().enumerate().filter(|e| *e.1 != 0.0) {
                    columns.push(i as u32, v);
                }
                columns.close();
            }
            let mut factor = Factor::default();
            let built = factor.build(&columns);
            let mut basis = vec![Vec::new(); m];
            for c in 0..m {
                basis[built.moved[c] as usize] = dense[c].clone();
            }
            for &c in &built.replaced {
                let p = built.moved[c] as usize;
                basis[p] = (0..m).map(|i| f64::from(u8::from(i == p))).collect();
            }
            for round in 0..6 {
                let b: Vec<f64> = (0..m).map(|_| next(9) as f64 - 4.0).collect();
                let mut x = b.clone();
                factor.solve(&mut x);
                let scale = 1.0 + x.iter().map(|v| v.abs()).fold(0.0, f64::max);
                for i in 0..m {
                    let sum: f64 = (0..m).map(|p| basis[p][i] * x[p]).sum();
                    assert!((sum - b[i]).abs() < 1e-7 * scale, "seed {seed} round {round}: {sum} for {}", b[i]);
                }
                let mut y = b.clone();
                factor.solve_transposed(&mut y);
                let scale = 1.0 + y.iter().map(|v| v.abs()).fold(0.0, f64::max);
                for p in 0..m {
                    let sum: f64 = (0..m).map(|i| basis[p][i] * y[i]).sum();
                    assert!((sum - b[p]).abs() < 1e-7 * scale, "seed {seed} round {round}: {sum} for {}", b[p]);
                }
                let column: Vec<f64> = (0..m).map(|_| if next(3) == 0 { next(5) as f64 - 2.0 } else { 0.0 }).collect();
                let mut alpha = column.clone();
                factor.solve(&mut alpha);
                let p = next(m as u64) as usize;
                if alpha[p].abs() > 1e-3 {
                    factor.change(p, &alpha);
                    basis[p] = column;
                }
            }
        }
    }

    #[test]
    fn a_repeated_column_gives_way_to_a_logical() {
        let mut columns = Lists::default();
        columns.clear();
        for _ in 0..2 {
            columns.push(0, 1.0);
            columns.push(1, 1.0);
            columns.close();
        }
        let built = Factor::default().build(&columns);
        assert_eq!(built.replaced.len(), 1);
    }
}
