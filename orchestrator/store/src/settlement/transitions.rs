//! The state transitions of intents. Each function is one database transaction.

use alloy::primitives::{B256, Bytes};
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::{
    super::{Result, Store, hex, int, rows},
    prepare,
};
use lease::intent::{Intent, IntentKey};

/// Rows of one INSERT.
const CHUNK: usize = 100;

/// A transaction that was signed for an intent. Fees in wei per gas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIntent {
    pub key: IntentKey,
    pub nonce: u64,
    pub gas: u64,
    pub tx: B256,
    pub raw: Bytes,
    pub max_fee: u128,
    pub priority_fee: u128,
}

/// An intent that was mined, successfully or reverted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinedIntent {
    pub key: IntentKey,
    pub tx: B256,
    pub block: u64,
    pub block_hash: B256,
    pub gas_used: u64,
    /// Why the contract reverted it.
    pub error: Option<String>,
}

impl Store {
    /// prepared → sent: records signed transactions. Only then may they be sent.
    pub async fn record_signed(&self, signatures: &[SignedIntent], now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        insert_sendings(&mut tx, signatures, now_ms).await?;
        let now = int(now_ms);
        for signature in signatures {
            sqlx::query(
                "UPDATE intents SET state = 'sent', nonce = $1, gas = $2, signed_at_ms = $3, updated_at_ms = $4 \
                 WHERE key = $5 AND state = 'prepared'",
            )
            .bind(int(signature.nonce))
            .bind(int(signature.gas))
            .bind(now)
            .bind(now)
            .bind(signature.key.to_string())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Prepares an intent and records its signed transaction at once.
    pub async fn prepare_signed(&self, intent: &Intent, signature: &SignedIntent, now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        if prepare(&mut tx, intent, now_ms).await? {
            insert_sendings(&mut tx, std::slice::from_ref(signature), now_ms).await?;
            let now = int(now_ms);
            sqlx::query("UPDATE intents SET state = 'sent', nonce = $1, gas = $2, signed_at_ms = $3 WHERE key = $4")
                .bind(int(signature.nonce))
                .bind(int(signature.gas))
                .bind(now)
                .bind(intent.key.to_string())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Records replacements: further transactions of sent intents under the same nonces, with higher fees.
    pub async fn record_replacements(&self, signatures: &[SignedIntent], now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        insert_sendings(&mut tx, signatures, now_ms).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records that transactions are resent unchanged.
    pub async fn record_resent(&self, hashes: &[B256], now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        for hash in hashes {
            let sql = "UPDATE sendings SET sent_at_ms = $1 WHERE tx = $2";
            sqlx::query(sql).bind(int(now_ms)).bind(hex(*hash)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// sent → mined.
    pub async fn record_mined(&self, mined: &[MinedIntent], now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        for mined in mined {
            sqlx::query(
                "UPDATE intents SET state = 'mined', tx = $1, block = $2, block_hash = $3, gas = $4, error = $5, \
                 updated_at_ms = $6 WHERE key = $7 AND state = 'sent'",
            )
            .bind(hex(mined.tx))
            .bind(int(mined.block))
            .bind(hex(mined.block_hash))
            .bind(int(mined.gas_used))
            .bind(mined.error.clone())
            .bind(int(now_ms))
            .bind(mined.key.to_string())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// mined → sent: a reorg removed the block. Returns how many intents.
    pub async fn reopen_intents(&self, block_hash: B256, now_ms: u64) -> Result<u64> {
        let sql = "UPDATE intents SET state = 'sent', tx = NULL, block = NULL, block_hash = NULL, error = NULL, \
                   updated_at_ms = $1 WHERE state = 'mined' AND block_hash = $2";
        let query = sqlx::query(sql).bind(int(now_ms)).bind(hex(block_hash));
        Ok(query.execute(self.pool()).await?.rows_affected())
    }

    /// mined → final or failed: the block is final. Returns how many became final and how many failed.
    pub async fn finalize_intents(&self, block_hash: B256, now_ms: u64) -> Result<(u64, u64)> {
        let mut tx = self.begin().await?;
        let mut finish = async |state: &str, condition: &str| -> Result<u64> {
            let sql = format!(
                "UPDATE intents SET state = '{state}', updated_at_ms = $1 \
                 WHERE state = 'mined' AND block_hash = $2 AND error {condition}"
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(int(now_ms)).bind(hex(block_hash));
            Ok(query.execute(&mut *tx).await?.rows_affected())
        };
        let finished = (finish("final", "IS NULL").await?, finish("failed", "IS NOT NULL").await?);
        tx.commit().await?;
        Ok(finished)
    }

    /// prepared → failed: an intent that was never signed would revert, or is withdrawn.
    pub async fn fail_intent(&self, key: IntentKey, error: &str, now_ms: u64) -> Result<()> {
        let sql = "UPDATE intents SET state = 'failed', error = $1, updated_at_ms = $2 \
                   WHERE key = $3 AND state = 'prepared'";
        sqlx::query(sql).bind(error).bind(int(now_ms)).bind(key.to_string()).execute(self.pool()).await?;
        Ok(())
    }

    /// sent → prepared: a foreign transaction used the nonce in a final block, so nothing that was signed for the intent can
    /// take effect. Its sendings are deleted.
    pub async fn unsign_intent(&self, key: IntentKey, now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE intents SET state = 'prepared', nonce = NULL, gas = 0, signed_at_ms = 0, updated_at_ms = $1 \
                   WHERE key = $2 AND state = 'sent'";
        let done = sqlx::query(sql).bind(int(now_ms)).bind(key.to_string()).execute(&mut *tx).await?;
        if done.rows_affected() == 1 {
            sqlx::query("DELETE FROM sendings WHERE key = $1").bind(key.to_string()).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn insert_sendings(tx: &mut Transaction<'static, Any>, signatures: &[SignedIntent], now_ms: u64) -> Result<()> {
    for chunk in signatures.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO sendings (tx, key, max_fee, priority_fee, raw, sent_at_ms) VALUES {} \
             ON CONFLICT (tx) DO NOTHING",
            rows(chunk.len(), 6)
        );
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK || chunk.len() == 1);
        let query = chunk.iter().fold(query, |query, signature| {
            query
                .bind(hex(signature.tx))
                .bind(signature.key.to_string())
                .bind(signature.max_fee.to_string())
                .bind(signature.priority_fee.to_string())
                .bind(signature.raw.to_vec())
                .bind(int(now_ms))
        });
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
