//! A small linear programming solver: bounded dual simplex on sparse rows. Floats steer, integers decide elsewhere.
//!
//! Problem      max c x, row bounds lo <= a x <= hi, boxes lo <= x <= hi; every bound is finite.
//! Complexity   per pivot O(m + nonzeros met), m rows; pivots are counted, never seconds.
//! Definitions  logical of row i: s = -a x, variable i; structural j: variable m + j. Reduced cost d, price of a row = what
//!              one more unit of its upper bound (or less of its lower bound, then negative) is worth.
//! Deviations   since every variable is boxed, any basis is dual feasible once the nonbasic variables stand at the bound their
//!              reduced cost asks for: there is no phase 1. Ties are broken by the caller's costs, which may carry a small
//!              fixed noise. What fails numerically ends as [`Verdict::Stalled`], never as a claim.
//! References   Koberstein, The dual simplex method, techniques for a fast and stable implementation (2005); Forrest &
//!              Goldfarb (1992) for the steepest edge weights; Maros (2003) for the long-step ratio test.

mod crash;
mod factor;
mod ratio;
mod simplex;
#[cfg(test)]
mod tests;

use factor::{Factor, Lists};

/// A variable of the program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// Worth of one unit.
    pub(crate) worth: f64,
    /// Added to the worth while solving, so that ties are broken; [`Program::prices`] leaves it out.
    pub(crate) noise: f64,
    /// Least value.
    pub(crate) lower: f64,
    /// Largest value.
    pub(crate) upper: f64,
    /// (row, coefficient), each row once.
    pub(crate) entries: Vec<(usize, f64)>,
}

/// A row added to a program that stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Least value.
    pub(crate) lower: f64,
    /// Largest value.
    pub(crate) upper: f64,
    /// (column, coefficient), each column once.
    pub(crate) entries: Vec<(usize, f64)>,
}

/// How a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No better value exists, to the tolerances.
    Optimal,
    /// The rows contradict each other, to the tolerances; see [`Program::ray`].
    Infeasible,
    /// The optimum is below the cutoff.
    Cutoff,
    /// The allowed pivots were used.
    Limit,
    /// Numerical trouble or no progress: nothing is claimed.
    Stalled,
}

/// What a solve may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    /// Pivots.
    pub(crate) pivots: u64,
    /// Stop once the optimum is proved to be below this.
    pub(crate) cutoff: Option<f64>,
}

/// A basis to come back to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Basis {
    head: Vec<u32>,
    at_upper: Vec<bool>,
    weight: Vec<f64>,
}

/// The whole state of a program that is about to be tried out.
#[derive(Debug)]
pub(crate) struct Mark {
    basis: Basis,
    value: Vec<f64>,
    reduced: Vec<f64>,
    place: Vec<u32>,
    changes: usize,
    builds: u64,
    bound: f64,
    fresh: bool,
    shifted: bool,
}

/// A linear program and the state of its dual simplex.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    rows: usize,
    /// Structural columns, by row index.
    columns: Lists,
    /// The same by row.
    by_row: Lists,
    /// Costs to be minimised (minus the worth), per variable; those worked with may be shifted.
    cost: Vec<f64>,
    working: Vec<f64>,
    /// What noise adds to the cost.
    noise: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// Variable at each basis position.
    head: Vec<u32>,
    /// Basis position of each variable, `NONE` where nonbasic.
    place: Vec<u32>,
    at_upper: Vec<bool>,
    /// Values of the basic variables.
    value: Vec<f64>,
    reduced: Vec<f64>,
    /// Steepest edge weights.
    weight: Vec<f64>,
    factor: Factor,
    /// Number of builds of the factors: tells whether a mark's factors still stand.
    builds: u64,
    /// The factors and reduced costs belong to `head`.
    fresh: bool,
    shifted: bool,
    /// Dual objective, in minimised form.
    bound: f64,
    ray: Vec<f64>,
    pivots: u64,
    alpha: Vec<f64>,
    touched: Vec<u32>,
    met: Vec<bool>,
}

const NONE: u32 = u32::MAX;

/// Puts the values into the list, the first at `at`.
fn insert<T>(list: &mut Vec<T>, at: usize, values: impl Iterator<Item = T>) {
    list.splice(at..at, values);
}

