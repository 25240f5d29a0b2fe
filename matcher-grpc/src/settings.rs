//! Settings of the service, each with a safe default; docs/service.md explains them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::network::Network;

/// Settings of the service.
///
/// ```
/// let settings = matcher_grpc::settings::Settings::default();
/// assert!(settings.listen.ip().is_loopback());
/// settings.check()?;
/// # Ok::<(), matcher_grpc::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address and port to listen on. Other than loopback needs TLS.
    pub listen: SocketAddr,
    /// The store's file.
    pub store: PathBuf,
    /// Certificate chain in PEM.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key in PEM.
    pub tls_key: Option<PathBuf>,
    /// Whether clients may ask for the protos (server reflection); where it is not set, only on loopback.
    pub reflection: Option<bool>,
    /// Loopback address on which metrics are told, over plain HTTP and without a token; where it is not set, nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Origins (`https://plan.example.org`) whose pages browsers let call the service; where it is empty, none but its own.
    pub cors_origins: Vec<String>,
    /// Proxies whose `x-forwarded-for` is believed, for the wait of addresses that send wrong tokens; where it is empty, nobody's.
    pub trusted_proxies: Vec<Network>,
    /// How much is taken on.
    pub limits: Limits,
}

/// How much the service takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of one message, either way, also after decompression.
    pub message_bytes: usize,
    /// Bytes of the headers of one call.
    pub header_list_bytes: u32,
    /// Bytes of one HTTP/2 frame.
    pub frame_bytes: u32,
    /// Connections at a time; more are closed at once.
    pub connections: usize,
    /// Calls at a time on one connection.
    pub connection_streams: u32,
    /// Seconds until a connection is asked to go away once its calls are done.
    pub connection_age_s: u64,
    /// Seconds for a client to say its first words, and before them for the handshake of TLS.
    pub handshake_s: u64,
    /// Seconds for the head of a request over HTTP/1.1, and for the next request to begin.
    pub http1_head_s: u64,
    /// Bytes of the head of a request over HTTP/1.1, at least 8,192.
    pub http1_head_bytes: usize,
    /// Headers of a request over HTTP/1.1.
    pub http1_headers: usize,
    /// Seconds for a client to take something of what is sent to it.
    pub write_stall_s: u64,
    /// Streams a client may open and reset before they were taken up, at a time.
    pub pending_reset_streams: usize,
    /// Faults of a client answered with a reset, per connection.
    pub error_reset_streams: usize,
    /// Seconds between pings on a connection.
    pub keepalive_s: u64,
    /// Seconds for the answer to a ping.
    pub keepalive_timeout_s: u64,
    /// Seconds a call may take at most, whatever its client asks; attached runs and streams of events have `stream_s`.
    pub call_s: u64,
    /// Seconds a stream of events or an attached run may take at most.
    pub stream_s: u64,
    /// Wrong tokens from one address that cost nothing; after each one more, the address waits twice as long as before.
    pub token_failures: u32,
    /// Seconds an address waits at most.
    pub token_wait_s: u64,
    /// Seconds between looks at the files of certificate and key.
    pub tls_check_s: u64,
    /// Bytes of one dataset.
    pub dataset_bytes: usize,
    /// Uploads and checks at a time.
    pub uploads: usize,
    /// Streams of scores at a time; each keeps its dataset open.
    pub scorings: usize,
    /// Sessions of scenarios at a time; each keeps its town open.
    pub sessions: usize,
    /// Scenarios of a session that can be taken back; each keeps its tables.
    pub session_depth: usize,
    /// Seconds a session may wait for the next question.
    pub session_idle_s: u64,
    /// Runs that wait at a time.
    pub queue: usize,
    /// Runs solved at a time; 0 = as many as the machine has cores. One tenant never takes the last place where there are two or more.
    pub solves: usize,
    /// Seconds of solving where a run asks for none.
    pub solve_s: u64,
    /// Seconds of solving at most.
    pub solve_most_s: u64,
    /// MiB of memory one solve may need.
    pub solve_memory_mib: u64,
    /// Entries of one page at most.
    pub page: u32,
    /// Bytes of the details of an error; what does not fit is counted.
    pub detail_bytes: usize,
    /// Milliseconds between events of one stream at least.
    pub event_ms: u64,
    /// Opened runs kept ready for explanations.
    pub opened_runs: usize,
    /// Seconds from the word that the service is not ready to the closing of its door, so that a balancer of load sees it.
    pub notice_s: u64,
    /// Seconds for calls and solves to end when the service is stopped.
    pub drain_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50_051)),
            store: "matcher.db".into(),
            tls_certificate: None,
            tls_key: None,
            reflection: None,
            metrics_listen: None,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 4 << 20,
            header_list_bytes: 16 << 10,
            frame_bytes: 16 << 10,
            connections: 1_024,
            connection_streams: 64,
            connection_age_s: 3_600,
            handshake_s: 10,
            http1_head_s: 10,
            http1_head_bytes: 16 << 10,
            http1_headers: 64,
            write_stall_s: 30,
            pending_reset_streams: 20,
            error_reset_streams: 256,
            keepalive_s: 30,
            keepalive_timeout_s: 10,
            call_s: 120,
            stream_s: 3_600,
            token_failures: 10,
            token_wait_s: 300,
            tls_check_s: 10,
            dataset_bytes: 512 << 20,
            uploads: 4,
            scorings: 2,
            sessions: 4,
            session_depth: 100,
            session_idle_s: 900,
            queue: 16,
            solves: 0,
            solve_s: 60,
            solve_most_s: 3_600,
            solve_memory_mib: 4_096,
            page: 1_000,
            detail_bytes: 5 << 10,
            event_ms: 100,
            opened_runs: 2,
            notice_s: 0,
            drain_s: 10,
        }
    }
}

