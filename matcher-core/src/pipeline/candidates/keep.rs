//! Which pairs stand in the problem at first, and which come later.
//!
//! Per household the best by score, and per dwelling the best few households, so that none is left without takers; where a quota has a
//! hard minimum, per dwelling also the best few households that it counts. Equal scores fall by the public draws.

use rayon::prelude::*;

use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, draw};
use crate::model::Model;
use crate::problem::{Parts, Scope};
use crate::quotas::{Desk, Eligible, Pairs};

/// Households kept per dwelling whatever they find elsewhere.
const FEW: usize = 4;
/// Parts that the households are looked at in; each has its own lists of dwellings.
const PARTS: usize = 16;

/// Asked before every household whether to stop.
pub(super) type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Pairs of one household, or of several, in no order.
pub(super) type Taken = (HouseholdIndex, DwellingIndex, i64);

/// The public draws of everybody.
#[derive(Debug)]
pub(super) struct Draws {
    pub(super) households: Vec<u64>,
    pub(super) dwellings: Vec<u64>,
}

impl Draws {
    pub(super) fn new(model: &Model, seed: u64) -> Self {
        let each = |ids: &[String]| ids.par_iter().map(|id| draw(seed, id)).collect();
        Self { households: each(&model.households.id), dwellings: each(&model.dwellings.id) }
    }

    pub(super) fn dwelling(&self, dwelling: DwellingIndex) -> u64 {
        self.dwellings.get(dwelling.index()).copied().unwrap_or_default()
    }

    pub(super) fn household(&self, household: HouseholdIndex) -> u64 {
        self.households.get(household.index()).copied().unwrap_or_default()
    }
}

/// The best few households of each seat: a dwelling, or a dwelling for the members of a group.
struct Seats {
    /// Score, draw and household, best first; [`FEW`] entries per seat.
    best: Vec<Option<(i64, u64, HouseholdIndex)>>,
}

impl Seats {
    fn new(count: usize) -> Self {
        Self { best: vec![None; count * FEW] }
    }

    fn offer(&mut self, seat: usize, entry: (i64, u64, HouseholdIndex)) {
        let Some(list) = self.best.get_mut(seat * FEW..(seat + 1) * FEW) else { return };
        // `None` is less than every entry.
        if list.last().is_some_and(|worst| *worst < Some(entry)) {
            let at = list.partition_point(|other| *other > Some(entry));
            if let Some(rest) = list.get_mut(at..) {
                rest.rotate_right(1);
                rest.iter_mut().take(1).for_each(|slot| *slot = Some(entry));
            }
        }
    }

    fn join(mut self, other: Self) -> Self {
        for (at, entry) in other.best.into_iter().enumerate() {
            if let Some(entry) = entry {
                self.offer(at / FEW, entry);
            }
        }
        self
    }
}

/// What the first look at all pairs gives.
pub(super) struct First {
    /// Per household the number of its eligible pairs.
    pub(super) open: Vec<u32>,
    /// The best pairs of each household, by dwelling.
    pub(super) lists: Vec<Vec<(DwellingIndex, i64)>>,
    /// The best few households of each dwelling.
    pub(super) seats: Vec<Taken>,
}

impl First {
    /// The best score at each dwelling of the model: as its price, it covers every pair that was scored.
    pub(super) fn dearest(&self, dwellings: usize) -> Vec<i64> {
        let mut dearest = vec![0; dwellings];
        for &(_, dwelling, score) in &self.seats {
            if let Some(most) = dearest.get_mut(dwelling.index()) {
                *most = score.max(*most);
            }
        }
        dearest
    }

    /// Number of all eligible pairs.
    pub(super) fn all(&self) -> usize {
        self.open.iter().map(|&open| open as usize).sum()
    }
}

/// Looks at all pairs: counts them, and keeps `most` per household and the best few of each dwelling. Once `stop` says so, pairs are
/// counted, and one of each household is kept: which households have one decides what the problem is, and who has none is not in it.
///
/// # Complexity
/// One pass over all eligible pairs.
pub(super) fn first(eligible: &Eligible<'_, '_>, draws: &Draws, most: usize, stop: Stop<'_>) -> First {
    let households: Vec<HouseholdIndex> = eligible.model.households.all().collect();
    let seats = eligible.model.dwellings.len();
    let parts = households.par_chunks(households.len().div_ceil(PARTS).max(1)).map(|part| {
        let (mut desk, mut seats) = (Desk::default(), Seats::new(seats));
        let one = |&household: &HouseholdIndex| {
            if stop() {
                let (open, pair) = eligible.count(household, &mut desk);
                return (open as u32, pair.into_iter().collect());
            }
            let (pairs, ticket) = (eligible.pairs(household, &mut desk), draws.household(household));
            for &(dwelling, score) in pairs {
                seats.offer(dwelling.index(), (score, ticket, household));
            }
            (pairs.len() as u32, best(pairs, most, draws))
        };
        (part.iter().map(one).unzip::<u32, _, Vec<u32>, Vec<_>>(), seats)
    });
    let parts: Vec<_> = parts.collect();
    let mut first = First { open: Vec::new(), lists: Vec::new(), seats: Vec::new() };
    let mut joined: Option<Seats> = None;
    for ((open, lists), seats) in parts {
        first.open.extend(open);
        first.lists.extend(lists);
        joined = Some(match joined.take() {
            Some(before) => before.join(seats),
            None => seats,
        });
    }
    let seats = joined.map(|seats| seats.best).unwrap_or_default();
    first.seats = taken(&seats, DwellingIndex::new);
    first
}

