//! Points that households share: kept once per class of households, for several criteria together.
//!
//! A criterion that few things about a household decide numbers them (see [`Measure::class`]). Households alike in all that several
//! criteria look at have the same points from all of these together, so that one look-up per dwelling stands for all of them. Criteria
//! are put together, those with the fewest classes first, as long as the joint classes stay few.

use crate::ids::HouseholdIndex;
use crate::model::Model;

use super::Measure;

/// Entries that the columns of one bundle may have, 4 bytes each: a household's column comes from a cache that all cores share.
const MOST_ENTRIES: usize = 1 << 22;
/// Households per joint class, on average: what is worked out for fewer is hardly used.
const SHARING: usize = 4;
/// A household without a class.
const ALONE: u32 = u32::MAX;

/// Criteria whose points are kept together.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Their positions in the scoring, ascending.
    pub(super) criteria: Vec<usize>,
    /// Per household its class; [`ALONE`] = it is measured by itself.
    class: Vec<u32>,
    /// Per class its points at every dwelling; empty where they are not kept.
    columns: Vec<Vec<i32>>,
}

impl Kept {
    /// Puts criteria with classes together, given with their positions; none of the columns is filled yet.
    ///
    /// # Complexity
    /// O(criteria x households x log classes).
    pub(super) fn bundles<'a>(model: &Model, criteria: impl Iterator<Item = (usize, &'a dyn Measure)>) -> Vec<Self> {
        let single = criteria.filter_map(|(position, measure)| {
            let class = |household| measure.class(household).map(u64::from);
            let (class, count) = numbered(model.households.all().map(class).collect());
            (count > 0).then_some((count, position, class))
        });
        let mut single: Vec<_> = single.collect();
        single.sort_unstable_by_key(|&(count, position, _)| (count, position));
        let few = |count: usize| count.saturating_mul(model.dwellings.len()) <= MOST_ENTRIES && count * SHARING <= model.households.len();
        let mut bundles = Vec::<Self>::new();
        for (count, position, class) in single {
            if let Some(last) = bundles.last_mut() {
                let both = |(&a, &b): (&u32, &u32)| (a != ALONE && b != ALONE).then_some(u64::from(a) << 32 | u64::from(b));
                let (joint, joint_count) = numbered(last.class.iter().zip(&class).map(both).collect());
                if few(joint_count) {
                    last.criteria.push(position);
                    (last.class, last.columns) = (joint, vec![Vec::new(); joint_count]);
                    continue;
                }
            }
            bundles.push(Self { criteria: vec![position], class, columns: vec![Vec::new(); count] });
        }
        for bundle in &mut bundles {
            bundle.criteria.sort_unstable();
        }
        bundles
    }

    /// One household of each class whose points are worth keeping, and where they go.
    pub(super) fn unfilled(&mut self, dwellings: usize) -> impl Iterator<Item = (HouseholdIndex, &mut Vec<i32>)> {
        let mut first = vec![(0, 0); self.columns.len()];
        for (household, &class) in self.class.iter().enumerate().rev() {
            if let Some((count, member)) = first.get_mut(class as usize) {
                (*count, *member) = (*count + 1, household);
            }
        }
        // A class of one would be measured as often, and kept for nobody.
        let shared = first.into_iter().zip(&mut self.columns).filter(|((count, _), _)| *count > 1);
        shared.take(MOST_ENTRIES / dwellings.max(1)).map(|((_, member), column)| (HouseholdIndex::new(member), column))
    }

    /// The points of the household's class at every dwelling; `None` where the household is to be measured.
    pub(super) fn points(&self, household: HouseholdIndex) -> Option<&[i32]> {
        let class = *self.class.get(household.index())?;
        self.columns.get(class as usize).map(Vec::as_slice).filter(|points| !points.is_empty())
    }
}

/// Numbers without gaps for keys, in their order, and how many there are; [`ALONE`] where there is no key.
fn numbered(keys: Vec<Option<u64>>) -> (Vec<u32>, usize) {
    let mut known: Vec<u64> = keys.iter().flatten().copied().collect();
    known.sort_unstable();
    known.dedup();
    let number = |key: u64| known.binary_search(&key).map_or(ALONE, |at| at as u32);
    (keys.into_iter().map(|key| key.map_or(ALONE, number)).collect(), known.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_gaps_and_keep_the_order_of_keys() {
        assert_eq!(numbered(vec![Some(700), None, Some(5), Some(700), Some(u64::MAX)]), (vec![1, ALONE, 0, 1, 2], 3));
        assert_eq!(numbered(vec![None, None]), (vec![ALONE; 2], 0));
    }
}
