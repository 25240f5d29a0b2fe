//! Plain assignment: nobody counts anything, each household gets at most one dwelling.

mod matching;
mod occupants;
mod scratch;
mod weight;

pub(super) use matching::Matching;

#[cfg(test)]
mod tests;
