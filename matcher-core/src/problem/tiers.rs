//! Tiers: what is placed first, and the problem of each level that puts them into effect.
//!
//! A tier counts the households of a group that are placed in a scope, each with its weight. The first tier counts as much as it
//! can; then the second, as far as the first loses nothing; last the objective of the problem itself. Level k of a problem with
//! K tiers is an ordinary problem (docs/formats.md, section 1.1): the pairs score what tier k counts on them (in level K + 1 their
//! own scores), what is hard stays hard, priced sides and pairs of households come in the last level only, and each earlier tier
//! is a hard row `tier:j` that may not fall below what it reached.

use crate::error::{Error, Place as At, Report};
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex};

use super::sizes::Sizes;
use super::{Member, PairWeight, Problem, Quota, Scope};

/// Rows and groups that a level adds have names that begin so; with tiers no other may.
pub const RESERVED: &str = "tier:";
/// The group that a level adds where a tier counts every household.
const EVERYONE: &str = "tier:*";

/// One tier of a problem.
///
/// ```
/// use matcher_core::ids::{DwellingIndex, GroupIndex, HouseholdIndex, ResidenceIndex};
/// use matcher_core::problem::{Member, Parts, Place, Problem, Scope, Tier};
/// use matcher_core::solve::{solve, Control, SolveOptions};
/// let (h, d) = (HouseholdIndex::new, DwellingIndex::new);
/// // One dwelling: h2 is worth more there, h1 has priority.
/// let problem = Problem::new(Parts {
///     households: vec!["h1".into(), "h2".into()],
///     dwellings: vec![Place { id: "d1".into(), residence: ResidenceIndex::new(0), capacity: 1 }],
///     residences: vec!["r1".into()],
///     arcs: vec![(h(0), d(0), 5), (h(1), d(0), 90)],
///     groups: vec!["priority".into()],
///     members: vec![Member { household: h(0), group: GroupIndex::new(0), weight: 1 }],
///     tiers: vec![Tier { number: 1, group: Some(GroupIndex::new(0)), scope: Scope::Everywhere }],
///     ..Parts::default()
/// })?;
/// let allocation = solve(&problem, &SolveOptions::default(), &Control::default())?;
/// assert_eq!(allocation.objective, Some(5));
/// assert_eq!((allocation.tiers[0].reached, allocation.tiers[0].bound), (1, Some(1)));
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tier {
    /// Its number, from 1; the smallest goes first.
    pub number: u32,
    /// The households it counts, each with its weight in the group; `None` = every household, 1 each.
    pub group: Option<GroupIndex>,
    /// The dwellings it looks at.
    pub scope: Scope,
}

impl Tier {
    /// Name of the row that holds the tier in later levels.
    pub fn row(&self) -> String {
        format!("{RESERVED}{}", self.number)
    }
}

/// What can be wrong with the tiers of a problem that is otherwise in order.
pub(super) fn check(problem: &Problem, report: &mut Report) {
    let file = At::file("tiers.csv");
    if problem.tiers.is_empty() {
        return;
    }
    if problem.tiers.windows(2).any(|pair| matches!(pair, [a, b] if a.number == b.number)) {
        report.error("E1060", file, "a tier number stands twice", "give each tier its own number");
    }
    if problem.tiers.iter().any(|tier| tier.number == 0) {
        report.error("E1064", file.column("tier"), "a tier has the number 0", "number the tiers 1, 2, ...");
    }
    for tier in &problem.tiers {
        let Some(group) = tier.group else { continue };
        let mut members = problem.members.iter().filter(|member| member.group == group).peekable();
        if members.peek().is_none() {
            report.error("E1011", file.column("group"), format!("tier {}: nobody is in the group", tier.number), "check its name");
        } else if members.any(|member| member.weight < 1) {
            report.error(
                "E1065",
                file.column("group"),
                format!("tier {}: a household counts less than 1 in the group", tier.number),
                "use a group in which every household counts 1 or more",
            );
        }
    }
    let kept = |name: &str| name == "*" || name.starts_with(RESERVED);
    if problem.groups.iter().any(|group| kept(group)) {
        report.error("E1066", At::file("groups.csv"), "with tiers no group is named * or tier:...", "rename the group");
    }
    if problem.quotas.iter().any(|quota| quota.id.starts_with(RESERVED)) {
        report.error("E1066", At::file("quotas.csv"), "with tiers no quota is named tier:...", "rename the quota");
    }
}

/// Refuses tiers whose levels could leave 64 bits.
///
/// # Errors
/// [`Error::ScoreOverflow`].
pub(super) fn check_sizes(problem: &Problem) -> Result<(), Error> {
    if problem.tiers.is_empty() {
        return Ok(());
    }
    let own = Sizes::of(problem);
    let (mut sizes, mut quotas) = (own.clone(), problem.quotas.clone());
    let places = own.capacity.min(own.households);
    for tier in &problem.tiers {
        let members = problem.members.iter().filter(|member| Some(member.group) == tier.group);
        let weight = if tier.group.is_none() { 1 } else { members.map(|member| i128::from(member.weight)).max().unwrap_or(0) };
        sizes.top = weight;
        sizes.check(&quotas)?;
        let most = i64::try_from(weight.saturating_mul(places)).unwrap_or(i64::MAX);
        quotas.push(tier.as_row(problem.groups.len(), most));
        sizes.weights.push(weight);
    }
    sizes.top = own.top;
    sizes.check(&quotas)
}

