//! The dual simplex loop; see the parent module.

use super::factor::Lists;
use super::ratio::{Candidate, DUAL_TOLERANCE, test};
use super::{Allowed, NONE, Program, Verdict};

/// Basic values may leave their boxes by this much.
const PRIMAL_TOLERANCE: f64 = 1e-7;
/// Column changes until the factors are built anew.
const CHANGES: usize = 80;
/// Entries of a pivot row below this do not block.
const ENTRY_LEAST: f64 = 1e-9;

impl Program {
    /// Factors the basis anew and recomputes the reduced costs.
    fn reinvert(&mut self) {
        let m = self.rows;
        let mut columns = Lists::default();
        columns.clear();
        for &v in &self.head {
            let v = v as usize;
            if v < m {
                columns.push(v as u32, 1.0);
            } else {
                for (i, a) in self.columns.list(v - m) {
                    columns.push(i as u32, a);
                }
            }
            columns.close();
        }
        let built = self.factor.build(&columns);
        self.builds += 1;
        let (old_head, old_weight, old_value) = (self.head.clone(), self.weight.clone(), self.value.clone());
        for (old, &new) in built.moved.iter().enumerate() {
            let new = new as usize;
            self.head[new] = old_head[old];
            self.weight[new] = old_weight[old];
            self.value[new] = old_value[old];
        }
        for &old in &built.replaced {
            let new = built.moved[old] as usize;
            self.place[old_head[old] as usize] = NONE;
            self.at_upper[old_head[old] as usize] = false;
            self.head[new] = new as u32;
            self.weight[new] = 1.0;
        }
        for (p, &v) in self.head.iter().enumerate() {
            self.place[v as usize] = p as u32;
        }
        self.recompute_reduced();
        self.fresh = true;
    }

    fn recompute_reduced(&mut self) {
        let m = self.rows;
        let mut price: Vec<f64> = self.head.iter().map(|&v| self.working[v as usize]).collect();
        self.factor.solve_transposed(&mut price);
        for (i, p) in price.iter().enumerate() {
            self.reduced[i] = if self.place[i] == NONE { self.working[i] - p } else { 0.0 };
        }
        for j in 0..self.columns.len() {
            let v = m + j;
            self.reduced[v] =
                if self.place[v] == NONE { self.working[v] - self.columns.list(j).map(|(i, a)| a * price[i]).sum::<f64>() } else { 0.0 };
        }
    }

    /// Puts every nonbasic variable at the bound that its reduced cost asks for and recomputes the basic values.
    fn settle(&mut self) {
        let m = self.rows;
        let mut rhs = vec![0.0; m];
        let mut bound = 0.0;
        for v in 0..self.cost.len() {
            if self.place[v] != NONE {
                continue;
            }
            let (lower, upper, d) = (self.lower[v], self.upper[v], self.reduced[v]);
            if lower >= upper {
                self.at_upper[v] = false;
            } else if d < -DUAL_TOLERANCE {
                self.at_upper[v] = true;
            } else if d > DUAL_TOLERANCE {
                self.at_upper[v] = false;
            }
            let x = if self.at_upper[v] { upper } else { lower };
            if x != 0.0 {
                bound += d * x;
                self.subtract(&mut rhs, v, x);
            }
        }
        self.bound = bound;
        self.factor.solve(&mut rhs);
        self.value = rhs;
    }

    /// rhs -= x times the column of the variable.
    fn subtract(&self, rhs: &mut [f64], variable: usize, x: f64) {
        if variable < self.rows {
            rhs[variable] -= x;
        } else {
            for (i, a) in self.columns.list(variable - self.rows) {
                rhs[i] -= a * x;
            }
        }
    }

