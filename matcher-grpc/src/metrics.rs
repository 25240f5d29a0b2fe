//! What is counted, for Prometheus: calls, refusals, connections, runs, the store. Labels come from fixed lists; no tenant, no id and no
//! value of anybody is one.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tonic::Code;

use crate::status;
use crate::store::RunState;

/// Seconds that calls are sorted by.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 120.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    call: &'static str,
    code: &'static str,
    door: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    call: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Version {
    version: &'static str,
}

/// How things stand at one moment, looked up when somebody asks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment {
    pub(crate) runs_queued: usize,
    pub(crate) runs_running: usize,
    pub(crate) queue_places: usize,
    pub(crate) solve_places: usize,
    pub(crate) uploads: usize,
    pub(crate) upload_places: usize,
    /// Bytes of the store's file and of its write-ahead log; `None` where they cannot be seen.
    pub(crate) store_bytes: Option<u64>,
    pub(crate) store_log_bytes: Option<u64>,
    pub(crate) ready: bool,
    /// Bytes of memory the process has now, and had at most; `None` where the system does not tell.
    pub(crate) resident_bytes: Option<u64>,
    pub(crate) resident_peak_bytes: Option<u64>,
}

/// A histogram over [`SECONDS`].
#[derive(Debug, Clone)]
struct BySeconds;

impl prometheus_client::metrics::family::MetricConstructor<Histogram> for BySeconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

/// Everything counted since the start.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    calls: Family<Answered, Counter>,
    call_seconds: Family<Named, Histogram, BySeconds>,
    refusals: Family<Reason, Counter>,
    tokens_refused: Counter,
    sources_refused: Counter,
    connections: Gauge,
    connections_refused: Counter,
    work: Gauge,
    runs_ended: Family<State, Counter>,
    runs: Family<State, Gauge>,
    queue_places: Gauge,
    solve_places: Gauge,
    uploads: Gauge,
    upload_places: Gauge,
    store_bytes: Gauge<u64, AtomicU64>,
    store_log_bytes: Gauge<u64, AtomicU64>,
    ready: Gauge,
    resident: Gauge<u64, AtomicU64>,
    resident_peak: Gauge<u64, AtomicU64>,
}

/// Counted for as long as it lives.
#[derive(Debug)]
pub(crate) struct Counted(Gauge);

