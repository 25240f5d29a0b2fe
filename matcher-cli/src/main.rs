//! The command line of matcher.
fn main() {}
