//! Queries on the stored events, and on the kept blocks: what the feed pages through.

use alloy::primitives::{B256, U256};
use solidity::Market::MarketEvents;
use sqlx::{AssertSqlSafe, Row};

use super::{BlockRef, EventRow, events::MARKET, head};
use crate::{Result, Store, hex, int, parse, uint};

/// Selects events; an unset field matches all.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// The text of the column `subject`.
    pub subject: Option<String>,
    /// The event's name in Solidity.
    pub name: Option<String>,
    /// Only after this position: a block, and a log index in it.
    pub after: Option<(u64, u64)>,
    /// Only before this position.
    pub before: Option<(u64, u64)>,
    /// Only up to this block, inclusive.
    pub until: Option<u64>,
}

impl Store {
    /// At most `limit` events, oldest first: the first that match, or the last ones when `newest`.
    pub async fn find_events(&self, wanted: &EventFilter, limit: u64, newest: bool) -> Result<Vec<EventRow>> {
        let mut sql = String::from("SELECT block, log_index, time, tx, log FROM events WHERE 1 = 1");
        let (mut texts, mut count) = (Vec::new(), 0);
        for (column, value) in [("subject", &wanted.subject), ("name", &wanted.name)] {
            if let Some(value) = value {
                count += 1;
                texts.push(value.clone());
                sql.push_str(&format!(" AND {column} = ${count}"));
            }
        }
        let mut numbers = Vec::new();
        for (order, place) in [(">", wanted.after), ("<", wanted.before)] {
            if let Some((block, index)) = place {
                // The first condition is the one that an index can serve.
                sql.push_str(&format!(
                    " AND block {order}= ${} AND (block {order} ${} OR log_index {order} ${})",
                    count + 1,
                    count + 2,
                    count + 3
                ));
                numbers.extend([block, block, index]);
                count += 3;
            }
        }
        if let Some(until) = wanted.until {
            count += 1;
            numbers.push(until);
            sql.push_str(&format!(" AND block <= ${count}"));
        }
        let order = if newest { "DESC" } else { "ASC" };
        sql.push_str(&format!(" ORDER BY block {order}, log_index {order} LIMIT ${}", count + 1));
        let query = texts.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, text| query.bind(text));
        let query = numbers.into_iter().fold(query, |query, number| query.bind(int(number)));
        let rows = query.bind(int(limit)).fetch_all(self.pool()).await?;
        let mut events = rows.iter().map(EventRow::read).collect::<Result<Vec<_>>>()?;
        if newest {
            events.reverse();
        }
        Ok(events)
    }

    /// Whether a block is on the canonical chain. One that is older than the kept blocks is assumed to be.
    pub async fn is_canonical(&self, number: u64, hash: B256) -> Result<bool> {
        let row = sqlx::query("SELECT hash FROM blocks WHERE number = $1").bind(int(number));
        if let Some(row) = row.fetch_optional(self.pool()).await? {
            return Ok(parse::<B256>("blocks", &row.try_get::<String, _>(0)?)? == hash);
        }
        Ok(self.oldest_kept().await?.is_some_and(|oldest| number < oldest))
    }

    /// The oldest of the kept blocks.
    pub async fn oldest_kept(&self) -> Result<Option<u64>> {
        let row = sqlx::query("SELECT MIN(number) FROM blocks").fetch_one(self.pool()).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(uint))
    }

    /// The kept blocks after a number, oldest first.
    pub async fn blocks_after(&self, number: u64) -> Result<Vec<BlockRef>> {
        let sql = "SELECT number, hash, time FROM blocks WHERE number > $1 ORDER BY number";
        let rows = sqlx::query(sql).bind(int(number)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| head(row, "blocks")).collect()
    }

    /// The top-ups of all leases after a block: the lease, the amount in base units, and the time.
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

    /// Whether the market accepts new leases, orders, bids and providers.
    pub async fn intake_open(&self) -> Result<bool> {
        let sql = "SELECT block, log_index, time, tx, log FROM events WHERE subject = $1 AND name = 'IntakeSet' \
                   ORDER BY block DESC, log_index DESC LIMIT 1";
        let row = sqlx::query(sql).bind(MARKET).fetch_optional(self.pool()).await?;
        let newest = row.as_ref().map(EventRow::read).transpose()?;
        Ok(newest.is_none_or(|event| !matches!(event.event, MarketEvents::IntakeSet(set) if !set.open)))
    }
}
