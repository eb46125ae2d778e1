//! The chain stage on a real Anvil, with the rows in SQLite and in PostgreSQL.
#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use adapters::ethereum::AlloyEthereum;
use alloy::{
    network::TransactionBuilder,
    primitives::{B256, U256},
    rpc::types::{TransactionRequest, anvil::TransactionData},
    sol_types::SolCall,
};
use anvil::{Actor, Devnet, Mining, Options};
use driver::{Counts, Stage};
use ports::ethereum::Ethereum;
use solidity::{
    Market::{self, MarketEvents, takeCall, topUpCall},
    Terms,
};
use stages::chain::{ChainSettings, ChainStage};
use store::{LeaseFilter, Store};
use tests::{
    faulty_node::{FaultyNode, NodeFault},
    postgres::Database,
    transactions,
};

const DEPOSIT: u64 = 1_000_000_000;

struct World {
    devnet: Devnet,
    offer: u32,
    store: Arc<Store>,
    database: Database,
}

impl World {
    /// One on each kind of database.
    async fn each() -> Vec<Self> {
        let mut worlds = Vec::new();
        for database in Database::each().await.unwrap() {
            let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Options::default() }).await.unwrap();
            let offer = transactions::register(&devnet, Actor::Provider, "http://127.0.0.1:1").await.unwrap();
            let store = Arc::new(Store::open(&database.url).await.unwrap());
            store.bind(&devnet.deployment, Actor::Provider.address()).await.unwrap();
            worlds.push(Self { devnet, offer, store, database });
        }
        worlds
    }

    /// A chain stage as a process that just started has it.
    fn stage(&self) -> ChainStage {
        self.stage_at(&self.devnet.ws_url(), ChainSettings::default())
    }

    fn stage_at(&self, url: &str, settings: ChainSettings) -> ChainStage {
        let deployment = self.devnet.deployment.clone();
        let ethereum = AlloyEthereum::connect(url, deployment.chain_id, deployment.market, None).unwrap();
        ChainStage::new(self.store.clone(), Arc::new(ethereum), deployment, Actor::Provider.address(), settings)
    }

    async fn take(&self, salt: u64) -> B256 {
        self.opening(salt).await.0
    }

    async fn opening(&self, salt: u64) -> (B256, Terms) {
        transactions::take(&self.devnet, self.offer, transactions::order(B256::ZERO, 1, salt), DEPOSIT).await.unwrap()
    }

    fn taking(&self, salt: u64) -> TransactionData {
        let order = transactions::order(B256::ZERO, 1, salt);
        let call = takeCall { offer: self.offer, order, deposit: U256::from(DEPOSIT) };
        self.sending(call.abi_encode(), DEPOSIT)
    }

    fn sending(&self, data: Vec<u8>, value: u64) -> TransactionData {
        TransactionData::JSON(
            TransactionRequest::default()
                .with_from(Actor::Tenant.address())
                .with_to(self.devnet.deployment.market)
                .with_gas_limit(1_000_000)
                .with_value(U256::from(value))
                .with_input(data),
        )
    }

    async fn ids(&self) -> Vec<B256> {
        self.store.leases(LeaseFilter::default()).await.unwrap().into_iter().map(|row| row.lease.id).collect()
    }
}

fn counted(counts: &Counts, what: &str) -> u64 {
    counts.get(what).copied().unwrap_or_default()
}

