//! How soon a run stops: cancelled, at the deadline of its call, or when its client goes away. Timed from the act to the instant at which the
//! run is told as ended and its place to solve in is free.

use std::time::{Duration, Instant};

use matcher_generate::{Plan, Size};
use matcher_grpc::auth::Role;
use matcher_grpc::client::{Clients, upload};
use matcher_grpc::wire::v1;
use tonic::Request;

use crate::families::Draw;

use super::process::{settings, token, town};
use super::told::Metrics;
use super::{Served, Trials, block_on};

/// What ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// `CancelRun`.
    Cancel,
    /// The deadline of the call that waits for the run.
    Deadline,
    /// The connection of the call that waits for the run is closed.
    Disconnect,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cancel, Self::Deadline, Self::Disconnect];

    /// In the line that is printed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Deadline => "deadline",
            Self::Disconnect => "disconnect",
        }
    }
}

/// A run that does not stop is given up after so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(1);

/// What the trials found.
#[derive(Debug, Default)]
pub struct Stops {
    /// Trials made.
    pub tries: u64,
    /// Each act with the milliseconds it took, sorted.
    pub times: Vec<(Act, Vec<f64>)>,
    /// What is wrong, each with what plays it back.
    pub bad: Vec<String>,
}

impl Stops {
    /// `cancel_ms=p50/p99/max`, for each act.
    pub fn words(&self) -> String {
        let of = |times: &[f64], per_cent: usize| {
            let last = times.len().saturating_sub(1);
            times.get((times.len() * per_cent / 100).min(last)).copied().unwrap_or(f64::NAN)
        };
        let words = self.times.iter().map(|(act, times)| {
            format!("{}_ms={:.1}/{:.1}/{:.1}", act.word(), of(times, 50), of(times, 99), times.last().copied().unwrap_or(f64::NAN))
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Stops so many runs, each act in turn.
pub fn run(trials: &Trials) -> Stops {
    match block_on(stop_all(trials)) {
        Ok(stops) => stops,
        Err(what) => Stops { bad: vec![what], ..Stops::default() },
    }
}

async fn stop_all(trials: &Trials) -> Result<Stops, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let key = token(dir.path(), "town", Role::Planner, "stops")?;
    let metrics = Metrics::free()?;
    std::fs::write(settings(dir.path()), metrics.settings()).map_err(|e| e.to_string())?;
    let server = Served::start(&trials.program, dir.path())?;
    let mut clients = server.clients(&key).await?;
    // Large enough that no trial sees its run end by itself.
    let files = town(&Plan::size(Size::M), trials.seed)?;
    let list = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let created = clients.datasets.create_dataset(tokio_stream::iter(upload(list, "a town", ""))).await.map_err(|e| e.to_string())?;
    let dataset_id = created.into_inner().dataset.unwrap_or_default().dataset_id;
    let mut stops = Stops { tries: trials.tries, times: Act::ALL.map(|act| (act, Vec::new())).into(), ..Stops::default() };
    for at in 0..trials.tries {
        let seed = trials.seed.wrapping_add(at);
        let (act, mut draw) = (at as usize % Act::ALL.len(), Draw::new(seed, "stops"));
        // Anywhere from the opening of the dataset to the search.
        let after = Duration::from_millis(draw.position(2_000) as u64);
        let (act, times) = &mut stops.times[act];
        let trial = Trial { server: &server, key: &key, clients: &mut clients, metrics: &metrics, dataset_id: &dataset_id };
        match trial.stop(*act, after).await {
            Ok(took) => times.push(took.as_secs_f64() * 1e3),
            Err(what) => stops.bad.push(format!("seed={seed}: {} after {after:?}: {what}", act.word())),
        }
    }
    stops.times.iter_mut().for_each(|times| times.1.sort_by(f64::total_cmp));
    Ok(stops)
}

/// One run that is stopped.
struct Trial<'a> {
    server: &'a Served,
    key: &'a str,
    clients: &'a mut Clients,
    metrics: &'a Metrics,
    dataset_id: &'a str,
}

impl Trial<'_> {
    async fn stop(self, act: Act, after: Duration) -> Result<Duration, String> {
        let options = v1::RunOptions { gap_ppm: Some(0), time_limit_ms: Some(120_000), ..v1::RunOptions::default() };
        let attached = act != Act::Cancel;
        let mut request = Request::new(v1::AllocateRequest {
            dataset_id: self.dataset_id.to_owned(),
            options: Some(options),
            attached,
            ..v1::AllocateRequest::default()
        });
        // On a connection of its own, which closes with it.
        let mut caller = self.server.clients(self.key).await?;
        let begun = Instant::now();
        if act == Act::Deadline {
            request.metadata_mut().insert("grpc-timeout", format!("{}m", after.as_millis()).parse().map_err(|_| "no timeout")?);
        }
        let call = tokio::spawn(async move { caller.allocation.allocate(request).await });
        tokio::time::sleep_until((begun + after).into()).await;
        let from = Instant::now();
        match act {
            Act::Cancel => {
                let run_id = call.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?.into_inner().run.unwrap_or_default().run_id;
                self.clients.allocation.cancel_run(v1::CancelRunRequest { run_id, keep_best: false }).await.map_err(|e| e.to_string())?;
            }
            Act::Deadline => {}
            Act::Disconnect => call.abort(),
        }
        // A call that ended before its run was stored has none.
        loop {
            let request = v1::ListRunsRequest { page_size: 1, ..v1::ListRunsRequest::default() };
            let runs = self.clients.allocation.list_runs(request).await.map_err(|e| e.to_string())?.into_inner().runs;
            let state = runs.first().map_or(v1::RunState::Cancelled, v1::Run::state);
            if !matches!(state, v1::RunState::Queued | v1::RunState::Running | v1::RunState::Cancelled) {
                return Err(format!("the run is {}", state.as_str_name()));
            }
            if state == v1::RunState::Cancelled && self.metrics.read("matcher_runs{state=\"running\"}")? == 0.0 {
                return Ok(from.elapsed());
            }
            if from.elapsed() > PATIENCE {
                return Err(format!("the run is {} and its place is not free after {PATIENCE:?}", state.as_str_name()));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
