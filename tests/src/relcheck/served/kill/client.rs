//! One client: what it asks, what was acknowledged to it, and whether that is what a server says later.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use matcher_grpc::client::{Clients, upload};
use matcher_grpc::wire::v1;
use tonic::{Code, Status};

use crate::families::Draw;
use crate::relcheck::served::Town;

/// What a client had asked when the server died.
#[derive(Debug, Clone)]
enum Asked {
    Upload(String),
    Deletion(String),
    Run(v1::AllocateRequest),
    Decision(v1::DecideRequest),
}

/// A run as the client saw it last.
#[derive(Debug, Clone)]
struct SeenRun {
    run: v1::Run,
    /// Its offers, once they were read.
    offers: Option<Vec<v1::Offer>>,
}

/// What a client knows.
#[derive(Debug)]
pub(super) struct Known {
    draw: Draw,
    requests: u64,
    datasets: BTreeMap<String, v1::Dataset>,
    deleted: BTreeSet<String>,
    runs: BTreeMap<String, SeenRun>,
    decisions: BTreeMap<String, v1::Decision>,
    open: Option<Asked>,
}

impl Known {
    pub(super) fn new(seed: u64, at: usize) -> Self {
        Self {
            draw: Draw::new(seed, &format!("client {at}")),
            requests: 0,
            datasets: BTreeMap::new(),
            deleted: BTreeSet::new(),
            runs: BTreeMap::new(),
            decisions: BTreeMap::new(),
            open: None,
        }
    }

    /// Writes that were acknowledged.
    pub(super) fn acknowledged(&self) -> u64 {
        (self.datasets.len() + 2 * self.deleted.len() + self.runs.len() + self.decisions.len()) as u64
    }

    fn request_id(&mut self) -> String {
        self.requests += 1;
        format!("r{}", self.requests)
    }

    fn see(&mut self, run: v1::Run) {
        self.runs.insert(run.run_id.clone(), SeenRun { run, offers: None });
    }
}

fn is_over(run: &v1::Run) -> bool {
    !matches!(run.state(), v1::RunState::Queued | v1::RunState::Running)
}

fn run_of(run: Option<v1::Run>) -> Result<v1::Run, Status> {
    run.ok_or_else(|| Status::data_loss("an answer without its run"))
}

/// Works until the server refuses or is gone; gives what it knows, what it was told in the end, and when.
pub(super) async fn work(mut clients: Clients, town: Town, mut known: Known) -> (Known, Status, Instant) {
    loop {
        if let Err(refused) = round(&mut clients, &town, &mut known).await {
            return (known, refused, Instant::now());
        }
    }
}

/// Asks for what is open, notes what comes of it, and closes it.
async fn ask(clients: &mut Clients, town: &Town, known: &mut Known, asked: Asked) -> Result<String, Status> {
    let again = known.open.replace(asked.clone()).is_some();
    let id = match asked {
        Asked::Upload(request_id) => {
            let files = town.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
            let messages = upload(files, "a tiny town", &request_id);
            let dataset = clients.datasets.create_dataset(tokio_stream::iter(messages)).await?.into_inner().dataset;
            let dataset = dataset.ok_or_else(|| Status::data_loss("an answer without its dataset"))?;
            let id = dataset.dataset_id.clone();
            known.datasets.insert(id.clone(), dataset);
            id
        }
        Asked::Deletion(dataset_id) => {
            let request = v1::DeleteDatasetRequest { dataset_id: dataset_id.clone(), etag: String::new() };
            match clients.datasets.delete_dataset(request).await {
                Ok(_) => {}
                // Done by the server that died, which could not say so.
                Err(refused) if again && refused.code() == Code::NotFound => {}
                Err(refused) => return Err(refused),
            }
            known.datasets.remove(&dataset_id);
            known.deleted.insert(dataset_id.clone());
            dataset_id
        }
        Asked::Run(request) => {
            let run = run_of(clients.allocation.allocate(request).await?.into_inner().run)?;
            let id = run.run_id.clone();
            known.see(run);
            id
        }
        Asked::Decision(request) => {
            let decision = clients.allocation.decide(request).await?.into_inner().decision;
            let decision = decision.ok_or_else(|| Status::data_loss("an answer without its decision"))?;
            let id = decision.decision_id.clone();
            known.decisions.insert(id.clone(), decision);
            id
        }
    };
    known.open = None;
    Ok(id)
}

