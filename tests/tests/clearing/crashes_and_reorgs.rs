//! The clearing stage beside the two that it lives between: what a death or a reorg in the middle leaves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use adapters::ethereum::AlloyEthereum;
use alloy::primitives::{Address, B256, U256};
use anvil::{Actor, Devnet, Mining, Options};
use driver::{Counts, Stage, Wakeup};
use lease::{clearing::BidDecision, intent::IntentKey, screen::Amounts};
use ports::clock::Clock;
use ports::ethereum::Ethereum;
use solidity::{AuctionOrder, bid_id, order_id};
use stages::{
    chain::ChainStage,
    clearing::{ClearingSettings, ClearingStage},
    settlement::SettlementStage,
};
use store::{IntentState, Store};
use tests::{
    killable_ethereum::{KillableEthereum, LastCall},
    postgres::Database,
    provider::until,
    transactions,
};

/// Blocks after which nothing is expected to change.
const CONFIRMATIONS: u64 = 8;
const DEPOSIT: u64 = 10_000;

/// The machine's clock, as far ahead as a test likes.
#[derive(Default)]
struct Ahead(AtomicU64);

impl Clock for Ahead {
    fn now_ms(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        now + self.0.load(Ordering::SeqCst)
    }
}

struct World {
    devnet: Devnet,
    database: Database,
    store: Arc<Store>,
    clock: Arc<Ahead>,
}

impl World {
    async fn on(database: Database) -> Self {
        let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Options::default() }).await.unwrap();
        transactions::register(&devnet, Actor::Provider, "http://127.0.0.1:1").await.unwrap();
        let store = Self::remember(&devnet, &database).await;
        Self { devnet, database, store, clock: Arc::default() }
    }

    async fn new() -> Self {
        Self::on(Database::sqlite().unwrap()).await
    }

    async fn remember(devnet: &Devnet, database: &Database) -> Arc<Store> {
        // A database file serves one process at a time: the one before is going.
        let opened = until("the database to be free", async || match Store::open(&database.url).await {
            Err(store::Error::Locked(_)) => Ok(None),
            opened => Ok(Some(opened?)),
        });
        let store = Arc::new(opened.await.unwrap());
        store.bind(&devnet.deployment, Actor::Provider.address()).await.unwrap();
        store
    }

    /// The process dies; the next one has the database and nothing else.
    async fn die(self) -> Self {
        let Self { devnet, database, store, clock } = self;
        drop(store);
        let store = Self::remember(&devnet, &database).await;
        Self { devnet, database, store, clock }
    }

    fn ethereum(&self) -> Arc<dyn Ethereum> {
        let deployment = &self.devnet.deployment;
        let signer = Some(Actor::Provider.signer());
        let url = self.devnet.ws_url();
        Arc::new(AlloyEthereum::connect(&url, deployment.chain_id, deployment.market, signer).unwrap())
    }

    async fn follow(&self) {
        let deployment = self.devnet.deployment.clone();
        let (provider, settings) = (Actor::Provider.address(), Default::default());
        ChainStage::new(self.store.clone(), self.ethereum(), deployment, provider, settings).run().await.unwrap();
    }

    fn clearing(&self, ethereum: Arc<dyn Ethereum>, settings: ClearingSettings) -> ClearingStage {
        ClearingStage {
            store: self.store.clone(),
            ethereum,
            clock: self.clock.clone(),
            pricer: None,
            provider: Actor::Provider.address(),
            market: self.devnet.deployment.market,
            parameters: self.devnet.deployment.parameters.clone(),
            settings,
            next: Wakeup::default(),
            adopted: Default::default(),
        }
    }

    /// Reads the chain and answers orders, once.
    async fn clear(&self) -> Counts {
        self.follow().await;
        self.clearing(self.ethereum(), ClearingSettings::default()).run().await.unwrap()
    }

    /// Signs and sends what is wanted; each transaction makes a block.
    async fn settle(&self) -> Counts {
        let settlement = SettlementStage {
            store: self.store.clone(),
            ethereum: self.ethereum(),
            clock: self.clock.clone(),
            provider: Actor::Provider.address(),
            market: self.devnet.deployment.market,
            chain_id: 31337,
            parameters: self.devnet.deployment.parameters.clone(),
            claim_every: Duration::from_secs(1),
            grace: Duration::from_secs(60),
            confirmations: CONFIRMATIONS,
            replace_after: Duration::from_secs(3600),
            gas_per_hour: 1_000_000_000,
            cache: Default::default(),
        };
        settlement.run().await.unwrap()
    }

    /// Terms that differ by their salt alone.
    async fn terms(&self, salt: u64) -> AuctionOrder {
        let now = u32::try_from(self.devnet.time().await.unwrap()).unwrap();
        AuctionOrder {
            tenant: Actor::Tenant.address(),
            currency: Address::ZERO,
            order: transactions::order(B256::ZERO, 1, salt),
            bidUntil: now + 300,
            acceptUntil: now + 900,
            attributes: Vec::new(),
        }
    }

    async fn ask(&self, salt: u64) -> B256 {
        let terms = self.terms(salt).await;
        let deployment = &self.devnet.deployment;
        let order = transactions::ask(&self.devnet, terms.clone(), DEPOSIT).await.unwrap();
        assert_eq!(order, order_id(deployment.chain_id, deployment.market, &terms), "as the contract computes it");
        order
    }

    /// How many bids the chain has of ours on an order.
    async fn bids(&self, order: B256) -> u8 {
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        market.orderOf(order).call().await.unwrap().bids
    }

    async fn held(&self) -> u32 {
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        market.capacityOf(Actor::Provider.address()).call().await.unwrap().heldMillicores
    }

    async fn wish(&self, order: B256) -> Option<IntentState> {
        self.store.intent(IntentKey::Bid { order }).await.unwrap().map(|row| row.state)
    }

    async fn bury(&self) {
        self.devnet.mine(CONFIRMATIONS + 1).await.unwrap();
        self.follow().await;
        self.settle().await;
    }
}

