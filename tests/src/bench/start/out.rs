//! From the block with a step up to the engine's own time of the new replica's start: once with a replica that was made
//! ahead (warm), once without (cold). One lease each time steps from one replica to two and back; the sides take turns.

use anyhow::Context;
use lease::reconcile::ContainerState;
use ports::engine::{Engine, EngineContainer};

use crate::bench::{
    Figure, Target, percentile,
    provider::{Opened, Provider, until},
    say,
};

/// Turns of each side, and steps in each turn.
const TURNS: usize = 3;
const STEPS: usize = 7;

pub async fn measure(provider: &mut Provider, manifest: &str, millicores: u32) -> anyhow::Result<()> {
    say(format!("{TURNS} times {STEPS} steps up with a warm replica, and as many without"));
    let opened = provider.open_wide(manifest, millicores, 1, (1, 2)).await?;
    let lease = opened.first().context("no lease")?;
    provider.running(lease.lease).await?;
    let (mut warm, mut cold) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        for (kept, side) in [(1, &mut warm), (0, &mut cold)] {
            provider.rest().await;
            provider.warm = kept;
            provider.work()?;
            for _ in 0..STEPS {
                side.push(step(provider, lease).await?);
            }
        }
    }
    provider.close(&opened).await?;
    let (warm, cold) = (percentile(&mut warm, 0.5), percentile(&mut cold, 0.5));
    Figure::new("scale/out_warm_ms", warm, "ms", Target::AtMost(cold.round())).beside(cold).print()?;
    Figure::new("scale/out_cold_ms", cold, "ms", Target::None).print()
}

/// Waits until the lease has its one replica and what is kept warm, steps up, and back.
async fn step(provider: &Provider, lease: &Opened) -> anyhow::Result<f64> {
    let second = async || {
        let containers = provider.engine.list(provider.owner, Some(lease.lease)).await?.containers;
        anyhow::Ok(containers.into_iter().find(|container| container.seen.slot.replica == 1))
    };
    let at_rest = || async {
        let found = second().await?;
        let state = found.map(|container| container.seen.state);
        Ok((state == (provider.warm > 0).then_some(ContainerState::Created)).then_some(()))
    };
    until("the lease to be at rest with one replica", at_rest).await?;
    let stepped_ms = provider.scale(lease, 2).await?;
    let runs =
        |container: EngineContainer| (container.seen.state == ContainerState::Running).then_some(container.seen.id);
    let id = until("the second replica to run", || async { Ok(second().await?.and_then(runs)) }).await?;
    let started_ms = provider.engine.details(&id).await?.started_at_ms as f64;
    provider.scale(lease, 1).await?;
    Ok(started_ms - stepped_ms)
}
