//! What is measured, one function each.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::{Duration, Instant};

use matcher_core::eligibility::Eligibility;
use matcher_core::error::Report;
use matcher_core::lanes::Bits;
use matcher_core::pipeline::{self, Inputs};
use matcher_core::scoring::{Scoring, Scratch};
use matcher_core::solve::{Control, SolveOptions};
use matcher_generate::{Plan, Size, generate};
use matcher_grpc::auth::Role;
use matcher_grpc::client::{Clients, rows, upload};
use matcher_grpc::wire::v1;
use matcher_tests::relcheck::served::{Served, token};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::Status;

use crate::load::{Outcome, closed_loop, median, open_loop};
use crate::{Fault, Words};

type Told = Pin<Box<dyn Future<Output = Result<Value, Fault>>>>;

/// A part by its name.
type Part = (&'static str, fn(&Words) -> Told);

/// Every part.
pub(crate) const PARTS: &[Part] = &[
    ("idle", |words| with(words, idle)),
    ("calls", |words| with(words, calls)),
    ("watchers", |words| with(words, watchers)),
    ("upload", |words| with(words, uploads)),
    ("allocate", |words| with(words, allocations)),
    ("scores", |words| with(words, scores)),
    ("overload", |words| with(words, overload)),
];

/// Times that a comparison is made in turns.
const TURNS: usize = 5;
/// Calls under way at a time.
const UNDER_WAY: usize = 1_000;
/// Connections of a load of small calls.
const CONNECTIONS: usize = 8;

/// A server of its own for a part.
struct Stage {
    server: Served,
    token: String,
    dir: TempDir,
    size: Size,
    time: Duration,
}

fn with<F>(words: &Words, part: impl Fn(Stage) -> F + 'static) -> Told
where
    F: Future<Output = Result<Value, Fault>>,
{
    let (program, size, time) = (words.program.clone(), words.size, Duration::from_secs(words.seconds));
    Box::pin(async move {
        let dir = tempfile::tempdir()?;
        let token = token(dir.path(), "a-town", Role::Allocator, "load")?;
        let server = Served::start(&program, dir.path())?;
        part(Stage { server, token, dir, size, time }).await
    })
}

impl Stage {
    async fn clients(&self) -> Result<Clients, Fault> {
        Ok(self.server.clients(&self.token).await?)
    }

    async fn many(&self, count: usize) -> Result<Vec<Clients>, Fault> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(self.clients().await?);
        }
        Ok(all)
    }

    /// MiB of memory the server holds now.
    fn memory(&self) -> Result<f64, Fault> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// The files of a town in a folder.
    fn town(&self, size: Size) -> Result<std::path::PathBuf, Fault> {
        let folder = self.dir.path().join("town");
        std::fs::create_dir_all(&folder)?;
        generate(&Plan::size(size), 1).write(&folder)?;
        Ok(folder)
    }

    async fn upload(&self, clients: &mut Clients, folder: &Path) -> Result<v1::Dataset, Fault> {
        let files = read(folder)?;
        let messages = upload(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())), "a town", "");
        let created = clients.datasets.create_dataset(tokio_stream::iter(messages)).await?;
        created.into_inner().dataset.ok_or_else(|| "no dataset".into())
    }

    /// A run of a small town that has ended.
    async fn run(&self, clients: &mut Clients) -> Result<v1::Run, Fault> {
        let dataset = self.upload(clients, &self.town(Size::XS)?).await?;
        allocate(clients, &dataset.dataset_id).await
    }
}

/// The files of an upload as they lie in a folder.
fn read(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name == pipeline::POLICY_FILE || path.extension().is_some_and(|extension| extension == "csv") {
            files.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(files)
}

async fn allocate(clients: &mut Clients, dataset_id: &str) -> Result<v1::Run, Fault> {
    let request = v1::AllocateRequest { dataset_id: dataset_id.into(), attached: true, ..v1::AllocateRequest::default() };
    clients.allocation.allocate(request).await?.into_inner().run.ok_or_else(|| "no run".into())
}

/// A small call: one run, by its id.
fn small(all: &[Clients], run_id: &str) -> impl Fn(u64) -> Pin<Box<dyn Future<Output = Result<(), Status>> + Send>> + Clone + Send + use<> {
    let (all, run_id) = (all.to_vec(), run_id.to_owned());
    move |number| {
        let mut clients = all[number as usize % all.len()].clone();
        let request = v1::GetRunRequest { run_id: run_id.clone(), ..Default::default() };
        Box::pin(async move { clients.allocation.get_run(request).await.map(|_| ()) })
    }
}

async fn idle(stage: Stage) -> Result<Value, Fault> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(json!({ "memory_mib": stage.memory()? }))
}