#[tokio::test]
async fn a_death_between_reservation_and_bid_costs_nothing() {
    for database in Database::each().await.unwrap() {
        let mut world = World::on(database).await;
        let order = world.ask(1).await;
        assert_eq!(world.clear().await["bids"], 1);
        // 8 replicas of the order's shape.
        assert_eq!(world.store.reserved().await.unwrap(), Amounts([800, 512, 512, 0]));
        assert_eq!((world.wish(order).await, world.bids(order).await), (Some(IntentState::Prepared), 0));
        world = world.die().await;
        assert!(!world.clear().await.contains_key("bids"), "it is wanted already");
        world.settle().await;
        assert_eq!((world.bids(order).await, world.held().await), (1, 800));
        // Mined, and not read yet: it stays reserved, or it could be sold twice.
        world = world.die().await;
        assert_eq!(world.store.reserved().await.unwrap().0[0], 800);
        assert_eq!(world.clear().await["freed"], 1);
        assert_eq!(world.store.reserved().await.unwrap(), Amounts::default());
        let row = world.store.order(order).await.unwrap().unwrap();
        let Some(BidDecision::Bid { id, bid }) = &row.decision else { panic!("{row:?}") };
        assert_eq!(*id, bid_id(order, bid), "as the contract computes it");
        assert!(row.order.auction.bids.contains_key(id));
        world.bury().await;
        world.clear().await;
        world.settle().await;
        assert_eq!((world.bids(order).await, world.held().await), (1, 800), "never twice");
    }
}

#[tokio::test]
async fn a_death_at_any_call_ends_in_one_bid() {
    let world = World::new().await;
    let mut salt = 10;
    for calls in 0..4 {
        for last_call in [LastCall::NotSent, LastCall::NotAnswered] {
            salt += 1;
            let order = world.ask(salt).await;
            world.follow().await;
            let ethereum = Arc::new(KillableEthereum::new(world.ethereum(), calls, last_call));
            let run = world.clearing(ethereum.clone(), ClearingSettings::default()).run().await;
            assert_eq!(run.is_err(), ethereum.was_killed(), "{calls} calls, {last_call:?}");
            world.clear().await;
            world.settle().await;
            world.clear().await;
            assert_eq!(world.bids(order).await, 1, "{calls} calls, {last_call:?}");
            assert_eq!(world.store.reserved().await.unwrap(), Amounts::default());
        }
    }
    assert_eq!(world.held().await, 8 * 800);
}

#[tokio::test]
async fn a_reorg_that_takes_the_order_back_frees_what_was_reserved() {
    for database in Database::each().await.unwrap() {
        let world = World::on(database).await;
        let terms = world.terms(1).await;
        world.devnet.mine(3).await.unwrap();
        let order = transactions::ask(&world.devnet, terms.clone(), DEPOSIT).await.unwrap();
        world.clear().await;
        world.settle().await;
        world.clear().await;
        assert_eq!((world.bids(order).await, world.held().await), (1, 800));

        world.devnet.reorg(2, Vec::new()).await.unwrap();
        assert_eq!((world.bids(order).await, world.held().await), (0, 0));
        world.clear().await;
        assert!(world.store.order(order).await.unwrap().is_none(), "nobody sees it any more");
        // The signed bytes are sent again and refused; that is known when it is final.
        for _ in 0..3 {
            world.settle().await;
            world.devnet.mine(1).await.unwrap();
        }
        world.bury().await;
        assert_eq!(world.wish(order).await, Some(IntentState::Failed));
        world.clear().await;
        assert_eq!((world.store.reserved().await.unwrap(), world.held().await), (Amounts::default(), 0));

        // It comes again, and is answered again: the first bid never had an effect.
        let again = transactions::ask(&world.devnet, terms, DEPOSIT).await.unwrap();
        assert_eq!(again, order);
        world.clear().await;
        world.clock.0.store(60_000, Ordering::SeqCst);
        let counts = world.clear().await;
        assert_eq!(counts.get("bids"), Some(&1), "{counts:?}");
        world.settle().await;
        assert_eq!((world.bids(order).await, world.held().await), (1, 800));
    }
}

