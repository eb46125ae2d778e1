//! The engine is unreachable: nothing is removed, and everything converges once it is back.

use std::{sync::Arc, time::Duration};

use adapters::docker::BollardEngine;
use alloy::primitives::B256;
use driver::{self, Stage, StageStatuses};
use lease::reconcile::WorkloadStatus;
use ports::engine::{self, Engine};
use stages::container::{self, ContainerSettings};
use tests::{
    faulty_docker::{DockerFault, FaultyDocker},
    wait::until,
    world::{Process, World, container_settings},
};
use tokio::sync::watch;

const ONE: &str = r#"
services:
  web: { image: "tidemark-sample:latest", command: [back], volumes: ["kept:/data"] }
volumes: { kept: {} }
"#;

/// A process that reaches the engine through the docker.
async fn process(world: &World, docker: &FaultyDocker) -> Process {
    world.process_with(engine_at(docker), container_settings()).await.unwrap()
}

fn engine_at(docker: &FaultyDocker) -> Arc<dyn Engine> {
    let host = Some(docker.host.clone());
    let settings = adapters::docker::DockerSettings { host, timeout: Duration::from_secs(4), ..Default::default() };
    Arc::new(BollardEngine::new(settings))
}

/// Waits until a lease has the standing. On a busy machine even a sound engine may exceed its timeout; the next run retries.
async fn converges(process: &Process, lease: B256, wanted: WorkloadStatus) {
    until(&format!("the lease to be {wanted:?}"), async || {
        process.chain.run().await?;
        let run = process.container.run().await;
        let standing = process.store.progress(lease).await?.map(|progress| progress.standing);
        Ok((run.is_ok() && standing == Some(wanted)).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_engine_that_is_down_at_the_start_is_waited_for() {
    let world = World::start().await.unwrap();
    let docker = FaultyDocker::start(DockerFault::Down).unwrap();
    let process = process(&world, &docker).await;
    let (lease, _) = world.open(&process, ONE, 1).await.unwrap();
    for fault in [DockerFault::Down, DockerFault::NoAnswer, DockerFault::NotDocker] {
        docker.set_fault(fault);
        let error = process.container.run().await.unwrap_err();
        let outage = error.downcast_ref::<engine::Error>().is_some_and(engine::Error::is_outage);
        assert!(outage, "{fault:?}: {error:#}");
        assert!(
            process.store.container_attempts(lease).await.unwrap().is_empty(),
            "an outage counts as no lease's failure"
        );
    }
    docker.set_fault(DockerFault::None);
    converges(&process, lease, WorkloadStatus::Running).await;
}

#[tokio::test]
async fn an_engine_that_goes_away_takes_nothing_with_it() {
    let world = World::start().await.unwrap();
    let docker = FaultyDocker::start(DockerFault::None).unwrap();
    let process = process(&world, &docker).await;
    let (lease, terms) = world.open(&process, ONE, 1).await.unwrap();
    let (closing, closing_terms) = world.open(&process, ONE, 1).await.unwrap();
    converges(&process, lease, WorkloadStatus::Running).await;
    converges(&process, closing, WorkloadStatus::Running).await;
    let mut before = world.running(lease).await.unwrap();
    let doomed = world.running(closing).await.unwrap();
    process.meter.run().await.unwrap();
    let totals = process.store.meter_totals(lease).await.unwrap().unwrap();

    world.close(&closing_terms).await.unwrap();
    for (replicas, fault) in [(2, DockerFault::Down), (3, DockerFault::NoAnswer), (4, DockerFault::NotDocker)] {
        docker.set_fault(fault);
        world.scale(&terms, replicas).await.unwrap();
        process.chain.run().await.unwrap();
        process.container.run().await.unwrap_err();
        process.meter.run().await.unwrap_err();
        assert_eq!(world.running(lease).await.unwrap(), before, "{fault:?}");
        assert_eq!(world.running(closing).await.unwrap(), doomed, "{fault:?}: what is unreachable is not removed");
        assert_eq!(process.store.containers(lease).await.unwrap().len(), before.len(), "{fault:?}");
        assert_eq!(process.store.meter_totals(lease).await.unwrap().unwrap(), totals, "{fault:?}");
    }

    // It comes back, and goes in the midst of what there is to do now; that again, until all is done.
    let mut cuts = 0;
    until("everything to be done", async || {
        docker.set_fault(DockerFault::None);
        let objects = world.left(lease).await?;
        let cut = async {
            until("something to change", async || Ok((world.left(lease).await? != objects).then_some(()))).await?;
            docker.set_fault(DockerFault::Down);
            anyhow::Ok(())
        };
        tokio::select! {
            cut = cut => {
                cut?;
                cuts += 1;
                // The run ends too, and with an error, unless the cut came too late to be felt.
                let _ = process.container.run().await;
                Ok(None)
            }
            run = process.container.run() => {
                let standing = process.store.progress(lease).await?.map(|progress| progress.standing);
                Ok((run.is_ok() && standing == Some(WorkloadStatus::Running)).then_some(()))
            }
        }
    })
    .await
    .unwrap();
    assert!(cuts > 0, "it never went");
    docker.set_fault(DockerFault::None);
    converges(&process, closing, WorkloadStatus::Removed).await;
    converges(&process, lease, WorkloadStatus::Running).await;
    assert_eq!(world.left(closing).await.unwrap(), [0, 0, 0]);
    assert_eq!(world.left(lease).await.unwrap(), [4, 1, 1]);
    let after = world.running(lease).await.unwrap();
    before.retain(|slot, container| after.get(slot) != Some(container));
    assert!(before.is_empty(), "it was made or started anew: {before:?}");
}

#[tokio::test]
async fn the_engines_word_wakes_the_stage_also_after_it_was_away() {
    let world = World::start().await.unwrap();
    let docker = FaultyDocker::start(DockerFault::None).unwrap();
    let engine = engine_at(&docker);
    // Only a wakeup starts another run.
    let unhurried = ContainerSettings { period: Duration::from_secs(3600), ..container_settings() };
    let process = world.process_with(engine.clone(), unhurried).await.unwrap();
    let (lease, _) = world.open(&process, ONE, 1).await.unwrap();
    let (stop, shutdown) = watch::channel(false);
    let Process { container, wakeup, .. } = process;
    let stages: Vec<(Arc<dyn Stage>, _)> = vec![(Arc::new(container), wakeup.clone())];
    let listening = tokio::spawn(container::listen(engine, world.owner, wakeup, shutdown.clone()));
    let driving = tokio::spawn(driver::drive(stages, StageStatuses::default(), shutdown));
    let runs_anew = async |before: Option<String>| {
        until("the container to run anew", async || {
            let since = world.running(lease).await?.into_values().next().and_then(|(_, since)| since);
            Ok(since.filter(|since| before.as_ref() != Some(since)))
        })
        .await
        .unwrap()
    };
    let first = runs_anew(None).await;
    let id = world.container(lease, "web", 0).await.unwrap();
    world.kill(&id).await.unwrap();
    let second = runs_anew(Some(first)).await;

    docker.set_fault(DockerFault::Down);
    world.kill(&id).await.unwrap();
    until("the end to be known", async || {
        let down = world.running(lease).await?.into_values().all(|(_, since)| since.is_none());
        Ok(down.then_some(()))
    })
    .await
    .unwrap();
    docker.set_fault(DockerFault::None);
    runs_anew(Some(second)).await;

    stop.send_replace(true);
    driving.await.unwrap();
    listening.await.unwrap();
}
