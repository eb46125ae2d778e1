use std::path::PathBuf;

use alloy::{network::EthereumWallet, primitives::Address, providers::Provider};
use anyhow::{Context, bail};
use clap::Args;
use solidity::{
    Parameters,
    deploy::{self, Deployment},
};

use crate::{
    render::{answer, progress::ProgressLine},
    settings::{ConnectionSettings, DEV_CHAIN, IdentitySettings},
    wallet::connection::connect,
};

#[derive(Debug, Args)]
pub struct ContractsDeployArgs {
    /// The deployment file to write. Default: --deployment.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Deploy a new market even if the file names an existing one.
    #[arg(long)]
    force: bool,
    /// The account that rules on disputes and may stop the intake; required except on a local chain. Use an account bound to
    /// approvers, or a multi-signature wallet.
    #[arg(long, value_name = "ADDRESS")]
    arbiters: Option<Address>,
}

impl ContractsDeployArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let progress = ProgressLine::new();
        let path = self.out.unwrap_or_else(|| connection.deployment.clone());
        let reader = connect(&connection.rpc_url, None).await?;
        let chain_id = reader.get_chain_id().await?;
        if path.exists() && !self.force {
            // An existing deployment is the answer; a file that names something else is refused.
            let deployment = Deployment::read(&path)?;
            deployment.check(&reader).await.with_context(|| {
                format!("{} names a deployment that is not usable; remove it or pass --force", path.display())
            })?;
            progress.done(format!("the deployment in {} already exists", path.display()));
            return print(json, &deployment);
        }
        let wallet = EthereumWallet::from(identity.signer(chain_id)?);
        let provider = connect(&connection.rpc_url, Some(wallet)).await?;
        let parameters = match (self.arbiters, chain_id) {
            (Some(arbiters), DEV_CHAIN) => Parameters { arbiters, ..deploy::local_parameters() },
            (None, DEV_CHAIN) => deploy::local_parameters(),
            (Some(arbiters), _) => deploy::public_parameters(arbiters),
            (None, _) => bail!("chain {chain_id} needs an account that rules on disputes: pass --arbiters ADDRESS"),
        };
        progress.step(format!("Deploying the market to chain {chain_id}"));
        let deployment = deploy::deploy(provider, parameters).await?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
        }
        deployment.write(&path)?;
        progress.done(format!("written to {}", path.display()));
        drop(progress);
        print(json, &deployment)
    }
}

fn print(json: bool, deployment: &Deployment) -> anyhow::Result<()> {
    answer::print(json, deployment, |deployment| {
        format!("market {} on chain {}, block {}", deployment.market, deployment.chain_id, deployment.block)
    })
}
