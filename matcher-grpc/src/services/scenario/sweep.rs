//! Many scenarios of one town: answered some at a time, side by side, and told in their order.

use std::sync::Arc;
use std::time::Duration;

use matcher_core::error::Error as CoreError;
use matcher_core::scenario::{Outcome, Scenario, Session};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::auth::{Caller, Deadline};
use crate::convert;
use crate::runs::Seat;
use crate::status;
use crate::wire::v1;

use super::super::Shared;
use super::super::allocation::not_taken;
use super::super::ending::{Ending, PATIENCE, refuse};
use super::asked::{Asked, grid, stopped, view};
use super::within;

/// Scenarios of one sweep at most.
const MOST: usize = 10_000;
/// Scenarios that are answered before any of them is told, per thread: few, so that answers come soon and little is held.
const AT_A_TIME: usize = 8;
/// Answers that wait for the client.
const ANSWERS: usize = 4;

type Answers = mpsc::Sender<Result<v1::SweepResponse, Status>>;

/// Begins a sweep. Its time is that of all its scenarios.
pub(super) async fn sweep(
    shared: &Arc<Shared>,
    caller: Caller,
    asked: v1::SweepRequest,
    deadline: Option<Deadline>,
) -> Result<ReceiverStream<Result<v1::SweepResponse, Status>>, Status> {
    let view = view(asked.view, "view")?;
    let of = caller.clone();
    let read = move |shared: &Shared| {
        let limit = asked.town.as_ref().and_then(|town| town.options.as_ref()).and_then(|options| options.time_limit_ms);
        let mut question = Asked::read(shared, &of, asked.town, (&asked.scenarios, MOST, grid))?;
        if limit.is_none() {
            question.limit = Duration::from_secs(shared.limits.solve_most_s);
        }
        Ok(question)
    };
    let question = shared.work(read).await?;
    let seat = shared.runs.seat(&caller.tenant).await.map_err(|fault| not_taken(shared, fault))?;
    let (tell, answers) = mpsc::channel(ANSWERS);
    let mut ending = Ending::new(shared, caller.clone(), deadline);
    let (shared, runtime) = (Arc::clone(shared), Handle::current());
    tokio::spawn(async move {
        // Stops the work where the stream ends before it.
        let _stopper = seat.stopper();
        let desk = Desk { tell: tell.clone(), view, runtime };
        let work = shared.work(move |shared| within(&seat, &question, || desk.answer(shared, &caller, &question, &seat)));
        let refusal = tokio::select! {
            done = work => done.err(),
            refusal = ending.come(&tell) => refusal,
        };
        refuse(&tell, refusal).await;
    });
    Ok(ReceiverStream::new(answers))
}

struct Desk {
    tell: Answers,
    view: v1::OutcomeView,
    runtime: Handle,
}

impl Desk {
    /// Answers everything. Blocking.
    fn answer(&self, shared: &Shared, caller: &Caller, asked: &Asked, seat: &Seat) -> Result<(), Status> {
        let session = asked.open(shared, caller, seat)?;
        self.send(v1::sweep_response::Part::Base(convert::outcome(session.base(), self.view)))?;
        let mut position = 0;
        for some in asked.scenarios.chunks(AT_A_TIME * seat.threads) {
            for (scenario, answer) in some.iter().zip(answers(&session, some, seat)) {
                if seat.is_cancelled() {
                    return Err(stopped());
                }
                self.send(v1::sweep_response::Part::Scenario(self.swept(position, scenario, answer)))?;
                position += 1;
            }
        }
        Ok(())
    }

    fn swept(&self, position: u32, scenario: &Scenario, answer: Result<Outcome, CoreError>) -> v1::SweptScenario {
        let answer = match answer {
            Ok(outcome) => v1::swept_scenario::Answer::Outcome(convert::outcome(&outcome, self.view)),
            Err(fault) => v1::swept_scenario::Answer::Failure(convert::failure(&fault)),
        };
        v1::SweptScenario { position, scenario_id: scenario.id.clone(), answer: Some(answer) }
    }

    /// Waits until the client has room; an error where it takes nothing, or is gone.
    fn send(&self, part: v1::sweep_response::Part) -> Result<(), Status> {
        let send = self.tell.send(Ok(v1::SweepResponse { part: Some(part) }));
        match self.runtime.block_on(tokio::time::timeout(PATIENCE, send)) {
            Ok(Ok(())) => Ok(()),
            _ => Err(status::deadline_exceeded()),
        }
    }
}

/// The answer to each, in their order. Once the time is over, what was not begun is not begun.
fn answers(session: &Session, some: &[Scenario], seat: &Seat) -> Vec<Result<Outcome, CoreError>> {
    if seat.is_over() {
        return some.iter().map(|_| Err(CoreError::Stopped)).collect();
    }
    session.sweep(some, &seat.control())
}
