//! What this provider stated: epochs and their statements. Only the proof stage writes these rows.

use alloy::primitives::{Address, B256};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{Error, Result, RootRow, Store, hex, int, parse, rows, settlement::prepare, uint};
use lease::{
    epoch_tree::{EpochStatement, EpochTree},
    intent::Intent,
};

/// Rows of one INSERT.
const CHUNK: usize = 500;

/// An epoch as this provider closed it; its root may or may not be on chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochRow {
    pub epoch: u64,
    pub root: B256,
    /// The chain's Unix seconds.
    pub closed_at: u64,
}

impl Store {
    /// Records an epoch, its statements and the intent to post its root, in one transaction. An epoch whose intent failed is
    /// replaced; one that is in flight or on chain stays as it is.
    pub async fn close_epoch(
        &self,
        epoch: u64,
        tree: &EpochTree,
        closed_at: u64,
        intent: &Intent,
        now_ms: u64,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        if !prepare(&mut tx, intent, now_ms).await? {
            return Ok(());
        }
        sqlx::query("DELETE FROM statements WHERE epoch = $1").bind(int(epoch)).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO epochs (epoch, root, closed_at) VALUES ($1, $2, $3) \
             ON CONFLICT (epoch) DO UPDATE SET root = excluded.root, closed_at = excluded.closed_at",
        )
        .bind(int(epoch))
        .bind(hex(tree.root()))
        .bind(int(closed_at))
        .execute(&mut *tx)
        .await?;
        let statements: Vec<_> = tree.statements().collect();
        for chunk in statements.chunks(CHUNK) {
            let sql =
                format!("INSERT INTO statements (epoch, lease, time, usage, leaf) VALUES {}", rows(chunk.len(), 5));
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK || chunk.len() == 1);
            for statement in chunk {
                let usage = serde_json::to_string(&statement.statement).map_err(Error::corrupt("statements"))?;
                query = query
                    .bind(int(epoch))
                    .bind(hex(statement.lease))
                    .bind(i64::from(statement.statement.time))
                    .bind(usage)
                    .bind(hex(statement.leaf));
            }
            query.execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The number of the newest recorded epoch.
    pub async fn newest_epoch(&self) -> Result<Option<u64>> {
        let row =
            sqlx::query("SELECT epoch FROM epochs ORDER BY epoch DESC LIMIT 1").fetch_optional(self.pool()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.map(uint))
    }

    pub async fn epoch(&self, epoch: u64) -> Result<Option<EpochRow>> {
        let sql = "SELECT epoch, root, closed_at FROM epochs WHERE epoch = $1";
        let row = sqlx::query(sql).bind(int(epoch)).fetch_optional(self.pool()).await?;
        row.map(|row| {
            Ok(EpochRow {
                epoch: uint(row.try_get(0)?),
                root: parse("epochs", &row.try_get::<String, _>(1)?)?,
                closed_at: uint(row.try_get(2)?),
            })
        })
        .transpose()
    }

    /// An epoch's statements and the tree over them; empty for an epoch that was never closed.
    pub async fn epoch_tree(&self, epoch: u64) -> Result<EpochTree> {
        let sql = "SELECT lease, usage, leaf FROM statements WHERE epoch = $1 ORDER BY lease";
        let rows = sqlx::query(sql).bind(int(epoch)).fetch_all(self.pool()).await?;
        Ok(EpochTree::new(rows.iter().map(statement).collect::<Result<_>>()?))
    }

    /// A lease's newest statement, on chain or not.
    pub async fn last_statement(&self, lease: B256) -> Result<Option<EpochStatement>> {
        let sql = "SELECT lease, usage, leaf FROM statements WHERE lease = $1 ORDER BY epoch DESC LIMIT 1";
        let row = sqlx::query(sql).bind(hex(lease)).fetch_optional(self.pool()).await?;
        row.as_ref().map(statement).transpose()
    }

    /// A lease's statements whose recorded roots are on chain, newest first, each with its root.
    pub async fn proven(
        &self,
        lease: B256,
        provider: Address,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Vec<(EpochStatement, RootRow)>> {
        let sql = "SELECT s.lease, s.usage, s.leaf, r.epoch, r.root, r.posted_at, r.block, r.tx FROM statements s \
                   JOIN epochs e ON e.epoch = s.epoch JOIN roots r ON r.epoch = s.epoch AND r.root = e.root \
                   WHERE s.lease = $1 AND r.provider = $2 AND s.epoch < $3 ORDER BY s.epoch DESC LIMIT $4";
        let query = sqlx::query(sql).bind(hex(lease)).bind(hex(provider));
        let rows = query.bind(int(before.unwrap_or(u64::MAX))).bind(int(limit)).fetch_all(self.pool()).await?;
        let proven = |row: &AnyRow| {
            let root = RootRow {
                provider,
                epoch: uint(row.try_get(3)?),
                root: parse("roots", &row.try_get::<String, _>(4)?)?,
                posted_at: uint(row.try_get(5)?),
                block: uint(row.try_get(6)?),
                tx: parse("roots", &row.try_get::<String, _>(7)?)?,
            };
            Ok((statement(row)?, root))
        };
        rows.iter().map(proven).collect()
    }

    /// When this provider's newest unknown root was posted: one on chain that is not the root of a recorded epoch, so that
    /// its statements are not known.
    pub async fn unknown_root(&self, provider: Address) -> Result<Option<u64>> {
        let sql = "SELECT MAX(r.posted_at) FROM roots r LEFT JOIN epochs e ON e.epoch = r.epoch AND e.root = r.root \
                   WHERE r.provider = $1 AND e.epoch IS NULL";
        let row = sqlx::query(sql).bind(hex(provider)).fetch_one(self.pool()).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(uint))
    }

    /// The newest epoch with a statement of the lease whose recorded root is on chain.
    pub async fn last_posted_epoch(&self, lease: B256, provider: Address) -> Result<Option<u64>> {
        let sql = "SELECT s.epoch FROM statements s JOIN epochs e ON e.epoch = s.epoch \
                   JOIN roots r ON r.epoch = s.epoch AND r.root = e.root \
                   WHERE s.lease = $1 AND r.provider = $2 ORDER BY s.epoch DESC LIMIT 1";
        let row = sqlx::query(sql).bind(hex(lease)).bind(hex(provider)).fetch_optional(self.pool()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.map(uint))
    }
}

fn statement(row: &AnyRow) -> Result<EpochStatement> {
    Ok(EpochStatement {
        lease: parse("statements", &row.try_get::<String, _>(0)?)?,
        statement: serde_json::from_str(&row.try_get::<String, _>(1)?).map_err(Error::corrupt("statements"))?,
        leaf: parse("statements", &row.try_get::<String, _>(2)?)?,
    })
}
