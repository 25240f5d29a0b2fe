//! Who may do what: bearer tokens, roles, and the layer that asks for them before any call is looked at.

mod access;
mod layer;
mod sources;
mod token;

pub use access::{ACCESS, Need, Role, need_of};
pub(crate) use access::{call_name, is_call};
pub use layer::{AuthLayer, Caller, Deadline};
pub(crate) use layer::{Gate, Peer};
pub use token::{Lifetime, create_token, now_ms};
pub(crate) use token::{new_id, sha256};
