//! A database for one test, on SQLite or PostgreSQL.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use sqlx::{AnyConnection, Connection, Executor};
use tempfile::TempDir;

use crate::postgres::Postgres;

/// A new, empty database. Dropping it removes an SQLite file; the shared PostgreSQL server ends with its last database.
pub struct Database {
    pub url: String,
    /// What has to live as long as the database does.
    _storage: Storage,
}

enum Storage {
    Folder { _folder: TempDir },
    Server { _server: Arc<Postgres> },
}

impl Database {
    /// An SQLite file in a folder of its own.
    pub fn sqlite() -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let url = format!("sqlite:{}", folder.path().join("tidemark.db").display());
        Ok(Self { url, _storage: Storage::Folder { _folder: folder } })
    }

    /// A new database on the server that the tests of this process share.
    pub async fn postgres() -> anyhow::Result<Self> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let server = tokio::task::spawn_blocking(|| {
            let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
            match shared.upgrade() {
                Some(server) => anyhow::Ok(server),
                None => {
                    let server = Arc::new(Postgres::start()?);
                    *shared = Arc::downgrade(&server);
                    Ok(server)
                }
            }
        })
        .await??;
        let name = server.unused_name();
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&server.url("postgres")).await?;
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        connection.close().await?;
        Ok(Self { url: server.url(&name), _storage: Storage::Server { _server: server } })
    }

    /// One of each kind.
    pub async fn each() -> anyhow::Result<[Self; 2]> {
        Ok([Self::sqlite()?, Self::postgres().await?])
    }
}