fn taken(seats: &[Option<(i64, u64, HouseholdIndex)>], dwelling: impl Fn(usize) -> DwellingIndex) -> Vec<Taken> {
    let entries = seats.iter().enumerate().filter_map(|(at, entry)| entry.map(|(score, _, h)| (h, dwelling(at / FEW), score)));
    entries.collect()
}

/// The best `most` of a household's pairs, by dwelling.
fn best(pairs: &[(DwellingIndex, i64)], most: usize, draws: &Draws) -> Vec<(DwellingIndex, i64)> {
    let mut list = pairs.to_vec();
    if most < list.len() {
        if most > 0 {
            list.select_nth_unstable_by_key(most - 1, |&(dwelling, score)| std::cmp::Reverse((score, draws.dwelling(dwelling), dwelling)));
        }
        list.truncate(most);
        list.sort_unstable();
    }
    list.shrink_to_fit();
    list
}

/// Where quotas have hard minima: per dwelling and group that such a quota counts there, the best few members; of those looked at before
/// `stop` says so.
///
/// # Complexity
/// One pass over the pairs of the members.
pub(super) fn minima(eligible: &Eligible<'_, '_>, draws: &Draws, parts: &Parts, stop: Stop<'_>) -> Vec<Taken> {
    let model = eligible.model;
    let rows = parts.quotas.iter().filter(|quota| quota.min.is_some() && quota.penalty_below.is_none());
    let mut counted: Vec<(GroupIndex, Scope)> = rows.filter_map(|quota| quota.group.zip(quota.scope)).collect();
    counted.sort_unstable();
    counted.dedup();
    let mut groups: Vec<GroupIndex> = counted.iter().map(|row| row.0).collect();
    groups.dedup();
    let count = model.dwellings.len();
    let mut looks_at = vec![false; groups.len() * count];
    for (group, scope) in counted {
        let Ok(number) = groups.binary_search(&group) else { continue };
        let dwellings: Vec<usize> = match scope {
            Scope::Everywhere => (0..count).collect(),
            Scope::Residence(residence) => {
                model.residences.get(residence.index()).map(|home| home.run.range().collect()).unwrap_or_default()
            }
            Scope::Named(scope) => parts.scope_dwellings.iter().filter(|lie| lie.1 == scope).map(|lie| lie.0.index()).collect(),
        };
        for dwelling in dwellings {
            if let Some(looked) = looks_at.get_mut(number * count + dwelling) {
                *looked = true;
            }
        }
    }
    let members = parts.members.iter().filter(|member| member.weight > 0);
    let mut members: Vec<(HouseholdIndex, usize)> =
        members.filter_map(|member| Some((member.household, groups.binary_search(&member.group).ok()?))).collect();
    members.sort_unstable();
    let mut by_household: Vec<&[(HouseholdIndex, usize)]> = members.chunk_by(|a, b| a.0 == b.0).collect();
    by_household.sort_unstable_by_key(|list| list.first().map(|member| member.0));
    let parts = by_household.par_chunks(by_household.len().div_ceil(PARTS).max(1)).map(|part| {
        let (mut desk, mut seats) = (Desk::default(), Seats::new(looks_at.len()));
        for list in part.iter().take_while(|_| !stop()) {
            let Some(&(household, _)) = list.first() else { continue };
            let ticket = draws.household(household);
            for &(dwelling, score) in eligible.pairs(household, &mut desk) {
                for &(_, number) in *list {
                    let seat = number * count + dwelling.index();
                    if looks_at.get(seat).copied().unwrap_or(false) {
                        seats.offer(seat, (score, ticket, household));
                    }
                }
            }
        }
        seats
    });
    let joined = parts.reduce_with(Seats::join);
    joined.map(|seats| taken(&seats.best, |seat| DwellingIndex::new(seat % count.max(1)))).unwrap_or_default()
}

/// Adds pairs to those of each household; what is there already counts once.
pub(super) fn add(lists: &mut [Vec<(DwellingIndex, i64)>], more: &[Taken]) {
    let mut more = more.to_vec();
    more.par_sort_unstable();
    for own in more.chunk_by(|a, b| a.0 == b.0) {
        let Some(list) = own.first().and_then(|pair| lists.get_mut(pair.0.index())) else { continue };
        list.extend(own.iter().map(|&(_, dwelling, score)| (dwelling, score)));
        list.sort_unstable();
        list.dedup();
    }
}

/// The lists as pairs.
pub(super) fn pairs(lists: &[Vec<(DwellingIndex, i64)>]) -> Pairs {
    Pairs::from_lists(lists)
}