fn told(outcome: &Outcome) -> Value {
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    for (code, message) in &outcome.refused {
        *refused.entry(format!("{code:?} {message}")).or_default() += 1;
    }
    json!({
        "answered": outcome.answered.len(), "shed": outcome.shed, "refused": refused, "unsent": outcome.unsent,
        "p50_ms": outcome.at(500), "p99_ms": outcome.at(990), "p999_ms": outcome.at(999),
    })
}

async fn calls(stage: Stage) -> Result<Value, Fault> {
    let run = stage.run(&mut stage.clients().await?).await?;
    let call = small(&stage.many(CONNECTIONS).await?, &run.run_id);
    let most = closed_loop(4 * CONNECTIONS, stage.time, call.clone()).await?;
    let half = open_loop(most / 2.0, stage.time, UNDER_WAY, call).await;
    Ok(json!({ "most_per_second": most, "at_half": told(&half), "memory_mib": stage.memory()? }))
}

async fn watchers(stage: Stage) -> Result<Value, Fault> {
    let mut clients = stage.clients().await?;
    let dataset = stage.upload(&mut clients, &stage.town(stage.size)?).await?;
    let options = v1::RunOptions { gap_ppm: Some(0), time_limit_ms: Some(60_000), ..v1::RunOptions::default() };
    let request = v1::AllocateRequest { dataset_id: dataset.dataset_id, options: Some(options), ..v1::AllocateRequest::default() };
    let run = clients.allocation.allocate(request).await?.into_inner().run.ok_or("no run")?;
    let before = stage.memory()?;
    // As many streams as the service allows on a connection, but for one.
    let all = stage.many(16).await?;
    let (begun, mut counted) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = Vec::new();
    for number in 0..1_000 {
        let (mut clients, run_id, begun) = (all[number % all.len()].clone(), run.run_id.clone(), begun.clone());
        tasks.push(tokio::spawn(async move {
            let request = v1::WatchRunRequest { run_id, after_sequence: 0 };
            let mut events = clients.allocation.watch_run(request).await?.into_inner();
            let mut seen = 0u64;
            while let Some(event) = events.message().await? {
                if seen == 0 {
                    begun.send(()).unwrap_or(());
                }
                seen += 1;
                if event.state == i32::from(v1::RunState::Succeeded) {
                    return Ok((seen, true));
                }
            }
            Ok::<_, Status>((seen, false))
        }));
    }
    for _ in 0..1_000 {
        counted.recv().await.ok_or("a watcher has ended before it began")?;
    }
    let mut with = before;
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        with = stage.memory()?.max(with);
    }
    clients.allocation.cancel_run(v1::CancelRunRequest { run_id: run.run_id, keep_best: true }).await?;
    let (mut events, mut ended) = (0, 0);
    for task in tasks {
        let (seen, end) = task.await??;
        events += seen;
        ended += u64::from(end);
    }
    Ok(json!({ "memory_before_mib": before, "memory_mib": with, "events": events, "saw_the_end": ended }))
}

async fn uploads(stage: Stage) -> Result<Value, Fault> {
    let (mut clients, folder) = (stage.clients().await?, stage.town(stage.size)?);
    let (mut library, mut service) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let start = Instant::now();
        Inputs::read(&folder, None)?.open(None)?;
        library.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        stage.upload(&mut clients, &folder).await?;
        service.push(start.elapsed().as_secs_f64());
    }
    Ok(compared(&mut library, &mut service))
}

fn compared(library: &mut [f64], service: &mut [f64]) -> Value {
    let mut ratios: Vec<f64> = library.iter().zip(service.iter()).map(|(library, service)| service / library).collect();
    json!({ "library_s": median(library), "service_s": median(service), "ratio": median(&mut ratios) })
}