#[tokio::test]
async fn a_reorg_that_takes_back_the_loss_keeps_the_bid_and_its_end() {
    let world = World::new().await;
    let terms = world.terms(1).await;
    let order = transactions::ask(&world.devnet, terms.clone(), DEPOSIT).await.unwrap();
    world.clear().await;
    world.settle().await;
    world.clear().await;
    world.bury().await;
    let tenant = world.devnet.market(Actor::Tenant).await.unwrap();
    let cancel = async || {
        let call = tenant.cancelOrder(terms.clone());
        transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    };
    cancel().await;
    assert_eq!(world.clear().await["released"], 1);
    world.devnet.reorg(1, Vec::new()).await.unwrap();
    // The order is open again; the release is refused, and waits for no one.
    world.settle().await;
    world.clear().await;
    assert_eq!((world.bids(order).await, world.held().await), (1, 800), "the bid binds again");
    cancel().await;
    world.clear().await;
    world.settle().await;
    world.clear().await;
    assert_eq!((world.bids(order).await, world.held().await), (0, 0));
    let market = world.devnet.market(Actor::Stranger).await.unwrap();
    let earned = market.earnings(Actor::Provider.address(), Address::ZERO).call().await.unwrap();
    assert_eq!(earned, U256::from(world.devnet.deployment.parameters.bidDeposit));
}

#[tokio::test]
async fn a_provider_that_lost_its_memory_finds_its_bids_on_chain() {
    let mut world = World::new().await;
    let (open, lost) = (world.ask(1).await, world.terms(2).await);
    transactions::ask(&world.devnet, lost.clone(), DEPOSIT).await.unwrap();
    world.clear().await;
    world.settle().await;
    world.clear().await;
    assert_eq!(world.held().await, 1600);
    let tenant = world.devnet.market(Actor::Tenant).await.unwrap();
    let call = tenant.cancelOrder(lost);
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    world.database = Database::sqlite().unwrap();
    world.store = World::remember(&world.devnet, &world.database).await;
    assert_eq!(world.clear().await["adopted"], 2);
    assert_eq!(world.clear().await["released"], 1);
    world.settle().await;
    world.clear().await;
    assert_eq!((world.bids(open).await, world.held().await), (1, 800), "one is kept, the lost one given back");
}

#[tokio::test]
async fn an_expired_bid_comes_back() {
    let world = World::new().await;
    let order = world.ask(1).await;
    world.clear().await;
    world.settle().await;
    world.clear().await;
    world.devnet.warp(Duration::from_secs(800)).await.unwrap();
    assert!(!world.clear().await.contains_key("released"), "it binds until it expires");
    world.devnet.warp(Duration::from_secs(200)).await.unwrap();
    assert_eq!(world.clear().await["released"], 1);
    world.settle().await;
    world.clear().await;
    assert_eq!((world.bids(order).await, world.held().await), (0, 0));
}

#[tokio::test]
async fn nothing_is_decided_on_a_stale_head() {
    let world = World::new().await;
    let order = world.ask(1).await;
    world.follow().await;
    world.devnet.mine(10).await.unwrap();
    let stage = world.clearing(world.ethereum(), ClearingSettings::default());
    assert_eq!(stage.run().await.unwrap()["stale"], 1, "the chain is ahead of what was read");
    world.follow().await;
    world.clock.0.store(3_600_000, Ordering::SeqCst);
    assert_eq!(stage.run().await.unwrap()["stale"], 1, "the chain has stood still for an hour");
    assert_eq!(world.wish(order).await, None);
    world.clock.0.store(0, Ordering::SeqCst);
    assert_eq!(stage.run().await.unwrap()["bids"], 1);
}

#[tokio::test]
async fn a_provider_that_drains_takes_back_what_it_has_not_signed() {
    let world = World::new().await;
    let order = world.ask(1).await;
    world.clear().await;
    let draining = world.clearing(world.ethereum(), ClearingSettings { drain: true, ..ClearingSettings::default() });
    assert_eq!(draining.run().await.unwrap()["withdrawn"], 1);
    draining.run().await.unwrap();
    assert_eq!(world.wish(order).await, Some(IntentState::Failed));
    assert_eq!(world.store.reserved().await.unwrap(), Amounts::default());
    world.settle().await;
    assert_eq!(world.bids(order).await, 0);
}
