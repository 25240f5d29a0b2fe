//! What the law asks of a quota: a named author, a validity, and a legal basis where it looks at a protected ground.
//!
//! Sources: penal code art. 225-1 (age, family situation); ASV law of 28 Dec 2015 art. 20 and ELAN law art. 109 (priority by age under
//! an authorisation, only for dwellings that the préfet has not reserved).

use crate::error::Report;
use crate::model::Model;

use super::filter::{Field, Filter};
use super::stated::{Origin, StatedQuota};

fn by_age(group: &Filter) -> bool {
    group.uses(Field::Age) || group.uses(Field::PersonAge)
}

/// Checks one quota.
pub(super) fn check(quota: &StatedQuota, model: &Model, report: &mut Report) {
    let origin = quota.origin;
    check_basis((&quota.id, &quota.text.legal_basis), &quota.group, quota.is_hard(), origin, report);
    let law = quota.text.legal_basis.to_uppercase();
    let authorised = law.contains("ASV") || law.contains("ELAN");
    let reserved = || quota.scope.iter().filter_map(|&at| model.park.get(at)).any(|dwelling| dwelling.reservation == PREFET);
    if by_age(&quota.group) && authorised && reserved() {
        report.warning(
            "E1561",
            origin.place("scope"),
            format!("quota {}: priority by age does not hold for dwellings reserved by the préfet (ASV art. 20)", quota.id),
            "add reservation!=prefet to its scope",
        );
    }
}

/// A quota that looks at a protected ground names its legal basis.
pub(super) fn check_basis((id, legal_basis): (&str, &str), group: &Filter, is_hard: bool, origin: Origin, report: &mut Report) {
    let age = by_age(group);
    let family = group.uses(Field::Category) || group.uses(Field::Size);
    if (age || family) && legal_basis.trim().is_empty() {
        let ground = if age { "age" } else { "family situation or size" };
        if is_hard {
            report.error(
                if age { "E1548" } else { "E1549" },
                origin.place("legal_basis"),
                format!("quota {id}: a hard quota on {ground}, a protected ground, has no legal basis"),
                "name the law or authorisation it rests on, or give it penalties",
            );
        } else {
            report.warning(
                "E1560",
                origin.place("legal_basis"),
                format!("quota {id}: it steers by {ground}, a protected ground, without a legal basis"),
                "name what it rests on: it will be asked for",
            );
        }
    }
}

/// Code of the State's right holder.
const PREFET: &str = "prefet";
