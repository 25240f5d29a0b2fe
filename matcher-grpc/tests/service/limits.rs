//! Each limit on its own, with a value that is nobody's default: the test fails where the setting does not reach the server.

use std::time::Duration;

use matcher_grpc::auth::Role;
use matcher_grpc::settings::Limits;
use matcher_grpc::wire::v1;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::{Service, create_messages, demo_town, small_town, within};
use crate::plain;

const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;

/// A client that speaks HTTP/2 frame by frame.
struct Raw(TcpStream);

/// Type and content.
type Frame = (u8, Vec<u8>);

impl Raw {
    /// A connection that has said its first words.
    async fn open(service: &Service) -> Self {
        let mut raw = Self(TcpStream::connect(service.address).await.unwrap());
        raw.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        raw.send(SETTINGS, 0, 0, &[]).await;
        raw
    }

    /// Sends a frame; a connection that is closed takes none.
    async fn send(&mut self, kind: u8, flags: u8, stream: u32, content: &[u8]) {
        let mut frame = (content.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(content);
        self.0.write_all(&frame).await.unwrap_or(());
    }

    /// Opens a stream with the headers of a call, and more in HPACK.
    async fn headers(&mut self, stream: u32, more: &[u8]) {
        let path = "/matcher.v1.AllocationService/GetRun";
        let mut block = vec![0x83, 0x86, 0x04, path.len() as u8];
        block.extend(path.bytes());
        block.extend([0x01, 0x01, b'x']);
        block.extend(more);
        // END_HEADERS.
        self.send(1, 4, stream, &block).await;
    }

    /// The next frame; `None` where the connection is closed.
    async fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let mut content = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.0.read_exact(&mut content).await.ok()?;
        Some((head[3], content))
    }

    /// The first frame of this type within five seconds.
    async fn first(&mut self, kind: u8) -> Option<Vec<u8>> {
        let search = async {
            loop {
                let (found, content) = self.next().await?;
                if found == kind {
                    return Some(content);
                }
            }
        };
        timeout(Duration::from_secs(5), search).await.ok().flatten()
    }

    /// Whether the connection is closed within five seconds.
    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        timeout(Duration::from_secs(5), self.0.read_to_end(&mut rest)).await.is_ok()
    }
}

/// The error code of a GOAWAY.
fn code(goaway: &[u8]) -> u32 {
    u32::from_be_bytes(goaway[4..8].try_into().unwrap())
}

/// The settings a server tells, by number.
async fn told(service: &Service) -> Vec<(u16, u32)> {
    let content = Raw::open(service).await.first(SETTINGS).await.unwrap();
    content.chunks(6).map(|entry| (u16::from_be_bytes([entry[0], entry[1]]), u32::from_be_bytes(entry[2..6].try_into().unwrap()))).collect()
}

