//! The clearing stage between the chain stage and the settlement stage, when the process is killed or the chain reorganizes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use alloy::primitives::{Address, B256, U256};
use anvil::Actor;
use driver::{Counts, Stage};
use lease::{clearing::BidDecision, intent::IntentKey, screen::Amounts};
use ports::clock::Clock;
use solidity::{AuctionOrder, bid_id, order_id};
use stages::{
    clearing::{ClearingSettings, ClearingStage},
    settlement::SettlementStage,
};
use store::IntentState;
use tests::{
    database::Database,
    killable_ethereum::{KillableEthereum, LastCall},
    transactions,
    world::{Process, World},
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

/// A process of the provider whose clearing and settlement stages the test calls.
struct Bidder {
    process: Process,
    clock: Arc<Ahead>,
    world: World,
}

impl Bidder {
    async fn on(database: Database) -> Self {
        let world = World::builder().database(database).without_containers().start().await.unwrap();
        Self { process: world.process().await.unwrap(), clock: Arc::default(), world }
    }

    async fn new() -> Self {
        Self::on(Database::sqlite().unwrap()).await
    }

    /// The process is killed; the next one has the database and nothing else.
    async fn restart(self) -> Self {
        let Self { process, clock, world } = self;
        drop(process);
        Self { process: world.process().await.unwrap(), clock, world }
    }

    /// The provider continues with an empty database.
    async fn lose_database(&mut self) {
        self.world.database = Database::sqlite().unwrap();
        self.process = self.world.process().await.unwrap();
    }

    async fn follow(&self) {
        self.process.follow().await.unwrap();
    }

    fn clearing(&self, settings: ClearingSettings) -> ClearingStage {
        self.process.clearing(self.clock.clone(), settings)
    }

    /// Reads the chain and answers orders, once.
    async fn clear(&self) -> Counts {
        self.follow().await;
        self.clearing(ClearingSettings::default()).run().await.unwrap()
    }

    /// Signs and sends what is wanted; each transaction makes a block.
    async fn settle(&self) -> Counts {
        let (claim_every, confirmations) = (Duration::from_secs(1), CONFIRMATIONS);
        let settlement =
            SettlementStage { clock: self.clock.clone(), claim_every, confirmations, ..self.process.settlement() };
        settlement.run().await.unwrap()
    }

    /// Terms that differ by their salt alone.
    async fn terms(&self, salt: u64) -> AuctionOrder {
        let now = u32::try_from(self.world.devnet.time().await.unwrap()).unwrap();
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
        let deployment = &self.world.devnet.deployment;
        let order = transactions::ask(&self.world.devnet, terms.clone(), DEPOSIT).await.unwrap();
        assert_eq!(order, order_id(deployment.chain_id, deployment.market, &terms), "as the contract computes it");
        order
    }

    /// How many bids the chain has of ours on an order.
    async fn bids(&self, order: B256) -> u8 {
        let market = self.world.devnet.market(Actor::Stranger).await.unwrap();
        market.orderOf(order).call().await.unwrap().bids
    }

    async fn held(&self) -> u32 {
        self.world.capacity(self.world.owner.provider).await.unwrap().heldMillicores
    }

    async fn wish(&self, order: B256) -> Option<IntentState> {
        self.process.store.intent(IntentKey::Bid { order }).await.unwrap().map(|row| row.state)
    }

    async fn bury(&self) {
        self.world.devnet.mine(CONFIRMATIONS + 1).await.unwrap();
        self.follow().await;
        self.settle().await;
    }
}

#[tokio::test]
async fn a_death_between_reservation_and_bid_costs_nothing() {
    for database in Database::each().await.unwrap() {
        let mut bidder = Bidder::on(database).await;
        let order = bidder.ask(1).await;
        assert_eq!(bidder.clear().await["bids"], 1);
        // 8 replicas of the order's shape.
        assert_eq!(bidder.process.store.reserved().await.unwrap(), Amounts([800, 512, 512, 0]));
        assert_eq!((bidder.wish(order).await, bidder.bids(order).await), (Some(IntentState::Prepared), 0));
        bidder = bidder.restart().await;
        assert!(!bidder.clear().await.contains_key("bids"), "it is wanted already");
        bidder.settle().await;
        assert_eq!((bidder.bids(order).await, bidder.held().await), (1, 800));
        // Mined, and not read yet: it stays reserved, or it could be sold twice.
        bidder = bidder.restart().await;
        assert_eq!(bidder.process.store.reserved().await.unwrap().0[0], 800);
        assert_eq!(bidder.clear().await["freed"], 1);
        assert_eq!(bidder.process.store.reserved().await.unwrap(), Amounts::default());
        let row = bidder.process.store.order(order).await.unwrap().unwrap();
        let Some(BidDecision::Bid { id, bid }) = &row.decision else { panic!("{row:?}") };
        assert_eq!(*id, bid_id(order, bid), "as the contract computes it");
        assert!(row.order.auction.bids.contains_key(id));
        bidder.bury().await;
        bidder.clear().await;
        bidder.settle().await;
        assert_eq!((bidder.bids(order).await, bidder.held().await), (1, 800), "never twice");
    }
}

#[tokio::test]
async fn a_death_at_any_call_ends_in_one_bid() {
    let bidder = Bidder::new().await;
    let mut salt = 10;
    for calls in 0..4 {
        for last_call in [LastCall::NotSent, LastCall::NotAnswered] {
            salt += 1;
            let order = bidder.ask(salt).await;
            bidder.follow().await;
            let ethereum = Arc::new(KillableEthereum::new(bidder.process.ethereum.clone(), calls, last_call));
            let clearing = ClearingStage { ethereum: ethereum.clone(), ..bidder.clearing(ClearingSettings::default()) };
            let run = clearing.run().await;
            assert_eq!(run.is_err(), ethereum.was_killed(), "{calls} calls, {last_call:?}");
            bidder.clear().await;
            bidder.settle().await;
            bidder.clear().await;
            assert_eq!(bidder.bids(order).await, 1, "{calls} calls, {last_call:?}");
            assert_eq!(bidder.process.store.reserved().await.unwrap(), Amounts::default());
        }
    }
    assert_eq!(bidder.held().await, 8 * 800);
}

#[tokio::test]
async fn a_reorg_that_takes_the_order_back_frees_what_was_reserved() {
    for database in Database::each().await.unwrap() {
        let bidder = Bidder::on(database).await;
        let terms = bidder.terms(1).await;
        bidder.world.devnet.mine(3).await.unwrap();
        let order = transactions::ask(&bidder.world.devnet, terms.clone(), DEPOSIT).await.unwrap();
        bidder.clear().await;
        bidder.settle().await;
        bidder.clear().await;
        assert_eq!((bidder.bids(order).await, bidder.held().await), (1, 800));

        bidder.world.devnet.reorg(2, Vec::new()).await.unwrap();
        assert_eq!((bidder.bids(order).await, bidder.held().await), (0, 0));
        bidder.clear().await;
        assert!(bidder.process.store.order(order).await.unwrap().is_none(), "the order is gone");
        // The signed bytes are sent again and refused; that is known when it is final.
        for _ in 0..3 {
            bidder.settle().await;
            bidder.world.devnet.mine(1).await.unwrap();
        }
        bidder.bury().await;
        assert_eq!(bidder.wish(order).await, Some(IntentState::Failed));
        bidder.clear().await;
        assert_eq!((bidder.process.store.reserved().await.unwrap(), bidder.held().await), (Amounts::default(), 0));

        // It comes again, and is answered again: the first bid never had an effect.
        let again = transactions::ask(&bidder.world.devnet, terms, DEPOSIT).await.unwrap();
        assert_eq!(again, order);
        bidder.clear().await;
        bidder.clock.0.store(60_000, Ordering::SeqCst);
        let counts = bidder.clear().await;
        assert_eq!(counts.get("bids"), Some(&1), "{counts:?}");
        bidder.settle().await;
        assert_eq!((bidder.bids(order).await, bidder.held().await), (1, 800));
    }
}

#[tokio::test]
async fn a_reorg_that_takes_back_the_loss_keeps_the_bid_and_its_end() {
    let bidder = Bidder::new().await;
    let terms = bidder.terms(1).await;
    let order = transactions::ask(&bidder.world.devnet, terms.clone(), DEPOSIT).await.unwrap();
    bidder.clear().await;
    bidder.settle().await;
    bidder.clear().await;
    bidder.bury().await;
    let tenant = bidder.world.devnet.market(Actor::Tenant).await.unwrap();
    let cancel = async || {
        let call = tenant.cancelOrder(terms.clone());
        transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    };
    cancel().await;
    assert_eq!(bidder.clear().await["released"], 1);
    bidder.world.devnet.reorg(1, Vec::new()).await.unwrap();
    // The order is open again; the release is refused, and waits for no one.
    bidder.settle().await;
    bidder.clear().await;
    assert_eq!((bidder.bids(order).await, bidder.held().await), (1, 800), "the bid binds again");
    cancel().await;
    bidder.clear().await;
    bidder.settle().await;
    bidder.clear().await;
    assert_eq!((bidder.bids(order).await, bidder.held().await), (0, 0));
    let market = bidder.world.devnet.market(Actor::Stranger).await.unwrap();
    let earned = market.earnings(Actor::Provider.address(), Address::ZERO).call().await.unwrap();
    assert_eq!(earned, U256::from(bidder.world.devnet.deployment.parameters.bidDeposit));
}

#[tokio::test]
async fn a_provider_that_lost_its_memory_finds_its_bids_on_chain() {
    let mut bidder = Bidder::new().await;
    let (open, lost) = (bidder.ask(1).await, bidder.terms(2).await);
    transactions::ask(&bidder.world.devnet, lost.clone(), DEPOSIT).await.unwrap();
    bidder.clear().await;
    bidder.settle().await;
    bidder.clear().await;
    assert_eq!(bidder.held().await, 1600);
    let tenant = bidder.world.devnet.market(Actor::Tenant).await.unwrap();
    let call = tenant.cancelOrder(lost);
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    bidder.lose_database().await;
    assert_eq!(bidder.clear().await["adopted"], 2);
    assert_eq!(bidder.clear().await["released"], 1);
    bidder.settle().await;
    bidder.clear().await;
    assert_eq!((bidder.bids(open).await, bidder.held().await), (1, 800), "one is kept, the lost one given back");
}

#[tokio::test]
async fn an_expired_bid_comes_back() {
    let bidder = Bidder::new().await;
    let order = bidder.ask(1).await;
    bidder.clear().await;
    bidder.settle().await;
    bidder.clear().await;
    bidder.world.devnet.warp(Duration::from_secs(800)).await.unwrap();
    assert!(!bidder.clear().await.contains_key("released"), "it binds until it expires");
    bidder.world.devnet.warp(Duration::from_secs(200)).await.unwrap();
    assert_eq!(bidder.clear().await["released"], 1);
    bidder.settle().await;
    bidder.clear().await;
    assert_eq!((bidder.bids(order).await, bidder.held().await), (0, 0));
}

#[tokio::test]
async fn nothing_is_decided_on_a_stale_head() {
    let bidder = Bidder::new().await;
    let order = bidder.ask(1).await;
    bidder.follow().await;
    bidder.world.devnet.mine(10).await.unwrap();
    let stage = bidder.clearing(ClearingSettings::default());
    assert_eq!(stage.run().await.unwrap()["stale"], 1, "the chain is ahead of what was read");
    bidder.follow().await;
    bidder.clock.0.store(3_600_000, Ordering::SeqCst);
    assert_eq!(stage.run().await.unwrap()["stale"], 1, "the chain has stood still for an hour");
    assert_eq!(bidder.wish(order).await, None);
    bidder.clock.0.store(0, Ordering::SeqCst);
    assert_eq!(stage.run().await.unwrap()["bids"], 1);
}

#[tokio::test]
async fn a_provider_that_drains_takes_back_what_it_has_not_signed() {
    let bidder = Bidder::new().await;
    let order = bidder.ask(1).await;
    bidder.clear().await;
    let draining = bidder.clearing(ClearingSettings { drain: true, ..ClearingSettings::default() });
    assert_eq!(draining.run().await.unwrap()["withdrawn"], 1);
    draining.run().await.unwrap();
    assert_eq!(bidder.wish(order).await, Some(IntentState::Failed));
    assert_eq!(bidder.process.store.reserved().await.unwrap(), Amounts::default());
    bidder.settle().await;
    assert_eq!(bidder.bids(order).await, 0);
}
