//! Faults of a tenant's manifest or program: each lease shows the reason, and no other lease is affected.

use std::{sync::Arc, time::Duration};

use adapters::docker::BollardEngine;
use alloy::primitives::keccak256;
use anvil::Actor;
use driver::Stage;
use lease::{
    label::{self, Tag},
    reconcile::{Attempt, Slot, WorkloadStatus, subject},
};
use ports::engine::{self, Engine};
use reqwest::StatusCode;
use solidity::Shape;
use stages::container::ContainerSettings;
use tests::{
    docker_object::DockerObject,
    killable_engine::{CreateFault, KillableEngine},
    transactions,
    wait::until,
    world::{DEPOSIT, Process, World, container_settings, engine},
};

const HEALTHY: &str = r#"services: { web: { image: "tidemark-sample:latest", command: [back] } }"#;

/// The reason once the lease fails.
async fn reason(process: &Process, lease: alloy::primitives::B256) -> String {
    process.until(lease, WorkloadStatus::Failing).await.unwrap().reason.unwrap()
}

#[tokio::test]
async fn what_cannot_run_says_why_and_harms_nobody() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (well, well_terms) = world.open(&process, HEALTHY, 1).await.unwrap();
    process.until(well, WorkloadStatus::Running).await.unwrap();
    let before = world.running(well).await.unwrap();

    // Nothing listens on that port, so the registry is known to be away at once.
    let nowhere = r#"services: { web: { image: "127.0.0.1:1/nothing:1" } }"#;
    let alien = format!("tidemark-alien-{}:1", label::short(well));
    let _image = DockerObject::image(world.docker().await.unwrap(), alien.clone(), "s390x").await.unwrap();
    let foreign = format!("services: {{ web: {{ image: \"{alien}\", command: [x] }} }}");
    let absent = r#"services: { web: { image: "tidemark-sample:latest", entrypoint: [/nothing] } }"#;
    let sick = r#"
services:
  web:
    image: tidemark-sample:latest
    command: [sleep]
    healthcheck: { test: [CMD, /sample, health, "http://127.0.0.1:1/"], interval: 1s, retries: 1 }
"#;
    let wanted = [
        (nowhere, "127.0.0.1:1/nothing:1 is neither on this machine nor to be pulled"),
        (&foreign, "is for linux/s390x, and this machine runs linux/"),
        (absent, "service web of replica 0 does not start: the engine refused to start a container"),
        (sick, "service web of replica 0 is unhealthy (sample: http://127.0.0.1:1/ did not answer"),
    ];
    let mut faulty = Vec::new();
    for (manifest, text) in wanted {
        let (lease, terms) = world.open(&process, manifest, 1).await.unwrap();
        let reason = reason(&process, lease).await;
        assert!(reason.contains(text), "{reason}");
        faulty.push((lease, terms));
    }
    assert_eq!(world.running(well).await.unwrap(), before);
    assert_eq!(process.until(well, WorkloadStatus::Running).await.unwrap().reason, None);

    for (lease, terms) in &faulty {
        world.close(terms).await.unwrap();
        process.until(*lease, WorkloadStatus::Removed).await.unwrap();
        assert_eq!(world.left(*lease).await.unwrap(), [0, 0, 0]);
        assert!(process.store.container_attempts(*lease).await.unwrap().is_empty());
    }
    assert_eq!(world.running(well).await.unwrap(), before);
    world.close(&well_terms).await.unwrap();
    process.until(well, WorkloadStatus::Removed).await.unwrap();
}

#[tokio::test]
async fn a_kept_manifest_that_is_not_the_lease_s_or_breaks_the_hardening_does_not_run() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let greedy = HEALTHY.replace("command: [back]", "privileged: true");
    let other = HEALTHY.replace("back", "front");
    for (opened_for, kept, wanted) in
        [(HEALTHY, &other, "not the one that the lease was opened for"), (&greedy, &greedy, "services.web.privileged")]
    {
        let order = world.order(opened_for, 1);
        let (lease, _) = world.take(order, DEPOSIT).await.unwrap();
        process.store.put_manifest(lease, keccak256(kept), kept.as_bytes()).await.unwrap();
        let reason = reason(&process, lease).await;
        assert!(reason.contains(wanted), "{reason}");
        assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0], "nothing is begun");
    }
}

