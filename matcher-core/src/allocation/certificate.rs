//! The certificate: integer prices, or a tree of them, that anyone can check. Its JSON form is docs/formats.md.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A proof of the bound, or of infeasibility, bound to one problem by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// SHA-256 of the problem in canonical form, hex.
    pub problem: String,
    /// The claimed objective of the allocation beside it; `None` where there is none.
    pub objective: Option<i64>,
    /// The claimed bound; `None` for an infeasible problem.
    pub bound: Option<i64>,
    /// The proof.
    #[serde(flatten)]
    pub proof: Proof,
}

/// How the claim is proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proof {
    /// One set of prices, valid for every arc.
    Prices(Prices),
    /// Decisions that cover everything, with prices per leaf.
    Tree {
        /// Node 0 is the root; children stand after their parent.
        nodes: Vec<Node>,
    },
    /// No allocation meets the hard rows named, and each of them is needed for that.
    Infeasible {
        /// An irreducible set of hard quota rows that conflict.
        rows: Vec<String>,
        /// The proof: leaves are rays over zero scores.
        nodes: Vec<Node>,
        /// Per row of the set, an allocation that meets all the others.
        witnesses: Vec<Witness>,
    },
    /// One certificate per level, each of the level's own problem ([`Problem::level`](crate::problem::Problem::level)).
    Tiers {
        /// Tier after tier, then the objective.
        levels: Vec<Certificate>,
    },
}

/// Prices on the scale `scale`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prices {
    /// All prices are multiples of 1/scale points.
    pub scale: i64,
    /// Household prices. `None` (only inside a tree): the smallest valid ones, which the checker computes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub households: Option<BTreeMap<String, i64>>,
    /// Dwelling prices that are not zero.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dwellings: BTreeMap<String, i64>,
    /// Quota prices that are not zero.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quotas: BTreeMap<String, QuotaPrice>,
    /// How each pair's points are split between its two households, per residence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affinities: Vec<AffinityShare>,
    /// Cover cuts on hard maxima.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Cover>,
}

/// Prices of one row's maximum and minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QuotaPrice {
    /// Price of the maximum, >= 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max: i64,
    /// Price of the minimum, >= 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// Scaled shares of one pair's points in one residence: both >= 0, together at least scale x points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffinityShare {
    /// One household.
    pub household_a: String,
    /// The other.
    pub household_b: String,
    /// Where both would live.
    pub residence: String,
    /// Given to `household_a`.
    pub share_a: i64,
    /// Given to `household_b`.
    pub share_b: i64,
}

/// The households that `quota` counts, each taken `times` over, are at most `at_most`: those that would be more together exceed
/// its hard maximum. In the plain form (neither given) at most all but one of the households can be counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// A row with a hard maximum and no negative weight.
    pub quota: String,
    /// The households.
    pub households: Vec<String>,
    /// How many times over each household is taken, in their order, >= 1; empty = once each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<i64>,
    /// What they are together at most; `None` = all of them but one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
    /// Price >= 0.
    pub price: i64,
}

/// One node of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "snake_case")]
pub enum Node {
    /// A decision and what follows from yes and no (positions in the list, both after this node).
    Split {
        /// What is decided.
        decision: Decision,
        /// Node where the answer is yes.
        yes: usize,
        /// Node where the answer is no.
        no: usize,
    },
    /// Arcs that these prices prove useless for beating the claimed bound are dropped below.
    Fix {
        /// The prices.
        prices: Prices,
        /// The node below.
        then: usize,
    },
    /// The prices prove that nothing here is worth more than the claimed bound.
    Leaf {
        /// The prices.
        prices: Prices,
    },
    /// The prices, over zero scores, prove that nothing here meets the hard rows.
    Ray {
        /// The prices.
        prices: Prices,
    },
}

/// A yes-or-no question about one household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Decision {
    /// Is the household offered a dwelling of this residence?
    Residence {
        /// The household.
        household: String,
        /// The residence.
        residence: String,
    },
    /// Is the household offered this dwelling?
    Dwelling {
        /// The household.
        household: String,
        /// The dwelling.
        dwelling: String,
    },
}

/// An allocation that meets every row of an irreducible set but one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The row left out.
    pub without: String,
    /// Household and dwelling of each pair.
    pub pairs: Vec<(String, String)>,
}
