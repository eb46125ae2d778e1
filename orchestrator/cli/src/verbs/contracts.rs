//! `tidemark contracts …`: the contracts of the market.

pub mod deploy;

use clap::Subcommand;

use crate::settings::{Connection, Identity};

#[derive(Debug, Subcommand)]
pub enum ContractsCommand {
    /// Deploy the market; prints and writes where it is.
    Deploy(deploy::ContractsDeploy),
}

impl ContractsCommand {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let Self::Deploy(deploy) = self;
        deploy.run(connection, identity, json).await
    }
}
