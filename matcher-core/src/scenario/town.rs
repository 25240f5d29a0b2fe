//! What a scenario changes: tables and policy as people wrote them, at a reference date.

use crate::error::{Error, Report};
use crate::model::{self, Model};
use crate::pipeline::Opened;
use crate::policy::Policy;
use crate::quotas::Book;
use crate::tables::rows::{DwellingRow, ResidenceRow, Tables};
use crate::units::Date;

use super::change::Faults;
use super::lineage::lineage;
use super::read::Scenario;

/// Tables and policy at a reference date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// The tables.
    pub tables: Tables,
    /// The policy.
    pub policy: Policy,
    /// The day at which ages, ceilings, waiting and availability are taken.
    pub date: Date,
}

impl From<Opened> for Town {
    fn from(opened: Opened) -> Self {
        Self { date: opened.model.date, tables: opened.tables, policy: opened.policy }
    }
}

impl Town {
    /// The town after the changes of `scenario`, in their order.
    ///
    /// # Errors
    /// [`Error::Input`] with a finding (E1905 to E1909) for each change that contradicts the town as the changes before it leave it.
    ///
    /// # Complexity
    /// O(size of the tables) for the copy, and for each change.
    pub fn after(&self, scenario: &Scenario) -> Result<Self, Error> {
        let mut town = self.clone();
        let mut report = Report::default();
        for stated in &scenario.changes {
            stated.change.make(&mut town, &mut Faults { file: &scenario.file, row: stated.row, report: &mut report });
        }
        report.into_result(town)
    }

    /// The town after several scenarios, each made to the town that the one before it left.
    ///
    /// # Errors
    /// As [`Town::after`], for the first scenario at fault; and [`Error::Input`] (E1908) where one starts from what is neither the policy nor
    /// a scenario before it.
    pub fn stack(&self, scenarios: &[Scenario]) -> Result<Self, Error> {
        let mut town = self.clone();
        for (at, scenario) in scenarios.iter().enumerate() {
            lineage(&self.policy.id, scenarios, at)?;
            town = town.after(scenario)?;
        }
        Ok(town)
    }

    /// The model of the town.
    ///
    /// # Errors
    /// As [`model::build`]; warnings go into `report`.
    pub fn model(&self, report: &mut Report) -> Result<Model, Error> {
        model::build(&self.tables, self.date, report)
    }

    /// What the tables say about quotas.
    pub fn book(&self) -> Book<'_> {
        Book { quotas: &self.tables.quotas, ledger: &self.tables.ledger }
    }

    pub(super) fn residence(&mut self, id: &str, column: &str, faults: &mut Faults<'_>) -> Option<&mut ResidenceRow> {
        let found = self.tables.residences.iter_mut().find(|row| row.id == id);
        found.or_else(|| {
            faults.unknown(column, id, "residences.csv");
            None
        })
    }

    pub(super) fn dwelling(&mut self, id: &str, column: &str, faults: &mut Faults<'_>) -> Option<&mut DwellingRow> {
        let found = self.tables.dwellings.iter_mut().find(|row| row.id == id);
        found.or_else(|| {
            faults.unknown(column, id, "dwellings.csv");
            None
        })
    }
}
