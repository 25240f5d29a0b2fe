//! A run that has not ended, as those who wait for it see it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use matcher_core::solve::{Progress, StopSignal};
use tokio::sync::{oneshot, watch};

use crate::store::{RunRow, RunState, Tenant};

/// How a run stands. A watcher sees the latest; what lies between is skipped, so that no slow reader makes a queue grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    /// From 1 on.
    pub(crate) sequence: u64,
    pub(crate) state: RunState,
    pub(crate) progress: Option<Progress>,
    /// Runs of the tenant before this one.
    pub(crate) ahead: usize,
}

/// A run that waits or works.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) id: String,
    pub(crate) tenant: Tenant,
    pub(crate) attached: bool,
    /// Stops the solver.
    pub(super) signal: StopSignal,
    /// Stopped because the service is: it is to be done again at the next start.
    put_back: AtomicBool,
    events: watch::Sender<Event>,
    /// Where it is a guest: tells it that its turn has come, and on how many threads it may work.
    turn: Mutex<Option<oneshot::Sender<usize>>>,
    is_guest: bool,
}

impl Live {
    pub(super) fn new(run: &RunRow) -> Self {
        let first = Event { sequence: 1, state: RunState::Queued, progress: None, ahead: 0 };
        Self {
            id: run.id.clone(),
            tenant: run.tenant.clone(),
            attached: run.attached,
            signal: StopSignal::new(),
            put_back: AtomicBool::new(false),
            events: watch::channel(first).0,
            turn: Mutex::new(None),
            is_guest: false,
        }
    }

    /// Work that takes a place as a run does and is none: nothing of it is stored. The receiver is told when its turn has come; where the
    /// service stops before, it hears nothing any more.
    pub(super) fn guest(tenant: &Tenant, id: String) -> (Self, oneshot::Receiver<usize>) {
        let (turn, told) = oneshot::channel();
        let row = RunRow {
            seq: 0,
            tenant: tenant.clone(),
            id,
            dataset: String::new(),
            policy: None,
            attached: false,
            state: RunState::Queued,
            attempts: 0,
            version: 1,
            body: Vec::new(),
        };
        (Self { turn: Mutex::new(Some(turn)), is_guest: true, ..Self::new(&row) }, told)
    }

    pub(super) const fn is_guest(&self) -> bool {
        self.is_guest
    }

    /// Tells a guest that its turn has come; without `threads`, that it will not come.
    pub(super) fn call_in(&self, threads: Option<usize>) {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(turn), Some(threads)) = (turn, threads) {
            // A guest that is gone gives its place back by itself.
            turn.send(threads).unwrap_or_default();
        }
    }

    /// The latest event, and those to come.
    pub(crate) fn events(&self) -> watch::Receiver<Event> {
        self.events.subscribe()
    }

    fn tell(&self, change: impl FnOnce(&mut Event)) {
        self.events.send_modify(|event| {
            change(event);
            event.sequence += 1;
        });
    }

    pub(super) fn tell_state(&self, state: RunState) {
        self.tell(|event| (event.state, event.ahead) = (state, 0));
    }

    pub(super) fn tell_ahead(&self, ahead: usize) {
        if self.events.borrow().ahead != ahead {
            self.tell(|event| event.ahead = ahead);
        }
    }

    pub(super) fn tell_progress(&self, progress: Progress) {
        self.tell(|event| event.progress = Some(event.progress.map_or(progress, |before| progress.after(before))));
    }

    /// Stops the solver; the run is done again at the next start.
    pub(super) fn put_back(&self) {
        self.put_back.store(true, Ordering::Relaxed);
        self.signal.cancel();
    }

    pub(super) fn is_put_back(&self) -> bool {
        self.put_back.load(Ordering::Relaxed)
    }
}
