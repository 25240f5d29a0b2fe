//! The whole way: problem, solve, the independent judge, and what people take away from it.
//!
//! [`run`] goes from a model and a policy to a [`Run`]. Everything in a `Run` is codes, ids and integers; `explain` and `report`
//! make sentences and pages of it. Nothing leaves here that `matcher-verify` has not accepted.

mod candidates;
mod case;
pub mod codes;
mod influence;
mod inputs;
mod judge;
pub(crate) mod links;
mod mix;
mod offers;
mod options;
mod pool;
mod prices;
mod provenance;
mod quota_results;
mod replay;
mod shortlists;
#[cfg(test)]
mod tests;
mod unassigned;
mod usual;
mod vacant;

pub use case::Case;
pub use inputs::{FileHash, Inputs, Opened, POLICY_FILE};
pub use judge::Judgement;
pub(crate) use mix::mixes;
pub use mix::{Aim, Band, Mix};
pub use offers::{Offer, Pin, Points};
pub use options::RunOptions;
pub use provenance::{CriterionInForce, PolicyName, Provenance, RuleInForce, sha256};
pub(crate) use quota_results::age_quotas;
pub use quota_results::{Conflict, ConflictingQuota, QuotaResult, UsualQuota};
pub use replay::{
    ALLOCATION_FILE, CERTIFICATE_FILE, Difference as ReplayDifference, INPUTS_DIR, Kept, PROBLEM_DIR, RUN_FILE, Record, ReplayVerdict,
    record, reopen, replay,
};
pub use shortlists::{Candidate, Shortlist};
pub use unassigned::{NoOffer, RuleCount, Unassigned};
pub use usual::{Difference, Usual};
pub use vacant::{LeftEmpty, WhyEmpty};

use std::num::NonZeroU32;

use serde::Serialize;

use crate::allocation::{Allocation, Proof, Status};
use crate::eligibility::Eligibility;
use crate::error::{Error, Finding, Report};
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::quotas::{self, Book, Desk, Draft, Eligible, Lowered};
use crate::scoring::Scoring;
use crate::solve::{Control, solve};
use crate::threads::on_threads;

use candidates::full::{Full, Seen};
use links::Links;
use pool::{Pair, Pool};
use prices::PriceList;
use shortlists::Shortlists;

/// Everything a person takes away from one run: a proposal, never a decision.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// What it rests on.
    pub provenance: Provenance,
    /// The numbers at a glance.
    pub totals: Totals,
    /// Status, worth, bound and certificate.
    pub allocation: Allocation,
    /// What the independent checker found.
    pub judgement: Judgement,
    /// Who is offered what, in the order of dwellings within residences.
    pub offers: Vec<Offer>,
    /// Every quota and target, and what became of it.
    pub quotas: Vec<QuotaResult>,
    /// Ages per residence.
    pub mixes: Vec<Mix>,
    /// Candidates per dwelling.
    pub shortlists: Vec<Shortlist>,
    /// Households without an offer.
    pub unassigned: Vec<Unassigned>,
    /// Dwellings without an offer.
    pub left_empty: Vec<LeftEmpty>,
    /// What the usual practice would have done.
    pub usual: Usual,
    /// The quotas that cannot hold together, where the problem is infeasible.
    pub conflict: Option<Conflict>,
    /// What a person should know about the input, but which stops nothing.
    pub warnings: Vec<Finding>,
    /// The problem that was solved.
    #[serde(skip)]
    pub problem: Problem,
    /// What its rows mean.
    #[serde(skip)]
    pub(crate) lowered: Lowered,
}

/// The numbers at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Residences.
    pub residences: usize,
    /// Dwellings to allocate.
    pub vacancies: usize,
    /// Dwellings that are offered to somebody.
    pub filled: usize,
    /// Households that apply.
    pub applicants: usize,
    /// Households living in the residences now.
    pub stock: usize,
    /// Eligible pairs.
    pub pairs: usize,
    /// Those of them that stand in the problem; all of them unless the run was asked to keep few candidates. The bound holds for all.
    pub pairs_in_problem: usize,
    /// Quotas and targets that hold.
    pub quotas_met: usize,
    /// All quotas and targets.
    pub quotas: usize,
}

