//! Leases that a reorg reverts, and leases whose money ends.

use std::time::Duration;

use alloy::primitives::B256;
use lease::reconcile::WorkloadStatus;
use tests::{
    transactions,
    wait::until,
    world::{DEPOSIT, Process, World, cgroup_exists},
};

/// Counts its visits in a volume.
const COUNTING: &str = r#"
services:
  web:
    image: tidemark-sample:latest
    command: ["front"]
    ports: ["8080"]
    volumes: ["kept:/data"]
volumes: { kept: {} }
"#;

/// How often the front says that it was visited, this time included.
async fn visit(process: &Process, lease: B256) -> u64 {
    let seen = process.store.containers(lease).await.unwrap().remove(0);
    let address = &seen.ports["8080/tcp"];
    // Docker publishes a port before the process behind it listens.
    until("the front to answer", async || {
        let Ok(answer) = reqwest::get(format!("http://{address}/")).await else { return Ok(None) };
        let said: serde_json::Value = answer.json().await?;
        Ok(said["visits"]["count"].as_u64())
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_reorg_takes_the_containers_back_and_in_the_end_the_volumes() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (kept, _) = world.open(&process, COUNTING, 1).await.unwrap();
    let (lost, _) = world.open(&process, COUNTING, 1).await.unwrap();
    process.until(kept, WorkloadStatus::Running).await.unwrap();
    process.until(lost, WorkloadStatus::Running).await.unwrap();
    let before = world.running(kept).await.unwrap();

    world.devnet.reorg(1, vec![]).await.unwrap();
    process.until(lost, WorkloadStatus::Removed).await.unwrap();
    assert!(!cgroup_exists(lost));
    assert_eq!(world.left(lost).await.unwrap(), [0, 0, 1], "the lease may come again, and its data with it");
    // Neither time nor a new process changes that, as long as a reorg could bring it back.
    world.devnet.mine(32).await.unwrap();
    drop(process);
    let process = world.process().await.unwrap();
    process.run().await.unwrap();
    assert_eq!(world.left(lost).await.unwrap(), [0, 0, 1]);

    world.devnet.mine(32).await.unwrap();
    until("the volumes to go", async || {
        process.run().await?;
        Ok((world.left(lost).await? == [0, 0, 0]).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(world.running(kept).await.unwrap(), before, "the other lease has felt nothing");
}

#[tokio::test]
async fn a_lease_that_comes_again_in_the_replacing_block_runs_on() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let order = world.order(COUNTING, 1);
    let (lease, _) = world.open_order(&process, COUNTING, order.clone(), DEPOSIT).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    let before = world.running(lease).await.unwrap();

    let taking = transactions::taking(&world.devnet, world.offer, order.clone(), DEPOSIT);
    world.devnet.reorg(1, vec![(taking, 0)]).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert!(process.store.lease(lease).await.unwrap().unwrap().generation > 1, "the reorg was seen");
    assert_eq!(world.running(lease).await.unwrap(), before);

    // Taken back, and opened again later: the containers are new, the data is not.
    assert_eq!(visit(&process, lease).await, 1);
    world.devnet.reorg(1, vec![]).await.unwrap();
    process.until(lease, WorkloadStatus::Removed).await.unwrap();
    world.open_order(&process, COUNTING, order, DEPOSIT).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert_ne!(world.running(lease).await.unwrap(), before);
    assert_eq!(visit(&process, lease).await, 2);
}

#[tokio::test]
async fn without_funds_a_lease_is_paused_and_after_the_grace_period_gone() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    // A wei a second.
    let order = world.order(COUNTING, 1);
    let (lease, _) = world.open_order(&process, COUNTING, order, 1_000).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    let container = world.slots(lease).await.unwrap();
    assert_eq!(visit(&process, lease).await, 1);

    world.devnet.warp(Duration::from_secs(1_000)).await.unwrap();
    let paused = process.until(lease, WorkloadStatus::Paused).await.unwrap();
    assert!(paused.reason.unwrap().contains("top-up"));
    assert!(world.running(lease).await.unwrap().values().all(|(_, since)| since.is_none()), "nothing runs unpaid");
    assert_eq!(world.left(lease).await.unwrap(), [1, 1, 1]);

    world.top_up(lease, 1_000).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert_eq!(world.slots(lease).await.unwrap(), container, "the same container");
    assert_eq!(visit(&process, lease).await, 2);

    world.devnet.warp(Duration::from_secs(1_000)).await.unwrap();
    process.until(lease, WorkloadStatus::Paused).await.unwrap();
    world.devnet.warp(Duration::from_secs(50)).await.unwrap();
    process.until(lease, WorkloadStatus::Paused).await.unwrap();
    assert_eq!(world.left(lease).await.unwrap(), [1, 1, 1], "within the grace period");
    // The period does not begin anew with another process.
    drop(process);
    let process = world.process().await.unwrap();
    world.devnet.warp(Duration::from_secs(20)).await.unwrap();
    let gone = process.until(lease, WorkloadStatus::Removed).await.unwrap();
    assert!(gone.reason.unwrap().contains("grace period"));
    assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0]);

    world.top_up(lease, 1_000).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert_eq!(visit(&process, lease).await, 1, "a new volume");
}
