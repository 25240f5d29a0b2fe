//! `AllocationService`: runs, their results, and what people decide on them.

use std::sync::Arc;
use std::time::Duration;

use matcher_core::{explain, pipeline, policy};
use prost::Message;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::auth::{Caller, Deadline, new_id, now_ms};
use crate::convert;
use crate::error::Error;
use crate::mask::Mask;
use crate::runs::{Attached, NotTaken, asked, date, inputs, kept};
use crate::status;
use crate::store::{self, Deletion, NewDataset, NewRun, Once, Page, RunRow, RunState, Section};
use crate::wire::v1;
use crate::wire::v1::allocation_service_server::AllocationService;

use super::page::{self, List};
use super::{Shared, caller, dataset, decide, decode, inline, lists, replay, watch};

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Allocation(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl AllocationService for Allocation {
    async fn allocate(&self, request: Request<v1::AllocateRequest>) -> Result<Response<v1::AllocateResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        if asked.validate_only {
            let _place = self.0.place()?;
            let warnings = self.0.work(move |shared| check(shared, &caller, &asked)).await?;
            return Ok(Response::new(v1::AllocateResponse { run: None, warnings }));
        }
        let (attached, of) = (asked.attached, caller.clone());
        let id = {
            let _place = asked.inline_dataset.as_ref().map(|_| self.0.place()).transpose()?;
            self.0.work(move |shared| inline::submit(shared, &of, asked)).await?
        };
        if attached {
            Attached::new(&self.0.runs, &caller.tenant, &id).wait().await;
        }
        let run = self.0.work(move |shared| message(shared, &shared.run(&caller.tenant, &id)?)).await?;
        Ok(Response::new(v1::AllocateResponse { run: Some(run), warnings: Vec::new() }))
    }

    async fn get_run(&self, request: Request<v1::GetRunRequest>) -> Result<Response<v1::GetRunResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let mask = Mask::new::<v1::Run>(&self.0.contract, asked.read_mask.as_ref())?;
        let run = self.0.work(move |shared| message(shared, &shared.run(&caller.tenant, &asked.run_id)?)).await?;
        let run = Some(mask.narrowed(run)?);
        Ok(mask.told(v1::GetRunResponse { run }))
    }

    async fn list_runs(&self, request: Request<v1::ListRunsRequest>) -> Result<Response<v1::ListRunsResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let mask = Mask::new::<v1::Run>(&self.0.contract, asked.read_mask.as_ref())?;
        let (mask, answer) = self.0.work(move |shared| list(shared, &caller, &asked, &mask).map(|answer| (mask, answer))).await?;
        Ok(mask.told(answer))
    }

    async fn cancel_run(&self, request: Request<v1::CancelRunRequest>) -> Result<Response<v1::CancelRunResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let cancel = move |shared: &Shared| {
            let row = shared.runs.cancel(&caller.tenant, &asked.run_id, asked.keep_best).map_err(|fault| shared.refuse(&fault))?;
            message(shared, &row.ok_or_else(|| status::not_found("run"))?)
        };
        let run = self.0.work(cancel).await?;
        Ok(Response::new(v1::CancelRunResponse { run: Some(run) }))
    }

    async fn delete_run(&self, request: Request<v1::DeleteRunRequest>) -> Result<Response<v1::DeleteRunResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        self.0.work(move |shared| delete(shared, &caller, &asked)).await.map(Response::new)
    }

    type WatchRunStream = ReceiverStream<Result<v1::WatchRunResponse, Status>>;

    async fn watch_run(&self, request: Request<v1::WatchRunRequest>) -> Result<Response<Self::WatchRunStream>, Status> {
        let caller = caller(&request)?;
        let deadline = request.extensions().get::<Deadline>().copied();
        watch::watch(&self.0, caller, request.into_inner(), deadline).await.map(Response::new)
    }

    async fn list_offers(&self, request: Request<v1::ListOffersRequest>) -> Result<Response<v1::ListOffersResponse>, Status> {
        lists::page(&self.0, request).await
    }

    async fn list_shortlists(&self, request: Request<v1::ListShortlistsRequest>) -> Result<Response<v1::ListShortlistsResponse>, Status> {
        if request.get_ref().dwelling_id.is_empty() {
            return lists::page(&self.0, request).await;
        }
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let mask = Mask::new::<v1::Shortlist>(&self.0.contract, asked.read_mask.as_ref())?;
        let shortlist = mask.narrowed(self.0.work(move |shared| shortlist(shared, &caller, &asked)).await?)?;
        Ok(mask.told(v1::ListShortlistsResponse { shortlists: vec![shortlist], next_page_token: String::new(), total_size: 1 }))
    }

    async fn list_unassigned(&self, request: Request<v1::ListUnassignedRequest>) -> Result<Response<v1::ListUnassignedResponse>, Status> {
        lists::page(&self.0, request).await
    }

    async fn list_empty_dwellings(
        &self,
        request: Request<v1::ListEmptyDwellingsRequest>,
    ) -> Result<Response<v1::ListEmptyDwellingsResponse>, Status> {
        lists::page(&self.0, request).await
    }

    async fn list_quota_results(
        &self,
        request: Request<v1::ListQuotaResultsRequest>,
    ) -> Result<Response<v1::ListQuotaResultsResponse>, Status> {
        lists::page(&self.0, request).await
    }

    async fn list_residence_mixes(
        &self,
        request: Request<v1::ListResidenceMixesRequest>,
    ) -> Result<Response<v1::ListResidenceMixesResponse>, Status> {
        lists::page(&self.0, request).await
    }

    async fn verify_run(&self, request: Request<v1::VerifyRunRequest>) -> Result<Response<v1::VerifyRunResponse>, Status> {
        let caller = caller(&request)?;
        let id = request.into_inner().run_id;
        self.0.work(move |shared| verify(shared, &caller, &id)).await.map(Response::new)
    }

    async fn replay_run(&self, request: Request<v1::ReplayRunRequest>) -> Result<Response<v1::ReplayRunResponse>, Status> {
        let caller = caller(&request)?;
        replay::replay(&self.0, caller, request.into_inner().run_id).await.map(Response::new)
    }

    async fn decide(&self, request: Request<v1::DecideRequest>) -> Result<Response<v1::DecideResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let decision = self.0.work(move |shared| decide::decide(shared, &caller, &asked)).await?;
        Ok(Response::new(v1::DecideResponse { decision: Some(decision) }))
    }

    async fn list_decisions(&self, request: Request<v1::ListDecisionsRequest>) -> Result<Response<v1::ListDecisionsResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let mask = Mask::new::<v1::Decision>(&self.0.contract, asked.read_mask.as_ref())?;
        let read = move |shared: &Shared| decide::list(shared, &caller, &asked, &mask).map(|answer| (mask, answer));
        let (mask, answer) = self.0.work(read).await?;
        Ok(mask.told(answer))
    }
}

