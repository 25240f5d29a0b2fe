//! The search: places of the tree are solved, closed by integers, split, or kept open.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use crate::ids::DwellingIndex;
use crate::problem::Problem;
use crate::solve::lp::{Allowed, Basis, Verdict};
use crate::solve::{Control, Progress, Stage};

use super::cover::{self, Knapsack};
use super::exact::{Domain, Exact, Proved, Whole};
use super::model::{Answer, Model, Undo};
use super::proof::{self, Knot};
use super::{Ended, Options, Outcome, Start};

/// Pivots between two looks at the caller.
const SLICE: u64 = 100;
/// A leaf is tried once the program's bound is this far below the next integer: rounding costs about as much.
const ROUNDING_ROOM: f64 = 0.05;
/// First step of the ladder below the bound, in millionths of the bound, and its growth.
const LADDER_FIRST_PPM: i128 = 200;
const LADDER_GROWTH: i128 = 4;
/// Below this size of the ladder's step there is no use in another rung.
const LADDER_STEPS: usize = 7;
/// Local fixing is worth a set of prices in the proof when it drops one in this many of the open arcs.
const FIX_WORTH: usize = 8;

/// Rounds of cover cuts at the root and below, and cuts per round.
const COVER_ROUNDS_ROOT: usize = 30;
const COVER_ROUNDS: usize = 1;
const COVERS_AT_ONCE: usize = 40;

/// One step of the way from the root.
#[derive(Debug, Clone)]
pub(super) enum Move {
    Answer(Answer),
    Closed(Rc<Vec<u32>>),
}

/// A place still to be looked at.
#[derive(Debug)]
struct Waiting {
    /// The program's bound, in points.
    value: f64,
    /// What the parent's prices prove.
    proved: i128,
    knot: usize,
    path: Vec<Move>,
    basis: Rc<Basis>,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.total_cmp(&other.value).then(other.knot.cmp(&self.knot))
    }
}

/// What became of a place.
#[derive(Debug)]
pub(super) enum Solved {
    /// Integers closed it.
    Closed(Knot),
    /// Open; the prices and what they prove.
    Open(Whole, Proved),
}

#[derive(Debug)]
pub(super) struct Search<'p> {
    pub(super) problem: &'p Problem,
    pub(super) options: &'p Options,
    pub(super) control: &'p Control<'p>,
    pub(super) exact: Exact<'p>,
    /// What is open at the root, before any fixing.
    all: Domain,
    pub(super) domain: Domain,
    /// The root of the tree drops the arcs of households too heavy for a row, so that no prices below need to.
    heavy_fixed: bool,
    pub(super) model: Model,
    pub(super) best: Option<(i64, Vec<Option<DwellingIndex>>)>,
    /// Nothing above this is wanted; `None` = everything.
    pub(super) target: Option<i128>,
    knots: Vec<Knot>,
    waiting: BinaryHeap<Waiting>,
    /// The way to the current place, with how to take it back.
    path: Vec<Move>,
    undos: Vec<Undo>,
    pub(super) places: u64,
    scored: bool,
    knapsacks: Vec<Knapsack>,
    /// Bonds that the prices made last pay for although the program may not know them.
    short: Vec<u32>,
}

impl<'p> Search<'p> {
    pub(super) fn new(problem: &'p Problem, options: &'p Options, control: &'p Control<'p>) -> Self {
        Self::with_rows(problem, options, control, &vec![false; problem.quotas().len()], true)
    }

    /// A search without the rows that are skipped; not `scored`: any allocation will do.
    pub(super) fn with_rows(problem: &'p Problem, options: &'p Options, control: &'p Control<'p>, skipped: &[bool], scored: bool) -> Self {
        let mut exact = Exact::new(problem, options.scale, scored);
        exact.skipped.copy_from_slice(skipped);
        let knapsacks = cover::knapsacks(problem, skipped);
        let mut domain = Domain::new(problem);
        for cut in knapsacks.iter().flat_map(Knapsack::too_heavy) {
            let h = cut.members[0].0 as usize;
            let useless: Vec<u32> = domain.arcs(h).filter(|&at| exact.counts(at, cut.quota)).map(|at| at as u32).collect();
            if !useless.is_empty() {
                domain.drop_arcs(&useless);
                exact.heavy.push(cut);
            }
        }
        let model = Model::new(&exact, &domain, scored);
        Self {
            problem,
            options,
            control,
            exact,
            all: domain.clone(),
            domain,
            model,
            heavy_fixed: false,
            best: None,
            target: None,
            knots: Vec::new(),
            waiting: BinaryHeap::new(),
            path: Vec::new(),
            undos: Vec::new(),
            places: 0,
            scored,
            knapsacks,
            short: Vec::new(),
        }
    }

