//! Cover cuts: households that a hard maximum cannot count all at once.
//!
//! Definitions  cover of a row = households whose smallest positive weights together exceed its hard maximum; at most all but
//!              one of them can be counted. Separation looks for the cover that the program's optimum breaks most.
//! Deviations   greedy by (1 - share) per weight, then made minimal; not every broken cover is found.
//! References   Crowder, Johnson & Padberg (1983).

use crate::ids::{HouseholdIndex, QuotaIndex};
use crate::problem::Problem;

use super::exact::CoverCut;

/// A cover must be broken by this much.
const BROKEN: f64 = 1e-3;

/// A row with a hard maximum and no negative weight.
#[derive(Debug, Clone)]
pub(super) struct Knapsack {
    pub(super) quota: QuotaIndex,
    pub(super) max: i64,
    /// (household, smallest positive weight), ascending.
    pub(super) members: Vec<(u32, i64)>,
}

/// The rows that covers can be cut from.
pub(super) fn knapsacks(problem: &Problem, skipped: &[bool]) -> Vec<Knapsack> {
    let rows = problem.quotas().len();
    let mut members: Vec<Vec<(u32, i64)>> = vec![Vec::new(); rows];
    let mut negative = vec![false; rows];
    for h in 0..problem.households().len() {
        for arc in problem.arcs(HouseholdIndex::new(h)) {
            for &(q, weight) in problem.cell(arc.cell) {
                negative[q.index()] |= weight < 0;
                match members[q.index()].last_mut() {
                    _ if weight <= 0 => {}
                    Some(last) if last.0 == h as u32 => last.1 = last.1.min(weight),
                    _ => members[q.index()].push((h as u32, weight)),
                }
            }
        }
    }
    let mut list = Vec::new();
    for (q, (quota, members)) in problem.quotas().iter().zip(members).enumerate() {
        let hard = quota.max.filter(|_| quota.penalty_above.is_none() && !negative[q] && !skipped[q]);
        if let Some(max) = hard.filter(|&max| max >= 0) {
            list.push(Knapsack { quota: QuotaIndex::new(q), max, members });
        }
    }
    list
}

impl Knapsack {
    /// A cover broken by the shares (per household, how much of it the row counts), and by how much.
    pub(super) fn separate(&self, share: impl Fn(u32) -> f64) -> Option<(f64, CoverCut)> {
        let mut list: Vec<(u32, i64, f64)> =
            self.members.iter().map(|&(h, w)| (h, w, 1.0 - share(h).min(1.0))).filter(|m| m.2 < 1.0 - 1e-6).collect();
        // Unit weights: the row itself says all that covers can say.
        if list.iter().all(|m| m.1 == 1) {
            return None;
        }
        list.sort_by(|a, b| (a.2 / a.1 as f64).total_cmp(&(b.2 / b.1 as f64)).then(b.1.cmp(&a.1)).then(a.0.cmp(&b.0)));
        let mut weight = 0;
        let mut cover = Vec::new();
        for &m in &list {
            if weight > self.max {
                break;
            }
            weight += m.1;
            cover.push(m);
        }
        if weight <= self.max {
            return None;
        }
        // Whoever is not needed leaves, the least counted first.
        cover.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.1.cmp(&b.1)).then(a.0.cmp(&b.0)));
        cover.retain(|m| {
            let leaves = weight - m.1 > self.max;
            if leaves {
                weight -= m.1;
            }
            !leaves
        });
        let broken = 1.0 - cover.iter().map(|m| m.2).sum::<f64>();
        let mut households: Vec<u32> = cover.iter().map(|m| m.0).collect();
        households.sort_unstable();
        (broken > BROKEN).then_some((broken, CoverCut { quota: self.quota, households }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_cover_is_found_and_minimal() {
        let row = Knapsack { quota: QuotaIndex::new(0), max: 5, members: vec![(0, 3), (1, 3), (2, 1), (3, 6)] };
        let shares = [0.9, 0.8, 0.5, 0.0];
        let (broken, cover) = row.separate(|h| shares[h as usize]).unwrap();
        assert_eq!(cover.households, [0, 1]);
        assert!((broken - 0.7).abs() < 1e-9);
        assert!(row.separate(|h| [0.5, 0.4, 0.9, 0.0][h as usize]).is_none());
    }
}
