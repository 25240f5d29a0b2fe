//! Raw problems of the housing kind, of any size: what a solver is measured on.
//!
//! Unlike a [`Town`](crate::Town) this is the problem itself (docs/formats.md), written row by row as it is drawn, so that a nation of
//! 100,000 dwellings and a million households needs little memory. Households have the ages, persons and means of the town's
//! applicants; a score is the sum of a few features in steps (typology, distance, rent effort, floor, waiting, wishes), so that ties
//! occur as in life. Quotas steer ages and incomes per residence around a profile of its own, within a tolerance.
//!
//! **Feasible by construction.** While the households are drawn, each is offered the best free dwelling that no maximum forbids. This
//! plain first-come allocation keeps every maximum, and a hard minimum never asks for more than it reaches.

mod files;
mod friends;
mod homes;
mod quotas;
mod score;
mod seekers;

use std::collections::BTreeMap;
use std::path::Path;

use matcher_core::error::Error;

use crate::plan::Size;
use files::{Memory, Sheets};
use friends::Friends;
use homes::City;
use quotas::Book;
use seekers::Crowd;

/// What a raw problem is to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemPlan {
    /// Dwellings and households.
    pub size: Size,
    /// How far, in per mille, the bounds of a quota stand from the target.
    pub tolerance: u32,
    /// Write groups, scopes and quotas.
    pub quotas: bool,
    /// Write pairs of households that earn points together.
    pub affinities: bool,
}

impl ProblemPlan {
    /// With quotas at a tolerance of 15 %, without pairs.
    pub const fn new(size: Size) -> Self {
        Self { size, tolerance: 150, quotas: true, affinities: false }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProblemCounts {
    /// Dwellings, all of capacity 1.
    pub dwellings: usize,
    /// Households; one without any arc stands in `groups.csv` only.
    pub households: usize,
    /// Rows of `arcs.csv`.
    pub arcs: usize,
    /// Rows of `quotas.csv`.
    pub quotas: usize,
    /// Rows of `affinities.csv`.
    pub affinities: usize,
}

/// Writes the problem directory `dir`; the same plan and seed give the same bytes. Files of an earlier problem do not stay.
///
/// # Complexity
/// O(arcs) time; O(dwellings + quotas) memory, and O(households + pairs) with affinities.
///
/// # Errors
/// [`Error::Io`].
pub fn write_problem(plan: &ProblemPlan, seed: u64, dir: &Path) -> Result<ProblemCounts, Error> {
    let fault = |source| Error::Io { path: dir.into(), source };
    files::clear(dir).map_err(fault)?;
    make(*plan, seed, &mut |name| files::on_disk(dir, name)).map_err(fault)
}

/// The files of the problem by name, in memory; for small sizes.
///
/// ```
/// use matcher_generate::{ProblemPlan, Size, problem_files};
/// let files = problem_files(&ProblemPlan::new(Size::XS), 1);
/// let problem = matcher_core::problem::read_files(&files)?;
/// assert_eq!((problem.dwellings().len(), problem.households().len()), (40, 120));
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn problem_files(plan: &ProblemPlan, seed: u64) -> BTreeMap<&'static str, Vec<u8>> {
    let memory = Memory::default();
    // Writing into memory does not fail.
    make(*plan, seed, &mut |name| Ok(memory.file(name))).unwrap_or_default();
    memory.files()
}

fn make(plan: ProblemPlan, seed: u64, open: &mut files::Open<'_>) -> std::io::Result<ProblemCounts> {
    let city = City::new(plan.size, seed);
    let crowd = Crowd::new(plan.size, &city, seed);
    let mut book = plan.quotas.then(|| Book::new(&city, plan.tolerance, seed));
    let mut friends = plan.affinities.then(Friends::default);
    let mut sheets = Sheets::new(open, plan.quotas, city.homes.len(), crowd.count)?;
    sheets.homes(&city)?;
    let (mut arcs, mut scored) = (0, Vec::new());
    for number in 0..crowd.count {
        let seeker = crowd.seeker(number);
        score::arcs(&city, &seeker, &mut scored);
        for &(home, points) in &scored {
            sheets.arc(number, home, points)?;
        }
        arcs += scored.len();
        if let Some(book) = &mut book {
            sheets.groups(number, &seeker)?;
            book.offer(&city, &seeker, &scored);
        }
        if let Some(friends) = &mut friends {
            friends.meet(number, &seeker);
        }
    }
    let quotas = book.map_or(Vec::new(), Book::rows);
    sheets.quotas(&quotas)?;
    let pairs = friends.map_or(Vec::new(), |friends| friends.pairs(seed));
    if plan.affinities {
        sheets.affinities(open, &pairs)?;
    }
    sheets.finish()?;
    Ok(ProblemCounts { dwellings: city.homes.len(), households: crowd.count, arcs, quotas: quotas.len(), affinities: pairs.len() })
}

#[cfg(test)]
mod tests;
