//! Runs as jobs: stored before they are acknowledged, solved in turn, stopped when they are no longer wanted, taken up again at the
//! next start.

mod board;
mod job;
mod live;
mod opened;

pub(crate) use job::{asked, date, inputs, search, solve_options};
pub(crate) use live::{Event, Live};
pub(crate) use opened::{OpenedRuns, kept};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use matcher_core::allocation::Status;
use matcher_core::solve::{Control, Progress};
use prost::Message as _;
use tokio::sync::Notify;

use crate::auth::{new_id, now_ms};
use crate::convert;
use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::settings::Limits;
use crate::store::{NewRun, Once, Request, Results, RunRow, RunState, Store, Tenant};
use crate::wire::v1;

use board::Board;

/// A run that was begun so often without an end brings the service down, or it is stopped time and again.
const MOST_ATTEMPTS: u32 = 3;

/// The runs of the service.
#[derive(Debug)]
pub(crate) struct Runs {
    store: Arc<dyn Store>,
    limits: Limits,
    board: Mutex<Board>,
    /// Told when a run gives its place back.
    left: Notify,
    metrics: Arc<Metrics>,
    pub(crate) opened: OpenedRuns,
}

/// Why a run was not taken on.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// Too many wait.
    Full,
    /// The service is about to stop.
    Closing,
    /// There is no such dataset.
    NoDataset,
    /// The request id was used for something else.
    OtherRequest,
    /// The store failed.
    Failed(Error),
}

