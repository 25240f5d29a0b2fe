//! Why something is refused, or cannot be read.
#![expect(missing_docs, reason = "the message of each variant says it")]

use std::path::PathBuf;

/// The files cannot be judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{file} is missing")]
    Missing { file: &'static str },
    #[error("{file}: column {column} is missing, twice there or not known")]
    Column { file: &'static str, column: String },
    #[error("{file} line {line}: {fault}")]
    Row { file: &'static str, line: u64, fault: &'static str },
    #[error("{file}: {fault}")]
    File { file: &'static str, fault: &'static str },
    #[error("certificate.json: {0}")]
    Certificate(#[from] serde_json::Error),
}

/// Either the files cannot be judged, or the claim is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
}

/// The one reason why a claim is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    #[error("household {household} is offered two dwellings")]
    HouseholdTwice { household: String },
    #[error("{household} in {dwelling} is no pair of arcs.csv")]
    NotAnArc { household: String, dwelling: String },
    #[error("dwelling {dwelling} takes {capacity} households and is offered to {held}")]
    CapacityExceeded { dwelling: String, capacity: u32, held: u32 },
    #[error("quota {quota} counts {count}, above its hard maximum {max}")]
    AboveMaximum { quota: String, count: i128, max: i64 },
    #[error("quota {quota} counts {count}, below its hard minimum {min}")]
    BelowMinimum { quota: String, count: i128, min: i64 },
    #[error("the numbers are too large to be added up")]
    TooLarge,
    #[error("the certificate is of problem {claimed}, this one is {actual}")]
    ProblemDiffers { claimed: String, actual: String },
    #[error("objective {claimed} is claimed, the allocation is worth {actual}")]
    ObjectiveDiffers { claimed: i64, actual: i64 },
    #[error("an allocation is given, but no objective is claimed")]
    ObjectiveMissing,
    #[error("no bound is claimed")]
    BoundMissing,
    #[error("bound {claimed} is claimed, the prices prove {actual}")]
    BoundDiffers { claimed: i64, actual: i128 },
    #[error("bound {bound} is below objective {objective}")]
    BoundBelowObjective { bound: i64, objective: i64 },
    #[error("an infeasible problem has no objective, no bound and no allocation")]
    InfeasibleWithClaim,
    #[error("scale {scale} is below 1")]
    Scale { scale: i64 },
    #[error("{what} {id} is not known")]
    Unknown { what: &'static str, id: String },
    #[error("the price {price} of {what} {id} is negative")]
    PriceNegative { what: &'static str, id: String, price: i128 },
    #[error("the {side} of quota {quota} has a price but no bound")]
    PriceWithoutBound { quota: String, side: &'static str },
    #[error("the price {price} of the {side} of quota {quota} is above {most}, its scaled penalty (0 in a ray)")]
    PriceAbovePenalty { quota: String, side: &'static str, price: i64, most: i128 },
    #[error("{household} in {dwelling}: the prices are {missing} too low")]
    ArcViolated { household: String, dwelling: String, missing: i128 },
    #[error("{household_a} and {household_b} in {residence}: a share is negative")]
    ShareNegative { household_a: String, household_b: String, residence: String },
    #[error("{household_a} and {household_b} in {residence}: shares are given twice")]
    ShareTwice { household_a: String, household_b: String, residence: String },
    #[error("{household_a} and {household_b} in {residence}: the shares add up to {sum}, {needed} are needed")]
    ShareTooSmall { household_a: String, household_b: String, residence: String, sum: i128, needed: i128 },
    #[error("cover of quota {quota}, which has no hard maximum")]
    CoverNotHard { quota: String },
    #[error("cover of quota {quota}, which has a negative weight")]
    CoverNegativeWeight { quota: String },
    #[error("cover of quota {quota} lists {household} twice")]
    CoverTwice { quota: String, household: String },
    #[error("cover of quota {quota} lists {household}, which it never counts")]
    CoverNotCounted { quota: String, household: String },
    #[error("cover of quota {quota}: `times` has not one number >= 1 per household, or `at_most` is not from -1 to 65535")]
    CoverTimes { quota: String },
    #[error("cover of quota {quota}: its households weigh {weight} and fit the maximum {max}")]
    CoverFits { quota: String, weight: i128, max: i64 },
    #[error("the tree has no node")]
    NoNode,
    #[error("node {node} has the child {child}, which does not stand after it")]
    ChildBeforeParent { node: usize, child: usize },
    #[error("node {node} has the child {child}, which is not there")]
    ChildMissing { node: usize, child: usize },
    #[error("node {node} is reached twice")]
    NodeTwice { node: usize },
    #[error("node {node} is never reached")]
    NodeUnreached { node: usize },
    #[error("the decision on {household} names neither or both of residence and dwelling")]
    DecisionUnclear { household: String },
    #[error("a leaf proves {bound} only, above the claimed bound {claimed}")]
    LeafAboveBound { bound: i128, claimed: i64 },
    #[error("the total {total} of a ray is not negative")]
    RayNotNegative { total: i128 },
    #[error("a proof of infeasibility has leaves that are rays only")]
    NotARay,
    #[error("quota {quota} is priced, but is not in the conflicting set")]
    RowOutsideSet { quota: String },
    #[error("quota {quota} stands twice in the conflicting set")]
    RowTwice { quota: String },
    #[error("quota {quota} of the conflicting set has no hard bound")]
    RowNotHard { quota: String },
    #[error("the conflicting set is not shown to be irreducible: no witness without quota {quota}")]
    WitnessMissing { quota: String },
    #[error("a witness without quota {quota} is given twice or not needed")]
    WitnessNotNeeded { quota: String },
    #[error("witness without quota {without}: {source}")]
    WitnessWrong { without: String, source: Box<Refusal> },
    #[error("the problem has {tiers} tiers, so the certificate is of kind `tiers` with {} levels, or `infeasible`", tiers + 1)]
    LevelsMissing { tiers: usize },
    #[error("the problem has {tiers} tiers, so there are {} levels, not {levels}", tiers + 1)]
    LevelCount { tiers: usize, levels: usize },
    #[error("the problem has no tiers, the certificate has levels")]
    LevelsNotNeeded,
    #[error("a level is proved by prices or a tree")]
    LevelKind,
    #[error("the last level claims another objective or bound than the certificate")]
    LevelClaim,
    #[error("level {level}: {source}")]
    Level { level: usize, source: Box<Refusal> },
    #[error("node {node}: {source}")]
    Node { node: usize, source: Box<Refusal> },
}
