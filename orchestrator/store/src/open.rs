//! Opens the database, migrates it, and excludes a second orchestrator.

use std::{
    fs::{File, TryLockError, create_dir_all},
    path::{Path, PathBuf, absolute},
    sync::{Arc, Once},
    time::Duration,
};

use alloy::primitives::Address;
use sqlx::{AnyPool, Connection, Executor, Row, any::AnyPoolOptions, migrate::Migrator};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{Dialect, Error, Result, Store, hex};

/// The files of `migrations/`, embedded in the binary.
static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How long a statement waits for a connection, and on SQLite for the write lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a start waits for an orchestrator that is stopping to give its database free.
const HANDOVER: Duration = Duration::from_secs(5);

/// WAL: readers do not wait for a writer. `synchronous = FULL`: a transaction that was recorded before it was sent must
/// survive a power failure.
const PRAGMAS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON";

impl Store {
    /// Opens `sqlite:PATH` (created when missing) or `postgres://…` and migrates it.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Unwritable`], [`Error::Locked`] by a second orchestrator on the same file,
    /// [`Error::Unreachable`], [`Error::Full`], [`Error::Newer`], [`Error::Other`], [`Error::Migrate`].
    pub async fn open(url: &str) -> Result<Self> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let store = if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path))).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url).await?
        } else {
            return Err(Error::Url);
        };
        MIGRATIONS.run(&store.pool).await?;
        Ok(store)
    }

    async fn open_sqlite(path: &Path) -> Result<Self> {
        if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
            return Err(Error::Url);
        }
        let path = absolute(path).map_err(|source| Error::Unwritable { path: path.to_owned(), source })?;
        let file = lock_file(&path).await?;
        // A missing write permission shows here with the operating system's reason; SQLite would only say "cannot open".
        let touched = File::options().create(true).append(true).open(&path);
        touched.map_err(|source| Error::Unwritable { path: path.clone(), source })?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(PRAGMAS).await?;
                    Ok(())
                })
            })
            // When the disk is full SQLite rolls the transaction back by itself, and sqlx still counts it as open.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect(&sqlite_url(&path)?)
            .await?;
        Ok(Self { pool, dialect: Dialect::Sqlite, _file: Some(Arc::new(file)), held: Arc::default() })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let pool: AnyPool =
            AnyPoolOptions::new().max_connections(8).acquire_timeout(PATIENCE).connect(url).await.map_err(|error| {
                match error {
                    sqlx::Error::Configuration(_) => Error::Url,
                    other => other.into(),
                }
            })?;
        Ok(Self { pool, dialect: Dialect::Postgres, _file: None, held: Arc::new(Mutex::new(None)) })
    }

    /// Excludes a second orchestrator of this provider from the database while this store exists. On SQLite
    /// [`Store::open`] has excluded every other process already.
    ///
    /// # Errors
    /// [`Error::ProviderLocked`] when another holds the lock.
    pub async fn lock(&self, provider: Address) -> Result<()> {
        if self.dialect == Dialect::Sqlite {
            return Ok(());
        }
        let mut held = self.held.lock().await;
        // The lock belongs to its connection, so the connection is detached: the pool would close it when idle.
        let mut connection = match held.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?.detach(),
        };
        connection.ping().await?;
        let until = Instant::now() + HANDOVER;
        loop {
            let taken = sqlx::query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
                .bind(hex(provider))
                .fetch_one(&mut connection)
                .await?
                .try_get::<bool, _>(0)?;
            if taken {
                break;
            }
            if Instant::now() >= until {
                return Err(Error::ProviderLocked(provider));
            }
            sleep(Duration::from_millis(50)).await;
        }
        *held = Some(connection);
        Ok(())
    }
}

/// Locks the file beside a database. One that is just stopping still holds the lock, so this waits for it a moment.
async fn lock_file(database: &Path) -> Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let unwritable = |source| Error::Unwritable { path: database.to_owned(), source };
    if let Some(parent) = path.parent() {
        create_dir_all(parent).map_err(unwritable)?;
    }
    let file = File::options().create(true).append(true).open(&path).map_err(unwritable)?;
    let until = Instant::now() + HANDOVER;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(Duration::from_millis(50)).await,
            Err(TryLockError::WouldBlock) => return Err(Error::Locked(database.to_owned())),
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
    }
}

/// The URL of a path, percent-encoded.
fn sqlite_url(path: &Path) -> Result<String> {
    let text = path.to_str().ok_or(Error::Url)?;
    let mut url = String::from("sqlite://");
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => url.push(byte as char),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    Ok(url + "?mode=rwc")
}
