//! What a caller asks of a run, beside what people have decided in the policy.

use std::num::NonZeroU32;

use crate::solve::SolveOptions;

/// What a caller asks of a run. None of it changes what is allowed or what a pair is worth.
///
/// ```
/// use matcher_core::pipeline::RunOptions;
/// use matcher_core::solve::SolveOptions;
/// let options = RunOptions::from(SolveOptions { gap_ppm: 10_000, ..SolveOptions::default() });
/// assert_eq!((options.solve.gap_ppm, options.max_candidates), (10_000, None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunOptions {
    /// How far the solver goes.
    pub solve: SolveOptions,
    /// So many pairs per household stand in the problem at first, the best by score; others come in where the proof, which always
    /// holds for all eligible pairs, asks for them. `None` = all pairs at once. A matter of memory and time, for towns where the
    /// pairs do not fit; within the gap asked for another allocation may be found.
    pub max_candidates: Option<NonZeroU32>,
}

impl From<SolveOptions> for RunOptions {
    fn from(solve: SolveOptions) -> Self {
        Self { solve, max_candidates: None }
    }
}
