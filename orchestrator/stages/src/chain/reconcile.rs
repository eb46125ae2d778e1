//! The periodic full reconcile: compares every open lease of this provider with the contract's storage.
//!
//! The rows are derived from events, so a log that a node withheld would leave a lease wrong for good. A lease that differs
//! is replayed from its own logs.

use alloy::primitives::U256;
use futures::{StreamExt, TryStreamExt, stream};
use solidity::{
    LeasePolicy,
    Market::{Reservation, accountOfCall, reservationOfCall},
};
use tokio::time::Instant;

use alloy::sol_types::SolCall;

use super::{ChainStage, count};
use driver::Counts;
use lease::Lease;
use ports::ethereum::Call;
use store::{BlockRef, EventRow, LeaseFilter};

/// Leases that are compared at a time.
const AT_ONCE: usize = 8;

impl ChainStage {
    /// When due, compares each open lease with what the contract stores at the cursor's block, and repairs those that
    /// differ.
    pub(super) async fn reconcile(&self, counts: &mut Counts) -> anyhow::Result<()> {
        let due = self.cache().reconciled.is_none_or(|at| at.elapsed() >= self.settings.reconcile_every);
        let Some(cursor) = self.store.head().await?.filter(|_| due) else { return Ok(()) };
        let leases =
            self.store.leases(LeaseFilter { open_only: true, ..LeaseFilter::of_provider(self.provider) }).await?;
        let differing: Vec<Lease> = stream::iter(leases)
            .map(|row| async move { anyhow::Ok((self.agrees(&row.lease, cursor).await?, row.lease)) })
            .buffered(AT_ONCE)
            .try_filter_map(|(agrees, lease)| async move { Ok((!agrees).then_some(lease)) })
            .try_collect()
            .await?;
        // If a reorg has replaced the cursor's block, the answers may be those of another fork.
        let stands = self.ethereum.block(cursor.number).await?.is_some_and(|block| block.hash == cursor.hash);
        if !stands {
            return Ok(());
        }
        for lease in differing {
            tracing::error!(lease = %lease.id, block = cursor.number, "the stored lease differs from the contract; replaying its logs");
            count(counts, "mismatches", 1);
            self.repair(&lease, cursor).await?;
        }
        self.cache().reconciled = Some(Instant::now());
        Ok(())
    }

    async fn agrees(&self, lease: &Lease, cursor: BlockRef) -> anyhow::Result<bool> {
        let block = Some(cursor.number);
        let ask = |data: Vec<u8>| Call { to: self.deployment.market, data: data.into(), value: U256::ZERO };
        let reservation = self.ethereum.call(&ask(reservationOfCall { lease: lease.id }.abi_encode()), block).await?;
        let reservation = reservationOfCall::abi_decode_returns(&reservation)?;
        let account = accountOfCall { lease: lease.id, currency: lease.terms.currency };
        let account = accountOfCall::abi_decode_returns(&self.ethereum.call(&ask(account.abi_encode()), block).await?)?;
        Ok(U256::from(reservation.integral) == lease.integral
            && u64::from(reservation.since) == lease.since
            && reservation.replicas == lease.replicas
            && (reservation.maxReplicas == 0) == lease.closed_at.is_some()
            && (lease.closed_at.is_some() || governs(&lease.policy, &reservation, account.minReplicas))
            && U256::from(account.balance) == lease.balance()
            && U256::from(account.paid) == lease.paid
            && u64::from(account.settledAt) == lease.settled_at)
    }

    async fn repair(&self, lease: &Lease, cursor: BlockRef) -> anyhow::Result<()> {
        let logs = self.ethereum.logs_about(lease.id, self.deployment.block, cursor.number).await?;
        let mut events = Vec::with_capacity(logs.len());
        for log in logs.into_iter().filter(|log| log.address == self.deployment.market) {
            let time = match log.time {
                Some(time) => time,
                None => match self.ethereum.block(log.block).await? {
                    Some(block) => block.time,
                    None => return Ok(()),
                },
            };
            events.extend(EventRow::decode(log.block, log.index, time, log.transaction, log.data));
        }
        if self.store.repair(cursor, lease.id, &events).await? {
            self.changed.iter().for_each(driver::Wakeup::notify);
        }
        Ok(())
    }
}

/// Whether the contract stores this lease policy.
fn governs(policy: &LeasePolicy, stored: &Reservation, min_replicas: u16) -> bool {
    *policy
        == LeasePolicy {
            minReplicas: min_replicas,
            maxReplicas: stored.maxReplicas,
            target: stored.target,
            up: stored.up,
            down: stored.down,
            cooldown: stored.cooldown,
            step: stored.step,
            headroom: stored.headroom,
        }
}
