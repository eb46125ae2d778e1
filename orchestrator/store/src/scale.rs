//! How replica counts followed demand: rulings, and the observations behind them. Only the scale stage writes these rows.

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{Error, Result, Store, hex, int, settlement::prepare};
use autoscaling::{Observation, shadow::Account};
use lease::intent::Intent;

/// How many rulings of a lease are kept.
const KEPT_RULINGS: u64 = 1_000;
/// All observations younger than a day are kept.
const WHOLE_MS: u64 = 86_400_000;
/// Of older observations, one in five minutes is kept.
const THINNED_TO_MS: i64 = 300_000;
/// Observations are kept for two weeks, long enough to show a weekly season.
const KEPT_MS: u64 = 14 * 86_400_000;

/// What came of an autoscaler's desired count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RulingOutcome {
    /// The desired count is the present one.
    Steady,
    /// Something prevents the step; the ruling's `bound` says what.
    Held,
    /// The meters show a demand that the newest proof does not: an early proof is requested.
    Proving,
    /// A step was sent and is not on chain yet.
    Stepping,
}

/// One scaling decision about a lease, with all its inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ruling {
    /// The machine's Unix milliseconds.
    pub at_ms: u64,
    pub policy: String,
    pub seen: Observation,
    /// The replica count on chain.
    pub present: u32,
    pub wish: u32,
    /// The autoscaler's reason, in words and numbers.
    pub reason: String,
    pub granted: u32,
    /// Why less than the desired count was granted.
    pub bound: Option<String>,
    pub outcome: RulingOutcome,
    /// The statement that proves, or would prove, the step.
    pub evidence: Option<Evidence>,
}

/// The parts of a statement that a step depends on.
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

/// The newest ruling of a lease, and the account of its shadow autoscaler.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingRow {
    pub ruling: Ruling,
    pub shadow: Option<Account>,
}

impl Ruling {
    /// Whether it differs from another in more than its time and measurements.
    fn differs(&self, other: &Self) -> bool {
        (self.present, self.wish, self.granted, self.outcome, &self.policy)
            != (other.present, other.wish, other.granted, other.outcome, &other.policy)
    }
}

impl Store {
    /// Records a ruling and the intent of its step, in one transaction.
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

    /// Withdraws a lease's request for an early proof.
    pub async fn clear_early_proof(&self, lease: B256) -> Result<()> {
        let sql = "UPDATE scaling SET hurry = 0 WHERE lease = $1 AND hurry = 1";
        sqlx::query(sql).bind(hex(lease)).execute(self.pool()).await?;
        Ok(())
    }

    /// Whether any open lease of the provider requests an early proof.
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

    /// Keeps an observation that a lease's autoscaler was given.
    pub async fn keep_demand(&self, lease: B256, at_ms: u64, seen: &Observation) -> Result<()> {
        let sql = "INSERT INTO demand (lease, at_ms, seen) VALUES ($1, $2, $3) \
                   ON CONFLICT (lease, at_ms) DO UPDATE SET seen = excluded.seen";
        sqlx::query(sql).bind(hex(lease)).bind(int(at_ms)).bind(json(seen)?).execute(self.pool()).await?;
        Ok(())
    }

    /// Thins old observations. Returns how many were deleted.
    pub async fn thin_demand(&self, now_ms: u64) -> Result<u64> {
        let sql = "DELETE FROM demand WHERE at_ms < $1 OR (at_ms < $2 AND EXISTS (SELECT 1 FROM demand AS later \
                   WHERE later.lease = demand.lease AND later.at_ms > demand.at_ms \
                   AND later.at_ms / $3 = demand.at_ms / $3))";
        let query = sqlx::query(sql).bind(int(now_ms.saturating_sub(KEPT_MS)));
        let query = query.bind(int(now_ms.saturating_sub(WHOLE_MS))).bind(THINNED_TO_MS);
        Ok(query.execute(self.pool()).await?.rows_affected())
    }

    /// The observations of a lease after a time, oldest first.
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
