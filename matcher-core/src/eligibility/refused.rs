//! Who is refused what, counted by rule: why a dwelling has no candidate, or a household no dwelling.

use rayon::prelude::*;

use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::lanes::Bits;
use crate::model::{Model, Run};

use super::places::ascending;
use super::screening::{Asked, Eligibility};
use super::{Places, Screen, Verdicts};

/// Households that one task asks about.
const TASK: usize = 4_096;

impl Eligibility<'_> {
    /// How many dwellings of `run` each rule refuses to `household`, in the order of the rules; a dwelling may be refused by several.
    /// For many households and all dwellings, see [`Refusals`](super::Refusals).
    pub fn refusals(&self, model: &Model, household: HouseholdIndex, run: Run) -> Vec<(&'static str, usize)> {
        let counted = self.rules.iter().map(|rule| {
            let kept = rule.classes.refused(household, run);
            let by_place = || rule.screen.places(household).map(|places| places.refused(model, run));
            (rule.code, kept.or_else(by_place).unwrap_or_else(|| self.refused_by(&*rule.screen, household, run)))
        });
        counted.collect()
    }

    /// How many households of the model each rule refuses each of `dwellings`, in the order of the rules.
    ///
    /// # Complexity
    /// O(dwellings x (rules x classes + log households) + households x (log households + r)), r residences a household has named; and, for each
    /// household that a rule has to be asked about by itself, where neither an amount nor the residence decides, O(all dwellings / 64)
    /// and what it is refused.
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
        // Where amounts decide, a dwelling is refused to all whose amount is less than its own.
        let amounts: Option<Vec<i64>> = alone.iter().map(|&household| rule.screen.most(household).map(|most| most.1)).collect();
        if let (Some(mut amounts), Some((column, _))) = (amounts, alone.first().and_then(|&household| rule.screen.most(household))) {
            amounts.par_sort_unstable();
            let below = |amount| amounts.partition_point(|most| most < amount);
            return targets.iter().map(|target| column.get(target.index()).map_or(alone.len(), below)).collect();
        }
        let by_place = ByPlace::new(model, alone.iter().filter_map(|&household| rule.screen.places(household)));
        let asked: Vec<HouseholdIndex> = alone.into_iter().filter(|&household| rule.screen.places(household).is_none()).collect();
        let counts = self.refused_asked(rule, &asked, targets);
        let one = |(target, asked): (&DwellingIndex, usize)| {
            let residence = model.dwellings.residence.get(target.index());
            residence.map_or(0, |residence| by_place.refused(*residence)) + asked
        };
        targets.iter().zip(counts).map(one).collect()
    }

    /// Of `households`, those that are refused each of `targets` (ascending), by asking about each household.
    fn refused_asked(&self, rule: &Asked<'_>, households: &[HouseholdIndex], targets: &[DwellingIndex]) -> Vec<usize> {
        let (Some(first), Some(last)) = (targets.first(), targets.last()) else { return Vec::new() };
        let run = Run::new(first.index()..last.index() + 1);
        let mut looked_at = Bits::empty(run.len());
        for target in targets {
            looked_at.insert(target.index() - first.index());
        }
        let part = |part: &[HouseholdIndex]| {
            let (mut refused, mut open) = (vec![0usize; run.len()], Bits::default());
            for &household in part {
                open.clone_from(&looked_at);
                rule.screen.screen(household, &mut Verdicts::new(run, &mut open).on(self.path));
                for offset in looked_at.iter_without(&open) {
                    refused.get_mut(offset).into_iter().for_each(|count| *count += 1);
                }
            }
            targets.iter().map(|target| refused.get(target.index() - first.index()).copied().unwrap_or_default()).collect()
        };
        let parts: Vec<Vec<usize>> = households.par_chunks(TASK).map(part).collect();
        let mut refused = vec![0; targets.len()];
        for part in parts {
            refused.iter_mut().zip(part).for_each(|(count, part)| *count += part);
        }
        refused
    }

    /// Dwellings of `run` that a rule refuses, by asking it about each.
    pub(super) fn refused_by(&self, screen: &dyn Screen, household: HouseholdIndex, run: Run) -> usize {
        let mut open = Bits::full(run.len());
        screen.screen(household, &mut Verdicts::new(run, &mut open).on(self.path));
        run.len() - open.count()
    }
}

/// Households by the residences where they are refused everything.
struct ByPlace {
    /// Households that have named the only residences they are not refused.
    only: usize,
    /// Per residence: how many of those have named it, and how many others are refused it.
    named: Vec<(usize, usize)>,
}

impl ByPlace {
    fn new<'a>(model: &Model, places: impl Iterator<Item = Places<'a>>) -> Self {
        let (mut only, mut named) = (0, vec![(0, 0); model.residences.len()]);
        for places in places {
            let (Places::Only(residences) | Places::Without(residences)) = places;
            let here = usize::from(matches!(places, Places::Only(_)));
            only += here;
            for residence in &*ascending(residences) {
                if let Some(count) = named.get_mut(residence.index()) {
                    *count = (count.0 + here, count.1 + 1 - here);
                }
            }
        }
        Self { only, named }
    }

    fn refused(&self, residence: ResidenceIndex) -> usize {
        self.named.get(residence.index()).map_or(self.only, |&(fit, refused)| self.only - fit + refused)
    }
}
