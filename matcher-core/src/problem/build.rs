//! From parts in any order to a problem in the order of stable ids, with the cells compiled.

use std::collections::BTreeMap;

use crate::error::{Error, Place as At, Report};
use crate::ids::{CellIndex, DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};

use super::sizes::Sizes;
use super::{Affinity, Member, PairWeight, Parts, Problem, Scope, tiers};

/// For each old position its rank in the order of `key`, and the positions in that order.
fn ranks<T, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&position| items.get(position).map(&key));
    let mut rank = vec![0; items.len()];
    for (position, &old) in order.iter().enumerate() {
        if let Some(slot) = rank.get_mut(old) {
            *slot = position;
        }
    }
    (rank, order)
}

fn sorted(ids: &[String]) -> (Vec<usize>, Vec<String>) {
    let (rank, order) = ranks(ids, Clone::clone);
    (rank, order.into_iter().filter_map(|old| ids.get(old).cloned()).collect())
}

fn report_repeats<T: PartialEq>(sorted: &[T], file: &str, what: &str, report: &mut Report) {
    for pair in sorted.windows(2) {
        if let [a, b] = pair
            && a == b
        {
            report.error("E1060", At::file(file), format!("{what} stands twice"), "keep one row");
            return;
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "every index was given out by the ranks made here")]
impl Problem {
    /// Checks the parts and puts them in the order of stable ids.
    ///
    /// # Errors
    /// [`Error::Input`] with everything that is wrong (repeated ids or pairs, minimum above maximum, negative penalties or
    /// affinity points, tiers that count nobody); [`Error::ScoreOverflow`] where sums could leave 64 bits on the price scale.
    ///
    /// # Complexity
    /// O(m log m + n log n) time, m arcs, n households and dwellings.
    ///
    /// ```
    /// use matcher_core::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
    /// use matcher_core::problem::{Parts, Place, Problem};
    /// let problem = Problem::new(Parts {
    ///     households: vec!["h2".into(), "h1".into()],
    ///     dwellings: vec![Place { id: "d1".into(), residence: ResidenceIndex::new(0), capacity: 1 }],
    ///     residences: vec!["r1".into()],
    ///     arcs: vec![(HouseholdIndex::new(0), DwellingIndex::new(0), 7)],
    ///     ..Parts::default()
    /// })?;
    /// assert_eq!(problem.households(), ["h1", "h2"]);
    /// assert_eq!(problem.arcs(HouseholdIndex::new(1)).next().map(|arc| arc.score), Some(7));
    /// # Ok::<(), matcher_core::error::Error>(())
    /// ```
    pub fn new(parts: Parts) -> Result<Self, Error> {
        let mut report = Report::default();
        let (residence_rank, residences) = sorted(&parts.residences);
        let (group_rank, groups) = sorted(&parts.groups);
        let (scope_rank, scopes) = sorted(&parts.scopes);
        let (household_rank, households) = sorted(&parts.households);
        let (dwelling_rank, order) = ranks(&parts.dwellings, |d| d.id.clone());
        let dwellings: Vec<_> = order
            .iter()
            .map(|&old| {
                let mut place = parts.dwellings[old].clone();
                place.residence = ResidenceIndex::new(residence_rank[place.residence.index()]);
                place
            })
            .collect();
        let ranked = |scope: Scope| match scope {
            Scope::Everywhere => Scope::Everywhere,
            Scope::Residence(r) => Scope::Residence(ResidenceIndex::new(residence_rank[r.index()])),
            Scope::Named(s) => Scope::Named(ScopeIndex::new(scope_rank[s.index()])),
        };
        let (quota_rank, order) = ranks(&parts.quotas, |q| q.id.clone());
        let quotas: Vec<_> = order
            .iter()
            .map(|&old| {
                let mut quota = parts.quotas[old].clone();
                quota.group = quota.group.map(|g| GroupIndex::new(group_rank[g.index()]));
                quota.scope = quota.scope.map(ranked);
                quota
            })
            .collect();
        let mut tiers = parts.tiers;
        for tier in &mut tiers {
            tier.group = tier.group.map(|g| GroupIndex::new(group_rank[g.index()]));
            tier.scope = ranked(tier.scope);
        }
        tiers.sort_unstable();
        let household = |h: HouseholdIndex| HouseholdIndex::new(household_rank[h.index()]);
        let dwelling = |d: DwellingIndex| DwellingIndex::new(dwelling_rank[d.index()]);
        let mut arcs: Vec<_> = parts.arcs.into_iter().map(|(h, d, score)| (household(h), dwelling(d), score)).collect();
        arcs.sort_unstable();
        let mut members: Vec<_> = parts
            .members
            .iter()
            .map(|m| Member { household: household(m.household), group: GroupIndex::new(group_rank[m.group.index()]), weight: m.weight })
            .collect();
        members.sort_unstable();
        let mut scope_dwellings: Vec<_> =
            parts.scope_dwellings.iter().map(|&(d, s)| (dwelling(d), ScopeIndex::new(scope_rank[s.index()]))).collect();
        scope_dwellings.sort_unstable();
        let mut weights: Vec<_> = parts
            .weights
            .iter()
            .map(|w| PairWeight {
                quota: QuotaIndex::new(quota_rank[w.quota.index()]),
                household: household(w.household),
                dwelling: dwelling(w.dwelling),
                weight: w.weight,
            })
            .collect();
        weights.sort_unstable();
        let mut affinities: Vec<_> = parts
            .affinities
            .iter()
            .map(|p| {
                let (a, b) = (household(p.a), household(p.b));
                Affinity { a: a.min(b), b: a.max(b), points: p.points }
            })
            .collect();
        affinities.sort_unstable();

        report_repeats(&households, "households", "a household id", &mut report);
        report_repeats(&dwellings.iter().map(|d| &d.id).collect::<Vec<_>>(), "dwellings.csv", "a dwelling id", &mut report);
        report_repeats(&quotas.iter().map(|q| &q.id).collect::<Vec<_>>(), "quotas.csv", "a quota id", &mut report);
        report_repeats(&arcs.iter().map(|a| (a.0, a.1)).collect::<Vec<_>>(), "arcs.csv", "a pair", &mut report);
        report_repeats(
            &members.iter().map(|m| (m.household, m.group)).collect::<Vec<_>>(),
            "groups.csv",
            "a household in a group",
            &mut report,
        );
        report_repeats(&scope_dwellings, "scopes.csv", "a dwelling in a scope", &mut report);
        report_repeats(
            &weights.iter().map(|w| (w.quota, w.household, w.dwelling)).collect::<Vec<_>>(),
            "weights.csv",
            "a pair in a row",
            &mut report,
        );
        report_repeats(&affinities.iter().map(|p| (p.a, p.b)).collect::<Vec<_>>(), "affinities.csv", "a pair of households", &mut report);
        for scope in &scopes {
            if scope == "*" || residences.binary_search(scope).is_ok() {
                report.error("E1062", At::file("scopes.csv"), "a scope has the name of a residence or is *", "rename the scope");
            }
        }
        for pair in &affinities {
            if pair.a == pair.b {
                report.error("E1017", At::file("affinities.csv"), "a household is paired with itself", "remove the row");
            }
            if pair.points < 0 {
                report.error("E1061", At::file("affinities.csv"), "points are negative", "write 0 or more");
            }
        }
        for quota in &quotas {
            if let (Some(min), Some(max)) = (quota.min, quota.max)
                && min > max
            {
                report.error(
                    "E1067",
                    At::file("quotas.csv"),
                    format!("quota {}: the minimum is above the maximum", quota.id),
                    "lower the minimum or raise the maximum",
                );
            }
            if quota.penalty_below.is_some_and(|p| p < 0) || quota.penalty_above.is_some_and(|p| p < 0) {
                report.error(
                    "E1063",
                    At::file("quotas.csv"),
                    format!("quota {}: a penalty is negative", quota.id),
                    "write 0 or more, or leave it empty for a hard quota",
                );
            }
        }

        let mut problem = Self {
            arc_start: starts(households.len(), arcs.iter().map(|a| a.0.index())),
            arc_dwelling: arcs.iter().map(|a| a.1).collect(),
            arc_score: arcs.iter().map(|a| a.2).collect(),
            arc_cell: Vec::new(),
            cell_start: vec![0],
            cell_entries: Vec::new(),
            fingerprint: std::sync::OnceLock::new(),
            households,
            dwellings,
            residences,
            groups,
            scopes,
            members,
            scope_dwellings,
            quotas,
            weights,
            affinities,
            tiers,
        };
        drop(arcs);
        tiers::check(&problem, &mut report);
        for weight in &problem.weights {
            if problem.find_arc(weight.household, weight.dwelling).is_none() {
                report.error(
                    "E1011",
                    At::file("weights.csv"),
                    "a weight names a pair that is not in arcs.csv",
                    "add the pair or remove the weight",
                );
                break;
            }
        }
        let mut problem = report.into_result(()).map(|()| {
            problem.compile_cells();
            problem
        })?;
        Sizes::of(&problem).check(&problem.quotas)?;
        tiers::check_sizes(&problem)?;
        problem.arc_score.shrink_to_fit();
        Ok(problem)
    }

    /// Gives each arc the cell of its (row, weight) list.
    pub(super) fn compile_cells(&mut self) {
        (self.cell_start, self.cell_entries) = (vec![0], Vec::new());
        let (mut everywhere, mut by_residence, mut by_scope) =
            (Vec::new(), vec![Vec::new(); self.residences.len()], vec![Vec::new(); self.scopes.len()]);
        for (q, quota) in self.quotas.iter().enumerate() {
            let (Some(scope), Some(group)) = (quota.scope, quota.group) else { continue };
            let entry = (group, QuotaIndex::new(q));
            match scope {
                Scope::Everywhere => everywhere.push(entry),
                Scope::Residence(r) => by_residence[r.index()].push(entry),
                Scope::Named(s) => by_scope[s.index()].push(entry),
            }
        }
        // Dwellings that lie in the same scopes form a class; households with the same memberships form a class.
        let mut dwelling_class = vec![0; self.dwellings.len()];
        let mut dwelling_rows: Vec<Vec<(GroupIndex, QuotaIndex)>> = Vec::new();
        let mut known: BTreeMap<(ResidenceIndex, Vec<ScopeIndex>), usize> = BTreeMap::new();
        let scope_start = starts(self.dwellings.len(), self.scope_dwellings.iter().map(|s| s.0.index()));
        for (d, place) in self.dwellings.iter().enumerate() {
            let named: Vec<_> = self.scope_dwellings[scope_start[d]..scope_start[d + 1]].iter().map(|s| s.1).collect();
            dwelling_class[d] = *known.entry((place.residence, named)).or_insert_with_key(|(residence, named)| {
                let mut rows = everywhere.clone();
                rows.extend(&by_residence[residence.index()]);
                rows.extend(named.iter().flat_map(|s| &by_scope[s.index()]));
                rows.sort_unstable();
                dwelling_rows.push(rows);
                dwelling_rows.len() - 1
            });
        }
        let mut household_class = vec![0; self.households.len()];
        let mut household_groups: Vec<Vec<(GroupIndex, i64)>> = Vec::new();
        let mut known: BTreeMap<Vec<(GroupIndex, i64)>, usize> = BTreeMap::new();
        let member_start = starts(self.households.len(), self.members.iter().map(|m| m.household.index()));
        for (h, class) in household_class.iter_mut().enumerate() {
            let list: Vec<_> = self.members[member_start[h]..member_start[h + 1]].iter().map(|m| (m.group, m.weight)).collect();
            *class = *known.entry(list).or_insert_with_key(|list| {
                household_groups.push(list.clone());
                household_groups.len() - 1
            });
        }

        let mut cells: BTreeMap<Vec<(QuotaIndex, i64)>, CellIndex> = BTreeMap::new();
        let mut pair_cells: BTreeMap<(usize, usize), CellIndex> = BTreeMap::new();
        let mut arc_cell = Vec::with_capacity(self.arc_score.len());
        let mut weights = self.weights.clone();
        weights.sort_unstable_by_key(|w| (w.household, w.dwelling, w.quota));
        let mut next_weight = 0;
        for (h, &household_class) in household_class.iter().enumerate() {
            // One household's arcs mostly go to few dwelling classes in a row: keep the last one at hand.
            let mut last: Option<(usize, CellIndex)> = None;
            for at in self.arc_start[h]..self.arc_start[h + 1] {
                let d = self.arc_dwelling[at];
                let class = dwelling_class[d.index()];
                let extra_from = next_weight;
                while weights.get(next_weight).is_some_and(|w| w.household.index() == h && w.dwelling == d) {
                    next_weight += 1;
                }
                let extra = &weights[extra_from..next_weight];
                if let Some((last_class, cell)) = last
                    && last_class == class
                    && extra.is_empty()
                {
                    arc_cell.push(cell);
                    continue;
                }
                let key = (household_class, class);
                if extra.is_empty()
                    && let Some(&cell) = pair_cells.get(&key)
                {
                    last = Some((class, cell));
                    arc_cell.push(cell);
                    continue;
                }
                let mut entries = join(&household_groups[key.0], &dwelling_rows[class]);
                entries.extend(extra.iter().map(|w| (w.quota, w.weight)));
                let entries = merged(entries);
                let next = CellIndex::new(cells.len());
                let cell = *cells.entry(entries).or_insert_with_key(|entries| {
                    self.cell_entries.extend(entries);
                    self.cell_start.push(self.cell_entries.len());
                    next
                });
                if extra.is_empty() {
                    pair_cells.insert(key, cell);
                    last = Some((class, cell));
                }
                arc_cell.push(cell);
            }
        }
        self.arc_cell = arc_cell;
    }
}

/// CSR starts of `n` bins from sorted bin numbers.
#[expect(clippy::indexing_slicing, reason = "bins are below n")]
fn starts(n: usize, bins: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut start = vec![0; n + 1];
    for bin in bins {
        start[bin + 1] += 1;
    }
    for i in 0..n {
        start[i + 1] += start[i];
    }
    start
}

/// The rows that a household of these groups meets in a dwelling of these rows; both sorted by group.
pub(super) fn join(groups: &[(GroupIndex, i64)], rows: &[(GroupIndex, QuotaIndex)]) -> Vec<(QuotaIndex, i64)> {
    let mut entries = Vec::new();
    let mut rest = rows;
    for &(group, weight) in groups {
        let from = rest.partition_point(|r| r.0 < group);
        let (here, after) = rest.split_at(from).1.split_at(rest.split_at(from).1.partition_point(|r| r.0 == group));
        entries.extend(here.iter().map(|r| (r.1, weight)));
        rest = after;
    }
    entries
}

/// Sorted by row, weights of one row added up, zeros left out.
pub(super) fn merged(mut entries: Vec<(QuotaIndex, i64)>) -> Vec<(QuotaIndex, i64)> {
    entries.sort_unstable_by_key(|e| e.0);
    let mut merged: Vec<(QuotaIndex, i64)> = Vec::with_capacity(entries.len());
    for (quota, weight) in entries {
        match merged.last_mut() {
            Some(last) if last.0 == quota => last.1 += weight,
            _ => merged.push((quota, weight)),
        }
    }
    merged.retain(|e| e.1 != 0);
    merged
}
