//! What if, as a service: core's own answers, questions that stop with their clients, sessions that give their places back.

use std::time::{Duration, Instant};

use matcher_core::scenario::{self, Axis, Outcome, Session, Town};
use matcher_core::solve::{Control, SolveOptions};
use matcher_grpc::auth::Role;
use matcher_grpc::settings::Limits;
use matcher_grpc::wire::v1;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Streaming};
use tonic_types::StatusExt as _;

use crate::harness::{Clients, Files, Service, hard_options, hard_town, small_town, within};
use crate::json::Caller;
use crate::scoring::opened;

/// A small town on a service, and core's session of it.
struct Stage {
    service: Service,
    clients: Clients,
    dataset_id: String,
    session: Session,
    /// Two households that have an offer.
    placed: [String; 2],
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
        let session = session(&files);
        let mut placed = session.outcome().offers.keys().cloned();
        let placed = [placed.next().unwrap(), placed.next().unwrap()];
        Self { service, clients, dataset_id, session, placed }
    }

    fn town(&self) -> v1::ScenarioTown {
        town(&self.dataset_id)
    }

    /// Withdraws one of the two.
    fn withdrawn(&self, which: usize) -> String {
        format!("id = 'without-{which}'\n[[change]]\nkind = 'withdraw_household'\nhousehold = '{}'\n", self.placed[which])
    }

    async fn evaluate(&mut self, scenarios: &[String]) -> Result<v1::EvaluateResponse, tonic::Status> {
        let request = v1::EvaluateRequest {
            town: Some(self.town()),
            scenarios: scenarios.iter().map(|text| toml(text)).collect(),
            view: v1::OutcomeView::Full.into(),
            validate_only: false,
        };
        self.clients.scenarios.evaluate(request).await.map(tonic::Response::into_inner)
    }
}

fn session(files: &Files) -> Session {
    let opened = opened(files);
    let options = SolveOptions { seed: opened.policy.seed, ..SolveOptions::default() };
    Session::open(Town::from(opened), &options, &Control::default()).unwrap()
}

fn town(dataset_id: &str) -> v1::ScenarioTown {
    v1::ScenarioTown { dataset_id: dataset_id.into(), ..v1::ScenarioTown::default() }
}

fn toml(text: &str) -> v1::Scenario {
    v1::Scenario { text: Some(v1::scenario::Text::Toml(text.into())) }
}

/// What a message says of an outcome is what core says.
fn assert_same(told: &v1::ScenarioOutcome, core: &Outcome) {
    let offers: Vec<_> = told.offers.iter().map(|offer| (&offer.household_id, &offer.dwelling_id)).collect();
    assert_eq!(offers, core.offers.iter().collect::<Vec<_>>());
    assert_eq!((told.objective_points, told.bound_points), (core.objective, core.bound));
    assert_eq!((told.placed as usize, told.pairs as usize), (core.placed, core.pairs));
    assert_eq!(told.quotas.iter().map(|quota| quota.total).collect::<Vec<_>>(), core.quotas.iter().map(|q| q.total).collect::<Vec<_>>());
    let bands = |mixes: &[v1::ScenarioMix]| mixes.iter().flat_map(|mix| &mix.bands).map(|band| band.households).collect::<Vec<_>>();
    assert_eq!(bands(&told.mixes), core.mixes.iter().flat_map(|mix| &mix.bands).map(|band| band.households).collect::<Vec<_>>());
    assert!(told.gap_ppm.unwrap() <= 1_000 && !offers.is_empty());
}

