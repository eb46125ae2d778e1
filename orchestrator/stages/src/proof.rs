//! proof: closes epochs. Totals become cumulative statements, statements the leaves of a Merkle tree, and its root a
//! transaction intent.
//!
//! *Wakes*: every second, at every new block, and when scale requests an early proof.
//! *Owns*: `epochs`, `statements`; prepares the intent `root:…`.
//! *Notifies*: scale and settlement, when an epoch was closed.
//!
//! # Theory of operation
//!
//! One root is in flight at a time: while the newest epoch is not on chain, a run does nothing but count it; settlement
//! gets the root mined. An epoch ends when one of these has passed since the last root:
//!
//! - the contract's epoch length;
//! - the contract's minimum spacing of roots, if a lease closed since (its tenant need not wait for the refund), if a lease
//!   needs a proof of its demand to scale out (an early proof), or if the provider was reported as silent.
//!
//! A provider that is reported as silent answers with a root, over no statement at all if need be: a provider may be
//! reported while it holds capacity by bids only.
//!
//! A statement covers a lease until its last one: of a closed lease, the first after its end, once its meter is final. A
//! disputed lease is stated again in every epoch, because older roots may have expired when the dispute ends.
//!
//! Counters must not fall from one root to the next: the contract treats that as fraud. A provider that lost its database
//! therefore states nothing about the leases that an unknown root may cover. Their unproven time lapses to their tenants,
//! which costs the provider money; a guess could cost it its bond.
//!
//! # When the process dies
//!
//! The epoch, its statements and the intent are written in one transaction, before anything is sent. So every root on
//! chain has its leaves in the database, or is recognized as unknown.

use std::{sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use solidity::{Market, Parameters, Statement};

use driver::{Counts, Stage, Wakeup};
use lease::{
    Lease,
    epoch_tree::{EpochStatement, EpochTree},
    intent::{Intent, IntentKey},
    statement,
};
use ports::clock::Clock;
use store::{LeaseFilter, Store};

/// The proof stage.
pub struct ProofStage {
    pub store: Arc<Store>,
    pub clock: Arc<dyn Clock>,
    pub provider: Address,
    pub market: Address,
    pub parameters: Parameters,
    /// Scale's and settlement's, notified when an epoch was closed.
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
        let mut leases = self.leases_to_state().await?;
        if let Some(at) = self.store.unknown_root(self.provider).await? {
            let all = leases.len();
            leases.retain(|(lease, previous)| previous.is_some() || lease.opened_at > at);
            counts.extend((leases.len() < all).then_some(("forgotten", (all - leases.len()) as u64)));
        }
        let since = posted.as_ref().map_or(0, |root| root.posted_at);
        let reported = self.is_reported(posted_epoch).await?;
        let early = reported || self.store.early_proof_requested(self.provider).await?;
        let pause = if early { u64::from(self.parameters.rootSpacing) } else { self.pause(&leases, since) };
        if (leases.is_empty() && !reported) || head.time < since + pause {
            return Ok(counts);
        }
        counts.extend(reported.then_some(("reported", 1)));
        if let Some(forgotten) = counts.get("forgotten") {
            tracing::error!(
                leases = forgotten,
                "there are roots on chain that this database does not know: leases that they may cover are not stated"
            );
        }
        counts.extend(self.close_epoch(posted_epoch + 1, head.time, leases).await?);
        Ok(counts)
    }
}

impl ProofStage {
    /// Whether the provider is reported as silent since this epoch.
    async fn is_reported(&self, posted_epoch: u64) -> anyhow::Result<bool> {
        let own = self.store.provider(self.provider).await?;
        Ok(own.and_then(|own| own.silence).is_some_and(|silence| silence.epoch == posted_epoch))
    }

    /// The leases to state, each with its last statement: open ones, closed ones without a statement after their end, and
    /// disputed ones.
    async fn leases_to_state(&self) -> anyhow::Result<Vec<(Lease, Option<Statement>)>> {
        let mut unfinished = Vec::new();
        for row in self.store.leases(LeaseFilter::of_provider(self.provider)).await? {
            let lease = row.lease;
            let previous = self.store.last_statement(lease.id).await?.map(|last| last.statement);
            let stated_until = previous.as_ref().map_or(0, |usage| u64::from(usage.time));
            // The last statement waits until the containers are gone and the counters are final.
            let over = match lease.closed_at {
                Some(closed_at) => {
                    (stated_until >= closed_at && !lease.is_frozen()) || !self.store.meter_is_final(lease.id).await?
                }
                None => false,
            };
            if !over {
                unfinished.push((lease, previous));
            }
        }
        Ok(unfinished)
    }

    /// Seconds from the last root to the next: the epoch length, or the minimum spacing when a lease closed since.
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
            let statement = statement::state(lease, &counted, previous.as_ref(), time);
            statements.push(EpochStatement::new(lease.id, statement));
        }
        let tree = EpochTree::new(statements);
        let root = tree.root();
        let call = Market::postRootCall { epoch: U256::from(epoch), root };
        let intent = Intent {
            key: IntentKey::Root { epoch },
            to: self.market,
            data: call.abi_encode().into(),
            value: U256::ZERO,
        };
        self.store.close_epoch(epoch, &tree, time, &intent, self.clock.now_ms()).await?;
        tracing::info!(epoch, statements = tree.len(), %root, "epoch closed");
        self.next.iter().for_each(Wakeup::notify);
        Ok(Counts::from([("epochs", 1), ("statements", tree.len() as u64)]))
    }
}