/// A stored run as a message.
fn message(shared: &Shared, row: &RunRow) -> Result<v1::Run, Status> {
    let body = asked(row).map_err(|fault| shared.refuse(&fault))?;
    Ok(v1::Run { state: state(row.state).into(), etag: etag(row), ..body })
}

pub(super) const fn state(state: RunState) -> v1::RunState {
    match state {
        RunState::Queued => v1::RunState::Queued,
        RunState::Running => v1::RunState::Running,
        RunState::Succeeded => v1::RunState::Succeeded,
        RunState::Cancelled => v1::RunState::Cancelled,
        RunState::Failed => v1::RunState::Failed,
    }
}

fn etag(row: &RunRow) -> String {
    format!("v{}", row.version)
}

/// A run with a result.
pub(super) fn succeeded(shared: &Shared, caller: &Caller, id: &str) -> Result<RunRow, Status> {
    let row = shared.run(&caller.tenant, id)?;
    if row.state == RunState::Succeeded {
        return Ok(row);
    }
    Err(status::failed_precondition("NO_RESULT", "the run has no result: it has not ended, was cancelled or failed"))
}

/// What can be told at once about the options at `field` of a request and a policy in it.
pub(super) fn quick_faults(shared: &Shared, field: &str, options: Option<&v1::RunOptions>, policy_toml: &str) -> Result<(), Status> {
    if let Some(options) = options {
        if options.gap_ppm.is_some_and(|gap| gap > 1_000_000) {
            return Err(status::bad_field(&format!("{field}.gap_ppm"), "0 to 1,000,000"));
        }
        let no_day = |_| status::bad_field(&format!("{field}.reference_date"), "a day of the calendar, YYYY-MM-DD");
        date(options).map_err(no_day)?;
    }
    if !policy_toml.is_empty() {
        let read = policy::parse(policy_toml, pipeline::POLICY_FILE);
        read.map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))?;
    }
    Ok(())
}

