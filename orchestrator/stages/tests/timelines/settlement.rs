//! The settlement stage carries intents to the chain and claims what has matured.
//!
//! A transaction that is sent in one second is in the block of the next. It is final when 3 blocks are on top of its own,
//! and is replaced when it has waited for 5 seconds. A root matures in 4 seconds.

use alloy::primitives::{Address, Bytes, U256};
use lease::intent::Intent;
use ports::{ethereum::Fees, testing::FakeTransaction};
use solidity::Market::{postRootCall, settleBatchCall};
use store::IntentState;

use super::{
    named,
    world::{NewLease, Settings, World},
};

const SETTLEMENT: &[&str] = &["settlement"];

async fn world() -> World {
    World::new(SETTLEMENT, Settings::default()).await
}

/// A transaction without effect that is wanted under a key.
async fn want(world: &World, key: &str) {
    let intent = Intent {
        key: named(key),
        to: Address::repeat_byte(0x77),
        data: Bytes::from(key.as_bytes().to_vec()),
        value: U256::ZERO,
    };
    world.prepare(&intent).await;
}

/// The keys of transactions, in their order.
fn keys<'a>(transactions: impl IntoIterator<Item = &'a FakeTransaction>) -> Vec<String> {
    transactions.into_iter().map(|sent| String::from_utf8_lossy(&sent.call.data).into_owned()).collect()
}

fn mined(world: &World) -> Vec<String> {
    let mined = world.chain.mined();
    keys(mined.iter().map(|(transaction, _)| transaction))
}

#[tokio::test(start_paused = true)]
async fn an_intent_is_sent_mined_and_final() {
    let mut world = world().await;
    want(&world, "a").await;
    world.at(1).await;
    assert_eq!(world.state("a").await, Some(IntentState::Sent));
    world.at(2).await;
    assert_eq!(world.state("a").await, Some(IntentState::Mined));
    world.at(4).await;
    assert_eq!(world.state("a").await, Some(IntentState::Mined), "two blocks are on top of block 2");
    world.at(5).await;
    assert_eq!(world.state("a").await, Some(IntentState::Final));
}

