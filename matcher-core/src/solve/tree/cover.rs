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
    /// Households that exceed the maximum alone: no arc of theirs that the row counts is of use.
    pub(super) fn too_heavy(&self) -> impl Iterator<Item = CoverCut> + '_ {
        let heavy = self.members.iter().filter(|m| m.1 > self.max);
        heavy.map(|m| CoverCut { quota: self.quota, members: vec![(m.0, 1)], at_most: 0 })
    }

    /// Lifted covers broken by the shares (per household, how much of it the row counts), and by how much.
    pub(super) fn separate(&self, share: impl Fn(u32) -> f64) -> Vec<(f64, CoverCut)> {
        let used: Vec<Item> = self
            .members
            .iter()
            .filter(|m| m.1 <= self.max)
            .map(|&(household, weight)| Item { household, weight, share: share(household).min(1.0) })
            .collect();
        // Unit weights: the row itself says all that covers can say.
        if used.iter().all(|m| m.weight == 1 || m.share < 1e-6) {
            return Vec::new();
        }
        let mut found: Vec<(f64, CoverCut)> = Vec::new();
        for order in 0..3 {
            let mut list: Vec<Item> = used.iter().copied().filter(|m| m.share > 1e-6).collect();
            let key = |m: &Item| match order {
                0 => (1.0 - m.share) / m.weight as f64,
                1 => 1.0 - m.share,
                _ => -m.share * m.weight as f64,
            };
            list.sort_by(|a, b| key(a).total_cmp(&key(b)).then(b.weight.cmp(&a.weight)).then(a.household.cmp(&b.household)));
            let mut weight = 0;
            let mut cover = Vec::new();
            for &m in &list {
                if weight > self.max {
                    break;
                }
                weight += m.weight;
                cover.push(m);
            }
            if weight <= self.max {
                continue;
            }
            // Whoever is not needed leaves, the least counted first.
            cover.sort_by(|a, b| a.share.total_cmp(&b.share).then(a.weight.cmp(&b.weight)).then(a.household.cmp(&b.household)));
            cover.retain(|m| {
                let leaves = weight - m.weight > self.max;
                if leaves {
                    weight -= m.weight;
                }
                !leaves
            });
            let cut = self.lifted(&cover, &used);
            let counted: f64 = cut.members.iter().map(|&(h, times)| times as f64 * share(h).min(1.0)).sum();
            let broken = counted - cut.at_most as f64;
            if broken > BROKEN && found.iter().all(|f| f.1 != cut) {
                found.push((broken, cut));
            }
        }
        found
    }

    /// The cover's cut with every other member counted as often as it can be, one after the other, the most used first.
    fn lifted(&self, cover: &[Item], all: &[Item]) -> CoverCut {
        let at_most = cover.len() - 1;
        // least[k]: the smallest weight that counts k.
        let mut least = vec![i64::MAX / 2; at_most + 1];
        least[0] = 0;
        let add = |least: &mut Vec<i64>, times: usize, weight: i64| {
            for k in (0..least.len()).rev() {
                let from = k.saturating_sub(times);
                if k > 0 {
                    least[k] = least[k].min(least[from] + weight);
                }
            }
        };
        let mut members: Vec<(u32, i64)> = Vec::new();
        for m in cover {
            add(&mut least, 1, m.weight);
            members.push((m.household, 1));
        }
        let mut others: Vec<&Item> = all.iter().filter(|m| cover.iter().all(|c| c.household != m.household)).collect();
        others.sort_by(|a, b| b.share.total_cmp(&a.share).then(b.weight.cmp(&a.weight)).then(a.household.cmp(&b.household)));
        for m in others {
            let room = self.max - m.weight;
            let most = least.iter().rposition(|&w| w <= room).unwrap_or(0);
            let times = at_most - most;
            if times > 0 {
                add(&mut least, times, m.weight);
                members.push((m.household, times as i64));
            }
        }
        members.sort_unstable();
        CoverCut { quota: self.quota, members, at_most: at_most as i64 }
    }
}

/// A member of a row at the program's optimum.
#[derive(Debug, Clone, Copy)]
struct Item {
    household: u32,
    weight: i64,
    share: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_cover_is_found_and_minimal() {
        let row = Knapsack { quota: QuotaIndex::new(0), max: 5, members: vec![(0, 3), (1, 3), (2, 1), (3, 6)] };
        let shares = [0.9, 0.8, 0.5, 0.0];
        let found = row.separate(|h| shares[h as usize]);
        assert_eq!(found[0].1.members, [(0, 1), (1, 1)]);
        assert!((found[0].0 - 0.7).abs() < 1e-9);
        assert_eq!(row.too_heavy().map(|c| c.members).collect::<Vec<_>>(), [[(3, 1)]]);
        assert!(row.separate(|h| [0.5, 0.4, 0.9, 0.0][h as usize]).is_empty());
    }
}
