//! One line of JSON per call: when, which, how it was answered, how long it took. Never what was asked or answered, and never a token.

mod ending;

pub(crate) use ending::{Ending, Ends};

use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use serde::Serialize;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, HeaderValue, Request, Response};
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::auth::{Caller, call_name, is_call, new_id, now_ms};
use crate::metrics::Metrics;
use crate::status;

/// What ids of calls begin with.
const ID: &str = "req_";

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

    /// Writes what happened; `cause` holds nothing of anybody.
    pub(crate) fn event(&self, event: &str, cause: Option<&str>) {
        self.write(&Happened { time: time(now_ms()), event, cause });
    }

    fn write(&self, line: &impl Serialize) {
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
    /// This call in the client's trace; the client finds it in `traceresponse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<&'a str>,
    call: &'a str,
    /// How it came in: `grpc`, `web` (grpc-web) or `http`.
    door: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    /// Id of the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    /// As the answer ended; `Cancelled` where its reader went away before.
    code: String,
    /// To the end of the answer.
    ms: u64,
}

/// What a call was refused for, where the headers of its answer do not say it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused {
    code: Code,
    shed: Option<&'static str>,
}

impl Refused {
    pub(crate) fn new(status: &Status) -> Self {
        Self { code: status.code(), shed: status::shed(status) }
    }
}

/// Something that happened to the service and is no call.
#[derive(Serialize)]
struct Happened<'a> {
    time: String,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

/// Writes a line per call, and counts it.
#[derive(Debug, Clone)]
pub(crate) struct LogLayer {
    log: Log,
    metrics: Arc<Metrics>,
}

impl LogLayer {
    pub(crate) const fn new(log: Log, metrics: Arc<Metrics>) -> Self {
        Self { log, metrics }
    }
}

impl<S> Layer<S> for LogLayer {
    type Service = LogService<S>;

    fn layer(&self, inner: S) -> LogService<S> {
        LogService { inner, layer: self.clone() }
    }
}

/// A service behind the layer.
#[derive(Debug, Clone)]
pub(crate) struct LogService<S> {
    inner: S,
    layer: LogLayer,
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
        let mut traces = request.headers().get_all("traceparent").iter();
        let trace = traces.next().and_then(|value| value.to_str().ok()).filter(|text| is_trace(text)).map(str::to_owned);
        // Two of them are none (W3C trace context, 3.2.2).
        let trace = trace.filter(|_| traces.next().is_none());
        let call = word(request.uri().path()).to_owned();
        let (name, door) = (call_name(request.uri().path()), door(request.headers()));
        let (layer, answer) = (self.layer.clone(), self.inner.call(request));
        Box::pin(async move {
            let mut answer = answer.await?;
            let caller = answer.extensions_mut().remove::<Caller>();
            let refused = answer.extensions_mut().remove::<Refused>();
            let refused = refused.or_else(|| Status::from_header_map(answer.headers()).as_ref().map(Refused::new));
            let ending = answer.extensions_mut().remove::<Ending>().filter(|_| refused.is_none());
            let span = trace.as_ref().and_then(|_| id.get(ID.len()..ID.len() + 16)).map(str::to_owned);
            let pending = Box::new(Pending {
                layer,
                id: id.clone(),
                trace: trace.clone(),
                span: span.clone(),
                call,
                name,
                door,
                caller,
                begin,
                head: begin.elapsed(),
            });
            match ending {
                Some(ending) if !ending.is_told() => {
                    answer = answer.map(|body| Body::new(Followed { body, ending, pending: Some(pending) }));
                }
                ending => pending.write(refused.or(ending.and_then(|ending| ending.refused()))),
            }
            if let (Some(trace), Some(span)) = (&trace, &span)
                && let Ok(told) = HeaderValue::from_str(&told(trace, span))
            {
                answer.headers_mut().insert("traceresponse", told);
            }
            if let Ok(id) = HeaderValue::from_str(&id) {
                answer.headers_mut().insert("x-request-id", id);
            }
            Ok(answer)
        })
    }
}

