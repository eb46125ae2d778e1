//! `tidemark dispute`: opens a dispute; `tidemark dispute end` ends one.

pub mod end;

use std::path::PathBuf;

use alloy::primitives::{Address, U256, keccak256};
use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;
use solidity::Market::DisputeOpened;

use crate::{
    render::{answer, ids::short_id, progress::Progress},
    settings::{Connection, Identity},
    wallet::session::Session,
};

/// Nothing of the lease is paid until the dispute ends.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Dispute {
    #[command(subcommand)]
    end: Option<DisputeCommand>,
    /// The lease, or the beginning of its id.
    #[arg(required = true)]
    lease: Option<String>,
    /// What you show the arbiters; its hash goes on chain.
    #[arg(long, required = true, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// End a dispute that nobody ruled in time; the provider's proofs stand. Anyone may.
    End(end::DisputeEnd),
}

impl Dispute {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        if let Some(DisputeCommand::End(end)) = self.end {
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
