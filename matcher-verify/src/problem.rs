//! The problem directory: read, checked, put in the order of ids, hashed. Its form is docs/formats.md.
#![expect(clippy::disallowed_types, reason = "ids are looked up in a hash map, which is never iterated")]

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write as _};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{InputError, Refusal};
use crate::files::{id, number, open, rows};
use crate::tiers::Tier;

/// Names and their positions: first in order of sight, after `sort` in byte order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    pub(crate) names: Vec<String>,
    at: HashMap<String, u32>,
    last: u32,
}

impl Ids {
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.at.get(name).map(|&at| at as usize)
    }

    pub(crate) fn known(&self, what: &'static str, name: &str) -> Result<usize, Refusal> {
        self.find(name).ok_or_else(|| Refusal::Unknown { what, id: name.into() })
    }

    pub(crate) fn intern(&mut self, name: &str) -> u32 {
        // Rows of one household mostly stand together.
        if self.names.get(self.last as usize).is_none_or(|last| last != name) {
            self.last = self.at.get(name).copied().unwrap_or_else(|| {
                self.at.insert(name.into(), self.names.len() as u32);
                self.names.push(name.into());
                self.names.len() as u32 - 1
            });
        }
        self.last
    }

    /// The new position of each old one.
    pub(crate) fn sort(&mut self) -> Vec<u32> {
        let old = std::mem::take(self);
        let mut names = old.names.clone();
        names.sort_unstable();
        for name in &names {
            self.intern(name);
        }
        old.names.iter().map(|name| self.at[name]).collect()
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Arc {
    pub(crate) household: u32,
    pub(crate) dwelling: u32,
    pub(crate) score: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Dwelling {
    id: String,
    pub(crate) residence: u32,
    pub(crate) capacity: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Quota {
    pub(crate) id: String,
    pub(crate) scope: String,
    pub(crate) area: Option<usize>,
    pub(crate) group: Option<u32>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) below: Option<i64>,
    pub(crate) above: Option<i64>,
    /// No weight is larger in size.
    pub(crate) heaviest: i128,
    /// Some weight may be negative.
    pub(crate) negative: bool,
}

/// A problem: households, dwellings, eligible pairs with scores, quotas, affinities.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    pub(crate) households: Ids,
    pub(crate) dwelling_ids: Ids,
    pub(crate) dwellings: Vec<Dwelling>,
    pub(crate) residences: Ids,
    pub(crate) groups: Ids,
    pub(crate) arcs: Vec<Arc>,
    start: Vec<usize>,
    pub(crate) members: Vec<(u32, u32, i64)>,
    pub(crate) member_start: Vec<usize>,
    scopes: Vec<(u32, String)>,
    pub(crate) areas: Vec<Vec<u32>>,
    pub(crate) quotas: Vec<Quota>,
    /// Position of the arc, of the quota, weight.
    pub(crate) weights: Vec<(usize, usize, i64)>,
    pub(crate) affinities: Vec<(u32, u32, i64)>,
    /// By number.
    pub(crate) tiers: Vec<Tier>,
}

/// Sorts the rows; none may share its key with another.
fn unique<T, K: Ord>(file: &'static str, rows: &mut [T], key: impl Fn(&T) -> K) -> Result<(), InputError> {
    rows.sort_unstable_by_key(&key);
    let twice = rows.windows(2).any(|pair| key(&pair[0]) == key(&pair[1]));
    if twice { Err(InputError::File { file, fault: "a row stands twice" }) } else { Ok(()) }
}

/// Where the rows of each of `n` owners start, from sorted owners.
pub(crate) fn starts(n: usize, owners: impl Iterator<Item = u32>) -> Vec<usize> {
    let mut start = vec![0; n + 1];
    owners.for_each(|owner| start[owner as usize + 1] += 1);
    (0..n).for_each(|at| start[at + 1] += start[at]);
    start
}

fn household(p: &Problem, name: &str) -> Result<u32, &'static str> {
    p.households.find(name).map(|at| at as u32).ok_or("the household is not in arcs.csv or groups.csv")
}

fn dwelling(p: &Problem, name: &str) -> Result<u32, &'static str> {
    p.dwelling_ids.find(name).map(|at| at as u32).ok_or("the dwelling is not in dwellings.csv")
}

