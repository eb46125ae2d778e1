//! How intents move on. Each function is one transaction.

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

/// An intent that a block carried out, or reverted.
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
    /// Writes signed transactions down and counts their intents as sent. Only then may they be sent.
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

    /// Writes an intent of settlement's own and its signed transaction at once.
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

    /// Writes down replacements: the same intents and nonces, higher fees.
    pub async fn record_replacements(&self, signatures: &[SignedIntent], now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        insert_sendings(&mut tx, signatures, now_ms).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that transactions are sent again as they are.
    pub async fn record_resent(&self, hashes: &[B256], now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        for hash in hashes {
            let sql = "UPDATE sendings SET sent_at_ms = $1 WHERE tx = $2";
            sqlx::query(sql).bind(int(now_ms)).bind(hex(*hash)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// OpenIntent intents were found in blocks.
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

    /// A reorg took a block back: its intents are open again. Returns how many.
    pub async fn reopen_intents(&self, block_hash: B256, now_ms: u64) -> Result<u64> {
        let sql = "UPDATE intents SET state = 'sent', tx = NULL, block = NULL, block_hash = NULL, error = NULL, \
                   updated_at_ms = $1 WHERE state = 'mined' AND block_hash = $2";
        let query = sqlx::query(sql).bind(int(now_ms)).bind(hex(block_hash));
        Ok(query.execute(self.pool()).await?.rows_affected())
    }

    /// A block is final: its intents are, or have failed. Returns how many became final and how many failed.
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

    /// An intent that was never signed can only fail.
    pub async fn fail_intent(&self, key: IntentKey, error: &str, now_ms: u64) -> Result<()> {
        let sql = "UPDATE intents SET state = 'failed', error = $1, updated_at_ms = $2 \
                   WHERE key = $3 AND state = 'prepared'";
        sqlx::query(sql).bind(error).bind(int(now_ms)).bind(key.to_string()).execute(self.pool()).await?;
        Ok(())
    }

    /// An open intent's nonce is used for good by a transaction that is none of its sendings: it is wanted as before, and
    /// what was signed for it can have no effect any more.
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
