//! Docker Engine over its HTTP API: `BollardEngine` implements the port `ports::engine`, `DockerIo` the port
//! `ports::container_io`.
//!
//! Every container gets the hardening of `spec.rs`; no caller can leave it out.

mod bollard;
mod hijack;
mod lease_containers;
mod logs;
mod read;
mod routes;
mod shell;
mod spec;
mod time;

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

use lease::manifest::Port;
use ports::subnet::Subnet;

pub use self::{
    bollard::BollardEngine,
    shell::{DockerIo, MARKER, SWEEP},
};

/// How the engine is reached, and the limits that every container gets.
#[derive(Debug, Clone)]
pub struct DockerSettings {
    /// `unix:///…`, `tcp://…`; none: `DOCKER_HOST` or the platform's socket, as `docker` does.
    pub host: Option<String>,
    /// The host address on which ports are published; the engine chooses the port numbers.
    pub bind: IpAddr,
    /// The pool from which lease networks get their subnets.
    pub pool: Subnet,
    /// Processes and threads in one container.
    pub pids: u32,
    /// Bytes of one log file, and how many are kept, for each container.
    pub log_bytes: u64,
    pub log_files: u32,
    /// Concurrent creations and starts; an engine gets no faster beyond a few.
    pub parallel: usize,
    /// For every call except pulling and stopping.
    pub timeout: Duration,
    pub pull_timeout: Duration,
}

impl Default for DockerSettings {
    fn default() -> Self {
        Self {
            host: None,
            bind: IpAddr::from([127, 0, 0, 1]),
            pool: Subnet::DEFAULT_POOL,
            pids: 512,
            log_bytes: 10 << 20,
            log_files: 3,
            parallel: 4,
            timeout: Duration::from_secs(30),
            pull_timeout: Duration::from_secs(600),
        }
    }
}

fn published(ports: &BTreeSet<Port>) -> impl Iterator<Item = String> + '_ {
    ports.iter().map(|port| format!("{}/{}", port.number, port.protocol))
}
