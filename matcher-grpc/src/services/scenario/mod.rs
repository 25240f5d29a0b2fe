//! `ScenarioService`: what if. A question is read, waits for a place among the solves, and is answered by a session of core.

mod asked;
mod session;
mod sweep;

use std::sync::Arc;

use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::auth::{Caller, Deadline};
use crate::convert;
use crate::runs::Seat;
use crate::status;
use crate::wire::v1;
use crate::wire::v1::scenario_service_server::ScenarioService;

use super::allocation::not_taken;
use super::{Shared, caller};

use asked::Asked;

/// Scenarios that are made one after the other, at most.
const STACKED: usize = 1_000;
/// Points of a frontier where the client asks for no number, at least, and at most.
const POINTS: (usize, usize, usize) = (9, 2, 100);

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Scenarios(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl ScenarioService for Scenarios {
    async fn evaluate(&self, request: Request<v1::EvaluateRequest>) -> Result<Response<v1::EvaluateResponse>, Status> {
        let caller = caller(&request)?;
        let v1::EvaluateRequest { town, scenarios, view, validate_only } = request.into_inner();
        let view = asked::view(view, "view")?;
        if validate_only {
            let _place = self.0.place()?;
            let check = move |shared: &Shared| {
                let warnings = Asked::read(shared, &caller, town, (&scenarios, STACKED, asked::one))?.check(shared, &caller)?;
                Ok(v1::EvaluateResponse { warnings, ..v1::EvaluateResponse::default() })
            };
            return self.0.work(check).await.map(Response::new);
        }
        let answer = move |shared: &Shared, caller: &Caller, asked: &Asked, seat: &Seat| {
            let session = asked.made(shared, caller, seat)?;
            Ok(v1::EvaluateResponse {
                before: Some(convert::outcome(session.base(), view)),
                after: Some(convert::outcome(session.outcome(), view)),
                comparison: Some(convert::comparison(&session.compare())),
                warnings: warnings(&session),
            })
        };
        self.answered(caller, town, scenarios, answer).await
    }

    type SweepStream = ReceiverStream<Result<v1::SweepResponse, Status>>;

    async fn sweep(&self, request: Request<v1::SweepRequest>) -> Result<Response<Self::SweepStream>, Status> {
        let caller = caller(&request)?;
        let deadline = request.extensions().get::<Deadline>().copied();
        sweep::sweep(&self.0, caller, request.into_inner(), deadline).await.map(Response::new)
    }

    async fn frontier(&self, request: Request<v1::FrontierRequest>) -> Result<Response<v1::FrontierResponse>, Status> {
        let caller = caller(&request)?;
        let v1::FrontierRequest { town, scenarios, axis, point_limit } = request.into_inner();
        let axis = convert::axis(axis).ok_or_else(|| status::bad_field("axis", "FRONTIER_AXIS_DISTANCE or FRONTIER_AXIS_PLACED"))?;
        let most = match usize::try_from(point_limit) {
            Ok(0) => POINTS.0,
            Ok(most) if (POINTS.1..=POINTS.2).contains(&most) => most,
            _ => return Err(status::bad_field("point_limit", "2 to 100, or 0 for the usual number")),
        };
        let answer = move |shared: &Shared, caller: &Caller, asked: &Asked, seat: &Seat| {
            let found = asked.made(shared, caller, seat)?.frontier(axis, most, &seat.control());
            Ok(convert::frontier(&found.map_err(|fault| asked::refused(shared, seat, &fault))?))
        };
        self.answered(caller, town, scenarios, answer).await
    }

    type SessionStream = ReceiverStream<Result<v1::SessionResponse, Status>>;

    async fn session(&self, request: Request<Streaming<v1::SessionRequest>>) -> Result<Response<Self::SessionStream>, Status> {
        session::hold(&self.0, request).await.map(Response::new)
    }
}

impl Scenarios {
    /// Reads a question, waits for a place and answers it there. A client that goes away stops the work.
    async fn answered<T: Send + 'static>(
        &self,
        caller: Caller,
        town: Option<v1::ScenarioTown>,
        scenarios: Vec<v1::Scenario>,
        answer: impl FnOnce(&Shared, &Caller, &Asked, &Seat) -> Result<T, Status> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let shared = &self.0;
        let of = caller.clone();
        let asked = shared.work(move |shared| Asked::read(shared, &of, town, (&scenarios, STACKED, asked::one))).await?;
        let seat = shared.runs.seat(&caller.tenant).await.map_err(|fault| not_taken(shared, fault))?;
        let _stopper = seat.stopper();
        // The seat is held until the solver has stopped, also where the client is gone.
        shared.work(move |shared| within(&seat, &asked, || answer(shared, &caller, &asked, &seat))).await.map(Response::new)
    }
}

/// Answers in a seat, in the time of the question; what was stopped half-way is no answer.
fn within<T>(seat: &Seat, asked: &Asked, answer: impl FnOnce() -> Result<T, Status>) -> Result<T, Status> {
    let answer = seat.timed(asked.limit, answer);
    if seat.is_cancelled() { Err(asked::stopped()) } else { answer }
}

/// What a person should know about the town of a session.
fn warnings(session: &matcher_core::scenario::Session) -> Vec<v1::Finding> {
    let list: Vec<_> = session.warnings().cloned().collect();
    convert::warnings(&list)
}
