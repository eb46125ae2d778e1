//! The scale stage gets a replica count from a lease's autoscaler and sends the step that proof justifies.
//!
//! The lease's manifest names `hpa-80`, which wants ⌈replicas × utilization ÷ 80 %⌉. Its policy on chain: 1 to 4 replicas, up
//! above 80 %, down below 40 %, a target of 70 %, at most 2 replicas a step, 10 seconds between two steps. A root that is sent
//! in one second is on chain in the next, and two roots are at least 2 seconds apart.

use alloy::{
    primitives::{B256, U256},
    sol_types::SolCall,
};
use lease::intent::{IntentKey, IntentKind};
use ports::demand::Demand;
use solidity::{
    LeasePolicy,
    Market::{LeaseScaled, scaleByProofCall},
    leaf,
    tree::climb,
};
use store::scale::{Ruling, RulingOutcome};

use super::world::{NewLease, Settings, World};

const MANIFEST: &str = "services:\n  web:\n    image: app\nx-tidemark: {scaling: {policy: hpa-80}}\n";

const THRESHOLD: &str = "services:\n  web:\n    image: app\nx-tidemark: {scaling: {policy: threshold}}\n";

const ALL: &[&str] = &["proof", "scale", "settlement"];

fn lease() -> NewLease {
    NewLease { manifest: MANIFEST, ..NewLease::default() }
}

async fn world() -> World {
    World::new(ALL, Settings::default()).await
}

async fn ruling(world: &World, lease: B256) -> Ruling {
    world.store.scaling(lease).await.unwrap().unwrap().ruling
}

async fn replicas(world: &World, lease: B256) -> u16 {
    world.lease(lease).await.replicas
}

/// The seconds in which the outbox got a step.
async fn steps(world: &World) -> Vec<u64> {
    world.wanted(IntentKind::Scale).await
}

