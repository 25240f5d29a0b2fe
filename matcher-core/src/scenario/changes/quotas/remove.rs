//! `remove_quota`: a quota is not applied.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::town::Town;

use super::columns::QUOTA;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "remove_quota",
    summary: [
        "Un quota ou un objectif n'est pas appliqué ; il reste écrit, et le rapport le dit écarté",
        "A quota or target is not applied; it stays written, and the report says that it is set aside",
    ],
    keys: &[QUOTA],
    example: "quota = \"school-places\"",
    read: |keys| Some(Box::new(RemoveQuota { quota: keys.need("quota") })),
};

/// By `quotas_off` of the policy, so that its row, its part of the ledger and what it rests on stay.
#[derive(Debug)]
struct RemoveQuota {
    quota: String,
}

impl Change for RemoveQuota {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        if town.quota(&self.quota, faults).is_none() {
            return;
        }
        if town.policy.quotas_off.contains(&self.quota) {
            return faults.contradicts("quota", format!("{} is not applied anyway", self.quota), "remove the change");
        }
        town.policy.quotas_off.push(self.quota.clone());
    }
}
