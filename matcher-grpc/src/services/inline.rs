//! Runs on content that comes with the request: checked as an upload is, and stored with the run in one commit.

use std::collections::BTreeMap;

use prost::Message as _;
use tonic::Status;

use crate::auth::Caller;
use crate::status;
use crate::store::NewDataset;
use crate::wire::v1;

use super::allocation::{before, quick_faults, submit as submit_run};
use super::{Shared, dataset, keyed, upload};

/// Stores a run, with its dataset where the content of one is given; its id, or that of the run that the same request made before.
pub(super) fn submit(shared: &Shared, caller: &Caller, asked: v1::AllocateRequest) -> Result<String, Status> {
    let request_id = asked.request_id.clone();
    let mut asked = v1::AllocateRequest { request_id: String::new(), ..asked };
    let request = keyed(&request_id, "Allocate", &asked.encode_to_vec())?;
    if let Some(id) = before(shared, caller, request.as_ref())? {
        return Ok(id);
    }
    quick_faults(shared, "options", asked.options.as_ref(), &asked.policy_toml)?;
    let Some(inline) = asked.inline_dataset.take() else { return submit_run(shared, caller, &asked, None, request.as_ref()) };
    let files = files(shared, &inline, &asked.dataset_id)?;
    let refuse = |fault| status::of_core(&fault, shared.limits.detail_bytes);
    let inputs = upload::inputs(files).map_err(refuse)?;
    let opened = inputs.open(None).map_err(refuse)?;
    let (dataset, now_ms) = dataset::described(shared, &inline.display_name, &inputs, &opened)?;
    let files = dataset::files_of(inputs);
    asked.dataset_id.clone_from(&dataset.dataset_id);
    let new = NewDataset { tenant: &caller.tenant, id: &dataset.dataset_id, now_ms, body: &dataset.encode_to_vec(), files: &files };
    submit_run(shared, caller, &asked, Some(&new), request.as_ref())
}

/// The files of inline content; `dataset_id` must not be given too.
pub(super) fn files(shared: &Shared, inline: &v1::InlineDataset, dataset_id: &str) -> Result<BTreeMap<String, Vec<u8>>, Status> {
    if !dataset_id.is_empty() {
        return Err(status::bad_field("inline_dataset", "give either a dataset_id or the content of a dataset"));
    }
    dataset::check_name(&inline.display_name, "inline_dataset.display_name")?;
    let bytes: usize = inline.files.iter().map(|file| file.data.len()).sum();
    if bytes > shared.limits.dataset_bytes {
        return Err(upload::too_large(&shared.limits));
    }
    upload::whole(inline.files.clone())
}
