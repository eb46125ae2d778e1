//! The gateway beside nginx and beside the bare containers, over the same four replicas in the same run.
//!
//! **Throughput** is what connections that are kept alive get answered when each sends its next request at its answer.
//! **Latency** is measured at a rate that all sides can hold, from the moment at which a request was due, so that one slow
//! answer does not hide those behind it. The client, the replicas and the proxy between them share this machine's
//! cores. Each side has its own threads or processes, one worker a core; sides take turns, and a figure is the median of
//! its rounds.

mod load;
mod nginx;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use driver::Wakeup;
use gateway::{Gateway, state::GatewayLimits};
use lease::label;
use ports::subnet::Subnet;
use store::container::ContainerRow;
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};

use self::{
    load::{Measured, Side},
    nginx::Nginx,
};
use super::{
    Figure, Target, percentile,
    provider::{Opened, Provider, interruptible, until},
    say,
};

const REPLICAS: u16 = 4;
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);

const MANIFEST: &str = "services:\n  web:\n    image: tidemark-sample:latest\n    command: [\"front\"]\n    \
                        ports: [\"8080\"]\n    stop_grace_period: 1s\n";

pub async fn run() -> anyhow::Result<()> {
    let provider = Provider::start().await?;
    let outcome = interruptible(Box::pin(measure(&provider))).await;
    provider.end().await;
    outcome
}

async fn measure(provider: &Provider) -> anyhow::Result<()> {
    let opened = provider.open_wide(MANIFEST, 2_000, 1, (REPLICAS, REPLICAS)).await?;
    let lease = opened.first().context("no lease")?;
    provider.running(lease.lease).await?;
    let replicas = replicas(provider, lease).await?;
    let nginx = Nginx::start(&replicas).await?;
    let gateway = Served::start(provider).await?;
    let host = format!("{}.localhost", label::served("web", lease.lease));
    let sides = [
        Side { name: "bare", addresses: replicas, host: "bare".to_owned() },
        Side { name: "nginx", addresses: vec![nginx.address], host: "nginx".to_owned() },
        Side { name: "gateway", addresses: vec![gateway.address], host },
    ];
    let last = &sides[2];
    until("the gateway to know the lease", || async { Ok(load::answers(last).await.ok()) }).await?;
    let outcome = Box::pin(compare(&sides)).await;
    gateway.end().await;
    drop(nginx);
    provider.close(&opened).await?;
    outcome
}

async fn replicas(provider: &Provider, lease: &Opened) -> anyhow::Result<Vec<SocketAddr>> {
    let seen = provider.store.containers(lease.lease).await?;
    let address = |seen: &ContainerRow| Some(SocketAddr::new(seen.address?, 8080));
    let replicas: Vec<_> = seen.iter().filter_map(address).collect();
    ensure!(replicas.len() == usize::from(REPLICAS), "{} of {REPLICAS} replicas have an address", replicas.len());
    Ok(replicas)
}

async fn compare(sides: &[Side; 3]) -> anyhow::Result<()> {
    say("1 KiB as fast as it goes, 64 connections");
    let full = rounds(sides, |side| load::closed(side, "/bytes?n=1024", 64, ROUND)).await?;
    throughput("gateway/1kib", &full, true)?;
    say("1 KiB, 500 a second");
    let paced = rounds(sides, |side| load::paced(side, "/bytes?n=1024", 16, 500, ROUND)).await?;
    latency("gateway/1kib", &paced, true)?;
    say("1 MiB as fast as it goes, 8 connections");
    let full = rounds(sides, |side| load::closed(side, "/bytes?n=1048576", 8, ROUND)).await?;
    throughput("gateway/1mib", &full, true)?;
    say("1 MiB, 40 a second");
    let paced = rounds(sides, |side| load::paced(side, "/bytes?n=1048576", 8, 40, ROUND)).await?;
    latency("gateway/1mib", &paced, false)?;
    say("a WebSocket that echoes, 16 of them");
    let sockets = rounds(sides, |side| load::echo(side, 16, ROUND)).await?;
    throughput("gateway/websocket_echo", &sockets, false)
}