impl Program {
    /// A program with rows of these bounds and these columns; it starts from the basis of logicals.
    pub(crate) fn new(rows: &[(f64, f64)], columns: &[Column]) -> Self {
        let m = rows.len();
        let mut program = Self {
            rows: m,
            columns: Lists::default(),
            by_row: Lists::default(),
            cost: vec![0.0; m],
            working: Vec::new(),
            noise: vec![0.0; m],
            lower: rows.iter().map(|r| -r.1).collect(),
            upper: rows.iter().map(|r| -r.0).collect(),
            head: (0..m as u32).collect(),
            place: (0..m as u32).collect(),
            at_upper: vec![false; m],
            value: vec![0.0; m],
            reduced: vec![0.0; m],
            weight: vec![1.0; m],
            factor: Factor::default(),
            builds: 0,
            fresh: false,
            shifted: false,
            bound: f64::NEG_INFINITY,
            ray: Vec::new(),
            pivots: 0,
            alpha: vec![0.0; m],
            touched: Vec::new(),
            met: vec![false; m],
        };
        program.columns.clear();
        program.add_columns(columns);
        program
    }

    /// Adds columns after those that stand; they start at the bound that their reduced cost asks for.
    pub(crate) fn add_columns(&mut self, columns: &[Column]) {
        for column in columns {
            for &(i, v) in &column.entries {
                self.columns.push(i as u32, v);
            }
            self.columns.close();
            self.cost.push(-column.worth - column.noise);
            self.noise.push(-column.noise);
            self.lower.push(column.lower);
            self.upper.push(column.upper);
            self.place.push(NONE);
            self.at_upper.push(false);
            self.reduced.push(0.0);
            self.alpha.push(0.0);
            self.met.push(false);
        }
        self.working.clone_from(&self.cost);
        self.by_row = self.columns.transposed(self.rows);
        self.fresh = false;
    }

    /// Forgets the columns that are not kept, except basic ones; returns the old positions of those that stay.
    pub(crate) fn keep_columns(&mut self, keep: &[bool]) -> Vec<usize> {
        let m = self.rows;
        let kept: Vec<usize> = (0..self.columns.len()).filter(|&j| keep[j] || self.place[m + j] != NONE).collect();
        let mut columns = Lists::default();
        columns.clear();
        let mut renamed = vec![NONE; self.columns.len()];
        for (new, &old) in kept.iter().enumerate() {
            renamed[old] = (m + new) as u32;
            for (i, v) in self.columns.list(old) {
                columns.push(i as u32, v);
            }
            columns.close();
        }
        self.columns = columns;
        self.by_row = self.columns.transposed(m);
        let pick = |list: &[f64]| -> Vec<f64> { list[..m].iter().copied().chain(kept.iter().map(|&j| list[m + j])).collect() };
        self.cost = pick(&self.cost);
        self.noise = pick(&self.noise);
        self.lower = pick(&self.lower);
        self.upper = pick(&self.upper);
        self.reduced = pick(&self.reduced);
        self.at_upper = self.at_upper[..m].iter().copied().chain(kept.iter().map(|&j| self.at_upper[m + j])).collect();
        self.place = self.place[..m].iter().copied().chain(kept.iter().map(|&j| self.place[m + j])).collect();
        for variable in &mut self.head {
            if *variable as usize >= m {
                *variable = renamed[*variable as usize - m];
            }
        }
        self.working.clone_from(&self.cost);
        self.forget_row();
        self.fresh = false;
        kept
    }

    /// The pivot row at hand is forgotten: its entries have moved.
    fn forget_row(&mut self) {
        self.alpha = vec![0.0; self.cost.len()];
        self.met = vec![false; self.cost.len()];
        self.touched.clear();
    }

    /// Adds rows below those that stand; their logicals enter the basis.
    pub(crate) fn add_rows(&mut self, rows: &[Row]) {
        let (old, new) = (self.rows, self.rows + rows.len());
        let mut lists = Lists::default();
        lists.clear();
        for row in rows {
            for &(j, v) in &row.entries {
                lists.push(j as u32, v);
            }
            lists.close();
        }
        let extra = lists.transposed(self.columns.len());
        let mut columns = Lists::default();
        columns.clear();
        for j in 0..self.columns.len() {
            for (i, v) in self.columns.list(j) {
                columns.push(i as u32, v);
            }
            for (k, v) in extra.list(j) {
                columns.push((old + k) as u32, v);
            }
            columns.close();
        }
        self.columns = columns;
        self.by_row = self.columns.transposed(new);
        // Logicals stand first, so that every structural variable moves up.
        let many = rows.len();
        insert(&mut self.cost, old, std::iter::repeat_n(0.0, many));
        insert(&mut self.noise, old, std::iter::repeat_n(0.0, many));
        insert(&mut self.lower, old, rows.iter().map(|r| -r.upper));
        insert(&mut self.upper, old, rows.iter().map(|r| -r.lower));
        insert(&mut self.at_upper, old, std::iter::repeat_n(false, many));
        insert(&mut self.reduced, old, std::iter::repeat_n(0.0, many));
        insert(&mut self.place, old, (old..new).map(|p| p as u32));
        self.forget_row();
        for variable in &mut self.head {
            if *variable as usize >= old {
                *variable += many as u32;
            }
        }
        self.head.extend((old..new).map(|i| i as u32));
        self.value.resize(new, 0.0);
        self.weight.resize(new, 1.0);
        self.working.clone_from(&self.cost);
        self.rows = new;
        self.fresh = false;
    }

