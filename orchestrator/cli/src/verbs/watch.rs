use std::{collections::BTreeMap, time::Duration};

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider as _,
    sol_types::SolEvent,
};
use anyhow::Context;
use clap::Args;
use serde::Serialize;
use solidity::{
    Market::{FraudProven, Leaf, ProviderRegistered, Slashed},
    Statement, tree,
};

use crate::{
    provider_api::client::ProviderApi,
    render::{
        answer,
        ids::{short, short_id},
        progress::ProgressLine,
        refusal,
    },
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};
use api_types::proofs::EpochView;
use lease::{
    Lease,
    physics::{self, Fraud, Stated},
};

/// Fetches the statements under the roots that the market stores, verifies them against the chain, and searches them for
/// fraud.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The provider to check. Default: every registered provider.
    #[arg(long)]
    provider: Option<Address>,
    /// Prove the frauds found on chain; the bond compensates the tenant, and you get the reporter's share.
    #[arg(long)]
    prove: bool,
    /// Repeat at this interval. Default: check once.
    #[arg(long, value_parser = crate::settings::duration, value_name = "DURATION")]
    every: Option<Duration>,
}

/// The result for one provider.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProviderAudit {
    provider: Address,
    /// Roots whose statements were fetched and verified.
    roots: u64,
    statements: u64,
    /// Problems that leaves cannot prove.
    amiss: Vec<String>,
    frauds: Vec<FraudFinding>,
}

/// A fraud that statements prove.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FraudFinding {
    lease: B256,
    kind: Fraud,
    epochs: Vec<u64>,
    /// The transaction that proved it, what the bond lost and what the reporter got of it, in wei.
    proven: Option<ProvenFraud>,
    /// Why the market refused the proof.
    refused: Option<String>,
}

#[derive(Debug, Serialize)]
struct ProvenFraud {
    tx: B256,
    slashed: String,
    share: String,
}

/// A statement whose path leads to a root on chain.
#[derive(Debug, Clone)]
struct StatementProof {
    stated: Stated,
    path: Vec<B256>,
}

impl WatchArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = match self.prove {
            true => Session::signer(connection, identity).await?,
            false => Session::reader(connection).await?,
        };
        loop {
            let progress = ProgressLine::new();
            let mut audits = Vec::new();
            for provider in self.providers(&session).await? {
                progress.step(format!("Checking {}", short(provider)));
                audits.push(self.check(&session, provider).await?);
            }
            drop(progress);
            answer::print(json, &audits, |audits| audits.iter().map(text).collect::<Vec<_>>().join("\n"))?;
            match self.every {
                Some(every) => tokio::time::sleep(every).await,
                None => return Ok(()),
            }
        }
    }

    async fn providers(&self, session: &Session) -> anyhow::Result<Vec<Address>> {
        if let Some(provider) = self.provider {
            return Ok(vec![provider]);
        }
        let registered = session.filter().event_signature(ProviderRegistered::SIGNATURE_HASH);
        let logs = session.provider().get_logs(&registered).await?;
        let mut all: Vec<_> = logs.iter().filter_map(|log| Some(Address::from_word(*log.topics().get(1)?))).collect();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    async fn check(&self, session: &Session, provider: Address) -> anyhow::Result<ProviderAudit> {
        let mut audit = ProviderAudit { provider, roots: 0, statements: 0, amiss: Vec::new(), frauds: Vec::new() };
        let proofs = match read(session, provider, &mut audit).await {
            Ok(proofs) => proofs,
            // A provider that serves no statements cannot be checked; the others are checked nevertheless.
            Err(error) => {
                audit.amiss.push(format!("{error:#}"));
                return Ok(audit);
            }
        };
        let epoch_length = session.deployment.parameters.epochLength.into();
        for (id, mut proofs) in proofs {
            let Ok(lease) = session.lease(id).await else {
                audit.amiss.push(format!("a statement is about lease {id}, which was never opened"));
                continue;
            };
            proofs.sort_by_key(|proof| (proof.stated.statement.time, proof.stated.epoch));
            let Some((kind, leaves)) = judge(&lease, &proofs, epoch_length) else { continue };
            audit.frauds.push(self.prove(session, &lease, kind, leaves).await?);
        }
        Ok(audit)
    }

    async fn prove(
        &self,
        session: &Session,
        lease: &Lease,
        kind: Fraud,
        proofs: Vec<StatementProof>,
    ) -> anyhow::Result<FraudFinding> {
        let epochs = proofs.iter().map(|proof| proof.stated.epoch).collect();
        let mut finding = FraudFinding { lease: lease.id, kind, epochs, proven: None, refused: None };
        if !self.prove || session.market.fraudKnown(lease.id).call().await? {
            return Ok(finding);
        }
        let leaves = proofs.into_iter().map(|StatementProof { stated, path }| Leaf {
            epoch: U256::from(stated.epoch),
            statement: stated.statement,
            path,
        });
        match session.send(session.market.proveFraud(lease.terms.clone(), kind as u8, leaves.collect())).await {
            Ok(receipt) => {
                let slashed =
                    receipt.decoded_log::<FraudProven>().context("the receipt contains no fraud")?.data.slashed;
                let share = receipt.decoded_log::<Slashed>().context("the receipt contains no slash")?.data.toReporter;
                let (slashed, share) = (slashed.to_string(), share.to_string());
                finding.proven = Some(ProvenFraud { tx: receipt.transaction_hash, slashed, share });
            }
            Err(error) if error.is::<refusal::MarketRefusal>() => finding.refused = Some(error.to_string()),
            Err(error) => return Err(error),
        }
        Ok(finding)
    }
}

