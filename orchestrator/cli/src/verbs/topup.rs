use clap::Args;
use serde_json::json;
use solidity::Market::topUpCall;

use crate::{
    render::{answer, ids::short_id, progress::ProgressLine, span::span},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{
        allowance::{allow, value},
        approval::Approval,
        session::Session,
    },
};

#[derive(Debug, Args)]
pub struct TopupArgs {
    /// The id of the lease, or a unique prefix of it. It can be the lease of another tenant.
    lease: String,
    /// The amount to add, in the currency of the lease: `0.5`.
    #[arg(allow_negative_numbers = true)]
    amount: String,
    #[command(flatten)]
    approval: Approval,
}

impl TopupArgs {
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
        if self.approval.propose.is_none() {
            allow(&session, &unit, amount, &progress).await?;
        }
        progress.step(format!("Adding {}", unit.format(amount)));
        let call = topUpCall { currency: unit.address, lease: lease.id, amount };
        let sent_along = value(unit.address, amount);
        let sent = self.approval.act(&session, session.address(), unit.address, &call, sent_along, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let runway = session.market.runway(lease.terms.clone()).call().await?;
        drop(progress);
        let runway: u64 = runway.saturating_to();
        let output = json!({
            "lease": lease.id, "added": amount.to_string(), "runwaySeconds": runway, "tx": receipt.transaction_hash,
        });
        answer::print(json, &output, |_| {
            format!("{}: added {}, runway {}", short_id(lease.id), unit.format(amount), span(runway))
        })
    }
}
