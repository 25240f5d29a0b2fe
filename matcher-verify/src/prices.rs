//! One set of prices against the arcs that remain: its total bounds every allocation of those arcs.

use std::collections::{BTreeMap, BTreeSet};

use crate::certificate::{Cover, Prices, QuotaPrice};
use crate::error::Refusal;
use crate::problem::{Ids, Problem};

/// What the prices are to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// A bound of the objective.
    Worth,
    /// That hard rows conflict: scores, points and penalties are 0.
    Ray,
}

/// The allocations that a place of the tree speaks of.
#[derive(Debug)]
pub(crate) struct Region<'p> {
    pub(crate) problem: &'p Problem,
    /// Per arc, whether it may still be used.
    pub(crate) alive: Vec<bool>,
    /// Per household, how often the decisions say that it must be offered.
    pub(crate) must: Vec<u32>,
}

/// Prices compiled for look-up by arc, on the scale.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) scale: i128,
    aim: Aim,
    /// Everything but the household prices.
    base: i128,
    households: Option<Vec<i128>>,
    dwellings: Vec<i128>,
    /// Per dwelling, what a unit of each group costs.
    groups: Vec<Vec<(u32, i128)>>,
    quotas: Vec<i128>,
    /// Household, residence, share; sorted.
    shares: Vec<(u32, u32, i128)>,
    /// Household, quota, price; sorted.
    covers: Vec<(u32, usize, i128)>,
}

/// No sum here may pass this: with at most 2^32 households the total then stays within 128 bits.
const LIMIT: i128 = 1 << 90;

fn lookup<T: Into<i128> + Copy>(ids: &Ids, what: &'static str, prices: &BTreeMap<String, T>) -> Result<Vec<i128>, Refusal> {
    let mut list = vec![0; ids.names.len()];
    for (id, &price) in prices {
        list[ids.known(what, id)?] = price.into();
    }
    Ok(list)
}

impl<'p> Region<'p> {
    pub(crate) fn new(problem: &'p Problem) -> Self {
        Self { problem, alive: vec![true; problem.arcs.len()], must: vec![0; problem.households.names.len()] }
    }

