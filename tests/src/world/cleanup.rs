//! Removes from the engine what a test's providers created.

use adapters::cgroup::HostKernel;
use alloy::{primitives::Address, providers::ProviderBuilder};
use anvil::Devnet;
use ports::cgroup::Kernel;
use solidity::{Market, deploy::Deployment};
use tidemark::wiring;

use super::engine;

/// Removes a provider's containers, networks and volumes, and the control groups of all leases of its market, when it is
/// dropped. It reads the leases from the chain, so it has to be dropped before the devnet.
pub struct Cleanup {
    deployment: Deployment,
    rpc_url: String,
    provider: Address,
}

impl Cleanup {
    pub fn of(provider: Address, devnet: &Devnet) -> Self {
        Self { deployment: devnet.deployment.clone(), rpc_url: devnet.http_url(), provider }
    }

    pub fn provider(&self) -> Address {
        self.provider
    }

    async fn run(deployment: &Deployment, rpc_url: &str, provider: Address) -> anyhow::Result<()> {
        wiring::sweep(deployment, provider).await?;
        let Some(groups) = HostKernel.cgroups(&engine().info().await?) else { return Ok(()) };
        let market = Market::new(deployment.market, ProviderBuilder::new().connect_http(rpc_url.parse()?));
        for (opened, _) in market.LeaseOpened_filter().from_block(deployment.block).query().await? {
            // A group that the engine is still emptying stays, and costs nothing.
            let _ = groups.remove(opened.lease);
        }
        Ok(())
    }
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        let (deployment, rpc_url, provider) = (self.deployment.clone(), self.rpc_url.clone(), self.provider);
        // A runtime of its own, because the current one may be shutting down and cannot be blocked on from inside.
        let cleanup = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(Self::run(&deployment, &rpc_url, provider))
        });
        let cleaned = cleanup.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the cleanup panicked")));
        if let (Err(error), false) = (cleaned, std::thread::panicking()) {
            panic!("what the test created could not be removed: {error:#}");
        }
    }
}
