use alloy::primitives::{Address, U256};
use clap::Subcommand;
use serde_json::json;
use solidity::Market::setIntakeCall;

use crate::{
    render::answer,
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Subcommand)]
pub enum IntakeCommand {
    /// Refuse new leases, orders, bids and providers. Running leases and all exits are unaffected.
    Stop(SetIntakeArgs),
    /// Accept new leases, orders, bids and providers again.
    Open(SetIntakeArgs),
}

#[derive(Debug, clap::Args)]
pub struct SetIntakeArgs {
    #[command(flatten)]
    approval: Approval,
}

impl IntakeCommand {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (open, SetIntakeArgs { approval }) = match self {
            IntakeCommand::Stop(set) => (false, set),
            IntakeCommand::Open(set) => (true, set),
        };
        let arbiters = session.deployment.parameters.arbiters;
        let sent = approval.act(&session, arbiters, Address::ZERO, &setIntakeCall { open }, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let output = json!({"open": open, "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| format!("the intake is {}", if open { "open" } else { "stopped" }))
    }
}
