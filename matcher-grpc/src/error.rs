//! What keeps the service from starting or its store from working. What a call is refused for is a status, made in `status`.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What can go wrong around the service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings file cannot be used.
    #[error("{path}: {cause}; docs/service.md lists the settings", path = path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        cause: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}; check that it exists and may be read or written", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address is not loopback, and there is no certificate.
    #[error("{listen} can be reached from other machines, and there is no TLS; set tls_certificate and tls_key, or listen on 127.0.0.1")]
    NeedsTls {
        /// Where the service was to listen.
        listen: SocketAddr,
    },
    /// Only one of certificate and key is given.
    #[error("TLS needs both tls_certificate and tls_key; only one of them is set")]
    HalfTls,
    /// A certificate or its key will not do.
    #[error("{path}: {cause}; both files are PEM, the chain begins with the certificate of the key", path = path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// Metrics are for this machine only.
    #[error("metrics_listen is {listen}, which other machines can reach; metrics need no token, so let them listen on 127.0.0.1")]
    OpenMetrics {
        /// Where they were to be told.
        listen: SocketAddr,
    },
    /// An origin for CORS is none.
    #[error("cors_origins has {origin:?}; write each as scheme and host (https://plan.example.org), without a path or an asterisk")]
    Origin {
        /// What was written.
        origin: String,
    },
    /// Nobody wants the answer any more.
    #[error("the search was cancelled; start it again where it is still wanted")]
    Stopped,
    /// The descriptors that were compiled in cannot be read.
    #[error("the descriptors of the contract cannot be read: {cause}; please report this")]
    Descriptors {
        /// Why.
        cause: String,
    },
    /// The address cannot be listened on, or serving ended.
    #[error("{listen}: {cause}; check that no other program listens there and that certificate and key belong together")]
    Serve {
        /// Where.
        listen: SocketAddr,
        /// What was said.
        cause: String,
    },
    /// Another server has the store open.
    #[error("{path}: another server has this store open; one server per store", path = path.display())]
    StoreLocked {
        /// The store.
        path: PathBuf,
    },
    /// A newer version of matcher wrote the store.
    #[error("{path}: the store has schema {found}, this program knows {known}; use the newer program, or a backup made by this one", path = path.display())]
    StoreNewer {
        /// The store.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// An older version of matcher wrote the store, and only a server brings it up.
    #[error("{path}: the store has schema {found}, this program writes {known}; start matcher serve on it once, which keeps a copy", path = path.display())]
    StoreOlder {
        /// The store.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema of this program.
        known: i64,
    },
    /// The store could not be brought to the newest schema; it is as it was.
    #[error("{path}: from schema {from} to {to}: {cause}; the store is as it was, the older program still serves it", path = path.display())]
    StoreMigration {
        /// The store.
        path: PathBuf,
        /// Its schema.
        from: i64,
        /// Where it was to go.
        to: i64,
        /// What was found on the copy.
        cause: String,
    },
    /// Something in the store is not as it was written.
    #[error("{first}; matcher store verify lists everything")]
    StoreFaults {
        /// The first of it.
        first: String,
    },
    /// A backup never replaces a file.
    #[error("{path}: there is a file already; give another name, or move it away", path = path.display())]
    BackupExists {
        /// The file.
        path: PathBuf,
    },
    /// The file is no store of matcher.
    #[error("{path}: this is no store of matcher ({cause}); give another path, or put a backup in its place", path = path.display())]
    StoreForeign {
        /// The file.
        path: PathBuf,
        /// Why it is none.
        cause: &'static str,
    },
    /// The store failed to do what was asked.
    #[error("the store failed: {0}")]
    Store(#[from] rusqlite::Error),
    /// What the store holds cannot be read as what was written.
    #[error("the store holds {what} that cannot be read; put a backup in its place")]
    StoreDamaged {
        /// What.
        what: &'static str,
    },
    /// A write failed on the disk: nothing more is written until the next start.
    #[error("an earlier write failed on the disk; the store takes no more until the server is started again")]
    StoreReadOnly,
    /// The file of the store does not open: the service runs and says so.
    #[error(
        "the store does not open, so that nothing is answered; who runs the service finds the cause in its log and is helped by: matcher store verify"
    )]
    StoreClosed,
    /// The system gave no random numbers.
    #[error("the system gave no random numbers: {0}")]
    Random(getrandom::Error),
    /// What core found.
    #[error("{0}")]
    Core(#[from] matcher_core::error::Error),
}

impl Error {
    /// Whether the service starts all the same and says that its store does not open. A path or a lock that is wrong is corrected and
    /// the service started again; a file that is not what it should be needs somebody's time, and its clients must learn of it.
    pub(crate) const fn is_of_the_file(&self) -> bool {
        !matches!(self, Self::StoreLocked { .. } | Self::Io { .. } | Self::Random(_))
    }
}

impl From<getrandom::Error> for Error {
    fn from(source: getrandom::Error) -> Self {
        Self::Random(source)
    }
}

/// With [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
