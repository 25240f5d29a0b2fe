//! Filters on dwellings where there is no model yet: the same words, looked up in the tables.

use crate::error::{Place, Report};
use crate::tables::rows::{DwellingRow, ResidenceRow, Tables};

use super::filter::{Field, Filter, Home};

/// A filter on the dwellings of the tables, in the words of a quota's scope.
#[derive(Debug, Clone)]
pub(crate) struct Scope(Filter);

impl Scope {
    /// Reads it; every fault is reported at `place`.
    pub(crate) fn read(text: &str, place: Place<'_>, report: &mut Report) -> Option<Self> {
        match Filter::dwellings(text) {
            Ok(filter) => Some(Self(filter)),
            Err(faults) => {
                for fault in faults {
                    report.error(fault.code, place, format!("in \"{}\": {}", fault.piece, fault.cause), fault.action);
                }
                None
            }
        }
    }

    /// Residences, territories and staircases named that no table has.
    pub(crate) fn unknown_places(&self, tables: &Tables) -> Vec<String> {
        self.0.unknown_places(|field, code| in_tables(tables, field, code))
    }

    /// True where the dwelling meets every condition.
    pub(crate) fn holds(&self, residence: &ResidenceRow, dwelling: &DwellingRow) -> bool {
        self.0.holds_dwelling(&Home {
            residence: &residence.id,
            territory: &residence.territory,
            programme: &residence.programme,
            priority_district: residence.priority_district,
            staircase: &dwelling.staircase,
            financing: dwelling.financing,
            reservation: &dwelling.reservation,
            earmark: &dwelling.earmark,
            accessibility: dwelling.accessibility,
            typology: dwelling.typology,
        })
    }
}

pub(super) fn in_tables(tables: &Tables, field: Field, code: &str) -> bool {
    match field {
        Field::Residence => tables.residences.iter().any(|row| row.id == code),
        Field::Territory => tables.residences.iter().any(|row| row.territory == code),
        Field::Staircase => tables.dwellings.iter().any(|row| format!("{}/{}", row.residence, row.staircase) == code),
        _ => true,
    }
}
