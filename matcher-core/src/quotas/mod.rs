//! Quotas and targets: from what people write to rows of the raw problem, and back to what became of them.
//!
//! A quota bounds how many households (or persons) of a *group* live, or sign, in a *scope* of dwellings. What counts
//! already is subtracted from its bounds: the tenancies of the scope (`stock`), or what the ledger of the period has signed
//! (`flow`); `run` counts only what this run offers.
//!
//! **Bounds.** A share is turned into a whole number over a named denominator: the `dwellings` of the scope (all of them; with
//! basis `run` those to allocate), or the `leases` of the period (expected in the ledger, otherwise signed so far + offers possible
//! in this run). It is rounded as [`Rounding`] says; `legal` unless told otherwise where the bound is hard, `outward` where it is
//! priced. A share of the `offers` themselves has no fixed denominator: it becomes a row whose weights are
//! D x counted - N x all for the share N/D, compared with 0, and is exact. Its penalty per household is spread over the D units.
//!
//! **Hard maxima that are broken already** become "no worsening": at most 0 more, net; the inherited excess is reported apart.
//! A hard *minimum* of a period whose ledger names the leases expected asks only for what later leases can no longer bring.
//! Where the scope has nothing to allocate and nobody who could leave it, a stock or flow quota cannot change in this run: it is
//! reported and is no row.
//!
//! **Targets** are convex: the first unit away costs `target_penalty`, each further one `target_penalty_step` more. They become
//! priced rows `id#1`, `id#2`, ... whose free bands widen by one unit each; row 1 costs the first price per unit, every other row
//! adds the step. After [`MOST_STEPS`] rows the price no longer grows.
//!
//! **Transfers.** A household that lives in the scope of a stock quota and moves frees its place: on each of its arcs it weighs what
//! it counts in the new place minus what it counts in the old one. The problem says this with the shared group and scope, and a
//! listed weight of minus its old count on every arc of the household. Complexity: arcs of households that move x rows of the
//! quotas that count them now. The denominator stays: an empty dwelling is still a dwelling.

pub mod codes;
mod filter;
mod legal;
mod lower;
mod number;
mod outcome;
mod pairs;
mod plans;
mod read;
mod scopes;
mod stated;

pub(crate) use lower::{Draft, problem_until};
pub use lower::{Lowered, problem};
pub use number::{Fraction, Rounding};
pub use outcome::{Outcome, Verdict, outcomes};
pub(crate) use pairs::{Desk, Eligible, Pairs};
pub use plans::MOST_STEPS;
pub(crate) use read::lint;
pub use read::read;
pub(crate) use scopes::Scope;
pub use stated::{Basis, Bounds, Denominator, Measure, Quotas, SetAside, StatedQuota};

use crate::tables::rows::{LedgerRow, QuotaRow};

/// What the tables say about quotas.
#[derive(Debug, Clone, Copy, Default)]
pub struct Book<'a> {
    /// Rows of `quotas.csv`.
    pub quotas: &'a [QuotaRow],
    /// Rows of `ledger.csv`.
    pub ledger: &'a [LedgerRow],
}

#[cfg(test)]
mod tests;