/// The verified statements under each stored root, by lease.
async fn read(
    session: &Session,
    provider: Address,
    audit: &mut ProviderAudit,
) -> anyhow::Result<BTreeMap<B256, Vec<StatementProof>>> {
    let newest = u64::from(session.market.providerOf(provider).call().await?.epoch);
    let ring = u64::from(session.deployment.parameters.rootRing);
    let mut proofs: BTreeMap<B256, Vec<StatementProof>> = BTreeMap::new();
    if newest == 0 {
        return Ok(proofs);
    }
    let remote = ProviderApi::new(&session.endpoint(provider).await?)?;
    for epoch in newest.saturating_sub(ring - 1).max(1)..=newest {
        // A root may leave the ring while this runs.
        let Ok(root) = session.market.rootOf(provider, U256::from(epoch)).call().await else { continue };
        if root.digest.is_zero() {
            audit.roots += 1;
            continue;
        }
        let Some(view) = remote.epoch(epoch).await? else {
            audit.amiss.push(format!("the provider does not serve its statements of epoch {epoch}"));
            continue;
        };
        match verified(&view, &root.digest[..]) {
            Ok(stated) => {
                audit.roots += 1;
                audit.statements += stated.len() as u64;
                stated.into_iter().for_each(|(lease, proof)| proofs.entry(lease).or_default().push(proof));
            }
            Err(error) => audit.amiss.push(format!("epoch {epoch}: {error:#}")),
        }
    }
    Ok(proofs)
}

/// The statements of an epoch whose paths lead to the digest on chain.
fn verified(view: &EpochView, digest: &[u8]) -> anyhow::Result<Vec<(B256, StatementProof)>> {
    let mut proofs = Vec::new();
    for statement in &view.statements {
        let lease: B256 = statement.lease.parse().context("a lease's id is not a hash")?;
        let usage = Statement::try_from(&statement.usage).context("a statement is not readable")?;
        let path: Result<Vec<B256>, _> = statement.path.iter().map(|node| node.parse()).collect();
        let path = path.context("a path is not a list of hashes")?;
        let root = tree::climb(solidity::leaf(lease, &usage), &path);
        anyhow::ensure!(&root[..28] == digest, "the statement of lease {lease} is not under the root on chain");
        proofs.push((lease, StatementProof { stated: Stated { epoch: view.epoch, statement: usage }, path }));
    }
    Ok(proofs)
}

/// The first fraud that the statements of a lease prove, with its leaves. The statements must be sorted by time.
fn judge(lease: &Lease, proofs: &[StatementProof], epoch_length: u64) -> Option<(Fraud, Vec<StatementProof>)> {
    let alone = proofs
        .iter()
        .find_map(|proof| Some((physics::alone(lease, &proof.stated.statement, epoch_length)?, vec![proof.clone()])));
    let pairs = || proofs.iter().enumerate().flat_map(|(i, a)| proofs[i + 1..].iter().map(move |b| (a, b)));
    alone.or_else(|| {
        pairs().find_map(|(a, b)| {
            Some((physics::together(lease, &a.stated, &b.stated, epoch_length)?, vec![a.clone(), b.clone()]))
        })
    })
}

fn text(audit: &ProviderAudit) -> String {
    let mut lines = vec![format!(
        "{}: {} statements under {} roots on chain verified",
        short(audit.provider),
        audit.statements,
        audit.roots
    )];
    lines.extend(audit.amiss.iter().map(|amiss| format!("  ? {amiss}")));
    for finding in &audit.frauds {
        let what = match finding.kind {
            Fraud::Excess => "more than the lease could consume",
            Fraud::Growth => "more than could be consumed between two statements",
            Fraud::Fall => "a counter that decreased",
            Fraud::Twins => "two statements under one root",
            Fraud::Utilization => "a utilization that contradicts the counters",
        };
        let epochs: Vec<_> = finding.epochs.iter().map(u64::to_string).collect();
        let outcome = match (&finding.proven, &finding.refused) {
            (Some(proven), _) => format!("proven: {} wei slashed, of which {} are yours", proven.slashed, proven.share),
            (None, Some(refused)) => refused.clone(),
            (None, None) => "run with --prove to prove it".to_owned(),
        };
        lines.push(format!("  ✗ lease {}, epoch {}: {what}; {outcome}", short_id(finding.lease), epochs.join(" and ")));
    }
    if audit.frauds.is_empty() {
        lines.push("  no fraud found".to_owned());
    }
    lines.join("\n")
}