impl Runs {
    pub(crate) fn new(store: Arc<dyn Store>, limits: &Limits, metrics: Arc<Metrics>) -> Arc<Self> {
        let board = Board::new(limits.solve_places(), limits.tenant_places(), limits.queue);
        let opened = OpenedRuns::new(limits.opened_runs);
        Arc::new(Self { store, limits: *limits, board: Mutex::new(board), left: Notify::new(), metrics, opened })
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits for a place to solve in, and what works in one.
    pub(crate) fn counts(&self) -> (usize, usize) {
        self.board().counts()
    }

    /// Takes up the runs that had not ended when the service stopped, in their order; those whose client waited are cancelled. Blocking.
    ///
    /// # Errors
    /// Where the store fails.
    pub(crate) fn take_up(self: &Arc<Self>) -> Result<()> {
        for run in self.store.unfinished_runs()? {
            if run.attached {
                self.end(&run, RunState::Cancelled, |_| {}, None)?;
            } else if run.attempts >= MOST_ATTEMPTS {
                let failure = v1::RunFailure {
                    reason: "INTERRUPTED".into(),
                    findings: Vec::new(),
                    action: "the service ended while it worked on this run, several times; allocate a part, or report this run".into(),
                };
                self.end(&run, RunState::Failed, |body| body.failure = Some(failure), None)?;
            } else {
                // It worked when the service died: it waits again.
                if run.state == RunState::Running {
                    let body = v1::Run { start_time: None, ..asked(&run)? };
                    self.store.update_run(&run, RunState::Queued, &body.encode_to_vec(), None)?;
                }
                self.board().add(&Arc::new(Live::new(&run)));
            }
        }
        self.begin();
        Ok(())
    }

    /// Stores a new run and lets it wait for its turn. Comes back once it is durable. Blocking.
    pub(crate) fn submit(self: &Arc<Self>, new: &NewRun<'_>, request: Option<&Request>) -> std::result::Result<String, NotTaken> {
        {
            let mut board = self.board();
            if board.is_closed() {
                return Err(NotTaken::Closing);
            }
            if !board.promise() {
                return Err(NotTaken::Full);
            }
        }
        let stored = self.store.add_run(new, request);
        let row = match stored {
            Ok(Some(Once::Done)) => self.store.run(new.tenant, new.id),
            other => {
                self.board().redeem();
                return match other {
                    Ok(Some(Once::Before(id))) => Ok(id),
                    Ok(Some(Once::Differs)) => Err(NotTaken::OtherRequest),
                    Ok(_) => Err(NotTaken::NoDataset),
                    Err(fault) => Err(NotTaken::Failed(fault)),
                };
            }
        };
        {
            let mut board = self.board();
            board.redeem();
            let row = row.map_err(NotTaken::Failed)?.ok_or(NotTaken::Failed(Error::StoreDamaged { what: "a run" }))?;
            board.add(&Arc::new(Live::new(&row)));
        }
        self.begin();
        Ok(new.id.to_owned())
    }

    /// Waits for a place to solve in, in the queue and in turn as a run of the tenant would; whoever waits no longer gives it up.
    pub(crate) async fn seat(self: &Arc<Self>, tenant: &Tenant) -> std::result::Result<Seat, NotTaken> {
        let (live, turn) = Live::guest(tenant, new_id("guest").map_err(NotTaken::Failed)?);
        let live = Arc::new(live);
        {
            let mut board = self.board();
            if board.is_closed() {
                return Err(NotTaken::Closing);
            }
            if !board.promise() {
                return Err(NotTaken::Full);
            }
            board.redeem();
            board.add(&live);
        }
        let mut seat = Seat { runs: Arc::clone(self), live, threads: 1 };
        self.begin();
        seat.threads = turn.await.map_err(|_| NotTaken::Closing)?;
        Ok(seat)
    }

    /// A run that waits or works.
    pub(crate) fn find(&self, tenant: &Tenant, id: &str) -> Option<Arc<Live>> {
        self.board().find(id).filter(|run| run.tenant == *tenant)
    }

    /// Begins whatever has its turn.
    fn begin(self: &Arc<Self>) {
        loop {
            let Some((run, working)) = self.board().next() else { return };
            let threads = (std::thread::available_parallelism().map_or(1, usize::from) / working).max(1);
            if run.is_guest() {
                run.call_in(Some(threads));
                continue;
            }
            let runs = Arc::clone(self);
            tokio::spawn(async move {
                let (job, live) = (Arc::clone(&runs), Arc::clone(&run));
                // A panic in there ends the run, not the service.
                let ended = tokio::task::spawn_blocking(move || job.work(&live, threads)).await;
                if !matches!(ended, Ok(Ok(()))) {
                    let (job, live) = (Arc::clone(&runs), Arc::clone(&run));
                    // Where even that fails the run stays as it is stored and is taken up at the next start.
                    tokio::task::spawn_blocking(move || job.fail(&live).unwrap_or(())).await.unwrap_or(());
                }
                runs.board().leave(&run);
                runs.left.notify_waiters();
                runs.begin();
            });
        }
    }

    /// Solves one run and stores what comes out. Blocking.
    fn work(&self, live: &Live, threads: usize) -> Result<()> {
        let Some(run) = self.store.run(&live.tenant, &live.id)?.filter(|run| run.state == RunState::Queued) else { return Ok(()) };
        let mut body = asked(&run)?;
        body.start_time = Some(convert::timestamp(now_ms()));
        let Some(run) = self.store.update_run(&run, RunState::Running, &body.encode_to_vec(), None)? else { return Ok(()) };
        live.tell_state(RunState::Running);
        let asked_ms = body.options.as_ref().and_then(|options| options.time_limit_ms);
        let tell = |progress: Progress| live.tell_progress(progress);
        let control = Control { stop: Some(&live.signal), progress: Some(&tell) };
        let answer = timed(self.limits.solve_time(asked_ms), live, || job::solve(&*self.store, &self.limits, &run, threads, &control));
        if live.is_put_back() && !live.attached {
            // Done again at the next start; this time does not count as an attempt.
            let again = RunRow { attempts: run.attempts.saturating_sub(1), ..run };
            body.start_time = None;
            return self.store.update_run(&again, RunState::Queued, &body.encode_to_vec(), None).map(|_| ());
        }
        let ended = match answer {
            // Cancelled while it was being finished at the latest: nobody wants the answer.
            _ if live.signal.reason() == Some(Status::Cancelled) => self.end(&run, RunState::Cancelled, |_| {}, None)?,
            Ok(job::Answer { summary, results }) => {
                self.end(&run, RunState::Succeeded, |body| body.result = Some(summary), Some(&results))?
            }
            Err(Error::Core(fault)) => self.end(&run, RunState::Failed, |body| body.failure = Some(convert::failure(&fault)), None)?,
            Err(other) => return Err(other),
        };
        if let Some(run) = ended {
            live.tell_state(run.state);
        }
        Ok(())
    }

    /// Stores that a run ended by a defect.
    fn fail(&self, live: &Live) -> Result<()> {
        let Some(run) = self.store.run(&live.tenant, &live.id)?.filter(|run| !run.state.is_over()) else { return Ok(()) };
        let failure = v1::RunFailure { reason: "INTERNAL".into(), findings: Vec::new(), action: "please report this run".into() };
        if self.end(&run, RunState::Failed, |body| body.failure = Some(failure), None)?.is_some() {
            live.tell_state(RunState::Failed);
        }
        Ok(())
    }

    /// Stores the end of a run; `None` where it has changed meanwhile.
    fn end(&self, run: &RunRow, state: RunState, say: impl FnOnce(&mut v1::Run), results: Option<&Results>) -> Result<Option<RunRow>> {
        let mut body = asked(run)?;
        body.end_time = Some(convert::timestamp(now_ms()));
        say(&mut body);
        let ended = self.store.update_run(run, state, &body.encode_to_vec(), results)?;
        if ended.is_some() {
            self.metrics.run_ended(state);
        }
        Ok(ended)
    }

    /// Stops a run: without a result, or with the best so far. Gives it as it stands; `None` where there is none. Blocking.
    ///
    /// # Errors
    /// Where the store fails.
    pub(crate) fn cancel(&self, tenant: &Tenant, id: &str, keep_best: bool) -> Result<Option<RunRow>> {
        loop {
            let Some(run) = self.store.run(tenant, id)? else { return Ok(None) };
            if run.state.is_over() {
                return Ok(Some(run));
            }
            let live = self.find(tenant, id);
            if keep_best && run.state == RunState::Running {
                if let Some(live) = live {
                    live.signal.time_over();
                }
                return Ok(Some(run));
            }
            // The solver stops while the store writes.
            if let Some(live) = &live {
                live.signal.cancel();
            }
            // Overtaken by its beginning or end: look again.
            let Some(run) = self.end(&run, RunState::Cancelled, |_| {}, None)? else { continue };
            if let Some(live) = live {
                live.tell_state(RunState::Cancelled);
                self.board().remove(&live);
            }
            return Ok(Some(run));
        }
    }

    /// The client of an attached run has gone away: nobody wants the answer.
    fn abandon(self: &Arc<Self>, tenant: Tenant, id: String) {
        if let Some(live) = self.find(&tenant, &id) {
            live.signal.cancel();
        }
        let runs = Arc::clone(self);
        // Without a runtime the service is gone too: the run is cancelled at the next start.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || runs.cancel(&tenant, &id, false).map_or((), |_| ()));
        }
    }

