//! The household's tax income against the ceiling of the dwelling's financing and zone.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::Model;
use crate::policy::Policy;
use crate::tables::rows::Financing;

use super::intern::{BitTable, ClassTable};
use super::{Card, Rule, Screen, Verdicts, Violation, euros};

/// Reference tax income at or below the ceiling.
#[derive(Debug)]
pub(super) struct IncomeCeiling;

const CODE: &str = "income_ceiling";

static CARD: Card = Card {
    name: ["Plafond de ressources", "Income ceiling"],
    about: [
        "Le revenu fiscal de référence ne doit pas dépasser le plafond du financement (PLAI, PLUS, PLS), de la zone et de la catégorie \
         du ménage, à la date de référence.",
        "The reference tax income must not exceed the ceiling of the financing (PLAI, PLUS, PLS), the zone and the household's \
         category on the reference date.",
    ],
    sentence: [
        "Le revenu fiscal de référence de {income_eur_year} € dépasse le plafond {financing} de {ceiling_eur_year} € \
         (catégorie {category}, zone {zone}).",
        "The reference tax income of {income_eur_year} € exceeds the {financing} ceiling of {ceiling_eur_year} € \
         (category {category}, zone {zone}).",
    ],
    source: "CCH art. L441-1, R441-1; arrêté du 29 juillet 1987",
    version: "1",
    parameters: &[],
};

impl Rule for IncomeCeiling {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Screen + 'm> {
        let mut classes: Vec<(Financing, &str)> = Vec::new();
        let class = model.dwellings.financing.iter().zip(&model.dwellings.residence).map(|(&financing, residence)| {
            let zone = model.residences.get(residence.index()).map_or("", |residence| residence.ceiling_zone.as_str());
            let key = (financing, zone);
            let at = classes.iter().position(|&known| known == key).unwrap_or(classes.len());
            if at == classes.len() {
                classes.push(key);
            }
            at as u32
        });
        let class: Vec<u32> = class.collect();
        let limits = (0..=u8::MAX).map(|category| {
            let limit = |&(financing, zone): &(Financing, &str)| match financing {
                Financing::Free => i64::MAX,
                // Without a known ceiling nobody is let through; the model's build has reported it.
                _ => model.ceilings.ceiling(financing, zone, category).map_or(i64::MIN, |ceiling| ceiling.0),
            };
            classes.iter().map(limit).collect()
        });
        let limits: Vec<Vec<i64>> = limits.collect();
        let households = &model.households;
        let mut below = BitTable::new(households.len(), classes.len());
        for (household, (&category, income)) in households.category.iter().zip(&households.income).enumerate() {
            let limits = limits.get(usize::from(category)).map(Vec::as_slice).unwrap_or_default();
            for (class, _) in limits.iter().enumerate().filter(|(_, limit)| income.0 <= **limit) {
                below.insert(household, class);
            }
        }
        Box::new(Incomes { model, class, classes, limits, below: below.into_classes() })
    }
}

struct Incomes<'m> {
    model: &'m Model,
    /// Per dwelling: its position in `classes`.
    class: Vec<u32>,
    classes: Vec<(Financing, &'m str)>,
    /// Per household category: the ceiling of each class, cents per year.
    limits: Vec<Vec<i64>>,
    /// Per household: the classes whose ceiling its income does not exceed.
    below: ClassTable,
}

impl Screen for Incomes<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let households = &self.model.households;
        let (Some(&category), Some(income)) = (households.category.get(household.index()), households.income.get(household.index())) else {
            return;
        };
        let below = self.below.set(household.index());
        verdicts.check(
            &self.class,
            |&class| below.contains(class),
            |&class| {
                let limits = self.limits.get(usize::from(category)).map(Vec::as_slice).unwrap_or_default();
                let limit = limits.get(class as usize).copied().unwrap_or(i64::MIN);
                let (financing, zone) = self.classes.get(class as usize).copied().unwrap_or((Financing::Free, ""));
                Violation {
                    rule: CODE,
                    values: vec![
                        ("income_eur_year", euros(income.0)),
                        ("ceiling_eur_year", euros(limit)),
                        ("financing", financing.code().to_owned()),
                        ("category", category.to_string()),
                        ("zone", zone.to_owned()),
                    ],
                }
            },
        );
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        Some(self.below.class(household.index()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, verdicts};
    use super::*;
    use crate::model::testing::{policy, small_town};
    use crate::units::CentsPerYear;

    #[test]
    fn an_income_above_the_plai_ceiling_still_fits_plus() {
        let mut tables = small_town();
        tables.dwellings[1].financing = Financing::Plai;
        let values = [
            ("income_eur_year", "15000"),
            ("ceiling_eur_year", "12759"),
            ("financing", "PLAI"),
            ("category", "1"),
            ("zone", "autres_regions"),
        ];
        assert_eq!(verdicts(&IncomeCeiling, &tables, &policy(), "H1"), [None, Some(refusal(CODE, &values))]);
    }

    #[test]
    fn the_ceiling_itself_is_allowed_and_free_dwellings_have_none() {
        let mut tables = small_town();
        tables.dwellings[1].financing = Financing::Free;
        let mut open = |cents| {
            tables.households[0].income_eur_year = CentsPerYear(cents);
            verdicts(&IncomeCeiling, &tables, &policy(), "H1").iter().map(Option::is_none).collect::<Vec<_>>()
        };
        assert_eq!(open(2_320_100), [true, true]);
        assert_eq!(open(2_320_101), [false, true]);
    }

    #[test]
    fn eight_persons_have_two_further_shares() {
        let mut tables = small_town();
        tables.households[0].category = 8;
        tables.households[0].income_eur_year = CentsPerYear(7_294_001);
        let refused = verdicts(&IncomeCeiling, &tables, &policy(), "H1")[0].clone().unwrap();
        assert_eq!(refused.values[1], ("ceiling_eur_year", "72940".into()));
    }
}
