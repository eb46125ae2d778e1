use alloy::primitives::U256;
use clap::Args;
use serde_json::json;
use solidity::Market::scaleCall;

use crate::{
    render::{answer, ids::short_id, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct ScaleArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The replica count, within the bounds of the lease policy.
    replicas: u16,
    #[command(flatten)]
    approval: Approval,
}

impl ScaleArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let progress = ProgressLine::new();
        progress.step(format!("Scaling from {} to {} replicas", lease.replicas, self.replicas));
        let call = scaleCall { terms: lease.terms.clone(), replicas: self.replicas };
        let currency = lease.terms.currency;
        let sent = self.approval.act(&session, session.address(), currency, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let output = json!({
            "lease": lease.id, "replicas": self.replicas, "before": lease.replicas, "tx": receipt.transaction_hash,
        });
        answer::print(json, &output, |_| {
            format!("{}: {} → {} replicas", short_id(lease.id), lease.replicas, self.replicas)
        })
    }
}
