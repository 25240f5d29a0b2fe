//! Runs: the answer is core's own, told once it is durable, watched, cancelled, kept over a restart.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use matcher_core::pipeline::{self, Inputs};
use matcher_core::solve::{Control, SolveOptions};
use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::{Clients, Files, Service, allocate, demo_town, hard_options, hard_town, small_town, within};

/// What core itself answers to the same files.
fn by_core(files: &Files) -> pipeline::Run {
    let mut tables: BTreeMap<String, Vec<u8>> = files.iter().cloned().collect();
    let policy = String::from_utf8(tables.remove("policy.toml").unwrap()).unwrap();
    let opened = Inputs { tables, policy }.open(None).unwrap();
    let options = SolveOptions { seed: opened.policy.seed, ..SolveOptions::default() };
    pipeline::run(&opened.model, &opened.policy, opened.book(), &options.into(), &Control::default()).unwrap()
}

pub(crate) async fn offers(clients: &mut Clients, run_id: &str, page_size: i32) -> Vec<v1::Offer> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListOffersRequest { run_id: run_id.into(), page_size, page_token, ..Default::default() };
        let page = clients.allocation.list_offers(request).await.unwrap().into_inner();
        assert!(page.offers.len() <= page_size as usize);
        all.extend(page.offers);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            assert_eq!(all.len(), page.total_size as usize);
            return all;
        }
    }
}

/// A run of a town that takes long, once the solver works on it.
pub(crate) async fn long_run(clients: &mut Clients) -> v1::Run {
    let dataset = clients.create(&hard_town()).await;
    let request = v1::AllocateRequest { options: Some(hard_options()), ..allocate(&dataset.dataset_id) };
    let run = clients.allocation.allocate(request).await.unwrap().into_inner().run.unwrap();
    until_solving(clients, &run.run_id).await;
    run
}

pub(crate) async fn until_solving(clients: &mut Clients, run_id: &str) {
    let request = v1::WatchRunRequest { run_id: run_id.into(), after_sequence: 0 };
    let mut events = clients.allocation.watch_run(request).await.unwrap().into_inner();
    while let Some(event) = events.message().await.unwrap() {
        assert!(event.state != i32::from(v1::RunState::Succeeded), "the town is solved too soon for this test");
        if event.bound_points.is_some() {
            return;
        }
    }
    panic!("the run has ended before the solver worked on it");
}