#[tokio::test(start_paused = true)]
async fn a_demand_that_the_meters_show_is_proven_early_and_then_stepped_to() {
    let mut world = world().await;
    let lease = world.open(lease()).await;
    world.at(13).await;
    world.busy(lease, 1, 100).await;
    world.at(14).await;
    let first = ruling(&world, lease).await;
    assert_eq!((first.outcome, first.wish), (RulingOutcome::Proving, 2), "{:?}", first.bound);
    world.at(16).await;
    assert_eq!(world.when("proof", "epochs"), [1, 12, 15], "2 seconds after the root of second 13");
    assert_eq!(steps(&world).await, [16], "as soon as the early root is on chain");
    world.at(17).await;
    assert_eq!(replicas(&world, lease).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_step_carries_the_statement_that_justifies_it() {
    let mut world = world().await;
    let lease = world.open(lease()).await;
    let other = world.open(idle()).await;
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    world.at(20).await;
    let row = world.store.recent_intents(IntentKind::Scale, 0).await.unwrap().remove(0);
    let step = scaleByProofCall::abi_decode(&row.intent.data).unwrap().step;
    let epoch = ruling_of_step(&world, lease).await.evidence.unwrap().epoch;
    let stated = world.statement(epoch, lease).await.unwrap();
    assert_eq!((step.replicas, &step.claim.statement), (2, &stated));
    assert_eq!(stated.utilization, 10_000);
    assert_eq!(step.path.len(), 1, "the sibling is the statement of {other}");
    assert_eq!(climb(leaf(lease, &stated), &step.path), world.store.epoch(epoch).await.unwrap().unwrap().root);
    assert_eq!((row.intent.key, row.intent.value), (IntentKey::Scale { lease, epoch }, U256::ZERO));
}

fn idle() -> NewLease {
    NewLease { replicas: 1, ..NewLease::default() }
}

/// The newest ruling that stepped.
async fn ruling_of_step(world: &World, lease: B256) -> Ruling {
    let rulings = world.store.rulings(lease, 100).await.unwrap();
    rulings.into_iter().find(|ruling| ruling.outcome == RulingOutcome::Stepping).unwrap()
}

#[tokio::test(start_paused = true)]
async fn no_step_is_sent_before_the_cooldown_of_the_last_one_is_over() {
    let mut world = world().await;
    let policy = LeasePolicy { cooldown: 20, ..lease().policy };
    let lease = world.open(NewLease { policy, ..lease() }).await;
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    world.at(22).await;
    assert_eq!(steps(&world).await, [21], "the opening in second 1 counts as a step");
    assert_eq!((replicas(&world, lease).await, world.lease(lease).await.since), (2, World::unix(22)));
    world.busy(lease, 2, 100).await;
    world.at(41).await;
    let held = ruling(&world, lease).await;
    assert_eq!((held.outcome, held.wish, held.granted), (RulingOutcome::Held, 3, 2));
    assert_eq!(held.bound.as_deref(), Some("the last step was 19 s ago and the cooldown is 20 s"));
    world.at(42).await;
    assert_eq!(steps(&world).await, [21, 42]);
    world.at(43).await;
    assert_eq!(replicas(&world, lease).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_the_leases_money_does_not_cover_is_refused() {
    let mut world = world().await;
    // A replica needs 30 base units for the notice period.
    let lease = world.open(NewLease { deposit: 75, ..lease() }).await;
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    world.at(24).await;
    assert_eq!((steps(&world).await, replicas(&world, lease).await), (vec![], 1));
    let held = ruling(&world, lease).await;
    assert_eq!((held.outcome, held.wish, held.granted), (RulingOutcome::Held, 2, 1));
    assert_eq!(held.bound.as_deref(), Some("the lease's money covers 1 and the notice period"));
    world.top_up(lease, 100);
    world.at(26).await;
    assert_eq!((steps(&world).await, replicas(&world, lease).await), (vec![25], 2));
}

#[tokio::test(start_paused = true)]
async fn a_proven_utilization_within_the_thresholds_steps_nowhere() {
    let mut world = world().await;
    let lease = world.open(lease()).await;
    world.at(1).await;
    world.busy(lease, 1, 75).await;
    world.at(40).await;
    assert_eq!((steps(&world).await, replicas(&world, lease).await), (vec![], 1));
    assert_eq!(ruling(&world, lease).await.outcome, RulingOutcome::Steady);
    assert_eq!(world.when("proof", "epochs"), [1, 12, 23, 34], "and costs no root before its time");
}

#[tokio::test(start_paused = true)]
async fn a_step_down_waits_for_the_epochs_end() {
    let mut world = world().await;
    let policy = LeasePolicy { cooldown: 0, ..lease().policy };
    let lease = world.open(NewLease { replicas: 2, policy, manifest: THRESHOLD, ..lease() }).await;
    world.at(1).await;
    world.busy(lease, 2, 10).await;
    world.at(100).await;
    assert_eq!(replicas(&world, lease).await, 1);
    let epochs = world.when("proof", "epochs");
    assert!(epochs.windows(2).all(|pair| pair[1] - pair[0] >= 11), "{epochs:?}");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_the_market_refuses_is_not_tried_again_for_fifteen_seconds() {
    let mut world = world().await;
    let lease = world.open(lease()).await;
    world.chain.refuse::<scaleByProofCall>("CapacityExceeded(kind: 0, asked: 4000, free: 0)");
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    world.at(15).await;
    assert_eq!(steps(&world).await, [13]);
    let held = ruling(&world, lease).await;
    assert_eq!(held.outcome, RulingOutcome::Held);
    let why = "the market refused the last step: CapacityExceeded(kind: 0, asked: 4000, free: 0)";
    assert_eq!(held.bound.as_deref(), Some(why));
    world.chain.accept::<scaleByProofCall>();
    world.at(28).await;
    assert_eq!(steps(&world).await, [13]);
    world.at(29).await;
    assert_eq!(steps(&world).await, [13, 29]);
    world.at(30).await;
    assert_eq!(replicas(&world, lease).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_step_on_its_way_is_not_sent_again_by_the_next_process() {
    let mut world = world().await;
    let lease = world.open(lease()).await;
    world.at(1).await;
    world.busy(lease, 1, 100).await;
    world.at(13).await;
    assert_eq!(steps(&world).await, [13]);
    world.chain.demand_fee(u128::MAX);
    world.restart();
    world.at(30).await;
    assert_eq!(steps(&world).await, [13]);
    world.chain.demand_fee(0);
    world.at(31).await;
    assert_eq!(replicas(&world, lease).await, 2);
    let mined = world.chain.mined();
    let sent = mined.iter().filter(|(sent, _)| sent.call.data.starts_with(&scaleByProofCall::SELECTOR)).count();
    assert_eq!(sent, 1);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_request_wakes_a_lease_without_replicas() {
    let mut world = world().await;
    let policy = LeasePolicy { minReplicas: 0, ..lease().policy };
    let lease = world.open(NewLease { policy, manifest: THRESHOLD, ..lease() }).await;
    world.at(1).await;
    world.chain.emit(&LeaseScaled { lease, replicas: 0 });
    world.at(15).await;
    assert_eq!((steps(&world).await, replicas(&world, lease).await), (vec![], 0));
    world.upstreams.set(lease, Demand { arrived: 1, waiting: 1, ..Demand::default() });
    world.at(16).await;
    assert_eq!(steps(&world).await, [16], "the policy's headroom of 1 lets the provider wake it");
    world.at(17).await;
    assert_eq!(replicas(&world, lease).await, 1);
}