    pub(crate) fn arcs_of(&self, household: usize) -> impl Iterator<Item = usize> + '_ {
        self.problem.arcs_of(household).filter(|&arc| self.alive[arc])
    }

    /// Whether some household that must be offered has no arc left.
    pub(crate) fn is_void(&self) -> bool {
        (0..self.must.len()).any(|h| self.must[h] > 0 && self.arcs_of(h).next().is_none())
    }

    /// Checks that every id is one of the problem, also in what the rest of the check need not look at. O(ids log n).
    pub(crate) fn names(&self, prices: &Prices) -> Result<(), Refusal> {
        let p = self.problem;
        let pairs = prices.affinities.iter().flat_map(|entry| [&entry.household_a, &entry.household_b]);
        let covered = prices.covers.iter().flat_map(|cover| &cover.households);
        for id in prices.households.iter().flat_map(BTreeMap::keys).chain(pairs).chain(covered) {
            p.households.known("household", id)?;
        }
        for id in prices.dwellings.keys() {
            p.dwelling_ids.known("dwelling", id)?;
        }
        for id in prices.quotas.keys().chain(prices.covers.iter().map(|cover| &cover.quota)) {
            p.quota(id)?;
        }
        for entry in &prices.affinities {
            p.residences.known("residence", &entry.residence)?;
        }
        Ok(())
    }

    /// Checks everything about the prices that is not about single arcs.
    fn compile(&self, prices: &Prices, aim: Aim) -> Result<Compiled, Refusal> {
        let p = self.problem;
        if prices.scale < 1 {
            return Err(Refusal::Scale { scale: prices.scale });
        }
        let scale = i128::from(prices.scale);
        let households = prices.households.as_ref().map(|list| lookup(&p.households, "household", list)).transpose()?;
        let dwellings = lookup(&p.dwelling_ids, "dwelling", &prices.dwellings)?;
        let (quotas, groups) = (vec![0; p.quotas.len()], vec![Vec::new(); p.dwellings.len()]);
        let mut c = Compiled { scale, aim, base: 0, households, dwellings, groups, quotas, shares: Vec::new(), covers: Vec::new() };
        let mut size = scale.saturating_mul(p.arcs.iter().map(|arc| i128::from(arc.score).abs()).max().unwrap_or(0));
        for (at, &price) in c.dwellings.iter().enumerate() {
            if price < 0 {
                return Err(Refusal::PriceNegative { what: "dwelling", id: p.dwelling_ids.names[at].clone(), price });
            }
            let total = price * i128::from(p.dwellings[at].capacity);
            (c.base, size) = (c.base.saturating_add(total), size.saturating_add(total));
        }
        for (id, &price) in &prices.quotas {
            c.price_quota(p, p.quota(id)?, price, &mut size)?;
        }
        for cover in &prices.covers {
            c.price_cover(p, p.quota(&cover.quota)?, cover, &mut size)?;
        }
        c.covers.sort_unstable();
        if aim == Aim::Worth {
            self.share_points(prices, &mut c, &mut size)?;
        }
        if size > LIMIT { Err(Refusal::TooLarge) } else { Ok(c) }
    }

    /// Checks that each pair's points are covered wherever both can still live, and keeps those shares.
    fn share_points(&self, prices: &Prices, c: &mut Compiled, size: &mut i128) -> Result<(), Refusal> {
        let p = self.problem;
        let mut given = BTreeMap::new();
        for entry in &prices.affinities {
            let (household_a, household_b, residence) = (entry.household_a.clone(), entry.household_b.clone(), entry.residence.clone());
            let [a, b] = [p.households.known("household", &household_a)? as u32, p.households.known("household", &household_b)? as u32];
            let at = p.residences.known("residence", &residence)? as u32;
            let (key, shares) = if a < b { ((a, b), (entry.share_a, entry.share_b)) } else { ((b, a), (entry.share_b, entry.share_a)) };
            if p.affinities.binary_search_by_key(&key, |pair| (pair.0, pair.1)).is_err() {
                return Err(Refusal::Unknown { what: "affinity", id: format!("{household_a}, {household_b}") });
            } else if shares.0 < 0 || shares.1 < 0 {
                return Err(Refusal::ShareNegative { household_a, household_b, residence });
            } else if given.insert((key, at), (i128::from(shares.0), i128::from(shares.1))).is_some() {
                return Err(Refusal::ShareTwice { household_a, household_b, residence });
            }
        }
        let mut living: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for household in p.affinities.iter().flat_map(|pair| [pair.0, pair.1]) {
            living.entry(household).or_insert_with(|| {
                let residence = |arc: usize| p.dwellings[p.arcs[arc].dwelling as usize].residence;
                let mut list: Vec<u32> = self.arcs_of(household as usize).map(residence).collect();
                list.sort_unstable();
                list.dedup();
                list
            });
        }
        for &(a, b, points) in &p.affinities {
            let needed = c.scale * i128::from(points);
            for &at in living[&a].iter().filter(|at| living[&b].binary_search(at).is_ok()) {
                let (share_a, share_b) = given.get(&((a, b), at)).copied().unwrap_or_default();
                if share_a + share_b < needed {
                    let [household_a, household_b] = [a, b].map(|h| p.households.names[h as usize].clone());
                    let (residence, sum) = (p.residences.names[at as usize].clone(), share_a + share_b);
                    return Err(Refusal::ShareTooSmall { household_a, household_b, residence, sum, needed });
                }
                c.shares.extend([(a, at, share_a), (b, at, share_b)]);
                *size = size.saturating_add(share_a + share_b);
            }
        }
        c.shares.sort_unstable();
        Ok(())
    }

    /// The household's price: the one given, if its arcs allow it, or the smallest valid one.
    pub(crate) fn household_price(&self, c: &Compiled, household: usize) -> Result<i128, Refusal> {
        let free = self.must[household] == 0;
        let needed = self.arcs_of(household).map(|arc| (c.demand(self.problem, arc), arc)).max();
        let Some(list) = &c.households else {
            return Ok(needed.map_or(0, |(demand, _)| if free { demand.max(0) } else { demand }));
        };
        let (price, name) = (list[household], |at: usize| self.problem.households.names[at].clone());
        match needed {
            Some((demand, arc)) if demand > price => {
                let dwelling = self.problem.dwelling_ids.names[self.problem.arcs[arc].dwelling as usize].clone();
                Err(Refusal::ArcViolated { household: name(household), dwelling, missing: demand - price })
            }
            _ if free && price < 0 => Err(Refusal::PriceNegative { what: "household", id: name(household), price }),
            _ => Ok(price),
        }
    }

    /// Checks the prices; returns them with their scaled total.
    pub(crate) fn total(&self, prices: &Prices, aim: Aim) -> Result<(Compiled, i128), Refusal> {
        let c = self.compile(prices, aim)?;
        let total = (0..self.must.len()).try_fold(c.base, |total, household| Ok(total + self.household_price(&c, household)?))?;
        Ok((c, total))
    }
}