impl Counted {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("matcher"),
            calls: Family::default(),
            call_seconds: Family::new_with_constructor(BySeconds),
            refusals: Family::default(),
            tokens_refused: Counter::default(),
            sources_refused: Counter::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            work: Gauge::default(),
            runs_ended: Family::default(),
            runs: Family::default(),
            queue_places: Gauge::default(),
            solve_places: Gauge::default(),
            uploads: Gauge::default(),
            upload_places: Gauge::default(),
            store_bytes: Gauge::default(),
            store_log_bytes: Gauge::default(),
            ready: Gauge::default(),
            resident: Gauge::default(),
            resident_peak: Gauge::default(),
        };
        metrics.name();
        metrics
    }

    /// Gives every count its name.
    fn name(&mut self) {
        let version = Family::<Version, Gauge>::default();
        version.get_or_create(&Version { version: env!("CARGO_PKG_VERSION") }).set(1);
        let r = &mut self.registry;
        r.register("build", "The program", version);
        r.register("calls", "Calls answered, by call, code and door (grpc, web, http)", self.calls.clone());
        r.register_with_unit("call", "Time until the head of the answer", Unit::Seconds, self.call_seconds.clone());
        r.register("refusals", "Calls refused for want of room or by a fault of the store, by reason", self.refusals.clone());
        r.register("tokens_refused", "Calls with a token that does not hold", self.tokens_refused.clone());
        r.register("sources_refused", "Calls refused unseen, from addresses that sent wrong tokens", self.sources_refused.clone());
        r.register("connections", "Connections open", self.connections.clone());
        r.register("connections_refused", "Connections closed at once, for want of places", self.connections_refused.clone());
        r.register("work", "Calls at work on the store or in the core", self.work.clone());
        r.register("runs", "Runs that have not ended, by state", self.runs.clone());
        r.register("runs_ended", "Runs that have ended since the start, by state", self.runs_ended.clone());
        r.register("queue_places", "Runs that may wait", self.queue_places.clone());
        r.register("solve_places", "Runs solved at a time at most", self.solve_places.clone());
        r.register("uploads", "Uploads and checks under way", self.uploads.clone());
        r.register("upload_places", "Uploads and checks at a time at most", self.upload_places.clone());
        r.register_with_unit("store", "Size of the store's file", Unit::Bytes, self.store_bytes.clone());
        r.register_with_unit("store_log", "Size of the store's write-ahead log", Unit::Bytes, self.store_log_bytes.clone());
        r.register("ready", "1 while the service takes work", self.ready.clone());
        r.register_with_unit("resident_memory", "Memory of the process", Unit::Bytes, self.resident.clone());
        r.register_with_unit("resident_memory_peak", "Memory of the process at most", Unit::Bytes, self.resident_peak.clone());
    }

    /// A call was answered. `call` is a name from a fixed list, `reason` that of a refusal.
    pub(crate) fn call(&self, call: &'static str, door: &'static str, code: Code, reason: Option<&'static str>, time: Duration) {
        self.calls.get_or_create(&Answered { call, code: status::word(code), door }).inc();
        self.call_seconds.get_or_create(&Named { call }).observe(time.as_secs_f64());
        if let Some(reason) = reason {
            self.refusals.get_or_create(&Reason { reason }).inc();
        }
    }

    /// Whether a call was refused for this reason since the start.
    pub(crate) fn has_refused(&self, reason: &'static str) -> bool {
        self.refusals.get(&Reason { reason }).is_some()
    }

    /// A token did not hold.
    pub(crate) fn token_refused(&self) {
        self.tokens_refused.inc();
    }

    /// A call was refused unseen.
    pub(crate) fn source_refused(&self) {
        self.sources_refused.inc();
    }

    /// A connection, for as long as what this gives lives.
    pub(crate) fn connection(&self) -> Counted {
        Counted::new(&self.connections)
    }

    /// A connection found no place.
    pub(crate) fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// A call at work, for as long as what this gives lives.
    pub(crate) fn work(&self) -> Counted {
        Counted::new(&self.work)
    }

    /// A run has ended.
    pub(crate) fn run_ended(&self, state: RunState) {
        self.runs_ended.get_or_create(&State { state: state_word(state) }).inc();
    }

    /// Everything as Prometheus reads it.
    pub(crate) fn text(&self, moment: &Moment) -> String {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        for (state, runs) in [(RunState::Queued, moment.runs_queued), (RunState::Running, moment.runs_running)] {
            self.runs.get_or_create(&State { state: state_word(state) }).set(number(runs));
        }
        self.queue_places.set(number(moment.queue_places));
        self.solve_places.set(number(moment.solve_places));
        self.uploads.set(number(moment.uploads));
        self.upload_places.set(number(moment.upload_places));
        self.store_bytes.set(moment.store_bytes.unwrap_or(0));
        self.store_log_bytes.set(moment.store_log_bytes.unwrap_or(0));
        self.ready.set(i64::from(moment.ready));
        self.resident.set(moment.resident_bytes.unwrap_or(0));
        self.resident_peak.set(moment.resident_peak_bytes.unwrap_or(0));
        let mut text = String::new();
        // Writing to a String cannot fail.
        prometheus_text::encode(&mut text, &self.registry).unwrap_or(());
        text
    }
}

const fn state_word(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "queued",
        RunState::Running => "running",
        RunState::Succeeded => "succeeded",
        RunState::Cancelled => "cancelled",
        RunState::Failed => "failed",
    }
}

/// Memory of this process in bytes, now and at most, where the system tells (Linux).
pub(crate) fn memory() -> (Option<u64>, Option<u64>) {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib * 1_024)
    };
    (bytes("VmRSS:"), bytes("VmHWM:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_as_prometheus_reads_them() {
        let metrics = Metrics::new();
        let open = metrics.connection();
        metrics.call(
            "matcher.v1.AllocationService/Allocate",
            "grpc",
            Code::ResourceExhausted,
            Some("QUEUE_FULL"),
            Duration::from_millis(3),
        );
        metrics.run_ended(RunState::Cancelled);
        let text = metrics.text(&Moment { runs_queued: 3, store_bytes: Some(4_096), ready: true, ..Moment::default() });
        for line in [
            "matcher_calls_total{call=\"matcher.v1.AllocationService/Allocate\",code=\"RESOURCE_EXHAUSTED\",door=\"grpc\"} 1",
            "matcher_call_seconds_bucket{call=\"matcher.v1.AllocationService/Allocate\",le=\"0.005\"} 1",
            "matcher_call_seconds_bucket{call=\"matcher.v1.AllocationService/Allocate\",le=\"0.002\"} 0",
            "matcher_refusals_total{reason=\"QUEUE_FULL\"} 1",
            "matcher_connections 1",
            "matcher_runs{state=\"queued\"} 3",
            "matcher_runs_ended_total{state=\"cancelled\"} 1",
            "matcher_store_bytes 4096",
            "matcher_ready 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        drop(open);
        assert!(metrics.text(&Moment::default()).contains("matcher_connections 0\n"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_memory_of_the_process_is_seen() {
        let (now, most) = memory();
        assert!(now.unwrap() > 1 << 20 && most.unwrap() >= now.unwrap());
    }
}
