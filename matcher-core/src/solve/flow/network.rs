//! The network of a flow case: nodes for the sets, the households and the dwellings, the last two in the order of their draws.

use super::super::graph::drawn;
use super::charge::Charge;
use super::detect::{ALL, Sets, Side};
use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex};
use crate::problem::{Arc, Problem, Quota};
use rayon::prelude::*;

/// A node, by what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// A set, or [`ALL`].
    Set(usize),
    /// A household, by its place in the order of draws.
    Household(usize),
    /// A dwelling, by its place in the order of draws.
    Dwelling(usize),
}

/// The network. Nodes: sets, then households, then dwellings.
#[derive(Debug)]
pub(super) struct Network<'a> {
    pub(super) problem: &'a Problem,
    /// The rows as they charge here, and whether scores count.
    quotas: &'a [Quota],
    is_scored: bool,
    /// Set around each set.
    pub(super) parent: Vec<u32>,
    /// Side of each set.
    pub(super) side: Vec<Side>,
    /// Rows over each set, and what they charge.
    pub(super) rows: Vec<Vec<QuotaIndex>>,
    /// What they charge.
    pub(super) charge: Vec<Charge<'a>>,
    /// Sets directly inside each set.
    pub(super) inside: Vec<Vec<u32>>,
    /// Households with an arc, or dwellings, directly inside each set, as nodes.
    pub(super) members: Vec<Vec<u32>>,
    /// Rows that count no arc.
    pub(super) idle: Vec<QuotaIndex>,
    /// Households in the order of draws.
    pub(super) household: Vec<HouseholdIndex>,
    /// Dwellings in the order of draws, and the node of each.
    pub(super) dwelling: Vec<DwellingIndex>,
    pub(super) dwelling_node: Vec<u32>,
    /// The smallest set of each household and dwelling, by place.
    pub(super) household_set: Vec<u32>,
    pub(super) dwelling_set: Vec<u32>,
    /// Units of each dwelling, by place.
    pub(super) capacity: Vec<u32>,
}

impl<'a> Network<'a> {
    /// The network of `problem` with its rows and scores.
    pub(super) fn new(problem: &'a Problem, sets: Sets, seed: u64) -> Self {
        Self { is_scored: true, ..Self::unscored(problem, problem.quotas(), sets, seed) }
    }

    /// The network with other bounds in the rows, where scores count nothing.
    pub(super) fn unscored(problem: &'a Problem, quotas: &'a [Quota], sets: Sets, seed: u64) -> Self {
        let (households, mut household_node) = drawn(seed, problem.households().par_iter().map(String::as_str));
        let (dwellings, mut dwelling_node) = drawn(seed, problem.dwellings().par_iter().map(|place| place.id.as_str()));
        let first = sets.nodes.len() as u32;
        for node in &mut household_node {
            *node += first;
        }
        for node in &mut dwelling_node {
            *node += first + households.len() as u32;
        }
        let mut inside = vec![Vec::new(); sets.nodes.len()];
        for (node, set) in sets.nodes.iter().enumerate().skip(1) {
            inside[set.parent as usize].push(node as u32);
        }
        let mut members = vec![Vec::new(); sets.nodes.len()];
        for &h in households.iter().filter(|&&h| !problem.arc_range(HouseholdIndex::new(h as usize)).is_empty()) {
            members[sets.of_household[h as usize] as usize].push(household_node[h as usize]);
        }
        for &d in &dwellings {
            members[sets.of_dwelling[d as usize] as usize].push(dwelling_node[d as usize]);
        }
        let charge = |rows: &[QuotaIndex]| Charge { rows: rows.iter().map(|q| &quotas[q.index()]).collect() };
        Self {
            problem,
            quotas,
            is_scored: false,
            parent: sets.nodes.iter().map(|set| set.parent).collect(),
            side: sets.nodes.iter().map(|set| set.side).collect(),
            charge: sets.nodes.iter().map(|set| charge(&set.rows)).collect(),
            rows: sets.nodes.into_iter().map(|set| set.rows).collect(),
            inside,
            members,
            idle: sets.idle,
            household_set: households.iter().map(|&h| sets.of_household[h as usize]).collect(),
            dwelling_set: dwellings.iter().map(|&d| sets.of_dwelling[d as usize]).collect(),
            capacity: dwellings.iter().map(|&d| problem.dwellings()[d as usize].capacity).collect(),
            household: households.into_iter().map(|h| HouseholdIndex::new(h as usize)).collect(),
            dwelling: dwellings.into_iter().map(|d| DwellingIndex::new(d as usize)).collect(),
            dwelling_node,
        }
    }

    /// The rows as they charge here.
    pub(super) const fn rows_of(&self) -> &'a [Quota] {
        self.quotas
    }

    /// What an arc is worth here.
    pub(super) const fn score(&self, arc: Arc) -> i64 {
        if self.is_scored { arc.score } else { 0 }
    }

    pub(super) fn sets(&self) -> usize {
        self.parent.len()
    }

    pub(super) fn nodes(&self) -> usize {
        self.sets() + self.household.len() + self.dwelling.len()
    }

    pub(super) fn first_household(&self) -> usize {
        self.sets()
    }

    pub(super) fn first_dwelling(&self) -> usize {
        self.sets() + self.household.len()
    }

    pub(super) fn node(&self, node: u32) -> Node {
        let at = node as usize;
        if at < self.first_household() {
            Node::Set(at)
        } else if at < self.first_dwelling() {
            Node::Household(at - self.first_household())
        } else {
            Node::Dwelling(at - self.first_dwelling())
        }
    }

    /// What a unit more on the arc of a set costs at these potentials.
    pub(super) fn price(&self, potential: &[i64], set: usize) -> i64 {
        let (here, around) = (potential[set], potential[self.parent[set] as usize]);
        match self.side[set] {
            _ if set == ALL as usize => 0,
            Side::Households => here - around,
            Side::Dwellings => around - here,
        }
    }
}
