//! The proof stage closes epochs: it states what was metered, and writes the root and the intent to post it.
//!
//! On this market an epoch lasts 10 seconds, and two roots of a provider are at least 2 seconds apart.

use alloy::{
    primitives::{B256, U256, aliases::U96},
    sol_types::SolCall,
};
use lease::intent::Intent;
use solidity::{
    Market::{ProviderRegistered, SilenceReported, postRootCall},
    Statement, leaf,
    tree::climb,
};
use store::IntentState;

use super::world::{NewLease, PROVIDER, Settings, World};

async fn world() -> World {
    World::new(&["proof"], Settings::default()).await
}

#[tokio::test(start_paused = true)]
async fn an_epoch_closes_when_the_epoch_length_has_passed_since_the_last_root() {
    let mut world = world().await;
    world.open(NewLease::default()).await;
    world.at(1).await;
    assert_eq!(world.when("proof", "epochs"), [1], "a provider without a root closes its first epoch at once");
    world.post(1).await;
    world.at(11).await;
    assert_eq!(world.when("proof", "epochs"), [1], "the root was posted in second 2");
    world.at(12).await;
    assert_eq!(world.when("proof", "epochs"), [1, 12]);
}

#[tokio::test(start_paused = true)]
async fn a_statement_holds_what_was_metered_until_the_epoch_closed() {
    let mut world = world().await;
    let lease = world.open(NewLease { replicas: 2, ..NewLease::default() }).await;
    world.at(1).await;
    world.post(1).await;
    world.busy(lease, 2, 50).await;
    world.at(12).await;
    let nothing = Statement { time: World::unix(1) as u32, ..Statement::default() };
    assert_eq!(world.statement(1, lease).await, Some(nothing));
    let stated = Statement {
        time: World::unix(12) as u32,
        replicaSeconds: 22,
        cpuNanos: U96::from(11_000_000_000u64),
        utilization: 5_000,
        ..Statement::default()
    };
    assert_eq!(world.statement(2, lease).await, Some(stated));
}

#[tokio::test(start_paused = true)]
async fn the_root_is_over_the_leaves_of_all_open_leases() {
    let mut world = world().await;
    let leases = [world.open(NewLease::default()).await, world.open(NewLease::default()).await];
    world.at(1).await;
    let mut leaves = Vec::new();
    for lease in leases {
        leaves.push(leaf(lease, &world.statement(1, lease).await.unwrap()));
    }
    let root = climb(leaves[0], &[leaves[1]]);
    let Intent { data, value, .. } = world.intent("root:1").await.unwrap().intent;
    let call = postRootCall::abi_decode(&data).unwrap();
    assert_eq!((call.epoch, call.root, value), (U256::from(1), root, U256::ZERO));
}

#[tokio::test(start_paused = true)]
async fn no_epoch_closes_while_the_last_root_is_not_on_chain() {
    let mut world = world().await;
    world.open(NewLease::default()).await;
    world.at(40).await;
    assert_eq!(world.when("proof", "epochs"), [1]);
    assert_eq!(world.when("proof", "under_way"), (2..=40).collect::<Vec<_>>());
    world.post(1).await;
    world.at(50).await;
    assert_eq!(world.when("proof", "epochs"), [1], "the root was posted in second 41");
    world.at(51).await;
    assert_eq!(world.when("proof", "epochs"), [1, 51]);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_between_writing_and_sending_states_nothing_twice() {
    let mut world = world().await;
    let lease = world.open(NewLease::default()).await;
    world.at(1).await;
    let (statement, intent) = (world.statement(1, lease).await, world.intent("root:1").await);
    assert_eq!(intent.as_ref().map(|intent| intent.state), Some(IntentState::Prepared));
    world.busy(lease, 1, 90).await;
    world.restart();
    world.at(20).await;
    assert_eq!(world.when("proof", "epochs"), [1]);
    assert_eq!(world.statement(1, lease).await, statement, "what was stated stays, whatever was metered since");
    assert_eq!(world.intent("root:1").await, intent);
    assert_eq!(world.intents().await, ["root:1"]);
}

#[tokio::test(start_paused = true)]
async fn an_idle_lease_is_stated_with_the_same_counters_at_a_later_time() {
    let mut world = world().await;
    let lease = world.open(NewLease::default()).await;
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    world.post(1).await;
    world.at(12).await;
    world.busy(lease, 0, 0).await;
    world.post(2).await;
    world.at(23).await;
    let (busy, idle) = (world.statement(2, lease).await.unwrap(), world.statement(3, lease).await.unwrap());
    assert_eq!((busy.time, busy.replicaSeconds, busy.utilization), (World::unix(12) as u32, 11, 10_000));
    assert_eq!(idle, Statement { time: World::unix(23) as u32, utilization: 0, ..busy });
}

#[tokio::test(start_paused = true)]
async fn a_closed_lease_gets_its_last_statement_as_soon_as_roots_may_be_spaced() {
    let mut world = world().await;
    let lease = world.open(NewLease::default()).await;
    world.at(1).await;
    world.post(1).await;
    world.busy(lease, 1, 100).await;
    world.at(4).await;
    world.close(lease);
    world.at(6).await;
    assert_eq!(world.when("proof", "epochs"), [1], "its containers may still run: the counters are not final");
    world.end_meter(lease).await;
    world.at(7).await;
    assert_eq!(world.when("proof", "epochs"), [1, 7]);
    let last = world.statement(2, lease).await.unwrap();
    assert_eq!(last.replicaSeconds, 4, "open from second 1 to second 5; what ran after that is not claimed");
    world.post(2).await;
    world.at(30).await;
    assert_eq!(world.when("proof", "epochs"), [1, 7], "there is nothing more to state");
}

#[tokio::test(start_paused = true)]
async fn an_early_proof_closes_the_epoch_as_soon_as_roots_may_be_spaced() {
    let mut world = world().await;
    let lease = world.open(NewLease::default()).await;
    world.at(1).await;
    world.post(1).await;
    world.at(2).await;
    world.request_early_proof(lease).await;
    world.at(3).await;
    assert_eq!(world.when("proof", "epochs"), [1], "the root was posted in second 2, and two are 2 seconds apart");
    world.at(4).await;
    assert_eq!(world.when("proof", "epochs"), [1, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_reported_as_silent_posts_a_root_over_nothing() {
    let mut world = world().await;
    world.chain.emit(&ProviderRegistered { provider: PROVIDER, ..ProviderRegistered::default() });
    world.at(5).await;
    assert_eq!(world.when("proof", "epochs"), [0; 0], "a provider without leases owes no root");
    world.chain.emit(&SilenceReported { provider: PROVIDER, ..SilenceReported::default() });
    world.at(6).await;
    assert_eq!(world.when("proof", "reported"), [6]);
    let closed = world.store.epoch(1).await.unwrap().unwrap();
    assert_eq!((closed.root, closed.closed_at), (B256::ZERO, World::unix(6)));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_stated_about_leases_that_a_forgotten_root_may_have_covered() {
    let mut world = world().await;
    let before = world.open(NewLease::default()).await;
    world.post_foreign(1, B256::repeat_byte(7));
    world.at(1).await;
    assert_eq!(world.when("proof", "epochs"), [0; 0], "the database was lost, and the chain shows a root of before");
    let after = world.open(NewLease::default()).await;
    world.at(11).await;
    assert_eq!(world.when("proof", "epochs"), [11]);
    assert_eq!(world.when("proof", "forgotten").last(), Some(&11));
    assert!(world.statement(2, before).await.is_none() && world.statement(2, after).await.is_some());
}
