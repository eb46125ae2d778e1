//! From a lease opened on chain to its replica running, beside what the engine alone takes for the same container.
//!
//! **Ours** begins when the block with the opening arrives over WebSocket and ends at the moment that the container stage
//! records as "all replicas run"; in between lie the chain stage's commit, every read and write of the container stage,
//! the lease's own network, and the container. The manifest is in the store before, as when a tenant uploads at once.
//!
//! **The peer** is a program that only starts containers: the same calls to the same engine (a network with an explicit
//! subnet beside the creation of the container, then the start), from before the first to the answer of the last. Its
//! container is ours over again: image, command and `HostConfig` are copied from an inspection of one of our containers.
//! The image is cached. Pairs take turns in going first, and each is removed before the next.
//!
//! **Scaling out** is measured with and without a warm replica: see `out`.

mod bare;
mod out;

use anyhow::Context;
use bollard::query_parameters::KillContainerOptions;
use futures::{StreamExt, TryStreamExt, stream};
use ports::engine::Engine;

use self::bare::Bare;
use super::{
    Figure, Target, percentile,
    provider::{Provider, interruptible, until},
    say,
};

const PAIRS: usize = 30;
/// Every so many pairs one container of each side is killed.
const HEAL_EVERY: usize = 3;
/// Leases in one block.
const BURST: usize = 12;
const BURSTS: usize = 3;
/// Starts at a time; the container stage's own limit.
const AT_A_TIME: usize = 4;

/// Half a CPU for each replica: a smaller share would slow the start itself down, on our side and on the peer's.
const MILLICORES: u32 = 500;

const MANIFEST: &str = "services:\n  app:\n    image: tidemark-sample:latest\n    command: [\"sleep\"]\n    \
                        read_only: true\n    stop_grace_period: 1s\n";

pub async fn run() -> anyhow::Result<()> {
    let mut provider = Provider::start().await?;
    let outcome = interruptible(Box::pin(measure(&mut provider))).await;
    provider.end().await;
    outcome
}

async fn measure(provider: &mut Provider) -> anyhow::Result<()> {
    // The first lease gives the configuration of the peer's containers, and warms both sides up.
    let first = provider.open(MANIFEST, MILLICORES, 1).await?;
    provider.running(first[0].lease).await?;
    let (container, info) = (provider.container(first[0].lease).await?, provider.engine.info().await?);
    let bare = Bare::like(&container, provider.owner.market, &info).await?;
    provider.close(&first).await?;
    let outcome = beside(provider, &bare).await;
    bare.end().await.and(outcome)?;
    out::measure(provider, MANIFEST, MILLICORES).await
}

async fn beside(provider: &Provider, bare: &Bare) -> anyhow::Result<()> {
    bare.remove(bare.start().await?).await?;
    say(format!("{PAIRS} leases, one at a time"));
    let mut pairs = Pairs::default();
    for i in 0..PAIRS {
        let heals = i % HEAL_EVERY == 0;
        if i % 2 == 0 {
            ours(provider, &mut pairs.ours, heals).await?;
            theirs(provider, bare, &mut pairs.bare, heals).await?;
        } else {
            theirs(provider, bare, &mut pairs.bare, heals).await?;
            ours(provider, &mut pairs.ours, heals).await?;
        }
    }
    pairs.print()?;

    say(format!("{BURST} leases in one block, {BURSTS} times"));
    let (mut rates, mut bare_rates) = (Vec::new(), Vec::new());
    for _ in 0..BURSTS {
        rates.push(burst(provider).await?);
        bare_rates.push(bare_burst(bare).await?);
    }
    let (rate, bare_rate) = (percentile(&mut rates, 0.5), percentile(&mut bare_rates, 0.5));
    Figure::new("start/throughput_per_s", rate, "1/s", Target::None).beside(bare_rate).print()?;
    Figure::new("start/throughput_ratio", rate / bare_rate, "ratio", Target::AtLeast(0.95)).print()
}

/// Milliseconds of one side, by pair.
#[derive(Default)]
struct Side {
    /// Until the starter has observed that it runs.
    running: Vec<f64>,
    /// Until the engine's own time of the start.
    started: Vec<f64>,
    /// From a kill to the engine's time of the next start.
    healed: Vec<f64>,
}

#[derive(Default)]
struct Pairs {
    ours: Side,
    bare: Side,
}

