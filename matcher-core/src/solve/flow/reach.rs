//! What a search has reached so far.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::graph::NONE;

/// Distances of one search of shortest paths; clearing costs O(1).
#[derive(Debug)]
pub(super) struct Reach {
    now: u32,
    seen: Vec<u32>,
    done: Vec<u32>,
    pub(super) distance: Vec<i64>,
    /// The node before it on the path.
    pub(super) from: Vec<u32>,
    /// (distance, place among equals, node).
    heap: BinaryHeap<Reverse<(i64, u32, u32)>>,
    /// Nodes whose distance is final.
    pub(super) settled: Vec<u32>,
}

impl Reach {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            now: 0,
            seen: vec![0; nodes],
            done: vec![0; nodes],
            distance: vec![0; nodes],
            from: vec![NONE; nodes],
            heap: BinaryHeap::new(),
            settled: Vec::new(),
        }
    }

    /// Forgets everything.
    pub(super) fn start(&mut self) {
        if self.now == u32::MAX {
            self.seen.fill(0);
            self.done.fill(0);
            self.now = 0;
        }
        self.now += 1;
        self.heap.clear();
        self.settled.clear();
    }

    /// Reaches a node at `distance`, if that is nearer than before.
    pub(super) fn reach(&mut self, node: u32, distance: i64, from: u32) -> bool {
        let at = node as usize;
        let nearer = self.seen[at] != self.now || distance < self.distance[at];
        if nearer {
            self.seen[at] = self.now;
            self.distance[at] = distance;
            self.from[at] = from;
        }
        nearer
    }

    pub(super) fn push(&mut self, node: u32, place: u32) {
        self.heap.push(Reverse((self.distance[node as usize], place, node)));
    }

    /// The nearest node that is not settled, below `limit`.
    pub(super) fn pop(&mut self, limit: i64) -> Option<u32> {
        while let Some(Reverse((distance, _, node))) = self.heap.pop() {
            if distance >= limit {
                return None;
            }
            let at = node as usize;
            if self.done[at] != self.now && distance == self.distance[at] {
                return Some(node);
            }
        }
        None
    }

    pub(super) fn settle(&mut self, node: u32) {
        self.done[node as usize] = self.now;
        self.settled.push(node);
    }
}
