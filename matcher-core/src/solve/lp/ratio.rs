//! The long-step (bound flipping) ratio test with a tolerance in the manner of Harris.
//!
//! Passing a breakpoint flips a boxed variable to its other bound; the step goes on as long as the leaving variable stays
//! outside its bounds. Among breakpoints that are equal to the tolerance the largest pivot is taken.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Reduced costs may be wrong by this much.
pub(super) const DUAL_TOLERANCE: f64 = 1e-7;
/// A pivot below this is taken only where there is no other.
const PIVOT_WANTED: f64 = 1e-5;

/// A nonbasic variable that blocks the step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Step at which its reduced cost is zero.
    pub(super) ratio: f64,
    /// Size of its entry in the pivot row.
    pub(super) size: f64,
    /// Length of its box.
    pub(super) range: f64,
    /// The variable.
    pub(super) variable: u32,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Candidate {}
impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Candidate {
    /// The smallest ratio is the greatest, for the heap.
    fn cmp(&self, other: &Self) -> Ordering {
        other.ratio.total_cmp(&self.ratio).then(self.size.total_cmp(&other.size)).then(other.variable.cmp(&self.variable))
    }
}

/// What the test chose.
#[derive(Debug)]
pub(super) struct Step {
    /// Enters the basis.
    pub(super) entering: Candidate,
    /// Flip to their other bounds.
    pub(super) flips: Vec<u32>,
    /// Pass their breakpoints within the tolerance: their costs are to be shifted.
    pub(super) passed: Vec<u32>,
}

/// Chooses the entering variable; `None` where even the other bounds of all candidates leave the row broken by `slope` > 0.
pub(super) fn test(candidates: Vec<Candidate>, mut slope: f64) -> Option<Step> {
    let mut heap = BinaryHeap::from(candidates);
    let mut order: Vec<Candidate> = Vec::new();
    let mut groups: Vec<usize> = Vec::new();
    while let Some(first) = heap.pop() {
        groups.push(order.len());
        let mut limit = first.ratio + DUAL_TOLERANCE / first.size;
        slope -= first.size * first.range;
        order.push(first);
        while let Some(next) = heap.peek().copied().filter(|c| c.ratio <= limit) {
            heap.pop();
            limit = limit.min(next.ratio + DUAL_TOLERANCE / next.size);
            slope -= next.size * next.range;
            order.push(next);
        }
        if slope < 0.0 {
            break;
        }
    }
    if slope > 1e-7 {
        return None;
    }
    // The last group with a sound pivot; earlier groups flip, the others are never reached.
    let mut chosen: Option<(usize, Candidate)> = None;
    let mut end = order.len();
    for &start in groups.iter().rev() {
        let best = order[start..end].iter().copied().reduce(|a, b| if b.size > a.size { b } else { a });
        end = start;
        if let Some(best) = best
            && chosen.is_none_or(|c| c.1.size < PIVOT_WANTED && best.size > 10.0 * c.1.size)
        {
            chosen = Some((start, best));
        }
        if chosen.is_some_and(|c| c.1.size >= PIVOT_WANTED) {
            break;
        }
    }
    let (start, entering) = chosen?;
    let flips = order[..start].iter().map(|c| c.variable).collect();
    let passed =
        order[start..].iter().filter(|c| c.ratio < entering.ratio && c.variable != entering.variable).map(|c| c.variable).collect();
    Some(Step { entering, flips, passed })
}
