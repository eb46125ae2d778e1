//! Sign-in, grants to access a lease, and the log of accesses. Only the API writes these rows.

use alloy::primitives::{Address, B256};
use sqlx::{Row, any::AnyRow};

use super::{Result, Store, hex, int, parse, uint};
use lease::access::Scope;

/// The most unused nonces. Further requests expire the oldest, so the table stays small.
const NONCES: i64 = 10_000;
/// How long accesses are kept.
const ACCESSES_KEPT_MS: u64 = 90 * 86_400_000;
/// The longest validity of a grant, in seconds. A revocation is kept for as long, so that it outlives every older grant.
pub const LONGEST_GRANT: u64 = 90 * 86_400;

/// A session of a signed-in account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token.
    pub token_hash: B256,
    pub address: Address,
    /// Unix milliseconds of the provider's clock.
    pub expires_at_ms: u64,
}

/// A tenant's grant to access a lease. Times are Unix seconds, as they were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    pub lease: B256,
    pub grantee: Address,
    pub scope: Scope,
    pub issued_at: u64,
    pub expiry: u64,
}

/// The result of storing a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantOutcome {
    Accepted,
    /// The tenant revoked all grants issued up to this second.
    Revoked(u64),
    /// A grant issued later, or a different one of the same second, is in force; when it was issued.
    Superseded(u64),
}

/// One access to a lease: logs, a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    /// Random, chosen by the writer.
    pub id: String,
    pub lease: B256,
    pub at_ms: u64,
    pub who: Address,
    pub what: String,
    pub detail: String,
}

/// A shell that was created and may still run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellRow {
    pub exec_id: String,
    pub container_id: String,
    /// An environment variable's value that every process of the shell inherits.
    pub marker: String,
}

