//! The calls in JSON over HTTP/1.1: the same handlers behind the same layers, told in another way.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use matcher_grpc::auth::{ACCESS, Role};
use matcher_grpc::wire::{DESCRIPTORS, v1};
use prost::Message as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;

use crate::access::calls;
use crate::harness::{Files, Service, allocate, hard_town, small_town, within};
use crate::plain::{Answer, ask, get};

const JSON: &str = "Content-Type: application/json";

/// A caller in JSON.
pub(crate) struct Caller {
    address: std::net::SocketAddr,
    bearer: String,
}

impl Caller {
    pub(crate) fn new(service: &Service, tenant: &str, role: Role) -> Self {
        Self { address: service.address, bearer: format!("Authorization: Bearer {}", service.token(tenant, role)) }
    }

    async fn send(&self, call: &str, kind: &str, body: &[u8]) -> Answer {
        ask(self.address, "POST", &format!("/matcher.v1.{call}"), &[&self.bearer, kind], body).await
    }

    /// A call that is answered.
    pub(crate) async fn call(&self, call: &str, request: Value) -> Value {
        let answer = self.send(call, JSON, request.to_string().as_bytes()).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{call}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// A call that is refused, with its HTTP status.
    pub(crate) async fn refused(&self, call: &str, request: &str) -> (u16, Value) {
        let answer = self.send(call, JSON, request.as_bytes()).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    async fn upload(&self, files: &Files, header: &str) -> Answer {
        self.send("DatasetService/CreateDataset", "Content-Type: multipart/form-data; boundary=XX", &form(files, header)).await
    }

    pub(crate) async fn uploaded(&self, files: &Files) -> String {
        let answer = self.upload(files, r#"{"displayName": "a town"}"#).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        answer["dataset"]["datasetId"].as_str().unwrap().to_owned()
    }
}

/// A form as curl writes it.
fn form(files: &Files, header: &str) -> Vec<u8> {
    let mut form = format!("--XX\r\nContent-Disposition: form-data; name=\"header\"\r\n\r\n{header}\r\n").into_bytes();
    for (name, bytes) in files {
        form.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes());
        form.extend(bytes);
        form.extend(b"\r\n");
    }
    form.extend(b"--XX--\r\n");
    form
}

/// Whether the client of this call sends a stream.
fn takes_a_stream(path: &str) -> bool {
    let files = prost_types::FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
    let services = files.iter().flat_map(|file| file.service.iter().map(move |service| (file.package(), service)));
    let mut calls = services.flat_map(|(package, service)| {
        service.method.iter().map(move |call| (format!("/{package}.{}/{}", service.name(), call.name()), call.client_streaming()))
    });
    calls.find(|call| call.0 == path).unwrap().1
}

/// The details of a refusal of this type.
pub(crate) fn detail<'a>(refused: &'a Value, kind: &str) -> &'a Value {
    let name = format!("type.googleapis.com/google.rpc.{kind}");
    let found = refused["details"].as_array().unwrap().iter().find(|detail| detail["@type"] == name);
    found.unwrap_or_else(|| panic!("{kind} in {refused}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_upload_to_a_decision_in_json() {
    within(async {
        let service = Service::start().await;
        let caller = Caller::new(&service, "town", Role::Allocator);
        let dataset = caller.uploaded(&small_town()).await;
        let run = caller.call("AllocationService/Allocate", json!({ "datasetId": dataset, "attached": true })).await["run"].clone();
        assert_eq!(run["state"], "RUN_STATE_SUCCEEDED");
        let id = json!({ "runId": run["runId"] });
        // The same as over gRPC, field by field.
        let mut clients = service.clients("town", Role::Allocator).await;
        let told = clients.get_run(run["runId"].as_str().unwrap()).await;
        let result = told.result.unwrap();
        let json_run = caller.call("AllocationService/GetRun", id.clone()).await["run"].clone();
        assert_eq!(json_run["result"]["status"], result.status().as_str_name());
        assert_eq!(json_run["result"]["objectivePoints"], result.objective_points.unwrap().to_string());
        assert_eq!(json_run["result"]["suitabilityPoints"], result.suitability_points.to_string());
        assert_eq!(json_run["etag"], told.etag);
        let request = v1::ListOffersRequest { run_id: told.run_id.clone(), page_size: 1_000, ..v1::ListOffersRequest::default() };
        let offers = clients.allocation.list_offers(request).await.unwrap().into_inner();
        let listed = caller.call("AllocationService/ListOffers", json!({ "runId": run["runId"], "pageSize": 1_000 })).await;
        assert_eq!(
            (listed["totalSize"].as_u64(), listed["offers"].as_array().unwrap().len()),
            (Some(offers.total_size.into()), offers.offers.len())
        );
        for (line, offer) in listed["offers"].as_array().unwrap().iter().zip(&offers.offers) {
            assert_eq!((&line["householdId"], &line["dwellingId"]), (&json!(offer.household_id), &json!(offer.dwelling_id)));
            assert_eq!(line["suitabilityPoints"], offer.suitability_points.to_string());
            assert_eq!(line["points"].as_array().unwrap().len(), offer.points.len());
        }
        let verified = caller.call("AllocationService/VerifyRun", id.clone()).await;
        assert_eq!(verified["accepted"], true);
        // A stream is lines.
        let answer = caller.send("AllocationService/WatchRun", JSON, id.to_string().as_bytes()).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
        let events: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((events.len(), events[0]["result"]["state"].as_str()), (1, Some("RUN_STATE_SUCCEEDED")));
        // Why, and what people made of it.
        let (household, dwelling) = (&listed["offers"][0]["householdId"], &listed["offers"][0]["dwellingId"]);
        let asked = json!({ "runId": run["runId"], "householdId": household, "language": "LANGUAGE_ENGLISH" });
        let why = caller.call("ExplanationService/ExplainHousehold", asked).await;
        assert!(why["text"].as_str().unwrap().contains(dwelling.as_str().unwrap()), "{why}");
        let decision = json!({
            "runId": run["runId"], "dwellingId": dwelling, "householdId": household, "outcome": "DECISION_OUTCOME_ALLOCATED",
            "reason": "first of the shortlist", "decidedBy": "commission of 12 October",
        });
        let decided = caller.call("AllocationService/Decide", decision).await;
        assert_eq!((&decided["decision"]["current"], &decided["decision"]["householdId"]), (&json!(true), household));
        let stored = clients.allocation.list_decisions(v1::ListDecisionsRequest::default()).await.unwrap().into_inner().decisions;
        assert_eq!(stored[0].decision_id, decided["decision"]["decisionId"].as_str().unwrap());
        // The log has a line per call, and nobody's names in it.
        let text = service.lines.text();
        assert!(text.lines().filter(|line| line.contains("\"door\":\"http\"")).count() >= 8, "{text}");
        for secret in [household, dwelling] {
            assert!(!text.contains(secret.as_str().unwrap()), "{secret} in {text}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_watched_while_it_works_and_stopped() {
    within(async {
        let service = Service::start().await;
        let caller = Caller::new(&service, "town", Role::Planner);
        let dataset = caller.uploaded(&hard_town()).await;
        let options = json!({ "gapPpm": "0", "timeLimitMs": 40_000 });
        let run = caller.call("AllocationService/Allocate", json!({ "datasetId": dataset, "options": options })).await["run"].clone();
        let mut stream = TcpStream::connect(service.address).await.unwrap();
        let body = json!({ "runId": run["runId"] }).to_string();
        let head = format!(
            "POST /matcher.v1.AllocationService/WatchRun HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}\r\n{JSON}\r\nContent-Length: {}\r\n\r\n",
            caller.bearer,
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // An event with a bound comes while the run works.
        while !String::from_utf8_lossy(&bytes).contains("boundPoints") {
            assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the run has ended");
        }
        caller.call("AllocationService/CancelRun", json!({ "runId": run["runId"], "keepBest": false })).await;
        stream.read_to_end(&mut bytes).await.unwrap();
        let answer = Answer::read(&bytes);
        let last: Value = serde_json::from_str(answer.text().lines().last().unwrap()).unwrap();
        assert_eq!(last["result"]["state"], "RUN_STATE_CANCELLED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_refused_on_its_way_ends_with_the_error() {
    within(async {
        let service = Service::start().await;
        let caller = Caller::new(&service, "town", Role::Planner);
        let mut clients = service.clients("town", Role::Planner).await;
        let run = crate::runs::long_run(&mut clients).await;
        let (path, body) = ("/matcher.v1.AllocationService/WatchRun", json!({ "runId": run.run_id }).to_string());
        let answer = ask(service.address, "POST", path, &[&caller.bearer, JSON, "grpc-timeout: 2S"], body.as_bytes()).await;
        let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.len() >= 2 && lines[0]["result"]["state"] == "RUN_STATE_RUNNING", "{lines:?}");
        let error = &lines.last().unwrap()["error"];
        assert_eq!((&error["code"], &detail(error, "ErrorInfo")["reason"]), (&json!(4), &json!("DEADLINE_EXCEEDED")));
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: run.run_id, keep_best: false }).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attached_run_is_cancelled_when_its_client_goes_away() {
    within(async {
        // FAULTS 93, over HTTP/1.1.
        let service = Service::start().await;
        let caller = Caller::new(&service, "town", Role::Planner);
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&hard_town()).await;
        let body =
            json!({ "datasetId": dataset.dataset_id, "attached": true, "options": { "timeLimitMs": 40_000, "gapPpm": "0" } }).to_string();
        let mut stream = TcpStream::connect(service.address).await.unwrap();
        let head = format!(
            "POST /matcher.v1.AllocationService/Allocate HTTP/1.1\r\nHost: x\r\n{}\r\n{JSON}\r\nContent-Length: {}\r\n\r\n{body}",
            caller.bearer,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let run = loop {
            let runs = clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap().into_inner().runs;
            if let Some(run) = runs.into_iter().find(|run| run.state() == v1::RunState::Running) {
                break run;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        drop(stream);
        let since = Instant::now();
        while clients.get_run(&run.run_id).await.state() != v1::RunState::Cancelled {
            assert!(since.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_upload_stores_nothing_and_lines_do_as_well_as_a_form() {
    within(async {
        let service = Service::start().await;
        let caller = Caller::new(&service, "town", Role::Planner);
        let files = small_town();
        let whole = form(&files, "{}");
        // FAULTS 92: the client goes away at the end of a file, so that what has come is a form but for its end.
        let half = whole.len() - 6;
        let mut stream = TcpStream::connect(service.address).await.unwrap();
        let head = format!(
            "POST /matcher.v1.DatasetService/CreateDataset HTTP/1.1\r\nHost: x\r\n{}\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: {}\r\n\r\n",
            caller.bearer,
            whole.len()
        );
        stream.write_all(&[head.as_bytes(), &whole[..half]].concat()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest).await);
        // A form that says it is whole and is not.
        let answer = caller.send("DatasetService/CreateDataset", "Content-Type: multipart/form-data; boundary=XX", &whole[..half]).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert_eq!(caller.call("DatasetService/ListDatasets", json!({})).await["datasets"], json!([]));
        let mut lines = json!({ "header": { "displayName": "in lines" } }).to_string();
        for (name, bytes) in &files {
            lines += "\n";
            lines += &json!({ "chunk": { "name": name, "data": STANDARD.encode(bytes) } }).to_string();
            lines += "\n";
        }
        let answer = caller.send("DatasetService/CreateDataset", "Content-Type: application/x-ndjson", lines.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let stored: Value = serde_json::from_slice(&answer.body).unwrap();
        caller.uploaded(&files).await;
        let listed = caller.call("DatasetService/ListDatasets", json!({})).await["datasets"].clone();
        assert_eq!(listed.as_array().unwrap().len(), 2);
        assert_eq!(listed[0]["contentSha256"], stored["dataset"]["contentSha256"]);
    })
    .await;
}

#[tokio::test]
async fn no_call_in_json_is_answered_without_a_token_and_a_role() {
    within(async {
        let service = Service::with(|limits| limits.token_failures = 1_000).await;
        for path in calls() {
            let kind = if takes_a_stream(&path) { "Content-Type: application/x-ndjson" } else { JSON };
            for bearer in ["X-Nothing: x", "Authorization: Bearer mtch_wrong"] {
                let answer = ask(service.address, "POST", &path, &[bearer, kind], b"{}").await;
                assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{path}: {}", answer.text());
            }
        }
        for role in Role::ALL {
            let caller = Caller::new(&service, "town", role);
            for (path, need) in ACCESS.iter().filter(|known| !takes_a_stream(known.0)) {
                let (status, refused) = caller.refused(path.strip_prefix("/matcher.v1.").unwrap(), "{}").await;
                assert_eq!(status == 403, !role.may(*need), "{role:?} {path}: {refused}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_statuses_in_json() {
    within(async {
        let service = Service::with(|limits| (limits.message_bytes, limits.queue, limits.solves) = (20_000, 1, 1)).await;
        let caller = Caller::new(&service, "town", Role::Planner);
        let (status, refused) = caller.refused("AllocationService/GetRun", r#"{"runId": "run_0"}"#).await;
        assert_eq!((status, &refused["code"], &refused["message"]), (404, &json!(5), &json!("there is no such run")));
        assert_eq!(detail(&refused, "ErrorInfo")["reason"], "NOT_FOUND");
        assert_eq!(detail(&refused, "ResourceInfo")["resourceType"], "run");
        // What cannot be read is told by its place, and not repeated.
        for (body, place) in [
            (r#"{"runId": 98765}"#, "line 1 column 1"),
            ("{\n  \"Zaphod\": \"Beeblebrox\"}", "line 2"),
            ("{\"runId\": \"Zaphod", "line 1"),
            ("Zaphod", "line 1"),
            ("{} Zaphod", "line 1"),
            ("", "line 1"),
        ] {
            let (status, refused) = caller.refused("AllocationService/GetRun", body).await;
            assert_eq!((status, &refused["code"]), (400, &json!(3)), "{body}");
            assert!(refused.to_string().contains(place), "{refused}");
            for secret in ["Zaphod", "Beeblebrox", "98765"] {
                assert!(!refused.to_string().contains(secret), "{refused}");
            }
        }
        let (status, refused) = caller.refused("AllocationService/GetRun", &format!("{{\"runId\": \"{}\"}}", "x".repeat(20_000))).await;
        assert_eq!((status, &refused["code"]), (400, &json!(11)), "{refused}");
        let long = format!("{{\"chunk\": {}}}", " ".repeat(20_000));
        let answer = caller.send("DatasetService/CreateDataset", "Content-Type: application/x-ndjson", long.as_bytes()).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        // Nested deeper than any message of ours.
        let (status, _) = caller.refused("AllocationService/GetRun", &"[".repeat(5_000)).await;
        assert_eq!(status, 400);
        // Another way of asking.
        for (method, path, kind, expected) in [
            ("GET", "/matcher.v1.AllocationService/GetRun", JSON, 405),
            ("POST", "/matcher.v1.AllocationService/GetRun", "Content-Type: text/plain", 415),
            ("POST", "/matcher.v1.AllocationService/GetRun", "Content-Type: multipart/form-data; boundary=x", 415),
            ("POST", "/matcher.v1.DatasetService/CreateDataset", JSON, 415),
            ("POST", "/matcher.v1.AllocationService/GetRun", "Content-Type: application/grpc", 415),
            ("POST", "/matcher.v1.AllocationService/Approve", JSON, 404),
            ("GET", "/", JSON, 404),
        ] {
            let answer = ask(service.address, method, path, &[&caller.bearer, kind], b"{}").await;
            assert_eq!(answer.status, expected, "{method} {path} {kind}: {}", answer.text());
        }
        // Too much at a time: with the time to wait.
        let mut clients = service.clients("town", Role::Planner).await;
        let run = crate::runs::long_run(&mut clients).await;
        let waiting = clients.allocation.allocate(allocate(&run.dataset_id)).await.unwrap().into_inner().run.unwrap();
        let answer = caller.send("AllocationService/Allocate", JSON, json!({ "datasetId": run.dataset_id }).to_string().as_bytes()).await;
        let refused: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(
            (answer.status, answer.header("retry-after"), &refused["code"]),
            (429, Some("60"), &json!(Code::ResourceExhausted as i32))
        );
        assert_eq!(detail(&refused, "RetryInfo")["retryDelay"], "60s");
        for run_id in [waiting.run_id, run.run_id] {
            clients.allocation.cancel_run(v1::CancelRunRequest { run_id, keep_best: false }).await.unwrap();
        }
        assert!(!service.lines.text().contains("Zaphod"));
        assert!(service.lines.text().lines().any(|line| line.contains("\"code\":\"NotFound\"") && line.contains("\"door\":\"http\"")));
    })
    .await;
}

#[tokio::test]
async fn the_openapi_file_is_told_where_the_protos_are() {
    within(async {
        let service = Service::start().await;
        let answer = get(service.address, "/openapi.json").await;
        let document: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, document["openapi"].as_str()), (200, Some("3.1.0")));
        let paths = document["paths"].as_object().unwrap();
        assert!(calls().iter().all(|call| paths.contains_key(call)) && paths.len() == calls().len());
        let closed = Service::set(|settings| settings.reflection = Some(false)).await;
        assert_eq!(get(closed.address, "/openapi.json").await.status, 404);
    })
    .await;
}
