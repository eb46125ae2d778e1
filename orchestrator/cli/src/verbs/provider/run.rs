use clap::Args;

use crate::{
    orchestrator::Orchestrator,
    settings::{Connection, Identity, OrchestratorSettings},
    signal::stop_signal,
};

#[derive(Debug, Args)]
pub struct ProviderRun {
    #[command(flatten)]
    orchestration: OrchestratorSettings,
}

impl ProviderRun {
    /// Until the process is told to stop.
    pub async fn run(
        self,
        orchestrator: &dyn Orchestrator,
        connection: &Connection,
        identity: &Identity,
    ) -> anyhow::Result<()> {
        let stop = stop_signal();
        tokio::pin!(stop);
        let running = tokio::select! {
            running = orchestrator.start(connection, identity, &self.orchestration) => running?,
            () = &mut stop => return Ok(()),
        };
        stop.await;
        tracing::info!("stopping; containers go on running");
        running.stop().await;
        Ok(())
    }
}
