//! The container engine as the container stage and the meter stage see it.
//!
//! The trait speaks of leases and slots. The crate `adapters` implements it over Docker and adds the hardening that
//! every container gets (`adapters/src/docker/spec.rs`); no caller can leave it out. Tests wrap the trait in order to
//! fail or to kill the process between two calls.

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

use alloy::primitives::B256;
use async_trait::async_trait;
use futures::{future::try_join_all, stream::BoxStream};
use serde::{Deserialize, Serialize};
use solidity::Shape;

use lease::{
    label::{Owner, Tag},
    manifest::Service,
    reconcile::{ObservedContainer, Slot},
};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the engine did not fulfil a request. No message repeats its source's text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the container engine is not reachable: check that it runs and that this user may use its socket")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the container engine did not answer within {seconds} s when asked to {what}")]
    Timeout { what: &'static str, seconds: u64 },
    #[error("the image {reference} is neither on this machine nor to be pulled: {reason}")]
    NoImage { reference: String, reason: String },
    #[error("the image {reference} is for {image}, and this machine runs {engine}: push it for {engine}")]
    Architecture { reference: String, image: String, engine: String },
    #[error("the object is gone")]
    NotFound,
    #[error("something else has the name {0}: it does not carry this lease's labels")]
    Taken(String),
    #[error("the network pool {0} has no free subnet left: give a larger one")]
    PoolEmpty(String),
    #[error("the engine refused to {what}: {reason}")]
    Refused { what: &'static str, reason: String },
}

impl Error {
    /// Whether the engine as a whole is unreachable, so that nothing is known about the lease.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Timeout { .. })
    }
}

impl From<Error> for crate::container_io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::Gone,
            Error::Refused { reason, .. } => Self::Refused(reason),
            other => Self::Away(Box::new(other)),
        }
    }
}

/// The engine and its machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    pub version: String,
    pub api_version: String,
    /// Version of the program that starts containers, when the engine reports it.
    pub runc_version: Option<String>,
    pub os: String,
    /// As image references name it: `amd64`, `arm64`.
    pub architecture: String,
    /// 1 or 2.
    pub cgroup_version: u8,
    /// `cgroupfs` or `systemd`.
    pub cgroup_driver: String,
    pub cpus: u32,
    pub memory_bytes: u64,
    /// Whether containers can be given GPUs.
    pub gpus: bool,
}

/// A resolved image: the tag is resolved once, and this is what runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// `sha256:…` of the image's configuration: what the engine runs.
    pub id: String,
    /// `name@sha256:…` when it came from a registry, by which it can be pulled again.
    pub digest: Option<String>,
}

/// A container as the engine lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineContainer {
    pub tag: Tag,
    pub seen: ObservedContainer,
    pub image_id: String,
    pub ports: Vec<PublishedPort>,
    /// In its lease's network; none while it does not run.
    pub address: Option<IpAddr>,
}

/// A container's port and where it is published on the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedPort {
    pub container: u16,
    pub protocol: String,
    pub host_ip: String,
    pub host: u16,
}

/// A network or a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub tag: Tag,
    /// The argument that removes it: a network's id, a volume's name.
    pub id: String,
    /// A volume's name in the manifest.
    pub volume: Option<String>,
}

/// All objects of one owner, or of one of its leases.
#[derive(Debug, Clone, Default)]
pub struct EngineListing {
    pub containers: Vec<EngineContainer>,
    pub networks: Vec<Object>,
    pub volumes: Vec<Object>,
}

impl EngineListing {
    pub fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.networks.is_empty() && self.volumes.is_empty()
    }
}

/// What only inspecting a container tells. Times are the machine's Unix milliseconds, 0 when it has not happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerDetails {
    /// Of the first process, on an engine that shares our kernel; 0 when it does not run.
    pub pid: u32,
    pub started_at_ms: u64,
    pub finished_at_ms: u64,
    pub exit_code: Option<i64>,
    pub out_of_memory: bool,
    /// The engine's reason why it did not start.
    pub error: Option<String>,
    /// What the last health check printed.
    pub health_output: Option<String>,
}

/// The engine's own counters, used where control groups cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EngineCounters {
    pub cpu_nanos: u64,
    pub memory_bytes: u64,
    pub network_bytes: u64,
}

/// What a container is created from.
#[derive(Debug, Clone)]
pub struct ContainerSpec {
    pub tag: Tag,
    pub slot: Slot,
    pub service: Service,
    pub image: Image,
    pub shape: Shape,
    pub cgroup_parent: String,
}

#[async_trait]
pub trait Engine: Send + Sync + 'static {
    async fn info(&self) -> Result<Info>;

    /// Yields whenever an object of this owner starts, ends, is removed or changes its health. Ends, or yields an
    /// error, when the engine becomes unreachable.
    async fn changes(&self, owner: Owner) -> Result<BoxStream<'static, Result<()>>>;

    /// Every object of the owner, or of one of its leases.
    async fn list(&self, owner: Owner, lease: Option<B256>) -> Result<EngineListing>;

    /// The owner's containers alone.
    async fn containers(&self, owner: Owner) -> Result<Vec<EngineContainer>>;

    async fn details(&self, id: &str) -> Result<ContainerDetails>;

    async fn counters(&self, id: &str) -> Result<EngineCounters>;

    /// Resolves a reference: to the pinned image, else to the local one, else by a pull.
    async fn image(&self, reference: &str, pinned: Option<&Image>) -> Result<Image>;

    /// Creates a private network with room for this many containers.
    async fn create_network(&self, tag: &Tag, containers: usize) -> Result<()>;
    async fn create_volume(&self, tag: &Tag, volume: &str) -> Result<()>;

    /// Creates it, or finds the one of that name and lease; returns its id. Idempotent.
    async fn create_container(&self, spec: &ContainerSpec) -> Result<String>;
    async fn start(&self, id: &str) -> Result<()>;
    async fn stop(&self, id: &str, grace: Duration) -> Result<()>;
    async fn remove_container(&self, id: &str) -> Result<()>;
    async fn remove_network(&self, id: &str) -> Result<()>;
    async fn remove_volume(&self, id: &str) -> Result<()>;
}

/// Removes all objects of an owner, without a grace period. Returns the leases that they belonged to.
pub async fn remove_all(engine: &dyn Engine, owner: Owner) -> Result<BTreeSet<B256>> {
    let EngineListing { containers, networks, volumes } = engine.list(owner, None).await?;
    try_join_all(containers.iter().map(|container| engine.remove_container(&container.seen.id))).await?;
    try_join_all(networks.iter().map(|network| engine.remove_network(&network.id))).await?;
    try_join_all(volumes.iter().map(|volume| engine.remove_volume(&volume.id))).await?;
    let objects = networks.iter().chain(&volumes).map(|object| object.tag.lease);
    Ok(containers.iter().map(|container| container.tag.lease).chain(objects).collect())
}
