//! `restore_quota`: a quota that was switched off is applied.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::town::Town;

use super::columns::QUOTA;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "restore_quota",
    summary: [
        "Un quota que la politique (quotas_off) ou un changement (remove_quota) écarte est de nouveau appliqué",
        "A quota that the policy (quotas_off) or a change (remove_quota) sets aside is applied again",
    ],
    keys: &[QUOTA],
    example: "quota = \"school-places\"",
    read: |keys| Some(Box::new(RestoreQuota { quota: keys.need("quota") })),
};

#[derive(Debug)]
struct RestoreQuota {
    quota: String,
}

impl Change for RestoreQuota {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let before = town.policy.quotas_off.len();
        town.policy.quotas_off.retain(|off| *off != self.quota);
        if town.policy.quotas_off.len() == before {
            faults.contradicts("quota", format!("{} is not set aside", self.quota), "remove the change");
        }
    }
}
