//! The certificate as certificate.json writes it; docs/formats.md says what each part means.
#![expect(missing_docs, reason = "docs/formats.md has a table of the fields")]

use std::collections::BTreeMap;

use serde::Deserialize;

/// A claim about one problem, with its proof.
#[derive(Debug, Clone, Deserialize)]
pub struct Certificate {
    pub problem: String,
    pub objective: Option<i64>,
    pub bound: Option<i64>,
    #[serde(flatten)]
    pub proof: Proof,
}

/// How the claim is proved.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    Prices(Prices),
    Tree { nodes: Vec<Node> },
    Infeasible { rows: Vec<String>, nodes: Vec<Node>, witnesses: Vec<Witness> },
    Tiers { levels: Vec<Certificate> },
}

/// Prices in 1/scale points; what is missing is 0, save `households` inside a tree.
#[derive(Debug, Clone, Deserialize)]
pub struct Prices {
    pub scale: i64,
    pub households: Option<BTreeMap<String, i64>>,
    #[serde(default)]
    pub dwellings: BTreeMap<String, i64>,
    #[serde(default)]
    pub quotas: BTreeMap<String, QuotaPrice>,
    #[serde(default)]
    pub affinities: Vec<AffinityShare>,
    #[serde(default)]
    pub covers: Vec<Cover>,
}

/// Prices of a row's two bounds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaPrice {
    #[serde(default)]
    pub max: i64,
    #[serde(default)]
    pub min: i64,
}

/// How the points of a pair are split in one residence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffinityShare {
    pub household_a: String,
    pub household_b: String,
    pub residence: String,
    pub share_a: i64,
    pub share_b: i64,
}

/// Households that cannot all be counted by the row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    pub quota: String,
    pub households: Vec<String>,
    #[serde(default)]
    pub times: Vec<i64>,
    pub at_most: Option<i64>,
    pub price: i64,
}

/// A node of a tree.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "node", rename_all = "snake_case")]
pub enum Node {
    Split { decision: Decision, yes: usize, no: usize },
    Fix { prices: Prices, then: usize },
    Leaf { prices: Prices },
    Ray { prices: Prices },
}

/// Is the household offered a dwelling of this residence, or this dwelling? Exactly one of the two is there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    pub household: String,
    pub residence: Option<String>,
    pub dwelling: Option<String>,
}

/// An allocation that meets every row of the set but one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    pub without: String,
    pub pairs: Vec<(String, String)>,
}