fn own_policy(asked: &v1::AllocateRequest) -> Option<&str> {
    Some(asked.policy_toml.as_str()).filter(|policy| !policy.is_empty())
}

/// `validate_only`: everything that is wrong, and the findings that stop nothing.
fn check(shared: &Shared, caller: &Caller, asked: &v1::AllocateRequest) -> Result<Vec<v1::Finding>, Status> {
    quick_faults(shared, "options", asked.options.as_ref(), &asked.policy_toml)?;
    let refuse = |fault: Error| shared.refuse(&fault);
    let files = if let Some(inline) = &asked.inline_dataset {
        inline::files(shared, inline, &asked.dataset_id)?
    } else {
        let files = shared.store.dataset_files(&caller.tenant, &asked.dataset_id).map_err(refuse)?;
        files.ok_or_else(|| status::not_found("dataset"))?
    };
    let inputs = inputs(files, own_policy(asked)).map_err(refuse)?;
    let date = date(&asked.options.clone().unwrap_or_default()).map_err(refuse)?;
    let (_, warnings) = dataset::check(&inputs, date).map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))?;
    Ok(warnings)
}

/// The run that the same request made before.
pub(super) fn before(shared: &Shared, caller: &Caller, request: Option<&store::Request>) -> Result<Option<String>, Status> {
    let Some(request) = request else { return Ok(None) };
    match shared.store.answered(&caller.tenant, request).map_err(|fault| shared.refuse(&fault))? {
        None => Ok(None),
        Some(Once::Before(id)) => Ok(Some(id)),
        Some(_) => Err(status::other_request()),
    }
}

/// Stores a run on the dataset `asked` names, which may come with it, and lets it wait for its turn; its id.
pub(super) fn submit(
    shared: &Shared,
    caller: &Caller,
    asked: &v1::AllocateRequest,
    inline: Option<&NewDataset<'_>>,
    request: Option<&store::Request>,
) -> Result<String, Status> {
    let id = new_id("run").map_err(|fault| shared.refuse(&fault))?;
    let now_ms = now_ms();
    let run = v1::Run {
        run_id: id.clone(),
        dataset_id: asked.dataset_id.clone(),
        options: Some(asked.options.clone().unwrap_or_default()),
        own_policy: own_policy(asked).is_some(),
        create_time: Some(convert::timestamp(now_ms)),
        ..v1::Run::default()
    };
    let new = NewRun {
        inline,
        tenant: &caller.tenant,
        id: &id,
        dataset: &asked.dataset_id,
        policy: own_policy(asked),
        attached: asked.attached,
        now_ms,
        body: &run.encode_to_vec(),
    };
    shared.runs.submit(&new, request).map_err(|fault| not_taken(shared, fault))
}

/// Why a run, or what takes a place as a run does, was not taken on.
pub(super) fn not_taken(shared: &Shared, fault: NotTaken) -> Status {
    match fault {
        NotTaken::Full => {
            let delay = Duration::from_secs(shared.limits.solve_s.clamp(1, 60));
            status::exhausted("QUEUE_FULL", "as many runs wait as the service takes on", delay)
        }
        NotTaken::Closing => Status::unavailable("the service is about to stop"),
        NotTaken::NoDataset => status::not_found("dataset"),
        NotTaken::OtherRequest => status::other_request(),
        NotTaken::Failed(fault) => shared.refuse(&fault),
    }
}

