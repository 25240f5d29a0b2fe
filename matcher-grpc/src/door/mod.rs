//! The door: connections are counted as they come in, each limit of HTTP/1.1 and HTTP/2 is set, and what is silent is closed.
//!
//! The service drives hyper itself: tonic's own server leaves out the limits of HTTP/1.1, takes two of hyper's for HTTP/2 away where they
//! are not set (FAULTS, finding 1), and reads its certificate once.

mod heard;
mod tls;

pub(crate) use tls::Tls;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tower::{Service, ServiceExt as _};

use crate::auth::Peer;
use crate::metrics::Metrics;
use crate::settings::Limits;

use heard::Heard;

/// How long the door waits after the system gave no connection, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Hands out connections while there are places.
#[derive(Debug)]
pub(crate) struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, limits: &Limits, metrics: Arc<Metrics>) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(limits.connections)), metrics }
    }

    /// The next connection, with its place.
    async fn next(&self) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
        loop {
            let Ok((stream, peer)) = self.listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            // Where there is no place the connection is closed at once, and the next one is looked at.
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
                self.metrics.connection_refused();
                continue;
            };
            if stream.set_nodelay(true).is_ok() {
                return (stream, peer, place);
            }
        }
    }
}

/// Serves what comes through the door until `stop` is done; comes back when every connection has ended.
pub(crate) async fn serve<S>(door: Door, tls: Option<Arc<Tls>>, service: S, limits: Arc<Limits>, stop: impl Future<Output = ()>)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let builder = Arc::new(limited(&limits));
    let (ending, ended) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer, place) = tokio::select! {
            biased;
            () = &mut stop => break,
            next = door.next() => next,
        };
        let (builder, service, tls, ended) = (Arc::clone(&builder), service.clone(), tls.clone(), ended.clone());
        let limits = Arc::clone(&limits);
        let open = door.metrics.connection();
        tokio::spawn(async move {
            let first_words = Duration::from_secs(limits.handshake_s);
            match tls {
                None => connection(&builder, Heard::new(stream, &limits), peer, service, &limits, ended).await,
                Some(tls) => {
                    // A client that does not come to an end of its handshake, or speaks something else, is closed.
                    if let Ok(Ok(stream)) = tokio::time::timeout(first_words, tls.accept(stream)).await {
                        connection(&builder, Heard::new(stream, &limits), peer, service, &limits, ended).await;
                    }
                }
            }
            drop((place, open));
        });
    }
    // The address is free before the last connection has ended: nobody is taken on who would not be served.
    drop(door);
    ending.send(()).unwrap_or(());
    drop(ended);
    ending.closed().await;
}

/// Serves one connection to its end; it is asked to go when it is old, or when the service is stopped.
async fn connection<S>(
    builder: &Builder<TokioExecutor>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    service: S,
    limits: &Limits,
    mut ended: watch::Receiver<()>,
) where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer.ip()));
        service.clone().oneshot(request)
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut age = pin!(tokio::time::sleep(Duration::from_secs(limits.connection_age_s)));
    let (mut is_old, mut is_ended) = (false, false);
    loop {
        tokio::select! {
            // What was wrong with it is the client's affair, or the network's.
            _ = &mut connection => return,
            () = &mut age, if !is_old => is_old = true,
            _ = ended.changed(), if !is_ended => is_ended = true,
        }
        connection.as_mut().graceful_shutdown();
    }
}

/// Every limit of HTTP/1.1 and HTTP/2, set; hyper has least and greatest values for some.
fn limited(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.http1_head_s))
        .max_buf_size(limits.http1_head_bytes.max(8 << 10))
        .max_headers(limits.http1_headers);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.connection_streams)
        .max_header_list_size(limits.header_list_bytes)
        .max_frame_size(limits.frame_bytes.clamp(16 << 10, (16 << 20) - 1))
        .max_pending_accept_reset_streams(limits.pending_reset_streams)
        .max_local_error_reset_streams(limits.error_reset_streams)
        .keep_alive_interval(Duration::from_secs(limits.keepalive_s))
        .keep_alive_timeout(Duration::from_secs(limits.keepalive_timeout_s));
    builder
}
