//! `ScoringService`: core's rules and criteria asked about pairs, streams in and out.
//!
//! A stream has three parts: a task that reads the client's messages, a blocking thread that answers them from the opened dataset, and
//! the stream of answers. Between them lie channels of a few messages: who does not read its answers is not read from, and the
//! transport's own windows hold the client back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use matcher_core::eligibility::Eligibility;
use matcher_core::error::Report;
use matcher_core::ids::{DwellingIndex, HouseholdIndex};
use matcher_core::lanes::Bits;
use matcher_core::model::Run;
use matcher_core::pipeline::{Opened, Points, RuleCount};
use matcher_core::scoring::{Scoring as Criteria, Scratch};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::auth::{Caller, Deadline};
use crate::convert::{self, count};
use crate::runs::{date, inputs};
use crate::status;
use crate::wire::v1;
use crate::wire::v1::scoring_service_server::ScoringService;

use super::ending::{Ending, PATIENCE, refuse};
use super::table::Rows;
use super::{Shared, caller};

/// Questions that wait for the thread.
const QUESTIONS: usize = 2;
/// Answers that wait for the client.
const ANSWERS: usize = 4;
/// Dwellings of a block asked about one by one; for more of them all are asked about at once, which is what core is fast at.
const ONE_BY_ONE: usize = 32;
/// Best dwellings where the client asks for no number, and at most.
const BEST: (usize, usize) = (10, 1_000);

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Scoring(pub(crate) Arc<Shared>);

/// A message of a stream.
enum Part<Q> {
    Header(v1::ScoringHeader),
    Question(Q),
}

type Answers<A> = ReceiverStream<Result<A, Status>>;

/// How questions of a kind are answered.
trait Kind: Send + 'static {
    type Message: Send + 'static;
    type Question: Send + 'static;
    type Answer: Send + 'static;

    fn part(message: Self::Message) -> Option<Part<Self::Question>>;

    /// The answer to the header, where it has one.
    fn first(terms: &Terms<'_>) -> Option<Self::Answer>;

    /// Answers one question in as many messages as it takes; `tell` fails where the client is gone.
    fn answer(
        terms: &Terms<'_>,
        question: &Self::Question,
        desk: &mut Desk,
        tell: &mut dyn FnMut(Self::Answer) -> Result<(), Status>,
    ) -> Result<(), Status>;
}

#[tonic::async_trait]
impl ScoringService for Scoring {
    type ScorePairsStream = Answers<v1::ScorePairsResponse>;
    type RankDwellingsStream = Answers<v1::RankDwellingsResponse>;

    async fn score_pairs(&self, request: Request<Streaming<v1::ScorePairsRequest>>) -> Result<Response<Self::ScorePairsStream>, Status> {
        stream::<Pairs>(&self.0, request).await.map(Response::new)
    }

    async fn rank_dwellings(
        &self,
        request: Request<Streaming<v1::RankDwellingsRequest>>,
    ) -> Result<Response<Self::RankDwellingsStream>, Status> {
        stream::<Ranks>(&self.0, request).await.map(Response::new)
    }
}

/// Opens what the header names and sets the parts of the stream to work.
async fn stream<K: Kind>(shared: &Arc<Shared>, request: Request<Streaming<K::Message>>) -> Result<Answers<K::Answer>, Status> {
    let caller = caller(&request)?;
    let deadline = request.extensions().get::<Deadline>().copied();
    let full = |_| status::exhausted("TOO_MANY_STREAMS", "as many streams of scores as the service takes on", Duration::from_secs(5));
    let place = Arc::clone(&shared.scorings).try_acquire_owned().map_err(full)?;
    let mut messages = request.into_inner();
    let first = tokio::time::timeout(PATIENCE, messages.message()).await;
    let first = first.map_err(|_| Status::deadline_exceeded("the header does not come"))??;
    let Some(Part::Header(header)) = first.and_then(K::part) else { return Err(status::bad_field("header", "it comes first, and once")) };
    let of = caller.clone();
    let opened = shared.work(move |shared| open(shared, &of, &header)).await?;
    let (ask, mut questions) = mpsc::channel(QUESTIONS);
    let (tell, answers) = mpsc::channel(ANSWERS);
    tokio::spawn(read::<K>(Ending::new(shared, caller, deadline), messages, ask, tell.clone()));
    let (runtime, detail_bytes) = (Handle::current(), shared.limits.detail_bytes);
    tokio::task::spawn_blocking(move || {
        work::<K>(&opened, &mut questions, &tell, &runtime, detail_bytes);
        drop(place);
    });
    Ok(ReceiverStream::new(answers))
}

