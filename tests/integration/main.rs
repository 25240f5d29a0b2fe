//! One integration binary.

mod demo_town;
// Said aloud, for clippy knows tests by it.
#[cfg(test)]
mod judge;
mod optima;
