//! The meters' totals and samples. Only the meter stage writes these rows.

use alloy::primitives::{Address, B256};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{Error, Result, Store, hex, int, parse, rows, uint};
use lease::{
    meter::{Meter, RawReading},
    statement::Counters,
};

/// Cumulative counters at a time of the machine's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    pub counters: Counters,
    /// Unix milliseconds.
    pub sampled_at_ms: u64,
}

/// Rows of one statement. SQLite finds each `$1` by its name, so the cost of a statement grows with the square of its rows.
const BATCH: usize = 32;
/// All samples younger than a day are kept.
const WHOLE_MS: u64 = 86_400_000;
/// Of older samples, one a minute is kept.
const THINNED_TO_MS: i64 = 60_000;
/// Older samples are deleted.
const KEPT_MS: u64 = 30 * 86_400_000;

impl Store {
    /// The totals of a lease; `None` before the first sample.
    pub async fn meter_totals(&self, lease: B256) -> Result<Option<Totals>> {
        let sql = "SELECT at_ms, replica_millis, cpu_nanos, memory_byte_seconds, network_bytes FROM meters \
                   WHERE lease = $1";
        let row = sqlx::query(sql).bind(hex(lease)).fetch_optional(self.pool()).await?;
        row.as_ref().map(totals).transpose()
    }

    /// Whether the totals are final: the lease is closed and its containers are gone.
    pub async fn meter_is_final(&self, lease: B256) -> Result<bool> {
        let sql = "SELECT final FROM meters WHERE lease = $1";
        let row = sqlx::query(sql).bind(hex(lease)).fetch_optional(self.pool()).await?;
        Ok(row.map(|row| row.try_get::<i64, _>(0)).transpose()? == Some(1))
    }

    /// The meter from which the next sample continues.
    pub async fn meter(&self, lease: B256) -> Result<Option<Meter>> {
        let sql = "SELECT at_ms, replica_millis, cpu_nanos, memory_byte_seconds, network_bytes, raw FROM meters \
                   WHERE lease = $1";
        let row = sqlx::query(sql).bind(hex(lease)).fetch_optional(self.pool()).await?;
        row.as_ref()
            .map(|row| {
                let Totals { counters, sampled_at_ms } = totals(row)?;
                let raw: RawReading =
                    serde_json::from_str(&row.try_get::<String, _>(5)?).map_err(Error::corrupt("meters"))?;
                Ok(Meter { at_ms: sampled_at_ms, counters, raw })
            })
            .transpose()
    }

    /// A lease's samples after a time, oldest first.
    pub async fn samples(&self, lease: B256, since_ms: u64) -> Result<Vec<Totals>> {
        let sql = "SELECT at_ms, replica_millis, cpu_nanos, memory_byte_seconds, network_bytes FROM samples \
                   WHERE lease = $1 AND at_ms > $2 ORDER BY at_ms";
        let rows = sqlx::query(sql).bind(hex(lease)).bind(int(since_ms)).fetch_all(self.pool()).await?;
        rows.iter().map(totals).collect()
    }

    /// Closed leases of a provider whose totals are not final.
    pub async fn unfinished_meters(&self, provider: Address) -> Result<Vec<B256>> {
        let sql = "SELECT leases.id FROM leases LEFT JOIN meters ON meters.lease = leases.id \
                   WHERE leases.provider = $1 AND leases.closed = 1 AND leases.reverted = 0 \
                   AND COALESCE(meters.final, 0) = 0 ORDER BY leases.id";
        let rows = sqlx::query(sql).bind(hex(provider)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| parse("leases", &row.try_get::<String, _>(0)?)).collect()
    }

    /// Records a sweep in one transaction: each lease's sample and the meter from which the next continues; true marks the
    /// final one. A final meter does not change again.
    pub async fn sample(&self, sweep: &[(B256, Meter, bool)]) -> Result<()> {
        if sweep.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for batch in sweep.chunks(BATCH) {
            let sql = format!(
                "INSERT INTO samples (lease, at_ms, replica_millis, cpu_nanos, memory_byte_seconds, network_bytes) \
                 VALUES {} ON CONFLICT (lease, at_ms) DO NOTHING",
                rows(batch.len(), 6)
            );
            let full = batch.len() == BATCH;
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(full);
            for (lease, meter, _) in batch {
                query = bind(query, *lease, meter);
            }
            query.execute(&mut *tx).await?;
            let sql = format!(
                "INSERT INTO meters (lease, at_ms, replica_millis, cpu_nanos, memory_byte_seconds, network_bytes, raw, \
                 final) VALUES {} ON CONFLICT (lease) DO UPDATE SET at_ms = excluded.at_ms, \
                 replica_millis = excluded.replica_millis, cpu_nanos = excluded.cpu_nanos, \
                 memory_byte_seconds = excluded.memory_byte_seconds, network_bytes = excluded.network_bytes, \
                 raw = excluded.raw, final = excluded.final WHERE meters.final = 0",
                rows(batch.len(), 8)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(full);
            for (lease, meter, last) in batch {
                let raw = serde_json::to_string(&meter.raw).map_err(Error::corrupt("meters"))?;
                query = bind(query, *lease, meter).bind(raw).bind(i64::from(*last));
            }
            query.execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Thins old samples; totals stay. Returns how many were deleted. One statement per lease: it uses the index, and does
    /// not hold the write lock for long.
    pub async fn thin_samples(&self, now_ms: u64) -> Result<u64> {
        let leases = sqlx::query("SELECT lease FROM meters").fetch_all(self.pool()).await?;
        let sql = "DELETE FROM samples WHERE lease = $1 AND at_ms < $2 AND (at_ms < $3 OR EXISTS (SELECT 1 FROM samples \
                   AS later WHERE later.lease = samples.lease AND later.at_ms > samples.at_ms \
                   AND later.at_ms < (samples.at_ms / $4 + 1) * $4))";
        let mut gone = 0;
        for lease in leases {
            let query = sqlx::query(sql).bind(lease.try_get::<String, _>(0)?);
            let query = query.bind(int(now_ms.saturating_sub(WHOLE_MS))).bind(int(now_ms.saturating_sub(KEPT_MS)));
            gone += query.bind(THINNED_TO_MS).execute(self.pool()).await?.rows_affected();
        }
        Ok(gone)
    }
}

type AnyQuery<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'q>(query: AnyQuery<'q>, lease: B256, meter: &Meter) -> AnyQuery<'q> {
    let counters = &meter.counters;
    query
        .bind(hex(lease))
        .bind(int(meter.at_ms))
        .bind(int(counters.replica_millis))
        .bind(int(counters.cpu_nanos))
        .bind(counters.memory_byte_seconds.to_string())
        .bind(int(counters.network_bytes))
}

fn totals(row: &AnyRow) -> Result<Totals> {
    let counters = Counters {
        replica_millis: uint(row.try_get(1)?),
        cpu_nanos: uint(row.try_get(2)?),
        memory_byte_seconds: parse("samples", &row.try_get::<String, _>(3)?)?,
        network_bytes: uint(row.try_get(4)?),
    };
    Ok(Totals { counters, sampled_at_ms: uint(row.try_get(0)?) })
}
