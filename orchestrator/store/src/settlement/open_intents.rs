//! The queries of the settlement stage: open intents, their signed transactions, nonces and the gas budget.

use alloy::primitives::{B256, Bytes};
use sqlx::{AssertSqlSafe, Row};

use lease::intent::IntentKey;

use super::super::{Result, Store, hex, int, parse, rows, uint};

/// Hashes of one SELECT.
const CHUNK: usize = 250;

/// A signed transaction of an intent. Fees in wei per gas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingRow {
    pub tx: B256,
    pub max_fee: u128,
    pub priority_fee: u128,
    /// When it was signed, or last resent because a higher fee was not the remedy; the machine's Unix milliseconds.
    pub sent_at_ms: u64,
}

/// An intent that is sent and not mined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntent {
    pub key: IntentKey,
    pub nonce: u64,
    pub gas: u64,
    /// Oldest first; never empty.
    pub sendings: Vec<SendingRow>,
}

impl Store {
    /// All open intents by nonce.
    pub async fn open_intents(&self) -> Result<Vec<OpenIntent>> {
        let sql = "SELECT i.key, i.nonce, i.gas, s.tx, s.max_fee, s.priority_fee, s.sent_at_ms FROM intents i \
                   JOIN sendings s ON s.key = i.key WHERE i.state = 'sent' ORDER BY i.nonce, i.key";
        let mut open: Vec<OpenIntent> = Vec::new();
        for row in sqlx::query(sql).fetch_all(self.pool()).await? {
            let key: IntentKey = parse("intents", &row.try_get::<String, _>(0)?)?;
            let sending = SendingRow {
                tx: parse("sendings", &row.try_get::<String, _>(3)?)?,
                max_fee: parse("sendings", &row.try_get::<String, _>(4)?)?,
                priority_fee: parse("sendings", &row.try_get::<String, _>(5)?)?,
                sent_at_ms: uint(row.try_get(6)?),
            };
            match open.last_mut() {
                Some(last) if last.key == key => last.sendings.push(sending),
                _ => open.push(OpenIntent {
                    key,
                    nonce: uint(row.try_get(1)?),
                    gas: uint(row.try_get(2)?),
                    sendings: vec![sending],
                }),
            }
        }
        // A replacement always has a higher fee, and two may have the same millisecond.
        open.iter_mut().for_each(|open| open.sendings.sort_by_key(|sending| sending.max_fee));
        Ok(open)
    }

    /// The bytes of signed transactions, in the requested order; unknown ones are left out.
    pub async fn raw(&self, hashes: &[B256]) -> Result<Vec<(B256, Bytes)>> {
        let mut found = std::collections::HashMap::with_capacity(hashes.len());
        for chunk in hashes.chunks(CHUNK) {
            let sql = format!("SELECT tx, raw FROM sendings WHERE tx IN {}", rows(1, chunk.len()));
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK);
            let query = chunk.iter().fold(query, |query, hash| query.bind(hex(*hash)));
            for row in query.fetch_all(self.pool()).await? {
                let hash: B256 = parse("sendings", &row.try_get::<String, _>(0)?)?;
                found.insert(hash, Bytes::from(row.try_get::<Vec<u8>, _>(1)?));
            }
        }
        Ok(hashes.iter().filter_map(|hash| Some((*hash, found.remove(hash)?))).collect())
    }

    /// The blocks of mined intents.
    pub async fn mined_blocks(&self) -> Result<Vec<(u64, B256)>> {
        let sql = "SELECT DISTINCT block, block_hash FROM intents WHERE state = 'mined' ORDER BY block";
        let rows = sqlx::query(sql).fetch_all(self.pool()).await?;
        rows.iter().map(|row| Ok((uint(row.try_get(0)?), parse("intents", &row.try_get::<String, _>(1)?)?))).collect()
    }

    /// The highest nonce of an intent that is not final.
    pub async fn highest_nonce(&self) -> Result<Option<u64>> {
        let sql = "SELECT MAX(nonce) FROM intents WHERE state IN ('sent', 'mined')";
        Ok(sqlx::query(sql).fetch_one(self.pool()).await?.try_get::<Option<i64>, _>(0)?.map(uint))
    }

    /// The gas of the intents first signed since a time: the gas used if known, else the limit.
    pub async fn gas_since(&self, since_ms: u64) -> Result<u64> {
        // PostgreSQL returns NUMERIC for a SUM of BIGINT, which sqlx::Any does not read.
        let sql = "SELECT CAST(COALESCE(SUM(gas), 0) AS BIGINT) FROM intents WHERE signed_at_ms >= $1";
        Ok(uint(sqlx::query(sql).bind(int(since_ms)).fetch_one(self.pool()).await?.try_get(0)?))
    }

    /// The number of prepared intents.
    pub async fn waiting_intents(&self) -> Result<u64> {
        let sql = "SELECT COUNT(*) FROM intents WHERE state = 'prepared'";
        Ok(uint(sqlx::query(sql).fetch_one(self.pool()).await?.try_get(0)?))
    }
}