    pub(super) fn steps(&self) -> u64 {
        self.model.program.pivots() + self.places
    }

    pub(super) fn out_of(&self) -> Option<Ended> {
        if self.control.stopped().is_some() {
            Some(Ended::Stopped)
        } else if self.steps() >= self.options.steps {
            Some(Ended::Steps)
        } else {
            None
        }
    }

    fn tell(&self, bound: Option<i128>) {
        let bound = bound.and_then(|b| i64::try_from(b).ok());
        self.control.tell(Progress { stage: Stage::Proof, bound, objective: self.best.as_ref().map(|b| b.0), steps: self.steps() });
    }

    /// Keeps an allocation that is better than the best; true if it was.
    pub(super) fn offer(&mut self, offers: Vec<Option<DwellingIndex>>) -> bool {
        let Some(objective) = self.exact.objective(&offers) else { return false };
        if self.best.as_ref().is_some_and(|b| b.0 >= objective) {
            return false;
        }
        self.best = Some((objective, offers));
        if self.scored {
            self.target = Some(self.target.map_or(i128::from(objective), |t| t.max(i128::from(objective))));
        }
        true
    }

    pub(super) fn cutoff(&self) -> Option<f64> {
        let target = self.target.filter(|_| self.scored)?;
        Some((target as f64 + 1.0 - ROUNDING_ROOM) / self.model.unit)
    }

    /// Runs the program, in slices, until it says something or the search is out of steps.
    pub(super) fn run(&mut self, cutoff: Option<f64>, pivots: u64) -> Verdict {
        let mut left = pivots;
        loop {
            let slice = left.min(SLICE);
            let before = self.model.program.pivots();
            let verdict = self.model.program.solve(&Allowed { pivots: slice, cutoff });
            left -= (self.model.program.pivots() - before).min(left);
            if verdict != Verdict::Limit || left == 0 || self.out_of().is_some() {
                return verdict;
            }
        }
    }

    /// What integers prove right now from the program's prices.
    pub(super) fn prove(&mut self) -> (Whole, Proved) {
        let mut whole = self.sealed(self.model.prices(&self.exact));
        self.short = self.exact.share(&self.domain, &mut whole);
        let proved = self.exact.prove(&self.domain, &whole, true);
        (whole, proved)
    }

    pub(super) fn beaten(&self, proved: &Proved) -> bool {
        match (proved.total, self.target) {
            (None, _) => true,
            (Some(total), Some(target)) => self.scored && self.exact.points(total) <= target,
            _ => false,
        }
    }

    /// Prices that also forbid what the domain does without, unless the root of the tree has dropped it.
    pub(super) fn sealed(&self, whole: Whole) -> Whole {
        Whole { heavy: !self.heavy_fixed && !self.exact.heavy.is_empty(), ..whole }
    }

    /// The knot of a place that is beaten: without scores only an empty place is, and any ray will do.
    pub(super) fn leaf(&self, whole: Whole) -> Knot {
        if self.scored { Knot::Leaf(whole) } else { Knot::Ray(self.sealed(Whole::default())) }
    }

    /// Tries to round the program's ray to a proof.
    pub(super) fn refute(&mut self) -> Option<Whole> {
        for bits in [0, 4, 10, 20, 30] {
            let whole = self.sealed(self.model.ray(&self.exact, f64::from(1u32 << bits)));
            if self.exact.prove(&self.domain, &whole, false).total.is_none_or(|t| t < 0) {
                return Some(whole);
            }
        }
        None
    }

