//! What people take away from a run or from scenarios: the printable page, the files, and the summary in the terminal.

mod files;
mod frontier;
mod html;
mod scenario;
mod summary;
mod sweep;
mod texts;

pub use files::files;
pub use frontier::frontier_summary;
pub use html::{frontier_html, html, scenario_html};
pub use scenario::{Scene, moved_csv, scenario_summary, scenario_table};
pub use summary::summary;
pub use sweep::{Swept, sweep_csv, sweep_table};

use crate::allocation::Allocation;

/// [`gap_of`] an allocation.
fn gap_millionths(allocation: &Allocation) -> Option<i128> {
    gap_of(allocation.objective, allocation.bound)
}

/// (bound - objective) / max(1, |objective|) in millionths, rounded up: what is shown is never better than what is proved.
fn gap_of(objective: Option<i64>, bound: Option<i64>) -> Option<i128> {
    let (objective, bound) = (i128::from(objective?), i128::from(bound?));
    let whole = objective.abs().max(1);
    Some(((bound - objective) * 1_000_000 + whole - 1).div_euclid(whole))
}
