use alloy::primitives::{B256, U256};
use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use solidity::{Market::MarketEvents, Statement, tree};

use crate::{
    provider_api::client::ProviderApi,
    render::{answer, ids::short_id},
    settings::ConnectionSettings,
    wallet::session::Session,
};
use api_types::proofs::ProofView;
use lease::{Lease, accrual};

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The epoch. Default: the newest.
    #[arg(long)]
    epoch: Option<u64>,
}

/// The result of the verification of a proof.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    pub lease: B256,
    pub epoch: u64,
    pub verified: bool,
    pub checks: Vec<VerifiedClaim>,
}

#[derive(Debug, Serialize)]
pub struct VerifiedClaim {
    pub what: &'static str,
    pub holds: bool,
    pub seen: String,
}

impl VerifyArgs {
    pub async fn run(self, connection: &ConnectionSettings, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let lease = session.find(&self.lease).await?;
        let verification = verify(&session, &lease, self.epoch).await?;
        answer::print(json, &verification, |verification| {
            let mut lines = vec![format!("lease {}, epoch {}", short_id(verification.lease), verification.epoch)];
            for check in &verification.checks {
                lines.push(format!("  {} {}: {}", if check.holds { "✓" } else { "✗" }, check.what, check.seen));
            }
            lines.push(if verification.verified {
                "the proof is valid".to_owned()
            } else {
                "the proof is NOT valid".to_owned()
            });
            lines.join("\n")
        })?;
        if !verification.verified {
            bail!("the proof of lease {} is not valid", short_id(verification.lease));
        }
        Ok(())
    }
}

/// Recomputes the leaf and the path of the provider's statement, and compares them and the payments with the chain.
pub async fn verify(session: &Session, lease: &Lease, epoch: Option<u64>) -> anyhow::Result<Verification> {
    let remote = ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?;
    let proof = remote.proof(lease.id, epoch).await?;
    let proof = proof.context("the provider has no proof of this lease yet: wait for the end of an epoch")?;
    let statement: Statement = Statement::try_from(&proof.usage).context("the proof's statement is not readable")?;
    let mut checks = vec![check_leaf(lease.id, &statement, &proof)?];
    let computed = climb(lease.id, &statement, &proof)?;
    checks.push(check_root(session, lease, &proof, computed).await?);
    checks.push(check_payments(session, lease).await?);
    checks.push(check_price(session, lease, &statement).await?);
    let verified = checks.iter().all(|check| check.holds);
    Ok(Verification { lease: lease.id, epoch: proof.epoch, verified, checks })
}

fn check_leaf(lease: B256, statement: &Statement, proof: &ProofView) -> anyhow::Result<VerifiedClaim> {
    let leaf = solidity::leaf(lease, statement);
    let claimed: B256 = proof.leaf.parse().context("the proof's leaf is not a hash")?;
    Ok(VerifiedClaim { what: "the statement hashes to the leaf", holds: leaf == claimed, seen: leaf.to_string() })
}

fn climb(lease: B256, statement: &Statement, proof: &ProofView) -> anyhow::Result<B256> {
    let path: Result<Vec<B256>, _> = proof.path.iter().map(|node| node.parse()).collect();
    Ok(tree::climb(solidity::leaf(lease, statement), &path.context("the proof's path is not a list of hashes")?))
}

/// The root as the contract stores it, or from its event when the contract no longer does.
async fn check_root(
    session: &Session,
    lease: &Lease,
    proof: &ProofView,
    computed: B256,
) -> anyhow::Result<VerifiedClaim> {
    let what = "the path leads to the root on chain";
    let provider = lease.terms.provider;
    if let Ok(root) = session.market.rootOf(provider, U256::from(proof.epoch)).call().await {
        let holds = computed[..28] == root.digest[..];
        return Ok(VerifiedClaim { what, holds, seen: format!("{computed}, posted at {}", root.postedAt) });
    }
    let filter = session.market.RootPosted_filter().topic1(provider).topic2(U256::from(proof.epoch));
    let posted = filter.from_block(session.deployment.block).query().await?;
    let holds = posted.first().is_some_and(|(event, _)| event.root == computed);
    Ok(VerifiedClaim { what, holds, seen: format!("{computed}, by the event of epoch {}", proof.epoch) })
}

/// The amount paid according to the contract is the sum of its settlements.
async fn check_payments(session: &Session, lease: &Lease) -> anyhow::Result<VerifiedClaim> {
    let events = session.events(lease.id).await?;
    let settled = events.iter().filter_map(|(event, ..)| match event {
        MarketEvents::Settled(settled) => Some(settled.amount),
        _ => None,
    });
    let (count, sum) = settled.fold((0, U256::ZERO), |(count, sum), amount| (count + 1, sum + amount));
    let paid = U256::from(session.market.accountOf(lease.id, lease.terms.currency).call().await?.paid);
    let seen = format!("{paid} base units in {count} settlements");
    Ok(VerifiedClaim { what: "the settlements add up to what was paid", holds: sum == paid, seen })
}

/// The amount paid does not exceed the proven usage, the reservation or the deposits.
async fn check_price(session: &Session, lease: &Lease, statement: &Statement) -> anyhow::Result<VerifiedClaim> {
    let proven = accrual::price(&lease.terms.rates, statement);
    let reserved = accrual::reserved_until(lease, session.time().await?) / accrual::SCALE;
    let bound = proven.min(reserved).min(lease.deposited);
    let seen = format!("{} paid; {proven} proven, {reserved} reserved, {} deposited", lease.paid, lease.deposited);
    Ok(VerifiedClaim {
        what: "the amount paid does not exceed what was proven, reserved and deposited",
        holds: lease.paid <= bound,
        seen,
    })
}
