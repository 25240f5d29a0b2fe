//! How a caller watches and stops a solve, without async and without a clock in here.

use std::sync::atomic::{AtomicU8, Ordering};

use serde::Serialize;

use crate::allocation::Status;

/// Set from any thread to stop a solve at its next counted point (within 100 ms).
#[derive(Debug, Default)]
pub struct StopSignal(AtomicU8);

impl StopSignal {
    /// Not set.
    pub const fn new() -> Self {
        Self(AtomicU8::new(0))
    }

    /// Stop: the caller no longer wants the answer. Goes before a time limit.
    pub fn cancel(&self) {
        self.0.store(2, Ordering::Relaxed);
    }

    /// Stop: the caller's time is over.
    pub fn time_over(&self) {
        // Never hides a cancel.
        self.0.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed).unwrap_or_default();
    }

    /// The status to stop with, if it is set.
    pub fn reason(&self) -> Option<Status> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Status::TimeLimit),
            _ => Some(Status::Cancelled),
        }
    }
}

/// Asked with the steps so far whether to stop; with 0 for the caller's wish alone.
pub(super) type Stop<'a> = &'a (dyn Fn(u64) -> bool + Sync);

/// When to ask again whether to stop: asking costs more than a short search.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    every: u64,
    asked: u64,
}

impl Pace {
    /// After every `every` steps, the first time that many after `now`. A million arcs are some milliseconds.
    pub(super) const fn new(every: u64, now: u64) -> Self {
        Self { every, asked: now }
    }

    /// True when it is time to ask.
    pub(super) const fn is_due(&mut self, steps: u64) -> bool {
        let due = steps.saturating_sub(self.asked) >= self.every;
        if due {
            self.asked = steps;
        }
        due
    }
}

/// What the solver is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Assignment without quotas.
    Plain,
    /// Quota prices.
    Prices,
    /// Better allocations.
    Search,
    /// Proof of optimality.
    Proof,
    /// One of the tiers before the objective; its bound and count are no points, and not told.
    Tiers,
}

/// State of a running solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// Proved so far.
    pub bound: Option<i64>,
    /// Best allocation so far.
    pub objective: Option<i64>,
    /// Steps so far.
    pub steps: u64,
}

impl Progress {
    /// This state after an `earlier` one: bounds only fall and objectives only rise, and what a method says of its own part may be behind.
    ///
    /// ```
    /// use matcher_core::solve::{Progress, Stage};
    /// let earlier = Progress { stage: Stage::Prices, bound: Some(90), objective: Some(70), steps: 5 };
    /// let later = Progress { stage: Stage::Search, bound: Some(95), objective: None, steps: 4 };
    /// assert_eq!(later.after(earlier), Progress { stage: Stage::Search, bound: Some(90), objective: Some(70), steps: 5 });
    /// ```
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        let bound = match (earlier.bound, self.bound) {
            (Some(earlier), Some(now)) => Some(earlier.min(now)),
            (earlier, now) => earlier.or(now),
        };
        Self { stage: self.stage, bound, objective: earlier.objective.max(self.objective), steps: earlier.steps.max(self.steps) }
    }
}

/// The caller's side of a running solve.
#[derive(Clone, Copy, Default)]
pub struct Control<'a> {
    /// Asked at every counted point.
    pub stop: Option<&'a StopSignal>,
    /// Told whenever bound, objective or stage changes.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("stop", &self.stop).finish_non_exhaustive()
    }
}

impl Control<'_> {
    /// The status to stop with, if the caller wants to stop.
    pub fn stopped(&self) -> Option<Status> {
        self.stop.and_then(StopSignal::reason)
    }

    /// Tells the caller.
    pub fn tell(&self, progress: Progress) {
        if let Some(tell) = self.progress {
            tell(progress);
        }
    }
}
