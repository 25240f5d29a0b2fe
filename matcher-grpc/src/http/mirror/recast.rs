//! A body that is made from another one, message by message.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http_body::Frame;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::HeaderMap;

/// Bytes before each message of gRPC: whether it is compressed, and its length.
pub(super) const HEAD: usize = 5;

/// How bytes become others. It is fed only once it has nothing more to give, so that what it holds is bounded by what it reads.
pub(super) trait Recast {
    /// Takes what has come.
    fn feed(&mut self, bytes: Bytes) -> Result<(), Status>;
    /// The next piece of the new body; `ended`: nothing more will come.
    fn next(&mut self, ended: bool) -> Result<Option<Bytes>, Status>;
    /// The last piece, after trailers.
    fn last(&mut self, trailers: Option<HeaderMap>) -> Option<Bytes>;
}

/// The new body.
#[derive(Debug)]
pub(super) struct Recasting<R> {
    inner: Body,
    recast: R,
    trailers: Option<HeaderMap>,
    ended: bool,
    done: bool,
}

impl<R> Recasting<R> {
    pub(super) const fn new(inner: Body, recast: R) -> Self {
        Self { inner, recast, trailers: None, ended: false, done: false }
    }
}

impl<R: Recast + Unpin> http_body::Body for Recasting<R> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        loop {
            if this.done {
                return Poll::Ready(None);
            }
            match this.recast.next(this.ended) {
                Ok(Some(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Err(refused) => {
                    this.done = true;
                    return Poll::Ready(Some(Err(refused)));
                }
                Ok(None) if this.ended => {
                    this.done = true;
                    return Poll::Ready(this.recast.last(this.trailers.take()).map(|bytes| Ok(Frame::data(bytes))));
                }
                Ok(None) => {}
            }
            let fed = match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                None => {
                    this.ended = true;
                    Ok(())
                }
                // tonic takes CANCELLED for the end of a body: half an upload would be taken for a whole one.
                Some(Err(_)) => Err(Status::aborted("the body did not come to its end")),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => this.recast.feed(bytes),
                    Err(frame) => {
                        this.trailers = frame.into_trailers().ok();
                        Ok(())
                    }
                },
            };
            if let Err(refused) = fed {
                this.done = true;
                return Poll::Ready(Some(Err(refused)));
            }
        }
    }
}

/// A message as gRPC sends it.
pub(super) fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(HEAD + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.extend_from_slice(message);
    frame.freeze()
}

/// Takes the next message of gRPC out of `buffer`, where all of it is there.
pub(super) fn unframed(buffer: &mut BytesMut, most: usize) -> Result<Option<Bytes>, Status> {
    let Some((head, _)) = buffer.split_first_chunk::<HEAD>() else { return Ok(None) };
    let [0, length @ ..] = *head else { return Err(Status::internal("a compressed answer")) };
    let length = u32::from_be_bytes(length) as usize;
    if length > most {
        return Err(Status::out_of_range(format!("the answer is longer than {most} bytes; ask for a smaller page")));
    }
    if buffer.len() < HEAD + length {
        return Ok(None);
    }
    buffer.advance(HEAD);
    Ok(Some(buffer.split_to(length).freeze()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_apart_as_they_were_made() {
        let mut buffer = BytesMut::new();
        buffer.extend(framed(b"one"));
        buffer.extend(&framed(b"two")[..6]);
        assert_eq!(unframed(&mut buffer, 3).unwrap().as_deref(), Some(b"one".as_slice()));
        assert_eq!(unframed(&mut buffer, 3).unwrap(), None);
        assert!(unframed(&mut buffer, 2).is_err());
        assert!(unframed(&mut BytesMut::from([1, 0, 0, 0, 0].as_slice()), 9).is_err());
    }
}
