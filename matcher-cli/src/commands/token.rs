//! `matcher token`: who may call the service.

use std::path::PathBuf;
use std::time::Duration;

use matcher_grpc::auth::{Lifetime, Role, create_token, now_ms};
use matcher_grpc::store::{Sqlite, Tenant, Tokens as _};

use crate::limits::duration;
use crate::outcome::{Failure, Outcome, line};

/// Make, list and revoke the tokens of the service
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher token create --tenant a-town --role planner --name \"Ada, planning\"
  matcher token create --tenant a-town --role viewer --name dashboard --lifetime 720h
  matcher token list
  matcher token revoke tok_0123...

A token is shown once and kept as a hash. Roles: viewer reads; planner uploads and runs; allocator also records decisions;
auditor reads and has runs judged again; admin does everything. The service may run meanwhile.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
    /// The store's file
    #[arg(long, value_name = "FILE", default_value = "matcher.db", global = true)]
    store: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Make a token and print it, alone, on one line
    Create {
        /// Whose data it opens: a word for the provider
        #[arg(long, value_parser = word)]
        tenant: String,
        /// viewer, planner, allocator, auditor or admin
        #[arg(long, value_parser = role)]
        role: Role,
        /// Who holds it
        #[arg(long)]
        name: String,
        /// How long it holds (24h, 720h); until it is revoked where none is given
        #[arg(long, value_name = "TIME", value_parser = duration)]
        lifetime: Option<Duration>,
    },
    /// List the tokens, without what would let anybody in
    List,
    /// Refuse a token from now on
    Revoke {
        /// Its id, as list prints it
        id: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_word(text).ok_or_else(|| "write viewer, planner, allocator, auditor or admin".to_owned())
}

fn word(text: &str) -> Result<String, String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    let fits = !text.is_empty() && text.len() <= 64 && text.chars().all(is_word);
    fits.then(|| text.to_owned()).ok_or_else(|| "write up to 64 letters, digits, dots and dashes".to_owned())
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let store = Sqlite::open(&args.store)?;
    match &args.what {
        What::Create { tenant, role, name, lifetime } => {
            let lifetime = lifetime.map_or(Lifetime::Unlimited, Lifetime::For);
            let (token, id) = create_token(&store, &Tenant(tenant.clone()), *role, name, lifetime)?;
            eprintln!("{id}: {} of {tenant}; the token is shown only now", role.word());
            line(&token);
        }
        What::List => {
            for token in store.tokens()? {
                let over = |end: Option<i64>| end.is_some_and(|end| end <= now_ms());
                let state = match (over(token.revoked_ms), over(token.expires_ms)) {
                    (true, _) => "revoked",
                    (false, true) => "expired",
                    (false, false) => "holds",
                };
                line(&format!("{}  {}  {}  {state}  {}", token.id, token.tenant.0, token.role, token.name));
            }
        }
        What::Revoke { id } => {
            if !store.revoke_token(id, now_ms())? {
                line("there is no such token, or it was revoked before");
                return Ok(Outcome::No);
            }
            line("revoked; the service refuses it within two seconds");
        }
    }
    Ok(Outcome::Yes)
}
