use alloy::primitives::U256;
use clap::Args;
use serde_json::json;
use solidity::Market::scaleCall;

use crate::{
    render::{answer, ids::short_id, progress::Progress},
    settings::{Connection, Identity},
    wallet::{approval::Approval, session::Session},
};

#[derive(Debug, Args)]
pub struct Scale {
    /// The lease, or the beginning of its id.
    lease: String,
    /// How many replicas to run, within the lease's bounds.
    replicas: u16,
    #[command(flatten)]
    approval: Approval,
}

impl Scale {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let progress = Progress::new();
        progress.step(format!("Scaling from {} to {} replicas", lease.replicas, self.replicas));
        let call = scaleCall { terms: lease.terms.clone(), replicas: self.replicas };
        let currency = lease.terms.currency;
        let sent = self.approval.act(&session, session.address(), currency, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let said = json!({
            "lease": lease.id, "replicas": self.replicas, "before": lease.replicas, "tx": receipt.transaction_hash,
        });
        answer::give(json, &said, |_| {
            format!("{}: {} → {} replicas", short_id(lease.id), lease.replicas, self.replicas)
        })
    }
}
