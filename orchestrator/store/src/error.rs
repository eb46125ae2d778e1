//! The errors of the database, each with what to do about it.

use std::{io, path::PathBuf};

use alloy::primitives::Address;
use sqlx::migrate::MigrateError;

/// A failed database operation. A message does not repeat its source's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // The URL itself may carry a password, so it is not shown.
    #[error("the database URL is neither `sqlite:PATH` nor `postgres://USER@HOST/NAME`")]
    Url,
    #[error("{} is not writable: choose another path, or give this user the right to write there", .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("another orchestrator uses {}: stop it, or give this one a database of its own", .0.display())]
    Locked(PathBuf),
    #[error("another orchestrator of provider {0} uses this database: stop it; two would send from one key")]
    ProviderLocked(Address),
    #[error("the database is not reachable: check that it runs and that host, user, password and name are right")]
    Unreachable(#[source] sqlx::Error),
    #[error("there is no room left for the database: free some; nothing was lost, the next run goes on")]
    Full(#[source] sqlx::Error),
    #[error("the database was made by a newer version (it has migration {0}): run that version")]
    Newer(i64),
    #[error("the database was made by another version (its migration {0} differs): run that version or start afresh")]
    Other(i64),
    #[error("the database could not be brought up to date")]
    Migrate(#[source] MigrateError),
    #[error(
        "the database belongs to provider {provider} on market {market} of chain {chain_id}: use a database of its own \
         for each deployment and provider"
    )]
    Foreign { chain_id: u64, market: String, provider: String },
    #[error("the database has not been bound to a deployment yet")]
    Unbound,
    #[error("a row of {table} is not readable: the database was changed by something else")]
    Corrupt { table: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the database refused a statement")]
    Query(#[source] sqlx::Error),
}

impl Error {
    pub(super) fn corrupt<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        table: &'static str,
    ) -> impl Fn(E) -> Self {
        move |source| Self::Corrupt { table, source: source.into() }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Self::Unreachable(error)
            }
            sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
                // SQLITE_FULL; PostgreSQL's disk_full.
                Some("13" | "53100") => Self::Full(error),
                // PostgreSQL: wrong user or password, no such database, shutting down, starting up, too many connections.
                Some("28000" | "28P01" | "3D000" | "57P01" | "57P02" | "57P03" | "53300") => Self::Unreachable(error),
                _ => Self::Query(error),
            },
            _ => Self::Query(error),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::Newer(version),
            MigrateError::VersionMismatch(version) => Self::Other(version),
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match Self::from(error) {
                Self::Query(error) => Self::Migrate(MigrateError::Execute(error)),
                known => known,
            },
            other => Self::Migrate(other),
        }
    }
}