    /// Begins nothing more, waits `drain` for what works, then stops it: attached runs are cancelled, others are done again at the
    /// next start.
    pub(crate) async fn close(self: &Arc<Self>, drain: Duration) {
        let all = {
            let mut board = self.board();
            board.close();
            board.all()
        };
        // Guests that wait would wait in vain.
        for live in &all {
            live.call_in(None);
        }
        let idle = async {
            loop {
                let left = self.left.notified();
                if self.board().is_idle() {
                    return;
                }
                left.await;
            }
        };
        tokio::pin!(idle);
        if tokio::time::timeout(drain, &mut idle).await.is_ok() {
            return;
        }
        for live in self.board().all() {
            if live.attached {
                let runs = Arc::clone(self);
                tokio::task::spawn_blocking(move || runs.cancel(&live.tenant, &live.id, false).map_or((), |_| ()));
            } else {
                live.put_back();
            }
        }
        tokio::time::timeout(Duration::from_secs(30), idle).await.unwrap_or(());
    }
}

/// A place to solve in, for work that is no run; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    runs: Arc<Runs>,
    live: Arc<Live>,
    /// Threads to solve on.
    pub(crate) threads: usize,
}

impl Seat {
    /// Stops the solver when the service is stopped.
    pub(crate) fn control(&self) -> Control<'_> {
        Control { stop: Some(&self.live.signal), progress: None }
    }

    /// Whether the work in the seat is no longer wanted.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.live.signal.reason() == Some(Status::Cancelled)
    }

    /// Whether the work in the seat was stopped, by its time or because it is no longer wanted.
    pub(crate) fn is_over(&self) -> bool {
        self.live.signal.reason().is_some()
    }

    /// Works in the seat, and tells the solver when `limit` is over.
    pub(crate) fn timed<T>(&self, limit: Duration, work: impl FnOnce() -> T) -> T {
        timed(limit, &self.live, work)
    }

    /// Stops the work in the seat when it is dropped.
    pub(crate) fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.live))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        {
            let mut board = self.runs.board();
            if !board.remove(&self.live) {
                board.leave(&self.live);
            }
        }
        self.runs.left.notify_waiters();
        // Without a runtime the service is gone: nothing more begins.
        if tokio::runtime::Handle::try_current().is_ok() {
            self.runs.begin();
        }
    }
}

/// Stops the work in a seat when its client goes away, or its time is over.
#[derive(Debug)]
pub(crate) struct Stopper(Arc<Live>);

impl Drop for Stopper {
    fn drop(&mut self) {
        self.0.signal.cancel();
    }
}

/// A client that waits for its run. Where it goes away, or its time is over, the run is cancelled.
#[derive(Debug)]
pub(crate) struct Attached {
    runs: Arc<Runs>,
    tenant: Tenant,
    id: String,
    ended: bool,
}

impl Attached {
    pub(crate) fn new(runs: &Arc<Runs>, tenant: &Tenant, id: &str) -> Self {
        Self { runs: Arc::clone(runs), tenant: tenant.clone(), id: id.to_owned(), ended: false }
    }

    /// Waits until the run has ended.
    pub(crate) async fn wait(mut self) {
        let events = self.runs.find(&self.tenant, &self.id).map(|live| live.events());
        if let Some(mut events) = events {
            // An error says that the run is no longer there to be waited for.
            drop(events.wait_for(|event| event.state.is_over()).await);
        }
        self.ended = true;
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if !self.ended {
            self.runs.abandon(std::mem::replace(&mut self.tenant, Tenant(String::new())), std::mem::take(&mut self.id));
        }
    }
}

/// Runs `solve` and tells it when `limit` is over.
fn timed<T>(limit: Duration, live: &Live, solve: impl FnOnce() -> T) -> T {
    let (done, wait) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Err(std::sync::mpsc::RecvTimeoutError::Timeout) = wait.recv_timeout(limit) {
                live.signal.time_over();
            }
        });
        let answer = solve();
        drop(done);
        answer
    })
}
