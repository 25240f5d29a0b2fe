//! What a scenario changes: tables and policy as people wrote them, at a reference date.

use std::collections::BTreeSet;

use crate::error::{Error, Report};
use crate::model::{self, Model};
use crate::pipeline::Opened;
use crate::policy::{Pair, Policy};
use crate::quotas::Book;
use crate::tables::rows::{DwellingRow, HouseholdRow, QuotaRow, ResidenceRow, Tables, Text};
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

    pub(super) fn household(&mut self, id: &str, column: &str, faults: &mut Faults<'_>) -> Option<&mut HouseholdRow> {
        let found = self.tables.households.iter_mut().find(|row| row.id == id);
        found.or_else(|| {
            faults.unknown(column, id, "households.csv");
            None
        })
    }

    /// The row of the quota that holds: that of the policy goes before that of the table.
    pub(super) fn quota(&mut self, id: &str, faults: &mut Faults<'_>) -> Option<&mut QuotaRow> {
        let found = self.policy.quotas.iter_mut().chain(&mut self.tables.quotas).find(|row| row.id == id);
        found.or_else(|| {
            faults.unknown("quota", id, "quotas.csv and the policy");
            None
        })
    }

    /// Dwellings that are let on `day`, or will be.
    pub(super) fn let_on(&self, day: Date) -> BTreeSet<&str> {
        let lasting = self.tables.tenancies.iter().filter(|row| row.until.is_none_or(|until| until >= day));
        lasting.map(|row| row.dwelling.as_str()).collect()
    }

    /// What goes is promised to nobody: false where a pin names one of `gone`, which is reported; pairs ruled out that do go with it. `of`
    /// gives the household or the dwelling of a pair.
    pub(super) fn unbind(&mut self, gone: &BTreeSet<Text>, of: fn(&Pair) -> &str, column: &str, faults: &mut Faults<'_>) -> bool {
        let mut is_bound = false;
        for pin in self.policy.pins.iter().filter(|pin| gone.contains(of(pin))) {
            is_bound = true;
            faults.contradicts(column, format!("a promise names {}", of(pin)), "take it back first (unpin)");
        }
        self.policy.forbidden.retain(|pair| !gone.contains(of(pair)));
        !is_bound
    }
}
