//! The linear program of a problem over some of its arcs, and its way back to prices.

use std::rc::Rc;

use crate::problem::Problem;
use crate::solve::lp::{Column, Program, Row};

use super::Prices;
use super::bonds::Shares;
use super::exact::{CoverCut, Domain, Exact, Whole, rounded};

const NONE: u32 = u32::MAX;
/// A lower bound that no sum of arcs reaches, so that it carries no price, which the integer side could not use.
const NEVER: f64 = -1.0;
/// Arcs per dwelling that the first program knows.
const FIRST_ARCS: usize = 25;
/// Up to so many arcs the program knows all that fixing left.
const ALL_ARCS: usize = 20_000;
/// Largest score in the program's own unit: tolerances are absolute.
const LARGEST_WORTH: f64 = 1024.0;
/// Size of the fixed noise on worths, in the program's unit: it breaks ties, and costs next to nothing once rounded.
const NOISE: f64 = 1e-3;

/// A decision about one household: which of its arcs a yes leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Those into this residence.
    Residence(u32),
    /// The one into this dwelling.
    Dwelling(u32),
}

/// An answered question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) household: u32,
    pub(super) question: Question,
    pub(super) yes: bool,
}

/// What an answer changed.
#[derive(Debug)]
pub(super) struct Undo {
    /// With what was required before.
    household: Option<(u32, bool)>,
    closed: Vec<u32>,
}

/// The program and what its rows and columns stand for.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) program: Program,
    /// Whether worths are scores, or noise alone.
    scored: bool,
    /// Points per unit of the program.
    pub(super) unit: f64,
    dwelling_row: Vec<u32>,
    quota_row: Vec<u32>,
    cover_row: Vec<u32>,
    /// Per bond, the row of its first household; that of the other is next.
    bond_row: Vec<u32>,
    first_bond: usize,
    rows: usize,
    slacks: usize,
    /// Arc position of each column after the slacks.
    pub(super) arc_of: Vec<u32>,
    household_of: Vec<u32>,
    column_of: Vec<u32>,
}

/// A number in [-0.5, 0.5) that depends on the position alone.
fn noise(position: usize) -> f64 {
    let mut x = (position as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) as f64 / 2f64.powi(64) - 0.5
}

/// Least and largest count that each row can reach over the domain, households apart.
fn reach(problem: &Problem, domain: &Domain) -> Vec<(i64, i64)> {
    let mut reach = vec![(0i64, 0i64); problem.quotas().len()];
    let mut least = vec![(0i64, 0i64); problem.quotas().len()];
    for h in 0..domain.alive.len() {
        let mut met = Vec::new();
        for at in domain.arcs(h) {
            for &(q, weight) in problem.cell(problem.arc(at).cell) {
                let slot = &mut least[q.index()];
                if *slot == (0, 0) {
                    met.push(q.index());
                }
                *slot = (slot.0.min(weight), slot.1.max(weight));
            }
        }
        for q in met {
            reach[q].0 += least[q].0;
            reach[q].1 += least[q].1;
            least[q] = (0, 0);
        }
    }
    reach
}

