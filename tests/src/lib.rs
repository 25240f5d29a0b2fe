//! The tests that cross crates live in `integration/`; the oracle they share lives here.

pub mod court;
pub mod families;
pub mod oracle;
pub mod relcheck;
pub mod scenarios;
pub mod subsets;
pub mod tiers;
