//! Draining before maintenance: no new lease starts, and those that run continue.

use std::sync::Arc;

use driver::Stage;
use lease::reconcile::WorkloadStatus;
use stages::container::ContainerSettings;
use tests::world::{World, container_settings, engine};

const ONE: &str = r#"
services:
  web: { image: "tidemark-sample:latest", command: [back], volumes: ["kept:/data"] }
volumes: { kept: {} }
"#;

#[tokio::test]
async fn a_draining_provider_takes_no_new_lease_and_serves_those_it_has() {
    let world = World::start().await.unwrap();
    let draining = || ContainerSettings { drain: true, ..container_settings() };
    let process = world.process().await.unwrap();
    let (old, terms) = world.open(&process, ONE, 1).await.unwrap();
    process.until(old, WorkloadStatus::Running).await.unwrap();
    let first = world.running(old).await.unwrap();
    drop(process);

    let process = world.process_with(engine(), draining()).await.unwrap();
    let (new, new_terms) = world.open(&process, ONE, 1).await.unwrap();
    let refused = process.until(new, WorkloadStatus::Awaiting).await.unwrap();
    assert!(refused.reason.unwrap().contains("drains before maintenance"));
    assert_eq!(world.left(new).await.unwrap(), [0, 0, 0]);
    process.meter.run().await.unwrap();
    assert_eq!(process.store.meter_totals(new).await.unwrap(), None, "nothing is counted, so nothing is charged");

    // The old one runs on, scales and heals, also when nothing of it runs.
    assert_eq!(world.running(old).await.unwrap(), first);
    world.scale(&terms, 2).await.unwrap();
    process.until(old, WorkloadStatus::Running).await.unwrap();
    let two = world.running(old).await.unwrap();
    assert!(two.len() == 2 && first.iter().all(|(slot, container)| two.get(slot) == Some(container)));
    for (id, _) in two.values() {
        world.kill(id).await.unwrap();
    }
    process.until(old, WorkloadStatus::Running).await.unwrap();
    assert_eq!(world.slots(old).await.unwrap().len(), 2);

    // A lease that waits can be closed, or runs once the draining is over.
    let (closed, closed_terms) = world.open(&process, ONE, 1).await.unwrap();
    process.until(closed, WorkloadStatus::Awaiting).await.unwrap();
    world.close(&closed_terms).await.unwrap();
    process.until(closed, WorkloadStatus::Removed).await.unwrap();
    drop(process);
    let process = world.process().await.unwrap();
    process.until(new, WorkloadStatus::Running).await.unwrap();
    assert_eq!(world.left(new).await.unwrap(), [1, 1, 1]);
    world.close(&new_terms).await.unwrap();
    process.until(new, WorkloadStatus::Removed).await.unwrap();
}

#[tokio::test]
async fn draining_is_shown() {
    let world = World::start().await.unwrap();
    let serving = world.orchestrator().await.unwrap();
    assert_eq!(serving.api.get("/v1/status").await.unwrap()["draining"], false);
    serving.stop().await;
    let engine: Arc<_> = engine();
    let draining = world.orchestrator_with(engine, |settings| settings.drain = true).await.unwrap();
    assert_eq!(draining.api.get("/v1/status").await.unwrap()["draining"], true);
    let lease = draining.api.open(&world, ONE, 1).await.unwrap();
    let told = |reason: &str| reason.contains("drains before maintenance") && reason.contains("close the lease");
    let view = draining.api.shows(lease, |view| view.reason.as_deref().is_some_and(told)).await.unwrap();
    let step = view.timeline.iter().find(|step| step.stage == "container").unwrap();
    assert_eq!(step.state, "waiting", "{}", step.detail);
    draining.stop().await;
}
