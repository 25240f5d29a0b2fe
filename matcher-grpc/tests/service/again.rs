//! Runs on content of the request, and runs searched again.

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::{Clients, Files, Service, allocate, demo_town, small_town, within};
use crate::runs::{long_run, offers};

fn inline(files: &Files) -> v1::AllocateRequest {
    let files = files.iter().map(|(name, data)| v1::FileChunk { name: name.clone(), data: data.clone() }).collect();
    let inline_dataset = Some(v1::InlineDataset { display_name: "a small town".into(), files });
    v1::AllocateRequest { inline_dataset, attached: true, ..v1::AllocateRequest::default() }
}

async fn run(clients: &mut Clients, request: v1::AllocateRequest) -> Result<v1::Run, Status> {
    Ok(clients.allocation.allocate(request).await?.into_inner().run.unwrap())
}

async fn datasets(clients: &mut Clients) -> Vec<v1::Dataset> {
    clients.datasets.list_datasets(v1::ListDatasetsRequest::default()).await.unwrap().into_inner().datasets
}

#[tokio::test(flavor = "multi_thread")]
async fn content_in_the_request_is_allocated_as_an_upload_is() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let files = small_town();
        let uploaded = clients.create(&files).await;
        let expected = clients.run(&uploaded.dataset_id).await;
        let request = v1::AllocateRequest { request_id: "once".into(), ..inline(&files) };
        let first = run(&mut clients, request.clone()).await.unwrap();
        let (ours, theirs) = (first.result.clone().unwrap(), expected.result.unwrap());
        assert_eq!((ours.objective_points, ours.provenance), (theirs.objective_points, theirs.provenance));
        assert_eq!(offers(&mut clients, &first.run_id, 100).await, offers(&mut clients, &expected.run_id, 100).await);
        // Its content is a dataset like any other.
        let list = datasets(&mut clients).await;
        assert_eq!((list.len(), &list[0].dataset_id, list[0].display_name.as_str()), (2, &first.dataset_id, "a small town"));
        assert_eq!((&list[0].content_sha256, &list[0].files, list[0].counts), (&uploaded.content_sha256, &uploaded.files, uploaded.counts));
        // Sent again it makes neither a run nor a dataset.
        assert_eq!(run(&mut clients, request.clone()).await.unwrap(), first);
        assert_eq!(datasets(&mut clients).await.len(), 2);
        let other = v1::AllocateRequest { options: Some(v1::RunOptions { seed: Some(9), ..v1::RunOptions::default() }), ..request };
        assert_eq!(run(&mut clients, other).await.unwrap_err().code(), Code::AlreadyExists);
        // Only checked: nothing is kept.
        let request = v1::AllocateRequest { validate_only: true, ..inline(&files) };
        assert!(clients.allocation.allocate(request).await.unwrap().into_inner().run.is_none());
        assert_eq!(datasets(&mut clients).await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_is_wrong_leaves_nothing() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let files = small_town();
        let with = |change: fn(&mut v1::AllocateRequest, &mut Vec<v1::FileChunk>)| {
            let mut request = inline(&files);
            let mut list = request.inline_dataset.as_ref().unwrap().files.clone();
            change(&mut request, &mut list);
            request.inline_dataset.as_mut().unwrap().files = list;
            request
        };
        let broken = |request: v1::AllocateRequest| request;
        let cases = [
            (with(|request, _| request.dataset_id = "ds_0".into()), "inline_dataset"),
            (with(|request, _| request.inline_dataset.as_mut().unwrap().display_name = "two\nlines".into()), "inline_dataset.display_name"),
            (with(|_, files| files[0].name = "../x.csv".into()), "inline_dataset.files.name"),
            (with(|_, files| files.push(files[0].clone())), "inline_dataset.files"),
            (broken(with(|_, files| files.retain(|file| file.name != "persons.csv"))), "persons.csv"),
            (broken(with(|_, files| files.clear())), "policy.toml"),
        ];
        for (request, field) in cases {
            for validate_only in [false, true] {
                let refused = run(&mut clients, v1::AllocateRequest { validate_only, ..request.clone() }).await.unwrap_err();
                assert_eq!(refused.code(), Code::InvalidArgument, "{field}: {refused:?}");
                let details = refused.get_error_details();
                let found = details.bad_request().unwrap().field_violations.iter().any(|violation| violation.field.starts_with(field));
                assert!(found, "{field}: {details:?}");
            }
        }
        assert!(datasets(&mut clients).await.is_empty());
        // More than a message holds is no message.
        let large = with(|_, files| files[0].data.extend(vec![b'\n'; 5 << 20]));
        assert_eq!(run(&mut clients, large).await.unwrap_err().code(), Code::OutOfRange);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_searched_again_gives_the_same_bytes() {
    within(Box::pin(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&demo_town()).await;
        let steps = v1::RunOptions { gap_ppm: Some(0), step_limit: Some(20_000), seed: Some(5), ..v1::RunOptions::default() };
        for options in [v1::RunOptions::default(), steps] {
            let request = v1::AllocateRequest { options: Some(options), attached: true, ..allocate(&dataset.dataset_id) };
            let run = run(&mut clients, request).await.unwrap();
            let again = clients.allocation.replay_run(v1::ReplayRunRequest { run_id: run.run_id }).await.unwrap().into_inner();
            assert!(again.same && again.differences.is_empty(), "{again:?}");
            assert!(again.allocation_sha256_then.len() == 64 && again.allocation_sha256_then == again.allocation_sha256_now);
            assert!(again.certificate_sha256_then.len() == 64 && again.certificate_sha256_then == again.certificate_sha256_now);
        }
        // What time has stopped stops elsewhere the next time.
        let hasty = v1::RunOptions { gap_ppm: Some(0), time_limit_ms: Some(1), ..v1::RunOptions::default() };
        let request = v1::AllocateRequest { options: Some(hasty), attached: true, ..allocate(&dataset.dataset_id) };
        let hasty = run(&mut clients, request).await.unwrap();
        let refused = clients.allocation.replay_run(v1::ReplayRunRequest { run_id: hasty.run_id }).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.get_error_details().error_info().unwrap().reason.as_str()),
            (Code::FailedPrecondition, "NOT_REPEATABLE")
        );
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_again_waits_for_a_place_among_the_solves() {
    within(Box::pin(async {
        let service = Service::with(|limits| (limits.solves, limits.queue) = (1, 1)).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&small_town()).await;
        let done = clients.run(&dataset.dataset_id).await;
        let long = long_run(&mut clients).await;
        let replay = || {
            let (mut clients, run_id) = (clients.clone(), done.run_id.clone());
            async move { clients.allocation.replay_run(v1::ReplayRunRequest { run_id }).await.map(tonic::Response::into_inner) }
        };
        // What cannot be searched again does not wait for it.
        let refused = clients.clone().allocation.replay_run(v1::ReplayRunRequest { run_id: long.run_id.clone() }).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        // Whoever goes away while it waits leaves the queue, soon after.
        let since = std::time::Instant::now();
        let mut gone = 0;
        while gone < 3 {
            assert!(since.elapsed() < std::time::Duration::from_secs(20), "the place in the queue is not given back");
            match tokio::time::timeout(std::time::Duration::from_millis(300), replay()).await {
                Ok(answer) => assert_eq!(answer.unwrap_err().code(), Code::ResourceExhausted, "the only place is taken"),
                Err(_) => gone += 1,
            }
        }
        let mut waiting = tokio::spawn(replay());
        let since = std::time::Instant::now();
        let refused = loop {
            assert!(since.elapsed() < std::time::Duration::from_secs(20));
            match tokio::time::timeout(std::time::Duration::from_millis(300), replay()).await {
                Ok(answer) => break answer.unwrap_err(),
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
            }
            // The other one was faster, and has given up meanwhile.
            if waiting.is_finished() {
                waiting = tokio::spawn(replay());
            }
        };
        assert_eq!(refused.code(), Code::ResourceExhausted, "the only place of the queue is taken: {refused:?}");
        assert!(refused.get_error_details().retry_info().is_some() && !waiting.is_finished());
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: long.run_id, keep_best: false }).await.unwrap();
        assert!(waiting.await.unwrap().unwrap().same);
        // The place is free again.
        clients.run(&dataset.dataset_id).await;
    }))
    .await;
}
