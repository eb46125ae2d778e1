//! The tenant's transactions, and what the contract says.

use std::{sync::atomic::Ordering, time::Duration};

use alloy::primitives::{Address, B256, U256, keccak256};
use anvil::Actor;
use solidity::{Market::Capacity, Order, Terms};

use super::World;
use crate::transactions;

impl World {
    /// An order of [`transactions::order`]'s shape for a manifest, with a salt of its own.
    pub fn order(&self, manifest: &str, replicas: u16) -> Order {
        transactions::order(keccak256(manifest), replicas, self.salt.fetch_add(1, Ordering::Relaxed))
    }

    /// The tenant takes the provider's offer with a deposit in wei.
    pub async fn take(&self, order: Order, deposit: u64) -> anyhow::Result<(B256, Terms)> {
        transactions::take(&self.devnet, self.offer, order, deposit).await
    }

    /// The same, of one replica without a manifest. The same salt gives the same lease id.
    pub async fn take_salted(&self, salt: u64, deposit: u64) -> anyhow::Result<(B256, Terms)> {
        self.take(transactions::order(B256::ZERO, 1, salt), deposit).await
    }

    /// The tenant sets the replica count.
    pub async fn scale(&self, terms: &Terms, replicas: u16) -> anyhow::Result<()> {
        let market = self.devnet.market(Actor::Tenant).await?;
        transactions::sent(market.scale(terms.clone(), replicas).send().await?.get_receipt().await?)?;
        Ok(())
    }

    pub async fn close(&self, terms: &Terms) -> anyhow::Result<()> {
        let market = self.devnet.market(Actor::Tenant).await?;
        transactions::sent(market.close(terms.clone()).send().await?.get_receipt().await?)?;
        Ok(())
    }

    /// The tenant pays an amount of wei into a lease.
    pub async fn top_up(&self, lease: B256, amount: u64) -> anyhow::Result<()> {
        let (market, amount) = (self.devnet.market(Actor::Tenant).await?, U256::from(amount));
        let call = market.topUp(Address::ZERO, lease, amount).value(amount);
        transactions::sent(call.send().await?.get_receipt().await?)?;
        Ok(())
    }

    /// Advances the chain's time.
    pub async fn pass(&self, seconds: impl Into<u64>) -> anyhow::Result<()> {
        self.devnet.warp(Duration::from_secs(seconds.into())).await
    }

    /// The provider's bond in wei.
    pub async fn bond(&self) -> anyhow::Result<U256> {
        let market = self.devnet.market(Actor::Stranger).await?;
        Ok(U256::from(market.providerOf(self.owner.provider).call().await?.bond))
    }

    /// An account's earnings in wei.
    pub async fn earnings(&self, account: Address) -> anyhow::Result<U256> {
        let market = self.devnet.market(Actor::Stranger).await?;
        Ok(market.earnings(account, Address::ZERO).call().await?)
    }

    /// What the market holds of a provider's capacity.
    pub async fn capacity(&self, provider: Address) -> anyhow::Result<Capacity> {
        Ok(self.devnet.market(Actor::Stranger).await?.capacityOf(provider).call().await?)
    }
}
