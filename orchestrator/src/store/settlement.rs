//! The outbox. The proof and scale stages prepare intents; the settlement stage alone carries them further.

use std::{
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use alloy::primitives::{Address, B256, Bytes, U256};
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};

use super::{Result, Store, hex, int, parse, rows, uint};
use crate::lease::intent::Intent;

/// Attempts of one INSERT.
const CHUNK: usize = 250;

const COLUMNS: &str = "key, kind, recipient, data, value, state, nonce, gas, sent_at_ms, block, block_hash, tx, error, \
                       created_at_ms";

/// How far an intent has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IntentState {
    Prepared,
    /// Signed and written down; the node may or may not have it.
    Sent,
    /// In a block that a reorg may still take back.
    Mined,
    Final,
    Failed,
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentRow {
    pub intent: Intent,
    pub state: IntentState,
    /// Of the newest attempt.
    pub nonce: Option<u64>,
    /// The limit that was signed; once mined, what was used.
    pub gas: u64,
    /// When the newest attempt was signed; 0 before there is one.
    pub sent_at_ms: u64,
    /// The block, and the transaction in it, that carried the intent out.
    pub block: Option<(u64, B256)>,
    pub tx: Option<B256>,
    /// Why the contract refused.
    pub error: Option<String>,
    pub created_at_ms: u64,
}

/// One signed transaction of an intent. Fees in wei per gas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub tx: B256,
    pub key: String,
    pub nonce: u64,
    pub gas: u64,
    pub max_fee: u128,
    pub priority_fee: u128,
    pub raw: Bytes,
}

impl IntentState {
    fn text(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Sent => "sent",
            Self::Mined => "mined",
            Self::Final => "final",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no state of an intent")]
pub struct UnknownState;

impl FromStr for IntentState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let all = [Self::Prepared, Self::Sent, Self::Mined, Self::Final, Self::Failed];
        all.into_iter().find(|state| state.text() == text).ok_or(UnknownState)
    }
}

impl Store {
    /// Wants a transaction. Nothing happens when an intent of that key exists, unless it failed: then it is wanted anew,
    /// with the new content. Returns whether it is new.
    pub async fn prepare(&self, intent: &Intent) -> Result<bool> {
        let mut tx = self.begin().await?;
        let new = Self::prepare_in(&mut tx, intent).await?;
        tx.commit().await?;
        Ok(new)
    }

    /// The same, as a part of a larger transaction.
    pub async fn prepare_in(tx: &mut Transaction<'static, Any>, intent: &Intent) -> Result<bool> {
        let now = now_ms();
        let done = sqlx::query(
            "INSERT INTO intents (key, kind, recipient, data, value, state, gas, sent_at_ms, created_at_ms, updated_at_ms) \
             VALUES ($1, $2, $3, $4, $5, 'prepared', 0, 0, $6, $7) \
             ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, recipient = excluded.recipient, data = excluded.data, \
             value = excluded.value, state = 'prepared', nonce = NULL, gas = 0, sent_at_ms = 0, block = NULL, \
             block_hash = NULL, tx = NULL, error = NULL, created_at_ms = excluded.created_at_ms, \
             updated_at_ms = excluded.updated_at_ms WHERE intents.state = 'failed'",
        )
        .bind(&intent.key)
        .bind(&intent.kind)
        .bind(hex(intent.to))
        .bind(intent.data.to_vec())
        .bind(intent.value.to_string())
        .bind(now)
        .bind(now)
        .execute(&mut **tx)
        .await?;
        let new = done.rows_affected() == 1;
        if new {
            // What a failed predecessor signed can have no effect any more.
            sqlx::query("DELETE FROM attempts WHERE key = $1").bind(&intent.key).execute(&mut **tx).await?;
        }
        Ok(new)
    }

