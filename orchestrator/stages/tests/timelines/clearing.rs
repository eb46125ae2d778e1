//! The clearing stage answers orders: it reserves inventory and bids, and takes back what lost or expired.
//!
//! The settlement stage carries the bids to the chain, where they are in the block of the next second.

use alloy::primitives::{
    Address, B256, U256,
    aliases::{U80, U104},
};
use lease::{clearing::BidDecision, screen::Amounts};
use ports::testing::FakeChain;
use solidity::{
    AuctionOrder, Bid, LeasePolicy,
    Market::{
        BidAccepted, BidPlaced, Capacity, OfferListed, OrderOpened, ProviderRegistered, bidCall, capacityOfCall,
        intakeOpenCall,
    },
    Order, PriceList, Rates, Shape, bid_id, order_id,
};
use store::AnswerRow;

use super::world::{PROVIDER, Settings, TENANT, World};

const RIVAL: Address = Address::repeat_byte(0x44);

/// A registered provider of 4 CPUs with an offer of one base unit a second for each CPU.
async fn world(stages: &'static [&'static str], settings: Settings) -> World {
    let world = World::new(stages, settings).await;
    let shape = Shape { millicores: 4000, memoryMiB: 65_536, diskMiB: 0, gpus: 0 };
    world.chain.emit(&ProviderRegistered { provider: PROVIDER, capacity: shape, ..ProviderRegistered::default() });
    let prices = PriceList { millicore: U80::from(1_000_000_000u64), ..PriceList::default() };
    world.chain.emit(&OfferListed { offer: 1, provider: PROVIDER, currency: Address::ZERO, prices });
    world.chain.answer::<intakeOpenCall>(&true);
    hold(&world, 0);
    world
}

/// The contract says how many CPUs leases and bids hold.
fn hold(world: &World, cpus: u32) {
    let capacity = Capacity { millicores: 4000, heldMillicores: 1000 * cpus, memoryMiB: 65_536, ..Capacity::default() };
    world.chain.answer::<capacityOfCall>(&capacity);
}

/// The next block opens an order for so many replicas of one CPU, with its deadlines in the world's seconds.
fn order(world: &World, replicas: u16, bid_until: u64, accept_until: u64) -> B256 {
    let policy = LeasePolicy {
        minReplicas: 1,
        maxReplicas: replicas,
        target: 70,
        up: 80,
        down: 40,
        cooldown: 0,
        step: 1,
        headroom: 0,
    };
    let terms = AuctionOrder {
        tenant: TENANT,
        currency: Address::ZERO,
        order: Order {
            shape: Shape { millicores: 1000, memoryMiB: 1024, diskMiB: 0, gpus: 0 },
            replicas: 1,
            policy,
            maxRate: U104::MAX,
            manifestHash: B256::ZERO,
            salt: u64::from(replicas),
        },
        bidUntil: World::unix(bid_until) as u32,
        acceptUntil: World::unix(accept_until) as u32,
        attributes: Vec::new(),
    };
    let order = order_id(FakeChain::CHAIN_ID, FakeChain::MARKET, &terms);
    world.chain.emit(&OrderOpened { order, tenant: TENANT, deposit: U256::from(1000), terms });
    order
}

/// The next block holds a rival's bid.
fn rival_bids(world: &World, order: B256, accept_until: u64) -> B256 {
    let rates = Rates { reserved: U104::from(1), ..Rates::default() };
    let terms = Bid { provider: RIVAL, rates, expiry: World::unix(accept_until) as u32 };
    let bid = bid_id(order, &terms);
    world.chain.emit(&BidPlaced { order, bid, provider: RIVAL, terms });
    bid
}

async fn answer(world: &World, order: B256) -> AnswerRow {
    world.store.order(order).await.unwrap().unwrap()
}

/// The bid that was decided.
async fn own_bid(world: &World, order: B256) -> (B256, Bid) {
    match answer(world, order).await.decision {
        Some(BidDecision::Bid { id, bid }) => (id, bid),
        other => panic!("no bid but {other:?}"),
    }
}

/// Why there is no bid.
async fn reason(world: &World, order: B256) -> String {
    match answer(world, order).await.decision {
        Some(BidDecision::None { reason }) => reason,
        other => panic!("no reason but {other:?}"),
    }
}

async fn reserved_cpus(world: &World) -> u64 {
    let Amounts([millicores, ..]) = world.store.reserved().await.unwrap();
    millicores / 1000
}

const BOTH: &[&str] = &["clearing", "settlement"];

#[tokio::test(start_paused = true)]
async fn a_bid_reserves_inventory_until_the_chain_shows_it() {
    let mut world = world(BOTH, Settings::default()).await;
    let order = order(&world, 3, 20, 40);
    world.at(1).await;
    assert_eq!(reserved_cpus(&world).await, 3, "for the policy's highest count");
    let (id, bid) = own_bid(&world, order).await;
    assert_eq!((bid.rates.reserved, bid.expiry), (U104::from(1_000_000_000_000u64), World::unix(40) as u32));
    hold(&world, 3);
    world.at(2).await;
    assert_eq!(world.when("clearing", "bids"), [1]);
    assert_eq!(world.when("clearing", "freed"), [2], "the bid itself holds the capacity on chain now");
    assert_eq!(reserved_cpus(&world).await, 0);
    assert!(answer(&world, order).await.order.auction.bids.contains_key(&id));
}

