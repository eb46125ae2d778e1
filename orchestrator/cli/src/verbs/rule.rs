use alloy::primitives::{Address, U256, utils::parse_ether};
use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use serde_json::json;
use solidity::Market::{DisputeEnded, ruleCall};

use crate::{
    render::{answer, ids::short_id},
    settings::{Connection, Identity},
    wallet::{approval::Approval, session::Session},
};

/// For the arbiters; when they are bound, anybody may carry their consents.
#[derive(Debug, Args)]
pub struct Rule {
    /// The lease, or the beginning of its id.
    lease: String,
    /// For whom.
    #[arg(long = "for", value_name = "SIDE")]
    side: RuledFor,
    /// ETH to take from the provider's bond, when it is for the tenant.
    #[arg(long, default_value = "0", value_name = "ETH")]
    slash: String,
    #[command(flatten)]
    approval: Approval,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RuledFor {
    Tenant,
    Provider,
}

impl Rule {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let slash = parse_ether(&self.slash).context("--slash is not an amount of ETH")?;
        let for_tenant = self.side == RuledFor::Tenant;
        ensure!(for_tenant || slash.is_zero(), "--slash goes with --for tenant alone");
        let call = ruleCall { terms: lease.terms.clone(), forTenant: for_tenant, slash };
        let arbiters = session.deployment.parameters.arbiters;
        let sent = self.approval.act(&session, arbiters, Address::ZERO, &call, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let ended = receipt.decoded_log::<DisputeEnded>().context("the receipt names no ruling")?.data;
        let eth = session.unit(Address::ZERO).await?;
        let said = json!({
            "lease": lease.id, "forTenant": for_tenant, "slashed": ended.slashed.to_string(),
            "tx": receipt.transaction_hash,
        });
        answer::give(json, &said, |_| {
            let side = if for_tenant { "tenant" } else { "provider" };
            format!("{}: ruled for the {side}; {} slashed", short_id(lease.id), eth.format(ended.slashed))
        })
    }
}
