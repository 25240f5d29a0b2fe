//! What people take away from a run: the printable page, the files, and the summary in the terminal.

mod files;
mod html;
mod summary;
mod texts;

pub use files::files;
pub use html::html;
pub use summary::summary;

use crate::allocation::Allocation;

/// (bound - objective) / max(1, |objective|) in millionths, rounded up: what is shown is never better than what is proved.
fn gap_millionths(allocation: &Allocation) -> Option<i128> {
    let (objective, bound) = (i128::from(allocation.objective?), i128::from(allocation.bound?));
    let whole = objective.abs().max(1);
    Some(((bound - objective) * 1_000_000 + whole - 1).div_euclid(whole))
}
