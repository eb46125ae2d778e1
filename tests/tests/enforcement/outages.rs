//! A provider whose orchestrator is killed: it is reported, and its leases are credited, closed and moved.

use alloy::primitives::aliases::U104;

use super::*;

#[tokio::test]
async fn a_provider_that_stops_proving_is_reported_and_its_leases_credited_closed_and_moved() {
    let world = world().await;
    let provider = Actor::Provider.address().to_string();
    let mut running = world.provider_program(CLAIM_OFTEN).await.unwrap();
    let deployed = answer(&world, Actor::Tenant, &DEPLOY).await;
    let lease = deployed["lease"].as_str().unwrap();
    let (_, moving) = take(&world, 77).await;
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    until("two roots", async || {
        Ok((market.providerOf(Actor::Provider.address()).call().await?.epoch >= 2).then_some(()))
    })
    .await
    .unwrap();
    let late = answer(&world, Actor::Stranger, &["report", &provider]).await;
    assert_eq!(late["stage"], "late");
    running.kill().await.unwrap();

    pass(&world, 60).await;
    let before = bond(&world).await;
    assert_eq!(answer(&world, Actor::Stranger, &["report", &provider]).await["stage"], "reported");
    let credited = answer(&world, Actor::Stranger, &["report", &provider, "--wait"]).await;
    assert_eq!(credited["stage"], "credited");
    let leases = credited["credited"].as_array().unwrap();
    assert_eq!(leases.len(), 2, "{credited}");
    let slashed: U256 = leases.iter().map(|lease| number(&lease["slashed"])).sum();
    assert!(slashed > U256::ZERO);
    assert_eq!(bond(&world).await, before - slashed);
    assert_eq!(earned(&world, Actor::Stranger).await, slashed / U256::from(10));
    let again = answer(&world, Actor::Stranger, &["report", &provider]).await;
    assert!(again["credited"].as_array().unwrap().is_empty(), "once for an outage: {again}");

    // Its money comes back, all but what its newest root may still prove.
    let closed = answer(&world, Actor::Tenant, &["close", lease, "--no-wait"]).await;
    let deposited = number(&closed["deposited"]);
    assert!(number(&closed["returned"]) > deposited * U256::from(9) / U256::from(10), "{closed}");

    // And another goes on elsewhere.
    let offer = transactions::register(&world.devnet, Actor::Deployer, "http://127.0.0.1:1").await.unwrap();
    let sent = market.moveToOffer(moving, offer, U104::MAX >> 8).send().await.unwrap();
    let receipt = transactions::sent(sent.get_receipt().await.unwrap()).unwrap();
    let moved = receipt.decoded_log::<solidity::Market::LeaseMoved>().unwrap().data;
    assert!(moved.amount > U256::from(DEPOSIT * 9 / 10));
    let old = answer(&world, Actor::Tenant, &["show", &moved.from.to_string()]).await;
    assert_eq!((old["status"].as_str(), number(&old["returned"])), (Some("closed"), moved.amount));
    let new = answer(&world, Actor::Tenant, &["show", &moved.to.to_string()]).await;
    assert_eq!((new["status"].as_str(), number(&new["deposited"])), (Some("active"), moved.amount));
}
