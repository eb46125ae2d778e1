//! The transactions of providers and tenants that most tests send: registering, taking an offer, opening an order.

use alloy::{
    network::TransactionBuilder,
    primitives::{
        Address, B256, U256,
        aliases::{U80, U104},
        keccak256,
    },
    providers::DynProvider,
    rpc::types::{TransactionReceipt, TransactionRequest, anvil::TransactionData},
    sol_types::SolCall,
};
use anvil::{Actor, Devnet};
use anyhow::{Context, ensure};
use solidity::{
    AuctionOrder, LeasePolicy,
    Market::{LeaseOpened, MarketInstance, OrderOpened, takeCall},
    Order, PriceList, Shape, Terms,
};

/// A price list by which a replica of [`order`]'s shape costs one wei for each second in which it is healthy.
pub fn prices() -> PriceList {
    let none = U80::ZERO;
    PriceList {
        millicore: U80::from(10_000_000_000u64), // × 100 millicores = 1e12
        memoryMiB: none,
        diskMiB: none,
        gpu: none,
        cpuSecond: none,
        memoryMiBSecond: none,
        networkMiB: none,
        networkKiBps: 0,
    }
}

/// The command that deploys the sample application in the smallest shape in which it runs.
pub const DEPLOY: [&str; 12] = [
    "deploy",
    "sample/compose.yaml",
    "--max-rate",
    "1/h",
    "--deposit",
    "0.00001",
    "--cpus",
    "0.1",
    "--memory",
    "64",
    "--disk",
    "64",
];

/// Registers an actor as a provider of ten CPUs and lists [`prices`] in ETH. Returns the offer.
pub async fn register(devnet: &Devnet, actor: Actor, endpoint: &str) -> anyhow::Result<u32> {
    register_with(devnet, actor, endpoint, 10_000).await
}

/// The same with this many thousandths of a CPU.
pub async fn register_with(devnet: &Devnet, actor: Actor, endpoint: &str, millicores: u32) -> anyhow::Result<u32> {
    let market = devnet.market(actor).await?;
    let capacity = Shape { millicores, memoryMiB: 8_192, diskMiB: 16_384, gpus: 0 };
    let bond = market.bondFor(capacity.clone()).call().await?;
    let call = market.register(capacity, keccak256("a sealing key"), endpoint.to_owned()).value(bond);
    sent(call.send().await?.get_receipt().await?)?;
    sent(market.listOffer(Address::ZERO, prices()).send().await?.get_receipt().await?)?;
    Ok(market.offerCount().call().await?.saturating_to())
}

/// Replicas of a tenth of a CPU and 64 MiB, eight at most; only the tenant may change their number.
pub fn order(manifest_hash: B256, replicas: u16, salt: u64) -> Order {
    Order {
        shape: Shape { millicores: 100, memoryMiB: 64, diskMiB: 64, gpus: 0 },
        replicas,
        policy: LeasePolicy {
            minReplicas: 0,
            maxReplicas: 8,
            target: 70,
            up: 100,
            down: 0,
            cooldown: 10,
            step: 2,
            headroom: 1,
        },
        maxRate: U104::MAX >> 8,
        manifestHash: manifest_hash,
        salt,
    }
}

/// The same, but the provider may scale by proof: out above 80 %, in below 40 %.
pub fn elastic(manifest_hash: B256, replicas: u16, salt: u64) -> Order {
    let order = order(manifest_hash, replicas, salt);
    Order { policy: LeasePolicy { up: 80, down: 40, ..order.policy }, ..order }
}

/// The tenant takes an offer with a deposit in wei.
pub async fn take(devnet: &Devnet, offer: u32, order: Order, deposit: u64) -> anyhow::Result<(B256, Terms)> {
    let market: MarketInstance<DynProvider> = devnet.market(Actor::Tenant).await?;
    let deposit = U256::from(deposit);
    let receipt = sent(market.take(offer, order, deposit).value(deposit).send().await?.get_receipt().await?)?;
    let opened = receipt.decoded_log::<LeaseOpened>().context("the receipt names no lease")?.data;
    Ok((opened.lease, opened.terms))
}

/// The tenant opens an order on these terms with a deposit in wei.
pub async fn ask(devnet: &Devnet, order: AuctionOrder, deposit: u64) -> anyhow::Result<B256> {
    let (market, deposit) = (devnet.market(Actor::Tenant).await?, U256::from(deposit));
    let call = market.openOrder(order, deposit).value(deposit);
    let receipt = sent(call.send().await?.get_receipt().await?)?;
    Ok(receipt.decoded_log::<OrderOpened>().context("the receipt names no order")?.order)
}

/// The transaction by which the tenant takes an offer, for [`Devnet::reorg`].
pub fn taking(devnet: &Devnet, offer: u32, order: Order, deposit: u64) -> TransactionData {
    let deposit = U256::from(deposit);
    let call = takeCall { offer, order, deposit };
    let request = TransactionRequest::default()
        .with_from(Actor::Tenant.address())
        .with_to(devnet.deployment.market)
        .with_gas_limit(1_000_000)
        .with_value(deposit)
        .with_input(call.abi_encode());
    TransactionData::JSON(request)
}

/// The receipt; an error when the transaction failed on chain.
pub fn sent(receipt: TransactionReceipt) -> anyhow::Result<TransactionReceipt> {
    ensure!(receipt.status(), "transaction {} failed on chain", receipt.transaction_hash);
    Ok(receipt)
}
