use alloy::primitives::{Address, U256};
use clap::Subcommand;
use serde_json::json;
use solidity::Market::setIntakeCall;

use crate::{
    render::answer,
    settings::{Connection, Identity},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Subcommand)]
pub enum IntakeCommand {
    /// Let no new leases, orders, bids and providers in; what runs goes on, and no exit is stopped.
    Stop(SetIntake),
    /// Let them in again.
    Open(SetIntake),
}

#[derive(Debug, clap::Args)]
pub struct SetIntake {
    #[command(flatten)]
    approval: Approval,
}

impl IntakeCommand {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (open, SetIntake { approval }) = match self {
            IntakeCommand::Stop(set) => (false, set),
            IntakeCommand::Open(set) => (true, set),
        };
        let arbiters = session.deployment.parameters.arbiters;
        let sent = approval.act(&session, arbiters, Address::ZERO, &setIntakeCall { open }, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let said = json!({"open": open, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("the intake is {}", if open { "open" } else { "stopped" }))
    }
}
