//! Tiers: several objectives, one strictly before the next.
//!
//! Problem      maximise the count of tier 1; among what reaches that, the count of tier 2; ...; last the objective.
//! Method       one solve per level. A level is an ordinary problem ([`Problem::level`]) in which each earlier tier is a hard row
//!              that may not fall below what it reached, so every method of this folder serves it as it is, and its certificate
//!              is an ordinary one of that problem. The allocation of a level is feasible in the next, which therefore never ends with
//!              less: it stands wherever the next solve, stopped by a limit, knows nothing better.
//! Deviations   where a gap is allowed, a tier that is not closed after a counted amount of work is left as it stands, so that the
//!              later levels get their turn under a time limit, which this code cannot see. With gap 0 every level is closed.
//! Claim        count and bound per tier. Where they are equal the tier is proved as high as the earlier ones allow; where a
//!              gap or limit stopped a level, the later ones are best *given* what it reached.
//! Complexity   that of K + 1 solves, and O(m) each to make the level; K tiers, m arcs.
//! References   M. Ehrgott, "Multicriteria Optimization" (2nd ed., 2005), chapter 5 (lexicographic optimality).

use crate::allocation::{Allocation, Certificate, Prices, Proof, Status, tier_outcomes};
use crate::error::Error;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::problem::Problem;

use super::certify::{Worth, allocation, within, worth};
use super::control::{Control, Progress, Stage};
use super::{SolveOptions, drive};

/// The best answer of a level.
struct Level {
    offers: Vec<Option<DwellingIndex>>,
    status: Status,
    objective: i64,
    certificate: Option<Certificate>,
}

/// Solves a problem that has tiers.
///
/// # Errors
/// [`Error::ScoreOverflow`] never for a [`Problem`] that was made; [`Error::MemoryLimit`] as [`drive::solve`]; [`Error::Refused`] where a level contradicts the one before it,
/// which would be a defect of the solver.
pub(super) fn solve(problem: &Problem, options: &SolveOptions, control: &Control<'_>) -> Result<Allocation, Error> {
    let (mut reached, mut certificates) = (Vec::new(), Vec::new());
    let (mut status, mut steps) = (Status::Optimal, 0);
    let mut held: Option<Vec<Option<DwellingIndex>>> = None;
    loop {
        let level = problem.level(&reached)?;
        let is_last = reached.len() == problem.tiers().len();
        let tell = |progress: Progress| {
            let steps = steps + progress.steps;
            // What a tier counts are no points: bound and objective are those of the last level.
            let of_tier = Progress { stage: Stage::Tiers, bound: None, objective: None, steps };
            control.tell(if is_last { Progress { steps, ..progress } } else { of_tier });
        };
        let own = SolveOptions { step_limit: allowed(problem, reached.len(), options, steps), ..*options };
        let answer = drive::solve(&level, &own, &Control { stop: control.stop, progress: Some(&tell) })?;
        steps += answer.steps;
        if reached.is_empty() && answer.objective.is_none() {
            return Ok(without_allocation(problem, answer));
        }
        let best = best(&level, answer, held.as_deref(), options, control)?;
        status = worse(status, best.status);
        certificates.push(best.certificate);
        if is_last {
            let bound = certificates.last().and_then(|last| last.as_ref()?.bound);
            let mut answer = allocation(&level, status, best.offers, bound, None, steps);
            let levels: Option<Vec<Certificate>> = certificates.into_iter().collect();
            let proof = levels.map(|levels| Proof::Tiers { levels });
            answer.certificate = proof.map(|proof| Certificate { problem: problem.hash(), objective: answer.objective, bound, proof });
            answer.tiers = tier_outcomes(problem, &answer.offers, answer.certificate.as_ref());
            return Ok(answer);
        }
        reached.push(best.objective);
        held = Some(best.offers);
    }
}

/// Steps that a tier may use where the optimum is not asked for: so many,
const PATIENCE: u64 = 50_000_000;
/// and so many per arc. A count that is not proved by then rarely is, and the levels after it must have their turn.
const PATIENCE_PER_ARC: u64 = 200;

