//! `withdraw_household`: households no longer apply.

use std::collections::BTreeSet;

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::rows::Text;
use crate::tables::schema;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "withdraw_household",
    summary: [
        "Des ménages retirent leur demande ; qui habite une résidence y reste",
        "Households withdraw their application; who lives in a residence stays there",
    ],
    keys: &[Key::new("household", schema::Kind::References("households.csv"), ["Le ménage, ou une liste", "The household, or a list"])
        .required()],
    example: "household = [\"H0461\", \"H0464\"]",
    read: |keys| Some(Box::new(Withdraw { households: keys.need("household") })),
};

#[derive(Debug)]
struct Withdraw {
    households: Vec<Text>,
}

impl Change for Withdraw {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let mut gone: BTreeSet<Text> = self.households.iter().cloned().collect();
        town.unbind(&gone, |pair| &pair.household, "household", faults);
        let tables = &mut town.tables;
        let lasting = tables.tenancies.iter().filter(|row| row.until.is_none_or(|day| day >= town.date));
        let residents: BTreeSet<Text> = lasting.filter(|row| gone.contains(&row.household)).map(|row| row.household.clone()).collect();
        let mut unknown: BTreeSet<Text> = gone.clone();
        for row in &mut tables.households {
            if !unknown.remove(&row.id) {
                continue;
            }
            if !row.applying {
                faults.contradicts("household", format!("{} does not apply", row.id), "remove it");
            }
            row.applying &= !residents.contains(&row.id);
        }
        for id in unknown {
            faults.unknown("household", &id, "households.csv");
        }
        gone.retain(|id| !residents.contains(id));
        let stays = |id: &Text| !gone.contains(id);
        tables.households.retain(|row| stays(&row.id));
        tables.persons.retain(|row| stays(&row.household));
        tables.places.retain(|row| stays(&row.household));
        tables.tenancies.retain(|row| stays(&row.household));
        tables.help.retain(|row| stays(&row.household));
        tables.affinities.retain(|row| stays(&row.household_a) && stays(&row.household_b));
    }
}