impl Problem {
    /// Reads a problem directory.
    ///
    /// # Errors
    /// [`InputError`] for the first file or row that cannot be read.
    pub fn read(dir: &Path) -> Result<Self, InputError> {
        Self::load(|file| open(dir, file))
    }

    /// Reads the files of a problem directory, given by name.
    ///
    /// # Errors
    /// As [`Problem::read`].
    pub fn from_files<N: Borrow<str> + Ord>(files: &BTreeMap<N, Vec<u8>>) -> Result<Self, InputError> {
        Self::load(|file| Ok(files.get(file).map(Vec::as_slice)))
    }

    fn load<R: Read>(open: impl Fn(&'static str) -> Result<Option<R>, InputError>) -> Result<Self, InputError> {
        let mut p = Self::default();
        let need = |file| open(file)?.ok_or(InputError::Missing { file }).map(Some);
        let (mut places, mut residences) = (Vec::new(), Ids::default());
        rows("dwellings.csv", need("dwellings.csv")?, &["dwelling", "residence", "capacity"], 1, &mut |f| {
            let capacity = number(f[2])?.unwrap_or(1).try_into().map_err(|_| "the capacity is negative or too large")?;
            places.push(Dwelling { id: id(f[0])?.into(), residence: residences.intern(id(f[1])?), capacity });
            Ok(())
        })?;
        unique("dwellings.csv", &mut places, |d| d.id.clone())?;
        (p.dwellings, p.residences) = (places, residences);
        p.areas.push((0..p.dwellings.len() as u32).collect());
        p.areas.resize(1 + p.residences.names.len(), Vec::new());
        for (at, dwelling) in p.dwellings.iter().enumerate() {
            p.dwelling_ids.intern(&dwelling.id);
            p.areas[1 + dwelling.residence as usize].push(at as u32);
        }
        rows("arcs.csv", need("arcs.csv")?, &["household", "dwelling", "score"], 0, &mut |f| {
            let (to, score) = (dwelling(&p, f[1])?, number(f[2])?.ok_or("the score is missing")?);
            p.arcs.push(Arc { household: p.households.intern(id(f[0])?), dwelling: to, score });
            Ok(())
        })?;
        rows("groups.csv", open("groups.csv")?, &["household", "group", "weight"], 1, &mut |f| {
            p.members.push((p.households.intern(id(f[0])?), p.groups.intern(id(f[1])?), number(f[2])?.unwrap_or(1)));
            Ok(())
        })?;
        let (household_rank, group_rank) = (p.households.sort(), p.groups.sort());
        p.arcs.iter_mut().for_each(|arc| arc.household = household_rank[arc.household as usize]);
        p.members.iter_mut().for_each(|m| (m.0, m.1) = (household_rank[m.0 as usize], group_rank[m.1 as usize]));
        unique("arcs.csv", &mut p.arcs, |arc| (arc.household, arc.dwelling))?;
        unique("groups.csv", &mut p.members, |m| (m.0, m.1))?;
        p.start = starts(p.households.names.len(), p.arcs.iter().map(|arc| arc.household));
        p.member_start = starts(p.households.names.len(), p.members.iter().map(|m| m.0));

        let mut area_at: BTreeMap<String, usize> = p.residences.names.iter().cloned().zip(1..).collect();
        area_at.insert("*".into(), 0);
        rows("scopes.csv", open("scopes.csv")?, &["dwelling", "scope"], 0, &mut |f| {
            let (dwelling, scope) = (dwelling(&p, f[0])?, id(f[1])?);
            let area = *area_at.entry(scope.into()).or_insert(p.areas.len());
            if area == p.areas.len() {
                p.areas.push(Vec::new());
            } else if area <= p.residences.names.len() {
                return Err("a scope has the name of a residence or is *");
            }
            p.areas[area].push(dwelling);
            p.scopes.push((dwelling, scope.into()));
            Ok(())
        })?;
        unique("scopes.csv", &mut p.scopes, Clone::clone)?;
        p.areas.iter_mut().for_each(|area| area.sort_unstable());
        let columns = ["quota", "scope", "group", "min", "max", "penalty_below", "penalty_above"];
        rows("quotas.csv", open("quotas.csv")?, &columns, 0, &mut |f| {
            let area = match f[1] {
                "" => None,
                name => Some(*area_at.get(name).ok_or("the scope is not in dwellings.csv or scopes.csv")?),
            };
            let group = if f[2].is_empty() { None } else { Some(p.groups.intern(id(f[2])?)) };
            let (min, max, below, above) = (number(f[3])?, number(f[4])?, number(f[5])?, number(f[6])?);
            if below.is_some_and(|penalty| penalty < 0) || above.is_some_and(|penalty| penalty < 0) {
                return Err("a penalty is negative");
            } else if min.zip(max).is_some_and(|(min, max)| min > max) {
                return Err("the minimum is above the maximum");
            }
            let (id, scope) = (id(f[0])?.into(), f[1].into());
            p.quotas.push(Quota { id, scope, area, group, min, max, below, above, heaviest: 0, negative: false });
            Ok(())
        })?;
        unique("quotas.csv", &mut p.quotas, |quota| quota.id.clone())?;
        rows("weights.csv", open("weights.csv")?, &["quota", "household", "dwelling", "weight"], 0, &mut |f| {
            let quota = p.quota(f[0]).map_err(|_| "the quota is not in quotas.csv")?;
            let arc = p.arc(household(&p, f[1])? as usize, dwelling(&p, f[2])? as usize).ok_or("the pair is not in arcs.csv")?;
            p.weights.push((arc, quota, number(f[3])?.ok_or("the weight is missing")?));
            Ok(())
        })?;
        unique("weights.csv", &mut p.weights, |weight| (weight.0, weight.1))?;
        rows("affinities.csv", open("affinities.csv")?, &["household_a", "household_b", "points"], 0, &mut |f| {
            let (a, b) = (household(&p, f[0])?, household(&p, f[1])?);
            let points = number(f[2])?.filter(|&points| points >= 0 && a != b);
            p.affinities.push((a.min(b), a.max(b), points.ok_or("points are missing or negative, or a household is paired with itself")?));
            Ok(())
        })?;
        unique("affinities.csv", &mut p.affinities, |pair| (pair.0, pair.1))?;
        rows("tiers.csv", open("tiers.csv")?, &["tier", "group", "scope"], 1, &mut |f| {
            let number = number(f[0])?.and_then(|number| u32::try_from(number).ok()).filter(|&number| number > 0);
            let scope = if f[2].is_empty() { "*" } else { f[2] };
            let area = *area_at.get(scope).ok_or("the scope is not in dwellings.csv or scopes.csv")?;
            let group = (id(f[1])? != "*").then(|| p.groups.find(f[1]).map(|at| at as u32).ok_or("the group is not in groups.csv"));
            let number = number.ok_or("a tier is not numbered from 1 to 4294967295")?;
            p.tiers.push(Tier { number, group: group.transpose()?, area, scope: scope.into() });
            Ok(())
        })?;
        unique("tiers.csv", &mut p.tiers, |tier| tier.number)?;
        p.check_tiers().map_err(|fault| InputError::File { file: "tiers.csv", fault })?;
        p.size_weights();
        Ok(p)
    }

    pub(crate) fn size_weights(&mut self) {
        let mut groups = vec![(0i128, false); self.groups.names.len()];
        for &(_, group, weight) in &self.members {
            let (heaviest, negative) = &mut groups[group as usize];
            (*heaviest, *negative) = ((*heaviest).max(i128::from(weight).abs()), *negative || weight < 0);
        }
        let mut listed = vec![(0i128, false); self.quotas.len()];
        for &(_, quota, weight) in &self.weights {
            let (heaviest, negative) = &mut listed[quota];
            (*heaviest, *negative) = ((*heaviest).max(i128::from(weight).abs()), *negative || weight < 0);
        }
        for (quota, listed) in self.quotas.iter_mut().zip(listed) {
            let group = quota.group.map_or((0, false), |group| groups[group as usize]);
            (quota.heaviest, quota.negative) = (group.0 + listed.0, group.1 || listed.1);
        }
    }

    /// Positions of the household's arcs.
    pub(crate) fn arcs_of(&self, household: usize) -> std::ops::Range<usize> {
        self.start[household]..self.start[household + 1]
    }

    pub(crate) fn arc(&self, household: usize, dwelling: usize) -> Option<usize> {
        let range = self.arcs_of(household);
        let at = self.arcs[range.clone()].binary_search_by_key(&dwelling, |arc| arc.dwelling as usize);
        at.ok().map(|at| range.start + at)
    }

    pub(crate) fn quota(&self, id: &str) -> Result<usize, Refusal> {
        let at = self.quotas.binary_search_by(|quota| quota.id.as_str().cmp(id));
        at.map_err(|_| Refusal::Unknown { what: "quota", id: id.into() })
    }

    pub(crate) fn group_weight(&self, household: u32, group: u32) -> i128 {
        let household = household as usize;
        let members = &self.members[self.member_start[household]..self.member_start[household + 1]];
        members.iter().find(|m| m.1 == group).map_or(0, |m| m.2.into())
    }

    /// The listed weights of an arc.
    pub(crate) fn weights_of(&self, arc: usize) -> impl Iterator<Item = (usize, i128)> + '_ {
        let from = self.weights.partition_point(|weight| weight.0 < arc);
        self.weights[from..].iter().take_while(move |weight| weight.0 == arc).map(|weight| (weight.1, weight.2.into()))
    }

