//! Orders, which the chain stage writes, and this provider's decisions on them, reservations and inventory, which the
//! clearing stage writes.

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use solidity::{Bid, Market::Capacity};
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};

use super::{Error, ProviderRow, Result, Store, hex, int, parse, rows, settlement::prepare, uint};
use lease::{
    auction::Auction,
    clearing::BidDecision,
    intent::Intent,
    screen::{Amounts, Seller, amounts},
};

/// An order with its generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    pub auction: Auction,
    pub generation: i64,
    /// Whether a reorg reverted its opening.
    pub reverted: bool,
}

/// An order with this provider's decision on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    pub order: OrderRow,
    pub decision: Option<BidDecision>,
    /// This machine's Unix milliseconds; 0 before there is a decision.
    pub decided_at_ms: u64,
    /// Whether inventory is reserved for the bid.
    pub reserved: bool,
    /// Whether nothing is left to do for this generation of the order.
    pub settled: bool,
}

/// This provider's capacity as the contract stores it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    pub block: u64,
    pub capacity: Capacity,
    pub intake_open: bool,
}

impl Inventory {
    /// The provider as the screens see it; `reserved` is what bids in flight will hold.
    pub fn seller(&self, provider: Address, registered: Option<&ProviderRow>, reserved: Amounts) -> Seller {
        let (capacity, held) = amounts(&self.capacity);
        Seller {
            provider,
            registered: registered.is_some_and(|provider| provider.registered),
            capacity,
            held: held.plus(reserved),
            attributes: registered.into_iter().flat_map(|provider| provider.attributes.iter().copied()).collect(),
            intake_open: self.intake_open,
        }
    }
}

const ANSWER: &str = "SELECT o.state, o.generation, o.reverted, d.bid_id, d.bid, d.reason, d.decided_at_ms, d.settled, \
                      r.order_id FROM orders o LEFT JOIN decisions d ON d.order_id = o.id \
                      LEFT JOIN reservations r ON r.order_id = o.id";

