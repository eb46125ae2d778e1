//! `tidemark provider …`: the commands of a provider.

pub mod attributes;
pub mod bond;
pub mod exit;
pub mod init;
pub mod register;
pub mod run;
pub mod status;
pub mod withdraw;

use clap::Subcommand;

use crate::{
    orchestrator::Orchestrator,
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};

#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
    /// Create a keystore and a sealing key.
    Init(init::ProviderInitArgs),
    /// Register on chain with a bond, and list an offer.
    Register(register::ProviderRegisterArgs),
    /// Run the orchestrator until a stop signal.
    Run(Box<run::ProviderRunArgs>),
    /// Show the earnings, the capacity and the health of a provider.
    Status(status::ProviderStatusArgs),
    /// Withdraw earnings.
    Withdraw(withdraw::ProviderWithdrawArgs),
    /// Add to the bond.
    Bond(bond::ProviderBondArgs),
    /// Announce the exit; after the exit delay, unregister and recover the bond.
    Exit(exit::ProviderExitArgs),
    /// Claim attributes that orders may require.
    Attributes(attributes::ProviderAttributesArgs),
}

impl ProviderCommand {
    pub async fn run(
        self,
        orchestrator: &dyn Orchestrator,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = async || Session::signer(connection, identity).await;
        match self {
            Self::Init(init) => init.run(identity, json),
            Self::Register(register) => register.run(&session().await?, json).await,
            Self::Run(run) => run.run(orchestrator, connection, identity).await,
            Self::Status(status) => status.run(connection, identity, json).await,
            Self::Withdraw(withdraw) => withdraw.run(&session().await?, json).await,
            Self::Bond(bond) => bond.run(&session().await?, json).await,
            Self::Exit(exit) => exit.run(&session().await?, json).await,
            Self::Attributes(attributes) => attributes.run(&session().await?, json).await,
        }
    }
}
