use std::path::Path;

use alloy::{
    primitives::{U256, utils::format_ether},
    providers::{DynProvider, Provider},
};
use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use solidity::{Market, deploy::Deployment};

use crate::{
    clock::unix_time,
    orchestrator::Orchestrator,
    render::{answer, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings, OrchestratorSettings},
    wallet::connection::{connect, hide_path},
};

#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    orchestration: OrchestratorSettings,
}

/// The result of one check.
#[derive(Debug, Serialize)]
struct CheckResult {
    what: &'static str,
    well: bool,
    /// The state found, or the problem and how to fix it.
    seen: String,
}

const FREE_DISK_MIB: u64 = 1024;

/// The largest accepted difference between the clocks of the chain and of this machine, in seconds.
const CLOCK_TOLERANCE: u64 = 30;

/// The oldest runc without a published container escape (CVE-2024-21626).
const SAFE_RUNC: (u64, u64, u64) = (1, 1, 12);

impl DoctorArgs {
    pub async fn run(
        self,
        orchestrator: &dyn Orchestrator,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let progress = ProgressLine::new();
        let mut findings = Vec::new();
        let mut record = |what, outcome: anyhow::Result<String>| {
            let well = outcome.is_ok();
            findings.push(CheckResult { what, well, seen: outcome.unwrap_or_else(|error| format!("{error:#}")) });
        };

        progress.step("Checking the chain");
        let provider = connect(&connection.rpc_url, None).await;
        let chain_id = match &provider {
            Ok(provider) => provider.get_chain_id().await.ok(),
            Err(_) => None,
        };
        record(
            "rpc",
            provider.as_ref().map_err(|error| anyhow::anyhow!("{error:#}")).and_then(|_| {
                let id = chain_id.context("the RPC does not return a chain id")?;
                Ok(format!("chain {id} at {}", hide_path(&connection.rpc_url)))
            }),
        );
        let deployment = Deployment::read(&connection.deployment);
        if let Ok(provider) = &provider {
            record("clock", clock(provider).await);
            record("addresses", addresses(provider, &deployment).await);
        } else {
            record("clock", Err(anyhow::anyhow!("not checked: the chain does not answer")));
            record("addresses", Err(anyhow::anyhow!("not checked: the chain does not answer")));
        }
        record("keys", keys(provider.as_ref().ok(), chain_id, deployment.as_ref().ok(), identity).await);

        progress.step("Checking Docker");
        record("docker", docker(orchestrator, &self.orchestration).await);
        progress.step("Checking the database");
        record("database", database(orchestrator, &self.orchestration).await);
        record("disk", disk(connection.deployment.parent().unwrap_or(Path::new("."))));
        drop(progress);

        let failed = findings.iter().filter(|finding| !finding.well).count();
        answer::print(json, &findings, |findings| {
            let lines = findings.iter().map(|finding| {
                format!("{} {:<10} {}", if finding.well { "✓" } else { "✗" }, finding.what, finding.seen)
            });
            lines.collect::<Vec<_>>().join("\n")
        })?;
        if failed > 0 {
            bail!("{failed} of {} checks failed", findings.len());
        }
        Ok(())
    }
}

async fn clock(provider: &DynProvider) -> anyhow::Result<String> {
    let block = provider.get_block_by_number(Default::default()).await?.context("the chain has no block")?;
    let chain = block.header.timestamp;
    let ours = unix_time().as_secs();
    if ours.abs_diff(chain) > CLOCK_TOLERANCE {
        bail!(
            "the newest block has time {chain}, but this machine has {ours}: set the clock (NTP), or wait until the node has synced"
        );
    }
    Ok(format!("{} s from the newest block", ours.abs_diff(chain)))
}

async fn addresses(
    provider: &DynProvider,
    deployment: &Result<Deployment, solidity::deploy::FileError>,
) -> anyhow::Result<String> {
    let deployment = match deployment {
        Ok(deployment) => deployment,
        Err(error) => bail!("{error}: run `tidemark contracts deploy`, or set TIDEMARK_DEPLOYMENT"),
    };
    deployment.check(provider).await?;
    Ok(format!("market {} is a Tidemark market", deployment.market))
}

async fn keys(
    provider: Option<&DynProvider>,
    chain_id: Option<u64>,
    deployment: Option<&Deployment>,
    identity: &IdentitySettings,
) -> anyhow::Result<String> {
    let chain_id = chain_id.or(deployment.map(|deployment| deployment.chain_id)).unwrap_or_default();
    let address = identity.signer(chain_id)?.address();
    let Some(provider) = provider else { return Ok(format!("{address}; the balance is unknown")) };
    let balance = provider.get_balance(address).await?;
    if balance.is_zero() {
        bail!("{address} has no ETH for gas: send it some");
    }
    let registered = match deployment {
        Some(deployment) => {
            Market::new(deployment.market, provider).providerOf(address).call().await?.registeredAt != 0
        }
        None => false,
    };
    let role = if registered { "a registered provider" } else { "not registered as a provider" };
    Ok(format!("{address}, {role}, {} ETH", format_ether(balance)))
}

async fn docker(orchestrator: &dyn Orchestrator, settings: &OrchestratorSettings) -> anyhow::Result<String> {
    let info =
        orchestrator.engine(settings).await.context("start Docker Engine (`make setup` installs and starts it)")?;
    let mut seen = format!(
        "engine {}, API {}, cgroup v{} ({}), {} CPUs, {} MiB",
        info.version,
        info.api_version,
        info.cgroup_version,
        info.cgroup_driver,
        info.cpus,
        info.memory_bytes / (1 << 20)
    );
    if let Some(runc) = info.runc_version.as_deref().filter(|runc| older(runc, SAFE_RUNC)) {
        seen += &format!("; runc {runc} has known escapes: upgrade it, or run tenants under gVisor");
    }
    Ok(seen)
}

fn older(version: &str, than: (u64, u64, u64)) -> bool {
    let mut parts = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) < than
}

async fn database(orchestrator: &dyn Orchestrator, settings: &OrchestratorSettings) -> anyhow::Result<String> {
    orchestrator.database(settings).await?;
    Ok(format!("{:?} opens, and its schema is current", settings.database_url))
}

fn disk(folder: &Path) -> anyhow::Result<String> {
    let folder = if folder.as_os_str().is_empty() || !folder.exists() { Path::new(".") } else { folder };
    let stat = rustix::fs::statvfs(folder)
        .with_context(|| format!("the free space of {} cannot be read", folder.display()))?;
    let free = u64::try_from(U256::from(stat.f_bavail) * U256::from(stat.f_frsize) / U256::from(1u64 << 20))
        .unwrap_or(u64::MAX);
    if free < FREE_DISK_MIB {
        bail!("{free} MiB are free, but {FREE_DISK_MIB} are required: free some space, or move TIDEMARK_DATABASE_URL");
    }
    Ok(format!("{free} MiB free"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(older("1.1.4+ds1", SAFE_RUNC));
        assert!(!older("1.1.12", SAFE_RUNC));
        assert!(!older("1.10.0", SAFE_RUNC));
    }
}
