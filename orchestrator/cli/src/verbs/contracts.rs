//! `tidemark contracts …`: the contracts of the market.

pub mod deploy;

use clap::Subcommand;

use crate::settings::{ConnectionSettings, IdentitySettings};

#[derive(Debug, Subcommand)]
pub enum ContractsCommand {
    /// Deploy the market, and write the deployment file.
    Deploy(deploy::ContractsDeployArgs),
}

impl ContractsCommand {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let Self::Deploy(deploy) = self;
        deploy.run(connection, identity, json).await
    }
}
