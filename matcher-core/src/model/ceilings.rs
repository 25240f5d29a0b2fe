//! Income ceilings at the reference date, by financing, zone and household category.

use std::collections::BTreeMap;

use crate::tables::rows::Financing;
use crate::units::CentsPerYear;

/// Ceilings that hold at the reference date.
#[derive(Debug, Clone, Default)]
pub struct Ceilings {
    /// Per financing and zone: categories 1 to 6, then what each further person adds.
    table: BTreeMap<(Financing, String), [CentsPerYear; 7]>,
}

impl Ceilings {
    /// From the seven numbers of each financing and zone.
    pub const fn new(table: BTreeMap<(Financing, String), [CentsPerYear; 7]>) -> Self {
        Self { table }
    }

    /// The ceiling of a household of `category`; `None` where none is known (never for [`Financing::Free`], which has none to know).
    pub fn ceiling(&self, financing: Financing, zone: &str, category: u8) -> Option<CentsPerYear> {
        let row = self.table.get(&(financing, zone.to_owned()))?;
        let last = row.get(usize::from(category.clamp(1, 6)) - 1)?;
        let further = i64::from(category.saturating_sub(6));
        Some(CentsPerYear(last.0 + further * row.last()?.0))
    }
}