    /// The basis position that leaves, with how far it is outside (positive: above).
    fn leaving(&self) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        let mut best_merit = 0.0;
        for (p, &v) in self.head.iter().enumerate() {
            let x = self.value[p];
            let above = x - self.upper[v as usize];
            let below = self.lower[v as usize] - x;
            let outside = above.max(below);
            if outside > PRIMAL_TOLERANCE {
                let merit = outside * outside / self.weight[p];
                if merit > best_merit {
                    best_merit = merit;
                    best = Some((p, if above > 0.0 { above } else { -below }));
                }
            }
        }
        best
    }

    /// alpha := row of the tableau for this row of the basis inverse.
    fn price_row(&mut self, rho: &[f64]) {
        for &v in &self.touched {
            self.alpha[v as usize] = 0.0;
            self.met[v as usize] = false;
        }
        self.touched.clear();
        let m = self.rows;
        for (i, &r) in rho.iter().enumerate() {
            if r.abs() < 1e-13 {
                continue;
            }
            if self.place[i] == NONE {
                self.alpha[i] = r;
                self.touched.push(i as u32);
            }
            for (j, a) in self.by_row.list(i) {
                let v = m + j;
                if !self.met[v] {
                    self.met[v] = true;
                    self.touched.push(v as u32);
                }
                self.alpha[v] += r * a;
            }
        }
    }

    fn candidates(&self, above: bool) -> Vec<Candidate> {
        let sign = if above { 1.0 } else { -1.0 };
        let mut list = Vec::new();
        for &variable in &self.touched {
            let v = variable as usize;
            let range = self.upper[v] - self.lower[v];
            if self.place[v] != NONE || range <= 0.0 {
                continue;
            }
            let entry = sign * self.alpha[v];
            let (size, room) = if self.at_upper[v] { (-entry, -self.reduced[v]) } else { (entry, self.reduced[v]) };
            if size > ENTRY_LEAST {
                list.push(Candidate { ratio: room.max(0.0) / size, size, range, variable });
            }
        }
        list
    }

    /// Moves the cost of a nonbasic variable so that its reduced cost is zero.
    fn shift(&mut self, variable: usize) {
        self.working[variable] -= self.reduced[variable];
        self.reduced[variable] = 0.0;
        self.shifted = true;
    }

    /// Solves from the basis that stands. Boxes may have changed since; columns or rows may have been added.
    pub(crate) fn solve(&mut self, allowed: &Allowed) -> Verdict {
        let limit = self.pivots + allowed.pivots;
        let cutoff = allowed.cutoff.map(|c| -c);
        if self.shifted {
            self.working.clone_from(&self.cost);
            self.shifted = false;
            self.fresh = false;
        }
        if !self.fresh {
            self.reinvert();
        }
        self.settle();
        let mut trouble = 0;
        loop {
            if cutoff.is_some_and(|c| self.bound > c) {
                return Verdict::Cutoff;
            }
            if self.factor.changes() >= CHANGES || self.factor.change_size() > 20 * self.rows + 2000 {
                self.reinvert();
                self.settle();
            }
            let Some((p, outside)) = self.leaving() else {
                if !self.shifted {
                    return Verdict::Optimal;
                }
                self.working.clone_from(&self.cost);
                self.shifted = false;
                self.recompute_reduced();
                self.settle();
                trouble += 1;
                if trouble > 30 {
                    return Verdict::Stalled;
                }
                continue;
            };
            if self.pivots >= limit {
                return Verdict::Limit;
            }
            let mut rho = vec![0.0; self.rows];
            rho[p] = 1.0;
            self.factor.solve_transposed(&mut rho);
            self.price_row(&rho);
            let above = outside > 0.0;
            let Some(step) = test(self.candidates(above), outside.abs()) else {
                if self.factor.changes() > 0 && trouble == 0 {
                    // Once, from exact factors, before anything is said.
                    trouble += 1;
                    self.reinvert();
                    self.settle();
                    continue;
                }
                self.ray = rho.iter().map(|r| if above { -r } else { *r }).collect();
                return Verdict::Infeasible;
            };
            let q = step.entering.variable as usize;
            let mut column = vec![0.0; self.rows];
            self.subtract(&mut column, q, -1.0);
            self.factor.solve(&mut column);
            let (by_row, by_column) = (self.alpha[q], column[p]);
            if (by_row - by_column).abs() > 1e-6 * (1.0 + by_column.abs()) || by_column.abs() < ENTRY_LEAST {
                trouble += 1;
                if trouble > 30 || self.factor.changes() == 0 {
                    return Verdict::Stalled;
                }
                self.reinvert();
                self.settle();
                continue;
            }
            self.pivot(p, q, &step.flips, &step.passed, &rho, &mut column, above);
            self.pivots += 1;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one pivot, all made in the loop above")]
    fn pivot(&mut self, p: usize, q: usize, flips: &[u32], passed: &[u32], rho: &[f64], column: &mut [f64], above: bool) {
        let leaving = self.head[p] as usize;
        if !flips.is_empty() {
            let mut moved = vec![0.0; self.rows];
            for &v in flips {
                let v = v as usize;
                let by = if self.at_upper[v] { self.lower[v] - self.upper[v] } else { self.upper[v] - self.lower[v] };
                self.at_upper[v] = !self.at_upper[v];
                self.bound += self.reduced[v] * by;
                self.subtract(&mut moved, v, by);
            }
            self.factor.solve(&mut moved);
            for (x, by) in self.value.iter_mut().zip(&moved) {
                *x += by;
            }
        }
        let pivot = column[p];
        // A reduced cost on the wrong side, within the tolerance, becomes zero.
        if self.at_upper[q] == (self.reduced[q] > 0.0) && self.reduced[q] != 0.0 {
            self.shift(q);
        }
        let theta = self.reduced[q] / pivot;
        for k in 0..self.touched.len() {
            let v = self.touched[k] as usize;
            if self.place[v] == NONE {
                self.reduced[v] -= theta * self.alpha[v];
            }
        }
        for &v in passed {
            self.shift(v as usize);
        }
        let bound = if above { self.upper[leaving] } else { self.lower[leaving] };
        let delta = self.value[p] - bound;
        self.bound += theta * delta;
        let step = delta / pivot;
        let mut tau = rho.to_vec();
        let weight_p = rho.iter().map(|r| r * r).sum::<f64>();
        self.factor.solve(&mut tau);
        for (i, &a) in column.iter().enumerate() {
            if a != 0.0 {
                self.value[i] -= step * a;
                if i != p {
                    let ratio = a / pivot;
                    self.weight[i] = (self.weight[i] - 2.0 * ratio * tau[i] + ratio * ratio * weight_p).max(1e-4);
                }
            }
        }
        self.weight[p] = (weight_p / (pivot * pivot)).max(1e-4);
        let entering_value = step + if self.at_upper[q] { self.upper[q] } else { self.lower[q] };
        self.value[p] = entering_value;
        self.reduced[q] = 0.0;
        self.reduced[leaving] = -theta;
        self.at_upper[leaving] = above;
        self.place[leaving] = NONE;
        self.place[q] = p as u32;
        self.head[p] = q as u32;
        for a in column.iter_mut() {
            if a.abs() < 1e-13 {
                *a = 0.0;
            }
        }
        self.factor.change(p, column);
    }
}