#[tokio::test]
async fn a_market_is_read_and_read_once() {
    for world in World::each().await {
        let lease = world.take(1).await;
        let first = world.stage().run().await.unwrap();
        // registered, listed, opened
        assert_eq!(counted(&first, "applied"), 3);
        let row = world.store.lease(lease).await.unwrap().unwrap();
        assert_eq!(row.lease.deposited, U256::from(DEPOSIT));
        assert_eq!(row.generation, 1);
        let providers = world.store.providers().await.unwrap();
        assert_eq!((providers.len(), providers[0].registered), (1, true));
        let offers = world.store.offers().await.unwrap();
        assert_eq!((offers.len(), offers[0].open, offers[0].provider), (1, true, Actor::Provider.address()));
        // Looking again, also as another process, changes nothing.
        assert_eq!(counted(&world.stage().run().await.unwrap(), "applied"), 0);
        assert_eq!(world.store.lease(lease).await.unwrap().unwrap(), row);
        assert_eq!(world.store.events(lease).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn missed_blocks_are_caught_up() {
    for world in World::each().await {
        let stage = world.stage();
        stage.run().await.unwrap();
        let mut taken = Vec::new();
        for salt in 0..5 {
            taken.push(world.take(salt).await);
            world.devnet.mine(40).await.unwrap();
        }
        assert_eq!(counted(&stage.run().await.unwrap(), "applied"), 5);
        assert_eq!(world.ids().await, taken, "oldest first");
        let head = world.store.head().await.unwrap().unwrap();
        assert_eq!(head.time, world.devnet.time().await.unwrap());
        assert!(world.store.blocks().await.unwrap().len() as u64 <= ChainSettings::default().keep + 1);
    }
}

#[tokio::test]
async fn a_reorg_takes_a_lease_back_and_brings_it_again() {
    for world in World::each().await {
        let stage = world.stage();
        let kept = world.take(1).await;
        stage.run().await.unwrap();
        let lost = world.take(2).await;
        stage.run().await.unwrap();
        assert_eq!(world.store.lease(lost).await.unwrap().unwrap().generation, 1);

        world.devnet.reorg(1, vec![]).await.unwrap();
        let counts = stage.run().await.unwrap();
        assert_eq!((counted(&counts, "reorgs"), counted(&counts, "reverted")), (1, 1));
        assert_eq!(world.ids().await, [kept]);
        assert_eq!(world.store.lease(lost).await.unwrap(), None);
        assert_eq!(world.store.reverted_leases(Actor::Provider.address()).await.unwrap(), [lost]);
        assert!(world.store.events(lost).await.unwrap().is_empty());

        assert_eq!(world.take(2).await, lost, "the same terms have the same id");
        stage.run().await.unwrap();
        let again = world.store.lease(lost).await.unwrap().unwrap();
        assert_eq!(again.generation, 3, "taken back and opened again: each a change");
        assert!(world.store.reverted_leases(Actor::Provider.address()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_reorg_moves_an_event_to_another_log_index() {
    for world in World::each().await {
        let first = world.take(1).await;
        let stage = world.stage();
        stage.run().await.unwrap();
        let moved = world.take(2).await;
        stage.run().await.unwrap();
        assert_eq!(world.store.events(moved).await.unwrap()[0].log_index, 0);

        // The same block number now holds a top-up in front of the lease.
        let topping = topUpCall { lease: first, currency: Default::default(), amount: U256::from(7) }.abi_encode();
        let replaced = vec![(world.sending(topping, 7), 0), (world.taking(2), 0)];
        world.devnet.reorg(1, replaced).await.unwrap();
        let counts = world.stage().run().await.unwrap();
        assert_eq!((counted(&counts, "reverted"), counted(&counts, "applied")), (1, 2));
        let events = world.store.events(moved).await.unwrap();
        assert_eq!((events.len(), events[0].log_index), (1, 1));
        assert!(matches!(events[0].event, MarketEvents::LeaseOpened(_)));
        let topped = world.store.lease(first).await.unwrap().unwrap();
        assert_eq!(topped.lease.deposited, U256::from(DEPOSIT + 7));
        assert_eq!(world.store.lease(moved).await.unwrap().unwrap().generation, 2);
    }
}

#[tokio::test]
async fn a_shorter_chain_only_counts_when_it_contradicts() {
    for world in World::each().await {
        let stage = world.stage();
        stage.run().await.unwrap();
        let snapshot = world.devnet.snapshot().await.unwrap();
        let lost = world.take(1).await;
        stage.run().await.unwrap();
        world.devnet.revert(snapshot).await.unwrap();
        let counts = stage.run().await.unwrap();
        assert_eq!((counted(&counts, "behind"), counted(&counts, "reverted")), (1, 0), "it may only lag");
        assert_eq!(world.ids().await, [lost]);
        world.devnet.mine(2).await.unwrap();
        assert_eq!(counted(&stage.run().await.unwrap(), "reverted"), 1, "now it contradicts");
        assert!(world.ids().await.is_empty());
    }
}

#[tokio::test]
async fn a_reorg_deeper_than_the_kept_blocks_reads_all_again() {
    for world in World::each().await {
        let settings = ChainSettings { keep: 2, ..ChainSettings::default() };
        let stage = world.stage_at(&world.devnet.ws_url(), settings);
        let kept = world.take(1).await;
        stage.run().await.unwrap();
        let lost = world.take(2).await;
        world.devnet.mine(5).await.unwrap();
        stage.run().await.unwrap();
        world.devnet.reorg(6, vec![]).await.unwrap();
        stage.run().await.unwrap();
        assert_eq!(world.ids().await, [kept]);
        assert_eq!(world.store.lease(lost).await.unwrap(), None);
        assert_eq!(world.store.events(kept).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn another_chain_undoes_nothing() {
    let world = World::each().await.remove(0);
    let lease = world.take(1).await;
    world.stage().run().await.unwrap();
    let other = Devnet::start(Options { mining: Mining::OnDemand, ..Options::default() }).await.unwrap();
    other.mine(30).await.unwrap();
    let error = world.stage_at(&other.ws_url(), ChainSettings::default()).run().await.unwrap_err();
    assert!(error.to_string().contains("another chain"), "{error}");
    assert_eq!(world.ids().await, [lease]);
}

#[tokio::test]
async fn events_of_other_contracts_are_ignored() {
    let world = World::each().await.remove(0);
    let node = FaultyNode::start(world.devnet.http_url()).await.unwrap();
    node.set_fault(NodeFault::ForeignLogs);
    let lease = world.take(1).await;
    world.devnet.mine(3).await.unwrap();
    let counts = world.stage_at(&node.url, ChainSettings::default()).run().await.unwrap();
    assert_eq!((counted(&counts, "applied"), counted(&counts, "foreign")), (3, 3));
    assert_eq!(world.ids().await, [lease]);
    assert_eq!(world.store.events(lease).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_node_that_is_away_or_talks_nonsense_loses_nothing() {
    let world = World::each().await.remove(0);
    let lease = world.take(1).await;
    let node = FaultyNode::start(world.devnet.http_url()).await.unwrap();
    let stage = world.stage_at(&node.url, ChainSettings::default());
    for (fault, says) in [
        (NodeFault::Down, "does not answer"),
        (NodeFault::NotJson, "not Ethereum's"),
        (NodeFault::WrongShape, "not Ethereum's"),
    ] {
        node.set_fault(fault.clone());
        let error = format!("{:#}", stage.run().await.unwrap_err());
        assert!(error.contains(says), "{fault:?}: {error}");
        assert!(!error.contains(&node.url), "the URL may be secret: {error}");
        node.set_fault(NodeFault::None);
        stage.run().await.unwrap();
        assert_eq!(world.ids().await, [lease]);
    }
}

#[tokio::test]
async fn a_node_that_limits_ranges_and_tells_no_times_is_enough() {
    let world = World::each().await.remove(0);
    let node = FaultyNode::start(world.devnet.http_url()).await.unwrap();
    node.set_fault(NodeFault::RangeLimit(7));
    for salt in 0..4 {
        world.take(salt).await;
        world.devnet.mine(20).await.unwrap();
        world.devnet.warp(Duration::from_secs(100)).await.unwrap();
    }
    world.stage_at(&node.url, ChainSettings::default()).run().await.unwrap();
    let rows = world.store.leases(LeaseFilter::default()).await.unwrap();
    assert_eq!(rows.len(), 4);
    assert!(rows.windows(2).all(|pair| pair[1].lease.opened_at >= pair[0].lease.opened_at + 100));
}

#[tokio::test]
async fn a_websocket_wakes_and_survives_the_node() {
    let world = World::each().await.remove(0);
    let deployment = &world.devnet.deployment;
    let ethereum =
        AlloyEthereum::connect(&world.devnet.ws_url(), deployment.chain_id, deployment.market, None).unwrap();
    ethereum.head().await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    ethereum.changed().await;
    let started = std::time::Instant::now();
    let (_, mined) = tokio::join!(ethereum.changed(), world.devnet.mine(1));
    mined.unwrap();
    assert!(started.elapsed() < Duration::from_secs(2), "pushed, not polled");
}

#[tokio::test]
async fn what_differs_from_the_contract_is_read_again() {
    for world in World::each().await {
        let lease = world.take(1).await;
        world.stage().run().await.unwrap();
        let right = world.store.lease(lease).await.unwrap().unwrap();
        // Something else takes the top-up away, as a bug of ours might.
        let market = world.devnet.market(Actor::Stranger).await.unwrap();
        let topping = market.topUp(Default::default(), lease, U256::from(9)).value(U256::from(9));
        topping.send().await.unwrap().get_receipt().await.unwrap();
        world.stage().run().await.unwrap();
        let events = world.store.events(lease).await.unwrap();
        let cursor = world.store.head().await.unwrap().unwrap();
        assert!(world.store.repair(cursor, lease, &events[..1]).await.unwrap());
        assert_eq!(world.store.lease(lease).await.unwrap().unwrap().lease.deposited, right.lease.deposited);

        let counts = world.stage().run().await.unwrap();
        assert_eq!(counted(&counts, "mismatches"), 1);
        let mended = world.store.lease(lease).await.unwrap().unwrap();
        assert_eq!(mended.lease.deposited, right.lease.deposited + U256::from(9));
        assert_eq!(counted(&world.stage().run().await.unwrap(), "mismatches"), 0);
    }
}

#[tokio::test]
async fn the_fold_agrees_with_the_contract_through_a_lease_s_life() {
    let world = World::each().await.remove(0);
    let (lease, terms) = world.opening(1).await;
    let market = world.devnet.market(Actor::Tenant).await.unwrap();
    market.scale(terms.clone(), 3).send().await.unwrap().get_receipt().await.unwrap();
    world.devnet.warp(Duration::from_secs(100)).await.unwrap();
    market.withdraw(terms.clone(), U256::from(5)).send().await.unwrap().get_receipt().await.unwrap();
    let counts = world.stage().run().await.unwrap();
    assert_eq!(counted(&counts, "mismatches"), 0);
    market.close(terms).send().await.unwrap().get_receipt().await.unwrap();
    world.stage().run().await.unwrap();
    let row = world.store.lease(lease).await.unwrap().unwrap();
    let account = market.accountOf(lease, Default::default()).call().await.unwrap();
    assert_eq!(row.lease.balance(), U256::from(account.balance));
    let reservation: Market::Reservation = market.reservationOf(lease).call().await.unwrap();
    assert_eq!(row.lease.integral, U256::from(reservation.integral));
    assert!(row.lease.closed_at.is_some());
    drop(world.database);
}