/// What is told of a call once it has ended.
#[derive(Debug)]
struct Pending {
    layer: LogLayer,
    id: String,
    trace: Option<String>,
    span: Option<String>,
    call: String,
    name: &'static str,
    door: &'static str,
    caller: Option<Caller>,
    begin: Instant,
    /// To the head of the answer.
    head: Duration,
}

impl Pending {
    fn write(&self, refused: Option<Refused>) {
        let code = refused.map_or(Code::Ok, |refused| refused.code);
        self.layer.metrics.call(self.name, self.door, code, refused.and_then(|refused| refused.shed), self.head);
        self.layer.log.write(&Line {
            time: time(now_ms()),
            request: &self.id,
            traceparent: self.trace.as_deref(),
            span: self.span.as_deref(),
            call: &self.call,
            door: self.door,
            tenant: self.caller.as_ref().map(|caller| caller.tenant.0.as_str()),
            token: self.caller.as_ref().map(|caller| caller.token_id.as_str()),
            code: format!("{code:?}"),
            ms: u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }
}

/// A body whose end is told.
#[derive(Debug)]
struct Followed {
    body: Body,
    ending: Ending,
    pending: Option<Box<Pending>>,
}

impl http_body::Body for Followed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(None) => self.ending.tell(None),
            Poll::Ready(Some(Err(fault))) => self.ending.tell(Some(fault)),
            _ => {}
        }
        if self.ending.is_told()
            && let Some(pending) = self.pending.take()
        {
            pending.write(self.ending.refused());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if let Some(pending) = self.pending.take() {
            let gone = Refused { code: Code::Cancelled, shed: None };
            pending.write(if self.ending.is_told() { self.ending.refused() } else { Some(gone) });
        }
    }
}

/// How a request came in.
fn door(headers: &HeaderMap) -> &'static str {
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind {
        _ if kind.starts_with("application/grpc-web") => "web",
        _ if kind.starts_with("application/grpc") => "grpc",
        _ => "http",
    }
}

/// The path where it is one of a call: what somebody else asks for is not repeated.
fn word(path: &str) -> &str {
    if is_call(path) { path } else { "other" }
}

/// `00-32 hex-16 hex-2 hex`, in lower case, neither id all zeros (W3C trace context, 3.2.2). A version that is not known yet is left alone.
fn is_trace(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_id = |part: &str, digits| is_hex(part, digits) && part.bytes().any(|byte| byte != b'0');
    matches!(parts[..], ["00", trace, parent, flags] if is_id(trace, 32) && is_id(parent, 16) && is_hex(flags, 2))
}

/// The client's trace with this call in it.
fn told(trace: &str, span: &str) -> String {
    let (id, flags) = (trace.get(..35).unwrap_or_default(), trace.get(52..).unwrap_or_default());
    format!("{id}-{span}{flags}")
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
        for wrong in [
            "",
            "00",
            "00-0af7-b7ad6b7169203331-01",
            "x\n\"}",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-Ada",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert!(!is_trace(wrong), "{wrong}");
        }
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(told(trace, "0123456789abcdef"), "00-0af7651916cd43dd8448eb211c80319c-0123456789abcdef-01");
    }

    #[test]
    fn times_and_paths_are_plain() {
        assert_eq!(time(1_500), "1970-01-01T00:00:01.5Z");
        let known = "/matcher.v1.AllocationService/GetRun";
        assert_eq!((word(known), word("/grpc.health.v1.Health/Check")), (known, "/grpc.health.v1.Health/Check"));
        for other in ["/matcher.v1.AllocationService/AdaLovelace", "/grpc.health.v1.Health/Ada", "/Ada Lovelace", "/"] {
            assert_eq!(word(other), "other", "{other}");
        }
    }
}
