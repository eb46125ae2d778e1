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
        progress::Progress,
        refusal,
    },
    settings::{Connection, Identity},
    wallet::session::Session,
};
use api_types::EpochView;
use lease::{
    Lease,
    physics::{self, Fraud, Stated},
};

/// Fetches what providers stated under the roots that the market keeps, checks it against the chain, and looks for what
/// cannot be true.
#[derive(Debug, Args)]
pub struct Watch {
    /// This provider alone; every registered one unless told otherwise.
    #[arg(long)]
    provider: Option<Address>,
    /// Prove what is found; the bond pays the harmed tenant, and the reporter's share is yours.
    #[arg(long)]
    prove: bool,
    /// Look again and again, so far apart; once unless told otherwise.
    #[arg(long, value_parser = crate::settings::duration, value_name = "DURATION")]
    every: Option<Duration>,
}

/// What was seen of one provider.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sight {
    provider: Address,
    /// Roots whose statements were read and stand under them.
    roots: u64,
    statements: u64,
    /// What is amiss and cannot be proven by leaves.
    amiss: Vec<String>,
    frauds: Vec<Finding>,
}

/// A fraud that statements prove.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    lease: B256,
    kind: Fraud,
    epochs: Vec<u64>,
    /// The transaction that proved it, what the bond lost and what the reporter got of it, in wei.
    proven: Option<Proven>,
    /// Why the market did not take the proof.
    refused: Option<String>,
}

#[derive(Debug, Serialize)]
struct Proven {
    tx: B256,
    slashed: String,
    share: String,
}

/// A statement with its path, as the chain confirmed it.
#[derive(Debug, Clone)]
struct Proof {
    stated: Stated,
    path: Vec<B256>,
}