impl Model {
    /// The program over the best arcs of each dwelling; `scored` false gives every arc a worth of noise alone.
    pub(super) fn new(exact: &Exact<'_>, domain: &Domain, scored: bool) -> Self {
        let problem = exact.problem;
        let households = domain.alive.len();
        let mut rows = vec![(NEVER, 1.0); households];
        let mut by_dwelling: Vec<Vec<(i64, u32, u32)>> = vec![Vec::new(); problem.dwellings().len()];
        for h in 0..households {
            for at in domain.arcs(h) {
                let arc = problem.arc(at);
                by_dwelling[arc.dwelling.index()].push((-arc.score, h as u32, at as u32));
            }
        }
        let mut dwelling_row = vec![NONE; by_dwelling.len()];
        let mut first = Vec::new();
        for (d, list) in by_dwelling.iter_mut().enumerate() {
            let capacity = problem.dwellings()[d].capacity as usize;
            if list.len() > capacity {
                dwelling_row[d] = rows.len() as u32;
                rows.push((NEVER, capacity as f64));
            }
            list.sort_unstable();
            first.extend(list.iter().take(FIRST_ARCS.max(2 * capacity)).map(|&(_, h, at)| (h as usize, at as usize)));
        }
        let points = exact.bonds.list.iter().map(|bond| bond.points.unsigned_abs());
        let largest = (0..problem.arc_count()).map(|at| problem.arc(at).score.unsigned_abs()).chain(points).max().unwrap_or(1).max(1);
        let unit = if scored { (largest as f64 / LARGEST_WORTH).max(1.0).log2().ceil().exp2() } else { 1.0 };
        let mut quota_row = vec![NONE; problem.quotas().len()];
        let mut slacks = Vec::new();
        for (q, (quota, reach)) in problem.quotas().iter().zip(reach(problem, domain)).enumerate() {
            let (min, max) = (quota.min.unwrap_or(reach.0), quota.max.unwrap_or(reach.1));
            let soft = [(quota.penalty_below, min - reach.0, 1.0), (quota.penalty_above, reach.1 - max, -1.0)];
            let idle = soft.iter().all(|s| s.1 <= 0 || (!scored && s.0.is_some()) || s.0 == Some(0));
            if exact.skipped[q] || idle {
                continue;
            }
            quota_row[q] = rows.len() as u32;
            for (penalty, room, sign) in soft {
                if let Some(penalty) = penalty
                    && room > 0
                {
                    let worth = if scored { -(penalty as f64) / unit } else { 0.0 };
                    slacks.push(Column { worth, noise: 0.0, lower: 0.0, upper: room as f64 + 1.0, entries: vec![(rows.len(), sign)] });
                }
            }
            // A bound that does not exist stands beyond what any count can reach: it must never carry a price.
            let (lower, upper) = (quota.min.unwrap_or(reach.0.min(max) - 1), quota.max.unwrap_or(reach.1.max(min) + 1));
            rows.push((lower as f64, upper as f64));
        }
        // Bonds are worth nothing until their rows come.
        let first_bond = slacks.len();
        slacks.extend(exact.bonds.list.iter().map(|bond| Column { worth: bond.points as f64 / unit, ..Column::default() }));
        let mut model = Self {
            program: Program::new(&rows, &slacks),
            scored,
            unit,
            dwelling_row,
            quota_row,
            cover_row: Vec::new(),
            bond_row: vec![NONE; exact.bonds.list.len()],
            first_bond,
            rows: rows.len(),
            slacks: slacks.len(),
            arc_of: Vec::new(),
            household_of: Vec::new(),
            column_of: vec![NONE; problem.arc_count()],
        };
        model.add_arcs(exact, domain, &first);
        model
    }

    /// True where the program has a column for the arc.
    pub(super) fn knows(&self, at: usize) -> bool {
        self.column_of[at] != NONE
    }

    /// Adds arcs (household, position) that the program does not know.
    pub(super) fn add_arcs(&mut self, exact: &Exact<'_>, domain: &Domain, arcs: &[(usize, usize)]) {
        let problem = exact.problem;
        let mut columns = Vec::with_capacity(arcs.len());
        for &(h, at) in arcs {
            if self.knows(at) {
                continue;
            }
            let arc = problem.arc(at);
            let mut entries = vec![(h, 1.0)];
            if self.dwelling_row[arc.dwelling.index()] != NONE {
                entries.push((self.dwelling_row[arc.dwelling.index()] as usize, 1.0));
            }
            for &(q, weight) in problem.cell(arc.cell) {
                if self.quota_row[q.index()] != NONE {
                    entries.push((self.quota_row[q.index()] as usize, weight as f64));
                }
            }
            for (cover, &row) in exact.covers.iter().zip(&self.cover_row) {
                let times = exact.cover_counts(cover, h as u32, at);
                if times > 0 {
                    entries.push((row as usize, times as f64));
                }
            }
            if let Some(place) = exact.bonds.place(at) {
                for &t in &exact.bonds.of_place[place] {
                    let row = self.bond_row[t as usize];
                    if row != NONE {
                        entries.push(((row + u32::from(exact.bonds.list[t as usize].b as usize == place)) as usize, -1.0));
                    }
                }
            }
            let (worth, noise) = if self.scored { (arc.score as f64 / self.unit, NOISE * noise(at)) } else { (0.0, 100.0 * noise(at)) };
            let upper = if domain.open[at] { 1.0 } else { 0.0 };
            columns.push(Column { worth, noise, lower: 0.0, upper, entries });
            self.column_of[at] = (self.slacks + self.arc_of.len()) as u32;
            self.arc_of.push(at as u32);
            self.household_of.push(h as u32);
        }
        self.program.add_columns(&columns);
    }

