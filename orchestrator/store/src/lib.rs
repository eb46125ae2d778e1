//! The database of one orchestrator, in SQLite or PostgreSQL. The only crate with SQL; one module a migration.
//!
//! `Store` is a pool over `sqlx::Any`: the same statements serve both databases. Every row has exactly one writer, a stage
//! or the API; each may read all of it. What belongs together is written in one transaction from `Store::begin`, so a
//! process that dies between two lines leaves all of it or nothing.
//!
//! The store reads no clock. A method that needs the time takes it as an argument, in Unix milliseconds of the machine
//! (`now_ms`) or in the chain's Unix seconds.
//!
//! Rules for a module: `$1` parameters; BIGINT, TEXT and BYTEA columns (SQLite stores bytes as such under any type name);
//! `ON CONFLICT` and `RETURNING`; ids and addresses as lower-case 0x text (`hex`); amounts inside JSON or as decimal text,
//! never as numbers; no transaction across anything but SQL.

pub mod access;
pub mod chain;
pub mod clearing;
pub mod container;
mod error;
pub mod meter;
mod open;
pub mod proof;
pub mod proposal;
pub mod scale;
pub mod settlement;

use std::{fmt::LowerHex, fs::File, str::FromStr, sync::Arc};

use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tokio::sync::Mutex;

pub use chain::{
    Applied, BlockRef, ChainChange, EventFilter, EventRow, LeaseFilter, LeaseRow, Offer, ProviderRow, RootRow, Segment,
    SilenceReport, Subject,
};
pub use clearing::{AnswerRow, Inventory, OrderRow};
pub use error::Error;

pub use settlement::{IntentRow, IntentState, MinedIntent, OpenIntent, SendingRow, SignedIntent};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The database of one orchestrator. Clones share it.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    dialect: Dialect,
    /// SQLite: the sidecar file whose lock excludes a second orchestrator. The operating system releases it with the process.
    _file: Option<Arc<File>>,
    /// PostgreSQL: the connection that holds the advisory lock of [`Store::lock`].
    held: Arc<Mutex<Option<AnyConnection>>>,
}

/// The databases differ in two places: how a writing transaction begins, and how a second orchestrator is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Store {
    /// Begins a transaction that may write. On SQLite it takes the write lock immediately: a transaction that reads first and
    /// writes later would fail whenever another has written in between.
    pub async fn begin(&self) -> Result<Transaction<'static, Any>> {
        Ok(match self.dialect {
            Dialect::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.pool.begin().await?,
        })
    }

    /// For single statements and for reading.
    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }
}

/// The column text of an id, hash or address.
pub(crate) fn hex<T: LowerHex>(value: T) -> String {
    format!("{value:#x}")
}

/// Parses a column that [`hex`] or `to_string` wrote.
pub(crate) fn parse<T>(table: &'static str, text: &str) -> Result<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(Error::corrupt(table))
}

/// Both databases have signed integers only. Blocks, times and counts stay far below the limit.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// The placeholders of several rows: `($1,$2),($3,$4)`.
pub(crate) fn rows(count: usize, columns: usize) -> String {
    let mut text = String::with_capacity(count * columns * 7);
    for row in 0..count {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 1..=columns {
            if column > 1 {
                text.push(',');
            }
            text.push('$');
            text.push_str(&(row * columns + column).to_string());
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