/// The dataset that is asked about.
fn open(shared: &Shared, caller: &Caller, header: &v1::ScoringHeader) -> Result<Opened, Status> {
    let options = v1::RunOptions { reference_date: header.reference_date.clone(), ..v1::RunOptions::default() };
    let date = date(&options).map_err(|_| status::bad_field("header.reference_date", "a day of the calendar, YYYY-MM-DD"))?;
    let files = shared.store.dataset_files(&caller.tenant, &header.dataset_id).map_err(|fault| shared.refuse(&fault))?;
    let policy = Some(header.policy_toml.as_str()).filter(|policy| !policy.is_empty());
    let inputs = inputs(files.ok_or_else(|| status::not_found("dataset"))?, policy).map_err(|fault| shared.refuse(&fault))?;
    inputs.open(date).map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))
}

/// Reads the client's messages until it has no more, or the stream must end.
async fn read<K: Kind>(
    mut ending: Ending,
    mut messages: Streaming<K::Message>,
    ask: mpsc::Sender<K::Question>,
    tell: mpsc::Sender<Result<K::Answer, Status>>,
) {
    // A message that waits for its place keeps nobody from noticing the end.
    let mut waiting: Option<K::Question> = None;
    let refusal = loop {
        tokio::select! {
            message = messages.message(), if waiting.is_none() => match message {
                Ok(Some(message)) => match K::part(message) {
                    Some(Part::Question(question)) => waiting = Some(question),
                    Some(Part::Header(_)) => break Some(status::bad_field("header", "it comes first, and once")),
                    None => break Some(status::bad_field("part", "neither a header nor a question")),
                },
                // Whoever has no more questions still gets the answers.
                Ok(None) => return,
                Err(fault) => break Some(fault),
            },
            place = ask.reserve(), if waiting.is_some() => match (place, waiting.take()) {
                (Ok(place), Some(question)) => place.send(question),
                // The thread has ended and said why.
                _ => return,
            },
            refusal = ending.come(&tell) => break refusal,
        }
    };
    refuse(&tell, refusal).await;
}

/// Answers questions until there are none. Blocking.
fn work<K: Kind>(
    opened: &Opened,
    questions: &mut mpsc::Receiver<K::Question>,
    answers: &mpsc::Sender<Result<K::Answer, Status>>,
    runtime: &Handle,
    detail_bytes: usize,
) {
    let send = |answer| match answers.try_send(answer) {
        Ok(()) => Ok(()),
        Err(mpsc::error::TrySendError::Full(answer)) => {
            let sent = runtime.block_on(tokio::time::timeout(PATIENCE, answers.send(answer)));
            if matches!(sent, Ok(Ok(()))) { Ok(()) } else { Err(status::deadline_exceeded()) }
        }
        Err(mpsc::error::TrySendError::Closed(_)) => Err(status::deadline_exceeded()),
    };
    let mut tell = |answer| send(Ok(answer));
    let done = Terms::new(opened, detail_bytes).and_then(|terms| {
        K::first(&terms).map_or(Ok(()), &mut tell)?;
        let mut desk = Desk::default();
        while let Some(question) = questions.blocking_recv() {
            K::answer(&terms, &question, &mut desk, &mut tell)?;
        }
        Ok(())
    });
    if let Err(refusal) = done {
        // A client that is gone or does not read need not hear why.
        send(Err(refusal)).unwrap_or(());
    }
}

