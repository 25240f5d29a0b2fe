//! The verdicts of a rule kept as bits, once per class of households.

use crate::ids::HouseholdIndex;
use crate::lanes::{Bits, Path};
use crate::model::{Model, Run};

use super::{Screen, Verdicts};

/// Memory that the bits of all rules together may take; further classes are asked household by household.
const MOST_BYTES: usize = 1 << 28;

/// What a rule says to the classes of households.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Per household its class; [`ALONE`] = it is asked by itself.
    of_household: Vec<u32>,
    /// Per class the dwellings that are not refused; `None` = a class whose bits were not worth their memory.
    open: Vec<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    bits: Bits,
    /// Dwellings that are refused.
    refused: usize,
    /// Households of the class.
    households: usize,
}

/// A household without a class.
const ALONE: u32 = u32::MAX;

impl Classes {
    /// Asks `screen` once per class about every dwelling. `bytes` are those kept so far.
    pub(super) fn new(model: &Model, screen: &dyn Screen, path: Path, bytes: &mut usize) -> Self {
        let all = model.dwellings.all();
        let mut classes = Self::default();
        for household in model.households.all() {
            let class = screen.class(household).unwrap_or(ALONE);
            classes.of_household.push(class);
            // Classes are few; a rule that numbers them wildly is asked household by household.
            if class as usize >= model.households.len().max(1 << 16) {
                continue;
            }
            if classes.open.len() <= class as usize {
                classes.open.resize_with(class as usize + 1, || None);
            }
            let Some(slot) = classes.open.get_mut(class as usize) else { continue };
            match slot {
                Some(kept) => kept.households += 1,
                None if *bytes + all.len() / 8 <= MOST_BYTES => {
                    *bytes += all.len() / 8;
                    let mut bits = Bits::full(all.len());
                    screen.screen(household, &mut Verdicts::new(all, &mut bits).on(path));
                    *slot = Some(Kept { refused: all.len() - bits.count(), bits, households: 1 });
                }
                None => {}
            }
        }
        classes
    }

    fn kept(&self, household: HouseholdIndex) -> Option<&Kept> {
        self.open.get(*self.of_household.get(household.index())? as usize)?.as_ref()
    }

    /// True where the verdicts on the household are kept.
    pub(super) fn keeps(&self, household: HouseholdIndex) -> bool {
        self.kept(household).is_some()
    }

    /// Takes out of `open`, which is over all dwellings and holds none outside `runs`, what the rule refuses to the household's class;
    /// false where it has to be asked.
    pub(super) fn apply(&self, household: HouseholdIndex, runs: &[Run], open: &mut Bits) -> bool {
        let kept = self.kept(household);
        if let Some(kept) = kept.filter(|kept| kept.refused > 0) {
            for &run in runs {
                open.intersect_in(&kept.bits, run);
            }
        }
        kept.is_some()
    }

    /// Dwellings of `run` that the rule refuses to the household; `None` where it has to be asked.
    pub(super) fn refused(&self, household: HouseholdIndex, run: Run) -> Option<usize> {
        self.kept(household).map(|kept| run.len() - kept.bits.count_in(run))
    }

    /// Dwellings of the model that the rule refuses to the household; `None` where it has to be asked.
    pub(super) fn refused_of_all(&self, household: HouseholdIndex) -> Option<usize> {
        self.kept(household).map(|kept| kept.refused)
    }

    /// Households to which the rule refuses the dwelling, among those whose class is kept.
    pub(super) fn refused_households(&self, dwelling: usize) -> usize {
        self.open.iter().flatten().filter(|kept| !kept.bits.contains(dwelling)).map(|kept| kept.households).sum()
    }
}
