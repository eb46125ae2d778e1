//! A market with one offer, and leases on demand.

use alloy::primitives::{Address, B256, U256, aliases::U80};
use anvil::{Actor, Devnet};
use anyhow::Context;
use solidity::{
    Market::{self, MarketEvents},
    Order, Policy, PriceList, Shape, Terms,
};

pub const DEPOSIT: u64 = 1_000_000_000_000_000;

pub fn shape() -> Shape {
    Shape { millicores: 100, memoryMiB: 64, diskMiB: 0, gpus: 0 }
}

/// Registers the provider and lists one offer in ETH. Returns the offer's id.
pub async fn open(devnet: &Devnet) -> anyhow::Result<u32> {
    let market = devnet.market(Actor::Provider).await?;
    let capacity = Shape { millicores: 1_000_000, memoryMiB: 1_000_000, diskMiB: 1_000_000, gpus: 0 };
    let bond = U256::from(10).pow(U256::from(18));
    market
        .register(capacity, B256::ZERO, "http://127.0.0.1:1".to_owned())
        .value(bond)
        .send()
        .await?
        .get_receipt()
        .await?;
    let prices = PriceList {
        // 1,000 wei a millicore and second
        millicore: U80::from(1_000_000_000_000_000u64),
        memoryMiB: U80::ZERO,
        diskMiB: U80::ZERO,
        gpu: U80::ZERO,
        cpuSecond: U80::ZERO,
        memoryMiBSecond: U80::ZERO,
        networkMiB: U80::ZERO,
        networkKiBps: 0,
    };
    market.listOffer(Address::ZERO, prices).send().await?.get_receipt().await?;
    Ok(market.offerCount().call().await?.to())
}

pub fn order(salt: u64) -> Order {
    Order {
        shape: shape(),
        replicas: 1,
        policy: Policy {
            minReplicas: 1,
            maxReplicas: 3,
            target: 60,
            up: 80,
            down: 30,
            cooldown: 0,
            step: 1,
            headroom: 0,
        },
        maxRate: alloy::primitives::aliases::U104::MAX,
        manifestHash: B256::ZERO,
        salt,
    }
}

/// The tenant takes the offer. Returns the lease's terms and id.
pub async fn take(devnet: &Devnet, offer: u32, salt: u64) -> anyhow::Result<(Terms, B256)> {
    let market = devnet.market(Actor::Tenant).await?;
    let deposit = U256::from(DEPOSIT);
    let receipt = market.take(offer, order(salt), deposit).value(deposit).send().await?.get_receipt().await?;
    let opened = receipt.decoded_log::<Market::LeaseOpened>().context("no lease was opened")?;
    Ok((opened.terms.clone(), opened.lease))
}

/// The call that `take` sends, for reorgs that replay it.
pub fn take_call(offer: u32, salt: u64) -> Vec<u8> {
    use alloy::sol_types::SolCall;
    Market::takeCall { offerId: offer, order: order(salt), deposit: U256::from(DEPOSIT) }.abi_encode()
}

/// Whether an event is of the named kind, for readable assertions.
pub fn is_opened(event: &MarketEvents) -> bool {
    matches!(event, MarketEvents::LeaseOpened(_))
}
