use alloy::primitives::U256;
use clap::Args;
use serde_json::json;
use solidity::Market::withdrawCall;

use crate::{
    render::{answer, ids::short_id, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct WithdrawArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The amount to withdraw, in the currency of the lease. What may be owed and the money of the notice period stay in the lease.
    #[arg(allow_negative_numbers = true)]
    amount: String,
    #[command(flatten)]
    approval: Approval,
}

impl WithdrawArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let unit = session.unit(lease.terms.currency).await?;
        let amount = unit.parse(&self.amount)?;
        let progress = ProgressLine::new();
        progress.step(format!("Withdrawing {}", unit.format(amount)));
        let call = withdrawCall { terms: lease.terms.clone(), amount };
        let sent = self.approval.act(&session, session.address(), unit.address, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let output = json!({"lease": lease.id, "withdrawn": amount.to_string(), "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| format!("{}: withdrew {}", short_id(lease.id), unit.format(amount)))
    }
}
