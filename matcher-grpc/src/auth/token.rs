//! Tokens: 256 random bits, shown once, kept as their SHA-256. A guess is hopeless, so that a fast hash will do.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::hex::hex;
use crate::store::{Store, Tenant, TokenRow};

use super::Role;

/// What tokens begin with, so that one that has leaked is recognised.
const PREFIX: &str = "mtch_";

/// How long a token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Until it is revoked.
    Unlimited,
    /// From its making on.
    For(Duration),
}

/// Makes a token and keeps its hash. Gives the token, which nobody can ask for again, and its id, by which it is revoked.
///
/// # Errors
/// Where the store fails or the system gives no random numbers.
///
/// ```
/// use matcher_grpc::auth::{Lifetime, Role, create_token};
/// use matcher_grpc::store::{Sqlite, Tenant, Tokens as _};
/// let dir = std::env::temp_dir().join(format!("matcher-token-{}", std::process::id()));
/// std::fs::create_dir_all(&dir).unwrap();
/// let store = Sqlite::open(&dir.join("matcher.db"))?;
/// let (token, id) = create_token(&store, &Tenant("a-town".into()), Role::Planner, "Ada", Lifetime::Unlimited)?;
/// assert!(token.starts_with("mtch_") && !store.tokens()?.iter().any(|row| row.sha256 == token.as_bytes()));
/// assert!(store.tokens()?.iter().any(|row| row.id == id && row.role == "planner"));
/// # std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), matcher_grpc::error::Error>(())
/// ```
pub fn create_token(store: &dyn Store, tenant: &Tenant, role: Role, name: &str, lifetime: Lifetime) -> Result<(String, String)> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let token = format!("{PREFIX}{}", hex(&secret));
    let (id, created_ms) = (new_id("tok")?, now_ms());
    let expires_ms = match lifetime {
        Lifetime::Unlimited => None,
        Lifetime::For(time) => Some(created_ms.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))),
    };
    let row = TokenRow {
        id: id.clone(),
        sha256: sha256(token.as_bytes()),
        tenant: tenant.clone(),
        role: role.word().to_owned(),
        name: name.to_owned(),
        created_ms,
        expires_ms,
        revoked_ms: None,
    };
    store.add_token(&row)?;
    Ok((token, id))
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// An id that cannot be guessed: 128 random bits after a word for its kind.
pub(crate) fn new_id(kind: &str) -> Result<String> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits)?;
    Ok(format!("{kind}_{}", hex(&bits)))
}