    /// Starts near these prices.
    pub(super) fn start_near(&mut self, prices: &Prices) {
        let factor = 1.0 / (prices.scale as f64 * self.unit);
        let mut price = vec![0.0; self.rows];
        let households = 0..prices.households.len() as u32;
        for (row, price_of) in households
            .zip(&prices.households)
            .chain(self.dwelling_row.iter().copied().zip(&prices.dwellings))
            .chain(self.quota_row.iter().copied().zip(&prices.quotas))
            .filter(|row| row.0 != NONE)
        {
            price[row as usize] = *price_of as f64 * factor;
        }
        self.program.start_near(&price);
    }

    /// Adds the rows of covers, which the exact side has just been given.
    pub(super) fn add_covers(&mut self, exact: &Exact<'_>, covers: &[CoverCut]) {
        let mut rows = Vec::new();
        for cover in covers {
            let entries = (0..self.arc_of.len())
                .map(|k| (self.slacks + k, exact.cover_counts(cover, self.household_of[k], self.arc_of[k] as usize) as f64))
                .filter(|e| e.1 > 0.0)
                .collect();
            rows.push(Row { lower: NEVER, upper: cover.at_most as f64, entries });
            self.cover_row.push(self.rows as u32);
            self.rows += 1;
        }
        self.program.add_rows(&rows);
    }

    /// Teaches the program bonds: a household earns no more of one than it lives there. False if it knows them all.
    pub(super) fn add_bonds(&mut self, exact: &Exact<'_>, bonds: &[u32]) -> bool {
        let bonds: Vec<u32> = bonds.iter().copied().filter(|&t| self.bond_row[t as usize] == NONE).collect();
        if bonds.is_empty() {
            return false;
        }
        let mut arcs: Vec<Vec<(usize, f64)>> = vec![Vec::new(); exact.bonds.household.len()];
        for (k, &at) in self.arc_of.iter().enumerate() {
            if let Some(place) = exact.bonds.place(at as usize) {
                arcs[place].push((self.slacks + k, -1.0));
            }
        }
        let mut rows = Vec::with_capacity(2 * bonds.len());
        for &t in &bonds {
            let (bond, column) = (exact.bonds.list[t as usize], self.first_bond + t as usize);
            self.bond_row[t as usize] = (self.rows + rows.len()) as u32;
            for place in [bond.a, bond.b] {
                let entries = std::iter::once((column, 1.0)).chain(arcs[place as usize].iter().copied()).collect();
                rows.push(Row { lower: -1.0, upper: 0.0, entries });
            }
            self.program.set_column(column, 0.0, 1.0);
        }
        self.rows += rows.len();
        self.program.add_rows(&rows);
        true
    }

    /// Makes the program know the arcs that are alive, if they are not too many, and no others.
    pub(super) fn restore(&mut self, exact: &Exact<'_>, domain: &Domain) {
        let mut alive = vec![false; self.column_of.len()];
        for list in &domain.alive {
            for &at in list {
                alive[at as usize] = true;
            }
        }
        let mut keep = vec![true; self.slacks];
        keep.extend(self.arc_of.iter().map(|&at| alive[at as usize]));
        let kept = self.program.keep_columns(&keep);
        let (old_arcs, old_households) = (std::mem::take(&mut self.arc_of), std::mem::take(&mut self.household_of));
        self.column_of.fill(NONE);
        for c in kept.into_iter().skip(self.slacks) {
            let at = old_arcs[c - self.slacks];
            self.column_of[at as usize] = (self.slacks + self.arc_of.len()) as u32;
            self.arc_of.push(at);
            self.household_of.push(old_households[c - self.slacks]);
            // A basic column of a dropped arc stays, closed.
            self.set_arc(at as usize, alive[at as usize]);
        }
        if domain.alive_count() <= ALL_ARCS {
            let list: Vec<_> = domain.alive.iter().enumerate().flat_map(|(h, l)| l.iter().map(move |&at| (h, at as usize))).collect();
            self.add_arcs(exact, domain, &list);
        }
    }

