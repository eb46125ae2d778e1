use alloy::primitives::{Address, U256};
use clap::Subcommand;
use serde_json::json;
use solidity::Market::setIntakeCall;

use crate::settings::{Connection, Identity};
use crate::{
    render::answer,
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Subcommand)]
pub enum Intake {
    /// Let no new leases, orders, bids and providers in; what runs goes on, and no exit is stopped.
    Stop(Set),
    /// Let them in again.
    Open(Set),
}

#[derive(Debug, clap::Args)]
pub struct Set {
    #[command(flatten)]
    approval: Approval,
}

impl Intake {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let (open, Set { approval }) = match self {
            Intake::Stop(set) => (false, set),
            Intake::Open(set) => (true, set),
        };
        let arbiters = session.deployment.parameters.arbiters;
        let sent = approval.act(&session, arbiters, Address::ZERO, &setIntakeCall { open }, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let said = json!({"open": open, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("the intake is {}", if open { "open" } else { "stopped" }))
    }
}