impl Compiled {
    fn price_quota(&mut self, p: &Problem, at: usize, price: QuotaPrice, size: &mut i128) -> Result<(), Refusal> {
        let quota = &p.quotas[at];
        let (scale, aim) = (self.scale, self.aim);
        let side = |side, price: i64, bound: Option<i64>, penalty: Option<i64>| {
            let most = penalty.map(|penalty| if aim == Aim::Ray { 0 } else { scale * i128::from(penalty) });
            match (bound, most) {
                _ if price < 0 => Err(Refusal::PriceNegative { what: "quota", id: quota.id.clone(), price: price.into() }),
                (None, _) if price > 0 => Err(Refusal::PriceWithoutBound { quota: quota.id.clone(), side }),
                (_, Some(most)) if i128::from(price) > most => {
                    Err(Refusal::PriceAbovePenalty { quota: quota.id.clone(), side, price, most })
                }
                _ => Ok(i128::from(price) * i128::from(bound.unwrap_or(0))),
            }
        };
        let (high, low) = (side("maximum", price.max, quota.max, quota.above)?, side("minimum", price.min, quota.min, quota.below)?);
        let net = i128::from(price.max) - i128::from(price.min);
        for part in [high, low, quota.heaviest.saturating_mul(net)] {
            *size = size.saturating_add(part.saturating_abs());
        }
        self.base = self.base.saturating_add(high - low);
        self.quotas[at] = net;
        if let (Some(area), Some(group)) = (quota.area, quota.group)
            && net != 0
        {
            p.areas[area].iter().for_each(|&dwelling| self.groups[dwelling as usize].push((group, net)));
        }
        Ok(())
    }

    fn price_cover(&mut self, p: &Problem, at: usize, cover: &Cover, size: &mut i128) -> Result<(), Refusal> {
        let (quota, id) = (&p.quotas[at], || cover.quota.clone());
        let (Some(max), None) = (quota.max, quota.above) else { return Err(Refusal::CoverNotHard { quota: id() }) };
        if cover.price < 0 {
            return Err(Refusal::PriceNegative { what: "cover of quota", id: id(), price: cover.price.into() });
        } else if quota.negative && (0..p.arcs.len()).any(|arc| p.weight(at, arc) < 0) {
            return Err(Refusal::CoverNegativeWeight { quota: id() });
        }
        let (listed, price) = (cover.households.len(), i128::from(cover.price));
        let at_most = cover.at_most.map_or(listed as i128 - 1, i128::from);
        let times: Vec<i128> = if cover.times.is_empty() { vec![1; listed] } else { cover.times.iter().map(|&t| t.into()).collect() };
        if times.len() != listed || times.iter().any(|&t| t < 1) || !(-1..1 << 16).contains(&at_most) {
            return Err(Refusal::CoverTimes { quota: id() });
        }
        // least[k]: the smallest weight of households that are taken k times or more.
        let mut least = vec![i128::MAX / 4; (at_most + 2) as usize];
        least[0] = 0;
        let mut seen = BTreeSet::new();
        for (name, &times) in cover.households.iter().zip(&times) {
            let household = p.households.known("household", name)?;
            if !seen.insert(household) {
                return Err(Refusal::CoverTwice { quota: id(), household: name.clone() });
            }
            let weight = p.arcs_of(household).map(|arc| p.weight(at, arc)).filter(|&weight| weight > 0).min();
            let weight = weight.ok_or_else(|| Refusal::CoverNotCounted { quota: id(), household: name.clone() })?;
            for k in (1..least.len()).rev() {
                least[k] = least[k].min(least[(k as i128 - times).max(0) as usize] + weight);
            }
            let total = price.saturating_mul(times);
            self.covers.push((household as u32, at, total));
            *size = size.saturating_add(total);
        }
        let weight = least[least.len() - 1];
        if weight <= i128::from(max) {
            return Err(Refusal::CoverFits { quota: id(), weight, max });
        }
        let total = price * at_most;
        self.base = self.base.saturating_add(total);
        *size = size.saturating_add(total.abs());
        Ok(())
    }

    /// What the arc asks of its household's price: scaled score and shares less all the other prices.
    pub(crate) fn demand(&self, p: &Problem, arc: usize) -> i128 {
        let crate::problem::Arc { household, dwelling, score } = p.arcs[arc];
        let mut demand = if self.aim == Aim::Ray { 0 } else { self.scale * i128::from(score) } - self.dwellings[dwelling as usize];
        for &(group, price) in &self.groups[dwelling as usize] {
            demand -= p.group_weight(household, group) * price;
        }
        demand -= p.weights_of(arc).map(|(quota, weight)| weight * self.quotas[quota]).sum::<i128>();
        let key = (household, p.dwellings[dwelling as usize].residence);
        let from = self.shares.partition_point(|share| (share.0, share.1) < key);
        demand += self.shares[from..].iter().take_while(|share| (share.0, share.1) == key).map(|share| share.2).sum::<i128>();
        let from = self.covers.partition_point(|cover| cover.0 < household);
        let covers = self.covers[from..].iter().take_while(|cover| cover.0 == household);
        demand - covers.filter(|cover| p.weight(cover.1, arc) > 0).map(|cover| cover.2).sum::<i128>()
    }
}