    /// Sets the box of a column.
    pub(crate) fn set_column(&mut self, column: usize, lower: f64, upper: f64) {
        self.lower[self.rows + column] = lower;
        self.upper[self.rows + column] = upper;
    }

    /// Sets the bounds of a row.
    pub(crate) fn set_row(&mut self, row: usize, lower: f64, upper: f64) {
        self.lower[row] = -upper;
        self.upper[row] = -lower;
    }

    fn current(&self, variable: usize) -> f64 {
        match self.place[variable] {
            NONE if self.at_upper[variable] => self.upper[variable],
            NONE => self.lower[variable],
            p => self.value[p as usize],
        }
    }

    /// Value of a column.
    pub(crate) fn value(&self, column: usize) -> f64 {
        self.current(self.rows + column)
    }

    /// Prices of the rows at the basis that stands, noise left out: positive for the upper bound, negative for the lower.
    pub(crate) fn prices(&self) -> Vec<f64> {
        let mut price: Vec<f64> = self.head.iter().map(|&v| self.noise[v as usize] - self.cost[v as usize]).collect();
        if self.fresh {
            self.factor.solve_transposed(&mut price);
        }
        price
    }

    /// No allocation of the program is worth more, to the tolerances; valid at any time while solving.
    pub(crate) fn bound(&self) -> f64 {
        -self.bound
    }

    /// Row prices that prove the contradiction after [`Verdict::Infeasible`], signed as [`Program::prices`].
    pub(crate) fn ray(&self) -> &[f64] {
        &self.ray
    }

    /// Pivots made so far.
    pub(crate) fn pivots(&self) -> u64 {
        self.pivots
    }

    /// The basis, to come back to.
    pub(crate) fn basis(&self) -> Basis {
        Basis { head: self.head.clone(), at_upper: self.at_upper.clone(), weight: self.weight.clone() }
    }

    /// Comes back to a basis; columns added since are nonbasic, logicals of rows added since are basic.
    pub(crate) fn set_basis(&mut self, basis: &Basis) {
        let (old, m) = (basis.head.len().min(self.rows), self.rows);
        let renamed = |v: usize| if v < old { v } else { v + m - old };
        self.place.fill(NONE);
        self.head.clear();
        self.head.extend(basis.head.iter().map(|&v| renamed(v as usize) as u32));
        self.head.extend((old..m).map(|i| i as u32));
        for (p, &v) in self.head.iter().enumerate() {
            self.place[v as usize] = p as u32;
        }
        self.weight.clone_from(&basis.weight);
        self.weight.resize(m, 1.0);
        for (v, &upper) in basis.at_upper.iter().enumerate() {
            self.at_upper[renamed(v)] = upper;
        }
        self.fresh = false;
    }

    /// Remembers everything, so that [`Program::back_to`] costs copies only.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            basis: self.basis(),
            value: self.value.clone(),
            reduced: self.reduced.clone(),
            place: self.place.clone(),
            changes: self.factor.changes(),
            builds: self.builds,
            bound: self.bound,
            fresh: self.fresh,
            shifted: self.shifted,
        }
    }

    /// Comes back to a mark made since the last added row or column. Boxes are the caller's to restore.
    pub(crate) fn back_to(&mut self, mark: &Mark) {
        self.set_basis(&mark.basis);
        self.value.clone_from(&mark.value);
        self.reduced.clone_from(&mark.reduced);
        self.place.clone_from(&mark.place);
        self.bound = mark.bound;
        if self.shifted {
            self.working.clone_from(&self.cost);
            self.shifted = false;
        }
        if self.builds == mark.builds {
            self.factor.rewind(mark.changes);
            self.fresh = mark.fresh && !mark.shifted;
        }
    }
}