    /// Teaches the program the arcs that its prices undervalue; false if there are none.
    fn sift(&mut self, whole: &Whole, scored: bool) -> bool {
        if self.domain.alive_count() == self.model.arc_of.len() {
            return false;
        }
        let model = &self.model;
        let mut list = self.exact.unknown(&self.domain, whole, scored, |at| model.knows(at));
        if list.is_empty() {
            return false;
        }
        list.sort_by_key(|e| (e.0, std::cmp::Reverse(e.2), e.1));
        let mut add = Vec::new();
        let (mut last, mut many) = (usize::MAX, 0);
        for (h, at, _) in list {
            many = if h == last { many + 1 } else { 0 };
            last = h;
            if many < 4 {
                add.push((h, at));
            }
        }
        self.model.add_arcs(&self.exact, &self.domain, &add);
        true
    }

    /// Solves the current place until integers close it or the program has nothing more to say.
    pub(super) fn solve_here(&mut self) -> Solved {
        let mut use_cutoff = true;
        let mut rounds = if self.knots.is_empty() { COVER_ROUNDS_ROOT } else { COVER_ROUNDS };
        loop {
            let cutoff = self.cutoff().filter(|_| use_cutoff);
            let verdict = self.run(cutoff, u64::MAX);
            if verdict == Verdict::Infeasible {
                if let Some(ray) = self.refute() {
                    return Solved::Closed(Knot::Ray(ray));
                }
                let ray = self.model.ray(&self.exact, f64::from(1u32 << 20));
                if self.out_of().is_none() && self.sift(&ray, false) {
                    continue;
                }
            }
            let (whole, proved) = self.prove();
            if self.beaten(&proved) {
                return Solved::Closed(self.leaf(whole));
            }
            if self.out_of().is_some() {
                return Solved::Open(whole, proved);
            }
            if verdict != Verdict::Infeasible && self.scored && self.sift(&whole, true) {
                continue;
            }
            if verdict != Verdict::Infeasible && self.model.add_bonds(&self.exact, &self.short) {
                continue;
            }
            if verdict == Verdict::Cutoff {
                use_cutoff = false;
                continue;
            }
            if verdict == Verdict::Optimal {
                if self.take_integral() {
                    if self.beaten(&proved) {
                        return Solved::Closed(self.leaf(whole));
                    }
                } else if rounds > 0 && self.cut_covers() {
                    rounds -= 1;
                    continue;
                }
            }
            return Solved::Open(whole, proved);
        }
    }