#[tokio::test(start_paused = true)]
async fn a_bid_that_lost_is_released() {
    let mut world = world(BOTH, Settings::default()).await;
    let order = order(&world, 1, 20, 40);
    world.at(3).await;
    let rival = rival_bids(&world, order, 40);
    world.at(4).await;
    world.chain.emit(&BidAccepted { order, bid: rival, lease: B256::repeat_byte(9) });
    world.at(5).await;
    assert_eq!(world.when("clearing", "released"), [5]);
    world.at(6).await;
    let (id, _) = own_bid(&world, order).await;
    assert!(
        !answer(&world, order).await.order.auction.bids.contains_key(&id),
        "its release is in the block of second 6"
    );
    world.at(30).await;
    assert_eq!(world.when("clearing", "released"), [5]);
    assert_eq!(world.intents().await, [format!("bid:{order:#x}"), format!("release_bid:{id:#x}")]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_bid_stands_by_so_that_its_tenant_can_move_to_it() {
    let mut world = world(BOTH, Settings { standby: 10, ..Settings::default() }).await;
    let order = order(&world, 1, 20, 40);
    let rival = rival_bids(&world, order, 40);
    world.at(4).await;
    world.chain.emit(&BidAccepted { order, bid: rival, lease: B256::repeat_byte(9) });
    world.at(14).await;
    assert_eq!(world.when("clearing", "released"), [0; 0], "it lost in second 5");
    world.at(15).await;
    assert_eq!(world.when("clearing", "released"), [15]);
}

#[tokio::test(start_paused = true)]
async fn a_bid_that_won_is_kept() {
    let mut world = world(BOTH, Settings::default()).await;
    let order = order(&world, 1, 20, 40);
    world.at(3).await;
    let (bid, _) = own_bid(&world, order).await;
    world.chain.emit(&BidAccepted { order, bid, lease: B256::repeat_byte(9) });
    world.at(60).await;
    assert_eq!(world.when("clearing", "released"), [0; 0]);
    assert_eq!(answer(&world, order).await.order.auction.bids[&bid].lease, Some(B256::repeat_byte(9)));
}

#[tokio::test(start_paused = true)]
async fn a_bid_that_nobody_accepted_is_released_when_it_has_expired() {
    let mut world = world(BOTH, Settings::default()).await;
    order(&world, 1, 5, 10);
    world.at(10).await;
    assert_eq!(world.when("clearing", "released"), [0; 0], "it binds to its last second");
    world.at(11).await;
    assert_eq!(world.when("clearing", "released"), [11]);
}

#[tokio::test(start_paused = true)]
async fn a_bid_that_was_not_sent_is_withdrawn_when_the_bidding_ends() {
    let mut world = world(&["clearing"], Settings::default()).await;
    order(&world, 3, 5, 10);
    world.at(4).await;
    assert_eq!(reserved_cpus(&world).await, 3);
    world.at(6).await;
    assert_eq!(world.when("clearing", "withdrawn"), [5]);
    assert_eq!(world.when("clearing", "freed"), [6]);
    assert_eq!(reserved_cpus(&world).await, 0);
}

#[tokio::test(start_paused = true)]
async fn capacity_is_not_promised_twice() {
    let mut world = world(BOTH, Settings::default()).await;
    let orders = [order(&world, 3, 20, 40), order(&world, 2, 20, 40)];
    world.at(1).await;
    assert_eq!((world.when("clearing", "bids"), world.when("clearing", "declined")), (vec![1], vec![1]));
    let (first, second) = match answer(&world, orders[0]).await.decision {
        Some(BidDecision::Bid { .. }) => (orders[0], orders[1]),
        _ => (orders[1], orders[0]),
    };
    let why = reason(&world, second).await;
    let free = if first == orders[0] {
        "1000 millicores are free where 2000 are asked"
    } else {
        "2000 millicores are free where 3000 are asked"
    };
    assert!(why.contains(free), "{why}");
    // A rival wins the first order. What its bid held is free again, and the second order is looked at every 5 seconds.
    let rival = rival_bids(&world, first, 40);
    world.at(2).await;
    world.chain.emit(&BidAccepted { order: first, bid: rival, lease: B256::repeat_byte(9) });
    world.at(11).await;
    assert_eq!(world.when("clearing", "bids"), [1, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_after_deciding_bids_once() {
    let mut world = world(BOTH, Settings::default()).await;
    world.chain.fail("send_raw", 1);
    let order = order(&world, 1, 20, 40);
    world.at(1).await;
    assert!(world.error("settlement").is_some());
    let decided = own_bid(&world, order).await;
    world.restart();
    world.at(10).await;
    assert_eq!(own_bid(&world, order).await, decided);
    assert_eq!(world.when("clearing", "bids"), [1]);
    assert_eq!(world.chain.mined().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_bid_that_the_market_refuses_is_decided_again() {
    let mut world = world(BOTH, Settings::default()).await;
    world.chain.refuse::<bidCall>("CapacityExceeded(kind: 0, asked: 1000, free: 0)");
    let order = order(&world, 1, 20, 40);
    world.at(1).await;
    assert_eq!(world.when("settlement", "failed"), [1]);
    world.at(2).await;
    assert_eq!(reserved_cpus(&world).await, 0, "a bid that can no longer come holds nothing");
    world.chain.accept::<bidCall>();
    world.at(8).await;
    assert_eq!(world.when("clearing", "bids"), [1, 6], "5 seconds after the decision");
    assert_eq!(answer(&world, order).await.order.auction.bids.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_answered_while_the_newest_block_is_old() {
    let mut world = world(BOTH, Settings::default()).await;
    let order = order(&world, 1, 400, 500);
    world.time.advance(std::time::Duration::from_secs(125)).await;
    world.at(1).await;
    assert_eq!(world.when("clearing", "stale"), [1], "the machine's clock is 125 seconds ahead of the chain's");
    assert_eq!(answer(&world, order).await.decision, None);
}
