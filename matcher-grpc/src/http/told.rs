//! Metrics on an address of their own: they count what all tenants do, so that no tenant's token may open them, and a program that
//! collects them needs none. Only this machine reaches the address.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE as PROMETHEUS;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tonic::codegen::http::header::CONTENT_TYPE;
use tonic::codegen::http::{HeaderValue, Method, Request, Response, StatusCode};

/// Connections at a time.
const PLACES: usize = 8;
/// For the head of a request, and for an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers `GET /metrics` with what `text` gives, without an end.
pub(crate) async fn tell_metrics(listener: TcpListener, text: impl Fn() -> String + Send + Sync + 'static) {
    let (places, text) = (Arc::new(Semaphore::new(PLACES)), Arc::new(text));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let text = Arc::clone(&text);
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                let answer = answer(&request, &*text);
                async move { Ok::<_, Infallible>(answer) }
            });
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(8 << 10).keep_alive(false);
            // Whatever becomes of the connection, it ends here.
            drop(tokio::time::timeout(PATIENCE, builder.serve_connection(TokioIo::new(stream), service)).await);
            drop(place);
        });
    }
}

fn answer(request: &Request<Incoming>, text: impl Fn() -> String) -> Response<Full<Bytes>> {
    let (status, kind, body) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => (StatusCode::OK, PROMETHEUS, text()),
        _ => (StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "GET /metrics\n".to_owned()),
    };
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
