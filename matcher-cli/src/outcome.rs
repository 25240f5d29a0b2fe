//! How a command ends, and what it prints then.

use std::io::Write as _;

use matcher_core::error::Error;
use serde_json::{Value, json};

/// How a command that ran to its end answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done.
    Yes,
    /// The answer is "no": refused, infeasible, nothing known.
    No,
    /// Some of what was asked is bad input; the rest was answered.
    Partly,
}

/// Why a command could not run to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Failure {
    /// What core found.
    #[error("{0}")]
    Core(#[from] Error),
    /// What the checker could not read.
    #[error("{0}")]
    Verify(#[from] matcher_verify::InputError),
    /// What the service says.
    #[cfg(feature = "serve")]
    #[error("{0}")]
    Service(#[from] matcher_grpc::error::Error),
    /// A word on the command line that cannot be used.
    #[error("{what}: {cause}; {action}")]
    Usage {
        /// Which word.
        what: &'static str,
        /// What is wrong.
        cause: String,
        /// What to do.
        action: &'static str,
    },
    /// A file could not be written.
    #[error("{path}: {source}; check that the folder exists and may be written")]
    Write {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Failure {
    /// Exit status: 2 for the input's faults, 1 where an answer was refused.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Core(Error::Refused { .. }) => 1,
            _ => 2,
        }
    }

    /// For `--json`: the same failure as one object.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Core(fault) => error_json(fault),
            other => json!({ "status": "failed", "message": other.to_string() }),
        }
    }
}

/// What core found, as one object.
pub(crate) fn error_json(fault: &Error) -> Value {
    match fault {
        Error::Input { report } => json!({ "status": "bad_input", "errors": report.errors, "warnings": report.warnings }),
        other => json!({ "status": "failed", "message": other.to_string() }),
    }
}

/// Prints one JSON object on stdout.
pub(crate) fn print(value: &Value) {
    line(&value.to_string());
}

/// Prints one line on stdout; a reader that has gone away is no error.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).is_err() {
        std::process::exit(0);
    }
}
