//! How many dwellings each rule refuses to many households, counted without a look at each dwelling.

use crate::ids::HouseholdIndex;
use crate::model::Model;

use super::screening::{Asked, Eligibility};

/// What [`Eligibility::refusals`] says of all dwellings, ready for many households: what depends on the dwellings alone is worked out once.
///
/// A rule that decides by class has a count per class, one that refuses whole residences adds their sizes, one that compares an amount
/// looks for the household's among those of the dwellings in order. Only what is left is asked about each dwelling: households that are
/// promised a dwelling, are forbidden one, or live in one that is to be let.
#[derive(Debug)]
pub struct Refusals<'e, 'm> {
    model: &'e Model,
    eligibility: &'e Eligibility<'m>,
    /// Per rule: the amounts of the dwellings, ascending; empty where no household is measured by one.
    amounts: Vec<Vec<i64>>,
}

impl<'e, 'm> Refusals<'e, 'm> {
    /// Prepares the counts of all rules of `eligibility`, which was prepared for `model`.
    ///
    /// # Complexity
    /// O(rules x households + a x dwellings x log dwellings), a rules that compare amounts.
    pub fn new(model: &'e Model, eligibility: &'e Eligibility<'m>) -> Self {
        let amounts = |rule: &Asked<'_>| {
            let mut alone = model.households.all().filter(|&household| !rule.classes.keeps(household));
            let column = alone.find_map(|household| rule.screen.most(household)).map_or(&[][..], |most| most.0);
            // A dwelling beyond the column is refused, as `Verdicts::check` does.
            let mut amounts = column.get(..model.dwellings.len().min(column.len())).unwrap_or_default().to_vec();
            amounts.sort_unstable();
            amounts
        };
        Self { model, eligibility, amounts: eligibility.rules.iter().map(amounts).collect() }
    }

    /// How many dwellings each rule refuses to `household`, in the order of the rules; a dwelling may be refused by several.
    ///
    /// # Complexity
    /// O(rules + r + a x log dwellings), r residences the household has named, a rules that compare amounts; O(dwellings) for each rule that has
    /// to be asked.
    pub fn counts(&self, household: HouseholdIndex) -> Vec<(&'static str, usize)> {
        let counted =
            self.eligibility.rules.iter().zip(&self.amounts).map(|(rule, amounts)| (rule.code, self.count(rule, amounts, household)));
        counted.collect()
    }

    fn count(&self, rule: &Asked<'_>, amounts: &[i64], household: HouseholdIndex) -> usize {
        if let Some(refused) = rule.classes.refused_of_all(household) {
            return refused;
        }
        let all = self.model.dwellings.all();
        if let Some(places) = rule.screen.places(household) {
            return places.refused(self.model, all);
        }
        match rule.screen.most(household) {
            Some((_, most)) => all.len() - amounts.partition_point(|amount| *amount <= most),
            None => self.eligibility.refused_by(&*rule.screen, household, all),
        }
    }
}
