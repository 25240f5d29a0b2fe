//! The results of a run on the wire: a summary, and lists whose entries the store keeps one by one.

use matcher_core::allocation::Status;
use matcher_core::pipeline::{LeftEmpty, Mix, Offer, QuotaResult, Run, Unassigned};
use matcher_core::quotas::Verdict;
use prost::Message as _;

use crate::store::{Entries, Section};
use crate::wire::v1;

use super::{count, gap_ppm, reasons, warnings};

/// The summary of a run.
pub(crate) fn result(run: &Run) -> v1::RunResult {
    let (allocation, totals, rests_on) = (&run.allocation, &run.totals, &run.provenance);
    v1::RunResult {
        status: status(allocation.status).into(),
        objective_points: allocation.objective,
        suitability_points: allocation.suitability,
        penalty_points: allocation.penalties,
        affinity_points: allocation.affinity_points,
        bound_points: allocation.bound,
        gap_ppm: gap_ppm(allocation.objective, allocation.bound),
        proof: run.judgement.proof.unwrap_or_default().into(),
        steps: allocation.steps,
        totals: Some(v1::RunTotals {
            residences: count(totals.residences),
            vacancies: count(totals.vacancies),
            filled: count(totals.filled),
            applicants: count(totals.applicants),
            stock: count(totals.stock),
            pairs: totals.pairs as u64,
            quotas_met: count(totals.quotas_met),
            quotas: count(totals.quotas),
        }),
        provenance: Some(v1::Provenance {
            engine_version: rests_on.engine_version.into(),
            reference_date: rests_on.reference_date.clone(),
            policy_id: rests_on.policy.id.clone(),
            policy_version: rests_on.policy.version.clone(),
            policy_author: rests_on.policy.author.clone(),
            policy_sha256: rests_on.policy.sha256.clone(),
            problem_sha256: rests_on.problem.clone(),
            seed: rests_on.options.seed,
            rules: rests_on.rules.iter().map(|rule| rule.code.into()).collect(),
        }),
        tiers: allocation.tiers.iter().map(|tier| v1::TierOutcome { tier: tier.tier, reached: tier.reached, bound: tier.bound }).collect(),
        conflicting_rows: run.conflict.iter().flat_map(|conflict| &conflict.quotas).map(|quota| quota.row.clone()).collect(),
        warnings: warnings(&run.warnings),
    }
}

/// Every list of a run, each entry with its key, encoded.
pub(crate) fn lists(run: &Run) -> Vec<(Section, Entries)> {
    let offers = run.offers.iter().map(|entry| (entry.dwelling.clone(), offer(entry).encode_to_vec()));
    let shortlists = run.shortlists.iter().map(|entry| (entry.dwelling.clone(), reasons::shortlist(entry).encode_to_vec()));
    let unassigned = run.unassigned.iter().map(|entry| (entry.household.clone(), household(entry).encode_to_vec()));
    let empty = run.left_empty.iter().map(|entry| (entry.dwelling.clone(), dwelling(entry).encode_to_vec()));
    let quotas = run.quotas.iter().map(|entry| (entry.outcome.id.clone(), quota(entry).encode_to_vec()));
    let mixes = run.mixes.iter().map(|entry| (entry.residence.clone(), mix(entry).encode_to_vec()));
    vec![
        (Section::Offers, offers.collect()),
        (Section::Shortlists, shortlists.collect()),
        (Section::Unassigned, unassigned.collect()),
        (Section::EmptyDwellings, empty.collect()),
        (Section::Quotas, quotas.collect()),
        (Section::Mixes, mixes.collect()),
    ]
}

pub(super) const fn status(status: Status) -> v1::SolveStatus {
    match status {
        Status::Optimal => v1::SolveStatus::Optimal,
        Status::GapLimit => v1::SolveStatus::GapLimit,
        Status::TimeLimit => v1::SolveStatus::TimeLimit,
        Status::StepLimit => v1::SolveStatus::StepLimit,
        Status::Infeasible => v1::SolveStatus::Infeasible,
        // A run that is cancelled has no result; what else core may come to say is told as unknown.
        _ => v1::SolveStatus::Unknown,
    }
}

fn offer(entry: &Offer) -> v1::Offer {
    let pin = entry.pin.as_ref();
    v1::Offer {
        household_id: entry.household.clone(),
        dwelling_id: entry.dwelling.clone(),
        residence_id: entry.residence.clone(),
        typology: entry.typology.into(),
        suitability_points: entry.suitability,
        points: reasons::points(&entry.points),
        choice_rank: entry.choice.map(count),
        pin_reason: pin.map(|pin| pin.reason.clone()).unwrap_or_default(),
        pin_author: pin.map(|pin| pin.author.clone()).unwrap_or_default(),
    }
}

fn household(entry: &Unassigned) -> v1::UnassignedHousehold {
    v1::UnassignedHousehold {
        household_id: entry.household.clone(),
        open_dwellings: count(entry.open),
        reason: Some(reasons::no_offer(&entry.reason)),
    }
}

fn dwelling(entry: &LeftEmpty) -> v1::EmptyDwelling {
    v1::EmptyDwelling {
        dwelling_id: entry.dwelling.clone(),
        residence_id: entry.residence.clone(),
        candidate_count: count(entry.candidates),
        reason: Some(reasons::why_empty(&entry.reason)),
    }
}

fn quota(entry: &QuotaResult) -> v1::QuotaResult {
    let outcome = &entry.outcome;
    let verdict = match outcome.verdict {
        Verdict::Met => v1::QuotaVerdict::Met,
        Verdict::Missed => v1::QuotaVerdict::Missed,
        Verdict::Inherited => v1::QuotaVerdict::Inherited,
        Verdict::Open => v1::QuotaVerdict::Open,
    };
    v1::QuotaResult {
        quota_id: outcome.id.clone(),
        scope: entry.scope.clone(),
        group: entry.group.clone(),
        hard: entry.hard,
        min: outcome.min,
        target_low: outcome.target_low,
        target_high: outcome.target_high,
        max: outcome.max,
        before: entry.before(),
        arriving: outcome.arriving,
        leaving: outcome.leaving,
        after: outcome.total,
        verdict: verdict.into(),
        away: outcome.away,
        penalty_points: outcome.penalty,
        price_points: entry.price,
        usual_after: entry.usual.total,
        legal_basis: entry.legal_basis.clone(),
        author: entry.author.clone(),
    }
}

fn mix(entry: &Mix) -> v1::ResidenceMix {
    v1::ResidenceMix {
        residence_id: entry.residence.clone(),
        dwellings: entry.dwellings,
        vacancies: count(entry.vacancies),
        filled: count(entry.filled),
        bands: entry
            .bands
            .iter()
            .map(|band| {
                let (low, high) = if let Some(aim) = &band.aim { aim.range() } else { (None, None) };
                v1::AgeBand {
                    from_years: band.from,
                    to_years: band.to,
                    before: band.before,
                    after: band.after,
                    quota_id: band.aim.as_ref().map(|aim| aim.quota.clone()).unwrap_or_default(),
                    aim_low: low,
                    aim_high: high,
                }
            })
            .collect(),
    }
}
