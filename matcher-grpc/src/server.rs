//! Puts the service together: door, limits, credentials, services; and takes it down in order.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::{JoinError, JoinSet};
use tonic::service::Routes;
use tower::Layer as _;

use crate::auth::{AuthLayer, Gate};
use crate::door::{self, Door, Tls};
use crate::error::{Error, Result};
use crate::http::{Calls, Doors, Front, Ready, cors, tell_metrics};
use crate::log::{Ends, Log, LogLayer};
use crate::metrics::{self, Metrics, Moment};
use crate::runs::Runs;
use crate::services::{Allocation, Datasets, Explanation, Scenarios, Scoring, Shared};
use crate::settings::Settings;
use crate::store::{Closed, Sqlite, Store};
use crate::wire::v1::allocation_service_server::AllocationServiceServer;
use crate::wire::v1::dataset_service_server::DatasetServiceServer;
use crate::wire::v1::explanation_service_server::ExplanationServiceServer;
use crate::wire::v1::scenario_service_server::ScenarioServiceServer;
use crate::wire::v1::scoring_service_server::ScoringServiceServer;
use crate::wire::{self, DESCRIPTORS};

/// Names of the services, as health knows them; the empty one is the service as a whole.
const SERVICES: [&str; 6] = [
    "",
    "matcher.v1.DatasetService",
    "matcher.v1.AllocationService",
    "matcher.v1.ExplanationService",
    "matcher.v1.ScoringService",
    "matcher.v1.ScenarioService",
];

/// What became of the store at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened<'a> {
    /// It is open.
    Ready,
    /// It is open and has no token yet.
    WithoutToken,
    /// It did not open, for this reason.
    Not(&'a str),
}

/// Opens the store and serves until the process is told to stop (SIGTERM, Ctrl-C); `ready` is told the address and whether the store
/// has no token yet, or why it did not open: then every call is answered UNAVAILABLE, and health says so.
///
/// # Errors
/// Where the settings are not safe, the store is another server's or cannot be reached, or the address cannot be listened on.
pub fn run(settings: &Settings, ready: impl FnOnce(SocketAddr, Opened<'_>)) -> Result<()> {
    settings.check()?;
    let store: Arc<dyn Store> = match Sqlite::serve(&settings.store) {
        Ok(store) => Arc::new(store),
        Err(fault) if fault.is_of_the_file() => Arc::new(Closed::new(&fault)),
        Err(other) => return Err(other),
    };
    let fails = |cause: String| Error::Serve { listen: settings.listen, cause };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|fault| fails(fault.to_string()))?;
    runtime.block_on(async {
        let listener = TcpListener::bind(settings.listen).await.map_err(|fault| fails(fault.to_string()))?;
        let address = listener.local_addr().map_err(|fault| fails(fault.to_string()))?;
        let opened = match store.closed() {
            Some(why) => Opened::Not(why),
            None if store.tokens()?.is_empty() => Opened::WithoutToken,
            None => Opened::Ready,
        };
        let stop = told_to_stop()?;
        ready(address, opened);
        serve(settings, store, listener, Log::to(std::io::stderr()), stop).await
    })
}

