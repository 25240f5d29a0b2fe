//! An ascent that goes on after its problem has changed a little: prices are kept, what they prove is found anew.
//!
//! Any household and row prices give a bound once each dwelling has the smallest price that covers its arcs, and looking at all
//! arcs gives just these. So an edit needs no care beyond that look; the better the old prices fit, the less is left to do.

use crate::problem::Problem;

use super::super::control::Stop;
use super::super::core::{Core, Width};
use super::super::graph::{Graph, NONE};
use super::super::plain::Matching;
use super::super::rows::Rows;
use super::super::shares::Shares;
use super::{Ascent, Point, unit};

/// What an ascent leaves, by row and column: slots may move.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Saved {
    pub(in crate::solve) scale: i64,
    /// Row prices, household prices, dwelling prices: the best ones.
    pub(in crate::solve) prices: Vec<i64>,
    pub(in crate::solve) u: Vec<i64>,
    pub(in crate::solve) v: Vec<i64>,
    /// Row of each column in the matching at these prices, or [`NONE`].
    pub(in crate::solve) home: Vec<u32>,
    unit: i64,
    step: Vec<i64>,
    base: i64,
    shares: Shares,
}

impl Saved {
    /// Prices that come from elsewhere, with a row for each column that has one.
    pub(in crate::solve) fn at(
        graph: &Graph,
        rows: &Rows,
        (prices, u, v, shares): (Vec<i64>, Vec<i64>, Vec<i64>, Shares),
        home: Vec<u32>,
    ) -> Self {
        let unit = unit(graph, rows);
        let step = vec![(unit / FRESH_STEP).max(1); prices.len()];
        Self { scale: rows.scale, prices, u, v, home, unit, step, base: (unit / 12).max(1), shares }
    }
}

/// Steps begin again at no less than this part of how much scores differ.
const FRESH_STEP: i64 = 100;

impl<'a> Ascent<'a> {
    /// What the next ascent needs. O(n).
    pub(in crate::solve) fn save(self) -> Saved {
        let home = |&slot: &u32| if slot == NONE { NONE } else { self.graph.row_of(slot) };
        Saved {
            scale: self.rows.scale,
            home: self.best.slot.iter().map(home).collect(),
            prices: self.best.prices,
            u: self.best.u,
            v: self.best.v,
            unit: self.unit,
            step: self.step,
            base: self.width.base,
            shares: self.shares,
        }
    }

    /// Goes on from `saved`, which is on the scale of `rows`. The arcs of the columns `touched` have
    /// changed: these get the smallest household prices that the dwelling prices allow. O(m).
    pub(in crate::solve) fn resume(
        problem: &'a Problem,
        graph: &'a Graph,
        rows: &'a Rows,
        mut saved: Saved,
        touched: &[u32],
        stop: Stop<'_>,
    ) -> Self {
        saved.u.resize(graph.columns(), 0);
        saved.v.resize(graph.rows(), 0);
        saved.home.resize(graph.columns(), NONE);
        for (q, price) in saved.prices.iter_mut().enumerate() {
            *price = (*price).clamp(rows.price_min[q], rows.price_max[q]);
        }
        let least = (saved.unit / FRESH_STEP).max(1);
        let step_max = saved.step.iter().copied().fold(least, i64::max);
        let cells = problem.cell_count();
        let mut ascent = Self {
            problem,
            graph,
            rows,
            prices: saved.prices.clone(),
            matching: Matching::new(graph),
            core: Core::new(graph),
            counts: vec![0; rows.limits.len()],
            best: Point::none(),
            hope: Point::none(),
            shares: std::mem::take(&mut saved.shares),
            weight: Vec::new(),
            cell_price: vec![0; cells],
            step: saved.step.iter().map(|&step| step.clamp(least, step_max)).collect(),
            run: vec![0; rows.limits.len()],
            step_max,
            stale: 0,
            unit: saved.unit,
            iterations: super::COARSE,
            is_coarse: false,
            width: Width { base: saved.base, rise: vec![0; cells], fall: vec![0; cells] },
            next_look: 1,
            ahead: super::AHEAD,
            look_every: 1,
            looked: 0,
        };
        ascent.set_cell_prices(&saved.prices);
        for &column in touched {
            let value = |&slot: &u32| {
                let at = slot as usize;
                rows.scale * graph.score[at] - ascent.cell_price[graph.cell[at].index()] + ascent.shares.of(at)
                    - saved.v[graph.row_of(slot) as usize]
            };
            saved.u[column as usize] = graph.column_slots(column as usize).iter().map(value).fold(0, i64::max);
        }
        let mut load = vec![0; graph.rows()];
        let mut matched: Vec<u32> = Vec::with_capacity(graph.columns());
        for (column, &row) in saved.home.iter().enumerate() {
            let fits = (row as usize) < graph.rows() && load[row as usize] < graph.capacity[row as usize];
            let slot = if fits { graph.find(column as u32, row) } else { None };
            if slot.is_some() {
                load[row as usize] += 1;
            }
            matched.push(slot.unwrap_or(NONE));
        }
        // Without this one nothing is known.
        let given = ascent.shares.given();
        ascent.price(&saved.prices, &given, &mut saved.u, &mut saved.v, &mut matched, &|_| false);
        ascent.matching.restore(&ascent.core.graph, &saved.u, &saved.v, &matched);
        ascent.solve(stop);
        ascent.hold(stop);
        ascent
    }
}