impl Watch {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = match self.prove {
            true => Session::signer(connection, identity).await?,
            false => Session::reader(connection).await?,
        };
        loop {
            let progress = Progress::new();
            let mut sights = Vec::new();
            for provider in self.providers(&session).await? {
                progress.step(format!("Looking at {}", short(provider)));
                sights.push(self.look(&session, provider).await?);
            }
            drop(progress);
            answer::give(json, &sights, |sights| sights.iter().map(text).collect::<Vec<_>>().join("\n"))?;
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

    async fn look(&self, session: &Session, provider: Address) -> anyhow::Result<Sight> {
        let mut sight = Sight { provider, roots: 0, statements: 0, amiss: Vec::new(), frauds: Vec::new() };
        let proofs = match read(session, provider, &mut sight).await {
            Ok(proofs) => proofs,
            // What a provider does not show cannot be judged, and the others are looked at all the same.
            Err(error) => {
                sight.amiss.push(format!("{error:#}"));
                return Ok(sight);
            }
        };
        let epoch_length = session.deployment.parameters.epochLength.into();
        for (id, mut proofs) in proofs {
            let Ok(lease) = session.lease(id).await else {
                sight.amiss.push(format!("lease {id}, of which something is stated, was never opened"));
                continue;
            };
            proofs.sort_by_key(|proof| (proof.stated.statement.time, proof.stated.epoch));
            let Some((kind, leaves)) = judge(&lease, &proofs, epoch_length) else { continue };
            sight.frauds.push(self.prove(session, &lease, kind, leaves).await?);
        }
        Ok(sight)
    }

    async fn prove(
        &self,
        session: &Session,
        lease: &Lease,
        kind: Fraud,
        proofs: Vec<Proof>,
    ) -> anyhow::Result<Finding> {
        let epochs = proofs.iter().map(|proof| proof.stated.epoch).collect();
        let mut finding = Finding { lease: lease.id, kind, epochs, proven: None, refused: None };
        if !self.prove || session.market.fraudKnown(lease.id).call().await? {
            return Ok(finding);
        }
        let leaves = proofs.into_iter().map(|Proof { stated, path }| Leaf {
            epoch: U256::from(stated.epoch),
            statement: stated.statement,
            path,
        });
        match session.send(session.market.proveFraud(lease.terms.clone(), kind as u8, leaves.collect())).await {
            Ok(receipt) => {
                let slashed = receipt.decoded_log::<FraudProven>().context("the receipt names no fraud")?.data.slashed;
                let share = receipt.decoded_log::<Slashed>().context("the receipt names no slash")?.data.toReporter;
                let (slashed, share) = (slashed.to_string(), share.to_string());
                finding.proven = Some(Proven { tx: receipt.transaction_hash, slashed, share });
            }
            Err(error) if error.is::<refusal::Refusal>() => finding.refused = Some(error.to_string()),
            Err(error) => return Err(error),
        }
        Ok(finding)
    }
}

/// The statements under each root that is kept, by lease, as far as they stand under it.
async fn read(session: &Session, provider: Address, sight: &mut Sight) -> anyhow::Result<BTreeMap<B256, Vec<Proof>>> {
    let newest = u64::from(session.market.providerOf(provider).call().await?.epoch);
    let ring = u64::from(session.deployment.parameters.rootRing);
    let mut proofs: BTreeMap<B256, Vec<Proof>> = BTreeMap::new();
    if newest == 0 {
        return Ok(proofs);
    }
    let remote = ProviderApi::new(&session.endpoint(provider).await?)?;
    for epoch in newest.saturating_sub(ring - 1).max(1)..=newest {
        // One that leaves the ring while we read is gone.
        let Ok(root) = session.market.rootOf(provider, U256::from(epoch)).call().await else { continue };
        if root.digest.is_zero() {
            sight.roots += 1;
            continue;
        }
        let Some(view) = remote.epoch(epoch).await? else {
            sight.amiss.push(format!("the provider does not show what it stated in epoch {epoch}"));
            continue;
        };
        match stand(&view, &root.digest[..]) {
            Ok(stated) => {
                sight.roots += 1;
                sight.statements += stated.len() as u64;
                stated.into_iter().for_each(|(lease, proof)| proofs.entry(lease).or_default().push(proof));
            }
            Err(error) => sight.amiss.push(format!("epoch {epoch}: {error:#}")),
        }
    }
    Ok(proofs)
}

/// The statements of an epoch whose paths lead to the digest on chain.
fn stand(view: &EpochView, digest: &[u8]) -> anyhow::Result<Vec<(B256, Proof)>> {
    let mut proofs = Vec::new();
    for statement in &view.statements {
        let lease: B256 = statement.lease.parse().context("a lease's id is not a hash")?;
        let usage = Statement::try_from(&statement.usage).context("a statement is not readable")?;
        let path: Result<Vec<B256>, _> = statement.path.iter().map(|node| node.parse()).collect();
        let path = path.context("a path is not a list of hashes")?;
        let root = tree::climb(solidity::leaf(lease, &usage), &path);
        anyhow::ensure!(&root[..28] == digest, "the statement of lease {lease} does not stand under the root on chain");
        proofs.push((lease, Proof { stated: Stated { epoch: view.epoch, statement: usage }, path }));
    }
    Ok(proofs)
}

/// The first fraud that a lease's statements prove, and the leaves for it. They come in the order of their times.
fn judge(lease: &Lease, proofs: &[Proof], epoch_length: u64) -> Option<(Fraud, Vec<Proof>)> {
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

fn text(sight: &Sight) -> String {
    let mut lines = vec![format!(
        "{}: {} statements under {} roots stand on chain",
        short(sight.provider),
        sight.statements,
        sight.roots
    )];
    lines.extend(sight.amiss.iter().map(|amiss| format!("  ? {amiss}")));
    for finding in &sight.frauds {
        let what = match finding.kind {
            Fraud::Excess => "more than the lease could consume",
            Fraud::Growth => "more than could be consumed between two statements",
            Fraud::Fall => "a counter that fell",
            Fraud::Twins => "two statements under one root",
            Fraud::Utilization => "a utilization that the counters contradict",
        };
        let epochs: Vec<_> = finding.epochs.iter().map(u64::to_string).collect();
        let outcome = match (&finding.proven, &finding.refused) {
            (Some(proven), _) => format!("proven: {} wei slashed, of which {} are yours", proven.slashed, proven.share),
            (None, Some(refused)) => refused.clone(),
            (None, None) => "run with --prove to prove it".to_owned(),
        };
        lines.push(format!("  ✗ lease {}, epoch {}: {what}; {outcome}", short_id(finding.lease), epochs.join(" and ")));
    }
    if sight.frauds.is_empty() {
        lines.push("  nothing in them is beyond what could be".to_owned());
    }
    lines.join("\n")
}
