//! TLS by rustls. The certificate is read again when its files change or the process is told to (SIGHUP): new connections see the new
//! one, and a pair of files that does not do leaves the old one in place.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

use crate::error::{Error, Result};
use crate::log::Log;
use crate::settings::Settings;

/// What the two files say.
type Pem = (Vec<u8>, Vec<u8>);

/// The certificate in force.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Makes TLS of connections.
pub(crate) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
    /// The files as they were looked at last, whether they did or not.
    seen: RwLock<Pem>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// What became of the certificate.
#[derive(Debug)]
enum Reload {
    /// The files are as they were.
    Same,
    /// New connections see another certificate.
    New,
    /// The files will not do; the certificate from before stays.
    Kept(Error),
}

impl Tls {
    /// TLS with the certificate and key of the settings; `None` where there are none.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Certificate`].
    pub(crate) fn new(settings: &Settings) -> Result<Option<Self>> {
        let (Some(certificate), Some(key)) = (&settings.tls_certificate, &settings.tls_key) else { return Ok(None) };
        let provider = Arc::new(ring::default_provider());
        let pem = read(certificate, key)?;
        let current = Arc::new(Current(RwLock::new(Arc::new(certified(&pem, certificate, key, &provider)?))));
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(&current) as _;
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let mut config = config.map_err(|fault| refused(certificate, &fault))?.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Some(Self { certificate: certificate.clone(), key: key.clone(), provider, current, acceptor, seen: RwLock::new(pem) }))
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }

    /// Looks at the files every `pause` and whenever the process is told to, without an end, and says in the log what came of it.
    ///
    /// # Errors
    /// Where signals cannot be listened for.
    pub(crate) fn watch(self: Arc<Self>, log: Log, pause: Duration) -> Result<impl Future<Output = ()>> {
        #[cfg(unix)]
        let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
            .map_err(|source| Error::Io { path: "signals".into(), source })?;
        Ok(async move {
            loop {
                #[cfg(unix)]
                let anew = tokio::select! {
                    () = tokio::time::sleep(pause) => false,
                    _ = told.recv() => true,
                };
                #[cfg(not(unix))]
                let anew = {
                    tokio::time::sleep(pause).await;
                    false
                };
                let tls = Arc::clone(&self);
                match tokio::task::spawn_blocking(move || tls.reload(anew)).await {
                    Ok(Reload::New) => log.event("certificate read", None),
                    Ok(Reload::Kept(fault)) => log.event("certificate refused, the one before stays", Some(&fault.to_string())),
                    Ok(Reload::Same) | Err(_) => {}
                }
            }
        })
    }

    /// Looks at the files again; blocking. `anew`: also where they are as they were.
    fn reload(&self, anew: bool) -> Reload {
        let pem = match read(&self.certificate, &self.key) {
            Ok(pem) => pem,
            // While a file is being replaced it may be missing; what is missing for good is told when somebody asks for it.
            Err(fault) if anew => return Reload::Kept(fault),
            Err(_) => return Reload::Same,
        };
        {
            let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
            if !anew && *seen == pem {
                return Reload::Same;
            }
            seen.clone_from(&pem);
        }
        match certified(&pem, &self.certificate, &self.key, &self.provider) {
            Ok(found) => {
                *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(found);
                Reload::New
            }
            Err(fault) => Reload::Kept(fault),
        }
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Pem> {
    let bytes = |path: &Path| std::fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source });
    Ok((bytes(certificate)?, bytes(key)?))
}

fn refused(path: &Path, fault: &dyn std::fmt::Display) -> Error {
    Error::Certificate { path: path.to_owned(), cause: fault.to_string() }
}

/// The chain with its key, where both can be used and belong together.
fn certified((chain, key): &Pem, chain_path: &Path, key_path: &Path, provider: &CryptoProvider) -> Result<CertifiedKey> {
    let chain: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.map_err(|fault| refused(chain_path, &fault))?;
    if chain.is_empty() {
        return Err(refused(chain_path, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|fault| refused(key_path, &fault))?;
    let key = provider.key_provider.load_private_key(key).map_err(|fault| refused(key_path, &fault))?;
    let found = CertifiedKey::new(chain, key);
    match found.keys_match() {
        // Where a key does not tell its public part, the handshake shows whether they belong together.
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(found),
        Err(fault) => Err(refused(chain_path, &fault)),
    }
}