/// A dataset, a run on it, and a decision.
async fn round(clients: &mut Clients, town: &Town, known: &mut Known) -> Result<(), Status> {
    let request_id = known.request_id();
    let dataset_id = ask(clients, town, known, Asked::Upload(request_id)).await?;
    if known.draw.tenths(2) {
        ask(clients, town, known, Asked::Deletion(dataset_id)).await?;
        return Ok(());
    }
    let request_id = known.request_id();
    let request = v1::AllocateRequest { dataset_id, request_id, ..v1::AllocateRequest::default() };
    let run_id = match ask(clients, town, known, Asked::Run(request)).await {
        // Full queues are shed, as they should be: nothing was stored.
        Err(refused) if refused.code() == Code::ResourceExhausted => {
            known.open = None;
            tokio::time::sleep(Duration::from_millis(20)).await;
            return Ok(());
        }
        other => other?,
    };
    if known.draw.tenths(3) {
        return Ok(());
    }
    let run = ended(clients, &run_id).await?;
    known.see(run.clone());
    if run.state() != v1::RunState::Succeeded {
        return Ok(());
    }
    let offers = offers(clients, &run_id).await?;
    let first = offers.first().cloned();
    if let Some(seen) = known.runs.get_mut(&run_id) {
        seen.offers = Some(offers);
    }
    let Some(offer) = first else { return Ok(()) };
    let request = v1::DecideRequest {
        run_id,
        dwelling_id: offer.dwelling_id,
        household_id: offer.household_id,
        outcome: v1::DecisionOutcome::Allocated.into(),
        reason: "first of the shortlist".into(),
        decided_by: "relcheck".into(),
        request_id: known.request_id(),
        ..v1::DecideRequest::default()
    };
    ask(clients, town, known, Asked::Decision(request)).await.map(|_| ())
}

async fn get_run(clients: &mut Clients, run_id: &str) -> Result<v1::Run, Status> {
    run_of(clients.allocation.get_run(v1::GetRunRequest { run_id: run_id.into(), ..Default::default() }).await?.into_inner().run)
}

