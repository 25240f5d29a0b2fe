//! The layer in front of every service: deadline, credential, role. Handlers find a [`Caller`] and a [`Deadline`] with the request.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, Request, Response};
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::error::Result;
use crate::metrics::Metrics;
use crate::network::Network;
use crate::settings::Settings;
use crate::status;
use crate::store::{Store, Tenant, TokenRow};

use super::access::is_open;
use super::sources::{Sources, source};
use super::{Need, Role, need_of, now_ms, sha256};

/// Whatever the settings say.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);
/// How long a token that was looked up is taken for valid; a revoked one is refused after that.
const FRESH: Duration = Duration::from_secs(2);
/// Looked-up tokens kept; above it all are forgotten.
const KEPT: usize = 4_096;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data they may see.
    pub tenant: Tenant,
    /// What they may do.
    pub role: Role,
    /// Name of the credential.
    pub name: String,
    /// Id of the credential.
    pub token_id: String,
    /// SHA-256 of the token: long streams ask again whether it holds.
    pub(crate) sha256: Vec<u8>,
}

/// When the call must have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub Instant);

/// Address of the connection that a request comes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Looks tokens up, and remembers them for a moment.
#[derive(Debug)]
pub(crate) struct Gate {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    sources: Sources,
    /// Whose word is taken for whom they call.
    proxies: Vec<Network>,
    known: Mutex<BTreeMap<Vec<u8>, (Caller, Instant)>>,
}

impl Gate {
    pub(crate) fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>, settings: &Settings) -> Self {
        let limits = &settings.limits;
        let sources = Sources::new(limits.token_failures, Duration::from_secs(limits.token_wait_s));
        Self { store, metrics, sources, proxies: settings.trusted_proxies.clone(), known: Mutex::new(BTreeMap::new()) }
    }

    /// As [`Gate::caller`], for a call from outside: while its address waits for its wrong tokens, only tokens that have held before are
    /// looked up, so that neighbours of a guesser go on and a guess that is right looks like others.
    async fn caller_from(&self, source: Option<IpAddr>, sha256: Vec<u8>) -> std::result::Result<Caller, Status> {
        let Some(source) = source else { return self.caller(sha256).await };
        let is_known = self.known.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&sha256);
        if let Some(wait) = self.sources.wait(source, Instant::now()).filter(|_| !is_known) {
            self.metrics.source_refused();
            let what = "too many wrong tokens came from this address";
            return Err(status::exhausted("TOO_MANY_BAD_TOKENS", what, wait));
        }
        let found = self.caller(sha256).await;
        if found.as_ref().is_err_and(|refused| refused.code() == Code::Unauthenticated) {
            self.sources.failed(source, Instant::now());
        }
        found
    }

    /// The caller whose token has this hash, if it holds now.
    pub(crate) async fn caller(&self, sha256: Vec<u8>) -> std::result::Result<Caller, Status> {
        let remembered = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&sha256).cloned();
        if let Some((caller, since)) = remembered
            && since.elapsed() < FRESH
        {
            return Ok(caller);
        }
        let store = Arc::clone(&self.store);
        let key = sha256.clone();
        let found: Result<Option<TokenRow>> =
            tokio::task::spawn_blocking(move || store.token(&key)).await.map_err(|_| status::internal("a token could not be looked up"))?;
        let caller = found.map_err(|fault| status::of_error(&fault, 0))?.and_then(holds);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(caller) = caller else {
            known.remove(&sha256);
            self.metrics.token_refused();
            return Err(status::unauthenticated());
        };
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(sha256, (caller.clone(), Instant::now()));
        Ok(caller)
    }
}

/// The caller of a token that has not expired and was not revoked.
fn holds(row: TokenRow) -> Option<Caller> {
    let now = now_ms();
    let over = |end: Option<i64>| end.is_some_and(|end| end <= now);
    if over(row.expires_ms) || over(row.revoked_ms) {
        return None;
    }
    Some(Caller { tenant: row.tenant, role: Role::from_word(&row.role)?, name: row.name, token_id: row.id, sha256: row.sha256 })
}

