//! The meter stage on real containers, held against what the sample program says that it used.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use alloy::primitives::B256;
use bollard::models::{ContainerStateStatusEnum, HealthStatusEnum};
use driver::Stage;
use lease::{reconcile::WorkloadStatus, statement::Counters};
use ports::engine::Info;
use serde_json::Value;
use solidity::Terms;
use store::meter::Totals;
use tests::{
    killable_engine::KillableEngine,
    provider::{DEPOSIT, Process, Provider, engine, settings, until},
};

/// Without a health check: its processes would use CPU time too.
const FRONT: &str = r#"
services:
  web: { image: "tidemark-sample:latest", command: [front], ports: ["8080"] }
"#;

const CHECKED: &str = r#"
services:
  web:
    image: tidemark-sample:latest
    command: [front]
    ports: ["8080"]
    healthcheck: { test: [CMD, /sample, health, "http://127.0.0.1:8080/health"], interval: 1s, retries: 1 }
"#;

/// Interfaces talk of their own accord: ARP, and the ends of connections.
const CHATTER: u64 = 2_000;

struct Scene {
    provider: Provider,
    process: Process,
    lease: B256,
    terms: Terms,
}

impl Scene {
    /// A lease whose replicas have a whole CPU each, running.
    async fn new(manifest: &str, replicas: u16) -> Self {
        let provider = Provider::start().await.unwrap();
        let process = provider.process().await.unwrap();
        let mut order = provider.order(manifest, replicas);
        order.shape.millicores = 1_000;
        let (lease, terms) = provider.open_with(&process, manifest, order, DEPOSIT).await.unwrap();
        let scene = Self { provider, process, lease, terms };
        scene.runs().await;
        scene
    }

    async fn runs(&self) {
        self.process.until(self.lease, WorkloadStatus::Running).await.unwrap();
    }

    async fn sample(&self) -> Totals {
        self.process.meter.run().await.unwrap();
        self.process.store.meter_totals(self.lease).await.unwrap().unwrap()
    }

    /// The process ends, and another begins.
    async fn restart(mut self) -> Self {
        let Self { provider, process, lease, terms } = self;
        drop(process);
        let process = provider.process().await.unwrap();
        self = Self { provider, process, lease, terms };
        self
    }

    async fn container(&self, replica: u16) -> String {
        self.provider.container(self.lease, "web", replica).await.unwrap()
    }

    /// Asks the front of a replica, as soon as it listens.
    async fn ask(&self, replica: u16, path: &str) -> Value {
        let seen = self.process.store.containers(self.lease).await.unwrap();
        let seen = seen.iter().find(|seen| seen.replica == replica).unwrap();
        let url = format!("http://{}{path}", seen.ports["8080/tcp"]);
        let answer = until("the front to answer", async || Ok(reqwest::get(&url).await.ok())).await.unwrap();
        answer.json().await.unwrap()
    }

    /// Burns CPU time in a replica; what the front says it burnt, in nanoseconds, rounded down to milliseconds.
    async fn burn(&self, replica: u16, ms: u64) -> u64 {
        self.ask(replica, &format!("/burn?ms={ms}")).await["cpuMs"].as_u64().unwrap() * 1_000_000
    }

    /// SIGKILL; returns when the engine has seen the end.
    async fn kill(&self, replica: u16) {
        let id = self.container(replica).await;
        self.provider.kill(&id).await.unwrap();
        until("the end of the container", async || {
            let state = self.provider.inspect(&id).await?.state.unwrap();
            Ok((state.status == Some(ContainerStateStatusEnum::EXITED)).then_some(()))
        })
        .await
        .unwrap();
    }
}

/// What was used between two samples.
fn between(before: &Totals, after: &Totals) -> Counters {
    let (b, a) = (&before.counters, &after.counters);
    Counters {
        replica_millis: a.replica_millis.checked_sub(b.replica_millis).unwrap(),
        cpu_nanos: a.cpu_nanos.checked_sub(b.cpu_nanos).unwrap(),
        memory_byte_seconds: a.memory_byte_seconds.checked_sub(b.memory_byte_seconds).unwrap(),
        network_bytes: a.network_bytes.checked_sub(b.network_bytes).unwrap(),
    }
}

/// Within a thousandth of the truth, which is told in whole milliseconds.
fn assert_exact(counted: u64, truth: u64) {
    let most = truth + truth / 1000 + 1_000_000;
    assert!((truth..=most).contains(&counted), "{counted} ns were counted where {truth} were used");
}

