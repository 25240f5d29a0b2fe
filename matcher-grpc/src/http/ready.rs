//! Whether the service takes work: not when it is about to stop, and not while its store does not answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::metrics::Metrics;
use crate::status::STORE_READ_ONLY;
use crate::store::Store;

/// Between two looks at the store.
const PAUSE: Duration = Duration::from_secs(2);
/// A store that does not answer for so long does not work.
const PATIENCE: Duration = Duration::from_secs(2);

/// Readiness, as `/readyz`, the metrics and the health service of gRPC tell it.
#[derive(Debug)]
pub(crate) struct Ready {
    store_works: AtomicBool,
    stopping: AtomicBool,
    /// Told when it is about to stop.
    stopped: Notify,
    health: HealthReporter,
    services: &'static [&'static str],
}

impl Ready {
    /// `services` are the names that the health service knows; all are ready where the store works.
    pub(crate) async fn new(health: HealthReporter, services: &'static [&'static str], store_works: bool) -> Self {
        let ready =
            Self { store_works: AtomicBool::new(store_works), stopping: AtomicBool::new(false), stopped: Notify::new(), health, services };
        ready.tell().await;
        ready
    }

    /// Why not; `None` = ready.
    pub(crate) fn why_not(&self) -> Option<&'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some("the service is about to stop");
        }
        (!self.store_works.load(Ordering::Relaxed)).then_some("the store does not work")
    }

    /// The service is about to stop: no longer ready, whatever the store says.
    pub(crate) async fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.stopped.notify_one();
        self.tell().await;
    }

    async fn tell(&self) {
        let status = if self.why_not().is_none() { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in self.services {
            self.health.set_service_status(name, status).await;
        }
    }

    /// Looks at the store from time to time until the service is about to stop. A store that takes no more until the next start is found out by the call
    /// that it refused.
    pub(crate) async fn watch(&self, store: Arc<dyn Store>, metrics: Arc<Metrics>) {
        loop {
            let asked = Arc::clone(&store);
            // Any question that reads will do: no token has this hash.
            let mut answer = tokio::task::spawn_blocking(move || asked.token(&[]).is_ok());
            let works = if let Ok(works) = tokio::time::timeout(PATIENCE, &mut answer).await {
                works.unwrap_or(false)
            } else {
                self.turn(false).await;
                answer.await.unwrap_or(false)
            };
            self.turn(works && !metrics.has_refused(STORE_READ_ONLY)).await;
            if tokio::time::timeout(PAUSE, self.stopped.notified()).await.is_ok() {
                return;
            }
        }
    }

    async fn turn(&self, works: bool) {
        if self.store_works.swap(works, Ordering::Relaxed) != works {
            self.tell().await;
        }
    }
}