/// Rules and criteria ready for the dataset, and its ids.
struct Terms<'m> {
    opened: &'m Opened,
    eligibility: Eligibility<'m>,
    criteria: Criteria<'m>,
    households: BTreeMap<&'m str, HouseholdIndex>,
    dwellings: BTreeMap<&'m str, DwellingIndex>,
}

/// What is used again from question to question.
#[derive(Default)]
struct Desk {
    scratch: Scratch,
    open: Bits,
}

impl<'m> Terms<'m> {
    fn new(opened: &'m Opened, detail_bytes: usize) -> Result<Self, Status> {
        let (model, policy) = (&opened.model, &opened.policy);
        let mut report = Report::default();
        let eligibility = Eligibility::prepare(model, policy, &mut report);
        let criteria = Criteria::prepare(model, policy, &mut report);
        report.into_result(()).map_err(|fault| status::of_core(&fault, detail_bytes))?;
        let households = model.households.id.iter().enumerate().map(|(at, id)| (id.as_str(), HouseholdIndex::new(at))).collect();
        let dwellings = model.dwellings.id.iter().enumerate().map(|(at, id)| (id.as_str(), DwellingIndex::new(at))).collect();
        Ok(Self { opened, eligibility, criteria, households, dwellings })
    }

    fn household(&self, id: &str) -> Result<HouseholdIndex, Status> {
        self.households.get(id).copied().ok_or_else(|| status::not_found("household"))
    }

    /// Whether each dwelling is open to a household, and its points there; all dwellings, in the order of the model.
    fn look(&self, household: HouseholdIndex, desk: &mut Desk, points: &mut [i64]) {
        let model = &self.opened.model;
        self.eligibility.candidates(model, household, &mut desk.open);
        self.criteria.score(household, model.dwellings.all(), &mut desk.scratch, points);
    }

    /// As many points as there are dwellings.
    fn points(&self) -> Vec<i64> {
        vec![0; self.opened.model.dwellings.len()]
    }

    /// The same for one dwelling.
    fn look_at(&self, household: HouseholdIndex, dwelling: DwellingIndex, desk: &mut Desk) -> (bool, i64) {
        let (run, mut points) = (Run::one(dwelling), [0]);
        self.eligibility.screen(household, run, &mut desk.open);
        self.criteria.score(household, run, &mut desk.scratch, &mut points);
        (desk.open.contains(0), points[0])
    }
}

/// Pairs by the block.
struct Pairs;

impl Kind for Pairs {
    type Message = v1::ScorePairsRequest;
    type Question = v1::PairBlock;
    type Answer = v1::ScorePairsResponse;

    fn part(message: v1::ScorePairsRequest) -> Option<Part<v1::PairBlock>> {
        Some(match message.part? {
            v1::score_pairs_request::Part::Header(header) => Part::Header(header),
            v1::score_pairs_request::Part::Block(block) => Part::Question(block),
        })
    }

    fn first(terms: &Terms<'_>) -> Option<v1::ScorePairsResponse> {
        let model = &terms.opened.model;
        let told = v1::ScoringTerms {
            dwelling_ids: model.dwellings.id.clone(),
            applicants: count(model.households.len()),
            best_possible_points: terms.criteria.best_possible(),
            reference_date: model.date.to_string(),
        };
        Some(v1::ScorePairsResponse { part: Some(v1::score_pairs_response::Part::Terms(told)) })
    }

