//! Scores as a service: core's own, in the order they were asked, and nobody reads ahead of a client that does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use matcher_core::eligibility::Eligibility;
use matcher_core::error::Report;
use matcher_core::lanes::Bits;
use matcher_core::model::Run;
use matcher_core::pipeline::{Inputs, Opened};
use matcher_core::scoring::{Scoring, Scratch};
use matcher_grpc::auth::Role;
use matcher_grpc::client::rows;
use matcher_grpc::settings::Limits;
use matcher_grpc::wire::v1;
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::{Clients, Files, Service, small_town, within};

pub(crate) fn opened(files: &Files) -> Opened {
    let mut tables: std::collections::BTreeMap<String, Vec<u8>> = files.iter().cloned().collect();
    let policy = String::from_utf8(tables.remove("policy.toml").unwrap()).unwrap();
    Inputs { tables, policy }.open(None).unwrap()
}

/// For each household, whether each dwelling is open to it and its points there, by core.
fn by_core(opened: &Opened) -> Vec<(Vec<bool>, Vec<i64>)> {
    let model = &opened.model;
    let mut report = Report::default();
    let eligibility = Eligibility::prepare(model, &opened.policy, &mut report);
    let scoring = Scoring::prepare(model, &opened.policy, &mut report);
    let (mut open, mut scratch) = (Bits::default(), Scratch::default());
    let each = model.households.all().map(|household| {
        let mut points = vec![0; model.dwellings.len()];
        eligibility.candidates(model, household, &mut open);
        scoring.score(household, model.dwellings.all(), &mut scratch, &mut points);
        ((0..points.len()).map(|at| open.contains(at)).collect(), points)
    });
    each.collect()
}

fn header(dataset_id: &str) -> v1::ScoringHeader {
    v1::ScoringHeader { dataset_id: dataset_id.into(), ..v1::ScoringHeader::default() }
}

fn block(household_ids: &[String], dwelling_ids: &[String]) -> v1::ScorePairsRequest {
    let block = v1::PairBlock { household_ids: household_ids.to_vec(), dwelling_ids: dwelling_ids.to_vec() };
    v1::ScorePairsRequest { part: Some(v1::score_pairs_request::Part::Block(block)) }
}

fn begin(dataset_id: &str) -> v1::ScorePairsRequest {
    v1::ScorePairsRequest { part: Some(v1::score_pairs_request::Part::Header(header(dataset_id))) }
}

/// What is told of one household.
#[derive(Debug)]
struct Scores {
    household_id: String,
    open: Vec<bool>,
    points: Vec<i64>,
}

/// Everything a stream answers, terms first.
async fn score(clients: &mut Clients, messages: Vec<v1::ScorePairsRequest>) -> Result<(v1::ScoringTerms, Vec<Scores>), Status> {
    use v1::score_pairs_response::Part;
    let mut stream = clients.scoring.score_pairs(tokio_stream::iter(messages)).await?.into_inner();
    let Some(Part::Terms(terms)) = stream.message().await?.and_then(|first| first.part) else { panic!("the terms come first") };
    let mut scores = Vec::new();
    while let Some(answer) = stream.message().await? {
        let Some(Part::Table(table)) = answer.part else { panic!("the terms come once") };
        scores.extend(rows(&table).map(|row| {
            let points = row.points();
            let open = (0..points.len()).map(|at| row.is_open(at)).collect();
            Scores { household_id: row.household_id.to_owned(), open, points }
        }));
    }
    Ok((terms, scores))
}

