//! One integration binary.

// Said aloud, for clippy knows tests by it.
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod demo_town;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod optima;
#[cfg(test)]
mod quota_faults;
#[cfg(test)]
mod run_folder;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod second_solver;
#[cfg(test)]
mod tiers;