#[tokio::test]
async fn what_outgrows_its_memory_says_so() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let manifest = r#"services: { web: { image: "tidemark-sample:latest", command: [front], ports: ["8080"] } }"#;
    let (lease, _) = world.open(&process, manifest, 1).await.unwrap();
    process.until(lease, WorkloadStatus::Running).await.unwrap();
    // The first end is followed by a start at once, and its reason is not seen; the second by a pause.
    for _ in 0..2 {
        process.until(lease, WorkloadStatus::Running).await.unwrap();
        let address = process.store.containers(lease).await.unwrap().remove(0).ports["8080/tcp"].clone();
        until("the front to answer", async || Ok(reqwest::get(format!("http://{address}/")).await.ok())).await.unwrap();
        let id = world.container(lease, "web", 0).await.unwrap();
        let hold = reqwest::get(format!("http://{address}/hold?mib=100&ms=1")).await;
        assert!(hold.is_err(), "64 MiB hold no 100");
        until("the end", async || {
            let state = world.inspect(&id).await?.state.unwrap();
            Ok((state.running == Some(false)).then_some(()))
        })
        .await
        .unwrap();
    }
    let reason = reason(&process, lease).await;
    assert!(reason.contains("ended with exit code 137 (its memory ran out)"), "{reason}");
}

#[tokio::test]
async fn trouble_with_one_lease_is_not_the_others() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let (troubled, _) = world.open(&process, HEALTHY, 1).await.unwrap();
    let (other, terms) = world.open(&process, HEALTHY, 1).await.unwrap();
    drop(process);
    let impatient = || ContainerSettings { patience: Duration::from_millis(100), ..container_settings() };
    for (replicas, trouble) in [(2, CreateFault::Panic), (3, CreateFault::Hang)] {
        let engine = Arc::new(KillableEngine::new(engine()).failing_to_create(troubled, trouble));
        let process = world.process_with(engine, impatient()).await.unwrap();
        world.scale(&terms, replicas).await.unwrap();
        until("the other lease to run", async || {
            process.run().await?;
            Ok((process.store.containers(other).await?.len() == usize::from(replicas)).then_some(()))
        })
        .await
        .unwrap();
        process.until(other, WorkloadStatus::Running).await.unwrap();
        assert!(world.containers(troubled).await.unwrap().is_empty(), "{trouble:?}");
        if trouble == CreateFault::Hang {
            let counts = process.container.run().await.unwrap();
            assert_eq!(counts.get("busy"), Some(&1), "it is not reconciled twice");
        }
    }
}

#[tokio::test]
async fn what_ends_at_once_is_started_again_with_growing_pauses() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let manifest = r#"services: { web: { image: "tidemark-sample:latest", command: [exit, "3"] } }"#;
    let (lease, _) = world.open(&process, manifest, 1).await.unwrap();
    let key = subject::slot(&Slot { replica: 0, service: "web".to_owned() });
    let after = async |failures: u32| -> Attempt {
        until(&format!("{failures} failures"), async || {
            process.run().await?;
            let attempts = process.store.container_attempts(lease).await?;
            Ok(attempts.get(&key).filter(|attempt| attempt.failures == failures).cloned())
        })
        .await
        .unwrap()
    };
    let mut times = Vec::new();
    for failures in 1..=3 {
        times.push(after(failures).await.at_ms);
        let reason = reason(&process, lease).await;
        let wanted = format!("service web of replica 0 ended with exit code 3; {} times in a row", failures + 1);
        assert!(reason.contains(&wanted), "{reason}");
    }
    // The first restart is at once, the second after a second, the third after two.
    let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses[0] >= 1_000 && pauses[1] >= 2_000, "{pauses:?}");
    assert_eq!(world.slots(lease).await.unwrap().len(), 1, "always the same container");
}

