//! The service: matcher over gRPC, with its store.
//!
//! The contract is `proto/matcher/v1`; this crate alone knows prost, tonic and SQLite. Modules in call order: a module uses only
//! modules listed above it.

mod hex;
pub mod network;
pub mod wire;
pub mod client;
pub mod error;
pub mod settings;
pub mod store;
mod status;
mod mask;
mod metrics;
pub mod auth;
pub mod log;
mod convert;
mod runs;
mod services;
mod http;
mod door;
pub mod server;
