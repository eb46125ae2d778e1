//! The orchestrator of a provider, as commands start it. The binary passes in the implementation, so that this crate does not
//! depend on the stages.

use std::net::SocketAddr;

use crate::settings::{ConnectionSettings, IdentitySettings, OrchestratorSettings};
use alloy::primitives::Address;
use async_trait::async_trait;
use ports::engine::Info;
use solidity::deploy::Deployment;
use tokio::{sync::watch, task::JoinHandle};

#[async_trait]
pub trait Orchestrator: Send + Sync {
    /// Starts everything; returns when the API listens and the stages run.
    async fn start(
        &self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        settings: &OrchestratorSettings,
    ) -> anyhow::Result<RunningOrchestrator>;

    /// Removes the containers, networks and volumes that a provider of a deployment has on this machine's engine. For a
    /// development chain that ends: its leases could not be closed otherwise.
    async fn sweep(&self, deployment: &Deployment, provider: Address) -> anyhow::Result<()>;

    /// Describes the container engine that an orchestrator with these settings would use.
    async fn engine(&self, settings: &OrchestratorSettings) -> anyhow::Result<Info>;

    /// Opens the database and brings its schema up to date.
    async fn database(&self, settings: &OrchestratorSettings) -> anyhow::Result<()>;
}

/// A running orchestrator.
pub struct RunningOrchestrator {
    /// Where the API listens.
    pub address: SocketAddr,
    /// Where the gateway listens.
    pub gateway: SocketAddr,
    /// Stops the tasks when it becomes true.
    pub shutdown: watch::Sender<bool>,
    pub tasks: Vec<JoinHandle<()>>,
}

impl RunningOrchestrator {
    /// Stops every task and waits for all of them.
    pub async fn stop(self) {
        let _ = self.shutdown.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}
