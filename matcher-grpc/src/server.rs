//! Puts the service together: door, limits, credentials, services; and takes it down in order.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot, watch};
use tonic::transport::server::{Router, Server};
use tonic::transport::{Identity, ServerTlsConfig};
use tower::layer::util::{Identity as NoLayer, Stack};

use crate::auth::{AuthLayer, Gate};
use crate::door::Door;
use crate::error::{Error, Result};
use crate::log::{Log, LogLayer};
use crate::runs::Runs;
use crate::services::{Allocation, Datasets, Explanation, Shared};
use crate::settings::{Limits, Settings};
use crate::store::{Sqlite, Store};
use crate::wire::DESCRIPTORS;
use crate::wire::v1::allocation_service_server::AllocationServiceServer;
use crate::wire::v1::dataset_service_server::DatasetServiceServer;
use crate::wire::v1::explanation_service_server::ExplanationServiceServer;

/// Names of the services, as health and reflection know them.
const SERVICES: [&str; 3] = ["matcher.v1.DatasetService", "matcher.v1.AllocationService", "matcher.v1.ExplanationService"];

/// Opens the store and serves until the process is told to stop (SIGTERM, Ctrl-C); `ready` is told the address and whether the store
/// has no token yet.
///
/// # Errors
/// Where the settings are not safe, the store does not open, or the address cannot be listened on.
pub fn run(settings: &Settings, ready: impl FnOnce(SocketAddr, bool)) -> Result<()> {
    settings.check()?;
    let store: Arc<dyn Store> = Arc::new(Sqlite::serve(&settings.store)?);
    let fails = |cause: String| Error::Serve { listen: settings.listen, cause };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|fault| fails(fault.to_string()))?;
    runtime.block_on(async {
        let listener = TcpListener::bind(settings.listen).await.map_err(|fault| fails(fault.to_string()))?;
        let address = listener.local_addr().map_err(|fault| fails(fault.to_string()))?;
        let has_no_token = store.tokens()?.is_empty();
        let stop = told_to_stop()?;
        ready(address, has_no_token);
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
/// `drain_s` and some seconds.
///
/// # Errors
/// [`Error::Serve`], or where the store fails at the start.
pub async fn serve(
    settings: &Settings,
    store: Arc<dyn Store>,
    listener: TcpListener,
    log: Log,
    stop: impl Future<Output = ()> + Send,
) -> Result<()> {
    let limits = settings.limits;
    let runs = Runs::new(Arc::clone(&store), limits);
    let first = Arc::clone(&runs);
    tokio::task::spawn_blocking(move || first.take_up()).await.map_err(|_| Error::StoreDamaged { what: "runs" })??;
    let (end_streams, closing) = watch::channel(false);
    let gate = Arc::new(Gate::new(Arc::clone(&store)));
    let uploads = Semaphore::new(limits.uploads);
    let shared = Arc::new(Shared { store, runs: Arc::clone(&runs), gate, limits, uploads, closing });
    let (health, health_service) = tonic_health::server::health_reporter();
    for name in ["", SERVICES[0], SERVICES[1], SERVICES[2]] {
        health.set_service_status(name, tonic_health::ServingStatus::Serving).await;
    }
    let mut router = routes(settings, shared, log)?.add_service(health_service);
    if settings.reflects() {
        let builder = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(DESCRIPTORS)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let fails = |fault: tonic_reflection::server::Error| Error::Serve { listen: settings.listen, cause: fault.to_string() };
        router = router.add_service(builder().build_v1().map_err(fails)?).add_service(builder().build_v1alpha().map_err(fails)?);
    }
    let (close_door, door_closed) = oneshot::channel::<()>();
    let door = Door::new(listener, &limits);
    let serving = router.serve_with_incoming_shutdown(door, async { door_closed.await.unwrap_or(()) });
    let mut serving = tokio::spawn(serving);
    let listen = settings.listen;
    let ended = move |done: std::result::Result<std::result::Result<(), tonic::transport::Error>, tokio::task::JoinError>| {
        let cause = match done {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(fault)) => fault.to_string(),
            Err(fault) => fault.to_string(),
        };
        Err(Error::Serve { listen, cause })
    };
    tokio::select! {
        done = &mut serving => return ended(done),
        () = stop => {}
    }
    // Readiness first, so that no new work is sent here; then the door; then what works; then the streams that watch it.
    for name in ["", SERVICES[0], SERVICES[1], SERVICES[2]] {
        health.set_service_status(name, tonic_health::ServingStatus::NotServing).await;
    }
    close_door.send(()).unwrap_or(());
    runs.close(Duration::from_secs(limits.drain_s)).await;
    end_streams.send(true).unwrap_or(());
    match tokio::time::timeout(Duration::from_secs(limits.drain_s.max(1)), &mut serving).await {
        Ok(done) => ended(done),
        // Clients that hold on to their connections are left.
        Err(_) => Ok(()),
    }
}

/// The services behind their limits and credentials.
fn routes(settings: &Settings, shared: Arc<Shared>, log: Log) -> Result<Router<Stack<AuthLayer, Stack<LogLayer, NoLayer>>>> {
    let limits = settings.limits;
    let (call, stream) = (Duration::from_secs(limits.call_s), Duration::from_secs(limits.stream_s));
    let layer = AuthLayer::new(Arc::clone(&shared.gate), call, stream);
    let bytes = limits.message_bytes;
    let datasets = DatasetServiceServer::new(Datasets(Arc::clone(&shared)));
    let allocation = AllocationServiceServer::new(Allocation(Arc::clone(&shared)));
    let explanation = ExplanationServiceServer::new(Explanation(shared));
    let mut builder = limited(&limits);
    if let (Some(certificate), Some(key)) = (&settings.tls_certificate, &settings.tls_key) {
        let identity = Identity::from_pem(read(certificate)?, read(key)?);
        let fails = |fault: tonic::transport::Error| Error::Serve { listen: settings.listen, cause: fault.to_string() };
        builder = builder.tls_config(ServerTlsConfig::new().identity(identity)).map_err(fails)?;
    }
    Ok(builder
        .layer(LogLayer(log))
        .layer(layer)
        .add_service(datasets.max_decoding_message_size(bytes).max_encoding_message_size(bytes))
        .add_service(allocation.max_decoding_message_size(bytes).max_encoding_message_size(bytes))
        .add_service(explanation.max_decoding_message_size(bytes).max_encoding_message_size(bytes)))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })
}

/// Every limit of HTTP/2, set: tonic takes hyper's own away where they are not (FAULTS, finding 1).
fn limited(limits: &Limits) -> Server {
    Server::builder()
        .max_concurrent_streams(limits.connection_streams)
        .concurrency_limit_per_connection(limits.connection_streams as usize)
        .http2_max_header_list_size(limits.header_list_bytes)
        .max_frame_size(limits.frame_bytes)
        .http2_max_pending_accept_reset_streams(Some(limits.pending_reset_streams))
        .http2_max_local_error_reset_streams(Some(limits.error_reset_streams))
        .http2_keepalive_interval(Some(Duration::from_secs(limits.keepalive_s)))
        .http2_keepalive_timeout(Some(Duration::from_secs(limits.keepalive_timeout_s)))
        .max_connection_age(Duration::from_secs(limits.connection_age_s))
        .accept_http1(false)
}