impl Tier {
    /// The hard row that holds the tier at `min` or more; `everyone` is the group of every household.
    fn as_row(&self, everyone: usize, min: i64) -> Quota {
        Quota {
            id: self.row(),
            scope: Some(self.scope),
            group: Some(self.group.unwrap_or(GroupIndex::new(everyone))),
            min: Some(min),
            max: None,
            penalty_below: None,
            penalty_above: None,
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "indices of the problem stay within its tables")]
impl Problem {
    /// The tiers, first one first; empty where the objective alone counts.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// What a tier counts of each household where its scope lies, and whether each dwelling lies there.
    fn tier_weights(&self, tier: &Tier) -> (Vec<i64>, Vec<bool>) {
        let mut weights = vec![i64::from(tier.group.is_none()); self.households.len()];
        for member in self.members.iter().filter(|member| Some(member.group) == tier.group) {
            weights[member.household.index()] = member.weight;
        }
        let mut inside: Vec<bool> = match tier.scope {
            Scope::Everywhere => vec![true; self.dwellings.len()],
            Scope::Residence(residence) => self.dwellings.iter().map(|place| place.residence == residence).collect(),
            Scope::Named(_) => vec![false; self.dwellings.len()],
        };
        for (dwelling, _) in self.scope_dwellings.iter().filter(|lie| tier.scope == Scope::Named(lie.1)) {
            inside[dwelling.index()] = true;
        }
        (weights, inside)
    }

    /// What each tier counts in an allocation, given as the dwelling of each household. O(tiers x (households + dwellings)).
    pub fn tier_counts(&self, offers: &[Option<DwellingIndex>]) -> Vec<i64> {
        let count = |tier: &Tier| {
            let (weights, inside) = self.tier_weights(tier);
            let placed = weights.iter().zip(offers).filter(|(_, offer)| offer.is_some_and(|dwelling| inside[dwelling.index()]));
            placed.map(|(weight, _)| weight).sum()
        };
        self.tiers.iter().map(count).collect()
    }

    /// The problem of the next level, where the tiers before it reached `reached`: level 1 for an empty list, the last level, which
    /// has the objective of this problem, where all tiers are named.
    ///
    /// # Errors
    /// [`Error::ScoreOverflow`] never for values that an allocation can reach: what could overflow is refused by [`Problem::new`].
    ///
    /// # Complexity
    /// O(m + n) and the order of the rows; m arcs, n households and dwellings.
    pub fn level(&self, reached: &[i64]) -> Result<Self, Error> {
        let tier = self.tiers.get(reached.len());
        let everyone = GroupIndex::new(self.groups.len());
        let mut level = self.clone();
        level.tiers = Vec::new();
        level.fingerprint = std::sync::OnceLock::new();
        // Rows of the problem, each with its position here; what is priced counts in the last level only.
        let mut rows: Vec<(Quota, Option<usize>)> = Vec::new();
        for (q, quota) in self.quotas.iter().enumerate() {
            let mut quota = quota.clone();
            if tier.is_some() {
                quota.min = quota.min.filter(|_| quota.penalty_below.is_none());
                quota.max = quota.max.filter(|_| quota.penalty_above.is_none());
                (quota.penalty_below, quota.penalty_above) = (None, None);
            }
            if tier.is_none() || quota.min.is_some() || quota.max.is_some() {
                rows.push((quota, Some(q)));
            }
        }
        let held = self.tiers.iter().zip(reached);
        rows.extend(held.map(|(tier, &min)| (tier.as_row(everyone.index(), min), None)));
        rows.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        let mut place = vec![None; self.quotas.len()];
        for (q, (_, old)) in rows.iter().enumerate() {
            if let Some(old) = old {
                place[*old] = Some(QuotaIndex::new(q));
            }
        }
        level.quotas = rows.into_iter().map(|row| row.0).collect();
        level.weights = self.weights.iter().filter_map(|w| Some(PairWeight { quota: place[w.quota.index()]?, ..*w })).collect();
        if self.tiers.iter().any(|tier| tier.group.is_none()) {
            level.add_everyone(everyone);
        }
        if let Some(tier) = tier {
            level.affinities = Vec::new();
            let (weights, inside) = self.tier_weights(tier);
            for (h, &weight) in weights.iter().enumerate() {
                for at in self.arc_range(HouseholdIndex::new(h)) {
                    level.arc_score[at] = if inside[self.arc_dwelling[at].index()] { weight } else { 0 };
                }
            }
        }
        level.compile_cells();
        Sizes::of(&level).check(&level.quotas)?;
        Ok(level)
    }

    /// Puts every household into the group [`EVERYONE`]. Groups stay in the order of their names: it was given the last place,
    /// `everyone`, so those whose names come after move up by one.
    fn add_everyone(&mut self, everyone: GroupIndex) {
        let at = self.groups.partition_point(|group| group.as_str() < EVERYONE);
        self.groups.insert(at, EVERYONE.into());
        let moved = |group: GroupIndex| match group.index() {
            index if index == everyone.index() => GroupIndex::new(at),
            index if index >= at => GroupIndex::new(index + 1),
            _ => group,
        };
        for quota in &mut self.quotas {
            quota.group = quota.group.map(moved);
        }
        for member in &mut self.members {
            member.group = moved(member.group);
        }
        let all = (0..self.households.len()).map(|h| Member { household: HouseholdIndex::new(h), group: GroupIndex::new(at), weight: 1 });
        self.members.extend(all);
        self.members.sort_unstable();
    }
}
