//! The services: one file each, thin over the store, the runs and core.

mod allocation;
mod dataset;
mod decide;
mod ending;
mod explanation;
mod inline;
mod lists;
mod page;
mod replay;
mod scenario;
mod scoring;
mod table;
mod upload;
mod watch;

pub(crate) use allocation::Allocation;
pub(crate) use dataset::Datasets;
pub(crate) use explanation::Explanation;
pub(crate) use scenario::Scenarios;
pub(crate) use scoring::Scoring;

use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use prost_reflect::DescriptorPool;
use tokio::sync::{Semaphore, SemaphorePermit, watch as channel};
use tonic::{Request, Status};

use crate::auth::{Caller, Gate, now_ms, sha256};
use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::runs::Runs;
use crate::settings::Limits;
use crate::status;
use crate::store::{self, RunRow, Store, Tenant};

/// What every service works with.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The descriptors of the protos.
    pub(crate) contract: DescriptorPool,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Limits,
    /// Places for uploads and checks.
    pub(crate) uploads: Semaphore,
    /// Places for streams of scores.
    pub(crate) scorings: Arc<Semaphore>,
    /// Places for sessions of scenarios.
    pub(crate) sessions: Arc<Semaphore>,
    /// Turns true when streams are to end, because the service is stopped.
    pub(crate) closing: channel::Receiver<bool>,
}

impl Shared {
    /// An error as its status.
    pub(crate) fn refuse(&self, error: &Error) -> Status {
        status::of_error(error, self.limits.detail_bytes)
    }

    /// One run of the tenant; blocking.
    pub(crate) fn run(&self, tenant: &Tenant, id: &str) -> std::result::Result<RunRow, Status> {
        self.store.run(tenant, id).map_err(|fault| self.refuse(&fault))?.ok_or_else(|| status::not_found("run"))
    }

    /// A place for an upload or a check, or word to come back.
    pub(crate) fn place(&self) -> std::result::Result<SemaphorePermit<'_>, Status> {
        let full = |_| status::exhausted("TOO_MANY_UPLOADS", "as many uploads as the service takes on at a time", Duration::from_secs(2));
        self.uploads.try_acquire().map_err(full)
    }

    /// Does blocking work away from the threads that serve connections. A panic in there is an answer, not the end of the service.
    pub(crate) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> std::result::Result<T, Status> + Send + 'static,
    ) -> std::result::Result<T, Status> {
        let shared = Arc::clone(self);
        let _counted = self.metrics.work();
        let done = tokio::task::spawn_blocking(move || work(&shared)).await;
        done.map_err(|_| status::internal("this call failed by a defect; please report it"))?
    }
}

/// Who calls; the layer has put it there.
pub(crate) fn caller<T>(request: &Request<T>) -> std::result::Result<Caller, Status> {
    request.extensions().get::<Caller>().cloned().ok_or_else(status::unauthenticated)
}

/// The request of a client who gave it an id; `body` is what was asked without the id.
pub(crate) fn keyed(id: &str, method: &'static str, body: &[u8]) -> std::result::Result<Option<store::Request>, Status> {
    if id.is_empty() {
        return Ok(None);
    }
    if id.len() > 64 || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(status::bad_field("request_id", "up to 64 printable characters without spaces, best a UUID"));
    }
    Ok(Some(store::Request { id: id.to_owned(), method, digest: sha256(body), now_ms: now_ms() }))
}

/// A message the store holds.
pub(crate) fn decode<M: Message + Default>(bytes: &[u8], what: &'static str) -> Result<M> {
    M::decode(bytes).map_err(|_| Error::StoreDamaged { what })
}
