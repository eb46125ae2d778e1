//! From a step in the load to the extra replica serving, and what the time goes to.
//!
//! A lease of one replica is under a tenth of the load; then all of it comes. **Seen** is until the policy wishes more,
//! **proof** until a statement shows enough and the step is wanted, **block** until the orchestrator has read the step back
//! from a chain of one block a second, **container** until the replica is healthy. The tenant then takes the lease back to
//! one replica, and it begins again.
//!
//! **Tide** is one rise and fall of a minute, over a lease that follows it and, beside that, over one that always has the most:
//! what its users feel, and what it takes.

use std::time::Duration;

use anvil::Actor;
use anyhow::Context;
use cli::demo::load_generator::{LoadGenerator, RequestTally};
use solidity::LeasePolicy;

use super::{Figure, Target, percentile, provider::now_ms, say};
use crate::{
    running_lease::RunningLease,
    scaled_lease::{self, BURN, POLICY, SERVICE},
    wait::until,
    world::DEPOSIT,
};

const SURGES: usize = 8;
const LOW: f64 = 4.0;
const HIGH: f64 = 40.0;

/// Milliseconds of each surge, by what they went to.
#[derive(Default)]
struct Times {
    seen: Vec<f64>,
    proof: Vec<f64>,
    block: Vec<f64>,
    container: Vec<f64>,
    whole: Vec<f64>,
}

pub async fn run() -> anyhow::Result<()> {
    let running = scaled_lease::start(POLICY, DEPOSIT).await?;
    let load = LoadGenerator::on(&running.url(SERVICE, BURN), LOW)?;
    let mut times = Times::default();
    for surge in 1..=SURGES {
        say(format!("surge {surge} of {SURGES}"));
        rest_at_one(&running, &load).await?;
        surge_once(&running, &load, &mut times).await?;
    }
    drop(load);
    running.stop().await;
    times.print()?;
    Box::pin(beside_a_fixed_size()).await
}

async fn beside_a_fixed_size() -> anyhow::Result<()> {
    say("a tide over a lease that follows it, and over one of a fixed size");
    let running = scaled_lease::start(POLICY, DEPOSIT).await?;
    let (elastic, spent) = tide(&running).await?;
    running.stop().await;
    // No statement moves it.
    let running = scaled_lease::start(LeasePolicy { up: 100, down: 0, ..POLICY }, DEPOSIT).await?;
    let most = POLICY.maxReplicas;
    running.scale(most).await?;
    running.replicas("the most replicas", |_, healthy| healthy == most).await?;
    let (fixed, fixed_spent) = tide(&running).await?;
    running.stop().await;
    let failed = |tally: &RequestTally| tally.failed.values().sum::<u64>() as f64;
    Figure::new("scale/tide_p50_ms", elastic.p50_ms, "ms", Target::None).beside(fixed.p50_ms).print()?;
    Figure::new("scale/tide_p99_ms", elastic.p99_ms, "ms", Target::None).beside(fixed.p99_ms).print()?;
    Figure::new("scale/tide_failed", failed(&elastic), "requests", Target::AtMost(0.0))
        .beside(failed(&fixed))
        .print()?;
    Figure::new("scale/tide_replica_seconds", spent, "s", Target::None).beside(fixed_spent).print()
}

/// What became of the requests, and the replica-seconds that were metered.
async fn tide(running: &RunningLease) -> anyhow::Result<(RequestTally, f64)> {
    let tenant = running.session(Actor::Tenant).await?;
    let metered = async || {
        let (_, usage) = tenant.get(&running.path("/usage")).await?;
        usage["replicaSeconds"].as_f64().context("a usage without replica-seconds")
    };
    let before = metered().await?;
    let load = LoadGenerator::on(&running.url(SERVICE, BURN), LOW)?;
    for (rate, seconds) in [(LOW, 5), (HIGH, 40), (LOW, 15)] {
        load.set_rate(rate);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    let tally = load.stop().await;
    Ok((tally, metered().await? - before))
}

/// One replica, nothing waits, and the cooldown is over.
async fn rest_at_one(running: &RunningLease, load: &LoadGenerator) -> anyhow::Result<()> {
    load.set_rate(LOW);
    running.replicas("one replica", |wanted, healthy| (wanted, healthy) == (1, 1)).await?;
    tokio::time::sleep(Duration::from_secs(8)).await;
    running.replicas("one replica still", |wanted, healthy| (wanted, healthy) == (1, 1)).await
}

async fn surge_once(running: &RunningLease, load: &LoadGenerator, times: &mut Times) -> anyhow::Result<()> {
    let began = now_ms();
    load.set_rate(HIGH);
    // A view a few milliseconds apart tells block and container; the rulings have times of their own.
    let read = until("the step to be read", async || {
        let view = running.orchestrator.api.get(&running.path("")).await?;
        Ok((view["replicas"]["wanted"].as_u64() > Some(1)).then(now_ms))
    });
    let read = read.await?;
    running.replicas("the extra replica", |_, healthy| healthy > 1).await?;
    let healthy = now_ms();
    let said = running.scaling().await?;
    let rulings = said["rulings"].as_array().into_iter().flatten().rev();
    let mut later = rulings.filter(|ruling| ruling["atMs"].as_f64() >= Some(began));
    let at = |ruling: Option<&serde_json::Value>| ruling.and_then(|ruling| ruling["atMs"].as_f64()).unwrap_or(began);
    let wished = later.clone().find(|ruling| ruling["wish"].as_u64() > ruling["present"].as_u64());
    let (wished, stepped) = (at(wished), at(later.find(|ruling| ruling["outcome"] == "stepping")));
    times.seen.push(wished - began);
    times.proof.push(stepped - wished);
    times.block.push(read - stepped);
    times.container.push(healthy - read);
    times.whole.push(healthy - began);
    load.set_rate(LOW);
    running.scale(1).await
}

impl Times {
    fn print(&mut self) -> anyhow::Result<()> {
        let all: f64 = self.whole.iter().sum();
        let (p50, p95) = (percentile(&mut self.whole, 0.5), percentile(&mut self.whole, 0.95));
        Figure::new("scale/surge_to_serving_p50_ms", p50, "ms", Target::None).print()?;
        Figure::new("scale/surge_to_serving_p95_ms", p95, "ms", Target::None).print()?;
        let parts = [
            ("seen", &mut self.seen),
            ("proof", &mut self.proof),
            ("block", &mut self.block),
            ("container", &mut self.container),
        ];
        for (name, times) in parts {
            let share = times.iter().sum::<f64>() / all;
            Figure::new(format!("scale/surge_{name}_p50_ms"), percentile(times, 0.5), "ms", Target::None).print()?;
            Figure::new(format!("scale/surge_{name}_share"), share, "share", Target::None).print()?;
        }
        Ok(())
    }
}