/// A small town on a service of its own, and what core makes of it.
struct Stage {
    service: Service,
    clients: Clients,
    dataset_id: String,
    opened: Opened,
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let service = Service::with(change).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let files = small_town();
        let dataset_id = clients.create(&files).await.dataset_id;
        Self { service, clients, dataset_id, opened: opened(&files) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pairs_are_scored_as_core_scores_them() {
    within(async {
        let Stage { service: _service, mut clients, dataset_id, opened } = Stage::new().await;
        let (model, core) = (&opened.model, by_core(&opened));
        let (households, dwellings) = (&model.households.id, &model.dwellings.id);
        let turned: Vec<String> = dwellings.iter().rev().cloned().collect();
        let few: Vec<String> = dwellings.iter().skip(3).take(9).cloned().collect();
        assert!(turned.len() > 32, "both ways of asking are taken");
        let messages = vec![begin(&dataset_id), block(households, &[]), block(&households[..5], &turned), block(&households[5..9], &few)];
        let (terms, scores) = score(&mut clients, messages).await.unwrap();
        assert_eq!((&terms.dwelling_ids, terms.applicants as usize), (dwellings, households.len()));
        assert_eq!(scores.len(), households.len() + 5 + 4);
        let asked = households.iter().chain(&households[..9]);
        assert!(scores.iter().map(|one| &one.household_id).eq(asked), "in the order they were asked");
        let mut open_pairs = 0;
        for (number, one) in scores.iter().enumerate() {
            let household = if number < households.len() { number } else { number - households.len() };
            let places: Vec<usize> = match number - number.min(households.len()) {
                _ if number < households.len() => (0..dwellings.len()).collect(),
                0..5 => (0..dwellings.len()).rev().collect(),
                _ => (3..12).collect(),
            };
            assert_eq!(one.points.len(), places.len());
            for (at, &place) in places.iter().enumerate() {
                assert_eq!((one.open[at], one.points[at]), (core[household].0[place], core[household].1[place]));
                assert!(one.points[at] <= terms.best_possible_points);
                open_pairs += usize::from(one.open[at]);
            }
        }
        assert!(open_pairs > 100, "{open_pairs}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_dwellings_of_a_household_come_with_their_points() {
    within(async {
        use v1::rank_dwellings_request::Part;
        let Stage { service: _service, mut clients, dataset_id, opened } = Stage::new().await;
        let (model, core) = (&opened.model, by_core(&opened));
        let mut report = Report::default();
        let scoring = Scoring::prepare(model, &opened.policy, &mut report);
        let ask = |household_id: &String| Part::Household(v1::RankedHousehold { household_id: household_id.clone(), limit: 4 });
        let parts = std::iter::once(Part::Header(header(&dataset_id))).chain(model.households.id.iter().map(ask));
        let messages: Vec<_> = parts.map(|part| v1::RankDwellingsRequest { part: Some(part) }).collect();
        let stream = clients.scoring.rank_dwellings(tokio_stream::iter(messages)).await.unwrap().into_inner();
        let answers: Vec<_> = stream.map(|answer| answer.unwrap()).collect().await;
        assert_eq!(answers.len(), model.households.len());
        let mut shared = 0;
        for (household, answer) in model.households.all().zip(&answers) {
            let (open, points) = &core[household.index()];
            let mut best: Vec<(i64, &str)> =
                (0..points.len()).filter(|&at| open[at]).map(|at| (-points[at], model.dwellings.id[at].as_str())).collect();
            best.sort_unstable();
            assert_eq!(
                (answer.household_id.as_str(), answer.open_dwellings as usize),
                (model.households.id[household.index()].as_str(), best.len())
            );
            let told: Vec<(i64, &str)> = answer.dwellings.iter().map(|d| (-d.suitability_points, d.dwelling_id.as_str())).collect();
            assert_eq!(told, best[..best.len().min(4)]);
            for dwelling in &answer.dwellings {
                assert_eq!(dwelling.points.iter().map(|each| each.points).sum::<i64>(), dwelling.suitability_points);
                let at = model.dwellings.id.iter().position(|id| *id == dwelling.dwelling_id).unwrap();
                let one = Run::one(matcher_core::ids::DwellingIndex::new(at));
                let expected = scoring.points(household, one);
                assert!(dwelling.points.iter().map(|each| each.criterion.as_str()).eq(expected.iter().map(|each| each.0)));
                let better = best.iter().filter(|other| other.0 < -dwelling.suitability_points).count();
                assert_eq!(dwelling.rank as usize, 1 + better);
                shared += usize::from(answer.dwellings.iter().filter(|other| other.rank == dwelling.rank).count() > 1);
            }
            assert!(best.len() == points.len() || !answer.refusals.is_empty(), "a dwelling that is closed is closed by a rule");
        }
        assert!(shared > 0 && answers.iter().any(|answer| answer.dwellings.is_empty()) && answers.iter().any(|a| a.dwellings.len() == 4));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_scored_ends_the_stream_with_its_reason() {
    within(async {
        let Stage { service: _service, mut clients, dataset_id, .. } = Stage::new().await;
        let id = &dataset_id;
        let household = || block(&["H999999".into()], &[]);
        let own = |policy: &str| v1::ScoringHeader { policy_toml: policy.into(), ..header(id) };
        let own = |policy| v1::ScorePairsRequest { part: Some(v1::score_pairs_request::Part::Header(own(policy))) };
        let cases = [
            (vec![], Code::InvalidArgument, "header"),
            (vec![household()], Code::InvalidArgument, "header"),
            (vec![begin("ds_none")], Code::NotFound, "dataset"),
            (vec![begin(id), begin(id)], Code::InvalidArgument, "header"),
            (vec![begin(id), v1::ScorePairsRequest { part: None }], Code::InvalidArgument, "part"),
            (vec![begin(id), household()], Code::NotFound, "household"),
            (vec![begin(id), block(&[], &["nowhere".into()])], Code::NotFound, "dwelling"),
            (vec![own("id = 3")], Code::InvalidArgument, ""),
        ];
        for (messages, code, what) in cases {
            let refused = score(&mut clients, messages).await.unwrap_err();
            assert_eq!(refused.code(), code, "{refused:?}");
            let details = refused.get_error_details();
            let field = details.bad_request().map(|bad| bad.field_violations[0].field.clone());
            let resource = details.resource_info().map(|info| info.resource_type.clone());
            assert!(what.is_empty() || field.or(resource).as_deref() == Some(what), "{what}: {refused:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_not_read_from_and_gives_its_place_back() {
    within(async {
        let Stage { service: _service, mut clients, dataset_id, opened } = Stage::with(|limits| limits.scorings = 1).await;
        let households = opened.model.households.id;
        let all = 20_000;
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        // The last number ends the messages: a client that is gone asks no more.
        let messages = (0..all).map_while(move |_| {
            let number = counted.fetch_add(1, Ordering::Relaxed);
            (number < all).then(|| block(&households, &[]))
        });
        let messages = std::iter::once(begin(&dataset_id)).chain(messages);
        let mut stream = clients.scoring.score_pairs(tokio_stream::iter(messages)).await.unwrap().into_inner();
        assert!(stream.message().await.unwrap().is_some());
        // Until nothing moves any more.
        let mut before = usize::MAX;
        while taken.load(Ordering::Relaxed) != before {
            before = taken.load(Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert!(before < all / 4, "{before} of {all} blocks were taken though nothing was read");
        // The only place is taken; another stream is told when to come back.
        let refused = score(&mut clients, vec![begin(&dataset_id)]).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.get_error_details().retry_info().is_some());
        // Reading moves it on, once what lay in the windows of the transport is answered.
        while taken.load(Ordering::Relaxed) == before {
            assert!(stream.message().await.unwrap().is_some());
        }
        taken.store(all, Ordering::Relaxed);
        drop(stream);
        let since = std::time::Instant::now();
        while score(&mut clients, vec![begin(&dataset_id)]).await.is_err() {
            assert!(since.elapsed() < Duration::from_secs(10), "the place is not given back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}
