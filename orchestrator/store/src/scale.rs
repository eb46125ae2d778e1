//! How capacity followed demand. The scale stage alone writes here.

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{Error, Result, Store, hex, int, settlement::prepare};
use autoscaling::{Observation, shadow::Account};
use lease::intent::Intent;

/// Rulings of a lease that are kept.
const KEPT_RULINGS: u64 = 1_000;
/// Demand younger than a day is all kept.
const WHOLE_MS: u64 = 86_400_000;
/// Of older demand, what was seen once in five minutes.
const THINNED_TO_MS: i64 = 300_000;
/// None is kept for longer than two weeks, in which a weekly season shows.
const KEPT_MS: u64 = 14 * 86_400_000;

/// What was made of a policy's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RulingOutcome {
    /// The wish is what there is.
    Steady,
    /// Something stands in the way; the ruling's bound says what.
    Held,
    /// The meters show a demand that the newest proof does not; the next proof comes early.
    Proving,
    /// A step was sent and is not on chain yet.
    Stepping,
}

/// One decision about a lease, with all that it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ruling {
    /// The machine's Unix milliseconds.
    pub at_ms: u64,
    pub policy: String,
    pub seen: Observation,
    /// How many replicas the chain wants.
    pub present: u32,
    pub wish: u32,
    /// Why the policy wishes it, in words and numbers.
    pub reason: String,
    pub granted: u32,
    /// What of the wish the contract would not grant, and why.
    pub bound: Option<String>,
    pub outcome: RulingOutcome,
    /// The statement by which a step was or would be taken.
    pub evidence: Option<Evidence>,
}

/// A statement, as far as a step asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    pub epoch: u64,
    /// The chain's Unix seconds.
    pub time: u64,
    /// Basis points.
    pub utilization: u16,
    pub leaf: B256,
}

/// The newest ruling of a lease, and what the policy beside it came to.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingRow {
    pub ruling: Ruling,
    pub shadow: Option<Account>,
}

impl Ruling {
    /// Whether a person would learn something new from it.
    fn differs(&self, other: &Self) -> bool {
        (self.present, self.wish, self.granted, self.outcome, &self.policy)
            != (other.present, other.wish, other.granted, other.outcome, &other.policy)
    }
}

