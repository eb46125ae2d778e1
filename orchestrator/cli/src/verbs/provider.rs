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
    settings::{Connection, Identity},
    wallet::session::Session,
};

#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
    /// Make a keystore and a sealing key.
    Init(init::ProviderInit),
    /// Register on chain with a bond, and list an offer.
    Register(register::ProviderRegister),
    /// Run the orchestrator until it is told to stop.
    Run(Box<run::ProviderRun>),
    /// What the provider has earned, holds and runs.
    Status(status::ProviderStatus),
    /// Pay earnings out.
    Withdraw(withdraw::ProviderWithdraw),
    /// Add to the bond.
    Bond(bond::ProviderBond),
    /// Announce the exit; then, when it is due, leave and get the bond back.
    Exit(exit::ProviderExit),
    /// Claim attributes that orders may require.
    Attributes(attributes::ProviderAttributes),
}

impl ProviderCommand {
    pub async fn run(
        self,
        orchestrator: &dyn Orchestrator,
        connection: &Connection,
        identity: &Identity,
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
