//! Three ways to the same calls: gRPC, grpc-web and JSON. Each becomes gRPC here, before the layers that all have in common.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use tonic::body::Body;
use tonic::codegen::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use tonic::codegen::http::{HeaderValue, Method, Request, Response, Version};
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer as _, Service};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::mirror::{Calls, mirrored};

/// The JSON side of the contract, in words that tools read.
const OPENAPI: &[u8] = include_bytes!("../generated/openapi.json");

/// What browsers let pages of these origins do; nothing, where there are none.
pub(crate) fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<_> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    if origins.is_empty() {
        return CorsLayer::new();
    }
    let asked = ["grpc-timeout", "traceparent", "x-grpc-web", "x-user-agent"].map(HeaderName::from_static);
    let told = ["grpc-status", "grpc-message", "grpc-status-details-bin", "x-request-id", "traceresponse"].map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(asked.into_iter().chain([AUTHORIZATION, CONTENT_TYPE]).collect::<Vec<_>>())
        .expose_headers(told.into_iter().chain([RETRY_AFTER]).collect::<Vec<_>>())
        .max_age(Duration::from_secs(600))
}

/// The calls of gRPC behind their three doors.
#[derive(Debug, Clone)]
pub(crate) struct Doors<S> {
    calls: Arc<Calls>,
    grpc: S,
    web: GrpcWebService<S>,
    message_bytes: usize,
    reflects: bool,
}

impl<S: Clone> Doors<S> {
    /// `reflects`: the `OpenAPI` file is told, as the protos are.
    pub(crate) fn new(calls: Calls, grpc: S, message_bytes: usize, reflects: bool) -> Self {
        let web = GrpcWebLayer::new().layer(grpc.clone());
        Self { calls: Arc::new(calls), grpc, web, message_bytes, reflects }
    }
}

impl<S> Service<Request<Body>> for Doors<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.grpc.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/grpc-web") {
            return Box::pin(self.web.call(request));
        }
        if kind.starts_with("application/grpc") && request.version() == Version::HTTP_2 {
            return Box::pin(self.grpc.call(request));
        }
        if self.reflects && request.uri().path() == "/openapi.json" && request.method() == Method::GET {
            let mut answer = Response::new(Body::new(Full::new(Bytes::from_static(OPENAPI))));
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return Box::pin(async { Ok(answer) });
        }
        let (calls, grpc, most) = (Arc::clone(&self.calls), self.grpc.clone(), self.message_bytes);
        Box::pin(async move { Ok(mirrored(&calls, grpc, request, most).await) })
    }
}
