//! `set_quota`: bounds, prices, scope or validity of a quota.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::town::Town;

use super::columns::{
    AUTHOR, BASIS, DENOMINATOR, GROUP, LEGAL_BASIS, MAX, MEASURE, MIN, PENALTY_ABOVE, PENALTY_BELOW, QUOTA, ROUNDING, SCOPE, TARGET,
    TARGET_PENALTY, TARGET_STEP, UNIT, VALID_FROM, VALID_TO, VERSION, Written, check,
};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_quota",
    summary: [
        "Bornes, prix, périmètre ou validité d'un quota ou d'un objectif ; un texte vide efface une colonne qui peut l'être",
        "Bounds, prices, scope or validity of a quota or target; an empty text clears a column that may be empty",
    ],
    keys: &[
        QUOTA,
        MIN,
        TARGET,
        MAX,
        PENALTY_BELOW,
        PENALTY_ABOVE,
        TARGET_PENALTY,
        TARGET_STEP,
        ROUNDING,
        VALID_FROM,
        VALID_TO,
        SCOPE,
        GROUP,
        MEASURE,
        BASIS,
        UNIT,
        DENOMINATOR,
        VERSION,
        LEGAL_BASIS,
        AUTHOR,
    ],
    example: "quota = \"seniors-R03\"\ntarget = 33.3",
    read: |keys| {
        let quota = keys.need("quota");
        let written = Written::read(keys);
        if written.is_empty() && keys.is_clean {
            keys.clash("quota", "nothing is said of the quota", "add at least one of its columns");
        }
        Some(Box::new(SetQuota { quota, written }))
    },
};

#[derive(Debug)]
struct SetQuota {
    quota: String,
    written: Written,
}

impl Change for SetQuota {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Some(row) = town.quota(&self.quota, faults) else { return };
        self.written.write(row);
        let row = row.clone();
        check(town, &row, faults);
    }
}
