//! Who is refused what, counted by rule: why a dwelling has no candidate, or a household no dwelling.

use rayon::prelude::*;

use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::lanes::Bits;
use crate::model::{Model, Run};

use super::screening::{Asked, Eligibility};
use super::{Screen, Verdicts};

/// Households that one task asks about.
const TASK: usize = 4_096;

impl Eligibility<'_> {
    /// How many dwellings of `run` each rule refuses to `household`, in the order of the rules; a dwelling may be refused by several.
    pub fn refusals(&self, model: &Model, household: HouseholdIndex, run: Run) -> Vec<(&'static str, usize)> {
        let counted = self.rules.iter().map(|rule| {
            let by_class = rule.classes.refused(household, run);
            (rule.code, by_class.unwrap_or_else(|| self.refused_of(model, rule, household, run)))
        });
        counted.collect()
    }

    /// How many households of the model each rule refuses each of `dwellings`, in the order of the rules.
    ///
    /// # Complexity
    /// O(dwellings x (rules x classes + log households) + households x log households), and for each household that a rule has to be asked
    /// about by itself, where no amount decides, O(dwellings) of those in the residences that the rule leaves open.
    pub fn refused_households(&self, model: &Model, dwellings: &[DwellingIndex]) -> Vec<Vec<(&'static str, usize)>> {
        let mut targets = dwellings.to_vec();
        targets.sort_unstable();
        targets.dedup();
        let by_rule: Vec<Vec<usize>> = self.rules.iter().map(|rule| self.refused_alone(model, rule, &targets)).collect();
        let of_dwelling = |dwelling: &DwellingIndex| {
            let at = targets.binary_search(dwelling).unwrap_or_default();
            let counted = self.rules.iter().zip(&by_rule).map(|(rule, alone)| {
                let alone = alone.get(at).copied().unwrap_or_default();
                (rule.code, rule.classes.refused_households(dwelling.index()) + alone)
            });
            counted.collect()
        };
        dwellings.iter().map(of_dwelling).collect()
    }

    /// Households that are refused each of `targets` (ascending), among those that the rule has to be asked about by themselves.
    fn refused_alone(&self, model: &Model, rule: &Asked<'_>, targets: &[DwellingIndex]) -> Vec<usize> {
        let alone: Vec<HouseholdIndex> = model.households.all().filter(|&household| !rule.classes.keeps(household)).collect();
        let mut refused = vec![alone.len(); targets.len()];
        // Where amounts decide, a dwelling is refused to all whose amount is less than its own.
        let amounts: Option<Vec<i64>> = alone.iter().map(|&household| rule.screen.most(household).map(|most| most.1)).collect();
        if let (Some(mut amounts), Some((column, _))) = (amounts, alone.first().and_then(|&household| rule.screen.most(household))) {
            amounts.par_sort_unstable();
            for (count, target) in refused.iter_mut().zip(targets) {
                *count = column.get(target.index()).map_or(alone.len(), |amount| amounts.partition_point(|most| most < amount));
            }
            return refused;
        }
        let part = |part: &[HouseholdIndex]| {
            let (mut fits, mut open) = (vec![0usize; targets.len()], Bits::default());
            for &household in part {
                match rule.screen.within(household) {
                    Some(within) => {
                        let mut residences = within.to_vec();
                        residences.sort_unstable();
                        residences.dedup();
                        let homes = residences.iter().filter_map(|residence| model.residences.get(residence.index()));
                        homes.for_each(|home| self.add_fits(rule, household, home.run, targets, (&mut fits, &mut open)));
                    }
                    None => self.add_fits(rule, household, model.dwellings.all(), targets, (&mut fits, &mut open)),
                }
            }
            fits
        };
        let parts: Vec<Vec<usize>> = alone.par_chunks(TASK).map(part).collect();
        for fits in parts {
            refused.iter_mut().zip(fits).for_each(|(count, fits)| *count -= fits);
        }
        refused
    }

    /// Counts the targets in `run` that the rule does not refuse.
    fn add_fits(
        &self,
        rule: &Asked<'_>,
        household: HouseholdIndex,
        run: Run,
        targets: &[DwellingIndex],
        (fits, open): (&mut [usize], &mut Bits),
    ) {
        let range = run.range();
        let first = targets.partition_point(|target| target.index() < range.start);
        let count = targets.iter().skip(first).take_while(|target| target.index() < range.end).count();
        let inside = || targets.iter().skip(first).take(count).map(|target| target.index() - range.start);
        if count == 0 {
            return;
        }
        open.clear(run.len());
        inside().for_each(|offset| open.insert(offset));
        rule.screen.screen(household, &mut Verdicts::new(run, open).on(self.path));
        for (fits, offset) in fits.iter_mut().skip(first).zip(inside()) {
            *fits += usize::from(open.contains(offset));
        }
    }

    /// Dwellings of `run` that a rule refuses, asked only where it does not refuse whole residences.
    fn refused_of(&self, model: &Model, rule: &Asked<'_>, household: HouseholdIndex, run: Run) -> usize {
        let Some(within) = rule.screen.within(household) else { return self.refused_by(&*rule.screen, household, run) };
        let mut residences = within.to_vec();
        residences.sort_unstable();
        residences.dedup();
        let homes = residences.iter().filter_map(|residence| model.residences.get(residence.index()));
        let fits: usize = homes
            .map(|home| {
                let (here, all) = (home.run.range(), run.range());
                let part = Run::new(here.start.max(all.start)..here.end.min(all.end).max(here.start.max(all.start)));
                part.len() - self.refused_by(&*rule.screen, household, part)
            })
            .sum();
        run.len() - fits
    }

    fn refused_by(&self, screen: &dyn Screen, household: HouseholdIndex, run: Run) -> usize {
        let mut open = Bits::full(run.len());
        screen.screen(household, &mut Verdicts::new(run, &mut open).on(self.path));
        run.len() - open.count()
    }
}