#[tokio::test]
async fn streams_frames_and_headers_are_limited_as_the_settings_say() {
    within(async {
        let (streams, frame, header) = (3, 5, 6);
        let usual = told(&Service::start().await).await;
        for expected in [(streams, 64), (header, 16 << 10)] {
            assert!(usual.contains(&expected), "{expected:?} in {usual:?}");
        }
        let other =
            Service::with(|limits| (limits.connection_streams, limits.frame_bytes, limits.header_list_bytes) = (7, 20_000, 9_000)).await;
        let other = told(&other).await;
        for expected in [(streams, 7), (frame, 20_000), (header, 9_000)] {
            assert!(other.contains(&expected), "{expected:?} in {other:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn rapid_resets_end_the_connection() {
    within(async {
        // FAULTS 85; CVE-2023-44487.
        let service = Service::with(|limits| limits.pending_reset_streams = 3).await;
        let mut raw = Raw::open(&service).await;
        for stream in (1..200).step_by(2) {
            raw.headers(stream, &[]).await;
            raw.send(3, 0, stream, &8u32.to_be_bytes()).await;
        }
        let goaway = raw.first(GOAWAY).await.expect("the connection is told to go away");
        assert_eq!(code(&goaway), ENHANCE_YOUR_CALM);
        still_serves(&service).await;
    })
    .await;
}

#[tokio::test]
async fn resets_that_a_client_provokes_end_the_connection() {
    within(async {
        // FAULTS 86; CVE-2025-8671.
        let service = Service::with(|limits| limits.error_reset_streams = 5).await;
        let mut raw = Raw::open(&service).await;
        for stream in (1..100).step_by(2) {
            // A content-length that is no number is a fault of the stream.
            raw.headers(stream, &[0x0f, 0x0d, 1, b'x']).await;
        }
        let goaway = raw.first(GOAWAY).await.expect("the connection is told to go away");
        assert_eq!(code(&goaway), ENHANCE_YOUR_CALM);
        still_serves(&service).await;
    })
    .await;
}

#[tokio::test]
async fn a_silent_client_is_asked_and_then_closed() {
    within(async {
        let service = Service::with(|limits| (limits.keepalive_s, limits.keepalive_timeout_s) = (1, 1)).await;
        let mut raw = Raw::open(&service).await;
        // Its settings are acknowledged, so that only its silence is against it.
        raw.send(SETTINGS, 1, 0, &[]).await;
        assert!(raw.first(PING).await.is_some());
        assert!(raw.is_closed().await);
    })
    .await;
}

#[tokio::test]
async fn whoever_says_nothing_or_something_else_is_closed() {
    within(async {
        // FAULTS 83 and 90.
        let service = Service::with(|limits| (limits.handshake_s, limits.http1_head_s) = (1, 1)).await;
        for words in ["", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u{16}\u{3}\u{1}\0\u{5}hello and so on and so forth"]
        {
            let mut raw = Raw(TcpStream::connect(service.address).await.unwrap());
            raw.0.write_all(words.as_bytes()).await.unwrap();
            assert!(raw.is_closed().await, "{words:?}");
        }
        still_serves(&service).await;
    })
    .await;
}

#[tokio::test]
async fn heads_of_http_1_are_limited_in_time_and_size() {
    within(async {
        // FAULTS 90.
        let change = |limits: &mut Limits| (limits.http1_head_s, limits.http1_head_bytes, limits.http1_headers) = (1, 8_192, 20);
        let (usual, other) = (Service::start().await, Service::with(change).await);
        let mut raw = Raw(TcpStream::connect(other.address).await.unwrap());
        raw.0.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
        assert!(raw.is_closed().await, "a head that does not end");
        let status = async |service: &Service, headers: &[&str]| plain::ask(service.address, "GET", "/healthz", headers, b"").await.status;
        let long = format!("X-Long: {}", "y".repeat(12_000));
        assert_eq!((status(&usual, &[&long]).await, status(&other, &[&long]).await), (200, 431));
        let longer = format!("X-Long: {}", "y".repeat(40_000));
        assert_eq!(status(&usual, &[&longer]).await, 431);
        let many: Vec<String> = (0..90).map(|number| format!("X-{number}: y")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!((status(&usual, &many[..30]).await, status(&usual, &many).await, status(&other, &many[..30]).await), (200, 431, 431));
        still_serves(&other).await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_closed() {
    within(async {
        // FAULTS 89.
        let service = Service::with(|limits| limits.write_stall_s = 1).await;
        let mut raw = Raw(TcpStream::connect(service.address).await.unwrap());
        // More than the system takes in between.
        let asked = 1_000;
        let question = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(asked);
        // The service stops to read when it cannot write.
        drop(timeout(Duration::from_secs(3), raw.0.write_all(question.as_bytes())).await);
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut answers = Vec::new();
        let read = timeout(Duration::from_secs(5), raw.0.read_to_end(&mut answers)).await.expect("the connection is closed");
        let one = plain::get(service.address, "/openapi.json").await.body.len();
        assert!(answers.len() < asked * one, "{read:?} after {} bytes", answers.len());
        still_serves(&service).await;
    })
    .await;
}

#[tokio::test]
async fn connections_are_counted_and_their_places_given_back() {
    within(async {
        // FAULTS 91.
        let service = Service::with(|limits| limits.connections = 2).await;
        let (first, second) = (Raw::open(&service).await, Raw::open(&service).await);
        let mut third = Raw::open(&service).await;
        assert!(third.is_closed().await);
        drop((first, second));
        still_serves(&service).await;
    })
    .await;
}

#[tokio::test]
async fn an_old_connection_is_asked_to_go() {
    within(async {
        let service = Service::with(|limits| limits.connection_age_s = 1).await;
        let mut raw = Raw::open(&service).await;
        raw.send(SETTINGS, 1, 0, &[]).await;
        let goaway = raw.first(GOAWAY).await.expect("the connection is told to go away");
        assert_eq!(code(&goaway), 0);
    })
    .await;
}

/// An honest client is answered, after a moment where places are given back.
async fn still_serves(service: &Service) {
    let token = service.token("town", Role::Viewer);
    let answered = async {
        loop {
            let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", service.address)).unwrap();
            if endpoint.connect().await.is_ok() {
                let mut clients = service.clients_of(&token).await;
                if clients.allocation.list_runs(v1::ListRunsRequest::default()).await.is_ok() {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(10), answered).await.expect("an honest client is answered");
}

#[tokio::test]
async fn headers_above_the_limit_are_refused() {
    within(async {
        // FAULTS 84.
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Viewer).await;
        let with = |bytes: usize| {
            let mut request = tonic::Request::new(v1::ListRunsRequest::default());
            request.metadata_mut().insert("x-long", "y".repeat(bytes).parse().unwrap());
            request
        };
        assert!(clients.allocation.list_runs(with(8_000)).await.is_ok());
        assert!(clients.allocation.list_runs(with(40_000)).await.is_err());
        still_serves(&service).await;
    })
    .await;
}

#[tokio::test]
async fn messages_above_the_limit_are_refused_either_way() {
    within(async {
        // FAULTS 78.
        let service = Service::with(|limits| limits.message_bytes = 12_000).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&demo_town()).await;
        let chunk = v1::FileChunk { name: "households.csv".into(), data: vec![b'x'; 12_001] };
        let part = Some(v1::create_dataset_request::Part::Chunk(chunk));
        let large = create_messages(&Vec::new(), "x", "").into_iter().chain([v1::CreateDatasetRequest { part }]).collect::<Vec<_>>();
        assert_eq!(clients.datasets.create_dataset(tokio_stream::iter(large)).await.unwrap_err().code(), Code::OutOfRange);
        let run = clients.run(&dataset.dataset_id).await;
        let page = |page_size| v1::ListShortlistsRequest { run_id: run.run_id.clone(), page_size, ..v1::ListShortlistsRequest::default() };
        assert_eq!(clients.allocation.list_shortlists(page(5)).await.unwrap().into_inner().shortlists.len(), 5);
        let total = clients.allocation.list_shortlists(page(1)).await.unwrap().into_inner().total_size;
        let refused =
            clients.allocation.list_offers(v1::ListOffersRequest { run_id: run.run_id, page_size: 1_000, ..Default::default() }).await;
        assert_eq!(refused.unwrap_err().code(), Code::OutOfRange, "offers of {total} dwellings are longer than 12,000 bytes");
    })
    .await;
}

#[tokio::test]
async fn uploads_are_counted_and_timed() {
    within(async {
        let service = Service::with(|limits| (limits.uploads, limits.call_s) = (1, 2)).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let (stalled, refused) = loop {
            let mut other = clients.clone();
            let messages = tokio_stream::iter(create_messages(&Vec::new(), "x", "")).chain(tokio_stream::pending());
            let stalled = tokio::spawn(async move { other.datasets.create_dataset(messages).await });
            tokio::time::sleep(Duration::from_millis(300)).await;
            if let Err(refused) = clients.try_create(&small_town(), "").await {
                break (stalled, refused);
            }
            // It had not taken its place yet.
            stalled.abort();
        };
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.get_error_details().retry_info().is_some());
        let late = stalled.await.unwrap().unwrap_err();
        assert_eq!(late.code(), Code::DeadlineExceeded);
        clients.create(&small_town()).await;
    })
    .await;
}

#[test]
fn the_usual_limits_are_safe() {
    let limits = Limits::default();
    assert!(limits.message_bytes <= 4 << 20 && limits.header_list_bytes <= 16 << 10 && limits.connection_streams <= 100);
    assert!(limits.pending_reset_streams <= 20 && limits.error_reset_streams <= 1_024 && limits.queue <= 64);
    assert!(limits.detail_bytes < 6 << 10, "base64 of it fits into the 8 KiB of trailers that clients take");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_and_attached_runs_end_when_their_time_is_over() {
    within(Box::pin(async {
        let service = Service::with(|limits| (limits.stream_s, limits.call_s) = (2, 100)).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&crate::harness::hard_town()).await;
        let request =
            v1::AllocateRequest { options: Some(crate::harness::hard_options()), ..crate::harness::allocate(&dataset.dataset_id) };
        let run = clients.allocation.allocate(request.clone()).await.unwrap().into_inner().run.unwrap();
        let since = std::time::Instant::now();
        let mut events =
            clients.allocation.watch_run(v1::WatchRunRequest { run_id: run.run_id.clone(), after_sequence: 0 }).await.unwrap().into_inner();
        let refused = loop {
            match events.message().await {
                Ok(event) => assert!(event.is_some(), "the run has ended"),
                Err(refused) => break refused,
            }
        };
        assert_eq!(refused.code(), Code::DeadlineExceeded);
        assert!((1.8..6.0).contains(&since.elapsed().as_secs_f64()), "{:?}", since.elapsed());
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: run.run_id, keep_best: false }).await.unwrap();
        let request = v1::AllocateRequest { attached: true, ..request };
        assert_eq!(clients.allocation.allocate(request).await.unwrap_err().code(), Code::DeadlineExceeded);
        let list = clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap().into_inner().runs;
        let ended = crate::runs::ended(&mut clients, &list[0].run_id).await;
        assert_eq!(ended.state(), v1::RunState::Cancelled, "nobody waits for it");
    }))
    .await;
}