    pub async fn intent(&self, key: &str) -> Result<Option<IntentRow>> {
        let sql = format!("SELECT {COLUMNS} FROM intents WHERE key = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(key).fetch_optional(self.pool()).await?;
        row.as_ref().map(intent_row).transpose()
    }

    /// Intents in a state: unsigned ones in the order in which they were wanted, others by nonce.
    pub async fn intents(&self, state: IntentState, limit: usize) -> Result<Vec<IntentRow>> {
        let order = if state == IntentState::Prepared { "created_at_ms, key" } else { "nonce, key" };
        let sql = format!("SELECT {COLUMNS} FROM intents WHERE state = $1 ORDER BY {order} LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(state.text()).bind(int(limit as u64));
        query.fetch_all(self.pool()).await?.iter().map(intent_row).collect()
    }

    /// The newest intents, whatever became of them.
    pub async fn newest_intents(&self, limit: usize) -> Result<Vec<IntentRow>> {
        let sql = format!("SELECT {COLUMNS} FROM intents ORDER BY created_at_ms DESC, key LIMIT $1");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(int(limit as u64));
        query.fetch_all(self.pool()).await?.iter().map(intent_row).collect()
    }

    /// The highest nonce that an unfinished intent holds.
    pub async fn highest_nonce(&self) -> Result<Option<u64>> {
        let sql = "SELECT MAX(nonce) FROM intents WHERE state IN ('sent', 'mined')";
        Ok(sqlx::query(sql).fetch_one(self.pool()).await?.try_get::<Option<i64>, _>(0)?.map(uint))
    }

    /// Gas of everything that was signed since a time: the limit, or what was used where that is known.
    pub async fn gas_since(&self, since_ms: u64) -> Result<u64> {
        // SUM of BIGINT is NUMERIC on PostgreSQL, which is no type of ours.
        let sql = "SELECT CAST(COALESCE(SUM(gas), 0) AS BIGINT) FROM intents WHERE sent_at_ms >= $1";
        Ok(uint(sqlx::query(sql).bind(int(since_ms)).fetch_one(self.pool()).await?.try_get(0)?))
    }

    /// The signed transactions of an intent, newest first.
    pub async fn attempts(&self, key: &str) -> Result<Vec<Attempt>> {
        let sql = "SELECT a.tx, a.key, a.nonce, i.gas, a.max_fee, a.priority_fee, a.raw FROM attempts a \
                   JOIN intents i ON i.key = a.key WHERE a.key = $1 ORDER BY a.signed_at_ms DESC, a.nonce DESC";
        let rows = sqlx::query(sql).bind(key).fetch_all(self.pool()).await?;
        rows.iter().map(attempt).collect()
    }

    /// All attempts of the intents that are sent and not yet seen in a block, by nonce, newest first.
    pub async fn open_attempts(&self) -> Result<Vec<Attempt>> {
        let sql = "SELECT a.tx, a.key, a.nonce, i.gas, a.max_fee, a.priority_fee, a.raw FROM attempts a \
                   JOIN intents i ON i.key = a.key WHERE i.state = 'sent' ORDER BY a.nonce, a.signed_at_ms DESC";
        let rows = sqlx::query(sql).fetch_all(self.pool()).await?;
        rows.iter().map(attempt).collect()
    }

    /// Writes signed transactions down and counts their intents as sent. Only then may they be sent.
    pub async fn sign_intents(&self, attempts: &[Attempt]) -> Result<()> {
        let now = now_ms();
        let mut tx = self.begin().await?;
        for chunk in attempts.chunks(CHUNK) {
            let sql = format!(
                "INSERT INTO attempts (tx, key, nonce, max_fee, priority_fee, raw, signed_at_ms) VALUES {} \
                 ON CONFLICT (tx) DO NOTHING",
                rows(chunk.len(), 7)
            );
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK || chunk.len() == 1);
            let query = chunk.iter().fold(query, |query, attempt| {
                query
                    .bind(hex(attempt.tx))
                    .bind(&attempt.key)
                    .bind(int(attempt.nonce))
                    .bind(attempt.max_fee.to_string())
                    .bind(attempt.priority_fee.to_string())
                    .bind(attempt.raw.to_vec())
                    .bind(now)
            });
            query.execute(&mut *tx).await?;
        }
        for attempt in attempts {
            sqlx::query(
                "UPDATE intents SET state = 'sent', nonce = $1, gas = $2, sent_at_ms = $3, updated_at_ms = $3, \
                 block = NULL, block_hash = NULL, tx = NULL, error = NULL WHERE key = $4",
            )
            .bind(int(attempt.nonce))
            .bind(int(attempt.gas))
            .bind(now)
            .bind(&attempt.key)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Moves intents on: each with its state, block, transaction, gas and error as given.
    pub async fn move_intents(&self, intents: &[IntentRow]) -> Result<()> {
        let now = now_ms();
        let mut tx = self.begin().await?;
        for row in intents {
            sqlx::query(
                "UPDATE intents SET state = $1, gas = $2, block = $3, block_hash = $4, tx = $5, error = $6, \
                 updated_at_ms = $7 WHERE key = $8",
            )
            .bind(row.state.text())
            .bind(int(row.gas))
            .bind(row.block.map(|(number, _)| int(number)))
            .bind(row.block.map(|(_, hash)| hex(hash)))
            .bind(row.tx.map(hex))
            .bind(row.error.clone())
            .bind(now)
            .bind(&row.intent.key)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// This machine's time: the outbox waits by it, because a chain that stands still must not stop a replacement.
pub(crate) fn now_ms() -> i64 {
    int(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64)
}

fn intent_row(row: &AnyRow) -> Result<IntentRow> {
    let text = |column: usize| row.try_get::<String, _>(column);
    let hash = |column: usize| -> Result<Option<B256>> {
        row.try_get::<Option<String>, _>(column)?.map(|hash| parse("intents", &hash)).transpose()
    };
    let block = row.try_get::<Option<i64>, _>(9)?.map(uint);
    Ok(IntentRow {
        intent: Intent {
            key: text(0)?,
            kind: text(1)?,
            to: parse::<Address>("intents", &text(2)?)?,
            data: row.try_get::<Vec<u8>, _>(3)?.into(),
            value: parse::<U256>("intents", &text(4)?)?,
        },
        state: parse("intents", &text(5)?)?,
        nonce: row.try_get::<Option<i64>, _>(6)?.map(uint),
        gas: uint(row.try_get(7)?),
        sent_at_ms: uint(row.try_get(8)?),
        block: block.zip(hash(10)?),
        tx: hash(11)?,
        error: row.try_get(12)?,
        created_at_ms: uint(row.try_get(13)?),
    })
}

fn attempt(row: &AnyRow) -> Result<Attempt> {
    Ok(Attempt {
        tx: parse("attempts", &row.try_get::<String, _>(0)?)?,
        key: row.try_get(1)?,
        nonce: uint(row.try_get(2)?),
        gas: uint(row.try_get(3)?),
        max_fee: parse("attempts", &row.try_get::<String, _>(4)?)?,
        priority_fee: parse("attempts", &row.try_get::<String, _>(5)?)?,
        raw: row.try_get::<Vec<u8>, _>(6)?.into(),
    })
}
