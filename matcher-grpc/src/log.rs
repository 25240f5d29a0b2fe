//! One line of JSON per call: when, which, how it was answered, how long it took. Never what was asked or answered, and never a token.

use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use serde::Serialize;
use tonic::Code;
use tonic::body::Body;
use tonic::codegen::http::{HeaderValue, Request, Response};
use tower::{Layer, Service};

use crate::auth::{Caller, new_id, now_ms};

/// Where the lines go.
#[derive(Clone)]
pub struct Log(Option<Arc<Mutex<dyn Write + Send>>>);

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Log").field(&self.0.is_some()).finish()
    }
}

impl Log {
    /// Nowhere.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Into `writer`.
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        Self(Some(Arc::new(Mutex::new(writer))))
    }

    fn write(&self, line: &Line<'_>) {
        let Some(writer) = &self.0 else { return };
        // A line of words and numbers always has a JSON form, and a log that cannot be written stops nobody's call.
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        writer.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes()).unwrap_or(());
    }
}

/// One call.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    /// Made here; the client finds it as `x-request-id`.
    request: &'a str,
    /// The client's, where it is one (W3C trace context).
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    call: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    /// Id of the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    /// As the headers say it; a stream that begins well is OK.
    code: String,
    ms: u64,
}

/// Writes a line per call.
#[derive(Debug, Clone)]
pub(crate) struct LogLayer(pub(crate) Log);

impl<S> Layer<S> for LogLayer {
    type Service = LogService<S>;

    fn layer(&self, inner: S) -> LogService<S> {
        LogService { inner, log: self.0.clone() }
    }
}

/// A service behind the layer.
#[derive(Debug, Clone)]
pub(crate) struct LogService<S> {
    inner: S,
    log: Log,
}

impl<S> Service<Request<Body>> for LogService<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let begin = Instant::now();
        let id = new_id("req").unwrap_or_default();
        let trace =
            request.headers().get("traceparent").and_then(|value| value.to_str().ok()).filter(|text| is_trace(text)).map(str::to_owned);
        let call = word(request.uri().path());
        let (log, answer) = (self.log.clone(), self.inner.call(request));
        Box::pin(async move {
            let mut answer = answer.await?;
            let caller = answer.extensions_mut().remove::<Caller>();
            let code = answer.headers().get("grpc-status").map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()));
            log.write(&Line {
                time: time(now_ms()),
                request: &id,
                traceparent: trace.as_deref(),
                call: &call,
                tenant: caller.as_ref().map(|caller| caller.tenant.0.as_str()),
                token: caller.as_ref().map(|caller| caller.token_id.as_str()),
                code: format!("{code:?}"),
                ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            });
            if let Ok(id) = HeaderValue::from_str(&id) {
                answer.headers_mut().insert("x-request-id", id);
            }
            Ok(answer)
        })
    }
}

/// The path as far as it is one of a call: what somebody else asks for is not repeated.
fn word(path: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '/';
    if path.len() <= 100 && path.chars().all(is_word) { path.to_owned() } else { "other".to_owned() }
}

/// `00-32 hex-16 hex-2 hex`.
fn is_trace(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &&str, digits: usize| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.len() == 4 && parts.iter().zip([2, 32, 16, 2]).all(|(part, digits)| is_hex(part, digits))
}

/// Milliseconds since 1970 as RFC 3339.
fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_trace_is_repeated() {
        assert!(is_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        for wrong in ["", "00", "00-0af7-b7ad6b7169203331-01", "x\n\"}", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-Ada"] {
            assert!(!is_trace(wrong), "{wrong}");
        }
    }

    #[test]
    fn times_and_paths_are_plain() {
        assert_eq!(time(1_500), "1970-01-01T00:00:01.5Z");
        assert_eq!((word("/a.B/C"), word("/Ada Lovelace")), ("/a.B/C".to_owned(), "other".to_owned()));
    }
}
