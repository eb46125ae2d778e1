use std::path::PathBuf;

use alloy::primitives::{Address, U256, keccak256, utils::parse_ether};
use anyhow::{Context, ensure};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use solidity::Market::{DisputeEnded, DisputeOpened, ruleCall};

use crate::{
    render::answer::{self, Progress},
    wallet::{approval::Approval, session::Session},
};
use crate::{
    render::ids::short_id,
    settings::{Connection, Identity},
};

/// Nothing of the lease is paid until the dispute ends.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Dispute {
    #[command(subcommand)]
    end: Option<After>,
    /// The lease, or the beginning of its id.
    #[arg(required = true)]
    lease: Option<String>,
    /// What you show the arbiters; its hash goes on chain.
    #[arg(long, required = true, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum After {
    /// End a dispute that nobody ruled in time; the provider's proofs stand. Anyone may.
    End(End),
}

#[derive(Debug, Args)]
pub struct End {
    /// The lease, or the beginning of its id.
    lease: String,
}

/// For the arbiters; when they are bound, anybody may carry their consents.
#[derive(Debug, Args)]
pub struct Rule {
    /// The lease, or the beginning of its id.
    lease: String,
    /// For whom.
    #[arg(long = "for", value_name = "SIDE")]
    side: Side,
    /// ETH to take from the provider's bond, when it is for the tenant.
    #[arg(long, default_value = "0", value_name = "ETH")]
    slash: String,
    #[command(flatten)]
    approval: Approval,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
    Tenant,
    Provider,
}

impl Dispute {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        if let Some(After::End(end)) = self.end {
            return end.run(&session, json).await;
        }
        let (lease, evidence) = self.lease.zip(self.evidence).context("name the lease and the evidence")?;
        let lease = session.find(&lease).await?;
        let bytes = std::fs::read(&evidence).with_context(|| format!("{} is not readable", evidence.display()))?;
        let deposit = U256::from(session.deployment.parameters.disputeDeposit);
        let eth = session.unit(Address::ZERO).await?;
        let progress = Progress::new();
        progress.step(format!("Opening the dispute with a deposit of {}", eth.format(deposit)));
        let call = session.market.dispute(lease.terms.clone(), keccak256(&bytes)).value(deposit);
        let receipt = session.send(call).await?;
        drop(progress);
        let opened = receipt.decoded_log::<DisputeOpened>().context("the receipt names no dispute")?.data;
        let said = json!({
            "lease": lease.id, "until": opened.until.to_string(), "evidence": opened.evidence,
            "deposit": deposit.to_string(), "tx": receipt.transaction_hash,
        });
        answer::give(json, &said, |_| {
            let id = short_id(lease.id);
            format!(
                "{id}: disputed; nothing of it is paid until the arbiters rule, or until {}. Keep {}: its hash is the \
                 evidence.",
                opened.until,
                evidence.display()
            )
        })
    }
}

impl End {
    async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let lease = session.find(&self.lease).await?;
        let receipt = session.send(session.market.endDispute(lease.terms.clone())).await?;
        let said = json!({"lease": lease.id, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("{}: the dispute is over; the proofs stand", short_id(lease.id)))
    }
}

impl Rule {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let slash = parse_ether(&self.slash).context("--slash is not an amount of ETH")?;
        let for_tenant = self.side == Side::Tenant;
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
