//! What people decide: the only call that makes an allocation. It needs a person, a reason, and a pair that no rule refuses.

use prost::Message as _;
use tonic::Status;

use crate::auth::{Caller, new_id, now_ms};
use crate::convert;
use crate::mask::Mask;
use crate::status;
use crate::store::{DecisionRow, NewDecision, Once, Page, Section, Written};
use crate::wire::v1;

use super::allocation::{asked_again, pair, succeeded};
use super::page::{self, List};
use super::{Shared, decode, keyed};

/// Records a decision.
pub(super) fn decide(shared: &Shared, caller: &Caller, asked: &v1::DecideRequest) -> Result<v1::Decision, Status> {
    let outcome = fields(asked)?;
    let body = v1::DecideRequest { request_id: String::new(), ..asked.clone() };
    let request = keyed(&asked.request_id, "Decide", &body.encode_to_vec())?;
    if let Some(request) = &request
        && let Some(known) = shared.store.answered(&caller.tenant, request).map_err(|fault| shared.refuse(&fault))?
    {
        return again(shared, caller, known);
    }
    let run = succeeded(shared, caller, &asked.run_id)?;
    let household = (outcome == v1::DecisionOutcome::Allocated).then_some(asked.household_id.as_str());
    if let Some(household) = household {
        let reasons = pair(shared, caller, &asked.run_id, household, &asked.dwelling_id)?;
        if !reasons.violations.is_empty() {
            // The rules by their codes: their sentences hold values of the household.
            let rules: Vec<_> = reasons.violations.iter().map(|violation| violation.rule).collect();
            let what = format!("rules of the run refuse this pair: {}; ExplainPair gives the reasons", rules.join(", "));
            return Err(status::failed_precondition("PAIR_REFUSED", &what));
        }
    } else {
        asked_again(shared, caller, &asked.run_id, |case| matcher_core::explain::dwelling(case, &asked.dwelling_id))?;
    }
    let (id, now_ms) = (new_id("dec").map_err(|fault| shared.refuse(&fault))?, now_ms());
    let decision = v1::Decision {
        decision_id: id.clone(),
        run_id: asked.run_id.clone(),
        dataset_id: run.dataset.clone(),
        dwelling_id: asked.dwelling_id.clone(),
        household_id: asked.household_id.clone(),
        outcome: outcome.into(),
        reason: asked.reason.clone(),
        decided_by: asked.decided_by.clone(),
        recorded_by: caller.name.clone(),
        create_time: Some(convert::timestamp(now_ms)),
        shortlist_rank: household.map(|household| rank(shared, caller, asked, household)).transpose()?.flatten(),
        current: false,
        etag: id.clone(),
    };
    let withdraws = outcome == v1::DecisionOutcome::Withdrawn;
    let new = NewDecision {
        tenant: &caller.tenant,
        id: &id,
        dataset: &run.dataset,
        run: &asked.run_id,
        dwelling: &asked.dwelling_id,
        household,
        after: Some(asked.etag.as_str()).filter(|etag| !etag.is_empty()),
        withdraws,
        now_ms,
        body: &decision.encode_to_vec(),
    };
    match shared.store.add_decision(&new, request.as_ref()).map_err(|fault| shared.refuse(&fault))? {
        Written::Once(Once::Done) => Ok(v1::Decision { current: !withdraws, ..decision }),
        Written::Once(known) => again(shared, caller, known),
        Written::Overtaken => {
            Err(status::aborted("DECISION_OVERTAKEN", "another decision about this dwelling is in force than the etag says; read it first"))
        }
        Written::HouseholdPlaced => {
            let what = "a decision in force gives this household another dwelling of the dataset; withdraw it first";
            Err(status::failed_precondition("HOUSEHOLD_PLACED", what))
        }
    }
}

/// The outcome, where the fields belong together.
fn fields(asked: &v1::DecideRequest) -> Result<v1::DecisionOutcome, Status> {
    let outcome = v1::DecisionOutcome::try_from(asked.outcome).ok().filter(|outcome| *outcome != v1::DecisionOutcome::Unspecified);
    let outcome = outcome.ok_or_else(|| status::bad_field("outcome", "say what was decided"))?;
    let words = |text: &str, most: usize| !text.trim().is_empty() && text.chars().count() <= most;
    if !words(&asked.reason, 2_000) {
        return Err(status::bad_field("reason", "say why, in up to 2,000 characters"));
    }
    if !words(&asked.decided_by, 200) {
        return Err(status::bad_field("decided_by", "say which person or commission decided, in up to 200 characters"));
    }
    if (outcome == v1::DecisionOutcome::Allocated) == asked.household_id.is_empty() {
        return Err(status::bad_field("household_id", "name the household with ALLOCATED, and only then"));
    }
    if outcome == v1::DecisionOutcome::Withdrawn && asked.etag.is_empty() {
        return Err(status::bad_field("etag", "say which decision is taken back"));
    }
    Ok(outcome)
}

/// The answer to a request that was answered before.
fn again(shared: &Shared, caller: &Caller, known: Once) -> Result<v1::Decision, Status> {
    let Once::Before(id) = known else { return Err(status::other_request()) };
    let row = shared.store.decision(&caller.tenant, &id).map_err(|fault| shared.refuse(&fault))?;
    message(shared, &row.ok_or_else(|| status::not_found("decision"))?)
}

/// Place of a household on the shortlist of the dwelling.
fn rank(shared: &Shared, caller: &Caller, asked: &v1::DecideRequest, household: &str) -> Result<Option<u32>, Status> {
    let refuse = |fault| shared.refuse(&fault);
    let body = shared.store.result(&caller.tenant, &asked.run_id, Section::Shortlists, &asked.dwelling_id).map_err(refuse)?;
    let Some(body) = body else { return Ok(None) };
    let shortlist: v1::Shortlist = decode(&body, "a shortlist").map_err(refuse)?;
    Ok(shortlist.candidates.iter().find(|candidate| candidate.household_id == household).map(|candidate| candidate.rank))
}

fn message(shared: &Shared, row: &DecisionRow) -> Result<v1::Decision, Status> {
    let decision: v1::Decision = decode(&row.body, "a decision").map_err(|fault| shared.refuse(&fault))?;
    Ok(v1::Decision { current: row.current, ..decision })
}

/// A page of decisions.
pub(super) fn list(
    shared: &Shared,
    caller: &Caller,
    asked: &v1::ListDecisionsRequest,
    mask: &Mask,
) -> Result<v1::ListDecisionsResponse, Status> {
    let list = List { secret: shared.store.secret(), tenant: &caller.tenant, name: "decisions", filter: &asked.dataset_id };
    let dataset = Some(asked.dataset_id.as_str()).filter(|id| !id.is_empty());
    let page = Page { before: list.position(&asked.page_token, i64::MAX)?, limit: page::size(asked.page_size, shared.limits.page)? };
    let rows = shared.store.decisions(&caller.tenant, dataset, page).map_err(|fault| shared.refuse(&fault))?;
    let more = rows.last().filter(|_| rows.len() >= page.limit as usize);
    let next_page_token = more.map(|row| list.token(row.seq)).unwrap_or_default();
    let decisions = rows.iter().map(|row| mask.narrowed(message(shared, row)?)).collect::<Result<_, _>>()?;
    Ok(v1::ListDecisionsResponse { decisions, next_page_token })
}
