//! A whole orchestrator in the test's process, wired as the program wires it.

use std::{net::SocketAddr, sync::Arc};

use anvil::Actor;
use cli::{
    orchestrator::RunningOrchestrator,
    settings::{ConnectionSettings, IdentitySettings, OrchestratorSettings, Secret},
};
use ports::engine::Engine;
use tidemark::wiring;

use super::{World, engine};
use crate::api_client::ApiClient;

pub struct Orchestrator {
    running: RunningOrchestrator,
    pub api: ApiClient,
    /// The address at which its gateway listens.
    pub gateway: SocketAddr,
}

impl World {
    /// An orchestrator of the provider that keeps nothing warm: what is on the engine is what is wanted.
    pub async fn orchestrator(&self) -> anyhow::Result<Orchestrator> {
        Box::pin(self.orchestrator_with(engine(), |_| {})).await
    }

    /// The same with a given engine and changed settings.
    pub async fn orchestrator_with(
        &self,
        engine: Arc<dyn Engine>,
        set: impl FnOnce(&mut OrchestratorSettings),
    ) -> anyhow::Result<Orchestrator> {
        let connection = ConnectionSettings { rpc_url: self.devnet.ws_url(), deployment: self.path("deployment.json") };
        let key = format!("0x{:x}", Actor::Provider.signer().to_bytes());
        let identity = IdentitySettings { keystore: None, password_file: None, dev_key: Some(Secret::new(key)) };
        let mut settings = OrchestratorSettings::local(([127, 0, 0, 1], 0).into(), &self.path("unused.db"));
        settings.database_url = self.database.url.parse().map_err(anyhow::Error::msg)?;
        settings.warm = 0;
        set(&mut settings);
        let running = wiring::start_with(&connection, &identity, &settings, engine).await?;
        let (api, gateway) = (ApiClient::at(running.address.port())?, running.gateway);
        Ok(Orchestrator { running, api, gateway })
    }
}

impl Orchestrator {
    /// Ends it as SIGTERM does; containers keep running.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}
