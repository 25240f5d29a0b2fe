//! What a solve will need, before it allocates anything.
//!
//! The figures are sums of what the methods' arrays take per arc and per household or dwelling (their heads say how much), rounded
//! up; docs/results.md holds them against measured peaks. The problem itself (16 B per arc) is there before and not counted. That of its
//! classes is made only where at most two fifths of the arcs remain: together with its solve, (16 + 16) x 2/5 or (16 + 26) x 2/5 B per arc, it
//! stays within what the whole would need, and so does the look for classes (12 B per dwelling).

use crate::error::Error;
use crate::problem::Problem;

use super::SolveOptions;

/// Whatever the size: threads, buffers, the tree's programs.
const BASE: u64 = 64 << 20;
/// Per arc of a plain problem: lists of row and weight, and the draws' order.
const PLAIN_ARC: u64 = 16;
/// Per household and dwelling of a plain problem.
const PLAIN_PLACE: u64 = 400;
/// Per arc with rows or pairs: the graph (16 B), and where a tenth of the arcs is at hand their core (36 B), those near (25 B) and
/// the blocks (32 B).
const ARC: u64 = 26;
/// Per household and dwelling with rows or pairs: prices, matching, best and hoped-for prices, searches.
const PLACE: u64 = 150;
/// Per pair of households: its shares in each residence that both can reach, at most this many counted.
const PAIR: u64 = 400;

/// Bytes that [`solve`](super::solve) will need beside the problem, at most. O(1).
///
/// ```
/// use matcher_core::problem::{Parts, Problem};
/// let empty = Problem::new(Parts::default())?;
/// assert_eq!(matcher_core::solve::memory_estimate(&empty), 64 << 20);
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn memory_estimate(problem: &Problem) -> u64 {
    let places = (problem.households().len() + problem.dwellings().len()) as u64;
    let (arcs, pairs) = (problem.arc_count() as u64, problem.affinities().len() as u64);
    let is_plain = problem.quotas().is_empty() && pairs == 0;
    let (arc, place) = if is_plain { (PLAIN_ARC, PLAIN_PLACE) } else { (ARC, PLACE) };
    BASE + arcs * arc + places * place + pairs * PAIR
}

/// Refuses a solve that would need more than the options allow.
///
/// # Errors
/// [`Error::MemoryLimit`].
pub(super) fn check(problem: &Problem, options: &SolveOptions) -> Result<(), Error> {
    let needed_mib = memory_estimate(problem).div_ceil(1 << 20);
    match options.memory_limit_mib {
        Some(limit_mib) if needed_mib > limit_mib => Err(Error::MemoryLimit { needed_mib, limit_mib }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Parts;
    use crate::solve::{Control, solve};

    #[test]
    fn a_solve_that_needs_more_than_allowed_is_refused_by_name() {
        let problem = Problem::new(Parts::default()).unwrap();
        let with = |limit| solve(&problem, &SolveOptions { memory_limit_mib: limit, ..SolveOptions::default() }, &Control::default());
        assert!(matches!(with(Some(63)).unwrap_err(), Error::MemoryLimit { needed_mib: 64, limit_mib: 63 }));
        assert!(with(Some(64)).is_ok());
        assert!(with(None).is_ok());
    }
}