/// By side, one a round.
type Rounds = [Vec<Measured>; 3];

async fn rounds<'a, F>(sides: &'a [Side; 3], run: impl Fn(&'a Side) -> F) -> anyhow::Result<Rounds>
where
    F: Future<Output = anyhow::Result<Measured>>,
{
    let mut all: Rounds = Default::default();
    for round in 0..ROUNDS {
        for turn in 0..sides.len() {
            // Each side goes first, second and last.
            let index = (round + turn) % sides.len();
            let measured = run(&sides[index]).await.with_context(|| sides[index].name)?;
            ensure!(measured.failed == 0, "{} requests failed at {}", measured.failed, sides[index].name);
            all[index].push(measured);
        }
    }
    Ok(all)
}

fn median(rounds: &[Measured], of: fn(&Measured) -> f64) -> f64 {
    percentile(&mut rounds.iter().map(of).collect::<Vec<_>>(), 0.5)
}

fn throughput(name: &str, rounds: &Rounds, bound: bool) -> anyhow::Result<()> {
    let [bare, nginx, gateway] = [0, 1, 2].map(|side| median(&rounds[side], |measured| measured.rate));
    let target = if bound { Target::AtLeast(0.8) } else { Target::None };
    Figure::new(format!("{name}_bare_per_s"), bare, "1/s", Target::None).print()?;
    Figure::new(format!("{name}_per_s"), gateway, "1/s", Target::None).beside(nginx).print()?;
    Figure::new(format!("{name}_rate_ratio"), gateway / nginx, "ratio", target).print()?;
    let [nginx, gateway] = [1, 2].map(|side| median(&rounds[side], |measured| measured.p99_ms));
    let target = if bound { Target::AtMost(1.3) } else { Target::None };
    Figure::new(format!("{name}_full_p99_ms"), gateway, "ms", Target::None).beside(nginx).print()?;
    Figure::new(format!("{name}_full_p99_ratio"), gateway / nginx, "ratio", target).print()
}

/// Beyond what the bare containers take.
fn latency(name: &str, rounds: &Rounds, bound: bool) -> anyhow::Result<()> {
    let [bare, nginx, gateway] = [0, 1, 2].map(|side| median(&rounds[side], |measured| measured.p50_ms));
    Figure::new(format!("{name}_added_p50_ms"), gateway - bare, "ms", Target::None).beside(nginx - bare).print()?;
    let [bare, nginx, gateway] = [0, 1, 2].map(|side| median(&rounds[side], |measured| measured.p99_ms));
    Figure::new(format!("{name}_added_p99_ms"), gateway - bare, "ms", Target::None).beside(nginx - bare).print()?;
    Figure::new(format!("{name}_p99_ms"), gateway, "ms", Target::None).beside(nginx).print()?;
    let target = if bound { Target::AtMost(1.3) } else { Target::None };
    Figure::new(format!("{name}_p99_ratio"), gateway / nginx, "ratio", target).print()
}

/// The gateway on threads of its own.
struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    runtime: Runtime,
}

impl Served {
    async fn start(provider: &Provider) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let pool: Subnet = super::provider::POOL.parse().map_err(anyhow::Error::msg)?;
        let wakeups = (Wakeup::default(), Wakeup::default());
        let store = provider.store.clone();
        let gateway =
            Gateway::new(store, provider.owner.provider, pool, "localhost", GatewayLimits::default(), wakeups);
        let (stop, shutdown) = watch::channel(false);
        let (bound, address) = tokio::sync::oneshot::channel();
        runtime.spawn(async move {
            let listener: TcpListener = Gateway::bind(([127, 0, 0, 1], 0).into()).await?;
            let _ = bound.send(listener.local_addr()?);
            Arc::new(gateway).serve(listener, shutdown).await;
            anyhow::Ok(())
        });
        Ok(Self { address: address.await.context("the gateway did not start")?, stop, runtime })
    }

    async fn end(self) {
        let _ = self.stop.send(true);
        self.runtime.shutdown_background();
    }
}
