//! The events as a feed reads them: in pages, in either direction, and against the blocks that stand.

use alloy::primitives::B256;
use sqlx::{AssertSqlSafe, Row};

use super::{BlockRef, EventRow, head};
use crate::{Result, Store, int, parse, uint};

/// Which events; an unset field means all.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// As the column `subject` has it.
    pub subject: Option<String>,
    /// The event's name in Solidity.
    pub name: Option<String>,
    /// Behind this place only: a block, and a log's place in it.
    pub after: Option<(u64, u64)>,
    /// Before this place only.
    pub before: Option<(u64, u64)>,
    /// Of this block and those before it.
    pub until: Option<u64>,
}

impl Store {
    /// So many events, oldest first: those that follow `after`, or, when `newest`, the last that there are.
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
                // The first condition is what an index can use.
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

    /// Whether a block stands that was seen before. One that is older than the kept blocks is believed to.
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

    /// The kept blocks behind a number, oldest first.
    pub async fn blocks_after(&self, number: u64) -> Result<Vec<BlockRef>> {
        let sql = "SELECT number, hash, time FROM blocks WHERE number > $1 ORDER BY number";
        let rows = sqlx::query(sql).bind(int(number)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| head(row, "blocks")).collect()
    }
}
