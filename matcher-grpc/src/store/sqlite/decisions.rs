//! Decisions in SQLite: of each dwelling of a dataset one is in force, and of each household one.

use rusqlite::{OptionalExtension as _, Row, params};

use crate::error::Result;
use crate::store::{DecisionRow, Decisions, NewDecision, Page, Request, Tenant, Written};

use super::{Sqlite, before, once};

fn decision(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    Ok(DecisionRow { seq: row.get(0)?, current: row.get(1)?, body: row.get(2)? })
}

impl Decisions for Sqlite {
    fn add_decision(&self, new: &NewDecision<'_>, request: Option<&Request>) -> Result<Written> {
        self.write(|transaction| {
            if let Some(known) = request.map(|request| before(transaction, new.tenant, request)).transpose()?.flatten() {
                return Ok(Written::Once(known));
            }
            let in_force: Option<String> = transaction
                .query_row(
                    "SELECT id FROM decisions WHERE tenant = ?1 AND dataset = ?2 AND dwelling = ?3 AND current = 1",
                    params![new.tenant.0, new.dataset, new.dwelling],
                    |row| row.get(0),
                )
                .optional()?;
            if in_force.as_deref() != new.after {
                return Ok(Written::Overtaken);
            }
            let placed = transaction
                .prepare_cached("SELECT 1 FROM decisions WHERE dataset = ?1 AND household = ?2 AND dwelling <> ?3 AND current = 1")?
                .exists(params![new.dataset, new.household, new.dwelling])?;
            if placed {
                return Ok(Written::HouseholdPlaced);
            }
            let done = once(transaction, new.tenant, request, new.id)?;
            transaction.execute("UPDATE decisions SET current = 0 WHERE id = ?1", params![in_force])?;
            transaction.execute(
                "INSERT INTO decisions (tenant, id, dataset, run, dwelling, household, current, created_ms, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![new.tenant.0, new.id, new.dataset, new.run, new.dwelling, new.household, !new.withdraws, new.now_ms, new.body],
            )?;
            Ok(Written::Once(done))
        })
    }

    fn decision(&self, tenant: &Tenant, id: &str) -> Result<Option<DecisionRow>> {
        self.read(|connection| {
            let mut known = connection.prepare_cached("SELECT seq, current, body FROM decisions WHERE tenant = ?1 AND id = ?2")?;
            Ok(known.query_row(params![tenant.0, id], decision).optional()?)
        })
    }

    fn decisions(&self, tenant: &Tenant, dataset: Option<&str>, page: Page) -> Result<Vec<DecisionRow>> {
        self.read(|connection| {
            let mut list = connection.prepare_cached(
                "SELECT seq, current, body FROM decisions
                 WHERE tenant = ?1 AND (?2 IS NULL OR dataset = ?2) AND seq < ?3 ORDER BY seq DESC LIMIT ?4",
            )?;
            let rows = list.query_map(params![tenant.0, dataset, page.before, page.limit], decision)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
