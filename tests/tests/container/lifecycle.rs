//! A lease's containers from its opening to its end.

use std::collections::HashMap;

use bollard::{models::ContainerCreateBody, query_parameters::RemoveContainerOptionsBuilder};
use driver::Stage;
use lease::{
    label,
    reconcile::{Slot, WorkloadStatus},
};
use tests::{
    docker_object::DockerObject,
    world::{World, cgroup_exists},
};

/// A front with a volume that calls a back by its name.
const PAIR: &str = r#"
services:
  front:
    image: tidemark-sample:latest
    command: ["front"]
    environment: { BACK_URL: "http://back:8081" }
    ports: ["8080"]
    volumes: ["visits:/data"]
    healthcheck: { test: ["CMD", "/sample", "health", "http://127.0.0.1:8080/health"], interval: 1s }
    depends_on: [back]
    read_only: true
  back:
    image: tidemark-sample:latest
    command: ["back"]
volumes: { visits: {} }
"#;

fn slots(replicas: u16) -> Vec<Slot> {
    let services = ["back", "front"].map(str::to_owned);
    (0..replicas).flat_map(|replica| services.clone().map(|service| Slot { replica, service })).collect()
}

#[tokio::test]
async fn a_lease_becomes_containers_follows_its_replicas_and_leaves_nothing() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (lease, terms) = world.open(&process, PAIR, 1).await.unwrap();
    let progress = process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert_eq!(progress.reason, None);
    assert!(progress.running_at_ms.unwrap() > progress.found_at_ms);

    let one = world.slots(lease).await.unwrap();
    assert_eq!(one.keys().cloned().collect::<Vec<_>>(), slots(1));
    assert_eq!(world.left(lease).await.unwrap(), [2, 1, 1]);
    let market = format!("{:#x}", world.devnet.deployment.market);
    let wanted = HashMap::from(
        [
            (label::PROVIDER, format!("{:#x}", world.owner.provider)),
            (label::CHAIN, "31337".to_owned()),
            (label::MARKET, market),
            (label::LEASE, format!("{lease:#x}")),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    let containers = world.containers(lease).await.unwrap().into_iter().map(|found| found.labels.unwrap());
    let networks = world.networks(lease).await.unwrap().into_iter().map(|found| found.labels.unwrap());
    let volumes = world.volumes(lease).await.unwrap().into_iter().map(|found| found.labels);
    for labels in containers.chain(networks).chain(volumes) {
        for (key, value) in &wanted {
            assert_eq!(labels.get(key), Some(value), "{labels:?}");
        }
        assert_eq!(labels[label::GENERATION], "1");
    }

    // The API shows what the store has.
    let seen = process.store.containers(lease).await.unwrap();
    let front = seen.iter().find(|seen| seen.service == "front").unwrap();
    assert_eq!(front.container_id, one[&Slot { replica: 0, service: "front".to_owned() }]);
    assert_eq!(front.health.as_deref(), Some("healthy"));
    let address = &front.ports["8080/tcp"];
    let said: serde_json::Value = reqwest::get(format!("http://{address}/")).await.unwrap().json().await.unwrap();
    assert_eq!((&said["visits"]["kept"], &said["back"]["service"]), (&true.into(), &"back".into()), "{said}");

    world.scale(&terms, 3).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    let three = world.slots(lease).await.unwrap();
    assert_eq!(three.keys().cloned().collect::<Vec<_>>(), slots(3));
    assert!(one.iter().all(|(slot, id)| three[slot] == *id), "the first replica runs on");

    world.scale(&terms, 1).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    assert_eq!(world.slots(lease).await.unwrap(), one, "the highest replicas went");
    assert_eq!(world.left(lease).await.unwrap(), [2, 1, 1]);

    process.meter.run().await.unwrap();
    assert!(cgroup_exists(lease), "the lease's group is what the meter reads");
    world.close(&terms).await.unwrap();
    process.until(lease, WorkloadStatus::Removed).await.unwrap();
    assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0]);
    assert!(process.store.containers(lease).await.unwrap().is_empty());
    process.meter.run().await.unwrap();
    assert!(!cgroup_exists(lease), "the last sample is taken, and the group goes");
}

const ONE: &str = r#"
services:
  web: { image: "tidemark-sample:latest", command: ["back"], volumes: ["kept:/data"] }
volumes: { kept: {} }
"#;

#[tokio::test]
async fn what_is_killed_or_removed_from_outside_comes_back() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (lease, _) = world.open(&process, ONE, 2).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    let before = world.running(lease).await.unwrap();
    let [(first, (killed, _)), (second, (removed, _))] = before.iter().collect::<Vec<_>>()[..] else { panic!() };

    world.kill(killed).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    let healed = world.running(lease).await.unwrap();
    assert_eq!(healed[first].0, *killed, "the same container");
    assert!(healed[first].1.is_some() && healed[first].1 != before[first].1, "started again");
    assert_eq!(healed[second], before[second], "alone");

    let force = RemoveContainerOptionsBuilder::default().force(true).build();
    world.docker().await.unwrap().remove_container(removed, Some(force)).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    let again = world.running(lease).await.unwrap();
    assert_eq!(again[first], healed[first]);
    assert_ne!(again[second].0, *removed);
    assert!(again[second].1.is_some());
}

#[tokio::test]
async fn a_container_that_is_not_ours_is_left_alone_and_told() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (lease, terms) = world.open(&process, ONE, 1).await.unwrap();
    // It has our name, and all of our labels but one; its market is another.
    let name = label::container_name(lease, &Slot { replica: 0, service: "web".to_owned() });
    let mut labels: HashMap<_, _> = world.owner.labels().map(|(key, value)| (key.to_owned(), value)).into();
    labels.insert(label::MARKET.to_owned(), "0x00000000000000000000000000000000000000ff".to_owned());
    let body = ContainerCreateBody {
        image: Some("tidemark-sample:latest".to_owned()),
        cmd: Some(vec!["sleep".to_owned()]),
        labels: Some(labels),
        ..ContainerCreateBody::default()
    };
    let theirs = DockerObject::container(world.docker().await.unwrap(), &name, body).await.unwrap();
    let before = world.inspect(&theirs.name).await.unwrap().state;

    let failing = process.until(lease, WorkloadStatus::Failing).await.unwrap();
    let reason = failing.reason.unwrap();
    assert!(reason.contains(&name) && reason.contains("does not carry this lease's labels"), "{reason}");
    world.close(&terms).await.unwrap();
    process.until(lease, WorkloadStatus::Removed).await.unwrap();
    assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0]);
    assert_eq!(world.inspect(&theirs.name).await.unwrap().state, before, "it was not touched");
}