pub(crate) async fn ended(clients: &mut Clients, run_id: &str) -> v1::Run {
    clients.watch(run_id, 0).await;
    clients.get_run(run_id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_town_is_answered_as_core_answers_it() {
    within(Box::pin(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let files = demo_town();
        let dataset = clients.create(&files).await;
        let run = clients.allocation.allocate(allocate(&dataset.dataset_id)).await.unwrap().into_inner().run.unwrap();
        assert!(run.result.is_none() && !run.run_id.is_empty());
        // Events: numbers rise, bounds fall, the last one is the end; at most one in 100 ms, but for the first and the last.
        let start = Instant::now();
        let events = clients.watch(&run.run_id, 0).await;
        assert!(events.len() as u128 <= start.elapsed().as_millis() / 100 + 3, "{} events", events.len());
        assert!(events.iter().zip(events.iter().skip(1)).all(|(a, b)| {
            b.sequence == a.sequence + 1 + b.skipped
                && b.objective_points >= a.objective_points
                && (a.bound_points.is_none() || b.bound_points <= a.bound_points)
        }));
        let last = events.last().unwrap();
        assert_eq!(last.state(), v1::RunState::Succeeded);
        // A stream that is taken up again says no more than what is new.
        let again = clients.watch(&run.run_id, last.sequence).await;
        assert_eq!((again.len(), again[0].sequence, again[0].state()), (1, last.sequence + 1, v1::RunState::Succeeded));
        let run = clients.get_run(&run.run_id).await;
        let (result, core) = (run.result.clone().unwrap(), by_core(&files));
        assert_eq!(result.status(), v1::SolveStatus::GapLimit);
        assert_eq!((result.objective_points, result.bound_points), (core.allocation.objective, core.allocation.bound));
        assert_eq!((result.steps, result.provenance.unwrap().problem_sha256), (core.allocation.steps, core.provenance.problem.clone()));
        assert_eq!(result.proof, core.judgement.proof.unwrap());
        let pairs: Vec<_> = core.offers.iter().map(|offer| (offer.household.clone(), offer.dwelling.clone(), offer.suitability)).collect();
        let told = offers(&mut clients, &run.run_id, 50).await;
        assert_eq!(told.iter().map(|o| (o.household_id.clone(), o.dwelling_id.clone(), o.suitability_points)).collect::<Vec<_>>(), pairs);
        assert!(told.iter().all(|offer| offer.points.iter().map(|points| points.points).sum::<i64>() == offer.suitability_points));
        lists_are_those_of_core(&mut clients, &run.run_id, &core).await;
        explanations_are_those_of_core(&mut clients, &run.run_id, &core).await;
        let verdict = clients.allocation.verify_run(v1::VerifyRunRequest { run_id: run.run_id.clone() }).await.unwrap().into_inner();
        assert!(verdict.accepted && verdict.differences.is_empty(), "{verdict:?}");
        assert_eq!((verdict.problem_sha256, verdict.proof), (core.provenance.problem, core.judgement.proof.unwrap().to_owned()));
    }))
    .await;
}

async fn lists_are_those_of_core(clients: &mut Clients, run_id: &str, core: &pipeline::Run) {
    let (run_id, page_size, page_token) = (run_id.to_owned(), 1_000, String::new());
    let request = v1::ListShortlistsRequest { run_id: run_id.clone(), page_size, ..v1::ListShortlistsRequest::default() };
    let shortlists = clients.allocation.list_shortlists(request.clone()).await.unwrap().into_inner().shortlists;
    assert_eq!(shortlists.len(), core.shortlists.len());
    for (told, list) in shortlists.iter().zip(&core.shortlists) {
        assert_eq!((told.dwelling_id.as_str(), told.candidate_count as usize), (list.dwelling.as_str(), list.candidates));
        let entries: Vec<_> = list.entries.iter().map(|entry| (entry.rank as u32, entry.household.as_str(), entry.behind)).collect();
        assert_eq!(told.candidates.iter().map(|c| (c.rank, c.household_id.as_str(), c.behind_points)).collect::<Vec<_>>(), entries);
    }
    let one = v1::ListShortlistsRequest { dwelling_id: shortlists[7].dwelling_id.clone(), ..request };
    assert_eq!(clients.allocation.list_shortlists(one).await.unwrap().into_inner().shortlists, [shortlists[7].clone()]);
    let request = v1::ListUnassignedRequest { run_id: run_id.clone(), page_size, page_token: page_token.clone(), ..Default::default() };
    let unassigned = clients.allocation.list_unassigned(request).await.unwrap().into_inner().households;
    assert_eq!(unassigned.len(), core.unassigned.len());
    assert!(unassigned.iter().zip(&core.unassigned).all(|(told, entry)| {
        let code = told.reason.as_ref().unwrap().code().as_str_name().strip_prefix("NO_OFFER_CODE_").unwrap().to_lowercase();
        told.household_id == entry.household && code == entry.reason.code()
    }));
    let request = v1::ListEmptyDwellingsRequest { run_id: run_id.clone(), page_size, page_token: page_token.clone(), ..Default::default() };
    let empty = clients.allocation.list_empty_dwellings(request).await.unwrap().into_inner().dwellings;
    assert!(
        empty.len() == core.left_empty.len()
            && empty.iter().zip(&core.left_empty).all(|(told, entry)| {
                let code = told.reason.as_ref().unwrap().code().as_str_name().strip_prefix("WHY_EMPTY_CODE_").unwrap().to_lowercase();
                told.dwelling_id == entry.dwelling && code == entry.reason.code()
            })
    );
    let request = v1::ListQuotaResultsRequest { run_id: run_id.clone(), page_size, page_token: page_token.clone(), ..Default::default() };
    let quotas = clients.allocation.list_quota_results(request).await.unwrap().into_inner().quotas;
    let told: Vec<_> = quotas.iter().map(|quota| (quota.quota_id.clone(), quota.after, quota.penalty_points, quota.price_points)).collect();
    let own: Vec<_> = core.quotas.iter().map(|q| (q.outcome.id.clone(), q.outcome.total, q.outcome.penalty, q.price)).collect();
    assert_eq!(told, own);
    let request = v1::ListResidenceMixesRequest { run_id, page_size, page_token, ..Default::default() };
    let mixes = clients.allocation.list_residence_mixes(request).await.unwrap().into_inner().mixes;
    let told: Vec<Vec<_>> =
        mixes.iter().map(|mix| mix.bands.iter().map(|band| (band.from_years, band.before, band.after)).collect()).collect();
    let own: Vec<Vec<_>> =
        core.mixes.iter().map(|mix| mix.bands.iter().map(|band| (band.from, band.before, band.after)).collect()).collect();
    assert_eq!(told, own);
}

async fn explanations_are_those_of_core(clients: &mut Clients, run_id: &str, core: &pipeline::Run) {
    let (offer, loser) = (&core.offers[3], &core.unassigned[0]);
    let household = |household_id: &str| v1::ExplainHouseholdRequest {
        run_id: run_id.into(),
        household_id: household_id.into(),
        language: v1::Language::English.into(),
    };
    let told = clients.explanation.explain_household(household(&offer.household)).await.unwrap().into_inner();
    let pair = told.offer.unwrap();
    assert_eq!((pair.dwelling_id.as_str(), pair.suitability_points, pair.rank), (offer.dwelling.as_str(), offer.suitability, Some(1)));
    assert!(told.no_offer.is_none() && told.text.contains("Suitability"));
    let told = clients.explanation.explain_household(household(&loser.household)).await.unwrap().into_inner();
    assert!(told.offer.is_none() && told.no_offer.is_some());
    let request = v1::ExplainDwellingRequest { run_id: run_id.into(), dwelling_id: offer.dwelling.clone(), language: 0 };
    let told = clients.explanation.explain_dwelling(request).await.unwrap().into_inner();
    assert_eq!(told.offer.unwrap().household_id, offer.household);
    assert!(told.shortlist.unwrap().candidates.len() >= 3);
    let pair = |household_id: &str, language: i32| v1::ExplainPairRequest {
        run_id: run_id.into(),
        household_id: household_id.into(),
        dwelling_id: offer.dwelling.clone(),
        language,
    };
    let told = clients.explanation.explain_pair(pair(&loser.household, 1)).await.unwrap().into_inner();
    assert!(!told.reasons.unwrap().offered && told.text.contains("Adéquation"));
    let refused = clients.explanation.explain_pair(pair("nobody-of-this-town", 1)).await.unwrap_err();
    assert_eq!((refused.code(), refused.message().contains("nobody-of")), (Code::NotFound, false));
    let refused = clients.explanation.explain_pair(pair(&loser.household, 9)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_makes_one_run_of_many_tries() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&small_town()).await;
        let request = v1::AllocateRequest { request_id: "a-run".into(), ..allocate(&dataset.dataset_id) };
        let mut tries = Vec::new();
        for _ in 0..8 {
            let (mut clients, request) = (clients.clone(), request.clone());
            tries.push(tokio::spawn(async move { clients.allocation.allocate(request).await.unwrap().into_inner().run.unwrap().run_id }));
        }
        let mut ids = Vec::new();
        for one in tries {
            ids.push(one.await.unwrap());
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let list = clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap().into_inner();
        assert_eq!(list.runs.len(), 1);
        let other = v1::AllocateRequest { options: Some(v1::RunOptions { seed: Some(1), ..v1::RunOptions::default() }), ..request };
        assert_eq!(clients.allocation.allocate(other).await.unwrap_err().code(), Code::AlreadyExists);
        // While the run rests on it, the dataset stays; then both go.
        let delete = || v1::DeleteDatasetRequest { dataset_id: dataset.dataset_id.clone(), etag: String::new() };
        assert_eq!(clients.datasets.delete_dataset(delete()).await.unwrap_err().code(), Code::FailedPrecondition);
        let run = ended(&mut clients, &ids[0]).await;
        let stale = v1::DeleteRunRequest { run_id: run.run_id.clone(), etag: "v1".into() };
        assert_eq!(clients.allocation.delete_run(stale).await.unwrap_err().code(), Code::Aborted);
        clients.allocation.delete_run(v1::DeleteRunRequest { run_id: run.run_id.clone(), etag: run.etag }).await.unwrap();
        clients.datasets.delete_dataset(delete()).await.unwrap();
        let gone = clients.allocation.list_offers(v1::ListOffersRequest { run_id: run.run_id, ..v1::ListOffersRequest::default() }).await;
        assert_eq!(gone.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_stops_and_one_that_keeps_its_best_is_proved() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let run = long_run(&mut clients).await;
        let start = Instant::now();
        let cancel = |keep_best| v1::CancelRunRequest { run_id: run.run_id.clone(), keep_best };
        let told = clients.allocation.cancel_run(cancel(false)).await.unwrap().into_inner().run.unwrap();
        assert_eq!(told.state(), v1::RunState::Cancelled);
        let events = clients.watch(&run.run_id, 0).await;
        assert_eq!(events.last().unwrap().state(), v1::RunState::Cancelled);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let refused =
            clients.allocation.list_offers(v1::ListOffersRequest { run_id: run.run_id.clone(), ..Default::default() }).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        // Cancelled again: left as it was.
        assert_eq!(clients.allocation.cancel_run(cancel(true)).await.unwrap().into_inner().run.unwrap(), told);
        // The next one is begun: the place was given back.
        let run = long_run(&mut clients).await;
        let cancel = v1::CancelRunRequest { run_id: run.run_id.clone(), keep_best: true };
        clients.allocation.cancel_run(cancel).await.unwrap();
        let result = ended(&mut clients, &run.run_id).await.result.unwrap();
        assert_eq!(result.status(), v1::SolveStatus::TimeLimit);
        assert!(result.bound_points.is_some() && !result.proof.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_gives_its_place_back_whatever_stopped_it() {
    within(async {
        let service = Service::with(|limits| limits.solves = 1).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&hard_town()).await;
        let request = v1::AllocateRequest { options: Some(hard_options()), attached: true, ..allocate(&dataset.dataset_id) };
        // The deadline.
        let mut timed = tonic::Request::new(request.clone());
        timed.set_timeout(Duration::from_millis(1_500));
        let refused = clients.allocation.allocate(timed).await.unwrap_err();
        assert!(matches!(refused.code(), Code::DeadlineExceeded | Code::Cancelled), "{refused:?}");
        // The client.
        let mut other = clients.clone();
        let waiting = tokio::spawn(async move { other.allocation.allocate(request).await });
        let second = loop {
            let runs = clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap().into_inner().runs;
            if let [second, _] = runs.as_slice() {
                break second.clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        until_solving(&mut clients, &second.run_id).await;
        waiting.abort();
        for run in clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap().into_inner().runs {
            assert_eq!(ended(&mut clients, &run.run_id).await.state(), v1::RunState::Cancelled);
        }
        // A person. Then the only place is free for somebody else's run.
        let third = v1::AllocateRequest { options: Some(hard_options()), ..allocate(&dataset.dataset_id) };
        let third = clients.allocation.allocate(third).await.unwrap().into_inner().run.unwrap();
        while clients.get_run(&third.run_id).await.state() != v1::RunState::Running {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: third.run_id, keep_best: false }).await.unwrap();
        let small = clients.create(&small_town()).await;
        assert_eq!(clients.run(&small.dataset_id).await.state(), v1::RunState::Succeeded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_sheds_with_a_hint_and_keeps_what_it_took() {
    within(async {
        let service = Service::with(|limits| (limits.queue, limits.solves) = (2, 1)).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let long = long_run(&mut clients).await;
        let dataset = clients.create(&small_town()).await;
        let mut waiting = Vec::new();
        for _ in 0..2 {
            waiting.push(clients.allocation.allocate(allocate(&dataset.dataset_id)).await.unwrap().into_inner().run.unwrap().run_id);
        }
        let refused = clients.allocation.allocate(allocate(&dataset.dataset_id)).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.get_error_details().retry_info().unwrap().retry_delay.unwrap() >= Duration::from_secs(1));
        // Without a run nothing is kept; a check needs no place.
        let check = v1::AllocateRequest { validate_only: true, ..allocate(&dataset.dataset_id) };
        assert!(clients.allocation.allocate(check).await.unwrap().into_inner().run.is_none());
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: waiting[0].clone(), keep_best: false }).await.unwrap();
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: long.run_id, keep_best: false }).await.unwrap();
        assert_eq!(ended(&mut clients, &waiting[0]).await.state(), v1::RunState::Cancelled);
        assert_eq!(ended(&mut clients, &waiting[1]).await.state(), v1::RunState::Succeeded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_results_and_takes_up_what_was_under_way() {
    within(async {
        let service = Service::with(|limits| limits.solves = 1).await;
        let token = service.token("town", Role::Planner);
        let mut clients = service.clients_of(&token).await;
        let files = small_town();
        let dataset = clients.create(&files).await;
        let done = clients.run(&dataset.dataset_id).await;
        let before = offers(&mut clients, &done.run_id, 100).await;
        let long = long_run(&mut clients).await;
        let waiting = clients.allocation.allocate(allocate(&dataset.dataset_id)).await.unwrap().into_inner().run.unwrap();
        drop(clients);
        let service = service.restart().await;
        let mut clients = service.clients_of(&token).await;
        assert_eq!(clients.get_run(&done.run_id).await, done);
        assert_eq!(offers(&mut clients, &done.run_id, 100).await, before);
        // The long one works again, in its old place.
        until_solving(&mut clients, &long.run_id).await;
        assert_eq!(clients.get_run(&waiting.run_id).await.state(), v1::RunState::Queued);
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: long.run_id, keep_best: false }).await.unwrap();
        let after = ended(&mut clients, &waiting.run_id).await;
        assert_eq!(after.result.unwrap().objective_points, by_core(&files).allocation.objective);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_run_says_why_without_a_run_or_in_it() {
    within(async {
        let service = Service::with(|limits| limits.solve_memory_mib = 1).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&small_town()).await;
        let run = clients.run(&dataset.dataset_id).await;
        assert_eq!((run.state(), run.failure.unwrap().reason.as_str()), (v1::RunState::Failed, "MEMORY_LIMIT"));
        let policy = "id = \"x\"\nversion = \"1\"\nauthor = \"x\"\nreference_date = \"2025-10-01\"\n[weights]\nno_such_criterion = 3\n";
        let own = v1::AllocateRequest { policy_toml: policy.into(), ..allocate(&dataset.dataset_id) };
        let checked = clients.allocation.allocate(v1::AllocateRequest { validate_only: true, ..own.clone() }).await.unwrap_err();
        assert_eq!(checked.code(), Code::InvalidArgument);
        let run = clients.allocation.allocate(v1::AllocateRequest { attached: true, ..own }).await.unwrap().into_inner().run.unwrap();
        let failure = run.failure.clone().unwrap();
        assert_eq!((run.state(), run.own_policy, failure.reason.as_str()), (v1::RunState::Failed, true, "INVALID_INPUT"));
        let codes: BTreeSet<_> = failure.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(checked.get_error_details().error_info().unwrap().metadata["codes"].split(' ').collect::<BTreeSet<_>>(), codes);
        let options = |options| v1::AllocateRequest { options: Some(options), ..allocate(&dataset.dataset_id) };
        for (request, field) in [
            (options(v1::RunOptions { gap_ppm: Some(1_000_001), ..Default::default() }), "options.gap_ppm"),
            (options(v1::RunOptions { reference_date: "yesterday".into(), ..Default::default() }), "options.reference_date"),
            (v1::AllocateRequest { request_id: "with spaces".into(), ..allocate(&dataset.dataset_id) }, "request_id"),
        ] {
            let refused = clients.allocation.allocate(request).await.unwrap_err();
            assert_eq!(refused.get_error_details().bad_request().unwrap().field_violations[0].field, field);
        }
        assert!(
            clients
                .allocation
                .allocate(v1::AllocateRequest { policy_toml: "no toml".into(), ..allocate(&dataset.dataset_id) })
                .await
                .is_err()
        );
    })
    .await;
}
