//! Makes edits by positions: the open problem changes, and the method that keeps its answer is told.

use crate::ids::CellIndex;

use super::edits::Step;
use super::{Method, Warm};

impl Warm {
    /// Makes one step; gives the one that takes it back.
    pub(super) fn step(&mut self, step: Step) -> Step {
        let above = i64::try_from(self.open.sizes.top).unwrap_or(i64::MAX / 4).saturating_add(1);
        let open = &mut self.open;
        self.is_solved = false;
        let mut repair = match &mut self.method {
            Method::Plain(repair) => Some(&mut **repair),
            Method::Quotas(priced) => {
                if let Some(column) = step.column() {
                    priced.touch(column);
                }
                None
            }
            Method::Afresh(known) => {
                *known = None;
                None
            }
        };
        match step {
            Step::Withdraw { column } => {
                open.set_away(column, true);
                if let Some(repair) = repair {
                    repair.withdraw(&open.arcs.graph, column, above);
                }
                Step::Reinstate { column }
            }
            Step::Reinstate { column } => {
                open.set_away(column, false);
                if let Some(repair) = repair {
                    repair.reinstate(&open.arcs.graph, column);
                }
                Step::Withdraw { column }
            }
            Step::PushColumn { household, degree } => {
                let known = open.push_column(*household, degree);
                if let Some(repair) = repair {
                    repair.matching.resize(open.arcs.graph.rows(), open.arcs.graph.columns());
                }
                Step::DropColumn { known }
            }
            Step::DropColumn { known } => {
                open.pop_column(known);
                if let Some(repair) = repair {
                    repair.matching.resize(open.arcs.graph.rows(), open.arcs.graph.columns());
                }
                Step::Nothing
            }
            Step::Close { row } => {
                open.is_removed[row as usize] = true;
                let capacity = open.set_capacity(row, 0);
                if let Some(repair) = repair {
                    repair.close(&open.arcs.graph, row, above);
                }
                Step::Reopen { row, capacity }
            }
            Step::Reopen { row, capacity } => {
                open.is_removed[row as usize] = false;
                open.set_capacity(row, capacity);
                if let Some(repair) = repair {
                    repair.reopen(&open.arcs.graph, row);
                }
                Step::Close { row }
            }
            Step::PushRow { dwelling, degree } => {
                let known = open.push_row(*dwelling, degree);
                if let Some(repair) = repair {
                    repair.matching.resize(open.arcs.graph.rows(), open.arcs.graph.columns());
                }
                Step::DropRow { known }
            }
            Step::DropRow { known } => {
                open.pop_row(known);
                if let Some(repair) = repair {
                    repair.matching.resize(open.arcs.graph.rows(), open.arcs.graph.columns());
                }
                Step::Nothing
            }
            Step::Capacity { row, capacity } => {
                let old = open.set_capacity(row, capacity);
                if let Some(repair) = repair {
                    repair.fit(&open.arcs.graph, row);
                }
                Step::Capacity { row, capacity: old }
            }
            Step::Score { column, row, score } => {
                open.sizes.top = open.sizes.top.max(i128::from(score).abs());
                let Some(slot) = open.arcs.graph.find(column, row) else { return Step::Nothing };
                let old = std::mem::replace(&mut open.arcs.graph.score[slot as usize], score);
                if let Some(repair) = repair {
                    repair.rescore(&open.arcs.graph, slot, old);
                }
                Step::Score { column, row, score: old }
            }
            Step::AddArc { column, row, score } => {
                open.sizes.top = open.sizes.top.max(i128::from(score).abs());
                let is_there = !open.is_away[column as usize] && !open.is_removed[row as usize];
                let cell = if open.detaches() { open.cell(column, row) } else { CellIndex::default() };
                let slots = repair.as_mut().map(|repair| &mut repair.matching.slot);
                let slot = open.arcs.insert(column, row, score, cell, &mut follow(slots));
                if let Some(repair) = repair.filter(|_| is_there) {
                    repair.join(&open.arcs.graph, slot);
                }
                Step::RemoveArc { column, row }
            }
            Step::RemoveArc { column, row } => {
                let Some(slot) = open.arcs.graph.find(column, row) else { return Step::Nothing };
                if let Some(repair) = &mut repair {
                    repair.part(&open.arcs.graph, slot);
                }
                let score = open.arcs.graph.score[slot as usize];
                open.arcs.remove(slot, &mut follow(repair.map(|repair| &mut repair.matching.slot)));
                Step::AddArc { column, row, score }
            }
            Step::Weight { quota, column, row, weight } => {
                let old = open.set_weight(quota, column, row, weight);
                if let Some(slot) = open.arcs.graph.find(column, row) {
                    open.arcs.graph.cell[slot as usize] = open.cell(column, row);
                }
                Step::Weight { quota, column, row, weight: old }
            }
            Step::Quota { quota, mut with } => {
                std::mem::swap(&mut open.quotas[quota.index()], &mut *with);
                Step::Quota { quota, with }
            }
            Step::Nothing => Step::Nothing,
        }
    }
}

/// Keeps the slots of matched columns right while arcs move.
fn follow(mut slots: Option<&mut Vec<u32>>) -> impl FnMut(u32, u32, u32) + '_ {
    move |column, from, to| {
        if let Some(slot) = slots.as_deref_mut().and_then(|slots| slots.get_mut(column as usize))
            && *slot == from
        {
            *slot = to;
        }
    }
}