impl Store {
    /// Writes a ruling, and with it the step that it takes, all or nothing.
    pub async fn record_ruling(
        &self,
        lease: B256,
        ruling: &Ruling,
        shadow: Option<&Account>,
        step: Option<&Intent>,
    ) -> Result<()> {
        let before = self.scaling(lease).await?;
        let mut tx = self.begin().await?;
        if before.is_none_or(|before| before.ruling.differs(ruling)) {
            let sql = "INSERT INTO rulings (lease, at_ms, ruling) VALUES ($1, $2, $3) \
                       ON CONFLICT (lease, at_ms) DO UPDATE SET ruling = excluded.ruling";
            let query = sqlx::query(sql).bind(hex(lease)).bind(int(ruling.at_ms)).bind(json(ruling)?);
            query.execute(&mut *tx).await?;
            let sql = "DELETE FROM rulings WHERE lease = $1 AND at_ms <= (SELECT at_ms FROM rulings WHERE lease = $2 \
                       ORDER BY at_ms DESC LIMIT 1 OFFSET $3)";
            let query = sqlx::query(sql).bind(hex(lease)).bind(hex(lease)).bind(int(KEPT_RULINGS));
            query.execute(&mut *tx).await?;
        }
        sqlx::query(
            "INSERT INTO scaling (lease, hurry, ruling, shadow) VALUES ($1, $2, $3, $4) ON CONFLICT (lease) DO UPDATE \
             SET hurry = excluded.hurry, ruling = excluded.ruling, shadow = excluded.shadow",
        )
        .bind(hex(lease))
        .bind(i64::from(ruling.outcome == RulingOutcome::Proving))
        .bind(json(ruling)?)
        .bind(shadow.map(json).transpose()?)
        .execute(&mut *tx)
        .await?;
        if let Some(step) = step {
            prepare(&mut tx, step, ruling.at_ms).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn scaling(&self, lease: B256) -> Result<Option<ScalingRow>> {
        let sql = "SELECT ruling, shadow FROM scaling WHERE lease = $1";
        let Some(row) = sqlx::query(sql).bind(hex(lease)).fetch_optional(self.pool()).await? else { return Ok(None) };
        let corrupt = Error::corrupt("scaling");
        let ruling = serde_json::from_str(&row.try_get::<String, _>(0)?).map_err(corrupt)?;
        let shadow = row.try_get::<Option<String>, _>(1)?;
        let shadow = shadow.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::corrupt("scaling"))?;
        Ok(Some(ScalingRow { ruling, shadow }))
    }

    /// A lease waits for no early proof any more, whatever its last ruling was.
    pub async fn clear_early_proof(&self, lease: B256) -> Result<()> {
        let sql = "UPDATE scaling SET hurry = 0 WHERE lease = $1 AND hurry = 1";
        sqlx::query(sql).bind(hex(lease)).execute(self.pool()).await?;
        Ok(())
    }

    /// Whether an open lease of the provider waits for an early proof.
    pub async fn early_proof_requested(&self, provider: Address) -> Result<bool> {
        let sql = "SELECT 1 FROM scaling JOIN leases ON leases.id = scaling.lease WHERE scaling.hurry = 1 \
                   AND leases.provider = $1 AND leases.closed = 0 AND leases.reverted = 0 LIMIT 1";
        Ok(sqlx::query(sql).bind(hex(provider)).fetch_optional(self.pool()).await?.is_some())
    }

    /// The newest rulings of a lease that differ from the one before, newest first.
    pub async fn rulings(&self, lease: B256, limit: usize) -> Result<Vec<Ruling>> {
        let sql = "SELECT ruling FROM rulings WHERE lease = $1 ORDER BY at_ms DESC LIMIT $2";
        let rows = sqlx::query(sql).bind(hex(lease)).bind(int(limit as u64)).fetch_all(self.pool()).await?;
        let read = |row: &sqlx::any::AnyRow| {
            serde_json::from_str(&row.try_get::<String, _>(0)?).map_err(Error::corrupt("rulings"))
        };
        rows.iter().map(read).collect()
    }

    /// Keeps what a lease's policy saw until a time.
    pub async fn keep_demand(&self, lease: B256, at_ms: u64, seen: &Observation) -> Result<()> {
        let sql = "INSERT INTO demand (lease, at_ms, seen) VALUES ($1, $2, $3) \
                   ON CONFLICT (lease, at_ms) DO UPDATE SET seen = excluded.seen";
        sqlx::query(sql).bind(hex(lease)).bind(int(at_ms)).bind(json(seen)?).execute(self.pool()).await?;
        Ok(())
    }

    /// Thins old demand out. Returns how many rows went.
    pub async fn thin_demand(&self, now_ms: u64) -> Result<u64> {
        let sql = "DELETE FROM demand WHERE at_ms < $1 OR (at_ms < $2 AND EXISTS (SELECT 1 FROM demand AS later \
                   WHERE later.lease = demand.lease AND later.at_ms > demand.at_ms \
                   AND later.at_ms / $3 = demand.at_ms / $3))";
        let query = sqlx::query(sql).bind(int(now_ms.saturating_sub(KEPT_MS)));
        let query = query.bind(int(now_ms.saturating_sub(WHOLE_MS))).bind(THINNED_TO_MS);
        Ok(query.execute(self.pool()).await?.rows_affected())
    }

    /// What a lease's policy saw after a time, oldest first.
    pub async fn demand(&self, lease: B256, since_ms: u64) -> Result<Vec<Observation>> {
        let sql = "SELECT seen FROM demand WHERE lease = $1 AND at_ms > $2 ORDER BY at_ms";
        let rows = sqlx::query(sql).bind(hex(lease)).bind(int(since_ms)).fetch_all(self.pool()).await?;
        let read = |row: &sqlx::any::AnyRow| {
            serde_json::from_str(&row.try_get::<String, _>(0)?).map_err(Error::corrupt("demand"))
        };
        rows.iter().map(read).collect()
    }
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::corrupt("scaling"))
}
