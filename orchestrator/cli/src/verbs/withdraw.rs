use alloy::primitives::U256;
use clap::Args;
use serde_json::json;
use solidity::Market::withdrawCall;

use crate::{
    render::{answer, ids::short_id, progress::Progress},
    settings::{Connection, Identity},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct Withdraw {
    /// The lease, or the beginning of its id.
    lease: String,
    /// How much to take out, in the lease's currency; what may be owed and the notice period's money stay.
    #[arg(allow_negative_numbers = true)]
    amount: String,
    #[command(flatten)]
    approval: Approval,
}

impl Withdraw {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let unit = session.unit(lease.terms.currency).await?;
        let amount = unit.parse(&self.amount)?;
        let progress = Progress::new();
        progress.step(format!("Taking {} out", unit.format(amount)));
        let call = withdrawCall { terms: lease.terms.clone(), amount };
        let sent = self.approval.act(&session, session.address(), unit.address, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let said = json!({"lease": lease.id, "withdrawn": amount.to_string(), "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("{}: took out {}", short_id(lease.id), unit.format(amount)))
    }
}