/// Goes the whole way: makes the problem, solves it, has it judged, and works out what people need to know.
///
/// # Errors
/// [`Error::Input`] where rules, criteria or quotas of the policy cannot be applied, [`Error::ScoreOverflow`], and
/// [`Error::Refused`] where the independent checker does not accept the answer. Infeasible and stopped are statuses, not errors;
/// [`Error::Stopped`] is for a cancel before there is a problem.
///
/// # Complexity
/// That of the solve; besides it O(m (r + c)) time, m pairs, r rules, c criteria.
pub fn run(model: &Model, policy: &Policy, book: Book<'_>, options: &RunOptions, control: &Control<'_>) -> Result<Run, Error> {
    on_threads(options.solve.threads, || whole(model, policy, book, options, control))
}

fn whole(model: &Model, policy: &Policy, book: Book<'_>, options: &RunOptions, control: &Control<'_>) -> Result<Run, Error> {
    if let Some(most) = options.max_candidates {
        return with_few(model, policy, book, (options, most), control);
    }
    match Prepared::until(model, policy, book, &|| control.stopped().is_some()) {
        // Time was over before all pairs were made. Who cancels wants no answer; here one is wanted, and it comes from few pairs.
        Err(Error::Stopped) if control.stopped() == Some(Status::TimeLimit) => {
            let options = RunOptions { max_candidates: Some(NonZeroU32::MIN), ..*options };
            with_few(model, policy, book, (&options, NonZeroU32::MIN), control)
        }
        prepared => {
            let prepared = prepared?;
            let allocation = solve(&prepared.problem, &options.solve, control)?;
            prepared.finish(options, allocation)
        }
    }
}

fn with_few(
    model: &Model,
    policy: &Policy,
    book: Book<'_>,
    (options, most): (&RunOptions, NonZeroU32),
    control: &Control<'_>,
) -> Result<Run, Error> {
    let rules = Rules::new(model, policy);
    let eligible = Eligible { model, eligibility: &rules.eligibility, scoring: &rules.scoring };
    let draft = |reach: &[bool]| rules.with(Draft::new(model, policy, book, &rules.eligibility, reach));
    let found = candidates::allocate(&eligible, draft, most.get() as usize, &options.solve, control)?;
    let prepared =
        Prepared { all: found.all, held: found.held, ..Prepared::from_parts(model, policy, rules, found.problem, found.lowered) };
    prepared.finish(options, found.allocation)
}

/// Everything that is wrong with a policy for a model, without solving: rules, criteria, weights, quotas and their legal basis.
/// Gives the warnings.
///
/// # Errors
/// As [`run`], before the solve.
pub fn check(model: &Model, policy: &Policy, book: Book<'_>) -> Result<Vec<Finding>, Error> {
    Prepared::new(model, policy, book).map(|prepared| prepared.warnings)
}

/// Rules and criteria of a policy, and what is wrong with them.
struct Rules<'m> {
    eligibility: Eligibility<'m>,
    scoring: Scoring<'m>,
    report: Report,
}

impl<'m> Rules<'m> {
    fn new(model: &'m Model, policy: &'m Policy) -> Self {
        let mut report = Report::default();
        let eligibility = Eligibility::prepare(model, policy, &mut report);
        let scoring = Scoring::prepare(model, policy, &mut report);
        Self { eligibility, scoring, report }
    }

    /// What is wrong with the quotas is reported together with what is wrong with rules and criteria.
    fn with<T>(&self, made: Result<T, Error>) -> Result<T, Error> {
        let mut report = self.report.clone();
        match made {
            Ok(made) => report.into_result(made),
            Err(Error::Input { report: more }) => {
                report.errors.extend(more.errors);
                report.warnings.extend(more.warnings);
                report.into_result(()).and(Err(Error::Input { report: Report::default() }))
            }
            Err(other) => Err(other),
        }
    }
}

/// Model and policy with rules, criteria and problem ready.
pub(crate) struct Prepared<'m> {
    model: &'m Model,
    policy: &'m Policy,
    eligibility: Eligibility<'m>,
    pub(crate) scoring: Scoring<'m>,
    /// What its rows mean.
    pub(crate) lowered: Lowered,
    pub(crate) warnings: Vec<Finding>,
    /// Eligible pairs, whether they stand in the problem or not.
    all: usize,
    /// The certificate of an allocation has been held against all of them.
    held: bool,
    /// The problem of the model under the policy.
    pub(crate) problem: Problem,
}

