//! The log: one line per call, and nothing of anybody in it.

use std::time::{Duration, Instant};

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use serde_json::Value;

use crate::harness::{Service, small_town, within};
use crate::plain::ask;
use crate::runs::long_run;

#[tokio::test(flavor = "multi_thread")]
async fn a_line_says_who_called_what_and_nothing_of_anybody() {
    within(async {
        let service = Service::start().await;
        let token = service.token("town", Role::Planner);
        let mut clients = service.clients_of(&token).await;
        let mut files = small_town();
        let dataset = clients.create(&files).await;
        let run = clients.run(&dataset.dataset_id).await;
        let request = v1::ListOffersRequest { run_id: run.run_id.clone(), ..v1::ListOffersRequest::default() };
        let offer = clients.allocation.list_offers(request).await.unwrap().into_inner().offers[0].clone();
        let request = v1::ExplainHouseholdRequest { run_id: run.run_id, household_id: offer.household_id.clone(), language: 1 };
        clients.explanation.explain_household(request).await.unwrap();
        let request = v1::GetRunRequest { run_id: "Zaphod Beeblebrox".into(), ..Default::default() };
        clients.allocation.get_run(request).await.unwrap_err();
        let households = files.iter_mut().find(|file| file.0 == "households.csv").unwrap();
        households.1.extend(b"Zaphod,98765x4321\n");
        clients.try_create(&files, "").await.unwrap_err();
        let text = service.lines.text();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let id = &service.store.tokens().unwrap()[0].id;
        assert_eq!(lines.len(), 6);
        assert!(lines.iter().all(|line| line["tenant"] == "town" && line["token"] == **id && line["ms"].is_u64()), "{text}");
        let told: Vec<_> = lines.iter().map(|line| (line["call"].as_str().unwrap(), line["code"].as_str().unwrap())).collect();
        assert_eq!(told[0], ("/matcher.v1.DatasetService/CreateDataset", "Ok"));
        assert_eq!(told[4], ("/matcher.v1.AllocationService/GetRun", "NotFound"));
        assert_eq!(told[5], ("/matcher.v1.DatasetService/CreateDataset", "InvalidArgument"));
        for canary in ["Zaphod", "98765x4321", &token, "a test", &offer.household_id, &offer.dwelling_id] {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_trace_is_taken_up_and_answered() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Viewer).await;
        let asked = |trace: Option<&str>| {
            let mut request = tonic::Request::new(v1::ListRunsRequest::default());
            if let Some(trace) = trace {
                request.metadata_mut().insert("traceparent", trace.parse().unwrap());
            }
            request
        };
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for (given, taken) in [(Some(trace), true), (Some("00-x-y-01"), false), (None, false)] {
            let answer = clients.allocation.list_runs(asked(given)).await.unwrap();
            let told = |name: &str| answer.metadata().get(name).map(|value| value.to_str().unwrap().to_owned());
            let line: Value = serde_json::from_str(service.lines.text().lines().last().unwrap()).unwrap();
            assert_eq!(told("x-request-id").as_deref(), line["request"].as_str());
            assert_eq!((line["traceparent"].as_str(), told("traceresponse").is_some()), (given.filter(|_| taken), taken));
            if let Some(told) = told("traceresponse") {
                assert_eq!(told, format!("00-0af7651916cd43dd8448eb211c80319c-{}-01", line["span"].as_str().unwrap()));
                assert!(!told.contains("b7ad6b7169203331"), "a span of its own");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_told_by_the_way_it_ended() {
    within(async {
        let service = Service::start().await;
        let token = service.token("town", Role::Planner);
        let mut clients = service.clients_of(&token).await;
        let run = long_run(&mut clients).await;
        let watch = v1::WatchRunRequest { run_id: run.run_id.clone(), after_sequence: 0 };
        // The last line of a watcher, once there are so many.
        let last = async |count: usize| {
            let since = Instant::now();
            loop {
                let text = service.lines.text();
                let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
                let lines: Vec<Value> = lines.filter(|line| line["call"].as_str().unwrap().ends_with("/WatchRun")).collect();
                if lines.len() >= count {
                    assert_eq!(lines.len(), count, "one line per call: {text}");
                    return lines.last().unwrap().clone();
                }
                assert!(since.elapsed() < Duration::from_secs(20), "{text}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // `long_run` has watched and gone away.
        assert_eq!(last(1).await["code"], "Cancelled");
        let mut request = tonic::Request::new(watch.clone());
        request.set_timeout(Duration::from_millis(700));
        let mut events = clients.allocation.watch_run(request).await.unwrap().into_inner();
        while let Ok(Some(_)) = events.message().await {}
        let line = last(2).await;
        assert_eq!((line["code"].as_str(), line["door"].as_str()), (Some("DeadlineExceeded"), Some("grpc")));
        assert!(line["ms"].as_u64().unwrap() >= 600, "to the end of the stream: {line}");
        let bearer = format!("Authorization: Bearer {token}");
        let headers = [bearer.as_str(), "Content-Type: application/json", "grpc-timeout: 300m"];
        let body = format!(r#"{{"runId": "{}"}}"#, run.run_id);
        let answer = ask(service.address, "POST", "/matcher.v1.AllocationService/WatchRun", &headers, body.as_bytes()).await;
        assert!(answer.status == 200 && answer.text().lines().last().unwrap().starts_with("{\"error\""), "{}", answer.text());
        let line = last(3).await;
        assert_eq!((line["code"].as_str(), line["door"].as_str()), (Some("DeadlineExceeded"), Some("http")));
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: run.run_id.clone(), keep_best: false }).await.unwrap();
        clients.watch(&run.run_id, 0).await;
        assert_eq!(last(4).await["code"], "Ok");
    })
    .await;
}
