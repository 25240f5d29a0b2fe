//! Runs the methods side by side: prices and search, then the tree; synchronised at counted points.

use crate::allocation::{Allocation, Node, Proof, Status};
use crate::error::Error;
use crate::ids::DwellingIndex;
use crate::problem::{Alike, Problem};
use crate::threads::on_threads;

use super::SolveOptions;
use super::anneal::{self, Heat};
use super::certify::{self, allocation, assembled, offers, prices, within, worth};
use super::classes;
use super::control::{Control, Progress, Stage};
use super::flow;
use super::graph::Graph;
use super::memory;
use super::plain::{self, Plain};
use super::prices::{Ascent, Saved};
use super::refine::Refine;
use super::rows::Rows;
use super::search::{Incumbent, Search};
use super::tree;

/// Finds the allocation of highest worth, with a bound and the certificate that proves it.
///
/// A household or dwelling may stay unmatched unless a hard row demands otherwise. An infeasible problem, a limit and a cancel
/// are answers ([`Status`]), not errors.
///
/// # Errors
/// [`Error::MemoryLimit`] where the options set a limit and the problem needs more. ([`Error::ScoreOverflow`] never comes from
/// here: a [`Problem`] that could overflow is not made.)
///
/// # Complexity
/// Without rows and affinities one assignment, O(n (m + n log n)) at worst; with them as many warm ones as the gap needs.
///
/// ```
/// use matcher_core::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
/// use matcher_core::problem::{Parts, Place, Problem};
/// use matcher_core::solve::{solve, Control, SolveOptions};
/// let (h, d) = (HouseholdIndex::new, DwellingIndex::new);
/// let place = |id: &str| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 };
/// let problem = Problem::new(Parts {
///     households: vec!["h1".into(), "h2".into()],
///     dwellings: vec![place("d1"), place("d2")],
///     residences: vec!["r1".into()],
///     arcs: vec![(h(0), d(0), 9), (h(0), d(1), 8), (h(1), d(0), 7)],
///     ..Parts::default()
/// })?;
/// let allocation = solve(&problem, &SolveOptions::default(), &Control::default())?;
/// assert_eq!(allocation.objective, Some(15));
/// assert_eq!(allocation.bound, Some(15));
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn solve(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Result<Allocation, Error> {
    memory::check(problem, options)?;
    if !problem.tiers().is_empty() {
        return super::tiers::solve(problem, options, control);
    }
    on_threads(options.threads, || match classes::merged(problem, control) {
        Some((merged, alike)) => Ok(as_classes(problem, &merged, &alike, options, control)),
        None => Ok(whole(problem, options, control)),
    })
}

/// Solves a problem without tiers by the method that serves it.
pub(super) fn whole(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Allocation {
    if problem.quotas().is_empty() && problem.affinities().is_empty() {
        return plain::solve(problem, options, control);
    }
    let general = |options: &SolveOptions| Drive::new(problem, options, control).run(false).0;
    // The certificate needs the problem's hash at the end, when the caller may be waiting for a stop: it is made meanwhile,
    // and again at the end should a stop come before.
    rayon::join(|| flow::solve_or(problem, options, control, general), || problem.hash_unless(|| control.stopped().is_some())).0
}

/// Solves the problem of the classes in the place of `problem`, whose hash is made meanwhile.
fn as_classes(problem: &Problem, merged: &Problem, alike: &Alike, options: &SolveOptions, control: &Control<'_>) -> Allocation {
    let (answer, _) = rayon::join(|| whole(merged, options, control), || problem.hash_unless(|| control.stopped().is_some()));
    let steps = answer.steps;
    classes::apart(problem, merged, alike, answer, options.seed).unwrap_or_else(|| {
        let left = SolveOptions { step_limit: options.step_limit.map(|limit| limit.saturating_sub(steps)), ..*options };
        let answer = whole(problem, &left, control);
        Allocation { steps: answer.steps + steps, ..answer }
    })
}

/// The whole problem at once, with what an ascent needs to go on from here; nothing where hard rows conflict.
pub(super) fn solve_and_save(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> (Allocation, Option<Saved>) {
    on_threads(options.threads, || Drive::new(problem, options, control).run(true))
}

/// Rounds of prices and search before the tree takes over a small problem.
const ROUNDS_BEFORE_PROOF: u32 = 6;
/// Price iterations of a round.
const ITERATIONS: u32 = 10;
/// And once the last round took less than one part in [`BOUND_WORTH`] of the gap off the bound: the rest is for the regions to find.
const FEW_ITERATIONS: u32 = 2;
const BOUND_WORTH: i64 = 1_000;
/// Rounds that may pass before the search starts whatever the prices.
const COARSE_ROUNDS: u32 = 20;
/// Rounds of annealing before regions are solved.
const ANNEALS: u32 = 2;
/// Rounds of regions without a gain before annealing has another go.
const IDLE: u32 = 8;
/// Moves of one annealing, at most.
const MOST_MOVES: u64 = 1 << 27;
/// A pivot of the tree's linear program costs about as much as so many arcs scanned.
const STEPS_PER_PIVOT: u64 = 1_000;
/// Largest problem for the tree: its linear program grows with arcs and households.
const SMALL_ARCS: usize = 60_000;
/// See [`SMALL_ARCS`].
const SMALL_HOUSEHOLDS: usize = 3_000;
/// Pairs in a residence that both can reach (bonds), at most: each brings two rows to the linear program, and stands in each set
/// of prices.
const SMALL_BONDS: usize = 4_000;
/// Steps of the tree's first try where pairs earn points: it closes few such pairs at once, and many never, so that prices and
/// search go on between tries. Each further try may use four times as many, after twice as many rounds.
const FIRST_TRY: u64 = 8_000;

struct Drive<'a> {
    problem: &'a Problem,
    options: &'a SolveOptions,
    control: &'a Control<'a>,
}

impl<'a> Drive<'a> {
    const fn new(problem: &'a Problem, options: &'a SolveOptions, control: &'a Control<'a>) -> Self {
        Self { problem, options, control }
    }

    /// The answer, and where `is_saved` what an ascent needs to go on.
    fn run(&self, is_saved: bool) -> (Allocation, Option<Saved>) {
        let stopped = || self.control.stopped().is_some();
        // Asked with 0 steps for the caller's wish alone: a limit of 0 is reached at the first one.
        let stop = |scanned| stopped() || self.options.step_limit.is_some_and(|limit| scanned >= limit.max(1));
        // Before the graph, since it has lists of its own. Stopped there, prices begin with nobody placed: of a small problem that is
        // a bound all the same.
        let plain = plain::assignment(self.problem, self.options.seed, &stop).unwrap_or_else(|| Plain::nobody(self.problem));
        let graph = Graph::new(self.problem, self.options.seed, &stopped);
        if !graph.is_complete(self.problem) {
            return (self.nobody_yet(), None);
        }
        let rows = Rows::new(self.problem);
        let mut ascent = Ascent::new(self.problem, &graph, &rows, &plain, &stop);
        drop(plain);
        if !ascent.has_bound() {
            return (self.nobody_yet(), None);
        }
        let mut search = Search::new(self.problem, &graph, &rows, self.options.seed);
        search.load_within_maxima(&ascent.best.slot);
        let mut refine = Refine::new(self.problem, &graph, self.options.seed);
        let mut state = State { round: 0, anneals: 0, idle: 0, dual_open: true, tree: Tried::default(), gained: i64::MAX };
        let status = loop {
            let steps = work(&ascent, &search, &refine, &state.tree);
            let objective = search.best.as_ref().map(|best| best.objective).max(state.tree.objective());
            let bound = state.tree.bound.map_or(ascent.bound(), |bound| bound.min(ascent.bound()));
            self.control.tell(Progress {
                stage: if state.round == 0 { Stage::Plain } else { Stage::Prices },
                bound: Some(bound),
                objective,
                steps,
            });
            if let Some(objective) = objective
                && within(bound, objective, self.options.gap_ppm)
            {
                break if bound == objective { Status::Optimal } else { Status::GapLimit };
            }
            if let Some(status) = self.control.stopped() {
                break status;
            }
            if self.options.step_limit.is_some_and(|limit| steps >= limit) {
                break Status::StepLimit;
            }
            if state.round == ROUNDS_BEFORE_PROOF
                && objective.is_none()
                && let Some(conflict) = self.conflict(steps)
            {
                return (conflict, None);
            }
            if state.round >= ROUNDS_BEFORE_PROOF << state.tree.tries && self.is_small(&ascent) {
                match self.prove(&mut state.tree, &ascent, search.best.as_ref(), steps) {
                    tree::Ended::Infeasible => {
                        if let Some(conflict) = self.conflict(work(&ascent, &search, &refine, &state.tree)) {
                            return (conflict, None);
                        }
                        break Status::Unknown;
                    }
                    // Back to the tests above: a gap that is closed, a limit, or more rounds.
                    _ => continue,
                }
            }
            self.round(&mut state, &mut ascent, &mut search, &mut refine);
        };
        let steps = work(&ascent, &search, &refine, &state.tree);
        let answer = self.answer(status, &ascent, search.best.as_ref(), state.tree, steps);
        let mut remains: Vec<Box<dyn Send>> = vec![Box::new(search.remains())];
        let saved = if is_saved {
            Some(ascent.save())
        } else {
            remains.push(Box::new(ascent.remains()));
            None
        };
        // The caller may be waiting: what is large is freed elsewhere.
        remains.push(Box::new(graph));
        rayon::spawn(move || drop(remains));
        (answer, saved)
    }

    /// The answer of a solve stopped before it knew anything: nobody placed, where hard rows allow that.
    fn nobody_yet(&self) -> Allocation {
        let offers = vec![None; self.problem.households().len()];
        let status = self.control.stopped().filter(|_| worth(self.problem, &offers).is_some()).unwrap_or(Status::Unknown);
        allocation(self.problem, status, offers, None, None, 0)
    }

    /// Small enough for the linear program and the tree.
    fn is_small(&self, ascent: &Ascent<'_>) -> bool {
        ascent.shares.list.len() <= SMALL_BONDS
            && self.problem.arc_count() <= SMALL_ARCS
            && self.problem.households().len() <= SMALL_HOUSEHOLDS
    }

    /// The answer that hard rows conflict, where they do and the problem is small enough to show it.
    fn conflict(&self, steps: u64) -> Option<Allocation> {
        if self.problem.arc_count() > SMALL_ARCS * 8 {
            return None;
        }
        let left = self.options.step_limit.map_or(u64::MAX, |limit| limit.saturating_sub(steps) / STEPS_PER_PIVOT);
        let conflict = tree::infeasible(self.problem, &tree::Options { steps: left, ..tree::Options::default() }, self.control)?;
        let proof = Proof::Infeasible { rows: conflict.rows, nodes: conflict.nodes, witnesses: conflict.witnesses };
        Some(allocation(self.problem, Status::Infeasible, Vec::new(), None, Some(proof), steps + conflict.steps * STEPS_PER_PIVOT))
    }

    /// Closes the gap by branching, from the best allocation known.
    fn prove(&self, tried: &mut Tried, ascent: &Ascent<'_>, best: Option<&Incumbent>, steps: u64) -> tree::Ended {
        let found = best.filter(|best| tried.objective().is_none_or(|known| best.objective > known));
        if let Some(best) = found {
            tried.best = Some((best.objective, offers(ascent.graph, &best.slot)));
        }
        let objective = tried.objective().map_or(0, |objective| objective.unsigned_abs().max(1));
        let left = self.options.step_limit.map_or(u64::MAX, |limit| limit.saturating_sub(steps) / STEPS_PER_PIVOT);
        let share = if self.problem.affinities().is_empty() { u64::MAX } else { FIRST_TRY.saturating_mul(1 << (2 * tried.tries).min(40)) };
        let options = tree::Options {
            steps: left.min(share),
            gap: i64::try_from(u128::from(objective) * u128::from(self.options.gap_ppm) / 1_000_000).unwrap_or(i64::MAX),
            ..tree::Options::default()
        };
        let prices = by_position(ascent);
        let start = tree::Start { offers: tried.best.as_ref().map(|best| best.1.as_slice()), prices: Some(&prices) };
        let outcome = tree::close(self.problem, start, &options, self.control);
        tried.tries += 1;
        // A try that was cut short by the limit counts as all that was left.
        tried.steps += if left <= outcome.steps { left } else { outcome.steps } * STEPS_PER_PIVOT;
        if let Some(bound) = outcome.bound.filter(|&bound| tried.bound.is_none_or(|known| bound < known)) {
            tried.bound = Some(bound);
            tried.nodes = outcome.nodes;
        }
        if let (Some(objective), Some(offers)) = (outcome.objective, outcome.offers)
            && tried.objective().is_none_or(|known| objective > known)
        {
            tried.best = Some((objective, offers));
        }
        outcome.ended
    }

    /// One round: a few price iterations beside a better allocation; what each found is exchanged afterwards.
    fn round(&self, state: &mut State, ascent: &mut Ascent<'_>, search: &mut Search<'_>, refine: &mut Refine<'_>) {
        state.round += 1;
        let stop = || self.control.stopped().is_some();
        let rounds = state.round;
        // Annealing mends the allocation while prices are too far off to steer by, and once from the prices when they are near;
        // then come exact regions, and annealing again where they find nothing more. A small problem is one region: the tree's.
        let coarse = ascent.is_coarse && rounds <= COARSE_ROUNDS;
        let regions = !coarse && !self.is_small(ascent) && state.anneals >= ANNEALS && state.idle < IDLE && search.load_best();
        if !coarse && !regions && search.best.is_some() && state.anneals.is_multiple_of(2) {
            search.load(&ascent.best.slot);
        } else {
            search.load_best();
        }
        state.anneals += u32::from(!coarse && !regions);
        let Some(near) = ascent.near(&stop) else { return };
        let heat = Heat::from(12, ascent.unit(), ascent.rows.scale);
        let moves = ascent.best.placed() * if coarse { 40 } else { 100 << (state.anneals / 2).min(5) };
        let moves = moves.clamp(20_000, MOST_MOVES);
        let (known, bound) = (search.best.as_ref().map(|best| best.objective), ascent.bound());
        let missing = known.map_or(i64::MAX, |known| bound.saturating_sub(known));
        let is_worth = !regions || state.gained.saturating_mul(BOUND_WORTH) >= missing;
        let iterations = if is_worth { ITERATIONS } else { FEW_ITERATIONS };
        let (open, ()) = rayon::join(
            || state.dual_open && ascent.advance_by(iterations, &stop),
            || {
                if regions {
                    let changes = refine.advance(search.held(), &near, self.control);
                    search.adopt(&changes);
                } else {
                    anneal::anneal(search, &near, moves, heat, &stop);
                }
            },
        );
        (state.dual_open, state.gained) = (open, bound - ascent.bound());
        state.idle = if search.best.as_ref().map(|best| best.objective) > known || !regions { 0 } else { state.idle + 1 };
        if stop() {
            // The caller waits: what is large is freed elsewhere.
            rayon::spawn(move || drop(near));
            return;
        }
        if coarse || search.best.is_none() {
            let (held, broken) = (search.slot.clone(), search.broken);
            search.load_within_maxima(&ascent.best.slot);
            if search.best.is_none() && search.broken >= broken {
                // What is nearly within the hard rows is worth more than a fresh start.
                search.load(&held);
            }
        }
    }

    /// The best allocation and the best bound, whoever found them.
    fn answer(&self, status: Status, ascent: &Ascent<'_>, best: Option<&Incumbent>, tried: Tried, steps: u64) -> Allocation {
        let Tried { bound, nodes, best: proved, .. } = tried;
        let proof = || match bound.filter(|&bound| bound <= ascent.bound()) {
            Some(bound) => (bound, Proof::Tree { nodes }),
            None => (ascent.bound(), Proof::Prices(prices(self.problem, ascent))),
        };
        let found = || {
            let found = best.filter(|best| proved.as_ref().is_none_or(|known| best.objective > known.0));
            let offers = found.map(|best| offers(ascent.graph, &best.slot)).or(proved.map(|best| best.1));
            let status = if offers.is_none() { Status::Unknown } else { status };
            let offers = offers.unwrap_or_else(|| vec![None; self.problem.households().len()]);
            (status, worth(self.problem, &offers), offers)
        };
        // The caller may be waiting.
        let ((bound, proof), (status, worth, offers)) = rayon::join(proof, found);
        assembled(self.problem, status, offers, worth, Some(bound), Some(proof), steps)
    }
}

struct State {
    round: u32,
    /// Rounds of annealing.
    anneals: u32,
    /// Rounds of regions in which nothing got better.
    idle: u32,
    dual_open: bool,
    /// What the last round took off the bound.
    gained: i64,
    tree: Tried,
}

/// What the tree has shown so far.
#[derive(Default)]
struct Tried {
    tries: u32,
    steps: u64,
    bound: Option<i64>,
    /// The proof of the bound.
    nodes: Vec<Node>,
    /// Its best allocation, or the one it began with.
    best: Option<(i64, Vec<Option<DwellingIndex>>)>,
}

/// The best prices, by position in the problem, as the tree reads them.
fn by_position(ascent: &Ascent<'_>) -> tree::Prices {
    let best = &ascent.best;
    let (households, dwellings) = certify::by_position(ascent.graph, &best.u, &best.v);
    tree::Prices { scale: ascent.rows.scale, households, dwellings, quotas: best.prices.clone() }
}

/// Steps of work so far.
fn work(ascent: &Ascent<'_>, search: &Search<'_>, refine: &Refine<'_>, tree: &Tried) -> u64 {
    ascent.scanned() + search.moves + refine.steps * STEPS_PER_PIVOT + tree.steps
}

impl Tried {
    fn objective(&self) -> Option<i64> {
        self.best.as_ref().map(|best| best.0)
    }
}