impl<'m> Prepared<'m> {
    /// With all pairs in the problem.
    pub(crate) fn new(model: &'m Model, policy: &'m Policy, book: Book<'_>) -> Result<Self, Error> {
        Self::until(model, policy, book, &|| false)
    }

    /// The same, until `stop` says so.
    ///
    /// # Errors
    /// [`Error::Stopped`] besides.
    fn until(model: &'m Model, policy: &'m Policy, book: Book<'_>, stop: &(dyn Fn() -> bool + Sync)) -> Result<Self, Error> {
        let rules = Rules::new(model, policy);
        let eligible = Eligible { model, eligibility: &rules.eligibility, scoring: &rules.scoring };
        let (problem, lowered) = rules.with(quotas::problem_until(model, policy, book, eligible, stop))?;
        Ok(Self::from_parts(model, policy, rules, problem, lowered))
    }

    /// With the pairs of `kept` in the problem, where their ids are known; scores and rows are made anew.
    pub(crate) fn with_pairs_of(model: &'m Model, policy: &'m Policy, book: Book<'_>, kept: &Problem) -> Result<Self, Error> {
        let rules = Rules::new(model, policy);
        let eligible = Eligible { model, eligibility: &rules.eligibility, scoring: &rules.scoring };
        let (open, pairs) = candidates::pairs_of(&eligible, kept);
        let reach: Vec<bool> = open.iter().map(|&open| open > 0).collect();
        let draft = rules.with(Draft::new(model, policy, book, &rules.eligibility, &reach))?;
        let (problem, lowered) = draft.into_problem(pairs)?;
        Ok(Self { all: open.iter().sum(), ..Self::from_parts(model, policy, rules, problem, lowered) })
    }

    fn from_parts(model: &'m Model, policy: &'m Policy, rules: Rules<'m>, problem: Problem, lowered: Lowered) -> Self {
        let Rules { eligibility, scoring, report } = rules;
        let mut warnings = report.warnings;
        warnings.extend(lowered.warnings.iter().cloned());
        Self { model, policy, eligibility, scoring, lowered, warnings, all: problem.arc_count(), held: true, problem }
    }

    /// The problem alone.
    pub(crate) fn into_problem(self) -> Problem {
        self.problem
    }

