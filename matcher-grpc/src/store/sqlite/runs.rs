//! Runs in SQLite.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row, params};

use crate::error::Result;
use crate::store::{Deletion, NewRun, Once, Page, Request, Results, RunFile, RunRow, RunState, Runs, Section, Tenant};

use super::digest::results_digest;
use super::{Sqlite, datasets, once};

const COLUMNS: &str = "seq, tenant, id, dataset, policy, attached, state, attempts, version, body";

fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let state: String = row.get(6)?;
    Ok(RunRow {
        seq: row.get(0)?,
        tenant: Tenant(row.get(1)?),
        id: row.get(2)?,
        dataset: row.get(3)?,
        policy: row.get(4)?,
        attached: row.get(5)?,
        state: RunState::from_word(&state).ok_or(rusqlite::Error::InvalidColumnType(6, "state".into(), Type::Text))?,
        attempts: row.get(7)?,
        version: row.get(8)?,
        body: row.get(9)?,
    })
}

impl Runs for Sqlite {
    fn add_run(&self, new: &NewRun<'_>, request: Option<&Request>) -> Result<Option<Once>> {
        self.write(|transaction| {
            if new.inline.is_none() && !datasets::exists(transaction, new.tenant, new.dataset)? {
                return Ok(None);
            }
            let done = once(transaction, new.tenant, request, new.id)?;
            if done == Once::Done {
                if let Some(dataset) = new.inline {
                    datasets::insert(transaction, dataset)?;
                }
                transaction.execute(
                    "INSERT INTO runs (tenant, id, dataset, policy, attached, state, attempts, version, created_ms, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 1, ?7, ?8)",
                    params![new.tenant.0, new.id, new.dataset, new.policy, new.attached, RunState::Queued.word(), new.now_ms, new.body],
                )?;
            }
            Ok(Some(done))
        })
    }

    fn run(&self, tenant: &Tenant, id: &str) -> Result<Option<RunRow>> {
        self.read(|connection| {
            let mut known = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE tenant = ?1 AND id = ?2"))?;
            Ok(known.query_row(params![tenant.0, id], run).optional()?)
        })
    }

    fn runs(&self, tenant: &Tenant, dataset: Option<&str>, page: Page) -> Result<Vec<RunRow>> {
        self.read(|connection| {
            let mut list = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM runs WHERE tenant = ?1 AND (?2 IS NULL OR dataset = ?2) AND seq < ?3 ORDER BY seq DESC LIMIT ?4"
            ))?;
            let rows = list.query_map(params![tenant.0, dataset, page.before, page.limit], run)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn unfinished_runs(&self) -> Result<Vec<RunRow>> {
        self.read(|connection| {
            let mut list =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE state IN ('queued', 'running') ORDER BY seq"))?;
            let rows = list.query_map([], run)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn update_run(&self, run: &RunRow, state: RunState, body: &[u8], results: Option<&Results>) -> Result<Option<RunRow>> {
        self.write(|transaction| {
            let attempts = run.attempts + u32::from(state == RunState::Running);
            let changed = transaction.execute(
                "UPDATE runs SET state = ?3, body = ?4, attempts = ?5, version = version + 1 WHERE id = ?1 AND version = ?2",
                params![run.id, run.version, state.word(), body, attempts],
            )?;
            if changed == 0 {
                return Ok(None);
            }
            if let Some(results) = results {
                let mut entry =
                    transaction.prepare_cached("INSERT INTO run_results (run, section, place, key, body) VALUES (?1, ?2, ?3, ?4, ?5)")?;
                for (section, list) in &results.lists {
                    for (place, (key, body)) in (0i64..).zip(list) {
                        entry.execute(params![run.id, section.word(), place, key, body])?;
                    }
                }
                let mut file = transaction.prepare_cached("INSERT INTO run_files (run, name, bytes) VALUES (?1, ?2, ?3)")?;
                for (name, bytes) in &results.files {
                    file.execute(params![run.id, name.word(), bytes])?;
                }
                let digest = results_digest(transaction, &run.id)?;
                transaction.execute("UPDATE runs SET results_sha256 = ?2 WHERE id = ?1", params![run.id, digest])?;
            }
            Ok(Some(RunRow { state, attempts, version: run.version + 1, body: body.to_vec(), ..run.clone() }))
        })
    }

    fn delete_run(&self, tenant: &Tenant, id: &str) -> Result<Deletion> {
        self.write(|transaction| {
            let state = transaction
                .query_row("SELECT state FROM runs WHERE tenant = ?1 AND id = ?2", params![tenant.0, id], |row| row.get::<_, String>(0))
                .optional()?;
            let Some(state) = state else { return Ok(Deletion::NotFound) };
            let over = RunState::from_word(&state).is_some_and(RunState::is_over);
            if !over || transaction.prepare_cached("SELECT 1 FROM decisions WHERE run = ?1")?.exists([id])? {
                return Ok(Deletion::InUse);
            }
            transaction.execute("DELETE FROM runs WHERE id = ?1", [id])?;
            Ok(Deletion::Done)
        })
    }

    fn results(&self, tenant: &Tenant, run: &str, section: Section, from: u32, limit: u32) -> Result<Vec<Vec<u8>>> {
        self.read(|connection| {
            let mut list = connection.prepare_cached(
                "SELECT run_results.body FROM run_results JOIN runs ON runs.id = run
                 WHERE tenant = ?1 AND run = ?2 AND section = ?3 AND place >= ?4 ORDER BY place LIMIT ?5",
            )?;
            let rows = list.query_map(params![tenant.0, run, section.word(), from, limit], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn result(&self, tenant: &Tenant, run: &str, section: Section, key: &str) -> Result<Option<Vec<u8>>> {
        self.read(|connection| {
            let mut one = connection.prepare_cached(
                "SELECT run_results.body FROM run_results JOIN runs ON runs.id = run
                 WHERE tenant = ?1 AND run = ?2 AND section = ?3 AND key = ?4",
            )?;
            Ok(one.query_row(params![tenant.0, run, section.word(), key], |row| row.get(0)).optional()?)
        })
    }

    fn result_count(&self, tenant: &Tenant, run: &str, section: Section) -> Result<u32> {
        self.read(|connection| {
            let mut count = connection.prepare_cached(
                "SELECT count(*) FROM run_results JOIN runs ON runs.id = run WHERE tenant = ?1 AND run = ?2 AND section = ?3",
            )?;
            Ok(count.query_row(params![tenant.0, run, section.word()], |row| row.get(0))?)
        })
    }

    fn run_file(&self, tenant: &Tenant, run: &str, file: RunFile) -> Result<Option<Vec<u8>>> {
        self.read(|connection| {
            let mut one = connection
                .prepare_cached("SELECT bytes FROM run_files JOIN runs ON runs.id = run WHERE tenant = ?1 AND run = ?2 AND name = ?3")?;
            Ok(one.query_row(params![tenant.0, run, file.word()], |row| row.get(0)).optional()?)
        })
    }
}
