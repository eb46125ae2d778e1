//! Blocks are read once and completely, and what is read agrees with the contract.

use std::time::Duration;

use alloy::primitives::U256;
use anvil::Actor;
use driver::Stage;
use solidity::Market;
use stages::chain::ChainSettings;
use tests::world::counted;

use super::{DEPOSIT, each_database, ids, provider, sqlite, stage, take};

#[tokio::test]
async fn a_market_is_read_and_read_once() {
    for (world, process) in each_database().await {
        let lease = take(&world, 1).await;
        let first = stage(&world, &process).run().await.unwrap();
        // registered, listed, opened
        assert_eq!(counted(&first, "applied"), 3);
        let row = process.store.lease(lease).await.unwrap().unwrap();
        assert_eq!(row.lease.deposited, U256::from(DEPOSIT));
        assert_eq!(row.generation, 1);
        let providers = process.store.providers().await.unwrap();
        assert_eq!((providers.len(), providers[0].registered), (1, true));
        let offers = process.store.offers().await.unwrap();
        assert_eq!((offers.len(), offers[0].open, offers[0].provider), (1, true, provider()));
        // Looking again, also as another process, changes nothing.
        assert_eq!(counted(&stage(&world, &process).run().await.unwrap(), "applied"), 0);
        assert_eq!(process.store.lease(lease).await.unwrap().unwrap(), row);
        assert_eq!(process.store.events(lease).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn missed_blocks_are_caught_up() {
    for (world, process) in each_database().await {
        let stage = stage(&world, &process);
        stage.run().await.unwrap();
        let mut taken = Vec::new();
        for salt in 0..5 {
            taken.push(take(&world, salt).await);
            world.devnet.mine(40).await.unwrap();
        }
        assert_eq!(counted(&stage.run().await.unwrap(), "applied"), 5);
        assert_eq!(ids(&process).await, taken, "oldest first");
        let head = process.store.head().await.unwrap().unwrap();
        assert_eq!(head.time, world.devnet.time().await.unwrap());
        assert!(process.store.blocks().await.unwrap().len() as u64 <= ChainSettings::default().keep + 1);
    }
}

#[tokio::test]
async fn what_differs_from_the_contract_is_read_again() {
    for (world, process) in each_database().await {
        let lease = take(&world, 1).await;
        stage(&world, &process).run().await.unwrap();
        let right = process.store.lease(lease).await.unwrap().unwrap();
        // Something else takes the top-up away, as a bug of ours might.
        let market = world.devnet.market(Actor::Stranger).await.unwrap();
        let topping = market.topUp(Default::default(), lease, U256::from(9)).value(U256::from(9));
        topping.send().await.unwrap().get_receipt().await.unwrap();
        stage(&world, &process).run().await.unwrap();
        let events = process.store.events(lease).await.unwrap();
        let cursor = process.store.head().await.unwrap().unwrap();
        assert!(process.store.repair(cursor, lease, &events[..1]).await.unwrap());
        assert_eq!(process.store.lease(lease).await.unwrap().unwrap().lease.deposited, right.lease.deposited);

        let counts = stage(&world, &process).run().await.unwrap();
        assert_eq!(counted(&counts, "mismatches"), 1);
        let mended = process.store.lease(lease).await.unwrap().unwrap();
        assert_eq!(mended.lease.deposited, right.lease.deposited + U256::from(9));
        assert_eq!(counted(&stage(&world, &process).run().await.unwrap(), "mismatches"), 0);
    }
}

#[tokio::test]
async fn the_fold_agrees_with_the_contract_through_a_lease_s_life() {
    let (world, process) = sqlite().await;
    let (lease, terms) = world.take_salted(1, DEPOSIT).await.unwrap();
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    market.scale(terms.clone(), 3).send().await.unwrap().get_receipt().await.unwrap();
    world.devnet.warp(Duration::from_secs(100)).await.unwrap();
    market.withdraw(terms.clone(), U256::from(5)).send().await.unwrap().get_receipt().await.unwrap();
    let counts = stage(&world, &process).run().await.unwrap();
    assert_eq!(counted(&counts, "mismatches"), 0);
    market.close(terms).send().await.unwrap().get_receipt().await.unwrap();
    stage(&world, &process).run().await.unwrap();
    let row = process.store.lease(lease).await.unwrap().unwrap();
    let account = market.accountOf(lease, Default::default()).call().await.unwrap();
    assert_eq!(row.lease.balance(), U256::from(account.balance));
    let reservation: Market::Reservation = market.reservationOf(lease).call().await.unwrap();
    assert_eq!(row.lease.integral, U256::from(reservation.integral));
    assert!(row.lease.closed_at.is_some());
}
