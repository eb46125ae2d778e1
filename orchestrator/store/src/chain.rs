//! The chain as of the cursor. Only the chain stage writes these rows, through `Store::apply` and `Store::repair`.

mod apply;
mod change;
mod cursor;
mod events;
mod fold;
mod history;
mod last_root;
mod market;
mod roots;

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use solidity::{PriceList, Shape, deploy::Deployment};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

pub use change::{Applied, ChainChange, Segment};
pub use events::{EventRow, Subject};
pub use history::EventFilter;
pub use roots::{RootRow, RootStats};

use super::{Error, Result, Store, hex, int, parse, uint};
use lease::Lease;

/// A block by number and hash. `time` is the chain's Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRef {
    pub number: u64,
    pub hash: B256,
    pub time: u64,
}

/// A lease with its generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRow {
    pub lease: Lease,
    /// Grows with every change, including a revert.
    pub generation: i64,
}

/// Selects leases; an unset field matches all.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeaseFilter {
    pub provider: Option<Address>,
    pub tenant: Option<Address>,
    pub open_only: bool,
}

impl LeaseFilter {
    pub fn of_provider(provider: Address) -> Self {
        Self { provider: Some(provider), ..Self::default() }
    }
}

/// A provider's standing price list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    pub id: u32,
    pub provider: Address,
    /// Address 0 is the chain's native coin.
    pub currency: Address,
    pub prices: PriceList,
    /// Whether it can be taken.
    pub open: bool,
}

/// A provider as registered on chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderRow {
    pub address: Address,
    /// Wei.
    pub bond: U256,
    /// As registered. The market sells less when the bond no longer covers it.
    pub capacity: Shape,
    pub sealing_key: B256,
    pub endpoint: String,
    pub registered: bool,
    /// Self-declared.
    pub attributes: Vec<B256>,
    /// When the bond may be withdrawn, if an exit was announced; Unix seconds.
    pub exit_at: Option<u64>,
    pub silence: Option<SilenceReport>,
}

/// A report that a provider posts no roots. A root newer than `epoch` ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceReport {
    /// The newest epoch at the time of the report.
    pub epoch: u64,
    pub confirmed: bool,
}

