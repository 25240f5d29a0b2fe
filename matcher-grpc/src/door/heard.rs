//! A connection on which nothing is heard, or nothing is taken, does not stay.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::settings::Limits;

/// What every client of HTTP/2 says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection, plain or behind TLS, with a clock on either way.
///
/// A client of HTTP/2 has `handshake_s` for the preface; after that a living one answers the pings. A client of HTTP/1.1 has the same
/// time for its first bytes; after that hyper's own clock bounds the head, the deadline of the call bounds the body, and whoever waits for
/// an answer is silent by right.
#[derive(Debug)]
pub(super) struct Heard<T> {
    inner: T,
    first: Vec<u8>,
    silence: Duration,
    stall: Duration,
    /// When a read that brings nothing is over; `None` where somebody else minds the clock.
    until: Option<Pin<Box<Sleep>>>,
    /// When a write that takes nothing is over; `None` while writes are taken.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<T> Heard<T> {
    pub(super) fn new(inner: T, limits: &Limits) -> Self {
        let first_words = Duration::from_secs(limits.handshake_s);
        let silence = Duration::from_secs(limits.keepalive_s + limits.keepalive_timeout_s) + first_words;
        let stall = Duration::from_secs(limits.write_stall_s);
        let until = Some(Box::pin(sleep(first_words)));
        Self { inner, first: Vec::with_capacity(PREFACE.len()), silence, stall, until, stalled: None }
    }

    /// Whether all of the preface was heard.
    fn is_http2(&self) -> bool {
        self.first == PREFACE
    }

    /// Something was heard.
    fn heard(&mut self, bytes: &[u8]) {
        let missing = PREFACE.len() - self.first.len();
        self.first.extend(bytes.iter().take(missing));
        if self.is_http2() {
            if let Some(until) = &mut self.until {
                until.as_mut().reset(Instant::now() + self.silence);
            }
        } else if !PREFACE.starts_with(&self.first) {
            self.until = None;
        }
    }

    /// What a write said, unless it has said for too long that it takes nothing.
    fn taken<R>(&mut self, context: &mut Context<'_>, said: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if said.is_ready() {
            self.stalled = None;
            return said;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.stall)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing was taken")))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Heard<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_read(context, buffer) {
            Poll::Pending => {
                let Some(until) = &mut this.until else { return Poll::Pending };
                ready!(until.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing was heard")))
            }
            Poll::Ready(Ok(())) => {
                this.heard(buffer.filled().get(before..).unwrap_or_default());
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(fault)) => Poll::Ready(Err(fault)),
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Heard<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.taken(context, said)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.inner).poll_flush(context);
        self.taken(context, said)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.inner).poll_shutdown(context);
        self.taken(context, said)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.inner).poll_write_vectored(context, bytes);
        self.taken(context, said)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
