use std::path::PathBuf;

use alloy::{network::EthereumWallet, primitives::Address, providers::Provider};
use anyhow::{Context, bail};
use clap::Args;
use solidity::{
    Parameters,
    deploy::{self, Deployment},
};

use crate::{
    render::{answer, progress::Progress},
    settings::{Connection, DEV_CHAIN, Identity},
    wallet::connection::connect,
};

#[derive(Debug, Args)]
pub struct ContractsDeploy {
    /// Where to write the addresses; TIDEMARK_DEPLOYMENT's file unless told otherwise.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// ContractsDeploy anew although the file names a market that is there.
    #[arg(long)]
    force: bool,
    /// The account that rules disputes and may stop intake; required but on a local chain. Bind it to approvers, or let it
    /// be a multi-signature wallet.
    #[arg(long, value_name = "ADDRESS")]
    arbiters: Option<Address>,
}

impl ContractsDeploy {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let progress = Progress::new();
        let path = self.out.unwrap_or_else(|| connection.deployment.clone());
        let reader = connect(&connection.rpc_url, None).await?;
        let chain_id = reader.get_chain_id().await?;
        if path.exists() && !self.force {
            // A file that names our market is the answer; one that names something else is refused.
            let deployment = Deployment::read(&path)?;
            deployment.check(&reader).await.with_context(|| {
                format!("{} names a deployment that is not usable; remove it or pass --force", path.display())
            })?;
            progress.done(format!("{} is deployed already", path.display()));
            return say(json, &deployment);
        }
        let wallet = EthereumWallet::from(identity.signer(chain_id)?);
        let provider = connect(&connection.rpc_url, Some(wallet)).await?;
        let parameters = match (self.arbiters, chain_id) {
            (Some(arbiters), DEV_CHAIN) => Parameters { arbiters, ..deploy::local_parameters() },
            (None, DEV_CHAIN) => deploy::local_parameters(),
            (Some(arbiters), _) => deploy::public_parameters(arbiters),
            (None, _) => bail!("say who rules disputes on chain {chain_id}: --arbiters ADDRESS"),
        };
        progress.step(format!("Deploying the market to chain {chain_id}"));
        let deployment = deploy::deploy(provider, parameters).await?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        deployment.write(&path)?;
        progress.done(format!("written to {}", path.display()));
        drop(progress);
        say(json, &deployment)
    }
}

fn say(json: bool, deployment: &Deployment) -> anyhow::Result<()> {
    answer::give(json, deployment, |deployment| {
        format!("market {} on chain {}, block {}", deployment.market, deployment.chain_id, deployment.block)
    })
}
