//! The messages and services of `proto/matcher/v1`, as generated code; `tests/generated` keeps it in step with the protos.

use prost_reflect::{DescriptorError, DescriptorPool};

/// Version 1 of the contract.
#[expect(clippy::pedantic, clippy::allow_attributes, clippy::large_enum_variant, reason = "generated")]
pub mod v1 {
    include!("generated/matcher.v1.rs");
}

/// Descriptors of everything in `proto/matcher/v1`, encoded: reflection answers from them.
pub const DESCRIPTORS: &[u8] = include_bytes!("generated/matcher.v1.bin");

/// The descriptors, decoded.
///
/// # Errors
/// Where they are none; tests decode them.
pub(crate) fn contract() -> Result<DescriptorPool, DescriptorError> {
    DescriptorPool::decode(DESCRIPTORS)
}