/// Puts deadline and credential before every service.
#[derive(Debug, Clone)]
pub struct AuthLayer {
    gate: Arc<Gate>,
    call: Duration,
    stream: Duration,
}

impl AuthLayer {
    /// `call` and `stream` are the longest times of calls.
    pub(crate) const fn new(gate: Arc<Gate>, call: Duration, stream: Duration) -> Self {
        Self { gate, call, stream }
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { inner, layer: self.clone() }
    }
}

/// A service behind the layer.
#[derive(Debug, Clone)]
pub struct AuthService<S> {
    inner: S,
    layer: AuthLayer,
}

impl<S> Service<Request<Body>> for AuthService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<std::result::Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The service that was found ready is the one to call; its clone waits for the next call.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let longest = if is_long(request.uri().path()) { self.layer.stream } else { self.layer.call };
        let asked = request.headers().get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(timeout);
        let deadline = Instant::now() + asked.map_or(longest, |asked| asked.min(longest)).min(LONGEST);
        request.extensions_mut().insert(Deadline(deadline));
        // Made here and not later: tonic's own timer, which would answer CANCELLED, is made after it.
        let over = tokio::time::sleep_until(deadline.into());
        let gate = Arc::clone(&self.layer.gate);
        let is_open = is_open(request.uri().path());
        let (token, need) = (token(request.headers()), need_of(request.uri().path()));
        let source = request.extensions().get::<Peer>().map(|peer| source(peer.0, request.headers(), &gate.proxies));
        Box::pin(async move {
            let answer = async move {
                if is_open {
                    return inner.call(request).await;
                }
                match admit(&gate, source, token, need).await {
                    Ok(caller) => {
                        request.extensions_mut().insert(caller.clone());
                        let mut answer = inner.call(request).await?;
                        // For the log.
                        answer.extensions_mut().insert(caller);
                        Ok(answer)
                    }
                    Err(refusal) => Ok(refusal.into_http()),
                }
            };
            tokio::select! {
                biased;
                answer = answer => answer,
                () = over => Ok(status::deadline_exceeded().into_http()),
            }
        })
    }
}

/// SHA-256 of the token in the headers; `None` where there is none, or more than one.
fn token(headers: &HeaderMap) -> Option<Vec<u8>> {
    let mut tokens = headers.get_all("authorization").iter();
    let (Some(header), None) = (tokens.next(), tokens.next()) else { return None };
    let (kind, token) = header.to_str().ok()?.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| sha256(token.trim().as_bytes()))
}

/// The caller, where the token holds and the role allows the call.
async fn admit(gate: &Gate, source: Option<IpAddr>, token: Option<Vec<u8>>, need: Option<Need>) -> std::result::Result<Caller, Status> {
    let caller = gate.caller_from(source, token.ok_or_else(status::unauthenticated)?).await?;
    match need {
        Some(need) if !caller.role.may(need) => Err(status::permission_denied()),
        Some(_) => Ok(caller),
        None => Err(Status::unimplemented("there is no such call")),
    }
}

/// Streams and what waits for a solver last as long as a run.
fn is_long(path: &str) -> bool {
    const LONG: [&str; 9] =
        ["WatchRun", "Allocate", "ReplayRun", "ScorePairs", "RankDwellings", "Evaluate", "Sweep", "Frontier", "Session"];
    path.rsplit_once('/').is_some_and(|(_, call)| LONG.contains(&call)) || is_open(path)
}

/// `grpc-timeout`: up to eight digits and a unit.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3_600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_of_grpc_are_read() {
        assert_eq!(timeout("1S"), Some(Duration::from_secs(1)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        for wrong in ["", "S", "1", "123456789S", "-1S", "1s", "1\u{e9}"] {
            assert_eq!(timeout(wrong), None, "{wrong}");
        }
    }
}
