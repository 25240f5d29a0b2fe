//! A first basis near known prices, so that the dual simplex has little left to do.
//!
//! Problem      given prices of the rows, a basis whose own prices are close to them.
//! Method       a row without a price keeps its logical. For the others columns are taken in the order of their reduced costs
//!              at the prices, the smallest first, as long as they are independent on these rows (elimination from the left);
//!              rows that find none keep their logicals.
//! Complexity   O(k r) beside the entries met, r priced rows, k <= 4 r columns tried.
//! References   R. Bixby, "Implementing the simplex method: the initial basis", ORSA Journal on Computing 4 (1992).

use super::{NONE, Program};

/// A row priced less than this keeps its logical.
const PRICE_LEAST: f64 = 1e-9;
/// Entries below this are no pivots.
const PIVOT_LEAST: f64 = 1e-7;
/// Columns tried for each priced row.
const TRIES: usize = 4;

impl Program {
    /// Starts from a basis near `prices` of the rows (signed as [`Program::prices`]) instead of the one that stands.
    pub(crate) fn start_near(&mut self, prices: &[f64]) {
        let m = self.rows;
        // Places of the priced rows among themselves.
        let mut place = vec![NONE; m];
        let priced: Vec<usize> = (0..m).filter(|&i| prices[i].abs() > PRICE_LEAST).collect();
        for (k, &i) in priced.iter().enumerate() {
            place[i] = k as u32;
        }
        let reduced = |j: usize| {
            let paid: f64 = self.columns.list(j).map(|(i, a)| a * prices[i]).sum();
            (self.cost[m + j] - self.noise[m + j] + paid).abs()
        };
        let mut near: Vec<(f64, usize)> =
            (0..self.columns.len()).filter(|&j| self.lower[m + j] < self.upper[m + j]).map(|j| (reduced(j), j)).collect();
        near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.truncate(TRIES * priced.len());
        // (pivot place, multiples to subtract elsewhere once it is met), in the order of elimination.
        let mut steps: Vec<(usize, Vec<(usize, f64)>)> = Vec::with_capacity(priced.len());
        let mut column_at = vec![NONE; priced.len()];
        let mut work = vec![0.0; priced.len()];
        for &(_, j) in &near {
            if steps.len() == priced.len() {
                break;
            }
            for (i, a) in self.columns.list(j).filter(|e| place[e.0] != NONE) {
                work[place[i] as usize] = a;
            }
            for (pivot, multiples) in &steps {
                let by = work[*pivot];
                if by != 0.0 {
                    for &(k, times) in multiples {
                        work[k] -= by * times;
                    }
                }
            }
            let free = (0..work.len()).filter(|&k| column_at[k] == NONE);
            if let Some(pivot) = free.max_by(|&a, &b| work[a].abs().total_cmp(&work[b].abs()).then(b.cmp(&a)))
                && work[pivot].abs() > PIVOT_LEAST
            {
                let rest = (0..work.len()).filter(|&k| k != pivot && column_at[k] == NONE && work[k] != 0.0);
                steps.push((pivot, rest.map(|k| (k, work[k] / work[pivot])).collect()));
                column_at[pivot] = j as u32;
            }
            work.fill(0.0);
        }
        self.place.fill(NONE);
        for (i, head) in self.head.iter_mut().enumerate() {
            *head = match place[i] {
                NONE => i as u32,
                k if column_at[k as usize] == NONE => i as u32,
                k => m as u32 + column_at[k as usize],
            };
            self.place[*head as usize] = i as u32;
        }
        self.at_upper.fill(false);
        self.weight.fill(1.0);
        self.fresh = false;
    }
}
