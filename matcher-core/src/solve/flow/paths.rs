//! From the plain assignment to the best allocation under the rows, by shortest augmenting paths.
//!
//! Invariant    at every step of [`Paths::run`] the potentials are valid (no step of the residual network costs less than 0), so that they
//!              prove a bound; what is missing is that the flow is one: some sets have more coming in than going out (an *excess*),
//!              others less. Each search carries some excess along a path of cost 0 after moving the potentials of what is nearer
//!              than the path is long. Where no path is left the hard rows conflict.

use super::super::graph::NONE;
use super::super::plain::{Occupants, Plain};
use super::detect::{ALL, Side};
use super::network::{Network, Node};
use super::reach::Reach;
use crate::ids::DwellingIndex;
use crate::solve::control::Pace;

/// Steps between two questions whether to stop: some milliseconds.
const ASK_EVERY: u64 = 1 << 20;
/// Potentials stay below this in all, so that sums of two and a path fit 64 bits; far beyond what scores of a checked problem need.
const FAR: i64 = 1 << 60;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Every row is met as well as it pays.
    Optimal,
    /// The hard rows leave no allocation.
    Infeasible,
    /// The caller wants no more.
    Stopped,
    /// Potentials beyond [`FAR`]: not for this method.
    TooFar,
}

/// A flow that need not balance yet, with valid potentials.
pub(super) struct Paths<'a> {
    pub(super) network: &'a Network<'a>,
    /// Potential of each node.
    pub(super) potential: Vec<i64>,
    /// What each set counts.
    pub(super) count: Vec<i64>,
    /// Place of the dwelling of each household, by place, or [`NONE`].
    home: Vec<u32>,
    occupants: Occupants,
    /// What comes in more than goes out, by set.
    excess: Vec<i64>,
    reach: Reach,
    /// Nodes of the last path.
    path: Vec<u32>,
    /// Households of the dwelling that is looked at.
    here: Vec<u32>,
    steps: u64,
    pace: Pace,
    /// By how much potentials may have moved in all.
    moved: i64,
}

impl<'a> Paths<'a> {
    /// Takes up the assignment; counts are put where their charge is least. `None` where the hard rows of one set conflict, or
    /// one that counts nothing asks for something.
    pub(super) fn new(network: &'a Network<'a>, start: &Plain) -> Option<Self> {
        if network.idle.iter().any(|q| network.problem.quotas()[q.index()].penalty(0).is_none()) {
            return None;
        }
        let mut new = Self {
            network,
            potential: vec![0; network.nodes()],
            count: vec![0; network.sets()],
            home: vec![NONE; network.household.len()],
            occupants: Occupants::new(network.dwelling.len(), network.household.len()),
            excess: vec![0; network.sets()],
            reach: Reach::new(network.nodes()),
            path: Vec::new(),
            here: Vec::new(),
            steps: start.steps,
            pace: Pace::new(ASK_EVERY, start.steps),
            moved: start.households.iter().chain(&start.dwellings).copied().max().unwrap_or(0),
        };
        for (place, household) in network.household.iter().enumerate() {
            new.potential[network.first_household() + place] = start.households[household.index()];
            let Some(dwelling) = start.offers[household.index()] else { continue };
            let home = network.dwelling_node[dwelling.index()] - network.first_dwelling() as u32;
            new.move_in(place, home);
            for mut set in [network.household_set[place], network.dwelling_set[home as usize]] {
                while set != ALL {
                    new.count[set as usize] += 1;
                    set = network.parent[set as usize];
                }
            }
        }
        for (place, dwelling) in network.dwelling.iter().enumerate() {
            new.potential[network.first_dwelling() + place] = -start.dwellings[dwelling.index()];
        }
        for set in 1..network.sets() {
            let count = network.charge[set].nearest(new.count[set])?;
            let more = count - new.count[set];
            new.count[set] = count;
            let (to, from) = match network.side[set] {
                Side::Households => (set, network.parent[set] as usize),
                Side::Dwellings => (network.parent[set] as usize, set),
            };
            new.excess[to] += more;
            new.excess[from] -= more;
        }
        debug_assert!(new.is_valid());
        Some(new)
    }

    /// Work done: arcs looked at.
    pub(super) const fn steps(&self) -> u64 {
        self.steps
    }

    fn move_in(&mut self, household: usize, dwelling: u32) {
        self.home[household] = dwelling;
        self.occupants.insert(dwelling, household as u32);
    }

    fn move_out(&mut self, household: usize) {
        let dwelling = std::mem::replace(&mut self.home[household], NONE);
        self.occupants.remove(dwelling, household as u32);
    }