#[tokio::test]
async fn a_shape_larger_than_the_machine_says_so() {
    let world = World::start().await.unwrap();
    let process = world.process().await.unwrap();
    let info = engine().info().await.unwrap();
    // What the provider promised on chain is more than it has.
    let (millicores, memory) = (info.cpus * 1000 + 1000, (info.memory_bytes >> 20) as u32 + 1024);
    let market = world.devnet.market(Actor::Provider).await.unwrap();
    let promised = Shape { millicores: millicores * 10, memoryMiB: memory * 10, diskMiB: 16_384, gpus: 8 };
    let bond = market.bondFor(promised.clone()).call().await.unwrap();
    transactions::sent(market.addBond().value(bond).send().await.unwrap().get_receipt().await.unwrap()).unwrap();
    let call = market.updateProvider(promised, keccak256("a sealing key"), "http://a".to_owned());
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();

    let small = || world.order(HEALTHY, 1);
    let mut wanted = vec![
        (Shape { millicores, ..small().shape }, format!("{millicores} millicores are more than this machine's")),
        (Shape { memoryMiB: memory, ..small().shape }, format!("{memory} MiB of memory are more than this machine's")),
    ];
    if !info.gpus {
        wanted.push((Shape { gpus: 1, ..small().shape }, "1 GPUs cannot be had".to_owned()));
    }
    for (shape, text) in wanted {
        let mut order = small();
        order.shape = shape;
        order.policy.maxReplicas = 1;
        let (lease, _) = world.open_order(&process, HEALTHY, order, DEPOSIT).await.unwrap();
        let reason = reason(&process, lease).await;
        assert!(reason.contains(&text), "{reason}");
        assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0], "nothing is begun");
    }
}

#[tokio::test]
async fn a_pool_of_subnets_that_is_used_up_says_so_and_serves_who_comes_later() {
    let world = World::start().await.unwrap();
    // Space for one network, apart from other tests.
    let market = world.owner.market;
    let pool = format!("10.{}.{}.0/28", 214 + market[0] % 32, market[1]).parse().unwrap();
    let engine =
        BollardEngine::new(adapters::docker::DockerSettings { pool, ..adapters::docker::DockerSettings::default() });
    let tag = |lease: u8| Tag {
        owner: world.owner,
        lease: keccak256([market.as_slice(), &[lease]].concat()),
        generation: 1,
        opened_block: 1,
    };
    engine.create_network(&tag(1), 1).await.unwrap();
    let refused = engine.create_network(&tag(2), 1).await.unwrap_err();
    assert!(matches!(refused, engine::Error::PoolEmpty(_)), "{refused}");
    // Freed by a hand that is not this engine's.
    world.docker().await.unwrap().remove_network(&label::network_name(tag(1).lease)).await.unwrap();
    engine.create_network(&tag(2), 1).await.unwrap();
    assert_eq!(world.networks(tag(2).lease).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_api_takes_only_the_tenants_very_manifest() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let api = &orchestrator.api;
    let order = world.order(HEALTHY, 1);
    let (lease, _) = world.take(order, DEPOSIT).await.unwrap();
    api.shows(lease, |view| view.reason.as_deref() == Some("the tenant has not sent the manifest yet")).await.unwrap();

    let other = HEALTHY.replace("back", "front");
    let (status, said) = api.put_manifest(&world, lease, &other, Actor::Tenant).await.unwrap();
    assert_eq!((status, said["code"].as_str()), (StatusCode::BAD_REQUEST, Some("bad_request")));
    assert!(said["message"].as_str().unwrap().contains("the lease was opened for"), "{said}");
    let (status, said) = api.put_manifest(&world, lease, HEALTHY, Actor::Stranger).await.unwrap();
    assert_eq!((status, said["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("unauthorized")));
    assert!(said["message"].as_str().unwrap().contains("not that of the tenant"), "{said}");
    let refused = api.shows(lease, |_| true).await.unwrap();
    assert!(!refused.manifest.received && refused.containers.is_empty());
    assert_eq!(world.left(lease).await.unwrap(), [0, 0, 0]);

    let (status, _) = api.put_manifest(&world, lease, HEALTHY, Actor::Tenant).await.unwrap();
    assert_eq!(status, StatusCode::NO_CONTENT);
    api.shows(lease, |view| view.summary.replicas.healthy == 1 && view.reason.is_none()).await.unwrap();

    // A manifest that would break the hardening is the right one, and still does not run.
    let greedy = HEALTHY.replace("command: [back]", "privileged: true");
    let order = world.order(&greedy, 1);
    let (lease, _) = world.take(order, DEPOSIT).await.unwrap();
    api.shows(lease, |_| true).await.unwrap();
    let (status, said) = api.put_manifest(&world, lease, &greedy, Actor::Tenant).await.unwrap();
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().contains("services.web.privileged"), "{said}");
    orchestrator.stop().await;
}
