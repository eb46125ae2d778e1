//! What metering costs, and how exact it is.
//!
//! **The sweep** is a whole run of the meter stage over a thousand open leases, each with a cgroup of its own and a
//! process in it: the leases' rows, the counters of every group, the interfaces of every process, the totals, and the
//! commit of a thousand samples to SQLite. Only the engine is played (see `crowd`): a thousand containers would not fit.
//! The reading of the counters alone is another row. The peer opens the same files for each reading.
//!
//! **The error** compares the stage's CPU time of a lease with what the kernel counted in each of its containers' own
//! groups, as the engine tells it. A container burns CPU time, is stopped in its tracks (SIGSTOP), read, and killed; the
//! next burns on. Once it crashes by itself, and once it is killed while no orchestrator runs. What a process still uses
//! while it dies is the error, and whatever metering loses.

mod crowd;

use std::{sync::Arc, time::Instant};

use adapters::{cgroup::HostKernel, clock::SystemClock};
use alloy::{
    primitives::{B256, U256, keccak256},
    sol_types::SolEvent,
};
use anyhow::{Context, ensure};
use bollard::query_parameters::KillContainerOptions;
use driver::Stage;
use lease::reconcile::ContainerState;
use ports::engine::Engine;
use serde::Deserialize;
use solidity::{Market::LeaseOpened, Terms};
use stages::meter::MeterStage;
use store::{BlockRef, ChainChange, EventRow, Segment, Store};
use tokio::process::Command;

use self::crowd::Crowd;
use super::{
    Figure, Target, percentile,
    provider::{Opened, Provider, interruptible, until},
    say,
};
use crate::transactions::order;

const LEASES: usize = 1_000;
const SWEEPS: usize = 30;
/// Of each of two threads, in each run of a container.
const BURN_MS: u64 = 1_000;
const MILLICORES: u32 = 2_000;

const MANIFEST: &str = "services:\n  app:\n    image: tidemark-sample:latest\n    command: [\"front\"]\n    \
                        ports: [\"8080\"]\n    read_only: true\n    stop_grace_period: 1s\n";

pub async fn run() -> anyhow::Result<()> {
    let mut provider = Provider::start().await?;
    let outcome = interruptible(Box::pin(measure(&mut provider))).await;
    provider.end().await;
    outcome
}

async fn measure(provider: &mut Provider) -> anyhow::Result<()> {
    let opened = provider.open(MANIFEST, MILLICORES, 1).await?;
    let lease = opened.first().context("no lease")?;
    provider.running(lease.lease).await?;

    say("a lease that burns CPU time through kills, a crash and a restart of its orchestrator");
    let (metered, counted) = accuracy(provider, lease).await?;
    let error = (metered - counted).abs() / counted;
    Figure::new("meter/cpu_s", metered, "s", Target::None).beside(counted).print()?;
    Figure::new("meter/error_ratio", error, "ratio", Target::AtMost(0.001)).print()?;

    say(format!("{LEASES} leases, {SWEEPS} sweeps"));
    provider.rest().await;
    // Into its network, so that every process has the interfaces that a container has.
    let Life { pid, .. } = Life::of(provider, lease).await?;
    let leases: Vec<B256> = (0..LEASES).map(|i| keccak256(format!("{}{i}", provider.owner.market))).collect();
    let crowd = Arc::new(Crowd::gather(&leases, provider.owner, provider.engine.info().await?, pid).await?);
    let outcome = sweeps(provider, &crowd, &leases).await;
    let ended = Arc::into_inner(crowd).context("the crowd is still looked at")?.end().await;
    outcome.and(ended)
}

