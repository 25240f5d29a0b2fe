//! From core to the wire, in one place. Nothing is worked out here.

mod reasons;
mod results;
mod scenario;

pub(crate) use reasons::{dwelling_reasons, household_reasons, language, pair_reasons, points, rule_counts};
pub(crate) use results::{lists, result};
pub(crate) use scenario::{axis, comparison, frontier, outcome};

use matcher_core::error::{Error, Finding, Report};
use prost_types::Timestamp;

use crate::wire::v1;

/// Counts are below 2^32: core counts in indices.
pub(crate) fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Milliseconds since 1970 as a timestamp.
pub(crate) fn timestamp(ms: i64) -> Timestamp {
    Timestamp { seconds: ms.div_euclid(1_000), nanos: (ms.rem_euclid(1_000) * 1_000_000) as i32 }
}

/// A gap in millionths of max(1, |objective|), rounded up.
pub(crate) fn gap_ppm(objective: Option<i64>, bound: Option<i64>) -> Option<u64> {
    let (objective, bound) = (i128::from(objective?), i128::from(bound?));
    let whole = objective.abs().max(1);
    let millionths = ((bound - objective).max(0) * 1_000_000 + whole - 1) / whole;
    Some(u64::try_from(millionths).unwrap_or(u64::MAX))
}

fn finding(finding: &Finding, severity: v1::Severity) -> v1::Finding {
    v1::Finding {
        severity: severity.into(),
        code: finding.code.into(),
        file: finding.file.clone(),
        row: finding.row,
        column: finding.column.clone(),
        cause: finding.cause.clone(),
        action: finding.action.clone(),
    }
}

/// Findings that stop nothing.
pub(crate) fn warnings(list: &[Finding]) -> Vec<v1::Finding> {
    list.iter().map(|entry| finding(entry, v1::Severity::Warning)).collect()
}

/// Everything of a report, errors first.
pub(crate) fn report(report: &Report) -> Vec<v1::Finding> {
    report.errors.iter().map(|entry| finding(entry, v1::Severity::Error)).chain(warnings(&report.warnings)).collect()
}

/// Why a run could not be done.
pub(crate) fn failure(error: &Error) -> v1::RunFailure {
    let (reason, action) = match error {
        Error::Input { .. } => ("INVALID_INPUT", "correct what the findings name and ask again"),
        Error::ScoreOverflow { .. } => ("SCORE_OVERFLOW", "divide weights and penalties by a common factor"),
        Error::MemoryLimit { .. } => ("MEMORY_LIMIT", "allocate a part, or have solve_memory_mib raised where the service runs"),
        Error::Refused { .. } => ("REFUSED", "the independent checker refused the answer: please report this run"),
        Error::Stopped => ("STOPPED", "start again: this was stopped before anything was known"),
        _ => ("INTERNAL", "please report this run"),
    };
    let findings = match error {
        Error::Input { report: found } => report(found),
        _ => Vec::new(),
    };
    v1::RunFailure { reason: reason.into(), findings, action: action.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_rounded_up_and_never_negative() {
        assert_eq!(gap_ppm(Some(1_000_000), Some(1_000_001)), Some(1));
        assert_eq!(gap_ppm(Some(3), Some(4)), Some(333_334));
        assert_eq!(gap_ppm(Some(0), Some(0)), Some(0));
        assert_eq!(gap_ppm(Some(i64::MIN), Some(i64::MAX)), Some(2_000_000));
        assert_eq!(gap_ppm(None, Some(1)), None);
    }

    #[test]
    fn times_before_1970_have_nanoseconds_above_zero() {
        assert_eq!(timestamp(-1), Timestamp { seconds: -1, nanos: 999_000_000 });
        assert_eq!(timestamp(1_500), Timestamp { seconds: 1, nanos: 500_000_000 });
    }
}
