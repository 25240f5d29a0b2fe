//! From an answer in classes to one in dwellings.

use std::cmp::Reverse;

use crate::allocation::{Allocation, Certificate, Decision, Node, Prices, Proof, Witness};
use crate::ids::{DwellingIndex, HouseholdIndex, draw};
use crate::problem::{Alike, Problem};

/// Nodes of a proof, at most so many times as many as it had, and so many in any case.
const GROWTH: usize = 8;
/// See [`GROWTH`].
const LEAST_NODES: usize = 1 << 10;

/// A problem and that of its classes.
#[derive(Clone, Copy)]
pub(super) struct Undo<'a> {
    pub(super) problem: &'a Problem,
    pub(super) merged: &'a Problem,
    pub(super) alike: &'a Alike,
    pub(super) seed: u64,
}

/// Where the next node hangs.
#[derive(Clone, Copy)]
struct Link {
    parent: usize,
    /// The first of the parent's links: yes, or then.
    first: bool,
}

/// What to write next: the node of the proof in classes, for the household's class from its `from`-th dwelling on where the node asks for one.
struct Task {
    node: usize,
    from: usize,
    link: Option<Link>,
}

impl Undo<'_> {
    pub(super) fn answer(self, answer: Allocation) -> Option<Allocation> {
        let certificate = match answer.certificate {
            None => None,
            Some(Certificate { objective, bound, proof, .. }) => {
                let proof = self.proof(proof)?;
                Some(Certificate { problem: self.problem.hash(), objective, bound, proof })
            }
        };
        Some(Allocation { offers: self.offers(&answer.offers), certificate, ..answer })
    }

    /// The dwelling of each household, drawn among those of its class.
    fn offers(self, offers: &[Option<DwellingIndex>]) -> Vec<Option<DwellingIndex>> {
        let mut placed: Vec<(usize, usize)> = offers.iter().enumerate().filter_map(|(h, class)| Some(((*class)?.index(), h))).collect();
        placed.sort_unstable();
        let mut drawn = vec![None; offers.len()];
        for own in placed.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(class, _)) = own.first() else { continue };
            for (h, dwelling) in self.drawn(class, own.iter().map(|pair| pair.1)) {
                if let Some(offer) = drawn.get_mut(h) {
                    *offer = Some(dwelling);
                }
            }
        }
        drawn
    }

    /// Who of the households in a class gets which of its dwellings.
    fn drawn(self, class: usize, households: impl Iterator<Item = usize>) -> Vec<(usize, DwellingIndex)> {
        let Some(members) = self.alike.members.get(class) else { return Vec::new() };
        if let [only] = members.as_slice() {
            return households.map(|h| (h, *only)).collect();
        }
        // Higher draws first; equal draws (1 in 2^64) by id, since positions are in id order.
        let mut waiting: Vec<_> =
            households.filter_map(|h| Some((Reverse(draw(self.seed, self.problem.households().get(h)?)), h))).collect();
        waiting.sort_unstable();
        let mut units: Vec<_> = members
            .iter()
            .filter_map(|&d| self.problem.dwellings().get(d.index()).map(|place| (Reverse(draw(self.seed, &place.id)), d, place.capacity)))
            .collect();
        units.sort_unstable();
        let units = units.into_iter().flat_map(|(_, dwelling, capacity)| std::iter::repeat_n(dwelling, capacity as usize));
        waiting.into_iter().map(|entry| entry.1).zip(units).collect()
    }

    fn proof(self, proof: Proof) -> Option<Proof> {
        Some(match proof {
            Proof::Prices(prices) => Proof::Prices(self.prices(prices)),
            Proof::Tree { nodes } => Proof::Tree { nodes: self.nodes(&nodes)? },
            Proof::Infeasible { rows, nodes, witnesses } => {
                let witnesses = witnesses.into_iter().map(|witness| self.witness(witness)).collect::<Option<_>>()?;
                Proof::Infeasible { rows, nodes: self.nodes(&nodes)?, witnesses }
            }
            // Each level is solved, and drawn apart, for itself.
            Proof::Tiers { .. } => return None,
        })
    }

    /// Each dwelling at the price of its class.
    fn prices(self, prices: Prices) -> Prices {
        let dear = prices.dwellings.iter().filter_map(|(id, &price)| Some((self.members(self.class(id)?), price)));
        let dwellings = dear.flat_map(|(members, price)| members.iter().map(move |&d| (self.id(d), price))).collect();
        Prices { dwellings, ..prices }
    }

    fn witness(self, witness: Witness) -> Option<Witness> {
        let mut offers = vec![None; self.problem.households().len()];
        for (household, dwelling) in &witness.pairs {
            *offers.get_mut(self.household(household)?)? = Some(DwellingIndex::new(self.class(dwelling)?));
        }
        let pairs = self.offers(&offers).into_iter().enumerate();
        let pairs = pairs.filter_map(|(h, dwelling)| Some((self.problem.households().get(h)?.clone(), self.id(dwelling?))));
        Some(Witness { pairs: pairs.collect(), ..witness })
    }

    /// The tree with questions for dwellings; `None` where it would be too large.
    fn nodes(self, old: &[Node]) -> Option<Vec<Node>> {
        let most = old.len().saturating_mul(GROWTH).max(LEAST_NODES);
        let mut nodes: Vec<Node> = Vec::with_capacity(old.len());
        let mut tasks = vec![Task { node: 0, from: 0, link: None }];
        while let Some(Task { node, from, link }) = tasks.pop() {
            let here = nodes.len();
            if here == most {
                return None;
            }
            if let Some(Link { parent, first }) = link {
                match nodes.get_mut(parent) {
                    Some(Node::Split { yes, no, .. }) => *(if first { yes } else { no }) = here,
                    Some(Node::Fix { then, .. }) => *then = here,
                    _ => {}
                }
            }
            let below = |node, from, first| Task { node, from, link: Some(Link { parent: here, first }) };
            nodes.push(match old.get(node)? {
                Node::Split { decision, yes, no } => {
                    let (decision, is_last) = self.decision(decision, from)?;
                    tasks.push(if is_last { below(*no, 0, false) } else { below(node, from + 1, false) });
                    tasks.push(below(*yes, 0, true));
                    Node::Split { decision, yes: 0, no: 0 }
                }
                Node::Fix { prices, then } => {
                    tasks.push(below(*then, 0, true));
                    Node::Fix { prices: self.prices(prices.clone()), then: 0 }
                }
                Node::Leaf { prices } => Node::Leaf { prices: self.prices(prices.clone()) },
                Node::Ray { prices } => Node::Ray { prices: self.prices(prices.clone()) },
            });
        }
        Some(nodes)
    }

    /// The question for the `from`-th dwelling of the class asked for, and whether it is the last; a residence is asked for as it is.
    fn decision(self, decision: &Decision, from: usize) -> Option<(Decision, bool)> {
        let Decision::Dwelling { household, dwelling } = decision else { return Some((decision.clone(), true)) };
        let class = self.class(dwelling)?;
        let members = self.members(class);
        let home = self.merged.residence(DwellingIndex::new(class));
        let mut arcs = self.merged.arcs(HouseholdIndex::new(self.household(household)?));
        let is_all = arcs.all(|arc| arc.dwelling.index() == class || self.merged.residence(arc.dwelling) != home);
        if is_all && members.len() > 1 {
            let residence = self.problem.residences().get(home.index())?.clone();
            return Some((Decision::Residence { household: household.clone(), residence }, true));
        }
        let asked = Decision::Dwelling { household: household.clone(), dwelling: self.id(*members.get(from)?) };
        Some((asked, from + 1 == members.len()))
    }

    fn household(self, id: &str) -> Option<usize> {
        self.problem.households().binary_search_by(|known| known.as_str().cmp(id)).ok()
    }

    /// The class that has this id in the problem of classes.
    fn class(self, id: &str) -> Option<usize> {
        self.merged.dwellings().binary_search_by(|place| place.id.as_str().cmp(id)).ok()
    }

    fn members(&self, class: usize) -> &[DwellingIndex] {
        self.alike.members.get(class).map_or(&[], Vec::as_slice)
    }

    fn id(self, dwelling: DwellingIndex) -> String {
        self.problem.dwellings().get(dwelling.index()).map(|place| place.id.clone()).unwrap_or_default()
    }
}
