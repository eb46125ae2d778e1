//! The process is killed between any two calls to the engine, and another takes over.

use std::{collections::BTreeMap, sync::Arc};

use alloy::primitives::B256;
use bollard::models::ContainerSummaryStateEnum;
use lease::reconcile::{Slot, WorkloadStatus};
use stages::container::ContainerSettings;
use tests::{
    killable_engine::{KillPoint, KillableEngine},
    wait::until,
    world::{World, container_settings, engine},
};
use tokio::runtime;

const KEPT: &str = r#"
services:
  web:
    image: tidemark-sample:latest
    command: ["back"]
    volumes: ["kept:/data"]
volumes: { kept: {} }
"#;

/// How a process ended.
pub struct ProcessEnd {
    pub killed: bool,
    /// The calls that it made to the engine.
    pub calls: Vec<&'static str>,
    /// The containers whose creation the engine confirmed to it.
    pub created: Vec<String>,
}

/// Runs the stages in a runtime of their own until a lease has the standing, or until the process is killed.
pub async fn run_until(
    world: &World,
    lease: B256,
    wanted: WorkloadStatus,
    settings: ContainerSettings,
    kill_point: KillPoint,
) -> ProcessEnd {
    let engine = Arc::new(KillableEngine::new(engine()).killed_at(kill_point));
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (config, killable) = (world.process_config(), engine.clone());
    let process = runtime.spawn(async move {
        let process = config.start(killable, settings).await?;
        process.until(lease, wanted).await
    });
    let killed = tokio::select! {
        ended = process => ended.unwrap().map(|_| false).unwrap(),
        () = engine.killed() => true,
    };
    // Every task of the process is cancelled, and its connections are closed.
    runtime.shutdown_background();
    ProcessEnd { killed, calls: engine.calls(), created: engine.created() }
}

/// The start time of a container that runs.
async fn since(world: &World, id: &str) -> Option<String> {
    let state = world.inspect(id).await.unwrap().state.unwrap();
    state.started_at.filter(|_| state.running == Some(true))
}

/// Kills the process at the first call, at the second, and so on until it makes no more calls; while a lease starts, and while
/// it is removed.
async fn kill_at_every_call(at: fn(usize) -> KillPoint) {
    let world = World::start().await.unwrap();
    for call in 1.. {
        let process = world.process().await.unwrap();
        let (lease, terms) = world.open(&process, KEPT, 2).await.unwrap();
        drop(process);

        let starting = run_until(&world, lease, WorkloadStatus::Running, container_settings(), at(call)).await;
        let calls = starting.calls;
        let mut before = Vec::new();
        for id in starting.created {
            before.push((since(&world, &id).await, id));
        }
        let process = world.process().await.unwrap();
        process.until(lease, WorkloadStatus::Running).await.unwrap();
        let after = world.slots(lease).await.unwrap();
        assert_eq!(world.left(lease).await.unwrap(), [2, 1, 1], "after {calls:?}");
        assert!(after.keys().map(|slot| slot.replica).eq([0, 1]), "after {calls:?}: {after:?}");
        for (running_since, id) in before {
            assert!(after.values().any(|adopted| *adopted == id), "{id} was made anew after {calls:?}");
            let again = running_since.is_some() && since(&world, &id).await != running_since;
            assert!(!again, "{id} was started again after {calls:?}");
        }
        world.close(&terms).await.unwrap();
        drop(process);

        let removing = run_until(&world, lease, WorkloadStatus::Removed, container_settings(), at(call)).await;
        let process = world.process().await.unwrap();
        process.until(lease, WorkloadStatus::Removed).await.unwrap();
        assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0], "after {:?}", removing.calls);
        if !starting.killed && !removing.killed {
            assert!(call > 10, "a lease needs more calls than {calls:?}");
            return;
        }
    }
}

#[tokio::test]
async fn a_process_that_dies_before_a_call_is_taken_over() {
    Box::pin(kill_at_every_call(KillPoint::Before)).await;
}

#[tokio::test]
async fn a_process_that_dies_after_a_call_is_taken_over() {
    Box::pin(kill_at_every_call(KillPoint::After)).await;
}

/// The containers once the engine has finished, or taken back, what it was at when its client died.
async fn at_rest(world: &World, lease: B256) -> BTreeMap<Slot, (String, Option<String>)> {
    let mut last = None;
    until("the engine to come to rest", async || {
        let now = world.running(lease).await.ok();
        let same = now.is_some() && now == last;
        last = now;
        Ok(last.clone().filter(|_| same))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn the_program_is_killed_at_any_moment_and_adopts_what_it_left() {
    let world = World::start().await.unwrap();
    let mut program = world.provider_program(&[("TIDEMARK_WARM", "0")]).await.unwrap();
    // Moments in a lease's coming up, by how many of its containers there are and run.
    let moments: [fn(usize, usize) -> bool; 4] = [|_, _| true, |made, _| made > 0, |_, run| run > 0, |_, run| run == 2];
    for reached in moments {
        let lease = program.api.open(&world, KEPT, 2).await.unwrap();
        until("the moment of the kill", async || {
            let containers = world.containers(lease).await?;
            let run = containers.iter().filter(|found| found.state == Some(ContainerSummaryStateEnum::RUNNING)).count();
            Ok(reached(containers.len(), run).then_some(()))
        })
        .await
        .unwrap();
        program.kill().await.unwrap();
        let before = at_rest(&world, lease).await;

        program.start(&world).await.unwrap();
        let view = program.api.shows(lease, |view| view.summary.replicas.healthy == 2).await.unwrap();
        let after = world.running(lease).await.unwrap();
        assert_eq!(world.left(lease).await.unwrap(), [2, 1, 1]);
        for (slot, (id, since)) in &before {
            assert_eq!(after[slot].0, *id, "adopted");
            assert!(since.is_none() || after[slot].1 == *since, "not started again");
        }
        let shown: Vec<_> = view.containers.iter().map(|container| &container.container).collect();
        assert!(after.values().map(|(id, _)| id).eq(shown), "the new process shows the same containers");
    }
}