    /// Carries every excess to where something is lacking. `stop` is asked with the steps so far. `look` is called from time to time, told
    /// whether what was missing has halved since, and ends the run by false.
    pub(super) fn run(&mut self, stop: &dyn Fn(u64) -> bool, look: &mut dyn FnMut(&Self, bool) -> bool) -> Ended {
        let mut left: i64 = self.excess.iter().filter(|&&excess| excess > 0).sum();
        let mut half = left / 2;
        for set in 0..self.network.sets() {
            while self.excess[set] > 0 {
                let (length, end) = match self.search(set as u32, stop) {
                    Ok(found) => found,
                    Err(ended) => return ended,
                };
                self.moved = self.moved.saturating_add(length);
                if self.moved >= FAR {
                    return Ended::TooFar;
                }
                for at in 0..self.reach.settled.len() {
                    let node = self.reach.settled[at] as usize;
                    self.potential[node] -= length - self.reach.distance[node];
                }
                left -= self.carry(set, end);
                let halved = left <= half;
                if halved {
                    half = left / 2;
                }
                if (self.pace.is_due(self.steps) || (halved && left > 0)) && (!look(self, halved) || stop(self.steps)) {
                    return Ended::Stopped;
                }
            }
        }
        debug_assert!(self.excess.iter().all(|&excess| excess == 0) && self.is_valid());
        Ended::Optimal
    }

    /// Distance and node of the nearest set that lacks something.
    fn search(&mut self, start: u32, stop: &dyn Fn(u64) -> bool) -> Result<(i64, u32), Ended> {
        let mut end = (i64::MAX, NONE);
        let mut pace = Pace::new(ASK_EVERY, self.steps);
        self.reach.start();
        self.reach.reach(start, 0, NONE);
        self.reach.push(start, 0);
        while let Some(node) = self.reach.pop(end.0) {
            if pace.is_due(self.steps) && stop(self.steps) {
                return Err(Ended::Stopped);
            }
            match self.network.node(node) {
                Node::Set(set) => self.leave_set(set, &mut end),
                Node::Household(place) => {
                    if self.home[place] == NONE && self.lower(node, place) {
                        if self.reach.distance[node as usize] < end.0 {
                            self.push(node);
                        }
                        continue;
                    }
                    self.leave_household(node, place, &mut end);
                }
                Node::Dwelling(place) => self.leave_dwelling(node, place, &mut end),
            }
            self.reach.settle(node);
        }
        if end.1 == NONE { Err(Ended::Infeasible) } else { Ok(end) }
    }

    /// Puts the potential of a household without a place as low as its arcs allow; its set is then as much farther away from it.
    fn lower(&mut self, node: u32, place: usize) -> bool {
        let network = self.network;
        let household = network.household[place];
        self.steps += network.problem.arc_range(household).len() as u64;
        let lowest = network
            .problem
            .arcs(household)
            .map(|arc| self.potential[network.dwelling_node[arc.dwelling.index()] as usize] + network.score(arc));
        let gain = self.potential[node as usize] - lowest.max().unwrap_or(i64::MIN / 2);
        self.potential[node as usize] -= gain;
        self.reach.distance[node as usize] += gain;
        gain > 0
    }

    /// Goes on over a step of the residual network that costs `cost` on top of the way to `from`.
    fn step(&mut self, from: u32, to: u32, cost: i64, end: &mut (i64, u32)) {
        debug_assert!(cost >= 0, "a step that costs less than 0");
        let distance = self.reach.distance[from as usize].saturating_add(cost);
        if distance < end.0 && self.reach.reach(to, distance, from) {
            if self.excess.get(to as usize).is_some_and(|&excess| excess < 0) {
                *end = (distance, to);
            } else {
                self.push(to);
            }
        }
    }

    /// Among equals sets and dwellings go first; households that may come in by their draws, those that may have to leave against them.
    fn push(&mut self, node: u32) {
        let place = match self.network.node(node) {
            Node::Household(place) if self.home[place] != NONE => self.network.nodes() as u32 - node,
            _ => node,
        };
        self.reach.push(node, place);
    }

    /// What one unit more over the arc of `set` costs beyond its price, seen from the set or from the one around it; `None` where it is not
    /// allowed.
    fn over(&self, set: usize, is_inward: bool) -> Option<i64> {
        let price = self.network.price(&self.potential, set);
        let charge = &self.network.charge[set];
        if self.is_more(set, is_inward) { Some(charge.next(self.count[set])? - price) } else { Some(price - charge.last(self.count[set])?) }
    }

    /// The flow runs inward on the side of the households and outward on the other; against it the count falls.
    fn is_more(&self, set: usize, is_inward: bool) -> bool {
        (self.network.side[set] == Side::Households) == is_inward
    }

    fn leave_set(&mut self, set: usize, end: &mut (i64, u32)) {
        let network = self.network;
        let node = set as u32;
        if node != ALL
            && let Some(cost) = self.over(set, false)
        {
            self.step(node, network.parent[set], cost, end);
        }
        for &inside in &network.inside[set] {
            if let Some(cost) = self.over(inside as usize, true) {
                self.step(node, inside, cost, end);
            }
        }
        let here = self.potential[set];
        for &member in &network.members[set] {
            let open = match network.node(member) {
                // One more household of the set finds a place.
                Node::Household(place) => self.home[place] == NONE,
                // One household fewer lives in this dwelling of the set.
                Node::Dwelling(place) => self.occupants.load(place as u32) > 0,
                Node::Set(_) => false,
            };
            if open {
                self.step(node, member, here - self.potential[member as usize], end);
            }
        }
        self.steps += (network.inside[set].len() + network.members[set].len()) as u64;
    }

