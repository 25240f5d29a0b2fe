//! What a call is refused for: one status per reason, with details that programs can read, and never a personal value.

use std::time::Duration;

use matcher_core::error::{Error as CoreError, Finding, Report};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::error::Error;

/// Where the reasons belong to, as ErrorInfo writes it.
pub(crate) const DOMAIN: &str = "matcher";

/// A code as the protocol writes it.
pub(crate) const fn word(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Why a call was shed, or which fault of the store it met, as one of a fixed list; `None` for what a client can mend.
pub(crate) fn shed(refused: &Status) -> Option<&'static str> {
    if !matches!(refused.code(), Code::ResourceExhausted | Code::Unavailable | Code::DataLoss | Code::Internal) {
        return None;
    }
    let reason = refused.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    Some(SHED.iter().find(|known| **known == reason).unwrap_or(&"OTHER"))
}

/// Reasons of refusals that whoever runs the service looks at.
const SHED: &[&str] = &[
    "QUEUE_FULL",
    "TOO_MANY_UPLOADS",
    "TOO_MANY_STREAMS",
    "TOO_MANY_SESSIONS",
    "TOO_MANY_BAD_TOKENS",
    "STORE_BUSY",
    STORE_READ_ONLY,
    "STORE_DAMAGED",
    "DISK_FULL",
    "DATASET_TOO_LARGE",
    "MEMORY_LIMIT",
    "INTERNAL",
];

/// The store takes no more until the next start.
pub(crate) const STORE_READ_ONLY: &str = "STORE_READ_ONLY";

/// A field of the request that cannot be used.
pub(crate) fn bad_field(field: &str, what: &str) -> Status {
    let mut details = reason("BAD_FIELD", []);
    details.add_bad_request_violation(field, what);
    Status::with_error_details(Code::InvalidArgument, format!("{field}: {what}"), details)
}

/// There is no such thing, or it is another tenant's: nobody learns which.
pub(crate) fn not_found(kind: &'static str) -> Status {
    let mut details = reason("NOT_FOUND", []);
    details.set_resource_info(kind, "", "", "");
    Status::with_error_details(Code::NotFound, format!("there is no such {kind}"), details)
}

/// The state of something stands against the call.
pub(crate) fn failed_precondition(word: &str, what: &str) -> Status {
    let mut details = reason(word, []);
    details.add_precondition_failure_violation(word, "", what);
    Status::with_error_details(Code::FailedPrecondition, what, details)
}

/// Somebody was faster: read again and decide again.
pub(crate) fn aborted(word: &str, what: &str) -> Status {
    Status::with_error_details(Code::Aborted, what, reason(word, []))
}

/// Too much at a time: come back after `delay`.
pub(crate) fn exhausted(word: &str, what: &str, delay: Duration) -> Status {
    let mut details = reason(word, []);
    details.set_retry_info(Some(delay));
    Status::with_error_details(Code::ResourceExhausted, what, details)
}

/// Above a limit: coming back does not help.
pub(crate) fn too_much(word: &str, what: &str) -> Status {
    Status::with_error_details(Code::ResourceExhausted, what, reason(word, []))
}

/// The request id was used for something else.
pub(crate) fn other_request() -> Status {
    let what = "this request_id was used for another request; take a new one";
    Status::with_error_details(Code::AlreadyExists, what, reason("REQUEST_ID_REUSED", []))
}

/// No credential, or one that does not hold: nobody learns which.
pub(crate) fn unauthenticated() -> Status {
    let what = "a valid token is needed: authorization: Bearer TOKEN";
    Status::with_error_details(Code::Unauthenticated, what, reason("NO_VALID_TOKEN", []))
}

/// The credential does not allow this.
pub(crate) fn permission_denied() -> Status {
    let what = "the role of this token does not allow this call";
    Status::with_error_details(Code::PermissionDenied, what, reason("ROLE_TOO_WEAK", []))
}

/// The deadline of the call has passed.
pub(crate) fn deadline_exceeded() -> Status {
    Status::with_error_details(Code::DeadlineExceeded, "the time of this call is over", reason("DEADLINE_EXCEEDED", []))
}

