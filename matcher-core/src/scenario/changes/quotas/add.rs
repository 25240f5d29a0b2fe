//! `add_quota`: one more quota or target.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::ids;
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::rows::QuotaRow;

use super::columns::{
    AUTHOR, BASIS, DENOMINATOR, GROUP, LEGAL_BASIS, MAX, MEASURE, MIN, PENALTY_ABOVE, PENALTY_BELOW, ROUNDING, SCOPE, TARGET,
    TARGET_PENALTY, TARGET_STEP, UNIT, VALID_FROM, VALID_TO, VERSION, Written, check,
};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "add_quota",
    summary: [
        "Un quota ou un objectif de plus, écrit comme une ligne de quotas.csv : auteur et, s'il le faut, base légale compris",
        "One more quota or target, written as a row of quotas.csv: with its author and, where one is needed, its legal basis",
    ],
    keys: &[
        Key::column("quotas.csv", "id").called("quota", ["Un nouvel identifiant", "A new id"]).required(),
        VERSION.called("version", ["Version du texte ; par défaut 1", "Version of the text; by default 1"]),
        VALID_FROM.called("valid_from", ["Premier jour ; par défaut la date de référence", "First day; by default the reference date"]),
        VALID_TO,
        LEGAL_BASIS,
        AUTHOR.required(),
        SCOPE.required(),
        GROUP.required(),
        MEASURE.required(),
        BASIS.required(),
        UNIT.required(),
        DENOMINATOR,
        MIN,
        TARGET,
        MAX,
        ROUNDING,
        PENALTY_BELOW,
        PENALTY_ABOVE,
        TARGET_PENALTY,
        TARGET_STEP,
    ],
    example: "quota = \"families-R13\"\nauthor = \"bailleur\"\nlegal_basis = \"projet social de la résidence\"\nscope = \"residence=R13\"\ngroup = \"size=3..\"\nmeasure = \"households\"\nbasis = \"stock\"\nunit = \"share\"\ndenominator = \"dwellings\"\nmin = 30\npenalty_below = 8000",
    read: |keys| Some(Box::new(AddQuota { quota: keys.need("quota"), written: Written::read(keys) })),
};

#[derive(Debug)]
struct AddQuota {
    quota: String,
    written: Written,
}

impl Change for AddQuota {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let mut row = QuotaRow { id: self.quota.clone(), version: "1".into(), valid_from: town.date.to_string(), ..QuotaRow::default() };
        self.written.write(&mut row);
        let there = town.tables.quotas.iter().chain(&town.policy.quotas).map(|row| row.id.as_str());
        ids::are_free(std::slice::from_ref(&self.quota), there, "quotas.csv", "quota", faults);
        check(town, &row, faults);
        town.tables.quotas.push(row);
    }
}
