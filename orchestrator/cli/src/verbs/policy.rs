use alloy::primitives::U256;
use clap::Args;
use serde_json::json;
use solidity::{LeasePolicy, Market::setPolicyCall};

use crate::{
    render::{answer, ids::short_id, progress::Progress},
    settings::{Connection, Identity},
    wallet::{approval::Approval, session::Session},
};
use lease::Lease;

/// What is not named stays as it is.
#[derive(Debug, Args)]
pub struct Policy {
    /// The lease, or the beginning of its id.
    lease: String,
    /// The fewest replicas.
    #[arg(long)]
    min: Option<u16>,
    /// The most replicas; the provider holds capacity for them.
    #[arg(long)]
    max: Option<u16>,
    /// Utilization to aim for, percent.
    #[arg(long)]
    target: Option<u8>,
    /// Utilization above which the provider may add replicas, percent; 100: never.
    #[arg(long)]
    up: Option<u8>,
    /// Utilization below which the provider may remove replicas, percent; 0: never.
    #[arg(long)]
    down: Option<u8>,
    /// Seconds from any step to the next one that the provider takes.
    #[arg(long)]
    cooldown: Option<u16>,
    /// Replicas that one step of the provider may add or remove.
    #[arg(long)]
    step: Option<u8>,
    /// Replicas beyond what the proven demand justifies.
    #[arg(long)]
    headroom: Option<u8>,
    #[command(flatten)]
    approval: Approval,
}

impl Policy {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let policy = self.over(&lease);
        let progress = Progress::new();
        progress.step("Setting the policy");
        let call = setPolicyCall { terms: lease.terms.clone(), policy: policy.clone() };
        let currency = lease.terms.currency;
        let sent = self.approval.act(&session, session.address(), currency, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let said = json!({"lease": lease.id, "policy": policy, "before": lease.policy, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| {
            format!(
                "{}: {} to {} replicas, target {} %, up above {} %, down below {} %, cooldown {} s, step {}, headroom {}",
                short_id(lease.id),
                policy.minReplicas,
                policy.maxReplicas,
                policy.target,
                policy.up,
                policy.down,
                policy.cooldown,
                policy.step,
                policy.headroom
            )
        })
    }

    fn over(&self, lease: &Lease) -> LeasePolicy {
        let old = &lease.policy;
        LeasePolicy {
            minReplicas: self.min.unwrap_or(old.minReplicas),
            maxReplicas: self.max.unwrap_or(old.maxReplicas),
            target: self.target.unwrap_or(old.target),
            up: self.up.unwrap_or(old.up),
            down: self.down.unwrap_or(old.down),
            cooldown: self.cooldown.unwrap_or(old.cooldown),
            step: self.step.unwrap_or(old.step),
            headroom: self.headroom.unwrap_or(old.headroom),
        }
    }
}
