use clap::Args;

use crate::{
    orchestrator::Orchestrator,
    settings::{ConnectionSettings, IdentitySettings, OrchestratorSettings},
    signal::stop_signal,
};

#[derive(Debug, Args)]
pub struct ProviderRunArgs {
    #[command(flatten)]
    orchestration: OrchestratorSettings,
}

impl ProviderRunArgs {
    /// Runs until a stop signal. Containers keep running afterwards.
    pub async fn run(
        self,
        orchestrator: &dyn Orchestrator,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
    ) -> anyhow::Result<()> {
        let stop = stop_signal();
        tokio::pin!(stop);
        let running = tokio::select! {
            running = orchestrator.start(connection, identity, &self.orchestration) => running?,
            () = &mut stop => return Ok(()),
        };
        stop.await;
        tracing::info!("stopping; the containers keep running");
        running.stop().await;
        Ok(())
    }
}