/// A defect or a fault of the machine; `what` is for the log of whoever runs the service and holds no data.
pub(crate) fn internal(what: &str) -> Status {
    Status::with_error_details(Code::Internal, what, reason("INTERNAL", []))
}

fn reason<const N: usize>(word: &str, metadata: [(&str, String); N]) -> ErrorDetails {
    ErrorDetails::with_error_info(word, DOMAIN, metadata.map(|(key, value)| (key.to_owned(), value)))
}

/// Every finding as one BadRequest; those that do not fit into `detail_bytes` are counted in the last one, since details travel in
/// trailers and clients refuse long ones.
pub(crate) fn bad_input(report: &Report, detail_bytes: usize) -> Status {
    let total = report.error_count();
    let metadata = [("error_count", total.to_string()), ("codes", codes(&report.errors))];
    let mut details = reason("INVALID_INPUT", metadata);
    let mut spent = 0;
    let mut violations = Vec::new();
    for finding in &report.errors {
        let violation = violation(finding);
        // Tags and lengths of four fields, rounded up.
        spent += violation.field.len() + violation.description.len() + violation.reason.len() + 12;
        if spent > detail_bytes {
            break;
        }
        violations.push(violation);
    }
    let left = total - violations.len() as u64;
    if left > 0 {
        violations.push(FieldViolation::new("", format!("and {left} more; ValidateDataset lists them all")));
    }
    details.set_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, format!("errors in the input: {total}"), details)
}

/// The codes that occur, each once.
fn codes(findings: &[Finding]) -> String {
    let codes: std::collections::BTreeSet<_> = findings.iter().map(|finding| finding.code).collect();
    codes.into_iter().take(30).collect::<Vec<_>>().join(" ")
}

fn violation(finding: &Finding) -> FieldViolation {
    let row = finding.row.map(|row| format!(" row {row}")).unwrap_or_default();
    let column = finding.column.as_ref().map(|column| format!(" column {column}")).unwrap_or_default();
    let field = format!("{}{row}{column}", finding.file);
    FieldViolation { reason: finding.code.into(), ..FieldViolation::new(field, format!("{}; {}", finding.cause, finding.action)) }
}

/// What core refuses, as a status.
pub(crate) fn of_core(error: &CoreError, detail_bytes: usize) -> Status {
    match error {
        CoreError::Input { report } => bad_input(report, detail_bytes),
        CoreError::ScoreOverflow { .. } => {
            Status::with_error_details(Code::InvalidArgument, error.to_string(), reason("SCORE_OVERFLOW", []))
        }
        CoreError::MemoryLimit { .. } => too_much("MEMORY_LIMIT", &error.to_string()),
        CoreError::NotFound { what, .. } => not_found(what),
        CoreError::Stopped => Status::with_error_details(Code::Cancelled, error.to_string(), reason("STOPPED", [])),
        CoreError::Refused { .. } => internal("the independent checker refused the answer; please report this run"),
        _ => internal("core failed"),
    }
}

/// What the store or the machine refuses, as a status.
pub(crate) fn of_error(error: &Error, detail_bytes: usize) -> Status {
    match error {
        Error::Core(core) => of_core(core, detail_bytes),
        Error::StoreReadOnly => Status::with_error_details(Code::Unavailable, error.to_string(), reason(STORE_READ_ONLY, [])),
        Error::StoreClosed => Status::with_error_details(Code::Unavailable, error.to_string(), reason("STORE_CLOSED", [])),
        Error::StoreDamaged { .. } => Status::with_error_details(Code::DataLoss, error.to_string(), reason("STORE_DAMAGED", [])),
        Error::Store(fault) => match fault.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => too_much("DISK_FULL", "the disk of the store is full"),
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                exhausted("STORE_BUSY", "the store is busy", Duration::from_secs(1))
            }
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Status::with_error_details(Code::DataLoss, "the store is damaged; put a backup in its place", reason("STORE_DAMAGED", []))
            }
            _ => internal("the store failed"),
        },
        _ => internal("the service failed"),
    }
}
