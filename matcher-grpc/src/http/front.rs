//! The first to see a request: what is no call is answered here, everything else goes on.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use tonic::codegen::http::{HeaderValue, Method, Request, Response, StatusCode};
use tower::Service;

use super::ready::Ready;

/// The service behind it, with `/healthz` and `/readyz` before it. Both are answered without a token and without a line in the log: whoever
/// asks for them asks often.
#[derive(Debug, Clone)]
pub(crate) struct Front<S> {
    ready: Arc<Ready>,
    calls: S,
}

impl<S> Front<S> {
    pub(crate) const fn new(ready: Arc<Ready>, calls: S) -> Self {
        Self { ready, calls }
    }

    /// The answer to what is no call.
    fn answer(&self, request: &Request<Body>) -> Option<Response<Body>> {
        let why_not = match request.uri().path() {
            "/healthz" => None,
            "/readyz" => self.ready.why_not(),
            _ => return None,
        };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "GET or HEAD\n");
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Some(refused);
        }
        Some(match why_not {
            None => text(StatusCode::OK, "ok\n"),
            Some(why) => text(StatusCode::SERVICE_UNAVAILABLE, why),
        })
    }
}

/// A short answer in words.
pub(super) fn text(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut answer = Response::new(Body::new(http_body_util::Full::new(bytes::Bytes::from_static(words.as_bytes()))));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

impl<S> Service<Request<Body>> for Front<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.calls.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self.answer(&request) {
            Some(answer) => Box::pin(async { Ok(answer) }),
            None => Box::pin(self.calls.call(request)),
        }
    }
}
