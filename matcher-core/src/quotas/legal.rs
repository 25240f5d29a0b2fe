//! What the law asks of a quota: a named author, a validity, and a legal basis where it looks at a protected ground.
//!
//! Sources: penal code art. 225-1 (age, family situation); ASV law of 28 Dec 2015 art. 20 and ELAN law art. 109 (priority by age under
//! an authorisation, only for dwellings that the préfet has not reserved).

use crate::error::Report;
use crate::model::Model;

use super::filter::Field;
use super::stated::StatedQuota;

/// Checks one quota.
pub(super) fn check(quota: &StatedQuota, model: &Model, report: &mut Report) {
    let origin = quota.origin;
    let age = quota.group.uses(Field::Age) || quota.group.uses(Field::PersonAge);
    let family = quota.group.uses(Field::Category) || quota.group.uses(Field::Size);
    let based = !quota.text.legal_basis.trim().is_empty();
    if (age || family) && !based {
        let ground = if age { "age" } else { "family situation or size" };
        if quota.is_hard() {
            report.error(
                if age { "E1548" } else { "E1549" },
                origin.place("legal_basis"),
                format!("quota {}: a hard quota on {ground}, a protected ground, has no legal basis", quota.id),
                "name the law or authorisation it rests on, or give it penalties",
            );
        } else {
            report.warning(
                "E1560",
                origin.place("legal_basis"),
                format!("quota {}: it steers by {ground}, a protected ground, without a legal basis", quota.id),
                "name what it rests on: it will be asked for",
            );
        }
    }
    let law = quota.text.legal_basis.to_uppercase();
    let authorised = law.contains("ASV") || law.contains("ELAN");
    let reserved = || quota.scope.iter().filter_map(|&at| model.park.get(at)).any(|dwelling| dwelling.reservation == PREFET);
    if age && authorised && reserved() {
        report.warning(
            "E1561",
            origin.place("scope"),
            format!("quota {}: priority by age does not hold for dwellings reserved by the préfet (ASV art. 20)", quota.id),
            "add reservation!=prefet to its scope",
        );
    }
}

/// Code of the State's right holder.
const PREFET: &str = "prefet";
