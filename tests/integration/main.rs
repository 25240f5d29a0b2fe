//! One integration binary.
mod demo_town;
