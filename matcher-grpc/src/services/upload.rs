//! Files that come in chunks: bounded before they are kept, given up when they stop coming.

use std::collections::BTreeMap;
use std::time::Duration;

use matcher_core::error::{Error as CoreError, Place, Report};
use matcher_core::pipeline::{Inputs, POLICY_FILE};
use tonic::{Status, Streaming};

use crate::settings::Limits;
use crate::status;
use crate::wire::v1;

/// An upload whose next message does not come for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Files of one upload: the tables, the format and the policy are fewer.
const MOST_FILES: usize = 64;
/// What the name of a file is.
const FILE_NAME: &str = "the name of a table (households.csv), format.toml or policy.toml";

/// One message of an upload.
pub(super) enum Part<H> {
    Header(H),
    Chunk(v1::FileChunk),
}

/// The header and the files of an upload, once all of it has come.
pub(super) async fn gather<M, H>(
    mut messages: Streaming<M>,
    limits: &Limits,
    part: impl Fn(M) -> Option<Part<H>>,
) -> Result<(H, BTreeMap<String, Vec<u8>>), Status> {
    let mut header = None;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut bytes = 0;
    loop {
        let next = tokio::time::timeout(PATIENCE, messages.message()).await;
        let message = next.map_err(|_| Status::deadline_exceeded("the upload has stopped coming"))??;
        let Some(message) = message else { break };
        match part(message) {
            Some(Part::Header(first)) if header.is_none() && files.is_empty() => header = Some(first),
            Some(Part::Header(_)) => return Err(status::bad_field("header", "it comes first, and once")),
            Some(Part::Chunk(_)) if header.is_none() => return Err(status::bad_field("chunk", "the header comes first")),
            Some(Part::Chunk(chunk)) => {
                bytes += chunk.data.len();
                if bytes > limits.dataset_bytes {
                    return Err(too_large(limits));
                }
                if !is_file_name(&chunk.name) || (files.len() >= MOST_FILES && !files.contains_key(&chunk.name)) {
                    return Err(status::bad_field("chunk.name", FILE_NAME));
                }
                files.entry(chunk.name).or_default().extend_from_slice(&chunk.data);
            }
            None => return Err(status::bad_field("part", "neither a header nor a chunk")),
        }
    }
    Ok((header.ok_or_else(|| status::bad_field("header", "it comes first"))?, files))
}

pub(super) fn too_large(limits: &Limits) -> Status {
    let what = format!("the dataset is larger than {} MiB, the setting dataset_bytes", limits.dataset_bytes >> 20);
    status::too_much("DATASET_TOO_LARGE", &what)
}

/// The files that stand whole in one message.
pub(super) fn whole(files: Vec<v1::FileChunk>) -> Result<BTreeMap<String, Vec<u8>>, Status> {
    let mut named = BTreeMap::new();
    for file in files {
        if !is_file_name(&file.name) {
            return Err(status::bad_field("inline_dataset.files.name", FILE_NAME));
        }
        if named.insert(file.name, file.data).is_some() {
            return Err(status::bad_field("inline_dataset.files", "each file once, and whole"));
        }
    }
    Ok(named)
}

/// A plain name that ends as the files of a dataset do; core names the tables it does not know.
fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'.';
    let known = name == "format.toml" || name == POLICY_FILE || name.strip_suffix(".csv").is_some_and(|stem| !stem.is_empty());
    known && name.len() <= 64 && name.bytes().all(plain) && !name.starts_with('.')
}

/// The files of an upload as inputs.
///
/// # Errors
/// [`CoreError::Input`] where the policy is missing or is no text.
pub(super) fn inputs(mut files: BTreeMap<String, Vec<u8>>) -> Result<Inputs, CoreError> {
    let (code, cause, action) = match files.remove(POLICY_FILE).map(String::from_utf8) {
        Some(Ok(policy)) => return Ok(Inputs { tables: files, policy }),
        Some(Err(fault)) => ("E1031", format!("byte {} of the file is not UTF-8", fault.utf8_error().valid_up_to()), "save it as UTF-8"),
        None => ("E1000", "the file is missing".to_owned(), "add it; matcher template writes policies to start from"),
    };
    // What is wrong with the tables is told beside it.
    let mut report = match matcher_core::tables::parse(&files) {
        Ok(_) => Report::default(),
        Err(CoreError::Input { report }) => report,
        Err(other) => return Err(other),
    };
    report.error(code, Place::file(POLICY_FILE), cause, action);
    report.into_result(Inputs { tables: files, policy: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_nowhere_else() {
        for good in ["households.csv", "format.toml", "policy.toml", "no_table.csv"] {
            assert!(is_file_name(good), "{good}");
        }
        for bad in ["", ".csv", "../households.csv", "a/b.csv", "a\\b.csv", "policy-2.toml", "households.csv\n", "\u{202e}x.csv", "..csv"] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_missing_policy_and_missing_tables_are_told_together() {
        let Err(CoreError::Input { report }) = inputs(BTreeMap::new()) else { panic!("nothing is no dataset") };
        assert_eq!(report.error_count(), 5);
        let Err(CoreError::Input { report }) = inputs(BTreeMap::from([(POLICY_FILE.to_owned(), vec![b'a', 0xff])])) else { panic!() };
        assert_eq!(report.error_count(), 5);
        assert!(report.errors.iter().any(|finding| (finding.file.as_str(), finding.code) == (POLICY_FILE, "E1031")));
    }
}
