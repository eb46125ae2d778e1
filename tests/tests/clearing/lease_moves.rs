//! A lease moves to another provider in one transaction.

use alloy::primitives::{Address, B256, U256};
use anvil::Actor;
use serde_json::Value;
use tests::{wait::until, world::World};

use crate::{MANIFEST, id, market_world, open};

/// The events of a transaction, by the topics of their signatures.
async fn events(world: &World, tx: &Value) -> Vec<B256> {
    use alloy::providers::Provider;
    let provider = world.devnet.provider(Actor::Stranger).await.unwrap();
    let receipt = provider.get_transaction_receipt(id(tx)).await.unwrap().unwrap();
    receipt.inner.logs().iter().filter_map(|log| log.topic0().copied()).collect()
}

#[tokio::test]
async fn a_lease_moves_to_the_next_best_bid_and_then_to_an_offer() {
    use alloy::sol_types::SolEvent;
    use solidity::Market::{LeaseClosed, LeaseMoved, LeaseOpened};
    let world = market_world().await;
    let cheap = world.another_provider(Actor::Provider, 10_000, &[("TIDEMARK_MARGIN", "10")]).await.unwrap();
    let standby = [("TIDEMARK_MARGIN", "50"), ("TIDEMARK_STANDBY", "1h")];
    let dear = world.another_provider(Actor::Stranger, 10_000, &standby).await.unwrap();
    let file = world.write("manifest.yaml", MANIFEST).unwrap();
    let order = id(&world.cli(Actor::Tenant, &open(&file, &[])).await.unwrap()["order"]);
    cheap.decided(order, "placed").await.unwrap();
    dear.decided(order, "placed").await.unwrap();
    let accepted =
        world.cli(Actor::Tenant, &["order", "accept", &order.to_string(), "--manifest", &file]).await.unwrap();
    let first = accepted["leases"][0].as_str().unwrap().to_owned();

    // The losing bid is on standby, so the lease can move to it.
    let moved = world.cli(Actor::Tenant, &["move", &first, "--manifest", &file]).await.unwrap();
    assert_eq!(moved["provider"], dear.address.to_string().to_lowercase());
    let seen = events(&world, &moved["tx"]).await;
    for wanted in [LeaseClosed::SIGNATURE_HASH, LeaseOpened::SIGNATURE_HASH, LeaseMoved::SIGNATURE_HASH] {
        assert!(seen.contains(&wanted), "all of it is one transaction");
    }
    let second = id(&moved["lease"]);
    dear.api.shows(second, |view| view.summary.replicas.healthy == 1).await.unwrap();
    assert_eq!(dear.decided(order, "won").await.unwrap()["lease"], second.to_string());
    cheap.is_free(&world).await.unwrap();

    // The two leases' money is what was paid in, and the fold of the old one agrees with the contract.
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    let shown = world.cli(Actor::Tenant, &["show", &first]).await.unwrap();
    let account = market.accountOf(id(&Value::from(first.clone())), Address::ZERO).call().await.unwrap();
    let number = |field: &str| shown[field].as_str().unwrap().parse::<U256>().unwrap();
    assert_eq!(number("deposited") - number("paid") - number("returned"), U256::from(account.balance));

    let offer = cheap.offer.to_string();
    let back =
        world.cli(Actor::Tenant, &["move", &second.to_string(), "--offer", &offer, "--manifest", &file]).await.unwrap();
    assert_eq!(back["provider"], cheap.address.to_string().to_lowercase());
    let third = id(&back["lease"]);
    cheap.api.shows(third, |view| view.summary.replicas.healthy == 1).await.unwrap();
    dear.is_free(&world).await.unwrap();
    until("the second provider to have removed it", async || {
        let view = dear.api.get(&format!("/v1/leases/{second}")).await?;
        Ok(view["containers"].as_array().is_some_and(Vec::is_empty).then_some(()))
    })
    .await
    .unwrap();
}
