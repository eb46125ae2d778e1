//! The roots that are on chain, and how regularly a provider posted them.

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{Result, Store, hex, int, parse, uint};

/// A root that is on chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RootRow {
    pub provider: Address,
    pub epoch: u64,
    pub root: B256,
    /// The chain's Unix seconds.
    pub posted_at: u64,
    pub block: u64,
    /// The transaction that posted it.
    pub tx: B256,
}

/// How many roots a provider has posted, and when the first and the last; the chain's Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootStats {
    pub count: u64,
    pub first: u64,
    pub last: u64,
}

impl Store {
    /// A provider's roots on chain, oldest first.
    pub async fn roots(&self, provider: Address) -> Result<Vec<RootRow>> {
        let sql = "SELECT provider, epoch, root, posted_at, block, tx FROM roots WHERE provider = $1 ORDER BY epoch";
        let rows = sqlx::query(sql).bind(hex(provider)).fetch_all(self.pool()).await?;
        rows.iter().map(root_row).collect()
    }

    /// The newest root of a provider that was posted by a time.
    pub async fn newest_root(&self, provider: Address, posted_by: u64) -> Result<Option<RootRow>> {
        let sql = "SELECT provider, epoch, root, posted_at, block, tx FROM roots WHERE provider = $1 AND posted_at <= $2 \
                   ORDER BY epoch DESC LIMIT 1";
        let row = sqlx::query(sql).bind(hex(provider)).bind(int(posted_by)).fetch_optional(self.pool()).await?;
        row.as_ref().map(root_row).transpose()
    }

    /// A provider's root of an epoch, if it is on chain.
    pub async fn root(&self, provider: Address, epoch: u64) -> Result<Option<RootRow>> {
        let sql = "SELECT provider, epoch, root, posted_at, block, tx FROM roots WHERE provider = $1 AND epoch = $2";
        let row = sqlx::query(sql).bind(hex(provider)).bind(int(epoch)).fetch_optional(self.pool()).await?;
        row.as_ref().map(root_row).transpose()
    }

    /// The transaction that posted a root.
    pub async fn root_tx(&self, provider: Address, epoch: u64) -> Result<Option<B256>> {
        let sql = "SELECT tx FROM roots WHERE provider = $1 AND epoch = $2";
        let row = sqlx::query(sql).bind(hex(provider)).bind(int(epoch)).fetch_optional(self.pool()).await?;
        row.map(|row| parse("roots", &row.try_get::<String, _>(0)?)).transpose()
    }

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

    /// The gaps of at least `least` seconds between two roots of a provider, oldest first: begin and end.
    pub async fn root_gaps(&self, provider: Address, least: u64) -> Result<Vec<(u64, u64)>> {
        let sql = "SELECT begun, ended FROM (SELECT LAG(posted_at) OVER (ORDER BY epoch) AS begun, posted_at AS ended \
                   FROM roots WHERE provider = $1) AS pauses WHERE ended - begun >= $2 ORDER BY ended";
        let rows = sqlx::query(sql).bind(hex(provider)).bind(int(least)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| Ok((uint(row.try_get(0)?), uint(row.try_get(1)?)))).collect()
    }
}

fn root_row(row: &AnyRow) -> Result<RootRow> {
    Ok(RootRow {
        provider: parse("roots", &row.try_get::<String, _>(0)?)?,
        epoch: uint(row.try_get(1)?),
        root: parse("roots", &row.try_get::<String, _>(2)?)?,
        posted_at: uint(row.try_get(3)?),
        block: uint(row.try_get(4)?),
        tx: parse("roots", &row.try_get::<String, _>(5)?)?,
    })
}
