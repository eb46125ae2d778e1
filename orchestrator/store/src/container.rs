//! What the container stage observed on the engine, and how each lease is doing. The API writes the manifests, the stage
//! everything else.

use std::{collections::BTreeMap, net::IpAddr};

use alloy::primitives::B256;
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use super::{Error, Result, Store, hex, int, parse, rows, uint};
use lease::reconcile::{Attempt, ContainerHealth, ContainerState, WorkloadStatus};

/// A container as it was last observed on the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerRow {
    pub service: String,
    pub replica: u16,
    pub container_id: String,
    /// `name@sha256:…` when it came from a registry, else the image's id.
    pub image: String,
    /// `created`, `running`, `exited`, `paused`, `removing`, `dead`.
    pub state: String,
    /// `starting`, `healthy`, `unhealthy`; none without a health check.
    pub health: Option<String>,
    /// Unix milliseconds; 0 when unknown.
    pub started_at_ms: u64,
    pub exit_code: Option<i64>,
    /// `8080/tcp` → `127.0.0.1:49153`.
    pub ports: BTreeMap<String, String>,
    /// In the network of its lease.
    pub address: Option<IpAddr>,
}

impl ContainerRow {
    pub fn is_running(&self) -> bool {
        self.state == word(ContainerState::Running)
    }

    /// Created, and never started.
    pub fn is_created(&self) -> bool {
        self.state == word(ContainerState::Created)
    }

    /// Running, and healthy where there is a check.
    pub fn is_healthy(&self) -> bool {
        self.is_running() && self.health.as_deref().is_none_or(|health| health == word(ContainerHealth::Healthy))
    }
}

/// The image that a reference was resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRow {
    pub reference: String,
    pub id: String,
    pub digest: Option<String>,
}

/// The state of a lease on the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseProgress {
    pub standing: WorkloadStatus,
    /// Why it does not run, if it should.
    pub reason: Option<String>,
    /// When the stage first observed it, Unix milliseconds.
    pub found_at_ms: u64,
    /// When all its replicas were first ready, Unix milliseconds.
    pub running_at_ms: Option<u64>,
    /// Since when it is exhausted, in the chain's Unix seconds.
    pub exhausted_at: Option<u64>,
}

impl LeaseProgress {
    /// From the stage's first observation of the lease to all replicas running and healthy.
    pub fn opened_to_running_ms(&self) -> Option<u64> {
        self.running_at_ms.map(|at| at.saturating_sub(self.found_at_ms))
    }
}

impl Store {
    /// Stores a manifest that the API has checked. Idempotent.
    pub async fn put_manifest(&self, lease: B256, hash: B256, bytes: &[u8]) -> Result<()> {
        let sql = "INSERT INTO manifests (lease, hash, bytes) VALUES ($1, $2, $3) ON CONFLICT (lease) DO NOTHING";
        sqlx::query(sql).bind(hex(lease)).bind(hex(hash)).bind(bytes.to_vec()).execute(self.pool()).await?;
        Ok(())
    }

