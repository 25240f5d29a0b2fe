//! What most embedders need, in one line: `use matcher_core::prelude::*;`.
//!
//! ```
//! use matcher_core::prelude::*;
//! let options = SolveOptions { gap_ppm: 0, ..SolveOptions::default() };
//! assert_eq!(options.step_limit, None);
//! ```

pub use crate::allocation::{Allocation, Certificate, Status};
pub use crate::error::{Error, Finding, Report};
pub use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex, ResidenceIndex};
pub use crate::model::Model;
pub use crate::pipeline::{Inputs, Run, RunOptions};
pub use crate::policy::Policy;
pub use crate::problem::{Parts, Problem};
pub use crate::solve::{Control, Progress, SolveOptions, StopSignal, solve};
