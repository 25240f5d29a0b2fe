//! The marks of a criterion kept once per class of households.

use crate::ids::HouseholdIndex;
use crate::model::Model;

use super::Measure;

/// Memory that the marks of all criteria together may take; further classes are measured household by household.
const MOST_BYTES: usize = 1 << 28;

/// Marks of one criterion by class, a column of all dwellings each.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Per household its class; [`ALONE`] = it is measured by itself. Empty where the criterion has no classes.
    class: Vec<u32>,
    columns: Vec<Vec<u16>>,
}

/// A household without a class.
const ALONE: u32 = u32::MAX;

impl Kept {
    /// Asks `column` for the marks of one household per class that has several. `bytes` are those kept so far.
    pub(super) fn new(model: &Model, measure: &dyn Measure, bytes: &mut usize, mut column: impl FnMut(HouseholdIndex) -> Vec<u16>) -> Self {
        let most = model.households.len().max(1 << 16);
        let class = |household| measure.class(household).filter(|class| (*class as usize) < most).unwrap_or(ALONE);
        let mut kept = Self { class: model.households.all().map(class).collect(), columns: Vec::new() };
        let mut households: Vec<u32> = Vec::new();
        for &class in kept.class.iter().filter(|class| **class != ALONE) {
            households.resize(households.len().max(class as usize + 1), 0);
            if let Some(count) = households.get_mut(class as usize) {
                *count += 1;
            }
        }
        kept.columns.resize_with(households.len(), Vec::new);
        let size = 2 * model.dwellings.len();
        for (household, &class) in model.households.all().zip(&kept.class) {
            // A class of one would be measured as often, and kept for nobody.
            let shared = households.get(class as usize).is_some_and(|count| *count > 1);
            if let Some(slot) = kept.columns.get_mut(class as usize).filter(|slot| slot.is_empty() && shared)
                && *bytes + size <= MOST_BYTES
            {
                *bytes += size;
                *slot = column(household);
            }
        }
        if kept.columns.is_empty() {
            kept.class = Vec::new();
        }
        kept
    }

    /// The marks of the household's class at every dwelling; `None` where the household is to be measured.
    pub(super) fn marks(&self, household: HouseholdIndex) -> Option<&[u16]> {
        let class = *self.class.get(household.index())?;
        self.columns.get(class as usize).map(Vec::as_slice).filter(|marks| !marks.is_empty())
    }
}
