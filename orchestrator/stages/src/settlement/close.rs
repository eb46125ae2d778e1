//! Closes leases that stay without funds, so that the capacity they hold on chain can be sold again.

use alloy::{
    primitives::{B256, U256},
    sol_types::SolCall,
};
use solidity::Market;

use super::{SettlementStage, add};
use driver::Counts;
use lease::{
    Lease, accrual,
    intent::{Intent, IntentKey},
};
use store::LeaseFilter;

impl SettlementStage {
    /// Prepares the closing of leases that were exhausted for longer than the grace period, as soon as the contract allows
    /// it to a provider.
    pub(super) async fn close_exhausted(&self, counts: &mut Counts) -> anyhow::Result<()> {
        let Some(head) = self.store.head().await? else { return Ok(()) };
        // A lease is exhausted by the chain's time, which moves with the head.
        if self.cache().exhausted == Some(head.hash) {
            return Ok(());
        }
        let open = LeaseFilter { open_only: true, ..LeaseFilter::of_provider(self.provider) };
        for row in self.store.leases(open).await? {
            let lease = row.lease;
            if self.is_exhausted_for_long(&lease, head.time) && self.grace_is_over(lease.id, head.time).await? {
                let intent = Intent {
                    key: IntentKey::Close { lease: lease.id },
                    to: self.market,
                    data: Market::closeCall { terms: lease.terms.clone() }.abi_encode().into(),
                    value: U256::ZERO,
                };
                if self.store.prepare(&intent, self.clock.now_ms()).await? {
                    tracing::info!(lease = %lease.id, "out of funds for longer than the grace period: it is closed");
                    add(counts, "closes", 1);
                }
            }
        }
        self.cache().exhausted = Some(head.hash);
        Ok(())
    }

    /// The contract's condition: what is owed exceeds the balance by the price of a notice period.
    fn is_exhausted_for_long(&self, lease: &Lease, time: u64) -> bool {
        let owed = accrual::owed(lease, time);
        let notice = (lease.rate() * U256::from(self.parameters.noticePeriod)).div_ceil(accrual::SCALE);
        !lease.rate().is_zero() && owed >= lease.balance() + notice
    }

    async fn grace_is_over(&self, lease: B256, time: u64) -> anyhow::Result<bool> {
        let since = self.store.progress(lease).await?.and_then(|progress| progress.exhausted_at);
        Ok(since.is_some_and(|since| time.saturating_sub(since) > self.grace.as_secs()))
    }
}