/// The codes of the findings in a refusal.
fn codes(refused: &tonic::Status) -> Vec<String> {
    let details = refused.get_details_bad_request().unwrap();
    details.field_violations.into_iter().map(|violation| format!("{} {}", violation.reason, violation.field)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_before_and_after_is_answered_as_core_does() {
    within(async {
        let mut stage = Stage::new().await;
        let scenarios = [stage.withdrawn(0), stage.withdrawn(1)];
        let answer = stage.evaluate(&scenarios).await.unwrap();
        assert_same(answer.before.as_ref().unwrap(), stage.session.base());
        for text in &scenarios {
            stage.session.apply(&scenario::parse(text, "x").unwrap(), &Control::default()).unwrap();
        }
        assert_same(answer.after.as_ref().unwrap(), stage.session.outcome());
        let (told, core) = (answer.comparison.unwrap(), stage.session.compare());
        let moved: Vec<_> = told.moved.iter().map(|moved| moved.household_id.clone()).collect();
        assert_eq!(moved, core.moved.iter().map(|moved| moved.household.clone()).collect::<Vec<_>>());
        let withdrawn = told.moved.iter().filter(|moved| moved.reason.as_ref().unwrap().code() == v1::MoveCode::Withdrawn);
        assert_eq!(withdrawn.map(|moved| moved.household_id.clone()).collect::<Vec<_>>(), stage.placed);
        assert!(told.figures.iter().all(|figure| figure.code() != v1::FigureCode::Unspecified) && told.figures.len() == 18);
        let applicants = told.figures.iter().find(|figure| figure.code() == v1::FigureCode::Applicants).unwrap();
        assert_eq!(applicants.after.unwrap() - applicants.before.unwrap(), -2);

        // Nothing of it is stored.
        let listed = stage.clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap().into_inner();
        assert!(listed.runs.is_empty());

        // The same in JSON, less the offers.
        let caller = Caller::new(&stage.service, "town", Role::Planner);
        let request = json!({"town": {"datasetId": stage.dataset_id}, "scenarios": [{"toml": scenarios[0]}, {"toml": scenarios[1]}]});
        let told = caller.call("ScenarioService/Evaluate", request).await;
        assert_eq!(told["after"]["objectivePoints"], stage.session.outcome().objective.unwrap().to_string());
        assert_eq!(told["after"]["offers"], json!([]));
        assert_eq!(told["comparison"]["moved"][0]["reason"]["code"], "MOVE_CODE_WITHDRAWN");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_all_together_and_before_a_place_is_waited_for() {
    within(Box::pin(async {
        let mut stage = Stage::with(|limits| (limits.solves, limits.queue) = (1, 1)).await;
        let hard = stage.clients.create(&hard_town()).await.dataset_id;
        let request = v1::AllocateRequest { options: Some(hard_options()), ..crate::harness::allocate(&hard) };
        let run = stage.clients.allocation.allocate(request).await.unwrap().into_inner().run.unwrap();

        let wrong = ["id = 'a'\n[[change]]\nkind = 'fly'\n".to_owned(), "id = 'b'\nbose = 'a'\n".to_owned()];
        let refused = stage.evaluate(&wrong).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!(codes(&refused), ["E1901 scenarios[0] row 2 column kind", "E1904 scenarios[1] row 2 column bose"]);
        let refused = stage.clients.scenarios.evaluate(v1::EvaluateRequest::default()).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.get_details_bad_request().unwrap().field_violations[0].field.as_str()),
            (Code::InvalidArgument, "town")
        );
        let request = v1::FrontierRequest { town: Some(stage.town()), point_limit: 1, ..v1::FrontierRequest::default() };
        assert_eq!(stage.clients.scenarios.frontier(request).await.unwrap_err().code(), Code::InvalidArgument);
        let foreign = v1::EvaluateRequest { town: Some(town("ds_0")), ..v1::EvaluateRequest::default() };
        assert_eq!(stage.clients.scenarios.evaluate(foreign).await.unwrap_err().code(), Code::NotFound);
        stage.clients.allocation.cancel_run(v1::CancelRunRequest { run_id: run.run_id, keep_best: false }).await.unwrap();

        // What contradicts the town is found where the town is.
        let contradicting = ["id = 'c'\n[[change]]\nkind = 'withdraw_household'\nhousehold = 'nobody'\n".to_owned()];
        let refused = stage.evaluate(&contradicting).await.unwrap_err();
        assert_eq!(codes(&refused), ["E1905 scenarios[0] row 2 column household"]);
        let request = v1::EvaluateRequest {
            town: Some(stage.town()),
            scenarios: vec![toml(&contradicting[0])],
            validate_only: true,
            ..v1::EvaluateRequest::default()
        };
        assert_eq!(codes(&stage.clients.scenarios.evaluate(request.clone()).await.unwrap_err()), codes(&refused));
        let sound = v1::EvaluateRequest { scenarios: vec![toml(&stage.withdrawn(0))], ..request };
        let told = stage.clients.scenarios.evaluate(sound).await.unwrap().into_inner();
        assert_eq!((told.before, told.after, told.comparison), (None, None, None));
        let unbased = stage.evaluate(&["id = 'd'\nbase = 'elsewhere'\n".to_owned()]).await.unwrap_err();
        assert_eq!(codes(&unbased), ["E1908 scenarios[0] column base"]);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_answers_each_scenario_by_itself_in_its_order() {
    within(async {
        let mut stage = Stage::new().await;
        let mut texts: Vec<String> = (0..40).map(|at| stage.withdrawn(at % 2).replace("without", &format!("w{at}"))).collect();
        texts[17] = "id = 'c'\n[[change]]\nkind = 'withdraw_household'\nhousehold = 'nobody'\n".into();
        texts[23] = "id = 'd'\nbase = 'w1-1'\n".into();
        // One text for the last two.
        texts.truncate(38);
        let [first, second] = &stage.placed;
        texts.push(format!("{}[[vary]]\nkey = 'household'\nvalues = ['{first}', '{second}']\n", stage.withdrawn(0)));
        let request = v1::SweepRequest {
            town: Some(stage.town()),
            scenarios: texts.iter().map(|text| toml(text)).collect(),
            view: v1::OutcomeView::Full.into(),
        };
        let mut stream = stage.clients.scenarios.sweep(request).await.unwrap().into_inner();
        let Some(v1::sweep_response::Part::Base(base)) = stream.message().await.unwrap().unwrap().part else {
            panic!("the town comes first")
        };
        assert_same(&base, stage.session.base());
        let each = [0, 1].map(|at| {
            let parsed = scenario::parse(&stage.withdrawn(at), "x").unwrap();
            stage.session.try_out(&parsed, &Control::default()).unwrap()
        });
        for at in 0..40 {
            let Some(v1::sweep_response::Part::Scenario(swept)) = stream.message().await.unwrap().unwrap().part else {
                panic!("told once")
            };
            assert_eq!(swept.position, at);
            match swept.answer.unwrap() {
                v1::swept_scenario::Answer::Outcome(outcome) => assert_same(&outcome, &each[at as usize % 2]),
                v1::swept_scenario::Answer::Failure(failure) => {
                    let code = if at == 17 { "E1905" } else { "E1908" };
                    assert!([17, 23].contains(&at) && failure.reason == "INVALID_INPUT" && failure.findings[0].code == code, "{failure:?}");
                }
            }
        }
        assert!(stream.message().await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sweep_has_no_time_for_is_said_to_be_stopped() {
    within(async {
        let mut stage = Stage::new().await;
        let hard = stage.clients.create(&hard_town()).await.dataset_id;
        let options = v1::RunOptions { time_limit_ms: Some(1), ..hard_options() };
        let scenarios = (0..3).map(|at| toml(&format!("id = 's{at}'"))).collect();
        let request = v1::SweepRequest { town: Some(v1::ScenarioTown { options: Some(options), ..town(&hard) }), scenarios, view: 0 };
        let mut stream = stage.clients.scenarios.sweep(request).await.unwrap().into_inner();
        let mut stopped = 0;
        while let Some(told) = stream.message().await.unwrap() {
            let Some(v1::sweep_response::Part::Scenario(swept)) = told.part else { continue };
            let Some(v1::swept_scenario::Answer::Failure(failure)) = swept.answer else {
                panic!("there was no time for {}", swept.scenario_id)
            };
            assert_eq!((swept.position, failure.reason.as_str()), (stopped, "STOPPED"));
            stopped += 1;
        }
        assert_eq!(stopped, 3, "each of them is told");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frontier_is_that_of_core() {
    within(async {
        let mut stage = Stage::new().await;
        for (axis, core) in [(v1::FrontierAxis::Unspecified, Axis::Distance), (v1::FrontierAxis::Placed, Axis::Placed)] {
            let request =
                v1::FrontierRequest { town: Some(stage.town()), axis: axis.into(), point_limit: 4, ..v1::FrontierRequest::default() };
            let told = stage.clients.scenarios.frontier(request).await.unwrap().into_inner();
            let frontier = stage.session.frontier(core, 4, &Control::default()).unwrap();
            let points: Vec<_> = told.points.iter().map(|point| (point.suitability_points, point.penalty_points, point.placed)).collect();
            assert_eq!(points, frontier.points.iter().map(|p| (p.suitability, p.penalties, p.placed)).collect::<Vec<_>>());
            let lines: Vec<_> = told.lines.iter().map(|line| (line.suitability_weight, line.other_weight, line.bound)).collect();
            assert_eq!(lines, frontier.lines.iter().map(|l| (l.suitability, l.other, l.bound)).collect::<Vec<_>>());
            assert_eq!((told.is_whole, told.price_points), (frontier.is_whole, frontier.price()));
            assert!(!points.is_empty() && lines.len() >= 2);
        }
    })
    .await;
}

/// A session as its client holds it.
struct Held {
    ask: mpsc::Sender<v1::SessionRequest>,
    answers: Streaming<v1::SessionResponse>,
}

impl Held {
    async fn open(clients: &mut Clients, town: Option<v1::ScenarioTown>) -> Result<Self, tonic::Status> {
        let (ask, messages) = mpsc::channel(4);
        let header = v1::SessionHeader { town, view: v1::OutcomeView::Full.into() };
        ask.send(v1::SessionRequest { part: Some(v1::session_request::Part::Header(header)) }).await.unwrap();
        let answers = clients.scenarios.session(ReceiverStream::new(messages)).await?.into_inner();
        Ok(Self { ask, answers })
    }

    async fn next(&mut self) -> Result<(u64, u32, Result<v1::SessionTown, v1::RunFailure>), tonic::Status> {
        let told = self.answers.message().await?.expect("an answer");
        let answer = match told.answer.unwrap() {
            v1::session_response::Answer::Town(town) => Ok(town),
            v1::session_response::Answer::Failure(failure) => Err(failure),
        };
        Ok((told.number, told.depth, answer))
    }

    async fn ask(&mut self, part: v1::session_request::Part) -> (u64, u32, Result<v1::SessionTown, v1::RunFailure>) {
        self.ask.send(v1::SessionRequest { part: Some(part) }).await.unwrap();
        self.next().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_applies_tries_out_and_takes_back() {
    use v1::session_request::Part;
    within(Box::pin(async {
        let mut stage = Stage::with(|limits| limits.session_depth = 2).await;
        let texts = [stage.withdrawn(0), stage.withdrawn(1)];
        let town = Some(stage.town());
        let mut held = Held::open(&mut stage.clients, town).await.unwrap();
        let (number, depth, first) = held.next().await.unwrap();
        let first = first.unwrap();
        assert_eq!((number, depth, first.comparison.is_none()), (0, 0, true));
        assert_same(first.outcome.as_ref().unwrap(), stage.session.base());

        let parsed = texts.clone().map(|text| scenario::parse(&text, "x").unwrap());
        stage.session.apply(&parsed[0], &Control::default()).unwrap();
        let (number, depth, one) = held.ask(Part::Apply(toml(&texts[0]))).await;
        let one = one.unwrap();
        assert_eq!((number, depth), (1, 1));
        assert_same(one.outcome.as_ref().unwrap(), stage.session.outcome());
        assert_eq!(one.comparison.as_ref().unwrap().moved.len(), stage.session.compare().moved.len());

        // Tried out, and the town is as it was; a base that was made is known.
        let based = format!("base = 'without-0'\n{}", texts[1]);
        let (_, depth, tried) = held.ask(Part::TryOut(toml(&based))).await;
        assert_same(tried.unwrap().outcome.as_ref().unwrap(), &stage.session.try_out(&parsed[1], &Control::default()).unwrap());
        assert_eq!(depth, 1);
        for (part, code) in [
            (Part::Apply(toml(&texts[0])), "E1907"),
            (Part::Apply(toml("id = 'x'\n[[change]]\nkind = 'fly'\n")), "E1901"),
            (Part::TryOut(toml("id = 'x'\nbase = 'elsewhere'\n")), "E1908"),
            (Part::Apply(v1::Scenario { text: None }), "E1902"),
        ] {
            let (_, depth, refused) = held.ask(part).await;
            let refused = refused.unwrap_err();
            assert_eq!((depth, refused.findings[0].code.as_str()), (1, code), "{refused:?}");
        }
        let (_, depth, two) = held.ask(Part::Apply(toml(&texts[1]))).await;
        assert!(two.is_ok() && depth == 2);
        let (_, depth, full) = held.ask(Part::Apply(toml("id = 'none'"))).await;
        assert_eq!((depth, full.unwrap_err().reason.as_str()), (2, "SESSION_FULL"));
        let (_, _, back) = held.ask(Part::Undo(v1::SessionUndo {})).await;
        assert_eq!(back.unwrap(), one, "the same bytes");
        let (number, depth, back) = held.ask(Part::Undo(v1::SessionUndo {})).await;
        assert_eq!((number, depth, back.unwrap().outcome), (10, 0, first.outcome));
        let (_, _, none) = held.ask(Part::Undo(v1::SessionUndo {})).await;
        assert_eq!(none.unwrap_err().findings[0].code, "E1910");
        drop(held.ask);
        assert!(held.answers.message().await.unwrap().is_none(), "who has no more questions ends the session");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_have_places_and_end() {
    use v1::session_request::Part;
    within(Box::pin(async {
        let mut stage = Stage::with(|limits| (limits.sessions, limits.session_idle_s) = (1, 2)).await;
        let town = Some(stage.town());
        let mut held = Held::open(&mut stage.clients, town.clone()).await.unwrap();
        assert!(held.next().await.unwrap().2.is_ok());
        let refused = Held::open(&mut stage.clients, town.clone()).await.err().unwrap();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.get_details_retry_info().is_some(), "{refused:?}");
        // A header comes once.
        let again = v1::SessionRequest { part: Some(Part::Header(v1::SessionHeader { town: town.clone(), view: 0 })) };
        held.ask.send(again).await.unwrap();
        assert_eq!(held.next().await.unwrap_err().code(), Code::InvalidArgument);
        drop(held);
        // The place is given back; who asks nothing does not keep it.
        let since = Instant::now();
        let mut held = loop {
            match Held::open(&mut stage.clients, town.clone()).await {
                Ok(held) => break held,
                Err(refused) => assert!(refused.code() == Code::ResourceExhausted && since.elapsed() < Duration::from_secs(10)),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(held.next().await.unwrap().2.is_ok());
        assert_eq!(held.next().await.unwrap_err().code(), Code::DeadlineExceeded);
    }))
    .await;
}

/// Waits until a place among the solves is free: a small question is answered.
async fn is_free(stage: &mut Stage) {
    let texts = [stage.withdrawn(0)];
    let answered = tokio::time::timeout(Duration::from_secs(30), stage.evaluate(&texts)).await;
    answered.expect("the place is given back").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_client_goes_away_is_stopped() {
    within(Box::pin(async {
        let mut stage = Stage::with(|limits| limits.solves = 1).await;
        let hard = stage.clients.create(&hard_town()).await.dataset_id;
        let town = Some(v1::ScenarioTown { options: Some(hard_options()), ..town(&hard) });
        // By going away, by its deadline, and a sweep and a session likewise.
        let ask = stage.clients.clone();
        let evaluate = |mut clients: Clients| {
            let request = v1::EvaluateRequest { town: town.clone(), ..v1::EvaluateRequest::default() };
            async move { clients.scenarios.evaluate(request).await }
        };
        assert!(tokio::time::timeout(Duration::from_millis(1_500), evaluate(ask.clone())).await.is_err());
        is_free(&mut stage).await;
        let mut request = tonic::Request::new(v1::EvaluateRequest { town: town.clone(), ..v1::EvaluateRequest::default() });
        request.set_timeout(Duration::from_millis(1_500));
        // Cancelled is what a client says whose own clock is the faster one.
        let code = ask.clone().scenarios.evaluate(request).await.unwrap_err().code();
        assert!(matches!(code, Code::DeadlineExceeded | Code::Cancelled), "{code:?}");
        is_free(&mut stage).await;
        let request = v1::SweepRequest { town: town.clone(), ..v1::SweepRequest::default() };
        let stream = ask.clone().scenarios.sweep(request).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(stream);
        is_free(&mut stage).await;
        let held = Held::open(&mut ask.clone(), town.clone()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(held);
        is_free(&mut stage).await;
        // And by the service, which does not wait for it.
        let waiting = tokio::spawn(evaluate(ask));
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let since = Instant::now();
        stage.service.stop().await;
        assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
        assert!(waiting.await.unwrap().is_err());
    }))
    .await;
}
