//! What a reorg reverts, and what it leaves.

use alloy::{
    network::TransactionBuilder,
    primitives::{B256, U256},
    rpc::types::{TransactionRequest, anvil::TransactionData},
    sol_types::SolCall,
};
use anvil::Actor;
use driver::Stage;
use solidity::Market::{MarketEvents, topUpCall};
use stages::chain::ChainSettings;
use tests::{
    transactions,
    world::{World, counted},
};

use super::{DEPOSIT, each_database, ids, provider, stage, take};

/// The transaction that opens a lease, for a replacing block.
fn taking(world: &World, salt: u64) -> TransactionData {
    transactions::taking(&world.devnet, world.offer, transactions::order(B256::ZERO, 1, salt), DEPOSIT)
}

/// A call of the tenant to the market, for a replacing block.
fn sending(world: &World, data: Vec<u8>, value: u64) -> TransactionData {
    TransactionData::JSON(
        TransactionRequest::default()
            .with_from(Actor::Tenant.address())
            .with_to(world.devnet.deployment.market)
            .with_gas_limit(1_000_000)
            .with_value(U256::from(value))
            .with_input(data),
    )
}

#[tokio::test]
async fn a_reorg_takes_a_lease_back_and_brings_it_again() {
    for (world, process) in each_database().await {
        let stage = stage(&world, &process);
        let kept = take(&world, 1).await;
        stage.run().await.unwrap();
        let lost = take(&world, 2).await;
        stage.run().await.unwrap();
        assert_eq!(process.store.lease(lost).await.unwrap().unwrap().generation, 1);

        world.devnet.reorg(1, vec![]).await.unwrap();
        let counts = stage.run().await.unwrap();
        assert_eq!((counted(&counts, "reorgs"), counted(&counts, "reverted")), (1, 1));
        assert_eq!(ids(&process).await, [kept]);
        assert_eq!(process.store.lease(lost).await.unwrap(), None);
        assert_eq!(process.store.reverted_leases(provider()).await.unwrap(), [lost]);
        assert!(process.store.events(lost).await.unwrap().is_empty());

        assert_eq!(take(&world, 2).await, lost, "the same terms have the same id");
        stage.run().await.unwrap();
        let again = process.store.lease(lost).await.unwrap().unwrap();
        assert_eq!(again.generation, 3, "taken back and opened again: each a change");
        assert!(process.store.reverted_leases(provider()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_reorg_moves_an_event_to_another_log_index() {
    for (world, process) in each_database().await {
        let first = take(&world, 1).await;
        let chain = stage(&world, &process);
        chain.run().await.unwrap();
        let moved = take(&world, 2).await;
        chain.run().await.unwrap();
        assert_eq!(process.store.events(moved).await.unwrap()[0].log_index, 0);

        // The same block number now holds a top-up in front of the lease.
        let topping = topUpCall { lease: first, currency: Default::default(), amount: U256::from(7) }.abi_encode();
        let replaced = vec![(sending(&world, topping, 7), 0), (taking(&world, 2), 0)];
        world.devnet.reorg(1, replaced).await.unwrap();
        let counts = stage(&world, &process).run().await.unwrap();
        assert_eq!((counted(&counts, "reverted"), counted(&counts, "applied")), (1, 2));
        let events = process.store.events(moved).await.unwrap();
        assert_eq!((events.len(), events[0].log_index), (1, 1));
        assert!(matches!(events[0].event, MarketEvents::LeaseOpened(_)));
        let topped = process.store.lease(first).await.unwrap().unwrap();
        assert_eq!(topped.lease.deposited, U256::from(DEPOSIT + 7));
        assert_eq!(process.store.lease(moved).await.unwrap().unwrap().generation, 2);
    }
}

#[tokio::test]
async fn a_shorter_chain_only_counts_when_it_contradicts() {
    for (world, process) in each_database().await {
        let stage = stage(&world, &process);
        stage.run().await.unwrap();
        let snapshot = world.devnet.snapshot().await.unwrap();
        let lost = take(&world, 1).await;
        stage.run().await.unwrap();
        world.devnet.revert(snapshot).await.unwrap();
        let counts = stage.run().await.unwrap();
        assert_eq!((counted(&counts, "behind"), counted(&counts, "reverted")), (1, 0), "it may only lag");
        assert_eq!(ids(&process).await, [lost]);
        world.devnet.mine(2).await.unwrap();
        assert_eq!(counted(&stage.run().await.unwrap(), "reverted"), 1, "now it contradicts");
        assert!(ids(&process).await.is_empty());
    }
}

#[tokio::test]
async fn a_reorg_deeper_than_the_kept_blocks_reads_all_again() {
    for (world, process) in each_database().await {
        let settings = ChainSettings { keep: 2, ..ChainSettings::default() };
        let stage = process.chain_over(&world.devnet.ws_url(), settings).unwrap();
        let kept = take(&world, 1).await;
        stage.run().await.unwrap();
        let lost = take(&world, 2).await;
        world.devnet.mine(5).await.unwrap();
        stage.run().await.unwrap();
        world.devnet.reorg(6, vec![]).await.unwrap();
        stage.run().await.unwrap();
        assert_eq!(ids(&process).await, [kept]);
        assert_eq!(process.store.lease(lost).await.unwrap(), None);
        assert_eq!(process.store.events(kept).await.unwrap().len(), 1);
    }
}
