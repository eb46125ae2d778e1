//! How steadily a provider's roots came.

use alloy::primitives::Address;
use sqlx::Row;

use super::{RootRow, root_row};
use crate::{Result, Store, hex, int, uint};

/// A provider's roots on chain: how many, and when the first and the last was posted. Chain seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootStats {
    pub count: u64,
    pub first: u64,
    pub last: u64,
}

impl Store {
    /// `None` for a provider without a root.
    pub async fn root_stats(&self, provider: Address) -> Result<Option<RootStats>> {
        let sql = "SELECT COUNT(*), MIN(posted_at), MAX(posted_at) FROM roots WHERE provider = $1";
        let row = sqlx::query(sql).bind(hex(provider)).fetch_one(self.pool()).await?;
        let (first, last): (Option<i64>, Option<i64>) = (row.try_get(1)?, row.try_get(2)?);
        let count = uint(row.try_get(0)?);
        Ok(first.zip(last).map(|(first, last)| RootStats { count, first: uint(first), last: uint(last) }))
    }

    /// A provider's newest roots, newest first.
    pub async fn newest_roots(&self, provider: Address, limit: u64) -> Result<Vec<RootRow>> {
        let sql = "SELECT provider, epoch, root, posted_at, block, tx FROM roots WHERE provider = $1 \
                   ORDER BY epoch DESC LIMIT $2";
        let rows = sqlx::query(sql).bind(hex(provider)).bind(int(limit)).fetch_all(self.pool()).await?;
        rows.iter().map(root_row).collect()
    }

    /// The pauses between two roots of a provider of at least so many seconds, oldest first.
    pub async fn root_gaps(&self, provider: Address, least: u64) -> Result<Vec<(u64, u64)>> {
        let sql = "SELECT begun, ended FROM (SELECT LAG(posted_at) OVER (ORDER BY epoch) AS begun, posted_at AS ended \
                   FROM roots WHERE provider = $1) AS pauses WHERE ended - begun >= $2 ORDER BY ended";
        let rows = sqlx::query(sql).bind(hex(provider)).bind(int(least)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| Ok((uint(row.try_get(0)?), uint(row.try_get(1)?)))).collect()
    }
}