async fn sweeps(provider: &Provider, crowd: &Arc<Crowd>, leases: &[B256]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let store = Arc::new(Store::open(&format!("sqlite:{}", folder.path().join("tidemark.db").display())).await?);
    store.bind(&provider.devnet.deployment, provider.owner.provider).await?;
    let leases = open_in(&store, provider, leases).await?;
    let meter = MeterStage::new(
        store.clone(),
        crowd.clone(),
        Arc::new(SystemClock),
        Arc::new(HostKernel),
        provider.owner,
        Default::default(),
        Default::default(),
    );
    let (mut stage, mut counters, mut opening) = (Vec::new(), Vec::new(), Vec::new());
    let gauges = crowd.gauges()?;
    for i in 0..=SWEEPS {
        let began = Instant::now();
        let counts = meter.run().await?;
        let took = began.elapsed();
        ensure!(counts.get("sampled") == Some(&(leases as u64)), "not every lease was sampled: {counts:?}");
        let began = Instant::now();
        for (gauge, traffic) in &gauges {
            gauge.read()?;
            traffic.read()?;
        }
        let read = began.elapsed();
        let began = Instant::now();
        for (gauge, traffic) in crowd.gauges()? {
            gauge.read()?;
            traffic.read()?;
        }
        let opened = began.elapsed();
        // The first opens and reads everything.
        if i > 0 {
            stage.push(took.as_secs_f64() * 1000.0);
            counters.push(read.as_secs_f64() * 1000.0);
            opening.push(opened.as_secs_f64() * 1000.0);
        }
        // As long as between two samples, so that none is a second of its millisecond.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (stage, counters) = (percentile(&mut stage, 0.5), percentile(&mut counters, 0.5));
    Figure::new("meter/counters_1000_ms", counters, "ms", Target::None)
        .beside(percentile(&mut opening, 0.5))
        .print()?;
    Figure::new("meter/sweep_1000_ms", stage, "ms", Target::AtMost(50.0)).print()
}

/// Opens leases in a store as the chain stage would. Returns how many.
async fn open_in(store: &Store, provider: &Provider, leases: &[B256]) -> anyhow::Result<usize> {
    let block = BlockRef { number: 1, hash: keccak256("block"), time: 1 };
    let mut events = Vec::new();
    for (i, lease) in leases.iter().enumerate() {
        let order = order(B256::ZERO, 1, i as u64);
        let terms = Terms {
            tenant: provider.owner.market,
            provider: provider.owner.provider,
            shape: order.shape,
            salt: order.salt,
            ..Terms::default()
        };
        let opened = LeaseOpened {
            lease: *lease,
            tenant: terms.tenant,
            provider: terms.provider,
            offer: 1,
            deposit: U256::from(1),
            replicas: 1,
            policy: order.policy,
            terms,
        };
        store.put_manifest(*lease, B256::ZERO, MANIFEST.as_bytes()).await?;
        let event = EventRow::decode(1, i as u64, 1, B256::ZERO, opened.encode_log_data());
        events.push(event.context("an event that does not decode")?);
    }
    store.apply(None, &ChainChange::Committed(Segment { blocks: vec![block], events }), 128).await?;
    Ok(leases.len())
}

/// A container from one start to its end.
struct Life {
    id: String,
    pid: u32,
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Burnt {
    cpu_ms: u64,
}

impl Life {
    /// The lease's container once it runs.
    async fn of(provider: &Provider, lease: &Opened) -> anyhow::Result<Self> {
        let look = || async {
            let view = provider.engine.list(provider.owner, Some(lease.lease)).await?;
            let up = view.containers.into_iter().find(|container| container.seen.state == ContainerState::Running);
            let Some(container) = up else { return Ok(None) };
            let pid = provider.engine.details(&container.seen.id).await?.pid;
            let port = container.ports.first().context("the container has no port")?;
            let url = format!("http://{}:{}", port.host_ip, port.host);
            let answers = reqwest::get(format!("{url}/health")).await.is_ok();
            Ok((pid > 0 && answers).then_some(Self { id: container.seen.id, pid, url }))
        };
        until("a container to serve", look).await
    }

    /// Burns CPU time; returns the seconds that the burning threads' own clocks show.
    async fn burn(&self) -> anyhow::Result<f64> {
        let url = format!("{}/burn?ms={BURN_MS}&threads=2", self.url);
        let burnt: Burnt = reqwest::get(url).await?.error_for_status()?.json().await?;
        Ok(burnt.cpu_ms as f64 / 1000.0)
    }

    async fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let sent = Command::new("kill").args([signal, &self.pid.to_string()]).status().await?;
        ensure!(sent.success(), "kill {signal} failed");
        Ok(())
    }

    /// Seconds of CPU time that the kernel counted in the container's own group.
    async fn counted(&self, provider: &Provider) -> anyhow::Result<f64> {
        Ok(provider.engine.counters(&self.id).await?.cpu_nanos as f64 / 1e9)
    }

    async fn kill(self) -> anyhow::Result<()> {
        let docker = bollard::Docker::connect_with_defaults()?;
        Ok(docker.kill_container(&self.id, None::<KillContainerOptions>).await?)
    }
}

/// Seconds of CPU time as metered, and as counted by the kernel in each of the containers.
async fn accuracy(provider: &mut Provider, lease: &Opened) -> anyhow::Result<(f64, f64)> {
    let (mut counted, mut burnt) = (0.0, 0.0);
    for end in [End::Kill, End::Crash, End::KillUnwatched, End::Kill] {
        let life = Life::of(provider, lease).await?;
        burnt += life.burn().await?;
        if end == End::Crash {
            // It rests, and needs to run to crash.
            counted += life.counted(provider).await?;
            reqwest::get(format!("{}/fail?code=3", life.url)).await?;
            let id = life.id;
            let ended = || async {
                let details = provider.engine.details(&id).await?;
                Ok((details.exit_code == Some(3) || details.pid != life.pid).then_some(()))
            };
            until("a container to crash", ended).await?;
            continue;
        }
        life.signal("-STOP").await?;
        counted += life.counted(provider).await?;
        if end == End::KillUnwatched {
            provider.rest().await;
        }
        life.kill().await?;
        if end == End::KillUnwatched {
            provider.work()?;
        }
    }
    let last = Life::of(provider, lease).await?;
    burnt += last.burn().await?;
    last.signal("-STOP").await?;
    counted += last.counted(provider).await?;
    let stopped_ms = super::provider::now_ms() as u64;
    let sampled = || async {
        let totals = provider.store.meter_totals(lease.lease).await?;
        Ok(totals.filter(|totals| totals.sampled_at_ms > stopped_ms))
    };
    let metered = until("a sample", sampled).await?.counters.cpu_nanos as f64 / 1e9;
    last.signal("-CONT").await?;
    ensure!(metered >= burnt, "{metered} s were metered of {burnt} s that were burnt");
    Ok((metered, counted))
}

/// How a container ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Kill,
    Crash,
    /// While no orchestrator runs.
    KillUnwatched,
}