    /// Judges an allocation of the problem and works out everything that is said about it.
    pub(crate) fn finish(self, options: &RunOptions, allocation: Allocation) -> Result<Run, Error> {
        let Self { model, policy, eligibility, scoring, lowered, warnings, all: pairs, held, problem } = self;
        let (seed, certificate) = (options.solve.seed, allocation.certificate.as_ref());
        // Prices that are not held yet are judged once they are completed.
        let judged = held.then(|| judge::judge(&problem, &allocation)).transpose()?;
        let eligible = Eligible { model, eligibility: &eligibility, scoring: &scoring };
        let is_part = pairs > problem.arc_count();
        // The problem of few candidates is not made from all pairs: it is held against them.
        let full = options.max_candidates.map(|_| Full::new(model, &problem, &lowered, certificate, is_part)).transpose()?;
        let links = Links::new(model, &problem);
        let known = allocation.objective.is_some();
        // Without an allocation nobody is offered anything.
        let offered = if known { allocation.offers.clone() } else { vec![None; problem.households().len()] };
        let parts = (&problem, &lowered, &links);
        let prices = PriceList::new(&problem, certificate);
        let prices = prices.map(|prices| {
            let uses = Pool::new(eligible, parts, Some(&prices), certificate, is_part);
            prices.clone().with_uses(&uses, &offered)
        });
        let pool = Pool::new(eligible, parts, prices.as_ref(), certificate, is_part);
        let usual = usual::usual_offers(model, &pool, &links, seed);
        let quotas = quota_results::quota_results(model, &pool, &lowered, &offered, &usual);
        let costs: i64 = quotas.iter().map(|quota| quota.outcome.penalty).sum();
        if known && costs != allocation.penalties {
            let reason = format!("the quotas, counted anew, cost {costs} points, not {}", allocation.penalties);
            return Err(Error::Refused { reason });
        }
        let conflict = match allocation.certificate.as_ref().map(|certificate| &certificate.proof) {
            Some(Proof::Infeasible { rows, .. }) => Some(quota_results::conflict(&lowered, &quotas, rows)),
            _ => None,
        };
        let wanted = policy.shortlist_length.max(3) as usize;
        let offers = offers::offers(model, policy, &problem, &links, &scoring, &offered);
        let spread = influence::spread(model, &pool, &links, &scoring);
        let new = || Gathered {
            shortlists: Shortlists::new(&pool, &offered, wanted, seed),
            waiting: vacant::Waiting::new(&problem, &offered),
            beaten: Vec::new(),
            seen: Vec::new(),
            least: Vec::new(),
            desk: Desk::default(),
        };
        let look = |gathered: &mut Gathered<'_>, household: HouseholdIndex, pairs: &[Pair], desk: &Desk| {
            gathered.shortlists.show(household, pairs);
            gathered.waiting.show(household, pairs);
            gathered.beaten.push(unassigned::beaten_by(&pool, &offered, household, pairs));
            if let (false, Some(prices)) = (held, pool.prices()) {
                gathered.least.push(prices.least(pairs));
            }
            if let Some(full) = &full {
                // Where all pairs stand in the problem they came from there, and are made anew for the check.
                let found = if is_part { desk.found() } else { eligible.pairs(household, &mut gathered.desk) };
                gathered.seen.push(full.look(household, found));
            }
        };
        let gathered = pool.in_parts(new, look).into_iter().reduce(Gathered::join).unwrap_or_else(new);
        let completed = (!held).then(|| candidates::complete(&problem, allocation.clone(), &gathered.least, options.solve.gap_ppm));
        let last = completed.as_ref().unwrap_or(&allocation);
        if let Some(full) = &full
            && full.verdict(last.certificate.as_ref(), &gathered.seen)? != pairs
        {
            return Err(Error::Refused { reason: "the eligible pairs, counted anew, are of another number".into() });
        }
        let judgement = match judged {
            Some(judgement) => judgement,
            None => judge::judge(&problem, last)?,
        };
        let candidates = gathered.shortlists.candidates().to_vec();
        let shortlists = gathered.shortlists.lists();
        let (unassigned, left_empty) = if known {
            (
                unassigned::unassigned(model, &links, &eligibility, &offered, &gathered.beaten),
                vacant::left_empty(model, &pool, &links, &eligibility, (&gathered.waiting, &candidates)),
            )
        } else {
            (Vec::new(), Vec::new())
        };
        let usual_result = usual::usual(&pool, &quotas, &offered, &usual);
        Ok(Run {
            provenance: provenance::provenance(model, policy, &problem, options, &spread),
            totals: Totals {
                residences: model.residences.len(),
                vacancies: model.dwellings.len(),
                filled: offers.len(),
                applicants: model.households.len(),
                stock: model.stock.len(),
                pairs,
                pairs_in_problem: problem.arc_count(),
                quotas_met: quotas.iter().filter(|quota| quota.met()).count(),
                quotas: quotas.len(),
            },
            mixes: mix::mixes(
                model,
                &links,
                &quota_results::age_quotas(model, &lowered, quotas.iter().map(|quota| &quota.outcome)),
                &offered,
                &usual,
            ),
            shortlists,
            usual: usual_result,
            offers,
            unassigned,
            left_empty,
            judgement,
            quotas,
            conflict,
            warnings,
            allocation: completed.unwrap_or(allocation),
            problem,
            lowered,
        })
    }
}

/// What one look at all pairs gives.
struct Gathered<'a> {
    shortlists: Shortlists<'a>,
    waiting: vacant::Waiting<'a>,
    /// Per household without an offer, what keeps it from one.
    beaten: Vec<Option<(usize, NoOffer)>>,
    /// Per household, what the check of the proof over all pairs has seen.
    seen: Vec<Seen>,
    /// Per household, the least price that covers its pairs; only where the proof is still to be completed.
    least: Vec<i64>,
    desk: Desk,
}

impl Gathered<'_> {
    /// With what was gathered from later households.
    fn join(self, later: Self) -> Self {
        let (mut beaten, mut seen, mut least) = (self.beaten, self.seen, self.least);
        beaten.extend(later.beaten);
        seen.extend(later.seen);
        least.extend(later.least);
        Self {
            shortlists: self.shortlists.join(later.shortlists),
            waiting: self.waiting.join(later.waiting),
            beaten,
            seen,
            least,
            desk: self.desk,
        }
    }
}