    fn leave_household(&mut self, node: u32, place: usize, end: &mut (i64, u32)) {
        let network = self.network;
        let here = self.potential[node as usize];
        let home = self.home[place];
        if home != NONE {
            // It leaves and finds no other place.
            let set = network.household_set[place];
            self.step(node, set, here - self.potential[set as usize], end);
        }
        let household = network.household[place];
        for arc in network.problem.arcs(household) {
            let to = network.dwelling_node[arc.dwelling.index()];
            if home == NONE || to as usize - network.first_dwelling() != home as usize {
                self.step(node, to, here - self.potential[to as usize] - network.score(arc), end);
            }
        }
        self.steps += network.problem.arc_range(household).len() as u64;
    }

    fn leave_dwelling(&mut self, node: u32, place: usize, end: &mut (i64, u32)) {
        let network = self.network;
        if self.occupants.load(place as u32) < network.capacity[place] {
            let set = network.dwelling_set[place];
            self.step(node, set, self.potential[node as usize] - self.potential[set as usize], end);
        }
        let mut here = std::mem::take(&mut self.here);
        here.extend(self.occupants.of(place as u32));
        for household in here.drain(..) {
            // Its arc is tight.
            self.step(node, network.first_household() as u32 + household, 0, end);
            self.steps += 1;
        }
        self.here = here;
    }

    /// Carries what it can from `start` to `end` along the path of the last search: so many units.
    fn carry(&mut self, start: usize, end: u32) -> i64 {
        self.path.clear();
        let mut node = end;
        while node != NONE {
            self.path.push(node);
            node = self.reach.from[node as usize];
        }
        self.path.reverse();
        let path = std::mem::take(&mut self.path);
        let mut amount = self.excess[start].min(-self.excess[end as usize]);
        for step in path.windows(2) {
            amount = amount.min(self.room(step[0], step[1]));
        }
        for step in path.windows(2) {
            match (self.network.node(step[0]), self.network.node(step[1])) {
                (Node::Household(household), Node::Dwelling(dwelling)) => self.move_in(household, dwelling as u32),
                (Node::Dwelling(_), Node::Household(household)) => self.move_out(household),
                (Node::Set(from), Node::Set(to)) => {
                    let (set, is_inward) = self.arc(from, to);
                    self.count[set] += if self.is_more(set, is_inward) { amount } else { -amount };
                }
                _ => {}
            }
        }
        self.path = path;
        self.excess[start] -= amount;
        self.excess[end as usize] += amount;
        amount
    }

    /// The set whose arc lies between two sets, and whether the step goes inward.
    fn arc(&self, from: usize, to: usize) -> (usize, bool) {
        if from != ALL as usize && self.network.parent[from] as usize == to { (from, false) } else { (to, true) }
    }

    /// Units that the step can take at its cost.
    fn room(&self, from: u32, to: u32) -> i64 {
        let (Node::Set(from), Node::Set(to)) = (self.network.node(from), self.network.node(to)) else { return 1 };
        let (set, is_inward) = self.arc(from, to);
        let charge = &self.network.charge[set];
        if self.is_more(set, is_inward) { charge.room_up(self.count[set]) } else { charge.room_down(self.count[set]) }
    }

    /// Who is offered what, by household of the problem.
    pub(super) fn offers(&self) -> Vec<Option<DwellingIndex>> {
        let mut offers = vec![None; self.home.len()];
        for (place, &home) in self.home.iter().enumerate().filter(|home| *home.1 != NONE) {
            offers[self.network.household[place].index()] = Some(self.network.dwelling[home as usize]);
        }
        offers
    }

    /// No step of the residual network costs less than 0. O(m), for debug builds.
    fn is_valid(&self) -> bool {
        let network = self.network;
        let at = |node: usize| self.potential[node];
        let households = self.home.iter().enumerate().all(|(place, &home)| {
            let node = network.first_household() + place;
            let mut arcs = network.problem.arcs(network.household[place]);
            let open = arcs.all(|arc| {
                let to = network.dwelling_node[arc.dwelling.index()] as usize;
                let slack = at(node) - at(to) - network.score(arc);
                slack == 0 || (slack > 0 && to - network.first_dwelling() != home as usize)
            });
            let price = at(node) - at(network.household_set[place] as usize);
            open && (if home == NONE { price <= 0 } else { price >= 0 } || network.problem.arc_range(network.household[place]).is_empty())
        });
        let dwellings = network.capacity.iter().enumerate().all(|(place, &capacity)| {
            let price = at(network.dwelling_set[place] as usize) - at(network.first_dwelling() + place);
            let load = self.occupants.load(place as u32);
            load <= capacity && (load == 0 || price >= 0) && (load == capacity || price <= 0)
        });
        let sets = (1..network.sets()).all(|set| [true, false].iter().all(|&inward| self.over(set, inward).is_none_or(|cost| cost >= 0)));
        households && dwellings && sets
    }
}
