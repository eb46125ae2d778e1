//! The meter stage on real containers, compared with the usage that the sample program itself reports.
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
    wait::until,
    world::{DEPOSIT, Process, World, container_settings, engine},
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

/// A running lease whose stages the test calls.
struct MeteredLease {
    process: Process,
    lease: B256,
    terms: Terms,
    world: World,
}

impl MeteredLease {
    /// A lease whose replicas have a whole CPU each, running.
    async fn new(manifest: &str, replicas: u16) -> Self {
        let world = World::start().await.unwrap();
        let process = world.process().await.unwrap();
        let mut order = world.order(manifest, replicas);
        order.shape.millicores = 1_000;
        let (lease, terms) = world.open_order(&process, manifest, order, DEPOSIT).await.unwrap();
        let metered = Self { process, lease, terms, world };
        metered.runs().await;
        metered
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
        let Self { process, lease, terms, world } = self;
        drop(process);
        let process = world.process().await.unwrap();
        self = Self { process, lease, terms, world };
        self
    }

    async fn container(&self, replica: u16) -> String {
        self.world.container(self.lease, "web", replica).await.unwrap()
    }

    /// Sends a request to the front of a replica, as soon as it listens.
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
        self.world.kill(&id).await.unwrap();
        until("the end of the container", async || {
            let state = self.world.inspect(&id).await?.state.unwrap();
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

/// Within a thousandth of the true usage, which the sample reports in whole milliseconds.
fn assert_exact(counted: u64, truth: u64) {
    let most = truth + truth / 1000 + 1_000_000;
    assert!((truth..=most).contains(&counted), "{counted} ns were counted where {truth} were used");
}

#[tokio::test]
async fn cpu_time_is_exact_also_of_the_dead() {
    let metered = MeteredLease::new(FRONT, 1).await;
    metered.ask(0, "/health").await;
    let idle = metered.sample().await;
    let truth = metered.burn(0, 4_000).await;
    let burnt = metered.sample().await;
    assert_exact(between(&idle, &burnt).cpu_nanos, truth);

    // No reading happens between the burn and the death; another process reads afterwards.
    let truth = metered.burn(0, 4_000).await;
    metered.kill(0).await;
    let metered = metered.restart().await;
    let dead = metered.sample().await;
    assert_exact(between(&burnt, &dead).cpu_nanos, truth);

    // The next life of the container counts on from there.
    metered.runs().await;
    metered.ask(0, "/health").await;
    let again = metered.sample().await;
    let truth = metered.burn(0, 2_000).await;
    let burnt = metered.sample().await;
    assert!(between(&dead, &again).cpu_nanos < 1_000_000_000, "it only started");
    assert_exact(between(&again, &burnt).cpu_nanos, truth);

    // The last sample includes what was used until the end.
    let truth = metered.burn(0, 2_000).await;
    metered.world.close(&metered.terms).await.unwrap();
    metered.process.until(metered.lease, WorkloadStatus::Removed).await.unwrap();
    let last = metered.sample().await;
    assert!(between(&burnt, &last).cpu_nanos >= truth);
    assert!(metered.process.store.meter_is_final(metered.lease).await.unwrap());
}

#[tokio::test]
async fn nothing_is_counted_twice_by_another_process_or_after_a_pause() {
    let metered = MeteredLease::new(FRONT, 2).await;
    for replica in [0, 1] {
        metered.burn(replica, 300).await;
        for _ in 0..50 {
            metered.ask(replica, "/health").await;
        }
    }
    let before = metered.sample().await;
    assert!(before.counters.cpu_nanos > 600_000_000, "{before:?}");
    assert!(before.counters.network_bytes > 100 * 300, "{before:?}");

    let metered = metered.restart().await;
    let after = metered.sample().await;
    let (grown, passed) = (between(&before, &after), after.sampled_at_ms - before.sampled_at_ms);
    assert!(grown.cpu_nanos < 100_000_000 && grown.network_bytes < CHATTER, "{grown:?}");
    assert_eq!(grown.replica_millis, 2 * passed.min(5_000), "both ran all the while");

    let id = metered.container(0).await;
    metered.world.docker().await.unwrap().pause_container(&id).await.unwrap();
    let frozen = metered.sample().await;
    metered.world.docker().await.unwrap().unpause_container(&id).await.unwrap();
    let thawed = metered.sample().await;
    let grown = between(&after, &thawed);
    assert!(grown.cpu_nanos < 100_000_000 && grown.network_bytes < CHATTER, "{grown:?}");
    let alone = thawed.sampled_at_ms - after.sampled_at_ms;
    assert_eq!(between(&after, &thawed).replica_millis, alone, "frozen, replica 0 was not there");
    assert!(frozen.sampled_at_ms < thawed.sampled_at_ms);
}

#[tokio::test]
async fn traffic_is_counted() {
    let metered = MeteredLease::new(FRONT, 1).await;
    metered.ask(0, "/health").await;
    let before = metered.sample().await;
    for _ in 0..100 {
        metered.ask(0, "/health").await;
    }
    // What it sends counts as what it receives does.
    let grown = between(&before, &metered.sample().await).network_bytes;
    assert!((100 * 300..100 * 3_000).contains(&grown), "{grown} bytes for 100 requests");
}

#[tokio::test]
async fn presence_is_the_time_of_healthy_replicas() {
    let metered = MeteredLease::new(CHECKED, 2).await;
    let first = metered.sample().await;
    let second = metered.sample().await;
    let passed = second.sampled_at_ms - first.sampled_at_ms;
    assert_eq!(between(&first, &second).replica_millis, 2 * passed);

    let sick = metered.container(1).await;
    let is = async |wanted| {
        until(&format!("replica 1 to be {wanted}"), async || {
            let health = metered.world.inspect(&sick).await?.state.unwrap().health.unwrap();
            Ok((health.status == Some(wanted)).then_some(()))
        })
        .await
        .unwrap();
    };
    metered.ask(1, "/fail?health=1").await;
    is(HealthStatusEnum::UNHEALTHY).await;
    let third = metered.sample().await;
    let fourth = metered.sample().await;
    for (before, after) in [(&second, &third), (&third, &fourth)] {
        let passed = after.sampled_at_ms - before.sampled_at_ms;
        assert_eq!(between(before, after).replica_millis, passed, "one of two was healthy at both ends");
    }

    metered.ask(1, "/fail?health=0").await;
    is(HealthStatusEnum::HEALTHY).await;
    let fifth = metered.sample().await;
    let sixth = metered.sample().await;
    assert_eq!(between(&fourth, &fifth).replica_millis, fifth.sampled_at_ms - fourth.sampled_at_ms);
    assert_eq!(between(&fifth, &sixth).replica_millis, 2 * (sixth.sampled_at_ms - fifth.sampled_at_ms));

    // It ends and starts between two samples: it runs at both ends, and still was not there all the while.
    metered.kill(1).await;
    metered.runs().await;
    is(HealthStatusEnum::HEALTHY).await;
    let seventh = metered.sample().await;
    assert_eq!(between(&sixth, &seventh).replica_millis, (seventh.sampled_at_ms - sixth.sampled_at_ms).min(5_000));

    // Scaled in, a replica no longer counts, though its container may still be there.
    metered.world.scale(&metered.terms, 1).await.unwrap();
    metered.process.chain.run().await.unwrap();
    let eighth = metered.sample().await;
    assert_eq!(between(&seventh, &eighth).replica_millis, eighth.sampled_at_ms - seventh.sampled_at_ms);
}

#[tokio::test]
async fn memory_is_what_was_held_for_how_long() {
    const HELD: u64 = 40 << 20;
    let metered = MeteredLease::new(FRONT, 1).await;
    metered.ask(0, "/health").await;
    let hold = async {
        metered.ask(0, "/hold?mib=40&ms=600000").await;
    };
    let watch = async {
        until("the memory to be held", async || {
            let before = metered.sample().await;
            let after = metered.sample().await;
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
    let mut metered = MeteredLease::new(FRONT, 1).await;
    drop(metered.process);
    let engine = Arc::new(KillableEngine::new(engine()).describing(elsewhere));
    metered.process = metered.world.process_with(engine.clone(), container_settings()).await.unwrap();
    metered.runs().await;
    metered.ask(0, "/health").await;
    let idle = metered.sample().await;
    assert!(engine.calls().contains(&"counters"), "{:?}", engine.calls());
    let truth = metered.burn(0, 2_000).await;
    let burnt = metered.sample().await;
    let grown = between(&idle, &burnt);
    assert_exact(grown.cpu_nanos, truth);
    assert!(grown.memory_byte_seconds > 0 && grown.network_bytes > 0, "{grown:?}");
    assert_eq!(grown.replica_millis, (burnt.sampled_at_ms - idle.sampled_at_ms).min(5_000));

    // A pause is not a new beginning.
    let id = metered.container(0).await;
    metered.world.docker().await.unwrap().pause_container(&id).await.unwrap();
    metered.sample().await;
    metered.world.docker().await.unwrap().unpause_container(&id).await.unwrap();
    let thawed = metered.sample().await;
    assert!(between(&burnt, &thawed).cpu_nanos < 100_000_000);

    // A death is: the counter falls, and the total does not.
    metered.kill(0).await;
    let dead = metered.sample().await;
    metered.runs().await;
    metered.ask(0, "/health").await;
    let again = metered.sample().await;
    let truth = metered.burn(0, 1_000).await;
    let burnt = metered.sample().await;
    assert_eq!(between(&thawed, &dead).cpu_nanos, 0);
    assert!(between(&dead, &again).cpu_nanos < 1_000_000_000, "it only started");
    assert_exact(between(&again, &burnt).cpu_nanos, truth);
}
