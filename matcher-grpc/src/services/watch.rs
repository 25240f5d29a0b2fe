//! Events of a run as a stream: the latest state whenever it has changed, never a backlog.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::auth::{Caller, Deadline};
use crate::convert::gap_ppm;
use crate::runs::Event;
use crate::status;
use crate::wire::v1;

use super::Shared;
use super::allocation::state;
use super::ending::{Ending, PATIENCE, refuse};

type Stream = ReceiverStream<Result<v1::WatchRunResponse, Status>>;

/// Follows a run until it ends.
pub(super) async fn watch(
    shared: &Arc<Shared>,
    caller: Caller,
    asked: v1::WatchRunRequest,
    deadline: Option<Deadline>,
) -> Result<Stream, Status> {
    // Taken before the store is asked: what ends in between is seen here.
    let events = shared.runs.find(&caller.tenant, &asked.run_id).map(|live| live.events());
    let (tenant, id) = (caller.tenant.clone(), asked.run_id.clone());
    let row = shared.work(move |shared| shared.run(&tenant, &id)).await?;
    let (sender, receiver) = mpsc::channel(1);
    if let Some(events) = events {
        let pause = Duration::from_millis(shared.limits.event_ms);
        tokio::spawn(follow(Ending::new(shared, caller, deadline), events, asked.after_sequence, pause, sender));
    } else {
        // It has ended: one event, after all others.
        let event = Event { sequence: asked.after_sequence.saturating_add(1), state: row.state, progress: None, ahead: 0 };
        sender.try_send(Ok(message(event, 0))).map_err(|_| status::internal("an event found no place"))?;
    }
    Ok(ReceiverStream::new(receiver))
}

/// Sends whatever is new, with a pause after each, until the run, the reader, the token or the time ends.
async fn follow(
    mut ending: Ending,
    mut events: tokio::sync::watch::Receiver<Event>,
    mut seen: u64,
    pause: Duration,
    sender: mpsc::Sender<Result<v1::WatchRunResponse, Status>>,
) {
    loop {
        let event = *events.borrow_and_update();
        if event.sequence != seen {
            let skipped = if seen == 0 { 0 } else { event.sequence.saturating_sub(seen + 1) };
            let sent = tokio::time::timeout(PATIENCE, sender.send(Ok(message(event, skipped)))).await;
            if !matches!(sent, Ok(Ok(()))) || event.state.is_over() {
                return;
            }
            seen = event.sequence;
            tokio::time::sleep(pause).await;
        }
        let refusal = tokio::select! {
            changed = events.changed() => match changed {
                Ok(()) => continue,
                Err(_) => Some(Status::unavailable("the service is about to stop; watch again later")),
            },
            refusal = ending.come(&sender) => refusal,
        };
        return refuse(&sender, refusal).await;
    }
}

fn message(event: Event, skipped: u64) -> v1::WatchRunResponse {
    use matcher_core::solve::Stage;
    let stage = |stage: Stage| match stage {
        Stage::Plain => v1::SolveStage::Plain,
        Stage::Prices => v1::SolveStage::Prices,
        Stage::Search => v1::SolveStage::Search,
        Stage::Proof => v1::SolveStage::Proof,
        Stage::Tiers => v1::SolveStage::Tiers,
    };
    let (objective, bound) = event.progress.map_or((None, None), |progress| (progress.objective, progress.bound));
    v1::WatchRunResponse {
        sequence: event.sequence,
        skipped,
        state: state(event.state).into(),
        stage: event.progress.map_or(v1::SolveStage::Unspecified, |progress| stage(progress.stage)).into(),
        objective_points: objective,
        bound_points: bound,
        gap_ppm: gap_ppm(objective, bound),
        steps: event.progress.map_or(0, |progress| progress.steps),
        ahead_in_queue: crate::convert::count(event.ahead),
    }
}
