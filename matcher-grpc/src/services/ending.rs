//! What ends a stream before its work is done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::Interval;
use tonic::Status;

use crate::auth::{Caller, Deadline};
use crate::status;

use super::Shared;

/// A reader who takes nothing for so long is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How often a long stream asks whether its token still holds.
const RECHECK: Duration = Duration::from_secs(2);

/// Watches over a stream.
#[derive(Debug)]
pub(super) struct Ending {
    shared: Arc<Shared>,
    caller: Caller,
    end: Instant,
    recheck: Interval,
}

impl Ending {
    /// Of a stream that begins now.
    pub(super) fn new(shared: &Arc<Shared>, caller: Caller, deadline: Option<Deadline>) -> Self {
        let end = deadline.map_or_else(|| Instant::now() + Duration::from_secs(shared.limits.stream_s), |deadline| deadline.0);
        Self { shared: Arc::clone(shared), caller, end, recheck: tokio::time::interval(RECHECK) }
    }

    /// Comes back when the stream must end: with what its reader is told, `None` where nobody reads any more. May be dropped and asked
    /// again.
    pub(super) async fn come<T>(&mut self, reader: &mpsc::Sender<T>) -> Option<Status> {
        let mut closing = self.shared.closing.clone();
        loop {
            tokio::select! {
                () = told(&mut closing) => return Some(Status::unavailable("the service is about to stop; ask again later")),
                () = tokio::time::sleep_until(self.end.into()) => return Some(status::deadline_exceeded()),
                () = reader.closed() => return None,
                _ = self.recheck.tick() => if let Err(refusal) = self.shared.gate.caller(self.caller.sha256.clone()).await {
                    return Some(refusal);
                },
            }
        }
    }
}

/// Comes back once the service is about to stop.
async fn told(closing: &mut watch::Receiver<bool>) {
    // An error says that it has stopped.
    drop(closing.wait_for(|closing| *closing).await);
}

/// Sends what a stream ends with; a reader who is gone need not hear it.
pub(super) async fn refuse<T>(reader: &mpsc::Sender<Result<T, Status>>, refusal: Option<Status>) {
    if let Some(refusal) = refusal {
        drop(tokio::time::timeout(PATIENCE, reader.send(Err(refusal))).await);
    }
}