#[tokio::test]
async fn cpu_time_is_exact_also_of_the_dead() {
    let scene = Scene::new(FRONT, 1).await;
    scene.ask(0, "/health").await;
    let idle = scene.sample().await;
    let truth = scene.burn(0, 4_000).await;
    let burnt = scene.sample().await;
    assert_exact(between(&idle, &burnt).cpu_nanos, truth);

    // Nobody reads between the burning and the death, and who reads afterwards is another process.
    let truth = scene.burn(0, 4_000).await;
    scene.kill(0).await;
    let scene = scene.restart().await;
    let dead = scene.sample().await;
    assert_exact(between(&burnt, &dead).cpu_nanos, truth);

    // The next life of the container counts on from there.
    scene.runs().await;
    scene.ask(0, "/health").await;
    let again = scene.sample().await;
    let truth = scene.burn(0, 2_000).await;
    let burnt = scene.sample().await;
    assert!(between(&dead, &again).cpu_nanos < 1_000_000_000, "it only started");
    assert_exact(between(&again, &burnt).cpu_nanos, truth);

    // The last sample includes what was used until the end.
    let truth = scene.burn(0, 2_000).await;
    scene.provider.close(&scene.terms).await.unwrap();
    scene.process.until(scene.lease, WorkloadStatus::Removed).await.unwrap();
    let last = scene.sample().await;
    assert!(between(&burnt, &last).cpu_nanos >= truth);
    assert!(scene.process.store.meter_is_final(scene.lease).await.unwrap());
}

#[tokio::test]
async fn nothing_is_counted_twice_by_another_process_or_after_a_pause() {
    let scene = Scene::new(FRONT, 2).await;
    for replica in [0, 1] {
        scene.burn(replica, 300).await;
        for _ in 0..50 {
            scene.ask(replica, "/health").await;
        }
    }
    let before = scene.sample().await;
    assert!(before.counters.cpu_nanos > 600_000_000, "{before:?}");
    assert!(before.counters.network_bytes > 100 * 300, "{before:?}");

    let scene = scene.restart().await;
    let after = scene.sample().await;
    let (grown, passed) = (between(&before, &after), after.sampled_at_ms - before.sampled_at_ms);
    assert!(grown.cpu_nanos < 100_000_000 && grown.network_bytes < CHATTER, "{grown:?}");
    assert_eq!(grown.replica_millis, 2 * passed.min(5_000), "both ran all the while");

    let id = scene.container(0).await;
    scene.provider.docker.pause_container(&id).await.unwrap();
    let frozen = scene.sample().await;
    scene.provider.docker.unpause_container(&id).await.unwrap();
    let thawed = scene.sample().await;
    let grown = between(&after, &thawed);
    assert!(grown.cpu_nanos < 100_000_000 && grown.network_bytes < CHATTER, "{grown:?}");
    let alone = thawed.sampled_at_ms - after.sampled_at_ms;
    assert_eq!(between(&after, &thawed).replica_millis, alone, "frozen, replica 0 was not there");
    assert!(frozen.sampled_at_ms < thawed.sampled_at_ms);
}

#[tokio::test]
async fn traffic_is_counted() {
    let scene = Scene::new(FRONT, 1).await;
    scene.ask(0, "/health").await;
    let before = scene.sample().await;
    for _ in 0..100 {
        scene.ask(0, "/health").await;
    }
    // What it sends counts as what it receives does.
    let grown = between(&before, &scene.sample().await).network_bytes;
    assert!((100 * 300..100 * 3_000).contains(&grown), "{grown} bytes for 100 requests");
}

