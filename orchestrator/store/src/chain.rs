//! What the chain stage believes. It alone writes here, through [`Store::apply`]; everybody reads.

mod apply;
mod cursor;
mod events;
mod history;
mod last_root;
mod market;
mod roots;

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use solidity::{Market::MarketEvents, PriceList, Shape, deploy::Deployment};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

pub use apply::{Applied, ChainChange, Segment};
pub use events::{EventRow, Subject};
pub use history::EventFilter;
pub use roots::RootStats;

use super::{Error, Result, Store, hex, int, parse, uint};
use lease::Lease;

/// A block as the cursor and the reorg window know it. `time` is the chain's Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRef {
    pub number: u64,
    pub hash: B256,
    pub time: u64,
}

/// A lease and how often it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRow {
    pub lease: Lease,
    /// Grows with every change, also with one that takes something back.
    pub generation: i64,
}

/// Which leases; an unset field means all.
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
    /// Address 0 is the chain's coin.
    pub currency: Address,
    pub prices: PriceList,
    /// Whether it can be taken.
    pub open: bool,
}

/// Who sells capacity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderRow {
    pub address: Address,
    /// Wei.
    pub bond: U256,
    /// As it was registered; the market sells less when the bond no longer covers it.
    pub capacity: Shape,
    pub sealing_key: B256,
    pub endpoint: String,
    pub registered: bool,
    /// Words that it claims of itself.
    pub attributes: Vec<B256>,
    /// When its bond may leave.
    pub exit_at: Option<u64>,
    pub silence: Option<SilenceReport>,
}

/// A report that a provider posts no roots. A newer root than that of the epoch ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceReport {
    /// The newest when it was reported.
    pub epoch: u64,
    pub confirmed: bool,
}

/// A root that stands on chain.
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

impl Store {
    /// Binds a new database to its deployment and provider; later, checks that it is theirs.
    ///
    /// # Errors
    /// [`Error::Foreign`] when the database is another's.
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

    /// The deployment's block as it was first seen: a chain that has another there is another chain.
    pub async fn anchor(&self) -> Result<Option<B256>> {
        let row =
            sqlx::query("SELECT hash FROM deployment").fetch_optional(self.pool()).await?.ok_or(Error::Unbound)?;
        row.try_get::<Option<String>, _>(0)?.map(|hash| parse("deployment", &hash)).transpose()
    }

    /// Remembers the hash of the deployment's block, once.
    pub async fn set_anchor(&self, hash: B256) -> Result<()> {
        let sql = "UPDATE deployment SET hash = $1 WHERE hash IS NULL";
        sqlx::query(sql).bind(hex(hash)).execute(self.pool()).await?;
        Ok(())
    }

    /// The cursor: the newest block whose events are here. Its time is the chain's clock. `None` before the first.
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

    /// `None` for a lease that was never opened, or whose opening was taken back.
    pub async fn lease(&self, id: B256) -> Result<Option<LeaseRow>> {
        let sql = "SELECT state, generation FROM leases WHERE id = $1 AND reverted = 0";
        let row = sqlx::query(sql).bind(hex(id)).fetch_optional(self.pool()).await?;
        row.as_ref().map(lease_row).transpose()
    }

    /// Leases whose opening a reorg took back and that have not come again: confirmed to be gone.
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

    /// Whether new leases, orders, bids and providers are let in.
    pub async fn intake_open(&self) -> Result<bool> {
        let sql = "SELECT block, log_index, time, tx, log FROM events WHERE subject = $1 AND name = 'IntakeSet' \
                   ORDER BY block DESC, log_index DESC LIMIT 1";
        let row = sqlx::query(sql).bind(events::MARKET).fetch_optional(self.pool()).await?;
        let newest = row.as_ref().map(EventRow::read).transpose()?;
        Ok(newest.is_none_or(|event| !matches!(event.event, MarketEvents::IntakeSet(set) if !set.open)))
    }

    /// A provider's roots on chain, oldest first.
    pub async fn roots(&self, provider: Address) -> Result<Vec<RootRow>> {
        let sql = "SELECT provider, epoch, root, posted_at, block, tx FROM roots WHERE provider = $1 ORDER BY epoch";
        let rows = sqlx::query(sql).bind(hex(provider)).fetch_all(self.pool()).await?;
        rows.iter().map(root_row).collect()
    }

    /// The newest root of a provider posted at a time or before it.
    pub async fn newest_root(&self, provider: Address, posted_by: u64) -> Result<Option<RootRow>> {
        let sql = "SELECT provider, epoch, root, posted_at, block, tx FROM roots WHERE provider = $1 AND posted_at <= $2 \
                   ORDER BY epoch DESC LIMIT 1";
        let row = sqlx::query(sql).bind(hex(provider)).bind(int(posted_by)).fetch_optional(self.pool()).await?;
        row.as_ref().map(root_row).transpose()
    }

    /// A provider's root of an epoch, when it stands on chain.
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

    /// The top-ups of anybody's leases in later blocks: the lease, what arrived in base units, and when.
    pub async fn top_ups_after(&self, block: u64) -> Result<Vec<(B256, U256, u64)>> {
        let sql = "SELECT block, log_index, time, tx, log FROM events WHERE block > $1 AND name = 'ToppedUp' \
                   ORDER BY block, log_index";
        let rows = sqlx::query(sql).bind(int(block)).fetch_all(self.pool()).await?;
        let mut top_ups = Vec::with_capacity(rows.len());
        for event in rows.iter().map(EventRow::read) {
            let event = event?;
            if let MarketEvents::ToppedUp(topped) = &event.event {
                top_ups.push((topped.lease, topped.amount, event.time));
            }
        }
        Ok(top_ups)
    }

    /// The events of a lease, in the order in which they happened.
    pub async fn events(&self, lease: B256) -> Result<Vec<EventRow>> {
        let sql = "SELECT block, log_index, time, tx, log FROM events WHERE subject = $1 ORDER BY block, log_index";
        let rows = sqlx::query(sql).bind(hex(lease)).fetch_all(self.pool()).await?;
        rows.iter().map(EventRow::read).collect()
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

/// The JSON in a row's first column.
fn state<T: DeserializeOwned>(row: &AnyRow, table: &'static str) -> Result<T> {
    serde_json::from_str(&row.try_get::<String, _>(0)?).map_err(Error::corrupt(table))
}