impl Store {
    /// Orders that may need an action at the chain's time `now`: open ones that accept bids, and decided ones that are not
    /// settled or have changed since. Oldest first.
    pub async fn unsettled_orders(&self, now: u64) -> Result<Vec<AnswerRow>> {
        let sql = format!(
            "{ANSWER} WHERE (d.order_id IS NULL AND o.open = 1 AND o.reverted = 0 AND o.bid_until > $1) \
             OR (d.order_id IS NOT NULL AND (d.settled IS NULL OR d.settled <> o.generation))"
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(int(now)).fetch_all(self.pool()).await?;
        sorted(&rows)
    }

    /// Orders on chain, oldest first.
    pub async fn orders(&self, tenant: Option<Address>, open_only: bool) -> Result<Vec<AnswerRow>> {
        let mut sql = format!("{ANSWER} WHERE o.reverted = 0");
        if open_only {
            sql.push_str(" AND o.open = 1");
        }
        if tenant.is_some() {
            sql.push_str(" AND o.tenant = $1");
        }
        let query = sqlx::query(AssertSqlSafe(sql));
        let query = tenant.into_iter().fold(query, |query, tenant| query.bind(hex(tenant)));
        sorted(&query.fetch_all(self.pool()).await?)
    }

    /// `None` for an order that was never opened, or whose opening was reverted.
    pub async fn order(&self, id: B256) -> Result<Option<AnswerRow>> {
        let sql = format!("{ANSWER} WHERE o.id = $1 AND o.reverted = 0");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(hex(id)).fetch_optional(self.pool()).await?;
        row.as_ref().map(answer).transpose()
    }

    /// The order that a lease was opened from.
    pub async fn order_of(&self, lease: B256) -> Result<Option<B256>> {
        // Events are indexed by the order, not by the lease that a bid became, so the orders' states are searched.
        let sql = "SELECT state FROM orders WHERE reverted = 0 AND open = 0 AND state LIKE $1";
        let rows = sqlx::query(sql).bind(format!("%{lease:#x}%")).fetch_all(self.pool()).await?;
        for row in rows {
            let auction: Auction = state(&row, 0)?;
            if auction.bids.values().any(|bid| bid.lease == Some(lease)) {
                return Ok(Some(auction.id));
            }
        }
        Ok(None)
    }

    /// Records the decision not to bid, and deletes the reservation.
    pub async fn decline(&self, order: B256, reason: &str, now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO decisions (order_id, reason, decided_at_ms) VALUES ($1, $2, $3) \
             ON CONFLICT (order_id) DO UPDATE SET bid_id = NULL, bid = NULL, reason = excluded.reason, settled = NULL, \
             decided_at_ms = excluded.decided_at_ms",
        )
        .bind(hex(order))
        .bind(reason)
        .bind(int(now_ms))
        .execute(&mut *tx)
        .await?;
        free(&mut tx, order).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records the decision to bid, the reservation and the intent of the transaction, in one transaction. `false`, and
    /// nothing is written, when a bid on this order is prepared already.
    pub async fn want_bid(
        &self,
        order: B256,
        id: B256,
        bid: &Bid,
        held: Amounts,
        intent: &Intent,
        now_ms: u64,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        if !prepare(&mut tx, intent, now_ms).await? {
            return Ok(false);
        }
        decide(&mut tx, order, id, bid, now_ms).await?;
        free(&mut tx, order).await?;
        let [millicores, memory_mib, disk_mib, gpus] = held.0.map(int);
        sqlx::query(
            "INSERT INTO reservations (order_id, millicores, memory_mib, disk_mib, gpus) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(hex(order))
        .bind(millicores)
        .bind(memory_mib)
        .bind(disk_mib)
        .bind(gpus)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Records an own bid that the chain shows and the database does not know.
    pub async fn adopt_bid(&self, order: B256, id: B256, bid: &Bid, now_ms: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        decide(&mut tx, order, id, bid, now_ms).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes the reservation of an order.
    pub async fn free_reservation(&self, order: B256) -> Result<()> {
        let mut tx = self.begin().await?;
        free(&mut tx, order).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Marks that nothing is left to do for this generation of the order.
    pub async fn settle_order(&self, order: B256, generation: i64) -> Result<()> {
        let sql = "UPDATE decisions SET settled = $1 WHERE order_id = $2";
        sqlx::query(sql).bind(generation).bind(hex(order)).execute(self.pool()).await?;
        Ok(())
    }

    /// The sum of all reservations.
    pub async fn reserved(&self) -> Result<Amounts> {
        // PostgreSQL returns NUMERIC for a SUM of BIGINT, which sqlx::Any does not read.
        let sum = |column: &str| format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)");
        let columns = ["millicores", "memory_mib", "disk_mib", "gpus"].map(sum).join(", ");
        let sql = format!("SELECT {columns} FROM reservations");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(self.pool()).await?;
        let mut reserved = Amounts::default();
        for (kind, amount) in reserved.0.iter_mut().enumerate() {
            *amount = uint(row.try_get(kind)?);
        }
        Ok(reserved)
    }

    /// Records this provider's capacity as the contract stores it.
    pub async fn set_inventory(&self, inventory: &Inventory) -> Result<()> {
        sqlx::query(
            "INSERT INTO inventory (one, block, capacity, intake_open) VALUES (1, $1, $2, $3) \
             ON CONFLICT (one) DO UPDATE SET block = excluded.block, capacity = excluded.capacity, \
             intake_open = excluded.intake_open",
        )
        .bind(int(inventory.block))
        .bind(serde_json::to_string(&inventory.capacity).map_err(Error::corrupt("inventory"))?)
        .bind(i64::from(inventory.intake_open))
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// `None` before the clearing stage has read it once.
    pub async fn inventory(&self) -> Result<Option<Inventory>> {
        let sql = "SELECT capacity, block, intake_open FROM inventory";
        let row = sqlx::query(sql).fetch_optional(self.pool()).await?;
        row.map(|row| {
            let intake_open = row.try_get::<i64, _>(2)? == 1;
            Ok(Inventory { capacity: state(&row, 0)?, block: uint(row.try_get(1)?), intake_open })
        })
        .transpose()
    }
}

async fn decide(tx: &mut Transaction<'static, Any>, order: B256, id: B256, bid: &Bid, now_ms: u64) -> Result<()> {
    sqlx::query(
        "INSERT INTO decisions (order_id, bid_id, bid, decided_at_ms) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (order_id) DO UPDATE SET bid_id = excluded.bid_id, bid = excluded.bid, reason = NULL, \
         settled = NULL, decided_at_ms = excluded.decided_at_ms",
    )
    .bind(hex(order))
    .bind(hex(id))
    .bind(serde_json::to_string(bid).map_err(Error::corrupt("decisions"))?)
    .bind(int(now_ms))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn free(tx: &mut Transaction<'static, Any>, order: B256) -> Result<()> {
    sqlx::query("DELETE FROM reservations WHERE order_id = $1").bind(hex(order)).execute(&mut **tx).await?;
    Ok(())
}

/// The orders of these ids, for the fold of the chain's events.
pub(super) async fn load_orders(tx: &mut Transaction<'static, Any>, ids: &[B256]) -> Result<Vec<OrderRow>> {
    let mut orders = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let sql = format!("SELECT state, generation, reverted FROM orders WHERE id IN {}", rows(1, chunk.len()));
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        let query = chunk.iter().fold(query, |query, id| query.bind(hex(*id)));
        for row in query.fetch_all(&mut **tx).await? {
            orders.push(order(&row)?);
        }
    }
    Ok(orders)
}

/// Writes an order's present state.
pub(super) async fn write_order(tx: &mut Transaction<'static, Any>, row: &OrderRow) -> Result<()> {
    let OrderRow { auction, generation, reverted } = row;
    sqlx::query(
        "INSERT INTO orders (id, tenant, state, generation, bid_until, open, reverted) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, generation = excluded.generation, open = excluded.open, \
         reverted = excluded.reverted",
    )
    .bind(hex(auction.id))
    .bind(hex(auction.terms.tenant))
    .bind(serde_json::to_string(auction).map_err(Error::corrupt("orders"))?)
    .bind(*generation)
    .bind(i64::from(auction.terms.bidUntil))
    .bind(i64::from(auction.is_open()))
    .bind(i64::from(*reverted))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn sorted(rows: &[AnyRow]) -> Result<Vec<AnswerRow>> {
    let mut answers = rows.iter().map(answer).collect::<Result<Vec<_>>>()?;
    answers.sort_by_key(|row| (row.order.auction.opened_block, row.order.auction.id));
    Ok(answers)
}

/// From `state, generation, reverted`.
fn order(row: &AnyRow) -> Result<OrderRow> {
    let reverted = row.try_get::<i64, _>(2)? == 1;
    Ok(OrderRow { auction: state(row, 0)?, generation: row.try_get(1)?, reverted })
}

fn answer(row: &AnyRow) -> Result<AnswerRow> {
    let order = order(row)?;
    let id = row.try_get::<Option<String>, _>(3)?;
    let decision = match (id, row.try_get::<Option<String>, _>(5)?) {
        (Some(id), _) => Some(BidDecision::Bid { id: parse("decisions", &id)?, bid: state(row, 4)? }),
        (None, reason) => reason.map(|reason| BidDecision::None { reason }),
    };
    let decided_at_ms = row.try_get::<Option<i64>, _>(6)?.map_or(0, uint);
    let settled = row.try_get::<Option<i64>, _>(7)? == Some(order.generation);
    let reserved = row.try_get::<Option<String>, _>(8)?.is_some();
    Ok(AnswerRow { order, decision, decided_at_ms, reserved, settled })
}

/// The JSON in a column.
fn state<T: serde::de::DeserializeOwned>(row: &AnyRow, column: usize) -> Result<T> {
    serde_json::from_str(&row.try_get::<String, _>(column)?).map_err(Error::corrupt("clearing"))
}
