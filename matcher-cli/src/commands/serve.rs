//! `matcher serve`: the service over gRPC.

use std::net::SocketAddr;
use std::path::PathBuf;

use matcher_grpc::server::{self, Opened};
use matcher_grpc::settings::Settings;

use crate::outcome::{Failure, Outcome, line};

/// Serve allocations over gRPC, with a store of its own
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher serve                                        127.0.0.1:50051, store matcher.db
  matcher serve --store /var/lib/matcher/matcher.db --settings serve.toml
  matcher serve --listen 0.0.0.0:50051 --tls-certificate chain.pem --tls-key key.pem

Every call needs a token: matcher token create. docs/service.md lists the settings; proto/matcher/v1 is the contract.
Exit status: 0 stopped by SIGTERM or Ctrl-C, 2 it could not start.")]
pub(crate) struct Args {
    /// The store's file; it is made where there is none
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Address and port; other than loopback needs TLS
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Settings in TOML; the words here go before them
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Certificate chain in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Its private key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut settings = args.settings.as_deref().map_or_else(|| Ok(Settings::default()), Settings::read)?;
    if let Some(store) = &args.store {
        settings.store.clone_from(store);
    }
    settings.listen = args.listen.unwrap_or(settings.listen);
    settings.tls_certificate = args.tls_certificate.clone().or(settings.tls_certificate);
    settings.tls_key = args.tls_key.clone().or(settings.tls_key);
    let store = settings.store.display().to_string();
    server::run(&settings, |address, opened| {
        line(&format!("matcher serves on {address}, store {store}"));
        match opened {
            Opened::Ready => {}
            Opened::WithoutToken => {
                line("there is no token yet; make the first one in another terminal:");
                line(&format!("  matcher token create --store {store} --tenant MY-TOWN --role admin --name \"my name\""));
            }
            Opened::Not(why) => {
                eprintln!("the store does not open, every call is answered UNAVAILABLE: {why}");
                eprintln!("look at it with `matcher store verify {store}`; put a backup in its place and start the service again");
            }
        }
    })?;
    Ok(Outcome::Yes)
}