    fn set_arc(&mut self, at: usize, open: bool) {
        if self.column_of[at] != NONE {
            self.program.set_column(self.column_of[at] as usize, 0.0, if open { 1.0 } else { 0.0 });
        }
    }

    /// Applies an answer to the domain and the program.
    pub(super) fn answer(&mut self, problem: &Problem, domain: &mut Domain, answer: Answer) -> Undo {
        let h = answer.household as usize;
        let mut closed = Vec::new();
        for k in 0..domain.alive[h].len() {
            let at = domain.alive[h][k] as usize;
            let dwelling = problem.arc(at).dwelling;
            let hit = match answer.question {
                Question::Residence(r) => problem.residence(dwelling).index() == r as usize,
                Question::Dwelling(d) => dwelling.index() == d as usize,
            };
            if hit != answer.yes && domain.open[at] {
                domain.open[at] = false;
                self.set_arc(at, false);
                closed.push(at as u32);
            }
        }
        let undo = Undo { household: Some((answer.household, domain.required[h])), closed };
        if answer.yes {
            domain.required[h] = true;
            self.program.set_row(h, 1.0, 1.0);
        }
        undo
    }

    /// Closes arcs that local fixing dropped.
    pub(super) fn close(&mut self, domain: &mut Domain, arcs: &[u32]) -> Undo {
        for &at in arcs {
            domain.open[at as usize] = false;
            self.set_arc(at as usize, false);
        }
        Undo { household: None, closed: arcs.to_vec() }
    }

    /// Takes an answer or a fixing back.
    pub(super) fn undo(&mut self, domain: &mut Domain, undo: &Undo) {
        for &at in &undo.closed {
            domain.open[at as usize] = true;
            self.set_arc(at as usize, true);
        }
        if let Some((h, required)) = undo.household {
            let h = h as usize;
            domain.required[h] = required;
            self.program.set_row(h, if required { 1.0 } else { NEVER }, 1.0);
        }
    }

    /// The prices of the program's rows, in points, rounded to the scale.
    pub(super) fn prices(&self, exact: &Exact<'_>) -> Whole {
        let prices = self.program.prices();
        self.round(exact, |row| prices[row], exact.scale as f64 * self.unit, false)
    }

    /// The program's ray, scaled so that its largest price is `largest`.
    pub(super) fn ray(&self, exact: &Exact<'_>, largest: f64) -> Whole {
        let ray = self.program.ray();
        let top = ray.iter().map(|r| r.abs()).fold(0.0, f64::max);
        if top == 0.0 {
            return Whole::default();
        }
        self.round(exact, |row| ray[row], largest / top, true)
    }

    fn round(&self, exact: &Exact<'_>, price: impl Fn(usize) -> f64, factor: f64, ray: bool) -> Whole {
        let of = |rows: &[u32]| -> Vec<f64> { rows.iter().map(|&r| if r == NONE { 0.0 } else { price(r as usize) }).collect() };
        let mut whole = exact.round(&of(&self.dwelling_row), &of(&self.quota_row), &of(&self.cover_row), factor, ray);
        if !ray {
            let share = |row: u32| rounded(price(row as usize) * factor);
            let known = self.bond_row.iter().enumerate().filter(|r| *r.1 != NONE);
            whole.shares = Rc::new(known.map(|(t, &row)| Shares { bond: t as u32, a: share(row), b: share(row + 1) }).collect());
        }
        whole
    }

    /// Arcs with a value above the tolerance: (household, arc position, value), by household.
    pub(super) fn used(&self) -> Vec<(usize, usize, f64)> {
        let mut used: Vec<_> = (0..self.arc_of.len())
            .map(|k| (self.household_of[k] as usize, self.arc_of[k] as usize, self.program.value(self.slacks + k)))
            .filter(|e| e.2 > 1e-6)
            .collect();
        used.sort_unstable_by_key(|e| (e.0, e.1));
        used
    }

    /// Value of the program's optimum, in points.
    pub(super) fn bound(&self) -> f64 {
        self.program.bound() * self.unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_small_and_fixed() {
        assert!((0..1000).all(|k| noise(k).abs() <= 0.5));
        assert!((noise(7) - noise(7)).abs() < f64::EPSILON && (noise(7) - noise(8)).abs() > 1e-9);
    }
}
