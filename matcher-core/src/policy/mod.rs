//! The policy: what people decide. Weights, rule switches and parameters, quotas, pins; read from `policy.toml`.

pub mod codes;
mod presets;
mod read;

pub use presets::{PRESETS, Preset, preset};
pub use read::parse;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tables::rows::QuotaRow;

/// What people decide. Rules and criteria are named by code; the registries below resolve the codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Stable id.
    pub id: String,
    /// Version.
    pub version: String,
    /// Who decided it.
    pub author: String,
    /// Day at which ages, ceilings, waiting and availability are taken, `YYYY-MM-DD`; `--date` goes before it.
    #[serde(default)]
    pub reference_date: Option<String>,
    /// Published seed of the draws that break ties.
    #[serde(default)]
    pub seed: u64,
    /// Households named per dwelling in the shortlists, at least 3.
    #[serde(default = "three")]
    pub shortlist_length: u32,
    /// Rooms a household needs.
    #[serde(default)]
    pub bedroom_norm: BedroomNorm,
    /// Weight of each criterion by code, 0 or more; a criterion that is not named weighs 0.
    pub weights: BTreeMap<String, i64>,
    /// Parameters of criteria, by code.
    #[serde(default)]
    pub criteria: BTreeMap<String, Settings>,
    /// Switches and parameters of rules, by code; a rule that is not named is on with its defaults.
    #[serde(default)]
    pub rules: BTreeMap<String, RuleChoice>,
    /// Pairs that are decided beforehand.
    #[serde(default)]
    pub pins: Vec<Pair>,
    /// Pairs that are ruled out.
    #[serde(default)]
    pub forbidden: Vec<Pair>,
    /// Quotas beside those of `quotas.csv`; one with the same id replaces it.
    #[serde(default, rename = "quota")]
    pub quotas: Vec<QuotaRow>,
    /// Ids of quotas that are not applied.
    #[serde(default)]
    pub quotas_off: Vec<String>,
    /// Whether pairs of `affinities.csv` earn their points.
    #[serde(default)]
    pub affinities: bool,
}

const fn three() -> u32 {
    3
}

/// Parameters by name.
pub type Settings = BTreeMap<String, Setting>;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// A whole number in the unit of the parameter's name.
    Integer(i64),
    /// A switch.
    Switch(bool),
    /// A code.
    Text(String),
    /// Codes.
    List(Vec<String>),
}

/// What a policy says about one rule. A field that is none of these is a parameter; the registry reports those it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChoice {
    /// Off only where the policy says so.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Version of the local text; empty = the registry's.
    #[serde(default)]
    pub version: String,
    /// Local legal basis; empty = the registry's.
    #[serde(default)]
    pub legal_basis: String,
    /// Who decided it; empty = the policy's author.
    #[serde(default)]
    pub author: String,
    /// First day; empty = always.
    #[serde(default)]
    pub valid_from: String,
    /// Last day; empty = open.
    #[serde(default)]
    pub valid_to: String,
    /// Parameters.
    #[serde(default, flatten)]
    pub settings: Settings,
}

const fn yes() -> bool {
    true
}

/// A household and a dwelling, with the reason and the person who decided it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Household id.
    pub household: String,
    /// Dwelling id.
    pub dwelling: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub author: String,
}

/// How many rooms a household needs: data, since every provider has its own norm.
///
/// Main rooms = `living` + bedrooms; a couple shares one bedroom, children up to `child_age_max` share `children_per_bedroom`
/// to a bedroom, everybody else has one. (Form of the INSEE norm; a norm by sex is left out: sex is not asked for.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BedroomNorm {
    /// Rooms that are no bedrooms.
    pub living: i64,
    /// Age up to which a child shares a bedroom.
    pub child_age_max: i64,
    /// Children to a shared bedroom.
    pub children_per_bedroom: i64,
    /// Fewest main rooms for a household of one person (1 = a studio will do).
    pub single_rooms: i64,
}

impl Default for BedroomNorm {
    fn default() -> Self {
        Self { living: 1, child_age_max: 17, children_per_bedroom: 2, single_rooms: 1 }
    }
}

impl BedroomNorm {
    /// Main rooms needed, from whether the reference person has a partner, the ages of the children, and the number of others.
    ///
    /// ```
    /// use matcher_core::policy::BedroomNorm;
    /// assert_eq!(BedroomNorm::default().rooms(true, &[4, 9, 15], 0), 4);
    /// assert_eq!(BedroomNorm::default().rooms(false, &[], 0), 1);
    /// ```
    pub fn rooms(&self, couple: bool, child_ages: &[i64], others: i64) -> i64 {
        let sharing = child_ages.iter().filter(|&&age| age <= self.child_age_max).count() as i64;
        let grown = child_ages.len() as i64 - sharing;
        if !couple && child_ages.is_empty() && others == 0 {
            return self.single_rooms;
        }
        let per_bedroom = self.children_per_bedroom.max(1);
        self.living + 1 + (sharing + per_bedroom - 1) / per_bedroom + grown + others
    }
}
