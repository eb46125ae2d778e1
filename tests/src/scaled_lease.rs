//! A lease whose capacity follows a real load, for the tests and the figures of scaling.

use anvil::Mining;
use solidity::{LeasePolicy, Order, Shape};

use crate::{running_lease::RunningLease, world::World};

/// The service that serves [`MANIFEST`]'s requests.
pub const SERVICE: &str = "front";

/// Requests that each burn ten milliseconds of CPU time: two tenths of a CPU serve twenty of them a second.
pub const BURN: &str = "/burn?ms=10";

/// The health check's timeout is long, because the load uses all of the CPU.
pub const MANIFEST: &str = r#"
services:
  front:
    image: tidemark-sample:latest
    command: ["front"]
    ports: ["8080"]
    healthcheck: { test: ["CMD", "/sample", "health", "http://127.0.0.1:8080/health"], interval: 2s, timeout: 10s }
x-tidemark:
  scaling: { policy: threshold, shadow: default }
"#;

/// One replica to four, with a target of 60 %.
pub const POLICY: LeasePolicy =
    LeasePolicy { minReplicas: 1, maxReplicas: 4, target: 60, up: 70, down: 50, cooldown: 5, step: 3, headroom: 1 };

/// Runs one replica of [`MANIFEST`] under a policy and with a deposit in wei, on a chain with a block each second.
pub async fn start(policy: LeasePolicy, deposit: u64) -> anyhow::Result<RunningLease> {
    let world = World::builder().mining(Mining::Every(1)).start().await?;
    let order = world.order(MANIFEST, 1);
    let shape = Shape { millicores: 200, ..order.shape };
    let order = Order { policy, shape, ..order };
    RunningLease::start(world, MANIFEST, order, deposit, |_| {}).await
}
