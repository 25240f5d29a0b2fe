//! Calls at planned instants, and what became of them.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tonic::{Code, Status};

/// What became of the calls of a load.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Answered; milliseconds from the planned instant, sorted.
    pub(crate) answered: Vec<f64>,
    /// Refused with word when to come back.
    pub(crate) shed: u64,
    /// Refused otherwise, by code.
    pub(crate) refused: Vec<(Code, String)>,
    /// Not sent: as many were under way as the generator holds.
    pub(crate) unsent: u64,
}

impl Outcome {
    pub(crate) fn take(&mut self, begin: Instant, answer: Result<(), Status>) {
        match answer {
            Ok(()) => self.answered.push(begin.elapsed().as_secs_f64() * 1e3),
            Err(refused) if is_shed(&refused) => self.shed += 1,
            Err(refused) => self.refused.push((refused.code(), refused.message().to_owned())),
        }
    }

    /// The latency below which so many of a thousand answers are.
    pub(crate) fn at(&self, per_mille: usize) -> f64 {
        let last = self.answered.len().saturating_sub(1);
        self.answered.get((self.answered.len() * per_mille / 1_000).min(last)).copied().unwrap_or(f64::NAN)
    }
}

fn is_shed(refused: &Status) -> bool {
    refused.code() == Code::ResourceExhausted && tonic_types::StatusExt::get_details_retry_info(refused).is_some()
}

/// Sends `per_second` calls a second for `time`, at most `under_way` at a time; `call` is given the number of each.
pub(crate) async fn open_loop<F>(per_second: f64, time: Duration, under_way: usize, call: impl Fn(u64) -> F) -> Outcome
where
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(under_way));
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let (start, mut outcome) = (Instant::now(), Outcome::default());
    let count = (per_second * time.as_secs_f64()) as u64;
    for number in 0..count {
        let planned = start + Duration::from_secs_f64(number as f64 / per_second);
        tokio::time::sleep_until(planned).await;
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            outcome.unsent += 1;
            continue;
        };
        let (call, sender) = (call(number), sender.clone());
        tokio::spawn(async move {
            let answer = call.await;
            drop(place);
            // Whoever gave the load up does not count.
            sender.send((planned, Instant::now(), answer)).unwrap_or(());
        });
    }
    drop(sender);
    while let Some((planned, ended, answer)) = receiver.recv().await {
        match answer {
            Ok(()) => outcome.answered.push((ended - planned).as_secs_f64() * 1e3),
            refused => outcome.take(planned, refused),
        }
    }
    outcome.answered.sort_by(f64::total_cmp);
    outcome
}

/// Calls one after the other on `workers` tasks for `time`; gives how many a second were answered.
pub(crate) async fn closed_loop<F>(workers: usize, time: Duration, call: impl Fn(u64) -> F + Clone + Send + 'static) -> Result<f64, Status>
where
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let end = Instant::now() + time;
    let tasks: Vec<_> = (0..workers as u64)
        .map(|worker| {
            let call = call.clone();
            tokio::spawn(async move {
                let mut answered = 0u64;
                while Instant::now() < end {
                    call(worker).await?;
                    answered += 1;
                }
                Ok::<_, Status>(answered)
            })
        })
        .collect();
    let mut answered = 0;
    for task in tasks {
        answered += task.await.map_err(|fault| Status::internal(fault.to_string()))??;
    }
    Ok(answered as f64 / time.as_secs_f64())
}

/// The middle one.
pub(crate) fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