#[tokio::test]
async fn presence_is_the_time_of_healthy_replicas() {
    let scene = Scene::new(CHECKED, 2).await;
    let first = scene.sample().await;
    let second = scene.sample().await;
    let passed = second.sampled_at_ms - first.sampled_at_ms;
    assert_eq!(between(&first, &second).replica_millis, 2 * passed);

    let sick = scene.container(1).await;
    let is = async |wanted| {
        until(&format!("replica 1 to be {wanted}"), async || {
            let health = scene.provider.inspect(&sick).await?.state.unwrap().health.unwrap();
            Ok((health.status == Some(wanted)).then_some(()))
        })
        .await
        .unwrap();
    };
    scene.ask(1, "/fail?health=1").await;
    is(HealthStatusEnum::UNHEALTHY).await;
    let third = scene.sample().await;
    let fourth = scene.sample().await;
    for (before, after) in [(&second, &third), (&third, &fourth)] {
        let passed = after.sampled_at_ms - before.sampled_at_ms;
        assert_eq!(between(before, after).replica_millis, passed, "one of two was healthy at both ends");
    }

    scene.ask(1, "/fail?health=0").await;
    is(HealthStatusEnum::HEALTHY).await;
    let fifth = scene.sample().await;
    let sixth = scene.sample().await;
    assert_eq!(between(&fourth, &fifth).replica_millis, fifth.sampled_at_ms - fourth.sampled_at_ms);
    assert_eq!(between(&fifth, &sixth).replica_millis, 2 * (sixth.sampled_at_ms - fifth.sampled_at_ms));

    // It ends and starts between two samples: it runs at both ends, and still was not there all the while.
    scene.kill(1).await;
    scene.runs().await;
    is(HealthStatusEnum::HEALTHY).await;
    let seventh = scene.sample().await;
    assert_eq!(between(&sixth, &seventh).replica_millis, (seventh.sampled_at_ms - sixth.sampled_at_ms).min(5_000));

    // Scaled in, a replica no longer counts, though its container may still be there.
    scene.provider.scale(&scene.terms, 1).await.unwrap();
    scene.process.chain.run().await.unwrap();
    let eighth = scene.sample().await;
    assert_eq!(between(&seventh, &eighth).replica_millis, eighth.sampled_at_ms - seventh.sampled_at_ms);
}

#[tokio::test]
async fn memory_is_what_was_held_for_how_long() {
    const HELD: u64 = 40 << 20;
    let scene = Scene::new(FRONT, 1).await;
    scene.ask(0, "/health").await;
    let hold = async {
        scene.ask(0, "/hold?mib=40&ms=600000").await;
    };
    let watch = async {
        until("the memory to be held", async || {
            let before = scene.sample().await;
            let after = scene.sample().await;
            let seconds = (after.sampled_at_ms - before.sampled_at_ms) as f64 / 1000.0;
            let held = between(&before, &after).memory_byte_seconds as f64 / seconds;
            Ok((held > HELD as f64).then_some(held))
        })
        .await
        .unwrap()
    };
    // Hanging up gives the memory back.
    let held = tokio::select! { () = hold => unreachable!(), held = watch => held };
    assert!(held < (2 * HELD) as f64, "{held} bytes were held where {HELD} were asked for");
}

/// The machine's own control groups, of a version that the engine does not use: none can be read.
fn elsewhere(info: Info) -> Info {
    Info { cgroup_version: 3 - info.cgroup_version, ..info }
}

#[tokio::test]
async fn where_the_kernel_is_another_the_engines_word_counts() {
    let mut scene = Scene::new(FRONT, 1).await;
    drop(scene.process);
    let engine = Arc::new(KillableEngine::new(engine()).describing(elsewhere));
    scene.process = scene.provider.start.process(engine.clone(), settings()).await.unwrap();
    scene.runs().await;
    scene.ask(0, "/health").await;
    let idle = scene.sample().await;
    assert!(engine.calls().contains(&"counters"), "{:?}", engine.calls());
    let truth = scene.burn(0, 2_000).await;
    let burnt = scene.sample().await;
    let grown = between(&idle, &burnt);
    assert_exact(grown.cpu_nanos, truth);
    assert!(grown.memory_byte_seconds > 0 && grown.network_bytes > 0, "{grown:?}");
    assert_eq!(grown.replica_millis, (burnt.sampled_at_ms - idle.sampled_at_ms).min(5_000));

    // A pause is not a new beginning.
    let id = scene.container(0).await;
    scene.provider.docker.pause_container(&id).await.unwrap();
    scene.sample().await;
    scene.provider.docker.unpause_container(&id).await.unwrap();
    let thawed = scene.sample().await;
    assert!(between(&burnt, &thawed).cpu_nanos < 100_000_000);

    // A death is: the counter falls, and the total does not.
    scene.kill(0).await;
    let dead = scene.sample().await;
    scene.runs().await;
    scene.ask(0, "/health").await;
    let again = scene.sample().await;
    let truth = scene.burn(0, 1_000).await;
    let burnt = scene.sample().await;
    assert_eq!(between(&thawed, &dead).cpu_nanos, 0);
    assert!(between(&dead, &again).cpu_nanos < 1_000_000_000, "it only started");
    assert_exact(between(&again, &burnt).cpu_nanos, truth);
}
