//! What whoever runs the service sees of it: does it live, is it ready, what does it count.

use std::net::SocketAddr;
use std::time::Duration;

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use tokio::net::TcpListener;

use crate::harness::{Service, allocate, small_town, within};
use crate::plain::{ask, get};
use crate::runs::long_run;

/// An address nobody listens on.
async fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_service_lives_and_is_ready_without_a_token() {
    within(async {
        let service = Service::start().await;
        for path in ["/healthz", "/readyz"] {
            let answer = get(service.address, path).await;
            assert_eq!((answer.status, answer.text(), answer.header("cache-control")), (200, "ok\n", Some("no-store")), "{path}");
            assert_eq!(ask(service.address, "HEAD", path, &[], b"").await.status, 200);
            let refused = ask(service.address, "POST", path, &[], b"x").await;
            assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
        }
        assert!(service.lines.text().is_empty(), "{}", service.lines.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_flips_before_the_door_is_closed() {
    within(async {
        let service = Service::with(|limits| limits.notice_s = 2).await;
        let address = service.address;
        let mut clients = service.clients("town", Role::Viewer).await;
        let stopped = tokio::spawn(service.stop());
        tokio::time::sleep(Duration::from_millis(500)).await;
        let answer = get(address, "/readyz").await;
        assert_eq!((answer.status, answer.text()), (503, "the service is about to stop"));
        assert_eq!(get(address, "/healthz").await.status, 200);
        // Who is there is still served.
        clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap();
        assert!(!stopped.is_finished());
        stopped.await.unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_answer_makes_the_service_not_ready() {
    within(async {
        let service = Service::start().await;
        assert_eq!(get(service.address, "/readyz").await.status, 200);
        // Nothing is left of the files, as after a disk was taken away.
        for name in ["matcher.db", "matcher.db-wal"] {
            std::fs::File::options().write(true).open(service.folder().join(name)).unwrap().set_len(0).unwrap();
        }
        let since = std::time::Instant::now();
        while get(service.address, "/readyz").await.status == 200 {
            assert!(since.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let answer = get(service.address, "/readyz").await;
        assert_eq!((answer.status, answer.text()), (503, "the store does not work"));
        assert_eq!(get(service.address, "/healthz").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_what_happens_and_name_nobody() {
    within(async {
        let told = free().await;
        let service = Service::set(|settings| {
            settings.metrics_listen = Some(told);
            settings.limits.queue = 1;
            settings.limits.solves = 1;
        })
        .await;
        // Not at the door for everybody.
        assert_eq!(get(service.address, "/metrics").await.status, 404);
        assert_eq!(get(told, "/").await.status, 404);
        let token = service.token("a-town-of-its-own", Role::Planner);
        let mut clients = service.clients_of(&token).await;
        let dataset = clients.create(&small_town()).await;
        let run = clients.run(&dataset.dataset_id).await;
        // One works, one waits, one is refused.
        let working = long_run(&mut clients).await;
        let hard = working.dataset_id.clone();
        let waiting = clients.allocation.allocate(allocate(&hard)).await.unwrap().into_inner().run.unwrap();
        clients.allocation.allocate(allocate(&hard)).await.unwrap_err();
        let mut nobody = service.clients_of("mtch_wrong").await;
        nobody.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap_err();
        clients.allocation.get_run(v1::GetRunRequest { run_id: "Zaphod".into(), ..Default::default() }).await.unwrap_err();
        let answer = get(told, "/metrics").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4; charset=utf-8")));
        let text = answer.text().to_owned();
        let calls = |call: &str, code: &str| format!("matcher_calls_total{{call=\"matcher.v1.{call}\",code=\"{code}\",door=\"grpc\"}}");
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.unwrap_or_else(|| panic!("{name} in {text}")).parse::<f64>().unwrap()
        };
        for (name, expected) in [
            (calls("DatasetService/CreateDataset", "OK").as_str(), 2.0),
            (&calls("AllocationService/Allocate", "OK"), 3.0),
            (&calls("AllocationService/Allocate", "RESOURCE_EXHAUSTED"), 1.0),
            (&calls("AllocationService/ListRuns", "UNAUTHENTICATED"), 1.0),
            (&calls("AllocationService/GetRun", "NOT_FOUND"), 1.0),
            ("matcher_call_seconds_count{call=\"matcher.v1.AllocationService/Allocate\"}", 4.0),
            ("matcher_refusals_total{reason=\"QUEUE_FULL\"}", 1.0),
            ("matcher_tokens_refused_total", 1.0),
            ("matcher_runs{state=\"queued\"}", 1.0),
            ("matcher_runs{state=\"running\"}", 1.0),
            ("matcher_runs_ended_total{state=\"succeeded\"}", 1.0),
            ("matcher_queue_places", 1.0),
            ("matcher_solve_places", 1.0),
            ("matcher_connections", 2.0),
            ("matcher_uploads", 0.0),
            ("matcher_ready", 1.0),
        ] {
            assert!((value(name) - expected).abs() < 0.1, "{name} is {} and not {expected}", value(name));
        }
        let stored = std::fs::metadata(service.folder().join("matcher.db")).unwrap().len();
        assert!((value("matcher_store_bytes") - stored as f64).abs() < 0.1 && value("matcher_store_log_bytes") > 0.0);
        assert!(value("matcher_resident_memory_bytes") > 1e6);
        for secret in ["a-town-of-its-own", &token, "Zaphod", &run.run_id, &dataset.dataset_id] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        for run_id in [working.run_id, waiting.run_id] {
            clients.allocation.cancel_run(v1::CancelRunRequest { run_id, keep_best: false }).await.unwrap();
        }
    })
    .await;
}
