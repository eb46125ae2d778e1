//! The flags that describe a lease to open: the manifest, the shape of a replica and the lease policy.

use std::path::{Path, PathBuf};

use alloy::primitives::{B256, U256, aliases::U104, keccak256, ruint::UintTryFrom};
use anyhow::{Context, ensure};
use clap::Args;
use solidity::{LeasePolicy, Order, Shape};

use crate::clock::unix_time;
use lease::{manifest::Manifest, screen};

#[derive(Debug, Clone, Args)]
pub struct LeaseRequest {
    /// The manifest: a Compose file.
    pub file: PathBuf,
    /// The initial replica count.
    #[arg(long, default_value_t = 1)]
    pub replicas: u16,
    /// The minimum replica count. Default: --replicas.
    #[arg(long)]
    pub min: Option<u16>,
    /// The maximum replica count. Default: --replicas.
    #[arg(long)]
    pub max: Option<u16>,
    /// The CPUs of one replica: `0.5`.
    #[arg(long, default_value_t = 0.25)]
    pub cpus: f64,
    /// The memory of one replica, in MiB.
    #[arg(long, default_value_t = 128)]
    pub memory: u32,
    /// The disk space of one replica, in MiB.
    #[arg(long, default_value_t = 256)]
    pub disk: u32,
    /// The GPUs of one replica.
    #[arg(long, default_value_t = 0)]
    pub gpus: u16,
    /// The target utilization, in percent.
    #[arg(long, default_value_t = 70)]
    pub target: u8,
    /// The utilization above which replicas are added, in percent.
    #[arg(long, default_value_t = 80)]
    pub up: u8,
    /// The utilization below which replicas are removed, in percent.
    #[arg(long, default_value_t = 40)]
    pub down: u8,
    /// The cooldown: the minimum time between two steps that the provider takes, in seconds.
    #[arg(long, default_value_t = 30)]
    pub cooldown: u16,
    /// The largest step: how many replicas the provider may add or remove at once.
    #[arg(long, default_value_t = 2)]
    pub step: u8,
    /// The headroom: how many replicas the provider may add beyond what proven demand justifies.
    #[arg(long, default_value_t = 1)]
    pub headroom: u8,
}

impl LeaseRequest {
    /// The bytes of the manifest. A manifest that no provider would run is refused here, before a transaction is sent.
    pub fn manifest(&self) -> anyhow::Result<Vec<u8>> {
        read_manifest(&self.file)
    }

    /// The order for a manifest.
    ///
    /// # Arguments
    /// `max_rate` is the budget, base units × 1e12 a second.
    pub fn order(&self, manifest: &[u8], max_rate: U256) -> anyhow::Result<Order> {
        ensure!(self.cpus > 0.0 && self.cpus <= 4_000_000.0, "--cpus {} is not a number of CPUs", self.cpus);
        let salt = unix_time().as_nanos() as u64;
        let millicores = (self.cpus * 1000.0).round() as u32;
        Ok(Order {
            shape: Shape { millicores, memoryMiB: self.memory, diskMiB: self.disk, gpus: self.gpus },
            replicas: self.replicas,
            policy: LeasePolicy {
                minReplicas: self.min.unwrap_or(self.replicas),
                maxReplicas: self.max.unwrap_or(self.replicas),
                target: self.target,
                up: self.up,
                down: self.down,
                cooldown: self.cooldown,
                step: self.step,
                headroom: self.headroom,
            },
            maxRate: U104::uint_try_from(max_rate).ok().context("--max-rate is too high")?,
            manifestHash: keccak256(manifest),
            salt,
        })
    }
}

/// Reads a manifest.
///
/// # Errors
/// When it is not a Compose file that providers run.
pub fn read_manifest(file: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(file).with_context(|| format!("{} is not readable", file.display()))?;
    Manifest::parse(&bytes).with_context(|| format!("{} cannot be deployed", file.display()))?;
    Ok(bytes)
}

/// Parses an attribute that the provider must claim: `region=eu`.
pub fn attribute(text: &str) -> Result<B256, String> {
    screen::attribute(text)
}
