//! How answers end: a stream that begins well may fail midway, and only its trailers say so.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tonic::{Code, Status};
use tower::Service;

use super::Refused;

/// How an answer has come to its end, for those who see only its beginning. Whoever sees the end tells it; the first word holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ending(Arc<OnceLock<Option<Refused>>>);

impl Ending {
    /// It ended as `status` says; without one it ended well.
    pub(crate) fn tell(&self, status: Option<&Status>) {
        let refused = status.filter(|status| status.code() != Code::Ok).map(Refused::new);
        // Told before: that word holds.
        self.0.set(refused).unwrap_or(());
    }

    /// Whether anything was told.
    pub(super) fn is_told(&self) -> bool {
        self.0.get().is_some()
    }

    /// As what it was told to have been refused; `None` where it ended well or nothing was told.
    pub(super) fn refused(&self) -> Option<Refused> {
        self.0.get().copied().flatten()
    }
}

/// Notes how the answers of the calls of gRPC end, for all doors.
#[derive(Debug, Clone)]
pub(crate) struct Ends<S>(pub(crate) S);

impl<S> Service<Request<Body>> for Ends<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let answer = self.0.call(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            // A refusal says all in its head.
            if Status::from_header_map(answer.headers()).is_none() {
                let ending = Ending::default();
                answer.extensions_mut().insert(ending.clone());
                answer = answer.map(|body| Body::new(Ended { body, ending }));
            }
            Ok(answer)
        })
    }
}

/// A body of gRPC, whose trailers say how it ended.
#[derive(Debug)]
struct Ended {
    body: Body,
    ending: Ending,
}

impl http_body::Body for Ended {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.ending.tell(Status::from_header_map(trailers).as_ref());
                }
            }
            Poll::Ready(Some(Err(fault))) => self.ending.tell(Some(fault)),
            _ => {}
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
