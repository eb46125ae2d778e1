//! The outbox. A stage that needs a transaction prepares an intent; the settlement stage moves it to its final state:
//!
//! > prepared → sent → mined → final, or failed
//!
//! An intent's key says what it is for, so preparing the same thing again is idempotent. Only a failed intent is prepared
//! anew, because nothing that was signed for it can still take effect.

mod costs;
mod open_intents;
mod transitions;

use std::str::FromStr;

use alloy::primitives::{Address, B256, Bytes, U256};
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};

use super::{Result, Store, hex, int, parse, uint};
use lease::intent::{Intent, IntentKey, IntentKind};

pub use costs::GasByKind;
pub use open_intents::{OpenIntent, SendingRow};
pub use transitions::{MinedIntent, SignedIntent};

const COLUMNS: &str =
    "key, kind, recipient, data, value, state, nonce, gas, block, block_hash, tx, error, created_at_ms, signed_at_ms";

/// The state of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IntentState {
    Prepared,
    /// Signed and recorded; a node may or may not have it.
    Sent,
    /// In a block that a reorg may still remove.
    Mined,
    Final,
    Failed,
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentRow {
    pub intent: Intent,
    pub state: IntentState,
    pub nonce: Option<u64>,
    /// The gas limit that was signed; once mined, the gas used.
    pub gas: u64,
    /// The block that the intent was mined in.
    pub block: Option<(u64, B256)>,
    pub tx: Option<B256>,
    /// Why it failed, or was reverted in a block that is not final yet.
    pub error: Option<String>,
    /// This machine's Unix milliseconds.
    pub created_at_ms: u64,
    /// When it was first signed; 0 before.
    pub signed_at_ms: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("there is no such state of an intent")]
pub struct UnknownIntentState;

impl IntentState {
    pub fn text(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Sent => "sent",
            Self::Mined => "mined",
            Self::Final => "final",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for IntentState {
    type Err = UnknownIntentState;

    fn from_str(text: &str) -> Result<Self, UnknownIntentState> {
        let all = [Self::Prepared, Self::Sent, Self::Mined, Self::Final, Self::Failed];
        all.into_iter().find(|state| state.text() == text).ok_or(UnknownIntentState)
    }
}

/// Prepares an intent as part of the caller's transaction. Nothing happens when an intent with that key exists, unless it
/// failed: then it is prepared anew with the new content. Returns whether it was prepared.
///
/// `now_ms` is the machine's clock, in Unix milliseconds.
pub async fn prepare(tx: &mut Transaction<'static, Any>, intent: &Intent, now_ms: u64) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO intents (key, kind, recipient, data, value, state, gas, created_at_ms, signed_at_ms, updated_at_ms) \
         VALUES ($1, $2, $3, $4, $5, 'prepared', 0, $6, 0, $7) \
         ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, recipient = excluded.recipient, data = excluded.data, \
         value = excluded.value, state = 'prepared', nonce = NULL, gas = 0, block = NULL, block_hash = NULL, tx = NULL, \
         error = NULL, created_at_ms = excluded.created_at_ms, signed_at_ms = 0, \
         updated_at_ms = excluded.updated_at_ms WHERE intents.state = 'failed'",
    )
    .bind(intent.key.to_string())
    .bind(intent.key.kind().text())
    .bind(hex(intent.to))
    .bind(intent.data.to_vec())
    .bind(intent.value.to_string())
    .bind(int(now_ms))
    .bind(int(now_ms))
    .execute(&mut **tx)
    .await?;
    let new = done.rows_affected() == 1;
    if new {
        sqlx::query("DELETE FROM sendings WHERE key = $1").bind(intent.key.to_string()).execute(&mut **tx).await?;
    }
    Ok(new)
}

impl Store {
    /// [`prepare`] in a transaction of its own.
    pub async fn prepare(&self, intent: &Intent, now_ms: u64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let new = prepare(&mut tx, intent, now_ms).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub async fn intent(&self, key: IntentKey) -> Result<Option<IntentRow>> {
        let sql = format!("SELECT {COLUMNS} FROM intents WHERE key = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(key.to_string()).fetch_optional(self.pool()).await?;
        row.as_ref().map(intent_row).transpose()
    }

    /// Intents in a state, in the order in which they were prepared.
    pub async fn intents(&self, state: IntentState, limit: usize) -> Result<Vec<IntentRow>> {
        let sql = format!("SELECT {COLUMNS} FROM intents WHERE state = $1 ORDER BY created_at_ms, key LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(state.text()).bind(int(limit as u64));
        query.fetch_all(self.pool()).await?.iter().map(intent_row).collect()
    }

    /// The newest intents in any state.
    pub async fn newest_intents(&self, limit: usize) -> Result<Vec<IntentRow>> {
        let sql = format!("SELECT {COLUMNS} FROM intents ORDER BY created_at_ms DESC, key LIMIT $1");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(int(limit as u64));
        query.fetch_all(self.pool()).await?.iter().map(intent_row).collect()
    }

    /// Intents of a kind that are in flight or were prepared since a time.
    pub async fn recent_intents(&self, kind: IntentKind, since_ms: u64) -> Result<Vec<IntentRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM intents WHERE kind = $1 AND created_at_ms >= $2 \
             UNION ALL SELECT {COLUMNS} FROM intents WHERE kind = $3 AND created_at_ms < $4 \
             AND state IN ('prepared', 'sent', 'mined')"
        );
        let kind = kind.text();
        let query = sqlx::query(AssertSqlSafe(sql)).bind(kind).bind(int(since_ms)).bind(kind).bind(int(since_ms));
        query.fetch_all(self.pool()).await?.iter().map(intent_row).collect()
    }

    /// When an intent of a kind was last prepared, in Unix milliseconds.
    pub async fn last_prepared(&self, kind: IntentKind) -> Result<Option<u64>> {
        let sql = "SELECT MAX(created_at_ms) FROM intents WHERE kind = $1";
        let row = sqlx::query(sql).bind(kind.text()).fetch_one(self.pool()).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(uint))
    }
}

fn intent_row(row: &AnyRow) -> Result<IntentRow> {
    let text = |column: usize| row.try_get::<String, _>(column);
    let hash = |column: usize| -> Result<Option<B256>> {
        row.try_get::<Option<String>, _>(column)?.map(|hash| parse("intents", &hash)).transpose()
    };
    let block = row.try_get::<Option<i64>, _>(8)?.map(uint);
    Ok(IntentRow {
        intent: Intent {
            key: parse("intents", &text(0)?)?,
            to: parse::<Address>("intents", &text(2)?)?,
            data: Bytes::from(row.try_get::<Vec<u8>, _>(3)?),
            value: parse::<U256>("intents", &text(4)?)?,
        },
        state: parse("intents", &text(5)?)?,
        nonce: row.try_get::<Option<i64>, _>(6)?.map(uint),
        gas: uint(row.try_get(7)?),
        block: block.zip(hash(9)?),
        tx: hash(10)?,
        error: row.try_get(11)?,
        created_at_ms: uint(row.try_get(12)?),
        signed_at_ms: uint(row.try_get(13)?),
    })
}
