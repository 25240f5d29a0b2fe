//! Bonds: pairs that earn points, residence by residence, and how prices share these points between the two households.
//!
//! Definitions  bond = a pair in one residence that both can reach; place = a household in one residence; a bond lives while both
//!              its places have an open arc.
//! Method       the linear program says what each household of a bond pays for; what is still missing is taken out of the slack
//!              of a place (what the household's price exceeds its best arc there by), where it costs nothing.
//! Complexity   O(arcs of tied households + bonds) per set of prices.

use std::rc::Rc;

use crate::ids::HouseholdIndex;
use crate::problem::Problem;

use super::exact::{Domain, Exact, Whole};

const NONE: u32 = u32::MAX;

/// A pair in one residence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bond {
    /// Position of the pair in the problem.
    pub(super) pair: u32,
    /// The residence.
    pub(super) residence: u32,
    /// Place of the pair's first household.
    pub(super) a: u32,
    /// Place of the other.
    pub(super) b: u32,
    /// What both earn together there.
    pub(super) points: i64,
}

/// Scaled shares of one bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shares {
    pub(super) bond: u32,
    pub(super) a: i64,
    pub(super) b: i64,
}

/// All bonds of a problem.
#[derive(Debug, Clone, Default)]
pub(super) struct Bonds {
    /// By pair, then residence.
    pub(super) list: Vec<Bond>,
    /// Per place, its household.
    pub(super) household: Vec<u32>,
    /// Per place, its bonds.
    pub(super) of_place: Vec<Vec<u32>>,
    /// Place of each arc; `NONE` where its household is in no pair. Empty where there are no bonds.
    place: Vec<u32>,
    /// Per tied household, its places.
    places: Vec<(u32, std::ops::Range<u32>)>,
    /// Per place, the shares it has been given.
    given: Vec<i128>,
}

impl Bonds {
    /// The bonds of all pairs with points; none if not `scored`.
    pub(super) fn new(problem: &Problem, scored: bool) -> Self {
        let pairs = || problem.affinities().iter().enumerate().filter(|p| p.1.points > 0);
        let mut bonds = Self::default();
        if !scored || pairs().next().is_none() {
            return bonds;
        }
        let households = problem.households().len();
        let mut tied = vec![false; households];
        for (_, pair) in pairs() {
            tied[pair.a.index()] = true;
            tied[pair.b.index()] = true;
        }
        bonds.place = vec![NONE; problem.arc_count()];
        let mut residences: Vec<Vec<(u32, u32)>> = vec![Vec::new(); households];
        for h in (0..households).filter(|&h| tied[h]) {
            let from = bonds.household.len() as u32;
            for at in problem.arc_range(HouseholdIndex::new(h)) {
                let residence = problem.residence(problem.arc(at).dwelling).index() as u32;
                let known = residences[h].iter().find(|p| p.0 == residence).map(|p| p.1);
                let place = known.unwrap_or(bonds.household.len() as u32);
                if known.is_none() {
                    residences[h].push((residence, place));
                    bonds.household.push(h as u32);
                }
                bonds.place[at] = place;
            }
            bonds.places.push((h as u32, from..bonds.household.len() as u32));
        }
        bonds.given = vec![0; bonds.household.len()];
        bonds.of_place = vec![Vec::new(); bonds.household.len()];
        for (pair, affinity) in pairs() {
            let mut both: Vec<(u32, u32, u32)> = Vec::new();
            for &(residence, a) in &residences[affinity.a.index()] {
                both.extend(residences[affinity.b.index()].iter().find(|p| p.0 == residence).map(|p| (residence, a, p.1)));
            }
            both.sort_unstable();
            for (residence, a, b) in both {
                let bond = bonds.list.len() as u32;
                bonds.of_place[a as usize].push(bond);
                bonds.of_place[b as usize].push(bond);
                bonds.list.push(Bond { pair: pair as u32, residence, a, b, points: affinity.points });
            }
        }
        bonds
    }

    /// Place of an arc, if its household is in a pair.
    pub(super) fn place(&self, at: usize) -> Option<usize> {
        self.place.get(at).filter(|&&place| place != NONE).map(|&place| place as usize)
    }

    /// The shares that an arc's household has been given in its residence.
    pub(super) fn given(&self, at: usize) -> i128 {
        self.place(at).map_or(0, |place| self.given[place])
    }

    /// Gives these shares and no others.
    pub(super) fn give(&mut self, shares: &[Shares]) {
        self.given.fill(0);
        for share in shares {
            let bond = self.list[share.bond as usize];
            self.given[bond.a as usize] += i128::from(share.a);
            self.given[bond.b as usize] += i128::from(share.b);
        }
    }
}

