//! From parts in any order to a problem in the order of stable ids, ready for their cells.

use rayon::prelude::*;

use crate::error::{Error, Place as At, Report};
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};

use super::arcs::{ArcList, Rows};
use super::sizes::Sizes;
use super::{Parts, Problem, Scope, tiers};

/// For each old position its rank in the order of `key`, and the things in that order, equal ones as they came.
fn ranked<T: Send + Sync, K: Ord + ?Sized>(things: Vec<T>, key: impl Fn(&T) -> &K + Sync) -> (Vec<usize>, Vec<T>) {
    if things.is_sorted_by(|a, b| key(a) <= key(b)) {
        return ((0..things.len()).collect(), things);
    }
    let mut order: Vec<(usize, T)> = things.into_iter().enumerate().collect();
    order.par_sort_by(|a, b| key(&a.1).cmp(key(&b.1)));
    let mut rank = vec![0; order.len()];
    for (position, &(old, _)) in order.iter().enumerate() {
        if let Some(slot) = rank.get_mut(old) {
            *slot = position;
        }
    }
    (rank, order.into_iter().map(|(_, thing)| thing).collect())
}

/// Sorts, unless that is done.
fn sort<T: Ord + Send>(things: &mut [T]) {
    if !things.is_sorted() {
        things.par_sort_unstable();
    }
}

fn report_repeats<T, K: PartialEq>(sorted: &[T], key: impl Fn(&T) -> K, file: &str, what: &str, report: &mut Report) {
    if sorted.windows(2).any(|pair| matches!(pair, [a, b] if key(a) == key(b))) {
        report_repeat(file, what, report);
    }
}

fn report_repeat(file: &str, what: &str, report: &mut Report) {
    report.error("E1060", At::file(file), format!("{what} stands twice"), "keep one row");
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
    /// O(m + n log n) time and the order of the arcs of each household; m arcs, n households and dwellings.
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
        let mut parts = parts;
        let given = std::mem::take(&mut parts.arcs);
        let arcs = ArcList::of(&given);
        drop(given);
        Self::with_arcs(parts, arcs)
    }

    /// The same from parts without arcs, and the arcs by household: where those of each begin, their dwellings and their scores; until
    /// `stop` says so.
    ///
    /// # Errors
    /// As [`Problem::new`]; [`Error::Stopped`].
    pub(crate) fn by_household(
        parts: Parts,
        start: &[usize],
        dwelling: Vec<DwellingIndex>,
        score: Vec<i64>,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, Error> {
        Self::made(parts, ArcList::by_household(start, dwelling, score), stop)
    }

    /// The same from parts whose arcs are `arcs`.
    pub(super) fn with_arcs(parts: Parts, arcs: ArcList) -> Result<Self, Error> {
        Self::made(parts, arcs, &|| false)
    }

    fn made(parts: Parts, arcs: ArcList, stop: &(dyn Fn() -> bool + Sync)) -> Result<Self, Error> {
        let go_on = || if stop() { Err(Error::Stopped) } else { Ok(()) };
        let mut report = Report::default();
        let (residence_rank, residences) = ranked(parts.residences, String::as_str);
        let (group_rank, groups) = ranked(parts.groups, String::as_str);
        let (scope_rank, scopes) = ranked(parts.scopes, String::as_str);
        let (household_rank, households) = ranked(parts.households, String::as_str);
        let (dwelling_rank, mut dwellings) = ranked(parts.dwellings, |d| d.id.as_str());
        for place in &mut dwellings {
            place.residence = ResidenceIndex::new(residence_rank[place.residence.index()]);
        }
        let in_order = |scope: Scope| match scope {
            Scope::Everywhere => Scope::Everywhere,
            Scope::Residence(r) => Scope::Residence(ResidenceIndex::new(residence_rank[r.index()])),
            Scope::Named(s) => Scope::Named(ScopeIndex::new(scope_rank[s.index()])),
        };
        let (quota_rank, mut quotas) = ranked(parts.quotas, |q| q.id.as_str());
        for quota in &mut quotas {
            quota.group = quota.group.map(|g| GroupIndex::new(group_rank[g.index()]));
            quota.scope = quota.scope.map(in_order);
        }
        let mut tiers = parts.tiers;
        for tier in &mut tiers {
            tier.group = tier.group.map(|g| GroupIndex::new(group_rank[g.index()]));
            tier.scope = in_order(tier.scope);
        }
        tiers.sort_unstable();
        let household = |h: HouseholdIndex| HouseholdIndex::new(household_rank[h.index()]);
        let dwelling = |d: DwellingIndex| DwellingIndex::new(dwelling_rank[d.index()]);
        go_on()?;
        let rows = Rows::new(arcs, &household_rank, &dwelling_rank);
        go_on()?;
        let mut members = parts.members;
        for member in &mut members {
            member.household = household(member.household);
            member.group = GroupIndex::new(group_rank[member.group.index()]);
        }
        sort(&mut members);
        let mut scope_dwellings = parts.scope_dwellings;
        for (d, s) in &mut scope_dwellings {
            (*d, *s) = (dwelling(*d), ScopeIndex::new(scope_rank[s.index()]));
        }
        sort(&mut scope_dwellings);
        let mut weights = parts.weights;
        for weight in &mut weights {
            weight.quota = QuotaIndex::new(quota_rank[weight.quota.index()]);
            (weight.household, weight.dwelling) = (household(weight.household), dwelling(weight.dwelling));
        }
        sort(&mut weights);
        let mut affinities = parts.affinities;
        for pair in &mut affinities {
            let (a, b) = (household(pair.a), household(pair.b));
            (pair.a, pair.b) = (a.min(b), a.max(b));
        }
        sort(&mut affinities);

        // By reference: a key is compared, never copied.
        if households.windows(2).any(|two| two[0] == two[1]) {
            report_repeat("households", "a household id", &mut report);
        }
        if dwellings.windows(2).any(|two| two[0].id == two[1].id) {
            report_repeat("dwellings.csv", "a dwelling id", &mut report);
        }
        if quotas.windows(2).any(|two| two[0].id == two[1].id) {
            report_repeat("quotas.csv", "a quota id", &mut report);
        }
        if rows.repeated {
            report_repeat("arcs.csv", "a pair", &mut report);
        }
        report_repeats(&members, |m| (m.household, m.group), "groups.csv", "a household in a group", &mut report);
        report_repeats(&scope_dwellings, |lie| *lie, "scopes.csv", "a dwelling in a scope", &mut report);
        report_repeats(&weights, |w| (w.quota, w.household, w.dwelling), "weights.csv", "a pair in a row", &mut report);
        report_repeats(&affinities, |p| (p.a, p.b), "affinities.csv", "a pair of households", &mut report);
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
            arc_start: rows.start,
            arc_dwelling: rows.dwelling,
            arc_score: rows.score,
            arc_cell: Vec::new(),
            cell_start: vec![0],
            cell_entries: Vec::new(),
            fingerprint: std::sync::OnceLock::new(),
            households: households.into(),
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
        report.into_result(())?;
        go_on()?;
        problem.compile_cells();
        go_on()?;
        Sizes::of(&problem).check(&problem.quotas)?;
        tiers::check_sizes(&problem)?;
        Ok(problem)
    }
}

/// CSR starts of `n` bins from bin numbers.
#[expect(clippy::indexing_slicing, reason = "bins are below n")]
pub(super) fn starts(n: usize, bins: impl Iterator<Item = usize>) -> Vec<usize> {
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
