//! The calls that the descriptors name, by path.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorError, DescriptorPool, MessageDescriptor};

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) input: MessageDescriptor,
    pub(super) output: MessageDescriptor,
    pub(super) client_streaming: bool,
    pub(super) server_streaming: bool,
}

/// All calls, and what errors are made of.
#[derive(Debug)]
pub(crate) struct Calls {
    by_path: BTreeMap<String, Call>,
    pub(super) status: Option<MessageDescriptor>,
}

impl Calls {
    /// The calls of a contract.
    ///
    /// # Errors
    /// Where the descriptors of errors do not fit it; a test makes them.
    pub(crate) fn new(mut pool: DescriptorPool) -> Result<Self, DescriptorError> {
        let services: Vec<_> = pool.services().collect();
        let by_path = services.iter().flat_map(|service| {
            service.methods().map(|method| {
                let call = Call {
                    input: method.input(),
                    output: method.output(),
                    client_streaming: method.is_client_streaming(),
                    server_streaming: method.is_server_streaming(),
                };
                (format!("/{}/{}", service.full_name(), method.name()), call)
            })
        });
        let by_path = by_path.collect();
        pool.decode_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)?;
        Ok(Self { by_path, status: pool.get_message_by_name("google.rpc.Status") })
    }

    pub(super) fn find(&self, path: &str) -> Option<&Call> {
        self.by_path.get(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::ACCESS;

    #[test]
    fn every_call_is_mirrored() {
        let calls = Calls::new(crate::wire::contract().unwrap()).unwrap();
        assert!(calls.status.is_some());
        let listed: Vec<_> = ACCESS.iter().map(|known| known.0).collect();
        assert!(listed.iter().all(|path| calls.find(path).is_some()));
        assert_eq!(calls.by_path.len(), listed.len());
    }
}
