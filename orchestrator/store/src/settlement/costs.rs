//! What the outbox waits for and what it has cost: the provider's account view and its alarms.

use alloy::primitives::{B256, U256};
use sqlx::Row;

use lease::intent::IntentKey;

use crate::{Result, Store, hex, int, parse, uint};

/// The gas of the intents of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasByKind {
    pub kind: String,
    pub count: u64,
    pub gas: u64,
}

impl Store {
    /// The number of intents in each state, by the state's name.
    pub async fn intents_by_state(&self) -> Result<Vec<(String, u64)>> {
        let sql = "SELECT state, COUNT(*) FROM intents GROUP BY state ORDER BY state";
        let rows = sqlx::query(sql).fetch_all(self.pool()).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, uint(row.try_get(1)?)))).collect()
    }

    /// The gas of the intents first signed since a time, by kind.
    pub async fn gas_by_kind(&self, since_ms: u64) -> Result<Vec<GasByKind>> {
        let sql = "SELECT kind, COUNT(*), CAST(SUM(gas) AS BIGINT) FROM intents WHERE signed_at_ms >= $1 \
                   GROUP BY kind ORDER BY kind";
        let rows = sqlx::query(sql).bind(int(since_ms)).fetch_all(self.pool()).await?;
        let spent = |row: &sqlx::any::AnyRow| {
            Ok(GasByKind { kind: row.try_get(0)?, count: uint(row.try_get(1)?), gas: uint(row.try_get(2)?) })
        };
        rows.iter().map(spent).collect()
    }

    /// An upper bound of the fees of the intents mined since a time, in wei: the gas used times the signed maximum fee.
    pub async fn fees_since(&self, since_ms: u64) -> Result<u128> {
        let sql = "SELECT i.gas, s.max_fee FROM intents i JOIN sendings s ON s.tx = i.tx \
                   WHERE i.signed_at_ms >= $1 AND i.state IN ('mined', 'final', 'failed')";
        let rows = sqlx::query(sql).bind(int(since_ms)).fetch_all(self.pool()).await?;
        rows.iter().try_fold(0u128, |sum, row| {
            let fee: u128 = parse("sendings", &row.try_get::<String, _>(1)?)?;
            Ok(sum.saturating_add(u128::from(uint(row.try_get(0)?)).saturating_mul(fee)))
        })
    }

    /// When the oldest intent that is sent and not mined was signed, Unix milliseconds.
    pub async fn oldest_sent(&self) -> Result<Option<u64>> {
        let sql = "SELECT MIN(signed_at_ms) FROM intents WHERE state = 'sent'";
        Ok(sqlx::query(sql).fetch_one(self.pool()).await?.try_get::<Option<i64>, _>(0)?.map(uint))
    }

    /// How many intents failed since a time, and the error of the last.
    pub async fn failed_since(&self, since_ms: u64) -> Result<(u64, Option<String>)> {
        let sql =
            "SELECT error FROM intents WHERE state = 'failed' AND updated_at_ms >= $1 ORDER BY updated_at_ms DESC";
        let rows = sqlx::query(sql).bind(int(since_ms)).fetch_all(self.pool()).await?;
        let newest = rows.first().map(|row| row.try_get::<Option<String>, _>(0)).transpose()?.flatten();
        Ok((rows.len() as u64, newest))
    }

    /// Records the wallet's balance, in wei.
    pub async fn set_wallet(&self, balance: U256, at_ms: u64) -> Result<()> {
        let sql = "INSERT INTO wallet (one, balance, at_ms) VALUES (1, $1, $2) \
                   ON CONFLICT (one) DO UPDATE SET balance = excluded.balance, at_ms = excluded.at_ms";
        sqlx::query(sql).bind(balance.to_string()).bind(int(at_ms)).execute(self.pool()).await?;
        Ok(())
    }

    /// The wallet's balance when it was last recorded, in wei.
    pub async fn wallet(&self) -> Result<Option<U256>> {
        let row = sqlx::query("SELECT balance FROM wallet").fetch_optional(self.pool()).await?;
        row.map(|row| parse("wallet", &row.try_get::<String, _>(0)?)).transpose()
    }

    /// The number of statements of an epoch, and the gas that posting its root used if this transaction was an own one.
    pub async fn root_cost(&self, epoch: u64, tx: B256) -> Result<(u64, Option<u64>)> {
        let sql = "SELECT COUNT(*) FROM statements WHERE epoch = $1";
        let row = sqlx::query(sql).bind(int(epoch)).fetch_one(self.pool()).await?;
        let leaves = uint(row.try_get(0)?);
        let sql = "SELECT gas FROM intents WHERE key = $1 AND tx = $2";
        let row = sqlx::query(sql)
            .bind(IntentKey::Root { epoch }.to_string())
            .bind(hex(tx))
            .fetch_optional(self.pool())
            .await?;
        Ok((leaves, row.map(|row| row.try_get(0)).transpose()?.map(uint)))
    }
}
