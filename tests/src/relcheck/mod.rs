//! Randomised judgement at any size: the same trials run small in the tests and by the hundred thousand by command.
//!
//! A trial is a family and a seed, so that whatever is found can be played back. Trials are dealt out to threads by their number
//! and reported by it, so that the outcome does not depend on the threads.

pub mod cert;
pub mod edits;
pub mod mutate;
pub mod optima;
pub mod repro;
pub mod scenarios;
pub mod served;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::families::{self, Files};

/// Which trials.
#[derive(Debug, Clone)]
pub struct Job {
    /// How many.
    pub tries: u64,
    /// Seed of the first one of each family; the next have the seeds after it.
    pub seed: u64,
    /// Threads that work.
    pub threads: usize,
    /// Only this family.
    pub family: Option<usize>,
}

/// One trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Position in [`families::names`].
    pub family: usize,
    /// Its seed.
    pub seed: u64,
}

impl Case {
    /// Name and files.
    pub fn problem(self) -> (&'static str, Files) {
        families::one(self.family, self.seed)
    }
}

/// A trial that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Which.
    pub case: Case,
    /// How.
    pub what: String,
}

impl std::fmt::Display for Bad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = families::names().nth(self.case.family).unwrap_or_default();
        write!(f, "bad: family={name} seed={}: {}", self.case.seed, self.what)
    }
}

impl Job {
    /// The trial with number `at`.
    pub fn case(&self, at: u64) -> Case {
        let count = families::names().len() as u64;
        match self.family {
            Some(family) => Case { family, seed: self.seed + at },
            None => Case { family: (at % count) as usize, seed: self.seed + at / count },
        }
    }

    /// Runs every trial; gives the sum of what they count, and the bad ones in order. A panic is a bad trial.
    pub fn run<const N: usize>(&self, trial: impl Fn(Case) -> Result<[u64; N], String> + Sync) -> ([u64; N], Vec<Bad>) {
        let (next, outcome) = (AtomicU64::new(0), Mutex::new(([0; N], Vec::new())));
        std::thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| {
                    let (mut sum, mut bad) = ([0; N], Vec::new());
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= self.tries {
                            break;
                        }
                        let case = self.case(at);
                        match catch_unwind(AssertUnwindSafe(|| trial(case))) {
                            Ok(Ok(counts)) => sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count),
                            Ok(Err(what)) => bad.push((at, Bad { case, what })),
                            Err(_) => bad.push((at, Bad { case, what: "panic".to_owned() })),
                        }
                    }
                    // Another thread's panic cannot leave half a sum: it is caught above.
                    let mut all = outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    all.0.iter_mut().zip(sum).for_each(|(all, sum)| *all += sum);
                    all.1.append(&mut bad);
                });
            }
        });
        let (sum, mut bad) = outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        bad.sort_by_key(|(at, _)| *at);
        (sum, bad.into_iter().map(|(_, bad)| bad).collect())
    }
}
