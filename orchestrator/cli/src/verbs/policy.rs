use alloy::primitives::U256;
use clap::Args;
use serde_json::json;
use solidity::{LeasePolicy, Market::setPolicyCall};

use crate::{
    render::{answer, ids::short_id, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{approval::Approval, session::Session},
};
use lease::Lease;

/// Options that are not given keep their value.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The minimum replica count.
    #[arg(long)]
    min: Option<u16>,
    /// The maximum replica count; the provider reserves capacity for it.
    #[arg(long)]
    max: Option<u16>,
    /// The target utilization, in percent.
    #[arg(long)]
    target: Option<u8>,
    /// The utilization above which the provider may add replicas, in percent; 100: never.
    #[arg(long)]
    up: Option<u8>,
    /// The utilization below which the provider may remove replicas, in percent; 0: never.
    #[arg(long)]
    down: Option<u8>,
    /// The cooldown: the minimum time from any step to the next step of the provider, in seconds.
    #[arg(long)]
    cooldown: Option<u16>,
    /// The largest step: how many replicas the provider may add or remove at once.
    #[arg(long)]
    step: Option<u8>,
    /// The headroom: how many replicas the provider may add beyond what proven demand justifies.
    #[arg(long)]
    headroom: Option<u8>,
    #[command(flatten)]
    approval: Approval,
}

impl PolicyArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let policy = self.merged_with(&lease);
        let progress = ProgressLine::new();
        progress.step("Setting the policy");
        let call = setPolicyCall { terms: lease.terms.clone(), policy: policy.clone() };
        let currency = lease.terms.currency;
        let sent = self.approval.act(&session, session.address(), currency, &call, U256::ZERO, json).await?;
        drop(progress);
        let Some(receipt) = sent else { return Ok(()) };
        let output =
            json!({"lease": lease.id, "policy": policy, "before": lease.policy, "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| {
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

    fn merged_with(&self, lease: &Lease) -> LeasePolicy {
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
