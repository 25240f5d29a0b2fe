//! One integration binary.

// Said aloud, for clippy knows tests by it.
#[cfg(test)]
mod demo_town;
#[cfg(test)]
mod judge;
mod optima;