    /// What the quota counts on an arc.
    pub(crate) fn weight(&self, quota: usize, arc: usize) -> i128 {
        let (Quota { area, group, .. }, Arc { household, dwelling, .. }) = (&self.quotas[quota], self.arcs[arc]);
        let listed: i128 = self.weights_of(arc).filter(|weight| weight.0 == quota).map(|weight| weight.1).sum();
        match (area, group) {
            (Some(area), Some(group)) if self.areas[*area].binary_search(&dwelling).is_ok() => {
                listed + self.group_weight(household, *group)
            }
            _ => listed,
        }
    }

    /// SHA-256 of the canonical form, lower-case hex. O(bytes of the directory).
    pub fn hash(&self) -> String {
        let mut out = (Sha256::new(), Vec::new());
        let mut row = |fields: &[&dyn std::fmt::Display], end: &str| {
            // Writing to a Vec cannot fail.
            fields.iter().try_for_each(|field| write!(out.1, "{field}\x1f")).unwrap_or(());
            out.1.extend(end.as_bytes());
            if out.1.len() > 1 << 16 {
                out.0.update(&out.1);
                out.1.clear();
            }
        };
        let end = "\x1e";
        let household = |at: u32| self.households.names[at as usize].as_str();
        let dwelling = |at: u32| self.dwelling_ids.names[at as usize].as_str();
        let group = |at: u32| self.groups.names[at as usize].as_str();
        row(&[], "arcs\x1e");
        self.arcs.iter().for_each(|arc| row(&[&household(arc.household), &dwelling(arc.dwelling), &arc.score], end));
        row(&[], "dwellings\x1e");
        self.dwellings.iter().for_each(|place| row(&[&place.id, &self.residences.names[place.residence as usize], &place.capacity], end));
        row(&[], "groups\x1e");
        self.members.iter().for_each(|member| row(&[&household(member.0), &group(member.1), &member.2], end));
        row(&[], "scopes\x1e");
        self.scopes.iter().for_each(|(at, scope)| row(&[&dwelling(*at), scope], end));
        row(&[], "quotas\x1e");
        for quota in &self.quotas {
            let [min, max, below, above] =
                [quota.min, quota.max, quota.below, quota.above].map(|n| n.map_or(String::new(), |n| n.to_string()));
            row(&[&quota.id, &quota.scope, &quota.group.map_or("", group), &min, &max, &below, &above], end);
        }
        row(&[], "weights\x1e");
        let mut weights: Vec<_> = self.weights.iter().map(|&(arc, quota, weight)| (quota, arc, weight)).collect();
        weights.sort_unstable();
        for (quota, arc, weight) in weights {
            let arc = self.arcs[arc];
            row(&[&self.quotas[quota].id, &household(arc.household), &dwelling(arc.dwelling), &weight], end);
        }
        row(&[], "affinities\x1e");
        self.affinities.iter().for_each(|pair| row(&[&household(pair.0), &household(pair.1), &pair.2], end));
        if !self.tiers.is_empty() {
            row(&[], "tiers\x1e");
            self.tiers.iter().for_each(|tier| row(&[&tier.number, &tier.group.map_or("*", group), &tier.scope], end));
        }
        out.0.update(&out.1);
        out.0.finalize().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }
}
