//! Answers: messages of gRPC in, JSON out. A refusal is `google.rpc.Status` in JSON.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::json;
use tonic::body::Body;
use tonic::codegen::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use tonic::codegen::http::{Extensions, HeaderMap, HeaderValue, Response, StatusCode};
use tonic::{Code, Status};
use tonic_types::{StatusExt as _, pb};

use crate::log::{Ending, Refused};
use crate::mask::Mask;

use super::calls::{Call, Calls};
use super::recast::{Recast, Recasting, unframed};

/// The answer to a call that gives one message.
pub(super) async fn one(calls: &Calls, call: &Call, answered: Response<Body>, most: usize) -> Response<Body> {
    let (parts, body) = answered.into_parts();
    let read = match Status::from_header_map(&parts.headers) {
        Some(refused) if refused.code() != Code::Ok => Err(refused),
        _ => message(body, most).await.and_then(|message| text(&call.output, &message, parts.extensions.get())),
    };
    let mut answer = match read {
        Ok(text) => {
            let mut answer = Response::new(Body::new(Full::new(Bytes::from(text))));
            plain(answer.headers_mut(), "application/json");
            answer
        }
        Err(refused) => refusal(calls, &refused, None),
    };
    keep(answer.extensions_mut(), parts.extensions);
    answer
}

/// The one message of a body.
async fn message(mut body: Body, most: usize) -> Result<Bytes, Status> {
    let (mut buffer, mut found, mut end) = (BytesMut::new(), None, None);
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(bytes) => {
                buffer.extend_from_slice(&bytes);
                found = found.or(unframed(&mut buffer, most)?);
            }
            Err(frame) => end = frame.into_trailers().ok().and_then(|trailers| Status::from_header_map(&trailers)),
        }
    }
    match (found, end) {
        (_, Some(refused)) if refused.code() != Code::Ok => Err(refused),
        (Some(message), _) => Ok(message),
        (None, _) => Err(Status::internal("an answer without a message")),
    }
}

/// A message in JSON, with fields that are not set as their defaults, so that a reader finds every name that was asked for.
fn text(output: &MessageDescriptor, message: &[u8], mask: Option<&Mask>) -> Result<Vec<u8>, Status> {
    let fault = || Status::internal("an answer that cannot be written in JSON");
    let message = DynamicMessage::decode(output.clone(), message).map_err(|_| fault())?;
    let options = SerializeOptions::new().skip_default_fields(false);
    let mut text = if let Some(mask) = mask {
        let mut answer = message.serialize_with_options(serde_json::value::Serializer, &options).map_err(|_| fault())?;
        mask.narrow_json(output, &mut answer);
        serde_json::to_vec(&answer).map_err(|_| fault())?
    } else {
        let mut writer = serde_json::Serializer::new(Vec::new());
        message.serialize_with_options(&mut writer, &options).map_err(|_| fault())?;
        writer.into_inner()
    };
    text.push(b'\n');
    Ok(text)
}

/// The answer to a call that gives a stream: a line `{"result": ...}` per message, and `{"error": ...}` as the last one where it fails.
pub(super) fn stream(calls: &Calls, call: &Call, answered: Response<Body>, most: usize) -> Response<Body> {
    let (parts, body) = answered.into_parts();
    let mut answer = match Status::from_header_map(&parts.headers) {
        Some(refused) if refused.code() != Code::Ok => refusal(calls, &refused, None),
        _ => {
            let (output, status) = (call.output.clone(), calls.status.clone());
            let ending = parts.extensions.get::<Ending>().cloned().unwrap_or_default();
            let lines = Lines { output, status, most, buffer: BytesMut::new(), failed: None, ending };
            let mut answer = Response::new(Body::new(Recasting::new(body, lines)));
            plain(answer.headers_mut(), "application/x-ndjson");
            answer
        }
    };
    keep(answer.extensions_mut(), parts.extensions);
    answer
}

/// Messages as lines.
#[derive(Debug)]
struct Lines {
    output: MessageDescriptor,
    status: Option<MessageDescriptor>,
    most: usize,
    buffer: BytesMut,
    failed: Option<Status>,
    /// For faults that are found here; those of the call are told by its trailers.
    ending: Ending,
}

impl Lines {
    fn line(&mut self) -> Result<Option<Bytes>, Status> {
        let Some(message) = unframed(&mut self.buffer, self.most)? else { return Ok(None) };
        let mut line = b"{\"result\":".to_vec();
        line.extend(text(&self.output, &message, None)?.trim_ascii_end());
        line.extend(b"}\n");
        Ok(Some(line.into()))
    }
}

impl Recast for Lines {
    fn feed(&mut self, bytes: Bytes) -> Result<(), Status> {
        self.buffer.extend_from_slice(&bytes);
        Ok(())
    }

    fn next(&mut self, _: bool) -> Result<Option<Bytes>, Status> {
        if self.failed.is_some() {
            return Ok(None);
        }
        Ok(self.line().unwrap_or_else(|fault| {
            self.ending.tell(Some(&fault));
            self.failed = Some(fault);
            None
        }))
    }

    fn last(&mut self, trailers: Option<HeaderMap>) -> Option<Bytes> {
        let told = trailers.and_then(|trailers| Status::from_header_map(&trailers)).filter(|told| told.code() != Code::Ok);
        let failed = self.failed.take().or(told)?;
        Some(format!("{}\n", json!({ "error": status_json(self.status.as_ref(), &failed) })).into())
    }
}

/// A refusal, under the HTTP status of its code where no other one fits better.
pub(crate) fn refusal(calls: &Calls, refused: &Status, http: Option<StatusCode>) -> Response<Body> {
    let body = format!("{}\n", status_json(calls.status.as_ref(), refused));
    let mut answer = Response::new(Body::new(Full::new(Bytes::from(body))));
    *answer.status_mut() = http.unwrap_or_else(|| http_status(refused.code()));
    plain(answer.headers_mut(), "application/json");
    if refused.code() == Code::Unauthenticated {
        answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(delay) = refused.get_details_retry_info().and_then(|info| info.retry_delay) {
        let seconds = delay.as_secs().saturating_add(u64::from(delay.subsec_nanos() > 0)).max(1);
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer.extensions_mut().insert(Refused::new(refused));
    answer
}

/// `google.rpc.Status` in JSON, its details with their types.
fn status_json(descriptor: Option<&MessageDescriptor>, refused: &Status) -> serde_json::Value {
    let details = pb::Status::decode(refused.details()).map(|status| status.details).unwrap_or_default();
    let whole = pb::Status { code: refused.code().into(), message: refused.message().to_owned(), details };
    let written = descriptor.and_then(|descriptor| {
        let message = DynamicMessage::decode(descriptor.clone(), whole.encode_to_vec().as_slice()).ok()?;
        serde_json::to_value(&message).ok()
    });
    written.unwrap_or_else(|| json!({ "code": i32::from(refused.code()), "message": refused.message() }))
}

/// As the comments of `google/rpc/code.proto` say it.
const fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Aborted | Code::AlreadyExists => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Headers of every answer: data of people are kept nowhere on their way.
fn plain(headers: &mut HeaderMap, kind: &'static str) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
}

/// What the layers have noted about the call goes on to the log.
fn keep(to: &mut Extensions, from: Extensions) {
    to.extend(from);
}