async fn allocations(stage: Stage) -> Result<Value, Fault> {
    let (mut clients, folder) = (stage.clients().await?, stage.town(stage.size)?);
    let dataset = stage.upload(&mut clients, &folder).await?;
    let (mut library, mut service) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let start = Instant::now();
        let opened = Inputs::read(&folder, None)?.open(None)?;
        let options = SolveOptions { seed: opened.policy.seed, ..SolveOptions::default() };
        let run = pipeline::run(&opened.model, &opened.policy, opened.book(), &options.into(), &Control::default())?;
        library.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let answer = allocate(&mut clients, &dataset.dataset_id).await?;
        service.push(start.elapsed().as_secs_f64());
        if answer.result.and_then(|result| result.objective_points) != run.allocation.objective {
            return Err("service and library differ".into());
        }
    }
    Ok(compared(&mut library, &mut service))
}

async fn scores(stage: Stage) -> Result<Value, Fault> {
    use v1::score_pairs_request::Part as Message;
    let (mut clients, folder) = (stage.clients().await?, stage.town(stage.size)?);
    let dataset = stage.upload(&mut clients, &folder).await?;
    let opened = Inputs::read(&folder, None)?.open(None)?;
    let model = &opened.model;
    let mut report = Report::default();
    let eligibility = Eligibility::prepare(model, &opened.policy, &mut report);
    let scoring = Scoring::prepare(model, &opened.policy, &mut report);
    let header = v1::ScoringHeader { dataset_id: dataset.dataset_id, ..v1::ScoringHeader::default() };
    let blocks =
        model.households.id.chunks(100).map(|ids| Message::Block(v1::PairBlock { household_ids: ids.to_vec(), dwelling_ids: Vec::new() }));
    let messages: Vec<_> =
        std::iter::once(Message::Header(header)).chain(blocks).map(|part| v1::ScorePairsRequest { part: Some(part) }).collect();
    let pairs = (model.households.len() * model.dwellings.len()) as f64;
    let (mut library, mut service) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let start = Instant::now();
        let (mut open, mut scratch, mut points) = (Bits::default(), Scratch::default(), vec![0; model.dwellings.len()]);
        let mut sum = 0i64;
        for household in model.households.all() {
            eligibility.candidates(model, household, &mut open);
            scoring.score(household, model.dwellings.all(), &mut scratch, &mut points);
            sum += points.iter().sum::<i64>();
        }
        library.push(start.elapsed().as_secs_f64());
        let mut answers = clients.scoring.score_pairs(tokio_stream::iter(messages.clone())).await?.into_inner();
        // The terms: the dataset is open.
        answers.message().await?;
        let start = Instant::now();
        let mut found = 0i64;
        while let Some(answer) = answers.message().await? {
            let Some(v1::score_pairs_response::Part::Table(table)) = answer.part else { continue };
            found += rows(&table).map(|row| row.points().iter().sum::<i64>()).sum::<i64>();
        }
        service.push(start.elapsed().as_secs_f64());
        if found != sum {
            return Err("service and library differ".into());
        }
    }
    let rate = |times: &mut [f64]| pairs / median(times);
    let ratio = median(&mut library) / median(&mut service);
    Ok(json!({ "pairs": pairs, "library_per_second": rate(&mut library), "service_per_second": rate(&mut service), "ratio": ratio }))
}

async fn overload(stage: Stage) -> Result<Value, Fault> {
    let run = stage.run(&mut stage.clients().await?).await?;
    let call = small(&stage.many(CONNECTIONS).await?, &run.run_id);
    let most = closed_loop(4 * CONNECTIONS, stage.time, call.clone()).await?;
    // Honest callers of their own, beside ten times what can be answered.
    let honest = small(&stage.many(2).await?, &run.run_id);
    let flood = open_loop(10.0 * most, stage.time, UNDER_WAY, call);
    let few = open_loop(20.0, stage.time, UNDER_WAY, honest.clone());
    let (flood, few) = tokio::join!(flood, few);
    // All is well again once ten calls in a row take less than 5 ms.
    let (start, mut quick) = (Instant::now(), 0);
    while quick < 10 && start.elapsed() < Duration::from_secs(30) {
        let begin = Instant::now();
        honest(0).await?;
        quick = if begin.elapsed() < Duration::from_millis(5) { quick + 1 } else { 0 };
    }
    let recovery = start.elapsed().as_secs_f64();
    Ok(
        json!({ "most_per_second": most, "flood": told(&flood), "honest": told(&few), "recovery_s": recovery, "memory_mib": stage.memory()? }),
    )
}
