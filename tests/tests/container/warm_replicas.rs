//! Warm replicas, which are created ahead: a step up starts them, and a step down keeps none that has run.

use std::{collections::BTreeSet, sync::Arc};

use alloy::primitives::B256;
use bollard::models::ContainerStateStatusEnum as Status;
use lease::reconcile::{ContainerState, Slot, WorkloadStatus};
use stages::container::ContainerSettings;
use tests::{
    killable_engine::{KillPoint, KillableEngine},
    wait::until,
    world::{Process, World, container_settings, engine},
};

use crate::process_killed::run_until;

const ONE: &str = r#"
services:
  web: { image: "tidemark-sample:latest", command: ["back"], volumes: ["kept:/data"] }
volumes: { kept: {} }
"#;

fn one_warm() -> ContainerSettings {
    ContainerSettings { warm: 1, ..container_settings() }
}

fn slot(replica: u16) -> Slot {
    Slot { replica, service: "web".to_owned() }
}

/// The replicas that are made and were never started.
async fn created(world: &World, lease: B256) -> anyhow::Result<Vec<u16>> {
    let view = engine().list(world.owner, Some(lease)).await?;
    let created = view.containers.into_iter().filter(|container| container.seen.state == ContainerState::Created);
    Ok(created.map(|container| container.seen.slot.replica).collect::<BTreeSet<_>>().into_iter().collect())
}

/// Runs until so many of the lease's containers are there.
async fn holds(process: &Process, world: &World, lease: B256, count: usize) {
    until("the lease's containers", async || {
        process.run().await?;
        Ok((world.containers(lease).await?.len() == count).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_step_up_starts_what_is_there_and_makes_nothing_before_it_runs() {
    let world = World::start().await.unwrap();
    let hand = Arc::new(KillableEngine::new(engine()));
    let process = world.process_with(hand.clone(), one_warm()).await.unwrap();
    let (lease, terms) = world.open(&process, ONE, 1).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    holds(&process, &world, lease, 2).await;
    assert_eq!(created(&world, lease).await.unwrap(), [1]);
    let warm = world.container(lease, "web", 1).await.unwrap();
    let before = hand.calls().len();

    world.scale(&terms, 2).await.unwrap();
    process.run().await.unwrap();
    let calls = hand.calls();
    let since: Vec<_> = calls[before..].iter().filter(|call| call.starts_with("create") || **call == "start").collect();
    assert_eq!(since, [&"start", &"create_container"], "the start comes first, the next warm one after it");
    let running = world.running(lease).await.unwrap();
    assert_eq!(running[&slot(1)].0, warm, "the very container that was made ahead");
    assert!(running[&slot(1)].1.is_some());
    assert_eq!(created(&world, lease).await.unwrap(), [2]);

    // The store tells that the lease runs, and what of it is only made.
    let progress = process.store.progress(lease).await.unwrap().unwrap();
    assert_eq!((progress.standing, progress.reason), (WorkloadStatus::Running, None));
    let seen = process.store.containers(lease).await.unwrap();
    assert_eq!(seen.iter().map(|seen| seen.is_created()).collect::<Vec<_>>(), [false, false, true]);

    world.close(&terms).await.unwrap();
    process.until(lease, WorkloadStatus::Removed).await.unwrap();
    assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0]);
}

#[tokio::test]
async fn a_step_down_removes_what_has_run_and_warms_a_new_one() {
    let world = World::start().await.unwrap();
    let process = world.process_with(engine(), one_warm()).await.unwrap();
    let (lease, terms) = world.open(&process, ONE, 2).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    holds(&process, &world, lease, 3).await;
    let ran = world.container(lease, "web", 1).await.unwrap();
    let (code, said) = world.exec(&ran, &["/sample", "health", "http://127.0.0.1:8081/health"]).await.unwrap();
    assert_eq!(code, 0, "{said}");

    world.scale(&terms, 1).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    holds(&process, &world, lease, 2).await;
    assert_eq!(created(&world, lease).await.unwrap(), [1]);
    let fresh = world.container(lease, "web", 1).await.unwrap();
    assert_ne!(fresh, ran, "what has run is not kept");
    let state = world.inspect(&fresh).await.unwrap().state.unwrap();
    assert_eq!((state.status, state.running), (Some(Status::CREATED), Some(false)));

    // To nothing and back: the highest count bounds what is warm, and the volume stays.
    world.scale(&terms, 0).await.unwrap();
    holds(&process, &world, lease, 1).await;
    assert_eq!(created(&world, lease).await.unwrap(), [0]);
    assert_eq!(world.left(lease).await.unwrap(), [1, 1, 1]);
    world.scale(&terms, 8).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    holds(&process, &world, lease, 8).await;
    assert_eq!(created(&world, lease).await.unwrap(), [0u16; 0], "none beyond the lease's highest count");
}

#[tokio::test]
async fn a_process_that_begins_anew_adopts_what_is_warm() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (lease, terms) = world.open(&process, ONE, 1).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    drop(process);

    let unhurt = run_until(&world, lease, WorkloadStatus::Running, one_warm(), KillPoint::After(usize::MAX)).await;
    let made = unhurt.calls.iter().position(|call| *call == "create_container").unwrap() + 1;
    engine().remove_container(&unhurt.created[0]).await.unwrap();
    // Once more, and the process is killed after the engine has created the warm one, before it reads the answer.
    assert!(run_until(&world, lease, WorkloadStatus::Running, one_warm(), KillPoint::After(made)).await.killed);
    let warm = world.container(lease, "web", 1).await.unwrap();

    let adopting = Arc::new(KillableEngine::new(engine()));
    let process = world.process_with(adopting.clone(), one_warm()).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert!(adopting.created().is_empty(), "it is found, not made again");
    assert_eq!(created(&world, lease).await.unwrap(), [1]);
    world.scale(&terms, 2).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert_eq!(world.running(lease).await.unwrap()[&slot(1)].0, warm);

    // Switched off, it goes.
    drop(process);
    let process = world.process().await.unwrap();
    holds(&process, &world, lease, 2).await;
    assert!(created(&world, lease).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_api_tells_warm_replicas_from_those_that_should_run() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator_with(engine(), |settings| settings.warm = 1).await.unwrap();
    let lease = orchestrator.api.run(&world, ONE, 1).await.unwrap();
    let view = orchestrator.api.shows(lease, |view| view.containers.len() == 2).await.unwrap();
    let states: Vec<_> = view.containers.iter().map(|shown| (shown.replica, shown.state.as_str())).collect();
    assert_eq!(states, [(0, "running"), (1, "warm")]);
    let replicas = &view.summary.replicas;
    assert_eq!((replicas.wanted, replicas.running, replicas.healthy), (1, 1, 1));
    assert_eq!(view.reason, None);
    orchestrator.stop().await;
}
