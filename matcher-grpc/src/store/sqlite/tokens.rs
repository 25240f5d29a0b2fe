//! Tokens in SQLite.

use rusqlite::{OptionalExtension as _, Row, params};

use crate::error::Result;
use crate::store::{Tenant, TokenRow, Tokens};

use super::Sqlite;

const COLUMNS: &str = "id, sha256, tenant, role, name, created_ms, expires_ms, revoked_ms";

fn token(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    Ok(TokenRow {
        id: row.get(0)?,
        sha256: row.get(1)?,
        tenant: Tenant(row.get(2)?),
        role: row.get(3)?,
        name: row.get(4)?,
        created_ms: row.get(5)?,
        expires_ms: row.get(6)?,
        revoked_ms: row.get(7)?,
    })
}

impl Tokens for Sqlite {
    fn add_token(&self, token: &TokenRow) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                &format!("INSERT INTO tokens ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
                params![
                    token.id,
                    token.sha256,
                    token.tenant.0,
                    token.role,
                    token.name,
                    token.created_ms,
                    token.expires_ms,
                    token.revoked_ms
                ],
            )?;
            Ok(())
        })
    }

    fn token(&self, sha256: &[u8]) -> Result<Option<TokenRow>> {
        self.read(|connection| {
            let mut known = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM tokens WHERE sha256 = ?1"))?;
            Ok(known.query_row([sha256], token).optional()?)
        })
    }

    fn tokens(&self) -> Result<Vec<TokenRow>> {
        self.read(|connection| {
            let mut all = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM tokens ORDER BY seq"))?;
            let rows = all.query_map([], token)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn revoke_token(&self, id: &str, now_ms: i64) -> Result<bool> {
        self.write(|transaction| {
            let changed =
                transaction.execute("UPDATE tokens SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms IS NULL", params![id, now_ms])?;
            Ok(changed > 0)
        })
    }
}
