//! Words of the command line that say how far a solve may go.

use std::time::Duration;

use clap::Args;
use matcher_core::solve::SolveOptions;

/// How far a solve may go.
#[derive(Debug, Clone, Args)]
pub(crate) struct Limits {
    /// Stop once the proved gap is at most this part of the objective (0 = prove the optimum)
    #[arg(long, value_name = "PART", default_value = "0.001", value_parser = part)]
    pub(crate) gap: Millionths,
    /// Stop after this time with the best allocation so far and its true gap (500ms, 60s, 5m, 1h)
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub(crate) time_limit: Duration,
    /// Public seed of the draws that break ties (for allocate: instead of the policy's)
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Threads (0 = as many as the machine has); never changes the answer
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    /// Stop after so many counted steps: the same on every machine, unlike a time limit
    #[arg(long, value_name = "N")]
    pub(crate) step_limit: Option<u64>,
    /// Refuse a solve that needs more MiB than this beside the problem
    #[arg(long, value_name = "MIB")]
    pub(crate) memory_limit_mib: Option<u64>,
}

/// A part of one in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Millionths(pub(crate) u64);

impl Limits {
    /// For core, with `seed` where the command line names none.
    pub(crate) fn options(&self, seed: u64) -> SolveOptions {
        SolveOptions {
            gap_ppm: self.gap.0,
            step_limit: self.step_limit,
            seed: self.seed.unwrap_or(seed),
            threads: self.threads,
            memory_limit_mib: self.memory_limit_mib,
        }
    }

    /// Threads that will be used.
    pub(crate) fn thread_count(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }
}

/// `0.001` exactly, without floats.
pub(crate) fn part(text: &str) -> Result<Millionths, String> {
    let fault = || "write a number from 0 to 1 with at most six decimals, for example 0.001".to_owned();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 6 || !whole.chars().chain(decimals.chars()).all(|c| c.is_ascii_digit()) || (whole.is_empty() && decimals.is_empty())
    {
        return Err(fault());
    }
    let digits = |digits: &str| if digits.is_empty() { Ok(0) } else { digits.parse::<u64>().map_err(|_| fault()) };
    let millionths = digits(whole)?.checked_mul(1_000_000).and_then(|w| Some(w + digits(&format!("{decimals:0<6}")).ok()?));
    millionths.filter(|&m| m <= 1_000_000).map(Millionths).ok_or_else(fault)
}

/// `500ms`, `60s`, `5m`, `1h`, or seconds without a unit.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let fault = || "write a time like 500ms, 60s, 5m or 1h".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| fault())?;
    let millis = match &text[digits.len()..] {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(fault()),
    };
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_exact() {
        assert_eq!(part("0.001"), Ok(Millionths(1_000)));
        assert_eq!(part("0"), Ok(Millionths(0)));
        assert_eq!(part(".5"), Ok(Millionths(500_000)));
        assert_eq!(part("1"), Ok(Millionths(1_000_000)));
        for wrong in ["", ".", "1.5", "-0.1", "0.0000001", "1e-3", "nan", "99999999999999999999"] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        for wrong in ["", "s", "1.5s", "-1s", "5d", "99999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
