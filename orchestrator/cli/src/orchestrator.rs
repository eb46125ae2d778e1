//! A provider's orchestrator as the command line starts it. The binary hands one in: no verb knows a stage.

use std::net::SocketAddr;

use crate::settings::{Connection, Identity, OrchestratorSettings};
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
        connection: &Connection,
        identity: &Identity,
        settings: &OrchestratorSettings,
    ) -> anyhow::Result<Running>;

    /// Removes everything that a provider of a deployment has on this machine's engine: of a market that ends with its
    /// chain.
    async fn sweep(&self, deployment: &Deployment, provider: Address) -> anyhow::Result<()>;

    /// The container engine that an orchestrator with these settings would use.
    async fn engine(&self, settings: &OrchestratorSettings) -> anyhow::Result<Info>;

    /// Opens the database and brings its schema up to date.
    async fn database(&self, settings: &OrchestratorSettings) -> anyhow::Result<()>;
}

/// A running orchestrator.
pub struct Running {
    /// Where the API listens.
    pub address: SocketAddr,
    /// Where the gateway listens.
    pub gateway: SocketAddr,
    /// Ends the tasks when it becomes true.
    pub shutdown: watch::Sender<bool>,
    pub tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Ends every task, and waits until it has ended.
    pub async fn stop(self) {
        let _ = self.shutdown.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}