    /// Adds covers that the program's optimum breaks; false if none is found.
    fn cut_covers(&mut self) -> bool {
        if self.knapsacks.is_empty() {
            return false;
        }
        let used = self.model.used();
        let mut found = Vec::new();
        for row in &self.knapsacks {
            let mut share = vec![0.0; self.domain.alive.len()];
            for &(h, _, x) in used.iter().filter(|e| self.exact.counts(e.1, row.quota)) {
                share[h] += x;
            }
            found.extend(row.separate(|h| share[h as usize]));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let cuts: Vec<_> = found.into_iter().map(|f| f.1).filter(|c| !self.exact.covers.contains(c)).take(COVERS_AT_ONCE).collect();
        for cut in &cuts {
            self.exact.add_cover(cut.clone());
        }
        self.model.add_covers(&self.exact, &cuts);
        !cuts.is_empty()
    }

    /// Keeps the program's optimum if it is an allocation.
    pub(super) fn take_integral(&mut self) -> bool {
        let used = self.model.used();
        if used.iter().any(|e| e.2 < 1.0 - 1e-6) {
            return false;
        }
        let mut offers = vec![None; self.domain.alive.len()];
        for (h, at, _) in used {
            offers[h] = Some(self.problem.arc(at).dwelling);
        }
        self.offer(offers)
    }

    pub(super) fn push_move(&mut self, step: Move) {
        let undo = match &step {
            Move::Answer(answer) => self.model.answer(self.problem, &mut self.domain, *answer),
            Move::Closed(arcs) => self.model.close(&mut self.domain, arcs),
        };
        self.path.push(step);
        self.undos.push(undo);
    }

    pub(super) fn pop_move(&mut self) {
        self.path.pop();
        if let Some(undo) = self.undos.pop() {
            self.model.undo(&mut self.domain, &undo);
        }
    }

    fn go_to(&mut self, path: Vec<Move>) {
        while !self.path.is_empty() {
            self.pop_move();
        }
        for step in path {
            self.push_move(step);
        }
    }

    /// Closes the problem; see [`super::close`].
    pub(super) fn close(mut self, start: Start<'_>) -> Outcome {
        if let Some(offers) = start.offers.filter(|o| o.len() == self.domain.alive.len()) {
            self.offer(offers.to_vec());
        }
        if let Some(prices) = start.prices {
            self.model.start_near(prices);
        }
        self.places += 1;
        let root = self.solve_here();
        let (whole, proved) = match root {
            Solved::Closed(knot) => {
                // A contradiction, or an integral optimum.
                let claim = self.target.filter(|_| self.best.is_some());
                self.knots = vec![knot.clone()];
                return match claim {
                    Some(bound) => self.outcome(Ended::Proved, Some((bound, vec![knot]))),
                    None => self.outcome(Ended::Infeasible, None),
                };
            }
            Solved::Open(whole, proved) => (whole, proved),
        };
        let Some(total) = proved.total else { return self.outcome(Ended::Infeasible, None) };
        let root_bound = self.exact.points(total);
        self.tell(Some(root_bound));
        // Proved so far, with its proof.
        let mut claim = (root_bound, vec![Knot::Leaf(whole.clone())]);
        let mut step = (root_bound.abs() * LADDER_FIRST_PPM / 1_000_000).max(1);
        let mut rung = 0;
        loop {
            if let Some(ended) = self.finished(claim.0) {
                return self.outcome(ended, Some(claim));
            }
            let known = self.best.as_ref().map(|b| i128::from(b.0));
            let aspiration = root_bound - step;
            self.target = match known {
                Some(known) if known + step >= aspiration || rung >= LADDER_STEPS => Some(known),
                _ if rung >= LADDER_STEPS => None,
                _ => Some(aspiration),
            };
            step *= LADDER_GROWTH;
            rung += 1;
            self.rung(&whole, root_bound);
            let open = self.waiting.iter().map(|w| w.proved).max();
            let reached = open.into_iter().chain(self.target).max();
            match reached {
                Some(bound) if bound < claim.0 => claim = (bound, std::mem::take(&mut self.knots)),
                None => {
                    let ended = if self.best.is_some() { Ended::Proved } else { Ended::Infeasible };
                    return self.outcome(ended, None);
                }
                _ => {}
            }
            if open.is_some() {
                let ended = self.finished(claim.0).or(self.out_of()).unwrap_or(Ended::Steps);
                return self.outcome(ended, Some(claim));
            }
        }
    }

    fn finished(&self, bound: i128) -> Option<Ended> {
        let known = self.best.as_ref().map(|b| if self.scored { i128::from(b.0) } else { bound });
        if known.is_some_and(|known| bound - known <= i128::from(self.options.gap)) { Some(Ended::Proved) } else { self.out_of() }
    }

    fn outcome(self, ended: Ended, claim: Option<(i128, Vec<Knot>)>) -> Outcome {
        let steps = self.steps();
        let (bound, knots) = match claim {
            Some((bound, knots)) => (i64::try_from(bound).ok(), knots),
            None => (None, self.knots),
        };
        let nodes = proof::nodes(&self.exact, &knots, &self.domain);
        let (objective, offers) = self.best.map_or((None, None), |b| (Some(b.0), Some(b.1)));
        Outcome { ended, offers, objective, bound, nodes, steps }
    }

    /// One search with one target; leaves `waiting` empty where everything is closed.
    fn rung(&mut self, whole: &Whole, root_bound: i128) {
        self.go_to(Vec::new());
        self.domain = self.all.clone();
        self.heavy_fixed = false;
        self.knots.clear();
        self.waiting.clear();
        let mut root = 0;
        if self.scored {
            // The prices once more, so that the exact side holds them.
            let again = self.exact.prove(&self.domain, whole, true);
            if let (Some(total), Some(target)) = (again.total, self.target) {
                let dropped = self.exact.useless(&self.domain, &again, total, target).0;
                if !dropped.is_empty() || !self.exact.heavy.is_empty() {
                    self.domain.drop_arcs(&dropped);
                    self.knots.push(Knot::Fix(self.sealed(whole.clone()), 1));
                    self.heavy_fixed = true;
                    root = 1;
                }
            }
        }
        self.knots.push(Knot::Open(self.sealed(whole.clone())));
        self.model.restore(&self.exact, &self.domain);
        let basis = Rc::new(self.model.program.basis());
        self.waiting.push(Waiting { value: self.model.bound(), proved: root_bound, knot: root, path: Vec::new(), basis });
        let mut told = root_bound;
        while let Some(place) = self.waiting.pop() {
            let open = self.waiting.iter().map(|w| w.proved).fold(place.proved, i128::max);
            let bound = self.target.map_or(open, |t| t.max(open));
            if bound < told {
                told = bound;
                self.tell(Some(bound));
            }
            if self.finished(bound).is_some() {
                self.waiting.push(place);
                return;
            }
            self.model.program.set_basis(&place.basis);
            self.go_to(place.path.clone());
            if let Some(ended_at) = self.plunge(place.knot, place.proved) {
                // Out of steps inside the plunge: the place it stood at stays open.
                self.waiting.push(ended_at);
                return;
            }
        }
    }

    /// Follows the better side down until it is closed; the other sides wait. Returns the place it had to leave open.
    fn plunge(&mut self, mut knot: usize, mut proved_above: i128) -> Option<Waiting> {
        loop {
            self.places += 1;
            let (whole, proved) = match self.solve_here() {
                Solved::Closed(closed) => {
                    self.knots[knot] = closed;
                    return None;
                }
                Solved::Open(whole, proved) => (whole, proved),
            };
            let points = proved.total.map_or(proved_above, |t| self.exact.points(t));
            if points <= proved_above {
                proved_above = points;
                self.knots[knot] = Knot::Open(whole.clone());
            }
            if self.out_of().is_some() {
                return Some(self.waiting_here(knot, proved_above));
            }
            if let Some(dropped) = self.fixable(&proved) {
                let below = self.knots.len();
                self.knots.push(self.knots[knot].clone());
                self.knots[knot] = Knot::Fix(whole.clone(), below);
                knot = below;
                self.push_move(Move::Closed(Rc::new(dropped)));
            }
            let Some(choice) = self.choose() else {
                let closed = self.decided();
                self.knots[knot] = closed;
                return None;
            };
            let (answered, other) = (self.knots.len(), self.knots.len() + 1);
            let reversed = Answer { yes: !choice.answer.yes, ..choice.answer };
            self.knots.push(self.knots[knot].clone());
            self.knots.push(choice.closed.clone().unwrap_or_else(|| self.knots[knot].clone()));
            self.knots[knot] = proof::split(choice.answer, answered, other);
            if choice.closed.is_none() {
                let mut waiting = self.waiting_here(other, proved_above);
                waiting.value = choice.other_value.min(waiting.value);
                waiting.path.push(Move::Answer(reversed));
                self.waiting.push(waiting);
            }
            self.push_move(Move::Answer(choice.answer));
            knot = answered;
        }
    }

    fn waiting_here(&self, knot: usize, proved: i128) -> Waiting {
        Waiting { value: self.model.bound(), proved, knot, path: self.path.clone(), basis: Rc::new(self.model.program.basis()) }
    }

    /// Open arcs that the prices proved last show useless, where they are many.
    fn fixable(&self, proved: &Proved) -> Option<Vec<u32>> {
        let (Some(total), Some(target)) = (proved.total, self.target.filter(|_| self.scored)) else { return None };
        let (dropped, open) = self.exact.useless(&self.domain, proved, total, target);
        (!dropped.is_empty() && dropped.len() * FIX_WORTH >= open).then_some(dropped)
    }
}
