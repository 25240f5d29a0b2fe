//! The door: connections are counted as they come in, and one on which nothing is heard is closed.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tokio_stream::Stream;
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::settings::Limits;

/// Bytes every client of HTTP/2 says first.
const PREFACE: usize = 24;
/// How long the door waits after the system gave no connection, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Hands out connections while there are places.
#[derive(Debug)]
pub(crate) struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    first_words: Duration,
    silence: Duration,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, limits: &Limits) -> Self {
        let first_words = Duration::from_secs(limits.handshake_s);
        // A living client answers the pings.
        let silence = Duration::from_secs(limits.keepalive_s + limits.keepalive_timeout_s) + first_words;
        Self { listener, places: Arc::new(Semaphore::new(limits.connections)), first_words, silence, pause: None }
    }
}

impl Stream for Door {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Connection>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            let Ok((stream, _)) = ready!(self.listener.poll_accept(context)) else {
                self.pause = Some(Box::pin(sleep(PAUSE)));
                continue;
            };
            // Where there is no place the connection is closed at once, and the next one is looked at.
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { continue };
            if stream.set_nodelay(true).is_err() {
                continue;
            }
            let (first_words, silence) = (self.first_words, self.silence);
            let connection = Connection { stream, heard: 0, silence, until: Box::pin(sleep(first_words)), _place: place };
            return Poll::Ready(Some(Ok(connection)));
        }
    }
}

/// A connection that holds its place.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    heard: usize,
    silence: Duration,
    until: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let this = &mut *self;
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Pending => {
                ready!(this.until.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing was heard")))
            }
            Poll::Ready(Ok(())) => {
                this.heard = this.heard.saturating_add(buffer.filled().len() - before);
                if this.heard >= PREFACE {
                    this.until.as_mut().reset(Instant::now() + this.silence);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(fault)) => Poll::Ready(Err(fault)),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
