//! The same calls in JSON: `POST /matcher.v1.AllocationService/GetRun` with the request as JSON, answered by the response as JSON.
//!
//! A call in JSON is rewritten into the call of gRPC that it stands for and goes on to the same layers and handlers; the answer is rewritten
//! on its way back. The protos' descriptors say how, so that there is no second copy of any call, and a new one is there at once. Streams
//! of a client come as lines of JSON or as a form, streams of the service go as lines. Nothing is held but the message that is being read.

mod answer;
mod calls;
mod form;
mod recast;
mod request;

pub(crate) use answer::refusal;
pub(crate) use calls::Calls;

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HeaderName, TE, TRANSFER_ENCODING,
};
use tonic::codegen::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use tower::{Service, ServiceExt as _};

use calls::Call;

/// Headers that belong to the way a request came and not to the call.
const WAY: [HeaderName; 7] = [ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, EXPECT, TE, TRANSFER_ENCODING];

/// What a body is written as.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Json,
    Lines,
    Form { boundary: String },
}

/// Answers a request that is no gRPC by the calls behind it.
pub(crate) async fn mirrored<S>(calls: &Calls, service: S, request: Request<Body>, message_bytes: usize) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = std::convert::Infallible>,
{
    let Some(call) = calls.find(request.uri().path()) else {
        return refusal(calls, &Status::not_found("there is no such path"), Some(StatusCode::NOT_FOUND));
    };
    if request.method() != Method::POST {
        let mut refused = refusal(calls, &Status::unimplemented("calls are made by POST"), Some(StatusCode::METHOD_NOT_ALLOWED));
        refused.headers_mut().insert("allow", HeaderValue::from_static("POST"));
        return refused;
    }
    let kind = kind(request.headers()).filter(|kind| takes(call, kind));
    let Some(kind) = kind else {
        let what = if call.client_streaming { "application/x-ndjson or multipart/form-data" } else { "application/json" };
        let refused = Status::invalid_argument(format!("the body of this call is {what}, not compressed"));
        return refusal(calls, &refused, Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    };
    let (mut parts, body) = request.into_parts();
    for name in WAY {
        parts.headers.remove(name);
    }
    let of_grpc: Vec<_> = parts.headers.keys().filter(|name| name.as_str().ends_with("-encoding")).cloned().collect();
    for name in of_grpc {
        parts.headers.remove(name);
    }
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    parts.headers.insert(TE, HeaderValue::from_static("trailers"));
    parts.version = Version::HTTP_2;
    let body = request::messages(call, &kind, body, message_bytes);
    // The service cannot fail; what it refuses is an answer.
    let Ok(answered) = service.oneshot(Request::from_parts(parts, body)).await;
    if call.server_streaming {
        answer::stream(calls, call, answered, message_bytes)
    } else {
        answer::one(calls, call, answered, message_bytes).await
    }
}

/// Whether the call can be asked so.
fn takes(call: &Call, kind: &Kind) -> bool {
    match kind {
        Kind::Json => !call.client_streaming,
        Kind::Lines => call.client_streaming,
        Kind::Form { .. } => call.client_streaming && form::fits(&call.input),
    }
}

/// What the headers say that the body is; `None` where it is something else, or compressed.
fn kind(headers: &HeaderMap) -> Option<Kind> {
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return None;
    }
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = text.split_once(';').unwrap_or((text, ""));
    match kind.trim().to_ascii_lowercase().as_str() {
        "application/json" => Some(Kind::Json),
        "application/x-ndjson" => Some(Kind::Lines),
        "multipart/form-data" => {
            let boundary = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
            let boundary = boundary.trim_matches('"');
            // RFC 2046, 5.1.1.
            (1..=70).contains(&boundary.len()).then(|| Kind::Form { boundary: boundary.to_owned() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_known_by_their_headers() {
        let of = |kind_text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, kind_text.parse().unwrap());
            kind(&headers)
        };
        assert_eq!(of("application/json; charset=utf-8"), Some(Kind::Json));
        assert_eq!(of("Application/X-NDJSON"), Some(Kind::Lines));
        assert_eq!(of("multipart/form-data; boundary=\"--x\""), Some(Kind::Form { boundary: "--x".into() }));
        for wrong in ["text/plain", "multipart/form-data", "multipart/form-data; boundary=", "application/x-www-form-urlencoded"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        headers.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(kind(&headers), None);
    }
}