    pub async fn manifest(&self, lease: B256) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT bytes FROM manifests WHERE lease = $1";
        let row = sqlx::query(sql).bind(hex(lease)).fetch_optional(self.pool()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub async fn images(&self, lease: B256) -> Result<Vec<ImageRow>> {
        let sql = "SELECT reference, id, digest FROM images WHERE lease = $1 ORDER BY reference";
        let rows = sqlx::query(sql).bind(hex(lease)).fetch_all(self.pool()).await?;
        let read =
            |row: &AnyRow| Ok(ImageRow { reference: row.try_get(0)?, id: row.try_get(1)?, digest: row.try_get(2)? });
        rows.iter().map(read).collect()
    }

    /// Pins the images that references were resolved to. The first pin of a reference is kept.
    pub async fn pin_images(&self, lease: B256, images: &[ImageRow]) -> Result<()> {
        if images.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO images (lease, reference, id, digest) VALUES {} ON CONFLICT (lease, reference) DO NOTHING",
            rows(images.len(), 4)
        );
        let query = images.iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), |query, image| {
            query.bind(hex(lease)).bind(&image.reference).bind(&image.id).bind(image.digest.as_ref())
        });
        query.execute(self.pool()).await?;
        Ok(())
    }

    /// The containers of a lease as they were last observed, by replica and service.
    pub async fn containers(&self, lease: B256) -> Result<Vec<ContainerRow>> {
        let sql = "SELECT service, replica, container_id, image, state, health, started_at_ms, exit_code, ports, address \
                   FROM containers WHERE lease = $1 ORDER BY replica, service";
        sqlx::query(sql).bind(hex(lease)).fetch_all(self.pool()).await?.iter().map(seen).collect()
    }

    /// The containers of all leases.
    pub async fn all_containers(&self) -> Result<BTreeMap<B256, Vec<ContainerRow>>> {
        let sql = "SELECT service, replica, container_id, image, state, health, started_at_ms, exit_code, ports, address, \
                   lease FROM containers ORDER BY lease, replica, service";
        let mut all: BTreeMap<B256, Vec<ContainerRow>> = BTreeMap::new();
        for row in sqlx::query(sql).fetch_all(self.pool()).await? {
            all.entry(parse("containers", &row.try_get::<String, _>(10)?)?).or_default().push(seen(&row)?);
        }
        Ok(all)
    }

    pub async fn progress(&self, lease: B256) -> Result<Option<LeaseProgress>> {
        let sql = "SELECT standing, reason, found_at_ms, running_at_ms, exhausted_at FROM progress WHERE lease = $1";
        let row = sqlx::query(sql).bind(hex(lease)).fetch_optional(self.pool()).await?;
        row.as_ref().map(progress).transpose()
    }

    /// The progress of every lease that may have objects on the engine.
    pub async fn all_progress(&self) -> Result<BTreeMap<B256, LeaseProgress>> {
        let sql = "SELECT standing, reason, found_at_ms, running_at_ms, exhausted_at, lease FROM progress WHERE standing <> $1";
        let rows = sqlx::query(sql).bind(word(WorkloadStatus::Removed)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| Ok((parse("progress", &row.try_get::<String, _>(5)?)?, progress(row)?))).collect()
    }

    /// Leases that may have objects on the engine.
    pub async fn leases_on_engine(&self) -> Result<Vec<B256>> {
        let sql = "SELECT lease FROM progress WHERE standing <> $1 ORDER BY lease";
        let rows = sqlx::query(sql).bind(word(WorkloadStatus::Removed)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| parse("progress", &row.try_get::<String, _>(0)?)).collect()
    }

    /// Replaces the containers of a lease and its progress, in one transaction.
    pub async fn record_containers(
        &self,
        lease: B256,
        containers: &[ContainerRow],
        standing: &LeaseProgress,
    ) -> Result<()> {
        let lease = hex(lease);
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM containers WHERE lease = $1").bind(&lease).execute(&mut *tx).await?;
        for seen in containers {
            let ports = serde_json::to_string(&seen.ports).map_err(Error::corrupt("containers"))?;
            sqlx::query(
                "INSERT INTO containers (lease, service, replica, container_id, image, state, health, started_at_ms, \
                 exit_code, ports, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                 ON CONFLICT (lease, replica, service) DO NOTHING",
            )
            .bind(&lease)
            .bind(&seen.service)
            .bind(i64::from(seen.replica))
            .bind(&seen.container_id)
            .bind(&seen.image)
            .bind(&seen.state)
            .bind(seen.health.as_ref())
            .bind(int(seen.started_at_ms))
            .bind(seen.exit_code)
            .bind(ports)
            .bind(seen.address.map(|address| address.to_string()))
            .execute(&mut *tx)
            .await?;
        }
        sqlx::query(
            "INSERT INTO progress (lease, standing, reason, found_at_ms, running_at_ms, exhausted_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (lease) DO UPDATE SET standing = excluded.standing, \
             reason = excluded.reason, running_at_ms = excluded.running_at_ms, exhausted_at = excluded.exhausted_at",
        )
        .bind(&lease)
        .bind(word(standing.standing))
        .bind(standing.reason.as_ref())
        .bind(int(standing.found_at_ms))
        .bind(standing.running_at_ms.map(int))
        .bind(standing.exhausted_at.map(int))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    pub async fn container_attempts(&self, lease: B256) -> Result<BTreeMap<String, Attempt>> {
        let sql = "SELECT subject, failures, at_ms, reason FROM container_attempts WHERE lease = $1";
        let rows = sqlx::query(sql).bind(hex(lease)).fetch_all(self.pool()).await?;
        let read = |row: &AnyRow| {
            let failures = u32::try_from(row.try_get::<i64, _>(1)?).unwrap_or(u32::MAX);
            let attempt = Attempt { failures, at_ms: uint(row.try_get(2)?), reason: row.try_get(3)? };
            Ok((row.try_get(0)?, attempt))
        };
        rows.iter().map(read).collect()
    }

    /// Records attempts; one without failures is deleted.
    pub async fn set_container_attempts(&self, lease: B256, attempts: &[(String, Attempt)]) -> Result<()> {
        if attempts.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (subject, attempt) in attempts {
            let query = if attempt.failures == 0 {
                let sql = "DELETE FROM container_attempts WHERE lease = $1 AND subject = $2";
                sqlx::query(sql).bind(hex(lease)).bind(subject)
            } else {
                let sql = "INSERT INTO container_attempts (lease, subject, failures, at_ms, reason) \
                           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (lease, subject) DO UPDATE SET \
                           failures = excluded.failures, at_ms = excluded.at_ms, reason = excluded.reason";
                let query = sqlx::query(sql).bind(hex(lease)).bind(subject).bind(i64::from(attempt.failures));
                query.bind(int(attempt.at_ms)).bind(attempt.reason.as_ref())
            };
            query.execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Deletes all attempts of a lease.
    pub async fn forget_container_attempts(&self, lease: B256) -> Result<()> {
        let sql = "DELETE FROM container_attempts WHERE lease = $1";
        sqlx::query(sql).bind(hex(lease)).execute(self.pool()).await?;
        Ok(())
    }
}

/// How many of the first `replicas` have at least so many healthy services.
pub fn ready(seen: &[ContainerRow], replicas: u16, services: usize) -> u16 {
    let healthy = |replica| seen.iter().filter(|seen| seen.replica == replica && seen.is_healthy()).count();
    (0..replicas).filter(|replica| healthy(*replica) >= services).count() as u16
}

/// The serialized name of a unit variant, as JSON and rows have it.
pub fn word<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn seen(row: &AnyRow) -> Result<ContainerRow> {
    Ok(ContainerRow {
        service: row.try_get(0)?,
        replica: u16::try_from(row.try_get::<i64, _>(1)?).map_err(Error::corrupt("containers"))?,
        container_id: row.try_get(2)?,
        image: row.try_get(3)?,
        state: row.try_get(4)?,
        health: row.try_get(5)?,
        started_at_ms: uint(row.try_get(6)?),
        exit_code: row.try_get(7)?,
        ports: serde_json::from_str(&row.try_get::<String, _>(8)?).map_err(Error::corrupt("containers"))?,
        address: row.try_get::<Option<String>, _>(9)?.map(|address| parse("containers", &address)).transpose()?,
    })
}

fn progress(row: &AnyRow) -> Result<LeaseProgress> {
    let standing = serde_json::Value::String(row.try_get(0)?);
    Ok(LeaseProgress {
        standing: serde_json::from_value(standing).map_err(Error::corrupt("progress"))?,
        reason: row.try_get(1)?,
        found_at_ms: uint(row.try_get(2)?),
        running_at_ms: row.try_get::<Option<i64>, _>(3)?.map(uint),
        exhausted_at: row.try_get::<Option<i64>, _>(4)?.map(uint),
    })
}