#[tokio::test(start_paused = true)]
async fn intents_are_sent_in_nonce_order_in_the_order_in_which_they_were_wanted() {
    let mut world = world().await;
    for key in ["c", "a", "b"] {
        want(&world, key).await;
        world.time.advance(std::time::Duration::from_millis(1)).await;
    }
    world.at(1).await;
    let pool = world.chain.pool();
    assert_eq!(pool.iter().map(|sent| sent.nonce).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(keys(&pool), ["c", "a", "b"]);
    want(&world, "d").await;
    world.at(3).await;
    assert_eq!(mined(&world), ["c", "a", "b", "d"]);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_before_sending_sends_the_bytes_that_it_wrote_down() {
    let mut world = world().await;
    world.chain.fail("send_raw", 1);
    want(&world, "a").await;
    world.at(1).await;
    assert!(world.error("settlement").unwrap().contains("does not answer (send_raw)"));
    let written = world.store.open_intents().await.unwrap()[0].sendings[0].tx;
    world.chain.set_fees(Fees { max: 900, priority: 9 });
    world.restart();
    world.at(2).await;
    assert_eq!(world.chain.pool()[0].hash, written, "signed once, with the fees of second 1");
    world.at(9).await;
    assert_eq!(mined(&world), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_sends_nothing_twice() {
    let mut world = world().await;
    world.chain.lose_answer();
    want(&world, "a").await;
    world.at(1).await;
    assert!(world.error("settlement").is_some());
    assert_eq!(world.chain.pool().len(), 1);
    world.restart();
    world.at(9).await;
    assert_eq!(mined(&world), ["a"]);
    assert_eq!(world.state("a").await, Some(IntentState::Final));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_waits_is_replaced_with_a_higher_fee_under_its_nonce() {
    let mut world = world().await;
    world.chain.demand_fee(120);
    want(&world, "a").await;
    world.at(5).await;
    assert_eq!(world.chain.pool()[0].fees, Fees { max: 100, priority: 1 });
    world.at(6).await;
    assert_eq!(world.when("settlement", "replaced"), [6]);
    assert_eq!(world.chain.pool()[0].fees, Fees { max: 113, priority: 2 }, "an eighth more");
    world.at(11).await;
    assert_eq!(world.when("settlement", "replaced"), [6, 11]);
    let [replacement] = &world.chain.pool()[..] else { panic!("one transaction waits") };
    assert_eq!((replacement.nonce, replacement.fees), (0, Fees { max: 128, priority: 3 }));
    world.at(12).await;
    assert_eq!((world.state("a").await, mined(&world)), (Some(IntentState::Mined), vec!["a".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_fee_grows_to_four_times_what_a_new_transaction_would_offer() {
    let mut world = world().await;
    world.chain.demand_fee(u128::MAX);
    want(&world, "a").await;
    world.at(120).await;
    let fee = world.chain.pool()[0].fees.max;
    assert!((350..=400).contains(&fee), "{fee}");
    assert_eq!(world.when("settlement", "resent").last(), Some(&116), "it is sent again as it is");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_a_reorg_takes_back_is_open_again_and_mined_once() {
    let mut world = world().await;
    want(&world, "a").await;
    world.at(3).await;
    assert_eq!(world.state("a").await, Some(IntentState::Mined));
    world.chain.reorg(2);
    world.chain.forget_pool();
    world.at(4).await;
    assert_eq!(world.when("settlement", "reorged"), [4]);
    assert_eq!(world.state("a").await, Some(IntentState::Sent));
    assert_eq!(keys(&world.chain.pool()), ["a"], "the same bytes are sent again");
    world.at(8).await;
    assert_eq!(mined(&world), ["a"]);
    assert_eq!(world.when("settlement", "final"), [8], "3 blocks after the block of second 5");
}

#[tokio::test(start_paused = true)]
async fn a_nonce_that_a_foreign_transaction_used_is_given_up_when_that_is_final() {
    let mut world = world().await;
    want(&world, "a").await;
    world.at(1).await;
    world.chain.use_nonce();
    world.at(4).await;
    assert_eq!(world.state("a").await, Some(IntentState::Sent), "a reorg could still bring ours back");
    world.at(5).await;
    assert_eq!(world.when("settlement", "foreign"), [5]);
    world.at(6).await;
    let row = world.intent("a").await.unwrap();
    assert_eq!((row.state, row.nonce), (IntentState::Mined, Some(1)));
}

#[tokio::test(start_paused = true)]
async fn a_nonce_that_a_reorg_left_unused_is_filled() {
    let mut world = world().await;
    world.chain.use_nonce();
    want(&world, "a").await;
    world.at(1).await;
    assert_eq!(world.chain.pool()[0].nonce, 1, "another program used nonce 0");
    world.chain.reorg(1);
    let own = world.chain.pool().into_iter().filter(|sent| sent.nonce == 1).collect::<Vec<_>>();
    world.chain.drop_transaction(0);
    world.at(5).await;
    assert_eq!(world.chain.pool(), own, "no transaction uses nonce 0 any more, so nonce 1 waits");
    world.at(6).await;
    assert_eq!(world.when("settlement", "filled"), [6]);
    world.at(7).await;
    assert_eq!(world.state("a").await, Some(IntentState::Mined));
}

#[tokio::test(start_paused = true)]
async fn a_wallet_without_funds_is_reported_and_sends_as_soon_as_it_is_funded() {
    let mut world = world().await;
    world.chain.set_balance(U256::from(1));
    want(&world, "a").await;
    world.at(3).await;
    let error = world.error("settlement").unwrap();
    assert!(error.contains("cannot pay for gas: send it the chain's coin"), "{error}");
    assert_eq!((world.chain.pool().len(), world.state("a").await), (0, Some(IntentState::Sent)));
    world.chain.set_balance(U256::MAX);
    world.at(5).await;
    assert_eq!((world.error("settlement"), world.state("a").await), (None, Some(IntentState::Mined)));
}

#[tokio::test(start_paused = true)]
async fn what_can_only_fail_is_not_sent_and_what_comes_too_early_waits() {
    let mut world = World::new(&["proof", "settlement"], Settings::default()).await;
    world.open(NewLease::default()).await;
    world.chain.refuse::<postRootCall>("RootTooSoon(until: 1700000009)");
    want(&world, "a").await;
    world.at(3).await;
    assert_eq!(world.when("settlement", "waits"), [1, 2, 3], "the newer intent goes past");
    assert_eq!(
        (world.state("root:1").await, world.state("a").await),
        (Some(IntentState::Prepared), Some(IntentState::Mined))
    );
    world.chain.refuse::<postRootCall>("NotRegistered(provider: 0x11)");
    world.at(4).await;
    let row = world.intent("root:1").await.unwrap();
    assert_eq!((row.state, row.nonce), (IntentState::Failed, None));
    assert_eq!(row.error.as_deref(), Some("NotRegistered(provider: 0x11)"));
}

#[tokio::test(start_paused = true)]
async fn the_gas_budget_of_an_hour_holds_back_what_exceeds_it() {
    // A call is estimated at 50,000 gas and signed with a limit of 67,500.
    let mut world = World::new(SETTLEMENT, Settings { gas_per_hour: 120_000, ..Settings::default() }).await;
    for key in ["a", "b"] {
        want(&world, key).await;
    }
    world.at(1).await;
    assert_eq!(
        (world.state("a").await, world.state("b").await),
        (Some(IntentState::Sent), Some(IntentState::Prepared))
    );
    world.at(2).await;
    assert_eq!(world.state("b").await, Some(IntentState::Sent), "the first used 50,000 of its limit");
}

#[tokio::test(start_paused = true)]
async fn a_matured_statement_is_claimed_and_pays_what_was_proven() {
    let mut world = World::new(&["proof", "settlement"], Settings { claim_every: 0, ..Settings::default() }).await;
    let lease = world.open(NewLease::default()).await;
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    // Epoch 1 states nothing. Epoch 2 closes in second 12, its root is posted in second 13 and matures in second 17.
    world.at(16).await;
    assert_eq!(world.when("settlement", "claims"), [0; 0]);
    world.at(17).await;
    assert_eq!(world.when("settlement", "claims"), [17]);
    world.at(18).await;
    let settled = world.lease(lease).await;
    assert_eq!((settled.paid, settled.settled_at), (U256::from(11), World::unix(12)), "11 replica-seconds");
}

#[tokio::test(start_paused = true)]
async fn a_closed_lease_is_claimed_when_its_last_statement_matures() {
    let mut world = World::new(&["proof", "settlement"], Settings::default()).await;
    let lease = world.open(NewLease::default()).await;
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    world.at(4).await;
    world.close(lease);
    world.at(6).await;
    world.end_meter(lease).await;
    // The last epoch closes in second 7, its root is posted in second 8 and matures in second 12.
    world.at(30).await;
    assert_eq!(world.when("settlement", "claims"), [12]);
    assert_eq!(world.lease(lease).await.paid, U256::from(4));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_fails_is_tried_again_lease_by_lease() {
    let mut world = World::new(&["proof", "settlement"], Settings { claim_every: 0, ..Settings::default() }).await;
    let leases = [world.open(NewLease::default()).await, world.open(NewLease::default()).await];
    world.at(1).await;
    for lease in leases {
        world.busy(lease, 1, 100).await;
    }
    world.chain.refuse::<settleBatchCall>("BadPath()");
    world.at(17).await;
    assert_eq!(world.when("settlement", "claims"), [17]);
    assert_eq!(world.when("settlement", "failed"), [17]);
    world.chain.accept::<settleBatchCall>();
    world.at(20).await;
    assert_eq!(world.when("settlement", "claims"), [17, 18]);
    for lease in leases {
        assert_eq!(world.lease(lease).await.paid, U256::from(11));
    }
    let claims = world.intents().await.into_iter().filter(|key| key.starts_with("settle:2:")).count();
    assert_eq!(claims, 2, "one of them has the failed batch's key");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_stays_exhausted_beyond_the_grace_period_is_closed() {
    let mut world = World::new(&["container", "settlement"], Settings { grace: 20, ..Settings::default() }).await;
    let lease = world.open(NewLease { deposit: 10, ..NewLease::default() }).await;
    // Exhausted in second 11. The contract lets the provider close when the notice period's 30 seconds are owed beyond that.
    world.at(40).await;
    assert_eq!(world.when("settlement", "closes"), [0; 0]);
    world.at(41).await;
    assert_eq!(world.when("settlement", "closes"), [41]);
    world.at(42).await;
    assert_eq!(world.lease(lease).await.closed_at, Some(World::unix(42)));
}
