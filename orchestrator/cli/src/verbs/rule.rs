use alloy::primitives::{Address, U256, utils::parse_ether};
use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use serde_json::json;
use solidity::Market::{DisputeEnded, ruleCall};

use crate::{
    render::{answer, ids::short_id},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{approval::Approval, session::Session},
};

/// For the arbiters. When their account is bound to approvers, any account may send the ruling with their consents.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The side in whose favour to rule.
    #[arg(long = "for", value_name = "SIDE")]
    side: RuledFor,
    /// The amount to slash from the provider's bond, in ETH; only with --for tenant.
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

impl RuleArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let slash = parse_ether(&self.slash).context("--slash is not an amount of ETH")?;
        let for_tenant = self.side == RuledFor::Tenant;
        ensure!(for_tenant || slash.is_zero(), "--slash is only allowed with --for tenant");
        let call = ruleCall { terms: lease.terms.clone(), forTenant: for_tenant, slash };
        let arbiters = session.deployment.parameters.arbiters;
        let sent = self.approval.act(&session, arbiters, Address::ZERO, &call, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let ended = receipt.decoded_log::<DisputeEnded>().context("the receipt has no ruling")?.data;
        let eth = session.unit(Address::ZERO).await?;
        let output = json!({
            "lease": lease.id, "forTenant": for_tenant, "slashed": ended.slashed.to_string(),
            "tx": receipt.transaction_hash,
        });
        answer::print(json, &output, |_| {
            let side = if for_tenant { "tenant" } else { "provider" };
            format!("{}: ruled in favour of the {side}; {} slashed", short_id(lease.id), eth.format(ended.slashed))
        })
    }
}
