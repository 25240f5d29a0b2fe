//! What a run rests on, so that it can be explained (CRPA R311-3-1-2: data, parameters and their weights) and replayed.

use std::fmt::Write as _;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::eligibility::{self, RULES};
use crate::model::Model;
use crate::policy::{Policy, Settings};
use crate::problem::Problem;
use crate::scoring::{CRITERIA, VarianceShare};
use crate::solve::SolveOptions;

use super::RunOptions;

/// What a run rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// Version of the engine.
    pub engine_version: &'static str,
    /// Day at which ages, ceilings, waiting and availability were taken, `YYYY-MM-DD`.
    pub reference_date: String,
    /// The policy.
    pub policy: PolicyName,
    /// SHA-256 of the problem in canonical form.
    pub problem: String,
    /// What was asked of the solver, the published seed included.
    pub options: SolveOptions,
    /// Pairs per household in the problem at first; `None` = all.
    pub max_candidates: Option<NonZeroU32>,
    /// The rules that were on.
    pub rules: Vec<RuleInForce>,
    /// The criteria that were weighed.
    pub criteria: Vec<CriterionInForce>,
}

/// Which policy was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyName {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Who decided it.
    pub author: String,
    /// SHA-256 of its content in JSON with keys in order.
    pub sha256: String,
}

/// A rule as it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleInForce {
    /// Its code.
    pub code: &'static str,
    /// Name, French and English.
    pub name: [&'static str; 2],
    /// Version of its text.
    pub version: String,
    /// The law, act or page it rests on.
    pub legal_basis: String,
    /// Who decided it.
    pub author: String,
    /// Parameters that the policy sets.
    pub settings: Settings,
}

/// A criterion as it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CriterionInForce {
    /// Its code.
    pub code: &'static str,
    /// Name, French and English.
    pub name: [&'static str; 2],
    /// Its weight; the criterion gives 0 to 1000 per mille of it.
    pub weight: i64,
    /// Version of its text.
    pub version: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Parameters that the policy sets.
    pub settings: Settings,
    /// Its share in the variance of the points over the eligible pairs, per mille.
    pub spread: i64,
    /// It alone makes nearly all of the differences (FAULTS 62): the other weights hardly count.
    pub dominates: bool,
}

/// SHA-256 as lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        write!(hex, "{byte:02x}").unwrap_or(());
        hex
    })
}

pub(crate) fn provenance(model: &Model, policy: &Policy, problem: &Problem, options: &RunOptions, spread: &[VarianceShare]) -> Provenance {
    let rules = eligibility::provenance(policy, model.date).into_iter().filter(|rule| rule.in_force).map(|rule| RuleInForce {
        code: rule.rule,
        name: RULES.iter().find(|known| known.code() == rule.rule).map_or([rule.rule; 2], |known| known.card().name),
        version: rule.version,
        legal_basis: rule.legal_basis,
        author: rule.author,
        settings: policy.rules.get(rule.rule).map(|choice| choice.settings.clone()).unwrap_or_default(),
    });
    let criteria = CRITERIA.iter().filter_map(|criterion| {
        let (code, card) = (criterion.code(), criterion.card());
        let share = spread.iter().find(|share| share.code == code);
        let weight = policy.weights.get(code).copied().filter(|&weight| weight > 0)?;
        Some(CriterionInForce {
            code,
            name: card.name,
            weight,
            version: card.version,
            source: card.source,
            settings: policy.criteria.get(code).cloned().unwrap_or_default(),
            spread: share.map_or(0, |share| share.per_mille),
            dominates: share.is_some_and(VarianceShare::dominates),
        })
    });
    Provenance {
        engine_version: env!("CARGO_PKG_VERSION"),
        reference_date: model.date.to_string(),
        policy: PolicyName {
            id: policy.id.clone(),
            version: policy.version.clone(),
            author: policy.author.clone(),
            // A policy of strings, numbers and maps with string keys always has a JSON form.
            sha256: sha256(&serde_json::to_vec(policy).unwrap_or_default()),
        },
        problem: problem.hash(),
        options: options.solve,
        max_candidates: options.max_candidates,
        rules: rules.collect(),
        criteria: criteria.collect(),
    }
}