    fn answer(
        terms: &Terms<'_>,
        block: &v1::PairBlock,
        desk: &mut Desk,
        tell: &mut dyn FnMut(v1::ScorePairsResponse) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let known = |id: &String| terms.dwellings.get(id.as_str()).copied().ok_or_else(|| status::not_found("dwelling"));
        let dwellings: Vec<DwellingIndex> = block.dwelling_ids.iter().map(known).collect::<Result<_, _>>()?;
        let mut all = terms.points();
        let width = if dwellings.is_empty() { all.len() } else { dwellings.len() };
        let mut rows = Rows::new(width);
        let mut told = |table| tell(v1::ScorePairsResponse { part: Some(v1::score_pairs_response::Part::Table(table)) });
        for id in &block.household_ids {
            let household = terms.household(id)?;
            let (points, mut open) = rows.add(id);
            if dwellings.is_empty() {
                terms.look(household, desk, points);
                desk.open.iter().for_each(|at| open.set(at));
            } else if dwellings.len() <= ONE_BY_ONE {
                for (at, (&dwelling, points)) in dwellings.iter().zip(points).enumerate() {
                    let (is_open, worth) = terms.look_at(household, dwelling, desk);
                    *points = worth;
                    if is_open {
                        open.set(at);
                    }
                }
            } else {
                terms.look(household, desk, &mut all);
                for (at, (dwelling, points)) in dwellings.iter().zip(points).enumerate() {
                    *points = all.get(dwelling.index()).copied().unwrap_or_default();
                    if desk.open.contains(dwelling.index()) {
                        open.set(at);
                    }
                }
            }
            if rows.is_full() {
                rows.take().map_or(Ok(()), &mut told)?;
            }
        }
        rows.take().map_or(Ok(()), &mut told)
    }
}

/// The best dwellings of a household.
struct Ranks;

impl Kind for Ranks {
    type Message = v1::RankDwellingsRequest;
    type Question = v1::RankedHousehold;
    type Answer = v1::RankDwellingsResponse;

    fn part(message: v1::RankDwellingsRequest) -> Option<Part<v1::RankedHousehold>> {
        Some(match message.part? {
            v1::rank_dwellings_request::Part::Header(header) => Part::Header(header),
            v1::rank_dwellings_request::Part::Household(household) => Part::Question(household),
        })
    }

    fn first(_: &Terms<'_>) -> Option<v1::RankDwellingsResponse> {
        None
    }

    fn answer(
        terms: &Terms<'_>,
        asked: &v1::RankedHousehold,
        desk: &mut Desk,
        tell: &mut dyn FnMut(v1::RankDwellingsResponse) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let limit = match usize::try_from(asked.limit) {
            Ok(0) => BEST.0,
            Ok(limit) => limit.min(BEST.1),
            Err(_) => return Err(status::bad_field("household.limit", "0 or more")),
        };
        let household = terms.household(&asked.household_id)?;
        let model = &terms.opened.model;
        let mut all = terms.points();
        terms.look(household, desk, &mut all);
        let points = |at: usize| all.get(at).copied().unwrap_or_default();
        let id = |at: usize| model.dwellings.id.get(at).map(String::as_str).unwrap_or_default();
        let mut open: Vec<usize> = desk.open.iter().collect();
        open.sort_unstable_by(|&a, &b| points(b).cmp(&points(a)).then_with(|| id(a).cmp(id(b))));
        let mut dwellings: Vec<v1::RankedDwelling> = Vec::new();
        for (place, &at) in open.iter().take(limit).enumerate() {
            let dwelling = DwellingIndex::new(at);
            let each = terms.criteria.points(household, Run::one(dwelling)).into_iter();
            let each: Vec<Points> = each.map(|(criterion, weight, per_mille)| Points { criterion, weight, per_mille }).collect();
            let residence = model.dwellings.residence.get(at).and_then(|residence| model.residences.get(residence.index()));
            let rank = match dwellings.last() {
                Some(before) if before.suitability_points == points(at) => before.rank,
                _ => count(place + 1),
            };
            dwellings.push(v1::RankedDwelling {
                rank,
                dwelling_id: id(at).into(),
                residence_id: residence.map(|residence| residence.id.clone()).unwrap_or_default(),
                suitability_points: points(at),
                points: convert::points(&each),
            });
        }
        let refusals = terms.eligibility.refusals(model, household, model.dwellings.all()).into_iter();
        let refusals: Vec<RuleCount> =
            refusals.filter(|(_, refused)| *refused > 0).map(|(rule, refused)| RuleCount { rule, refused }).collect();
        tell(v1::RankDwellingsResponse {
            household_id: asked.household_id.clone(),
            open_dwellings: count(open.len()),
            dwellings,
            refusals: convert::rule_counts(&refusals),
        })
    }
}