impl Settings {
    /// Reads settings from a TOML file; what is not in it has its default.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Settings`].
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|fault| Error::Settings { path: path.to_owned(), cause: fault.to_string() })
    }

    /// Refuses what would not be safe: an address that others reach without TLS, or with metrics.
    ///
    /// # Errors
    /// [`Error::NeedsTls`], [`Error::HalfTls`], [`Error::OpenMetrics`], [`Error::Origin`].
    pub fn check(&self) -> Result<()> {
        if let Some(origin) = self.cors_origins.iter().find(|origin| !is_origin(origin)) {
            return Err(Error::Origin { origin: origin.clone() });
        }
        if let Some(listen) = self.metrics_listen.filter(|listen| !listen.ip().is_loopback()) {
            return Err(Error::OpenMetrics { listen });
        }
        match (&self.tls_certificate, &self.tls_key) {
            (Some(_), Some(_)) => Ok(()),
            (None, None) if self.listen.ip().is_loopback() => Ok(()),
            (None, None) => Err(Error::NeedsTls { listen: self.listen }),
            _ => Err(Error::HalfTls),
        }
    }

    /// Whether clients may ask for the protos.
    pub fn reflects(&self) -> bool {
        self.reflection.unwrap_or_else(|| self.listen.ip().is_loopback())
    }
}

/// A scheme and a host, and nothing after them; an asterisk is none.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte)))
}

impl Limits {
    /// Runs solved at a time.
    pub fn solve_places(&self) -> usize {
        match self.solves {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            places => places,
        }
    }

    /// Runs of one tenant solved at a time.
    pub fn tenant_places(&self) -> usize {
        self.solve_places().saturating_sub(1).max(1)
    }

    /// The time a run may solve.
    pub fn solve_time(&self, asked_ms: Option<u32>) -> Duration {
        let most = Duration::from_secs(self.solve_most_s);
        asked_ms.map_or(Duration::from_secs(self.solve_s), |ms| Duration::from_millis(ms.into())).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_others_reach_needs_tls() {
        let open = Settings { listen: ([0, 0, 0, 0], 50_051).into(), ..Settings::default() };
        assert!(matches!(open.check(), Err(Error::NeedsTls { .. })));
        let half = Settings { tls_key: Some("key.pem".into()), ..Settings::default() };
        assert!(matches!(half.check(), Err(Error::HalfTls)));
        let whole = Settings { tls_certificate: Some("c.pem".into()), tls_key: Some("key.pem".into()), ..open.clone() };
        let told = Settings { metrics_listen: Some(([0, 0, 0, 0], 9_464).into()), ..Settings::default() };
        assert!(matches!(told.check(), Err(Error::OpenMetrics { .. })));
        for (origin, is_one) in [("https://plan.example.org:8443", true), ("*", false), ("https://a/b", false), ("null", false)] {
            let settings = Settings { cors_origins: vec![origin.into()], ..Settings::default() };
            assert_eq!(settings.check().is_ok(), is_one, "{origin}");
        }
        assert!(whole.check().is_ok() && !whole.reflects() && Settings::default().reflects());
    }

    #[test]
    fn a_setting_that_is_not_known_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("serve.toml");
        std::fs::write(&path, "[limits]\nqueu = 3\n").unwrap();
        assert!(Settings::read(&path).unwrap_err().to_string().contains("queu"));
        std::fs::write(&path, "trusted_proxies = [\"proxy.example.org\"]\n").unwrap();
        assert!(Settings::read(&path).unwrap_err().to_string().contains("10.1.0.0/16"));
        std::fs::write(&path, "[limits]\nqueue = 3\n").unwrap();
        assert_eq!(Settings::read(&path).unwrap().limits, Limits { queue: 3, ..Limits::default() });
    }

    #[test]
    fn one_tenant_leaves_a_place_where_there_are_two() {
        let places = |solves| Limits { solves, ..Limits::default() }.tenant_places();
        assert_eq!((places(1), places(2), places(8)), (1, 1, 7));
    }

    #[test]
    fn a_run_solves_no_longer_than_the_most() {
        let limits = Limits::default();
        let asked = |ms| limits.solve_time(ms).as_secs();
        assert_eq!((asked(None), asked(Some(5_000)), asked(Some(u32::MAX))), (60, 5, 3_600));
    }
}