/// SIGTERM or Ctrl-C.
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    let io = |source| Error::Io { path: "signals".into(), source };
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(io)?;
    #[cfg(unix)]
    let terminated = async move { terminate.recv().await.unwrap_or(()) };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    Ok(async move {
        tokio::select! {
            () = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
}

/// Serves `store` on `listener` until `stop` is done; comes back when what was under way has ended or was put back, within
/// `notice_s`, `drain_s` and some seconds.
///
/// # Errors
/// [`Error::Serve`], [`Error::Certificate`], or where the store fails at the start.
pub async fn serve(
    settings: &Settings,
    store: Arc<dyn Store>,
    listener: TcpListener,
    log: Log,
    stop: impl Future<Output = ()> + Send,
) -> Result<()> {
    let limits = settings.limits;
    let tls = Tls::new(settings)?.map(Arc::new);
    let metrics = Arc::new(Metrics::new());
    let runs = Runs::new(Arc::clone(&store), &limits, Arc::clone(&metrics));
    let first = Arc::clone(&runs);
    let is_open = store.closed().is_none();
    if is_open {
        tokio::task::spawn_blocking(move || first.take_up()).await.map_err(|_| Error::StoreDamaged { what: "runs" })??;
    }
    let (end_streams, closing) = watch::channel(false);
    let gate = Arc::new(Gate::new(Arc::clone(&store), Arc::clone(&metrics), settings));
    let uploads = Semaphore::new(limits.uploads);
    let scorings = Arc::new(Semaphore::new(limits.scorings));
    let sessions = Arc::new(Semaphore::new(limits.sessions));
    let contract = wire::contract().map_err(|fault| Error::Descriptors { cause: fault.to_string() })?;
    let shared = Arc::new(Shared {
        contract: contract.clone(),
        store: Arc::clone(&store),
        runs: Arc::clone(&runs),
        gate,
        metrics: Arc::clone(&metrics),
        limits,
        uploads,
        scorings,
        sessions,
        closing,
    });
    let (health, health_service) = tonic_health::server::health_reporter();
    let ready = Arc::new(Ready::new(health, &SERVICES, is_open).await);
    // Ends with this function.
    let mut beside = JoinSet::new();
    let (watched, counted) = (Arc::clone(&ready), Arc::clone(&metrics));
    let watching = tokio::spawn(async move { watched.watch(store, counted).await });
    if let Some(listen) = settings.metrics_listen {
        let told = TcpListener::bind(listen).await.map_err(|fault| Error::Serve { listen, cause: fault.to_string() })?;
        beside.spawn(tell_metrics(told, told_text(settings, &shared, &ready)));
    }
    if let Some(tls) = &tls {
        beside.spawn(tls.clone().watch(log.clone(), Duration::from_secs(limits.tls_check_s.max(1)))?);
    }
    let (call, stream) = (Duration::from_secs(limits.call_s), Duration::from_secs(limits.stream_s));
    let auth = AuthLayer::new(Arc::clone(&shared.gate), call, stream);
    let calls = Calls::new(contract).map_err(|fault| Error::Descriptors { cause: fault.to_string() })?;
    let grpc = Ends(auth.layer(routes(settings, shared)?.add_service(health_service)));
    let doors = Doors::new(calls, grpc, limits.message_bytes, settings.reflects());
    let logged = LogLayer::new(log, Arc::clone(&metrics)).layer(doors);
    let app = Front::new(Arc::clone(&ready), cors(&settings.cors_origins).layer(logged));
    let (close_door, door_closed) = oneshot::channel::<()>();
    let door = Door::new(listener, &limits, metrics);
    let mut serving = tokio::spawn(door::serve(door, tls, app, Arc::new(limits), async { door_closed.await.unwrap_or(()) }));
    let ended =
        |done: std::result::Result<(), JoinError>| done.map_err(|fault| Error::Serve { listen: settings.listen, cause: fault.to_string() });
    tokio::select! {
        done = &mut serving => return ended(done),
        () = stop => {}
    }
    // Readiness first, so that no new work is sent here; then the door; then what works; then the streams that watch it.
    ready.stop().await;
    tokio::time::sleep(Duration::from_secs(limits.notice_s)).await;
    close_door.send(()).unwrap_or(());
    runs.close(Duration::from_secs(limits.drain_s)).await;
    end_streams.send(true).unwrap_or(());
    // Whoever opens the store next finds nobody here who holds it.
    beside.shutdown().await;
    drop(tokio::time::timeout(Duration::from_secs(limits.drain_s.max(1)), watching).await);
    match tokio::time::timeout(Duration::from_secs(limits.drain_s.max(1)), &mut serving).await {
        Ok(done) => ended(done),
        // Clients that hold on to their connections are left.
        Err(_) => Ok(()),
    }
}

/// The services, each with its limit of bytes, and the protos where clients may ask for them.
fn routes(settings: &Settings, shared: Arc<Shared>) -> Result<Routes> {
    let bytes = settings.limits.message_bytes;
    let datasets = DatasetServiceServer::new(Datasets(Arc::clone(&shared)));
    let allocation = AllocationServiceServer::new(Allocation(Arc::clone(&shared)));
    let explanation = ExplanationServiceServer::new(Explanation(Arc::clone(&shared)));
    let scoring = ScoringServiceServer::new(Scoring(Arc::clone(&shared)));
    let scenarios = ScenarioServiceServer::new(Scenarios(shared));
    let routes = Routes::new(datasets.max_decoding_message_size(bytes).max_encoding_message_size(bytes))
        .add_service(allocation.max_decoding_message_size(bytes).max_encoding_message_size(bytes))
        .add_service(explanation.max_decoding_message_size(bytes).max_encoding_message_size(bytes))
        .add_service(scoring.max_decoding_message_size(bytes).max_encoding_message_size(bytes))
        .add_service(scenarios.max_decoding_message_size(bytes).max_encoding_message_size(bytes));
    if !settings.reflects() {
        return Ok(routes);
    }
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let fails = |fault: tonic_reflection::server::Error| Error::Serve { listen: settings.listen, cause: fault.to_string() };
    Ok(routes.add_service(builder().build_v1().map_err(fails)?).add_service(builder().build_v1alpha().map_err(fails)?))
}

/// What is asked for at the address of the metrics.
fn told_text(settings: &Settings, shared: &Arc<Shared>, ready: &Arc<Ready>) -> impl Fn() -> String + Send + Sync + use<> {
    let (shared, ready, file) = (Arc::clone(shared), Arc::clone(ready), settings.store.clone());
    let mut log = file.clone().into_os_string();
    log.push("-wal");
    let bytes = |path: &Path| std::fs::metadata(path).map(|file| file.len()).ok();
    move || {
        let limits = &shared.limits;
        let (runs_queued, runs_running) = shared.runs.counts();
        let (resident_bytes, resident_peak_bytes) = metrics::memory();
        shared.metrics.text(&Moment {
            runs_queued,
            runs_running,
            queue_places: limits.queue,
            solve_places: limits.solve_places(),
            uploads: limits.uploads.saturating_sub(shared.uploads.available_permits()),
            upload_places: limits.uploads,
            store_bytes: bytes(&file),
            store_log_bytes: bytes(Path::new(&log)),
            ready: ready.why_not().is_none(),
            resident_bytes,
            resident_peak_bytes,
        })
    }
}
