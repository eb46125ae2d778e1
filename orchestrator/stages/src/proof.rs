//! proof: closes epochs. Samples become cumulative statements, statements a Merkle root, the root a transaction intent.
//!
//! An epoch ends when the contract's epoch length has passed since the last root, or as soon as roots may be spaced when
//! a lease closed in between, so that its tenant need not wait for its money, or when a lease needs the proof of a demand to
//! grow. Statements, root and intent are written in
//! one transaction, before anything is sent. One root is under way at a time: while the last one is not yet on chain,
//! there is nothing to do, and settlement is the one who gets it there.
//!
//! A provider that is reported as silent answers with its next root as soon as roots may be spaced, if need be over no
//! statement at all: the market asks it of whoever holds capacity for somebody, and that may be for bids alone.
//!
//! Counters of a lease never fall from one root to the next; a statement that breaks this is a fault. So a provider that
//! lost its database states nothing about leases of which it may have stated something before: their time lapses to their
//! tenants, which costs it money, where a guess could cost it its bond.

use std::{sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use solidity::{Market, Parameters, Statement, leaf, tree::Tree};

use driver::{Counts, Stage, Wakeup};
use lease::{
    Lease,
    intent::{Intent, IntentKey},
    statement,
};
use ports::clock::Clock;
use store::{LeaseFilter, StatementRow, Store};

/// The root over nothing.
const NO_STATEMENT: B256 = B256::ZERO;

pub struct ProofStage {
    pub store: Arc<Store>,
    pub clock: Arc<dyn Clock>,
    pub provider: Address,
    pub market: Address,
    pub parameters: Parameters,
    /// Scale's and settlement's: there are statements, and an intent waits.
    pub next: Vec<Wakeup>,
}

#[async_trait::async_trait]
impl Stage for ProofStage {
    fn name(&self) -> &'static str {
        "proof"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> anyhow::Result<Counts> {
        let mut counts = Counts::new();
        let Some(head) = self.store.head().await? else { return Ok(counts) };
        let posted = self.store.newest_root(self.provider, u64::MAX).await?;
        let posted_epoch = posted.as_ref().map_or(0, |root| root.epoch);
        if self.store.newest_epoch().await?.is_some_and(|epoch| epoch > posted_epoch) {
            return Ok(Counts::from([("under_way", 1)]));
        }
        let mut leases = self.unfinished().await?;
        if let Some(at) = self.store.unknown_root(self.provider).await? {
            let all = leases.len();
            leases.retain(|(lease, previous)| previous.is_some() || lease.opened_at > at);
            counts.extend((leases.len() < all).then_some(("forgotten", (all - leases.len()) as u64)));
        }
        let since = posted.as_ref().map_or(0, |root| root.posted_at);
        let reported = self.is_reported(posted_epoch).await?;
        let hurried = reported || self.store.early_proof_requested(self.provider).await?;
        let pause = if hurried { u64::from(self.parameters.rootSpacing) } else { self.pause(&leases, since) };
        if (leases.is_empty() && !reported) || head.time < since + pause {
            return Ok(counts);
        }
        counts.extend(reported.then_some(("reported", 1)));
        if let Some(forgotten) = counts.get("forgotten") {
            tracing::error!(
                leases = forgotten,
                "roots on chain are not of this database: nothing is claimed for leases that they may have covered"
            );
        }
        counts.extend(self.close_epoch(posted_epoch + 1, head.time, leases).await?);
        Ok(counts)
    }
}

impl ProofStage {
    /// Whether somebody says that our roots have stopped at this epoch.
    async fn is_reported(&self, posted_epoch: u64) -> anyhow::Result<bool> {
        let own = self.store.provider(self.provider).await?;
        Ok(own.and_then(|own| own.silence).is_some_and(|silence| silence.epoch == posted_epoch))
    }

    /// Leases of ours whose last word has not been said: open ones, and closed ones without a statement after their end.
    /// While a dispute freezes one it is stated again each time, because the roots from before may be gone when it ends.
    async fn unfinished(&self) -> anyhow::Result<Vec<(Lease, Option<Statement>)>> {
        let mut unfinished = Vec::new();
        for row in self.store.leases(LeaseFilter::of_provider(self.provider)).await? {
            let lease = row.lease;
            let previous = self.store.last_statement(lease.id).await?.map(|statement| statement.usage);
            let said = previous.as_ref().map_or(0, |usage| u64::from(usage.time));
            // A closed lease's statement waits for its containers to be gone and its counters to be final.
            let over = match lease.closed_at {
                Some(closed_at) => {
                    (said >= closed_at && !lease.is_frozen()) || !self.store.meter_is_final(lease.id).await?
                }
                None => false,
            };
            if !over {
                unfinished.push((lease, previous));
            }
        }
        Ok(unfinished)
    }

    /// Seconds between the last root and the next.
    fn pause(&self, leases: &[(Lease, Option<Statement>)], since: u64) -> u64 {
        let closed = leases.iter().any(|(lease, _)| lease.closed_at.is_some_and(|closed_at| closed_at >= since));
        u64::from(if closed { self.parameters.rootSpacing } else { self.parameters.epochLength })
    }

    async fn close_epoch(
        &self,
        epoch: u64,
        time: u64,
        leases: Vec<(Lease, Option<Statement>)>,
    ) -> anyhow::Result<Counts> {
        let mut statements = Vec::with_capacity(leases.len());
        for (lease, previous) in &leases {
            let counted = self.store.meter_totals(lease.id).await?.map(|totals| totals.counters).unwrap_or_default();
            let usage = statement::state(lease, &counted, previous.as_ref(), time);
            statements.push(StatementRow { lease: lease.id, leaf: leaf(lease.id, &usage), usage });
        }
        let tree = Tree::new(statements.iter().map(|statement| statement.leaf).collect());
        let root = tree.map_or(NO_STATEMENT, |tree| tree.root());
        let call = Market::postRootCall { epoch: U256::from(epoch), root };
        let intent = Intent {
            key: IntentKey::Root { epoch },
            to: self.market,
            data: call.abi_encode().into(),
            value: U256::ZERO,
        };
        self.store.close_epoch(epoch, root, time, &statements, &intent, self.clock.now_ms()).await?;
        tracing::info!(epoch, statements = statements.len(), %root, "epoch closed");
        self.next.iter().for_each(Wakeup::notify);
        Ok(Counts::from([("epochs", 1), ("statements", statements.len() as u64)]))
    }
}