impl Store {
    pub async fn put_nonce(&self, nonce: &str, expires_at_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO nonces (nonce, expires_at_ms) VALUES ($1, $2)";
        sqlx::query(sql).bind(nonce).bind(int(expires_at_ms)).execute(&mut *tx).await?;
        let sql = "DELETE FROM nonces WHERE nonce IN (SELECT nonce FROM nonces ORDER BY expires_at_ms DESC, nonce \
                   LIMIT 1000 OFFSET $1)";
        sqlx::query(sql).bind(NONCES).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether a nonce was issued, is unused and has not expired.
    pub async fn nonce_is_valid(&self, nonce: &str, now_ms: u64) -> Result<bool> {
        let sql = "SELECT 1 FROM nonces WHERE nonce = $1 AND expires_at_ms > $2";
        let row = sqlx::query(sql).bind(nonce).bind(int(now_ms)).fetch_optional(self.pool()).await?;
        Ok(row.is_some())
    }

    /// Consumes a nonce and opens a session, in one transaction. False when the nonce was used or has expired.
    pub async fn open_session(&self, nonce: &str, session: &SessionRow, now_ms: u64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM nonces WHERE nonce = $1 AND expires_at_ms > $2";
        let used = sqlx::query(sql).bind(nonce).bind(int(now_ms)).execute(&mut *tx).await?.rows_affected();
        if used == 0 {
            return Ok(false);
        }
        let sql = "INSERT INTO sessions (token_hash, address, expires_at_ms) VALUES ($1, $2, $3)";
        let query = sqlx::query(sql).bind(hex(session.token_hash)).bind(hex(session.address));
        query.bind(int(session.expires_at_ms)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub async fn session(&self, token_hash: B256, now_ms: u64) -> Result<Option<SessionRow>> {
        let sql = "SELECT address, expires_at_ms FROM sessions WHERE token_hash = $1 AND expires_at_ms > $2";
        let row = sqlx::query(sql).bind(hex(token_hash)).bind(int(now_ms)).fetch_optional(self.pool()).await?;
        row.map(|row| {
            let address = parse("sessions", &row.try_get::<String, _>(0)?)?;
            Ok(SessionRow { token_hash, address, expires_at_ms: uint(row.try_get(1)?) })
        })
        .transpose()
    }

    pub async fn end_session(&self, token_hash: B256) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(hex(token_hash)).execute(self.pool()).await?;
        Ok(())
    }

    /// Stores a grant, unless the tenant revoked it or issued a later one. Idempotent.
    pub async fn put_grant(&self, grant: &GrantRow) -> Result<GrantOutcome> {
        let sql = "INSERT INTO grants (lease, grantee, scope, issued_at, expiry, revoked_at) \
                   VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (lease, grantee) DO UPDATE SET scope = excluded.scope, \
                   issued_at = excluded.issued_at, expiry = excluded.expiry \
                   WHERE excluded.issued_at > grants.revoked_at AND (excluded.issued_at > grants.issued_at \
                   OR (excluded.issued_at = grants.issued_at AND excluded.scope = grants.scope \
                   AND excluded.expiry = grants.expiry))";
        let query = sqlx::query(sql).bind(hex(grant.lease)).bind(hex(grant.grantee)).bind(grant.scope.name());
        let query = query.bind(int(grant.issued_at)).bind(int(grant.expiry));
        if query.execute(self.pool()).await?.rows_affected() > 0 {
            return Ok(GrantOutcome::Accepted);
        }
        let sql = "SELECT issued_at, revoked_at FROM grants WHERE lease = $1 AND grantee = $2";
        let query = sqlx::query(sql).bind(hex(grant.lease)).bind(hex(grant.grantee));
        let row = query.fetch_one(self.pool()).await?;
        let (issued_at, revoked_at) = (uint(row.try_get(0)?), uint(row.try_get(1)?));
        Ok(if grant.issued_at <= revoked_at {
            GrantOutcome::Revoked(revoked_at)
        } else {
            GrantOutcome::Superseded(issued_at)
        })
    }

    /// The grant of an address for a lease that is in force at a time (Unix seconds).
    pub async fn grant(&self, lease: B256, grantee: Address, now: u64) -> Result<Option<GrantRow>> {
        let sql = "SELECT lease, grantee, scope, issued_at, expiry FROM grants \
                   WHERE lease = $1 AND grantee = $2 AND expiry > $3 AND issued_at > revoked_at";
        let query = sqlx::query(sql).bind(hex(lease)).bind(hex(grantee)).bind(int(now));
        query.fetch_optional(self.pool()).await?.as_ref().map(grant).transpose()
    }

    /// A lease's grants in force at a time (Unix seconds), newest first.
    pub async fn grants(&self, lease: B256, now: u64) -> Result<Vec<GrantRow>> {
        let sql = "SELECT lease, grantee, scope, issued_at, expiry FROM grants \
                   WHERE lease = $1 AND expiry > $2 AND issued_at > revoked_at ORDER BY issued_at DESC, grantee";
        let rows = sqlx::query(sql).bind(hex(lease)).bind(int(now)).fetch_all(self.pool()).await?;
        rows.iter().map(grant).collect()
    }

    /// Revokes all grants to an address that were issued up to a second.
    pub async fn revoke(&self, lease: B256, grantee: Address, until: u64) -> Result<()> {
        let sql = "INSERT INTO grants (lease, grantee, scope, issued_at, expiry, revoked_at) \
                   VALUES ($1, $2, 'view', 0, 0, $3) ON CONFLICT (lease, grantee) DO UPDATE SET expiry = 0, revoked_at = \
                   CASE WHEN excluded.revoked_at > grants.issued_at THEN excluded.revoked_at ELSE grants.issued_at END";
        let query = sqlx::query(sql).bind(hex(lease)).bind(hex(grantee)).bind(int(until));
        query.execute(self.pool()).await?;
        Ok(())
    }

    pub async fn put_access(&self, access: &AccessRow) -> Result<()> {
        let sql = "INSERT INTO accesses (id, lease, at_ms, who, what, detail) VALUES ($1, $2, $3, $4, $5, $6)";
        let query = sqlx::query(sql).bind(&access.id).bind(hex(access.lease)).bind(int(access.at_ms));
        let query = query.bind(hex(access.who)).bind(&access.what).bind(&access.detail);
        query.execute(self.pool()).await?;
        Ok(())
    }

    /// The accesses to a lease before a time, newest first.
    pub async fn accesses(&self, lease: B256, before_ms: u64, limit: u32) -> Result<Vec<AccessRow>> {
        let sql = "SELECT id, at_ms, who, what, detail FROM accesses WHERE lease = $1 AND at_ms < $2 \
                   ORDER BY at_ms DESC, id LIMIT $3";
        let query = sqlx::query(sql).bind(hex(lease)).bind(int(before_ms)).bind(i64::from(limit));
        let access = |row: &AnyRow| {
            Ok(AccessRow {
                id: row.try_get(0)?,
                lease,
                at_ms: uint(row.try_get(1)?),
                who: parse("accesses", &row.try_get::<String, _>(2)?)?,
                what: row.try_get(3)?,
                detail: row.try_get(4)?,
            })
        };
        query.fetch_all(self.pool()).await?.iter().map(access).collect()
    }

    pub async fn put_shell(&self, shell: &ShellRow) -> Result<()> {
        let sql = "INSERT INTO shells (exec_id, container_id, marker) VALUES ($1, $2, $3)";
        let query = sqlx::query(sql).bind(&shell.exec_id).bind(&shell.container_id).bind(&shell.marker);
        query.execute(self.pool()).await?;
        Ok(())
    }

    pub async fn shells(&self) -> Result<Vec<ShellRow>> {
        let rows = sqlx::query("SELECT exec_id, container_id, marker FROM shells").fetch_all(self.pool()).await?;
        let shell = |row: &AnyRow| {
            Ok(ShellRow { exec_id: row.try_get(0)?, container_id: row.try_get(1)?, marker: row.try_get(2)? })
        };
        rows.iter().map(shell).collect()
    }

    pub async fn forget_shell(&self, exec_id: &str) -> Result<()> {
        sqlx::query("DELETE FROM shells WHERE exec_id = $1").bind(exec_id).execute(self.pool()).await?;
        Ok(())
    }

    /// Deletes expired nonces, sessions and grants, and old accesses. Returns how many rows.
    pub async fn prune_access(&self, now_ms: u64) -> Result<u64> {
        let forgotten = now_ms / 1000 - LONGEST_GRANT.min(now_ms / 1000);
        let mut gone = 0;
        for (sql, until) in [
            ("DELETE FROM nonces WHERE expires_at_ms <= $1", now_ms),
            ("DELETE FROM sessions WHERE expires_at_ms <= $1", now_ms),
            ("DELETE FROM grants WHERE expiry <= $1 AND issued_at <= $1 AND revoked_at <= $1", forgotten),
            ("DELETE FROM accesses WHERE at_ms <= $1", now_ms.saturating_sub(ACCESSES_KEPT_MS)),
        ] {
            gone += sqlx::query(sql).bind(int(until)).execute(self.pool()).await?.rows_affected();
        }
        Ok(gone)
    }
}

fn grant(row: &AnyRow) -> Result<GrantRow> {
    Ok(GrantRow {
        lease: parse("grants", &row.try_get::<String, _>(0)?)?,
        grantee: parse("grants", &row.try_get::<String, _>(1)?)?,
        scope: parse("grants", &row.try_get::<String, _>(2)?)?,
        issued_at: uint(row.try_get(3)?),
        expiry: uint(row.try_get(4)?),
    })
}
