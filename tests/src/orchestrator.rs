//! A provider's whole orchestrator in this process.

use std::{net::SocketAddr, sync::Arc};

use anvil::Actor;
use cli::orchestrator::RunningOrchestrator;
use cli::settings::{ConnectionSettings, IdentitySettings, OrchestratorSettings, Secret};
use ports::engine::Engine;
use tempfile::TempDir;
use tidemark::wiring;

use crate::api_client::ApiClient;
use crate::provider::{self, Provider};

pub struct Orchestrator {
    running: RunningOrchestrator,
    pub api: ApiClient,
    /// Where its gateway listens.
    pub gateway: SocketAddr,
    _folder: TempDir,
}

impl Orchestrator {
    /// What is on the engine is what is wanted, and nothing warm.
    pub async fn start(provider: &Provider) -> anyhow::Result<Self> {
        Self::start_with(provider, provider::engine(), |_| {}).await
    }

    /// With an engine of the caller's and other settings.
    pub async fn start_with(
        provider: &Provider,
        engine: Arc<dyn Engine>,
        set: impl FnOnce(&mut OrchestratorSettings),
    ) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let deployment = folder.path().join("deployment.json");
        provider.devnet.deployment.write(&deployment)?;
        let connection = ConnectionSettings { rpc_url: provider.devnet.ws_url(), deployment };
        let key = format!("0x{:x}", Actor::Provider.signer().to_bytes());
        let identity = IdentitySettings { keystore: None, password_file: None, dev_key: Some(Secret::new(key)) };
        let mut settings = OrchestratorSettings::local(([127, 0, 0, 1], 0).into(), &folder.path().join("unused.db"));
        settings.database_url = provider.database.url.parse().map_err(anyhow::Error::msg)?;
        settings.warm = 0;
        set(&mut settings);
        let running = wiring::start_with(&connection, &identity, &settings, engine).await?;
        let api = ApiClient::at(running.address.port())?;
        let gateway = running.gateway;
        Ok(Self { running, api, gateway, _folder: folder })
    }

    /// Where requests to leases come in.
    pub fn gateway(&self) -> SocketAddr {
        self.running.gateway
    }

    /// Ends it as SIGTERM does; containers go on.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}