impl Pairs {
    fn print(&mut self) -> anyhow::Result<()> {
        let (ours, bare) = (&mut self.ours, &mut self.bare);
        // Pair by pair, before each side is sorted.
        let mut overhead: Vec<_> = ours.running.iter().zip(&bare.running).map(|(ours, bare)| ours - bare).collect();
        let (p50, bare_p50) = (percentile(&mut ours.running, 0.5), percentile(&mut bare.running, 0.5));
        let (p95, bare_p95) = (percentile(&mut ours.running, 0.95), percentile(&mut bare.running, 0.95));
        Figure::new("start/opened_to_running_p50_ms", p50, "ms", Target::None).beside(bare_p50).print()?;
        Figure::new("start/opened_to_running_p95_ms", p95, "ms", Target::None).beside(bare_p95).print()?;
        let (started, bare_started) = (percentile(&mut ours.started, 0.5), percentile(&mut bare.started, 0.5));
        Figure::new("start/opened_to_started_p50_ms", started, "ms", Target::None).beside(bare_started).print()?;
        Figure::new("start/overhead_ratio", p50 / bare_p50, "ratio", Target::AtMost(1.10)).print()?;
        let (p50, p95) = (percentile(&mut overhead, 0.5), percentile(&mut overhead, 0.95));
        Figure::new("start/overhead_p50_ms", p50, "ms", Target::AtMost(25.0)).print()?;
        Figure::new("start/overhead_p95_ms", p95, "ms", Target::AtMost(500.0)).print()?;
        let (healed, bare_healed) = (percentile(&mut ours.healed, 0.5), percentile(&mut bare.healed, 0.5));
        Figure::new("start/self_heal_ms", healed, "ms", Target::AtMost(350.0)).beside(bare_healed).print()
    }
}

async fn ours(provider: &Provider, side: &mut Side, heals: bool) -> anyhow::Result<()> {
    let opened = provider.open(MANIFEST, MILLICORES, 1).await?;
    let at_ms = opened[0].at_ms;
    side.running.push(provider.running(opened[0].lease).await? - at_ms);
    let id = provider.container(opened[0].lease).await?;
    side.started.push(provider.engine.details(&id).await?.started_at_ms as f64 - at_ms);
    if heals {
        let docker = bollard::Docker::connect_with_defaults()?;
        let killed_ms = super::provider::now_ms();
        docker.kill_container(&id, None::<KillContainerOptions>).await?;
        let again = || async {
            let started_ms = provider.engine.details(&id).await?.started_at_ms as f64;
            Ok((started_ms > killed_ms).then_some(started_ms))
        };
        side.healed.push(until("a killed container to run again", again).await? - killed_ms);
    }
    provider.close(&opened).await
}

async fn theirs(provider: &Provider, bare: &Bare, side: &mut Side, heals: bool) -> anyhow::Result<()> {
    let at_ms = super::provider::now_ms();
    let made = bare.start().await?;
    side.running.push(super::provider::now_ms() - at_ms);
    side.started.push(provider.engine.details(&made.id).await?.started_at_ms as f64 - at_ms);
    if heals {
        let killed_ms = super::provider::now_ms();
        bare.kill_and_start(&made).await?;
        side.healed.push(provider.engine.details(&made.id).await?.started_at_ms as f64 - killed_ms);
    }
    bare.remove(made).await
}

/// Starts a second, from the block's arrival to the last lease recorded as running.
async fn burst(provider: &Provider) -> anyhow::Result<f64> {
    let opened = provider.open(MANIFEST, MILLICORES, BURST).await?;
    let mut last = 0f64;
    for opened in &opened {
        last = last.max(provider.running(opened.lease).await?);
    }
    let began = opened.first().context("no lease")?.at_ms;
    provider.close(&opened).await?;
    Ok(BURST as f64 * 1000.0 / (last - began))
}

/// The same of the engine alone, with so many starts under way at any time.
async fn bare_burst(bare: &Bare) -> anyhow::Result<f64> {
    let began = super::provider::now_ms();
    let made: Vec<_> = stream::iter(0..BURST).map(|_| bare.start()).buffer_unordered(AT_A_TIME).try_collect().await?;
    let took = super::provider::now_ms() - began;
    for made in made {
        bare.remove(made).await?;
    }
    Ok(BURST as f64 * 1000.0 / took)
}
