//! `tidemark dispute`: opens a dispute; `tidemark dispute end` ends one.

pub mod end;

use std::path::PathBuf;

use alloy::primitives::{Address, U256, keccak256};
use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;
use solidity::Market::DisputeOpened;

use crate::{
    render::{answer, ids::short_id, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};

/// No claim of the lease is paid until the dispute ends.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct DisputeArgs {
    #[command(subcommand)]
    end: Option<DisputeCommand>,
    /// The id of the lease, or a unique prefix of it.
    #[arg(required = true)]
    lease: Option<String>,
    /// The file with the evidence for the arbiters; its hash is stored on chain.
    #[arg(long, required = true, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// End a dispute without a ruling after its deadline; the provider's proofs stay valid. Any account may.
    End(end::DisputeEndArgs),
}

impl DisputeArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        if let Some(DisputeCommand::End(end)) = self.end {
            return end.run(&session, json).await;
        }
        let (lease, evidence) = self.lease.zip(self.evidence).context("give the lease and --evidence FILE")?;
        let lease = session.find(&lease).await?;
        let bytes = std::fs::read(&evidence).with_context(|| format!("{} is not readable", evidence.display()))?;
        let deposit = U256::from(session.deployment.parameters.disputeDeposit);
        let eth = session.unit(Address::ZERO).await?;
        let progress = ProgressLine::new();
        progress.step(format!("Opening the dispute with a deposit of {}", eth.format(deposit)));
        let call = session.market.dispute(lease.terms.clone(), keccak256(&bytes)).value(deposit);
        let receipt = session.send(call).await?;
        drop(progress);
        let opened = receipt.decoded_log::<DisputeOpened>().context("the receipt contains no dispute")?.data;
        let output = json!({
            "lease": lease.id, "until": opened.until.to_string(), "evidence": opened.evidence,
            "deposit": deposit.to_string(), "tx": receipt.transaction_hash,
        });
        answer::print(json, &output, |_| {
            let id = short_id(lease.id);
            format!(
                "{id}: disputed; no claim is paid until the arbiters rule, or until {}. Keep {}: its hash is on chain \
                 as the evidence.",
                opened.until,
                evidence.display()
            )
        })
    }
}
