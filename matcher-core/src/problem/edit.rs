//! What an arc counts in when it comes after the problem was made.

use rayon::prelude::*;

use crate::ids::{CellIndex, DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};

use super::build::{join, merged};
use super::{Problem, Scope, Sizes};
use crate::error::Error;

/// Other worths for the same pairs and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Worths {
    /// Scores and points of pairs of households count so many times.
    pub(crate) score: i64,
    /// Every offer is worth so much more.
    pub(crate) each: i64,
    /// Penalties count so many times.
    pub(crate) penalty: i64,
}

impl Problem {
    /// The rows that look at a dwelling of `residence` in `scopes`, with the group that each measures; sorted by group.
    fn rows_at(&self, residence: ResidenceIndex, scopes: &[ScopeIndex]) -> Vec<(GroupIndex, QuotaIndex)> {
        let looks = |scope: Scope| match scope {
            Scope::Everywhere => true,
            Scope::Residence(r) => r == residence,
            Scope::Named(s) => scopes.contains(&s),
        };
        let rows = self.quotas.iter().enumerate();
        let mut rows: Vec<_> =
            rows.filter_map(|(q, quota)| quota.scope.is_some_and(looks).then_some((quota.group?, QuotaIndex::new(q)))).collect();
        rows.sort_unstable();
        rows
    }

    /// The (row, weight) list of a pair: a household of `groups` (sorted) in a dwelling of `residence` and `scopes`, and what is
    /// `listed` for the pair itself.
    pub(crate) fn entries(
        &self,
        groups: &[(GroupIndex, i64)],
        (residence, scopes): (ResidenceIndex, &[ScopeIndex]),
        listed: impl Iterator<Item = (QuotaIndex, i64)>,
    ) -> Vec<(QuotaIndex, i64)> {
        let mut entries = join(groups, &self.rows_at(residence, scopes));
        entries.extend(listed);
        merged(entries)
    }

    /// The same for a household and a dwelling of the problem, whether there is an arc between them or not.
    pub(crate) fn entries_of(
        &self,
        household: HouseholdIndex,
        dwelling: DwellingIndex,
        listed: impl Iterator<Item = (QuotaIndex, i64)>,
    ) -> Vec<(QuotaIndex, i64)> {
        // Both lists are sorted by what is looked for.
        let members = self.members.iter().skip(self.members.partition_point(|member| member.household < household));
        let groups: Vec<_> =
            members.take_while(|member| member.household == household).map(|member| (member.group, member.weight)).collect();
        let lie = self.scope_dwellings.iter().skip(self.scope_dwellings.partition_point(|lie| lie.0 < dwelling));
        let scopes: Vec<ScopeIndex> = lie.take_while(|lie| lie.0 == dwelling).map(|lie| lie.1).collect();
        self.entries(&groups, (self.residence(dwelling), &scopes), listed)
    }

    /// The same households, dwellings, arcs and rows with other worths; it has no tiers, and no hash of its own.
    ///
    /// # Errors
    /// [`Error::ScoreOverflow`].
    ///
    /// # Complexity
    /// O(m) for the copy.
    pub(crate) fn reworth(&self, worths: Worths) -> Result<Self, Error> {
        let Worths { score, each, penalty } = worths;
        let times = |size: i128, factor: i64| size.saturating_mul(i128::from(factor)).saturating_add(i128::from(each));
        let mut sizes = Sizes::of(self);
        (sizes.top, sizes.affinity) = (times(sizes.top, score).saturating_add(1), times(sizes.affinity, score));
        let mut other = Self { tiers: Vec::new(), fingerprint: std::sync::OnceLock::from(String::new()), ..self.clone() };
        for quota in &mut other.quotas {
            for points in [&mut quota.penalty_below, &mut quota.penalty_above].into_iter().flatten() {
                Sizes::check_one(times(i128::from(*points), penalty))?;
                *points *= penalty;
            }
        }
        sizes.check(&other.quotas)?;
        other.arc_score.par_iter_mut().for_each(|points| *points = *points * score + each);
        other.affinities.iter_mut().for_each(|pair| pair.points *= score);
        Ok(other)
    }

    /// The problem with every score, penalty and point times `factor`, and one more for each household that stays at `home`: of the
    /// allocations that are worth most here, those where most stay are worth most there, as long as `factor` is above their number.
    ///
    /// # Errors
    /// As [`Problem::reworth`].
    ///
    /// # Complexity
    /// As [`Problem::reworth`].
    pub(crate) fn leaning(&self, home: &[Option<DwellingIndex>], factor: i64) -> Result<Self, Error> {
        let mut lean = self.reworth(Worths { score: factor, each: 0, penalty: factor })?;
        for (h, dwelling) in home.iter().enumerate() {
            if let Some(arc) = dwelling.and_then(|dwelling| self.find_arc(HouseholdIndex::new(h), dwelling))
                && let Some(score) = lean.arc_score.get_mut(arc)
            {
                *score += 1;
            }
        }
        Ok(lean)
    }

    /// A new cell, which no arc of the problem has.
    pub(crate) fn push_cell(&mut self, entries: &[(QuotaIndex, i64)]) -> CellIndex {
        self.cell_entries.extend_from_slice(entries);
        self.cell_start.push(self.cell_entries.len());
        CellIndex::new(self.cell_start.len() - 2)
    }
}
