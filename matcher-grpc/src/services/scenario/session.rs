//! A town that stays open for a client: a question in, its answer out.
//!
//! The session lies with its stream and goes to a blocking thread for each question, in a place of its own among the solves, and
//! comes back with the answer: between questions it takes no place.

use std::sync::Arc;
use std::time::Duration;

use matcher_core::error::Error as CoreError;
use matcher_core::scenario::{Scenario, Session, lineage};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status, Streaming};

use crate::auth::{Caller, Deadline};
use crate::convert;
use crate::runs::Seat;
use crate::status;
use crate::wire::v1;
use crate::wire::v1::session_request::Part;

use super::super::allocation::not_taken;
use super::super::ending::{Ending, PATIENCE, refuse};
use super::super::{Shared, caller};
use super::asked::{Asked, one, scenario, view};
use super::{warnings, within};

type Answer = Result<v1::SessionResponse, Status>;

/// Opens the town that the header names and answers questions about it until the client has no more, or the stream must end.
pub(super) async fn hold(shared: &Arc<Shared>, request: Request<Streaming<v1::SessionRequest>>) -> Result<ReceiverStream<Answer>, Status> {
    let caller = caller(&request)?;
    let deadline = request.extensions().get::<Deadline>().copied();
    let full = |_| status::exhausted("TOO_MANY_SESSIONS", "as many sessions as the service keeps open", Duration::from_secs(30));
    let place = Arc::clone(&shared.sessions).try_acquire_owned().map_err(full)?;
    let mut messages = request.into_inner();
    let first = tokio::time::timeout(PATIENCE, messages.message()).await;
    let first = first.map_err(|_| Status::deadline_exceeded("the header does not come"))??;
    let Some(Part::Header(header)) = first.and_then(|first| first.part) else {
        return Err(status::bad_field("header", "it comes first, and once"));
    };
    let view = view(header.view, "header.view")?;
    let of = caller.clone();
    let asked = shared.work(move |shared| Asked::read(shared, &of, header.town, (&[], 0, one))).await?;
    let (tell, answers) = mpsc::channel(1);
    let desk = Desk { shared: Arc::clone(shared), asked: Arc::new(asked), caller: caller.clone(), view };
    let mut ending = Ending::new(shared, caller, deadline);
    tokio::spawn(async move {
        let refusal = tokio::select! {
            refusal = desk.serve(messages, &tell) => refusal,
            refusal = ending.come(&tell) => refusal,
        };
        refuse(&tell, refusal).await;
        drop(place);
    });
    Ok(ReceiverStream::new(answers))
}

/// What a client asks of the session.
enum Question {
    Apply(Scenario),
    TryOut(Scenario),
    Undo,
}

/// The session, and the scenarios that have been made in it.
struct Open {
    session: Session,
    made: Vec<Scenario>,
}

struct Desk {
    shared: Arc<Shared>,
    asked: Arc<Asked>,
    caller: Caller,
    view: v1::OutcomeView,
}

impl Desk {
    /// Answers one message after the other; what the stream ends with.
    async fn serve(&self, mut messages: Streaming<v1::SessionRequest>, tell: &mpsc::Sender<Answer>) -> Option<Status> {
        let (mut open, first) = match self.open().await {
            Ok(opened) => opened,
            Err(refusal) => return Some(refusal),
        };
        let mut answer = v1::SessionResponse { number: 0, depth: 0, answer: Some(v1::session_response::Answer::Town(first)) };
        let idle = Duration::from_secs(self.shared.limits.session_idle_s);
        loop {
            let number = answer.number + 1;
            let sent = tokio::time::timeout(PATIENCE, tell.send(Ok(answer))).await;
            if !matches!(sent, Ok(Ok(()))) {
                return Some(status::deadline_exceeded());
            }
            let question = match tokio::time::timeout(idle, messages.message()).await {
                Ok(Ok(Some(message))) => message.part,
                Ok(Ok(None)) => return None,
                Ok(Err(fault)) => return Some(fault),
                Err(_) => return Some(Status::deadline_exceeded("no question came for a long time; open another session")),
            };
            let answered = match question {
                Some(Part::Header(_)) => return Some(status::bad_field("header", "it comes first, and once")),
                None => return Some(status::bad_field("part", "neither a header nor a question")),
                Some(Part::Apply(text)) => scenario(&text, "apply").map(Question::Apply),
                Some(Part::TryOut(text)) => scenario(&text, "try_out").map(Question::TryOut),
                Some(Part::Undo(v1::SessionUndo {})) => Ok(Question::Undo),
            };
            let town = match answered {
                Err(fault) => Err(convert::failure(&fault)),
                Ok(question) => match self.answer(open, question).await {
                    Ok((after, town)) => {
                        open = after;
                        town
                    }
                    Err(refusal) => return Some(refusal),
                },
            };
            let depth = convert::count(open.made.len());
            let told = match town {
                Ok(town) => v1::session_response::Answer::Town(town),
                Err(failure) => v1::session_response::Answer::Failure(failure),
            };
            answer = v1::SessionResponse { number, depth, answer: Some(told) };
        }
    }