/// What a share may still take without cost.
fn take(slack: &mut i128, missing: &mut i64) -> i64 {
    let taken = i64::try_from((*slack).clamp(0, i128::from(*missing))).unwrap_or(0);
    *slack -= i128::from(taken);
    *missing -= taken;
    taken
}

impl Exact<'_> {
    /// Completes the shares of the prices, so that every living bond is listed with all its points; returns the bonds that cost
    /// something thereby.
    pub(super) fn share(&mut self, domain: &Domain, whole: &mut Whole) -> Vec<u32> {
        if self.bonds.list.is_empty() {
            return Vec::new();
        }
        let places = self.bonds.household.len();
        let mut lives = vec![false; places];
        for (h, _) in &self.bonds.places {
            for at in domain.arcs(*h as usize) {
                lives[self.bonds.place[at] as usize] = true;
            }
        }
        let mut asked = whole.shares.iter().copied().peekable();
        let mut shares: Vec<Shares> = Vec::new();
        let mut listed: Vec<Shares> = Vec::new();
        for (t, bond) in self.bonds.list.iter().enumerate() {
            let index = t as u32;
            let asked = asked.next_if(|s| s.bond == index);
            let points = self.scale * bond.points;
            match (lives[bond.a as usize], lives[bond.b as usize]) {
                (true, true) => {
                    let (a, b) = asked.map_or((0, 0), |s| (s.a.clamp(0, points), s.b.clamp(0, points)));
                    let excess = (a + b - points).max(0);
                    shares.push(Shares { bond: index, a: a - excess / 2, b: b - (excess - excess / 2) });
                }
                // Heavy arcs are in the checker's eyes until they are priced: whoever has no other takes all there.
                (false, _) if whole.heavy => listed.push(Shares { bond: index, a: points, b: 0 }),
                (true, false) if whole.heavy => listed.push(Shares { bond: index, a: 0, b: points }),
                _ => {}
            }
        }
        let mut given = std::mem::take(whole);
        given.shares = Rc::new(shares);
        self.set(&given);
        *whole = given;
        let mut slack = self.slack(domain);
        let mut short = Vec::new();
        let mut shares = whole.shares.as_ref().clone();
        for share in &mut shares {
            let bond = self.bonds.list[share.bond as usize];
            let mut missing = self.scale * bond.points - share.a - share.b;
            if missing == 0 {
                continue;
            }
            let (a, b) = (bond.a as usize, bond.b as usize);
            if slack[a] >= slack[b] {
                share.a += take(&mut slack[a], &mut missing);
                share.b += take(&mut slack[b], &mut missing);
            } else {
                share.b += take(&mut slack[b], &mut missing);
                share.a += take(&mut slack[a], &mut missing);
            }
            if missing > 0 {
                short.push(share.bond);
                share.a += missing;
                // The household's price rises, so that its other places have more to give.
                let h = self.bonds.household[a];
                if let Ok(k) = self.bonds.places.binary_search_by_key(&h, |p| p.0) {
                    for place in self.bonds.places[k].1.clone().filter(|&p| p as usize != a) {
                        slack[place as usize] += i128::from(missing);
                    }
                }
            }
        }
        if !listed.is_empty() {
            shares.extend(listed);
            shares.sort_unstable_by_key(|s| s.bond);
        }
        whole.shares = Rc::new(shares);
        short
    }

    /// Per place, what its household's price exceeds its best arc there by, at the prices set last.
    fn slack(&self, domain: &Domain) -> Vec<i128> {
        let mut best = vec![i128::MIN; self.bonds.household.len()];
        let mut slack = vec![0; best.len()];
        for (h, places) in &self.bonds.places {
            for at in domain.arcs(*h as usize) {
                let best = &mut best[self.bonds.place[at] as usize];
                *best = (*best).max(self.worth(*h as usize, at, true));
            }
            let top = best[places.start as usize..places.end as usize].iter().copied().max().unwrap_or(0);
            let price = if domain.required[*h as usize] { top } else { top.max(0) };
            for place in places.start as usize..places.end as usize {
                slack[place] = if best[place] == i128::MIN { 0 } else { price - best[place] };
            }
        }
        slack
    }

    /// Points that pairs earn with these offers.
    pub(super) fn earned(&self, offers: &[Option<crate::ids::DwellingIndex>]) -> i64 {
        let problem = self.problem;
        let home = |h: HouseholdIndex| offers[h.index()].map(|d| problem.residence(d));
        problem.affinities().iter().filter(|pair| home(pair.a).is_some() && home(pair.a) == home(pair.b)).map(|pair| pair.points).sum()
    }
}