/// Steps that the level after `before` tiers may use: an equal share of those left, and for a tier no more than its patience.
fn allowed(problem: &Problem, before: usize, options: &SolveOptions, used: u64) -> Option<u64> {
    let levels = (problem.tiers().len() + 1).saturating_sub(before).max(1) as u64;
    let share = options.step_limit.map(|limit| limit.saturating_sub(used) / levels);
    if levels == 1 || options.gap_ppm == 0 {
        return share;
    }
    let patience = PATIENCE.saturating_add(PATIENCE_PER_ARC.saturating_mul(problem.arc_count() as u64));
    Some(share.map_or(patience, |share| share.min(patience)))
}

/// The answer where the first level has none: hard rows conflict, tiers or not, or nothing is known yet.
fn without_allocation(problem: &Problem, first: Allocation) -> Allocation {
    // The rows of a conflict are rows of the problem, and a ray knows no scores: the proof is one of the problem as well.
    let conflict = first.certificate.filter(|_| first.status == Status::Infeasible);
    let certificate = conflict.map(|certificate| Certificate { problem: problem.hash(), ..certificate });
    Allocation { bound: None, certificate, ..first }
}

/// The answer to a level, or the allocation of the level before where that is worth more.
fn best(
    level: &Problem,
    answer: Allocation,
    held: Option<&[Option<DwellingIndex>]>,
    options: &SolveOptions,
    control: &Control<'_>,
) -> Result<Level, Error> {
    let contradiction = |reason: &str| Error::Refused { reason: reason.to_owned() };
    if answer.status == Status::Infeasible {
        return Err(contradiction("a level of the tiers is said to be infeasible, but the level before has an allocation for it"));
    }
    let kept = held.and_then(|offers| Some((worth(level, offers).map(Worth::objective)?, offers)));
    let (objective, offers) = match (answer.objective, kept) {
        (Some(objective), Some((known, offers))) if known > objective => (known, offers.to_vec()),
        (None, Some((known, offers))) => (known, offers.to_vec()),
        (Some(objective), _) => (objective, answer.offers),
        (None, None) => return Err(contradiction("the allocation of a level of the tiers does not hold in the next")),
    };
    let certificate = answer.certificate.or_else(|| sure(level)).map(|known| Certificate { objective: Some(objective), ..known });
    let bound = certificate.as_ref().and_then(|certificate| certificate.bound);
    let status = match (bound, answer.status) {
        (Some(bound), _) if bound == objective => Status::Optimal,
        (Some(bound), _) if within(bound, objective, options.gap_ppm) => Status::GapLimit,
        (_, status @ (Status::TimeLimit | Status::StepLimit | Status::Cancelled)) => status,
        _ => control.stopped().unwrap_or(Status::StepLimit),
    };
    Ok(Level { offers, status, objective, certificate })
}

/// What stopped the whole is what stopped one of its levels, the later one where both were stopped.
const fn worse(before: Status, now: Status) -> Status {
    match (before, now) {
        (before, Status::Optimal) => before,
        (Status::Optimal | Status::GapLimit, now) => now,
        (before, Status::GapLimit) => before,
        (_, now) => now,
    }
}

/// The bound that needs no work, where a level was stopped before it had one: each household gets its best pair. Only plain
/// levels are stopped so early, so that nothing is said where pairs of households earn points.
fn sure(level: &Problem) -> Option<Certificate> {
    if !level.affinities().is_empty() {
        return None;
    }
    let top = |h: usize| level.arcs(HouseholdIndex::new(h)).map(|arc| arc.score).max().filter(|&score| score > 0);
    let tops: Vec<_> = level.households().iter().enumerate().filter_map(|(h, id)| Some((id.clone(), top(h)?))).collect();
    let bound = tops.iter().map(|top| top.1).try_fold(0i64, i64::checked_add)?;
    let prices = Prices { scale: 1, households: Some(tops.into_iter().collect()), ..Prices::default() };
    Some(Certificate { problem: level.hash(), objective: None, bound: Some(bound), proof: Proof::Prices(prices) })
}
