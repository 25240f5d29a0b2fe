//! Whose turn it is: a bounded queue, tenants in turn, and never the last place for one tenant alone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::store::Tenant;

use super::live::Live;

/// What waits and what works.
#[derive(Debug)]
pub(super) struct Board {
    places: usize,
    tenant_places: usize,
    most_waiting: usize,
    /// Places promised to runs that are being stored.
    promised: usize,
    /// Runs that wait, by tenant; a tenant without any is not there.
    waiting: BTreeMap<Tenant, VecDeque<Arc<Live>>>,
    /// Tenants that wait, whose turn it is first.
    turns: VecDeque<Tenant>,
    /// Runs that work, by tenant; a tenant without any is not there.
    working: BTreeMap<Tenant, usize>,
    /// Every run that has not ended.
    live: BTreeMap<String, Arc<Live>>,
    closed: bool,
}

impl Board {
    pub(super) const fn new(places: usize, tenant_places: usize, most_waiting: usize) -> Self {
        Self {
            places,
            tenant_places,
            most_waiting,
            promised: 0,
            waiting: BTreeMap::new(),
            turns: VecDeque::new(),
            working: BTreeMap::new(),
            live: BTreeMap::new(),
            closed: false,
        }
    }

    /// Promises a place in the queue, if there is one.
    pub(super) fn promise(&mut self) -> bool {
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        let free = waiting + self.promised < self.most_waiting;
        self.promised += usize::from(free);
        free
    }

    /// Takes a promise back, or keeps it by [`Board::add`].
    pub(super) const fn redeem(&mut self) {
        self.promised = self.promised.saturating_sub(1);
    }

    /// Puts a run at the end of its tenant's queue.
    pub(super) fn add(&mut self, run: &Arc<Live>) {
        if !self.waiting.contains_key(&run.tenant) {
            self.turns.push_back(run.tenant.clone());
        }
        self.waiting.entry(run.tenant.clone()).or_default().push_back(Arc::clone(run));
        self.live.insert(run.id.clone(), Arc::clone(run));
        self.tell_queue(&run.tenant);
    }

    /// The next run to begin, and how many will work with it; its place is taken.
    pub(super) fn next(&mut self) -> Option<(Arc<Live>, usize)> {
        let working: usize = self.working.values().sum();
        if self.closed || working >= self.places {
            return None;
        }
        let may = |tenant: &Tenant| self.working.get(tenant).copied().unwrap_or(0) < self.tenant_places;
        let at = self.turns.iter().position(may)?;
        let tenant = self.turns.remove(at)?;
        let queue = self.waiting.get_mut(&tenant)?;
        let run = queue.pop_front()?;
        if queue.is_empty() {
            self.waiting.remove(&tenant);
        } else {
            self.turns.push_back(tenant.clone());
        }
        self.tell_queue(&tenant);
        *self.working.entry(tenant).or_default() += 1;
        Some((run, working + 1))
    }

    /// A run that worked gives its place back.
    pub(super) fn leave(&mut self, run: &Live) {
        if let Some(count) = self.working.get_mut(&run.tenant) {
            *count -= 1;
            if *count == 0 {
                self.working.remove(&run.tenant);
            }
        }
        self.live.remove(&run.id);
    }

    /// Takes a run that waits out of the queue; tells whether it was there.
    pub(super) fn remove(&mut self, run: &Live) -> bool {
        let mut was_there = false;
        if let Some(queue) = self.waiting.get_mut(&run.tenant) {
            let before = queue.len();
            queue.retain(|other| other.id != run.id);
            was_there = queue.len() < before;
            if was_there {
                self.live.remove(&run.id);
            }
            if queue.is_empty() {
                self.waiting.remove(&run.tenant);
                self.turns.retain(|tenant| *tenant != run.tenant);
            }
        }
        self.tell_queue(&run.tenant);
        was_there
    }

    /// Tells each run of the tenant that waits how many are before it.
    fn tell_queue(&self, tenant: &Tenant) {
        for (ahead, waiting) in self.waiting.get(tenant).into_iter().flatten().enumerate() {
            waiting.tell_ahead(ahead);
        }
    }

    /// A run that has not ended.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Live>> {
        self.live.get(id).cloned()
    }

    /// Runs that wait, and runs that work.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.waiting.values().map(VecDeque::len).sum(), self.working.values().sum())
    }

    /// Begins nothing more.
    pub(super) const fn close(&mut self) {
        self.closed = true;
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn is_idle(&self) -> bool {
        self.working.is_empty()
    }

    /// Every run that has not ended.
    pub(super) fn all(&self) -> Vec<Arc<Live>> {
        self.live.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunRow, RunState};

    fn run(tenant: &str, id: &str) -> Arc<Live> {
        let row = RunRow {
            seq: 0,
            tenant: Tenant(tenant.into()),
            id: id.into(),
            dataset: String::new(),
            policy: None,
            attached: false,
            state: RunState::Queued,
            attempts: 0,
            version: 1,
            body: Vec::new(),
        };
        Arc::new(Live::new(&row))
    }

    fn next(board: &mut Board) -> Option<String> {
        board.next().map(|(run, _)| run.id.clone())
    }

    #[test]
    fn tenants_take_turns_and_one_leaves_a_place() {
        let mut board = Board::new(2, 1, 16);
        let runs = [run("a", "a1"), run("a", "a2"), run("b", "b1"), run("b", "b2")];
        for run in &runs {
            board.add(run);
        }
        assert_eq!((next(&mut board), next(&mut board), next(&mut board)), (Some("a1".into()), Some("b1".into()), None));
        board.leave(&runs[0]);
        assert_eq!((next(&mut board), next(&mut board)), (Some("a2".into()), None));
        board.leave(&runs[1]);
        assert_eq!(next(&mut board), None, "the place left is not for the tenant that has one");
        board.leave(&runs[2]);
        assert_eq!(next(&mut board), Some("b2".into()));
    }

    #[test]
    fn a_full_queue_promises_nothing_until_a_promise_is_taken_back() {
        let mut board = Board::new(1, 1, 2);
        assert!(board.promise() && board.promise() && !board.promise());
        board.redeem();
        assert!(board.promise());
        board.redeem();
        board.add(&run("a", "a1"));
        assert!(!board.promise(), "one promised, one waits");
    }

    #[test]
    fn what_is_cancelled_while_it_waits_is_not_begun() {
        let mut board = Board::new(1, 1, 16);
        let (first, second) = (run("a", "a1"), run("a", "a2"));
        board.add(&first);
        board.add(&second);
        assert!(board.remove(&first));
        assert!(board.find("a1").is_none());
        assert_eq!(next(&mut board), Some("a2".into()));
        assert!(!board.remove(&second));
        assert!(board.find("a2").is_some(), "it works already");
        board.leave(&second);
        assert!(board.is_idle() && board.all().is_empty());
        board.add(&first);
        board.close();
        assert_eq!(next(&mut board), None);
    }
}