    async fn seat(&self) -> Result<Seat, Status> {
        self.shared.runs.seat(&self.caller.tenant).await.map_err(|fault| not_taken(&self.shared, fault))
    }

    async fn open(&self) -> Result<(Open, v1::SessionTown), Status> {
        let seat = self.seat().await?;
        let _stopper = seat.stopper();
        let (asked, caller, view) = (Arc::clone(&self.asked), self.caller.clone(), self.view);
        let open = move |shared: &Shared| {
            let session = within(&seat, &asked, || asked.open(shared, &caller, &seat))?;
            let first = v1::SessionTown {
                outcome: Some(convert::outcome(session.outcome(), view)),
                comparison: None,
                warnings: warnings(&session),
            };
            Ok((Open { session, made: Vec::new() }, first))
        };
        self.shared.work(open).await
    }

    /// Answers a question; the session comes back as the answer leaves it.
    async fn answer(&self, mut open: Open, question: Question) -> Result<(Open, Result<v1::SessionTown, v1::RunFailure>), Status> {
        let seat = match question {
            // Kept answers are looked up.
            Question::Undo => None,
            Question::Apply(_) | Question::TryOut(_) => Some(self.seat().await?),
        };
        let _stopper = seat.as_ref().map(Seat::stopper);
        let (asked, view) = (Arc::clone(&self.asked), self.view);
        let work = move |shared: &Shared| {
            let town = match (question, seat) {
                (Question::Apply(_), _) if open.made.len() >= shared.limits.session_depth => return Ok((open, Err(full()))),
                (Question::Apply(scenario), Some(seat)) => within(&seat, &asked, || Ok(open.apply(scenario, &seat, view)))?,
                (Question::TryOut(scenario), Some(seat)) => within(&seat, &asked, || Ok(open.try_out(&scenario, &seat, view)))?,
                _ => open.undo(view),
            };
            let town = town.map_err(|fault| convert::failure(&fault));
            Ok((open, town))
        };
        self.shared.work(work).await
    }
}

/// The session holds as many scenarios as the service keeps.
fn full() -> v1::RunFailure {
    let action = "take scenarios back, or open a session for a dataset that holds their changes";
    v1::RunFailure { reason: "SESSION_FULL".into(), findings: Vec::new(), action: action.into() }
}

impl Open {
    fn apply(&mut self, scenario: Scenario, seat: &Seat, view: v1::OutcomeView) -> Result<v1::SessionTown, CoreError> {
        self.made.push(scenario);
        let done = self.is_based().and_then(|()| match self.made.last() {
            Some(scenario) => self.session.apply(scenario, &seat.control()).map(|_| ()),
            None => Ok(()),
        });
        if done.is_err() {
            self.made.pop();
        }
        done.map(|()| town(&self.session, view))
    }

    /// The last scenario starts from the policy, or from one that was made.
    fn is_based(&self) -> Result<(), CoreError> {
        let last = self.made.len().saturating_sub(1);
        lineage(&self.session.town().policy.id, &self.made, last).map(|_| ())
    }

    fn try_out(&mut self, scenario: &Scenario, seat: &Seat, view: v1::OutcomeView) -> Result<v1::SessionTown, CoreError> {
        self.made.push(scenario.clone());
        let based = self.is_based();
        self.made.pop();
        based?;
        // States are shared, not copied.
        let mut trial = self.session.clone();
        trial.apply(scenario, &seat.control())?;
        Ok(v1::SessionTown { warnings: Vec::new(), ..town(&trial, view) })
    }

    fn undo(&mut self, view: v1::OutcomeView) -> Result<v1::SessionTown, CoreError> {
        self.session.undo()?;
        self.made.pop();
        Ok(town(&self.session, view))
    }
}

/// The town as it is now.
fn town(session: &Session, view: v1::OutcomeView) -> v1::SessionTown {
    v1::SessionTown {
        outcome: Some(convert::outcome(session.outcome(), view)),
        comparison: Some(convert::comparison(&session.compare())),
        warnings: warnings(session),
    }
}