impl Store {
    /// Binds a new database to a deployment and a provider; checks an old one.
    ///
    /// # Errors
    /// [`Error::Foreign`] when the database is bound to another.
    pub async fn bind(&self, deployment: &Deployment, provider: Address) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO deployment (one, chain_id, market, provider, block, claim_window) VALUES (1, $1, $2, $3, $4, $5) \
             ON CONFLICT (one) DO NOTHING",
        )
        .bind(int(deployment.chain_id))
        .bind(hex(deployment.market))
        .bind(hex(provider))
        .bind(int(deployment.block))
        .bind(i64::from(deployment.parameters.claimWindow))
        .execute(&mut *tx)
        .await?;
        let row = sqlx::query("SELECT chain_id, market, provider FROM deployment").fetch_one(&mut *tx).await?;
        let (chain_id, market, owner): (i64, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if (uint(chain_id), &market, &owner) != (deployment.chain_id, &hex(deployment.market), &hex(provider)) {
            return Err(Error::Foreign { chain_id: uint(chain_id), market, provider: owner });
        }
        tx.commit().await?;
        Ok(())
    }

    /// The anchor: the hash of the deployment's block. A chain with another hash there is another chain.
    pub async fn anchor(&self) -> Result<Option<B256>> {
        let row =
            sqlx::query("SELECT hash FROM deployment").fetch_optional(self.pool()).await?.ok_or(Error::Unbound)?;
        row.try_get::<Option<String>, _>(0)?.map(|hash| parse("deployment", &hash)).transpose()
    }

    /// Records the anchor, once.
    pub async fn set_anchor(&self, hash: B256) -> Result<()> {
        let sql = "UPDATE deployment SET hash = $1 WHERE hash IS NULL";
        sqlx::query(sql).bind(hex(hash)).execute(self.pool()).await?;
        Ok(())
    }

    /// The cursor: the newest block whose events are applied. Its time is the chain's clock. `None` before the first block.
    pub async fn head(&self) -> Result<Option<BlockRef>> {
        let row = sqlx::query("SELECT number, hash, time FROM head").fetch_optional(self.pool()).await?;
        row.as_ref().map(|row| head(row, "head")).transpose()
    }

    /// The kept blocks, newest first.
    pub async fn blocks(&self) -> Result<Vec<BlockRef>> {
        let rows =
            sqlx::query("SELECT number, hash, time FROM blocks ORDER BY number DESC").fetch_all(self.pool()).await?;
        rows.iter().map(|row| head(row, "blocks")).collect()
    }

    /// Leases, oldest first.
    pub async fn leases(&self, filter: LeaseFilter) -> Result<Vec<LeaseRow>> {
        let mut sql = String::from("SELECT state, generation FROM leases WHERE reverted = 0");
        let mut values = Vec::new();
        for (column, address) in [("provider", filter.provider), ("tenant", filter.tenant)] {
            if let Some(address) = address {
                values.push(hex(address));
                sql.push_str(&format!(" AND {column} = ${}", values.len()));
            }
        }
        if filter.open_only {
            sql.push_str(" AND closed = 0");
        }
        let query = values.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, value| query.bind(value));
        let rows = query.fetch_all(self.pool()).await?;
        let mut leases = rows.iter().map(lease_row).collect::<Result<Vec<_>>>()?;
        leases.sort_by_key(|row| (row.lease.opened_block, row.lease.id));
        Ok(leases)
    }

    /// `None` for a lease that was never opened, or whose opening was reverted.
    pub async fn lease(&self, id: B256) -> Result<Option<LeaseRow>> {
        let sql = "SELECT state, generation FROM leases WHERE id = $1 AND reverted = 0";
        let row = sqlx::query(sql).bind(hex(id)).fetch_optional(self.pool()).await?;
        row.as_ref().map(lease_row).transpose()
    }

    /// Leases whose opening a reorg reverted and that were not opened again.
    pub async fn reverted_leases(&self, provider: Address) -> Result<Vec<B256>> {
        let sql = "SELECT id FROM leases WHERE provider = $1 AND reverted = 1 ORDER BY id";
        let rows = sqlx::query(sql).bind(hex(provider)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| parse("leases", &row.try_get::<String, _>(0)?)).collect()
    }

    pub async fn offers(&self) -> Result<Vec<Offer>> {
        let rows = sqlx::query("SELECT state FROM offers ORDER BY id").fetch_all(self.pool()).await?;
        rows.iter().map(|row| state(row, "offers")).collect()
    }

    pub async fn providers(&self) -> Result<Vec<ProviderRow>> {
        let rows = sqlx::query("SELECT state FROM providers ORDER BY address").fetch_all(self.pool()).await?;
        rows.iter().map(|row| state(row, "providers")).collect()
    }

    pub async fn provider(&self, address: Address) -> Result<Option<ProviderRow>> {
        let sql = "SELECT state FROM providers WHERE address = $1";
        let row = sqlx::query(sql).bind(hex(address)).fetch_optional(self.pool()).await?;
        row.as_ref().map(|row| state(row, "providers")).transpose()
    }
}

fn head(row: &AnyRow, table: &'static str) -> Result<BlockRef> {
    Ok(BlockRef {
        number: uint(row.try_get(0)?),
        hash: parse(table, &row.try_get::<String, _>(1)?)?,
        time: uint(row.try_get(2)?),
    })
}

fn lease_row(row: &AnyRow) -> Result<LeaseRow> {
    Ok(LeaseRow { lease: state(row, "leases")?, generation: row.try_get(1)? })
}

/// The JSON in a row's first column.
fn state<T: DeserializeOwned>(row: &AnyRow, table: &'static str) -> Result<T> {
    serde_json::from_str(&row.try_get::<String, _>(0)?).map_err(Error::corrupt(table))
}