/// Waits until a run has ended.
async fn ended(clients: &mut Clients, run_id: &str) -> Result<v1::Run, Status> {
    loop {
        let run = get_run(clients, run_id).await?;
        if is_over(&run) {
            return Ok(run);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn offers(clients: &mut Clients, run_id: &str) -> Result<Vec<v1::Offer>, Status> {
    let request = v1::ListOffersRequest { run_id: run_id.into(), page_size: 1_000, page_token: String::new(), ..Default::default() };
    Ok(clients.allocation.list_offers(request).await?.into_inner().offers)
}

/// Whether the service still says what it said, and asks again for what it did not answer.
pub(super) async fn check(clients: &mut Clients, town: &Town, known: &mut Known) -> Result<(), String> {
    let told = |what: &str| {
        let what = what.to_owned();
        move |refused: Status| format!("{what}: {:?} {}", refused.code(), refused.message())
    };
    for (id, dataset) in &known.datasets {
        let request = v1::GetDatasetRequest { dataset_id: id.clone(), ..Default::default() };
        match clients.datasets.get_dataset(request).await {
            Ok(found) if found.get_ref().dataset.as_ref() == Some(dataset) => {}
            Ok(_) => return Err(format!("dataset {id} has changed")),
            // Its deletion was asked and not answered.
            Err(refused) if refused.code() == Code::NotFound && matches!(&known.open, Some(Asked::Deletion(open)) if open == id) => {}
            Err(refused) => return Err(told(&format!("acknowledged dataset {id}"))(refused)),
        }
    }
    for (id, seen) in &mut known.runs {
        let run = get_run(clients, id).await.map_err(told(&format!("acknowledged run {id}")))?;
        let was = &seen.run;
        let same = if is_over(was) {
            run == *was
        } else {
            (&run.dataset_id, &run.options, &run.create_time) == (&was.dataset_id, &was.options, &was.create_time)
        };
        if !same {
            return Err(format!("run {id} has changed: {:?} then, {:?} now", was.state(), run.state()));
        }
        seen.run = run;
        if seen.offers.is_some() {
            let now = offers(clients, id).await.map_err(told(&format!("offers of run {id}")))?;
            if seen.offers.as_ref() != Some(&now) {
                return Err(format!("the offers of run {id} have changed"));
            }
        }
    }
    let listed = decisions(clients).await.map_err(told("decisions"))?;
    for (id, decision) in &known.decisions {
        if listed.get(id) != Some(decision) {
            return Err(format!("acknowledged decision {id} is not there or has changed"));
        }
    }
    while let Some(open) = known.open.clone() {
        match ask(clients, town, known, open).await {
            Err(refused) if refused.code() == Code::ResourceExhausted => tokio::time::sleep(Duration::from_millis(20)).await,
            other => drop(other.map_err(told("asked again after the kill"))?),
        }
    }
    // Nothing is there in part or twice: the lists hold what is known, and nothing else.
    let datasets = datasets(clients).await.map_err(told("datasets"))?;
    if !datasets.iter().eq(known.datasets.keys()) {
        return Err(format!("{} datasets are listed, {} are known", datasets.len(), known.datasets.len()));
    }
    let runs = runs(clients).await.map_err(told("runs"))?;
    if !runs.iter().eq(known.runs.keys()) {
        return Err(format!("{} runs are listed, {} are known", runs.len(), known.runs.len()));
    }
    let decisions = decisions(clients).await.map_err(told("decisions"))?;
    if !decisions.keys().eq(known.decisions.keys()) {
        return Err(format!("{} decisions are listed, {} are known", decisions.len(), known.decisions.len()));
    }
    Ok(())
}

/// Waits until every run has ended: with a result, or as one that was interrupted time and again.
pub(super) async fn settle(clients: &mut Clients, known: &mut Known) -> Result<(), String> {
    for id in known.runs.keys() {
        let run = tokio::time::timeout(Duration::from_secs(60), ended(clients, id)).await;
        let run = run.map_err(|_| format!("run {id} does not end"))?.map_err(|refused| format!("run {id}: {refused}"))?;
        let interrupted = run.failure.as_ref().is_some_and(|failure| failure.reason == "INTERRUPTED");
        if run.state() != v1::RunState::Succeeded && !interrupted {
            return Err(format!("run {id} ends as {:?}", run.state()));
        }
    }
    Ok(())
}

async fn datasets(clients: &mut Clients) -> Result<BTreeSet<String>, Status> {
    let (mut ids, mut page_token) = (BTreeSet::new(), String::new());
    loop {
        let page = clients
            .datasets
            .list_datasets(v1::ListDatasetsRequest { page_size: 1_000, page_token, ..Default::default() })
            .await?
            .into_inner();
        ids.extend(page.datasets.into_iter().map(|dataset| dataset.dataset_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(ids);
        }
    }
}

async fn runs(clients: &mut Clients) -> Result<BTreeSet<String>, Status> {
    let (mut ids, mut page_token) = (BTreeSet::new(), String::new());
    loop {
        let request = v1::ListRunsRequest { page_size: 1_000, page_token, dataset_id: String::new(), ..Default::default() };
        let page = clients.allocation.list_runs(request).await?.into_inner();
        ids.extend(page.runs.into_iter().map(|run| run.run_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(ids);
        }
    }
}

async fn decisions(clients: &mut Clients) -> Result<BTreeMap<String, v1::Decision>, Status> {
    let (mut all, mut page_token) = (BTreeMap::new(), String::new());
    loop {
        let request = v1::ListDecisionsRequest { page_size: 1_000, page_token, dataset_id: String::new(), ..Default::default() };
        let page = clients.allocation.list_decisions(request).await?.into_inner();
        all.extend(page.decisions.into_iter().map(|decision| (decision.decision_id.clone(), decision)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}