fn list(shared: &Shared, caller: &Caller, asked: &v1::ListRunsRequest, mask: &Mask) -> Result<v1::ListRunsResponse, Status> {
    let list = List { secret: shared.store.secret(), tenant: &caller.tenant, name: "runs", filter: &asked.dataset_id };
    let dataset = Some(asked.dataset_id.as_str()).filter(|id| !id.is_empty());
    let page = Page { before: list.position(&asked.page_token, i64::MAX)?, limit: page::size(asked.page_size, shared.limits.page)? };
    let rows = shared.store.runs(&caller.tenant, dataset, page).map_err(|fault| shared.refuse(&fault))?;
    let more = rows.last().filter(|_| rows.len() >= page.limit as usize);
    let next_page_token = more.map(|row| list.token(row.seq)).unwrap_or_default();
    let runs = rows.iter().map(|row| mask.narrowed(message(shared, row)?)).collect::<Result<_, _>>()?;
    Ok(v1::ListRunsResponse { runs, next_page_token })
}

fn delete(shared: &Shared, caller: &Caller, asked: &v1::DeleteRunRequest) -> Result<v1::DeleteRunResponse, Status> {
    let row = shared.run(&caller.tenant, &asked.run_id)?;
    if !asked.etag.is_empty() && asked.etag != etag(&row) {
        return Err(status::aborted("ETAG_DIFFERS", "this is not the run's etag; read it again"));
    }
    match shared.store.delete_run(&caller.tenant, &asked.run_id).map_err(|fault| shared.refuse(&fault))? {
        Deletion::Done => {
            shared.runs.opened.forget(&asked.run_id);
            Ok(v1::DeleteRunResponse {})
        }
        Deletion::NotFound => Err(status::not_found("run")),
        Deletion::InUse => {
            Err(status::failed_precondition("IN_USE", "the run has not ended, or decisions rest on it; cancel it, or keep it"))
        }
    }
}

fn shortlist(shared: &Shared, caller: &Caller, asked: &v1::ListShortlistsRequest) -> Result<v1::Shortlist, Status> {
    succeeded(shared, caller, &asked.run_id)?;
    let refuse = |fault| shared.refuse(&fault);
    let body = shared.store.result(&caller.tenant, &asked.run_id, Section::Shortlists, &asked.dwelling_id).map_err(refuse)?;
    decode(&body.ok_or_else(|| status::not_found("dwelling"))?, "a shortlist").map_err(refuse)
}

fn verify(shared: &Shared, caller: &Caller, id: &str) -> Result<v1::VerifyRunResponse, Status> {
    let row = succeeded(shared, caller, id)?;
    let (inputs, left) = kept(&*shared.store, &row).map_err(|fault| shared.refuse(&fault))?;
    let verdict = left.replay(&inputs).map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))?;
    let judgement = verdict.judgement.as_ref();
    Ok(v1::VerifyRunResponse {
        accepted: verdict.accepted,
        differences: verdict.differences.iter().map(ToString::to_string).collect(),
        problem_sha256: verdict.problem,
        proof: judgement.and_then(|judgement| judgement.proof).unwrap_or_default().into(),
        proof_leaves: judgement.map_or(0, |judgement| convert::count(judgement.leaves)),
        engine_version_then: verdict.versions.0,
        engine_version_now: verdict.versions.1,
    })
}

/// Something about a run that is opened for it: rules, criteria and prices are asked again.
pub(super) fn asked_again<T>(
    shared: &Shared,
    caller: &Caller,
    run_id: &str,
    question: impl FnOnce(&pipeline::Case<'_>) -> Result<T, matcher_core::error::Error>,
) -> Result<T, Status> {
    let row = succeeded(shared, caller, run_id)?;
    let open = shared.runs.opened.get(&*shared.store, &row).map_err(|fault| shared.refuse(&fault))?;
    let case = pipeline::Case::new(&open.opened.model, &open.opened.policy, &open.run);
    case.and_then(|case| question(&case)).map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))
}

/// What speaks for and against a pair of a run.
pub(super) fn pair(shared: &Shared, caller: &Caller, run: &str, household: &str, dwelling: &str) -> Result<explain::PairReasons, Status> {
    asked_again(shared, caller, run, |case| explain::pair(case, household, dwelling))
}
