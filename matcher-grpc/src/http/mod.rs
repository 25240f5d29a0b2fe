//! What is not gRPC: the same calls in JSON and over grpc-web, whether the service lives and is ready, and the metrics on an address of
//! their own.

mod doors;
mod front;
mod mirror;
mod ready;
mod told;

pub(crate) use doors::{Doors, cors};
pub(crate) use front::Front;
pub(crate) use mirror::Calls;
pub(crate) use ready::Ready;
pub(crate) use told::tell_metrics;
