//! The manifest: the tenant's Compose file, parsed into what one replica runs.
//!
//! A manifest comes from a stranger and is executed on the provider's machine. Nothing in it is ignored silently: a key
//! either has the effect that Compose gives it, or is known to be harmless, or is refused with its path
//! (`services.web.privileged`), the reason, and what to do instead. All refusals of a file are returned at once.
//!
//! # How a shape divides over services
//!
//! The lease's shape is what one replica gets, all of its services together: they share it through the replica's parent
//! cgroup, which carries the shape as its limit. Each container's own limit is the whole shape as well, so an idle
//! sidecar wastes nothing. A service that wants less says so in `deploy.resources.limits`.
//!
//! # Accepted without effect
//!
//! `version`, `name`, `x-*` but `x-tidemark`; of a service `labels`, `annotations`, `restart` (the provider restarts what stops),
//! `pull_policy` (a tag is resolved once), `tty`, `stdin_open`, `attach`, `expose` (services of a replica reach each
//! other's ports anyway), the host side of `ports` (the provider chooses it), `deploy.resources.reservations`,
//! `healthcheck.start_interval`, `depends_on.*.{restart,required}`, `volumes.*.labels`.

mod checks;
mod fields;
mod locations;
mod node;
mod refusals;
mod service;
mod tidemark;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

pub use locations::{LocatedRefusal, SourceLocation};
use node::{At, YamlNode};
use serde::Serialize;
pub use tidemark::{GatewayOptions, Scaling};

/// Bytes. A manifest is a page of text; a longer file is something else.
pub const LARGEST: usize = 64 * 1024;
/// Services in one manifest.
pub const MOST_SERVICES: usize = 32;

/// What one replica runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    pub services: BTreeMap<String, Service>,
    /// Named volumes; each is one volume of the lease, which its replicas share.
    pub volumes: BTreeSet<String>,
    pub scaling: Scaling,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Service {
    pub image: String,
    pub command: Option<Vec<String>>,
    pub entrypoint: Option<Vec<String>>,
    /// `KEY=VALUE`, one for each key, sorted.
    pub environment: BTreeMap<String, String>,
    /// Container ports that the provider publishes.
    pub ports: BTreeSet<Port>,
    pub volumes: Vec<Mount>,
    pub tmpfs: Vec<Tmpfs>,
    pub healthcheck: Option<Health>,
    pub depends_on: BTreeMap<String, Condition>,
    pub user: Option<String>,
    pub working_dir: Option<String>,
    pub read_only: bool,
    pub stop_grace_period: Option<Duration>,
    pub stop_signal: Option<String>,
    pub init: bool,
    pub hostname: Option<String>,
    pub limits: ManifestLimits,
    pub gateway: GatewayOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Port {
    pub number: u16,
    pub protocol: Protocol,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    Tcp,
    Udp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mount {
    pub volume: String,
    pub target: String,
    pub read_only: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tmpfs {
    pub target: String,
    /// Bytes; it counts as memory. None: all memory that is left.
    pub size: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Health {
    /// Also disables a check that the image defines.
    Off,
    Check {
        /// `CMD`, `CMD-SHELL`; none keeps the image's own test.
        test: Option<Vec<String>>,
        interval: Option<Duration>,
        timeout: Option<Duration>,
        retries: Option<u32>,
        start_period: Option<Duration>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Started,
    Healthy,
    /// The dependency is a job: it runs once and must exit with 0; it is not started again.
    CompletedSuccessfully,
}

/// What a service takes of the shape; none: all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ManifestLimits {
    pub millicores: Option<u32>,
    /// Bytes.
    pub memory: Option<u64>,
    pub pids: Option<u32>,
}

/// One key or value that a manifest may not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestRefusal {
    /// The path, such as `services.web.privileged`; empty for the file as a whole.
    pub path: String,
    /// The reason, and what to do instead.
    pub reason: String,
}

/// All refusals of a manifest; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused(pub Vec<ManifestRefusal>);

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, refusal) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{refusal}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ManifestRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.reason) } else { write!(f, "{}: {}", self.path, self.reason) }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        })
    }
}

/// Collects refusals while the rest of the file is parsed.
#[derive(Default)]
struct Refusals(Vec<ManifestRefusal>);

impl Refusals {
    fn note<T>(&mut self, result: Result<T, ManifestRefusal>) -> Option<T> {
        result.map_err(|refusal| self.0.push(refusal)).ok()
    }
}

impl Manifest {
    /// Parses a manifest. Total: any bytes give a manifest or at least one refusal.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let whole = |reason: String| Refused(vec![ManifestRefusal { path: String::new(), reason }]);
        if bytes.len() > LARGEST {
            return Err(whole(format!("the file has {} bytes; at most {LARGEST} are read", bytes.len())));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| whole(format!("the file is not UTF-8 text: {error}")))?;
        let root =
            node::read(text).map_err(|error| whole(format!("the file is not YAML that can be read: {error}")))?;
        if !matches!(root, YamlNode::Map(_)) {
            return Err(whole(
                "the file is not a Compose file: it must be a mapping with the key `services`".to_owned(),
            ));
        }
        let mut refusals = Refusals::default();
        let manifest = file(&At::root(&root), &mut refusals);
        match refusals.0 {
            none if none.is_empty() => Ok(manifest),
            some => Err(Refused(some)),
        }
    }

    /// Services in an order in which each comes after those that it depends on.
    pub fn in_order(&self) -> Vec<&str> {
        let mut order: Vec<&str> = Vec::new();
        while order.len() < self.services.len() {
            let ready = |service: &Service| service.depends_on.keys().all(|name| order.contains(&name.as_str()));
            let next = self.services.iter().find(|(name, service)| !order.contains(&name.as_str()) && ready(service));
            match next {
                Some((name, _)) => order.push(name),
                None => break, // a cycle, which parse() refuses
            }
        }
        order
    }

    /// Whether another service waits for this one to complete, so that it is a job and not a server.
    pub fn is_job(&self, name: &str) -> bool {
        let waits = |service: &Service| service.depends_on.get(name) == Some(&Condition::CompletedSuccessfully);
        self.services.values().any(waits)
    }

    /// The container port at which the gateway reaches a service; none when it publishes no TCP port.
    pub fn served_port(&self, service: &str) -> Option<u16> {
        let service = self.services.get(service)?;
        let mut tcp = service.ports.iter().filter(|port| port.protocol == Protocol::Tcp).map(|port| port.number);
        service.gateway.port.or_else(|| tcp.next())
    }

    /// The images, without repetition.
    pub fn images(&self) -> BTreeSet<&str> {
        self.services.values().map(|service| service.image.as_str()).collect()
    }
}

fn file(root: &At<'_>, refusals: &mut Refusals) -> Manifest {
    let mut manifest = Manifest { services: BTreeMap::new(), volumes: BTreeSet::new(), scaling: Scaling::default() };
    let mut seen_services = false;
    for (key, at) in root.entries().unwrap_or_default() {
        match key {
            "name" | "version" => {}
            "services" => {
                seen_services = true;
                services(&at, &mut manifest, refusals);
            }
            "volumes" => volumes(&at, &mut manifest, refusals),
            "x-tidemark" => manifest.scaling = tidemark::of_file(&at, refusals).unwrap_or_default(),
            key if key.starts_with("x-") => {}
            key => refusals.0.push(at.refuse(refusals::of_file(key))),
        }
    }
    if manifest.services.is_empty() && refusals.0.is_empty() {
        let reason = if seen_services { "there is no service; name at least one" } else { "the key is missing" };
        refusals.0.push(ManifestRefusal { path: "services".to_owned(), reason: reason.to_owned() });
    }
    if refusals.0.is_empty() {
        checks::across(&manifest, refusals);
    }
    manifest
}

fn services(at: &At<'_>, manifest: &mut Manifest, refusals: &mut Refusals) {
    let Some(entries) = refusals.note(at.entries()) else { return };
    if entries.len() > MOST_SERVICES {
        let reason = format!("{} services; at most {MOST_SERVICES} fit into one manifest", entries.len());
        refusals.0.push(at.refuse(reason));
        return;
    }
    for (name, at) in entries {
        if !checks::is_name(name) {
            let reason = "a service's name has 1 to 48 lowercase letters, digits, `-` and `_`, and starts with a letter or digit";
            refusals.0.push(at.refuse(reason));
        } else if let Some(service) = service::read(&at, refusals) {
            manifest.services.insert(name.to_owned(), service);
        }
    }
}

fn volumes(at: &At<'_>, manifest: &mut Manifest, refusals: &mut Refusals) {
    if at.is_null() {
        return;
    }
    for (name, at) in refusals.note(at.entries()).unwrap_or_default() {
        if !checks::is_name(name) {
            let reason =
                "a volume's name has 1 to 48 lowercase letters, digits, `-` and `_`, and starts with a letter or digit";
            refusals.0.push(at.refuse(reason));
            continue;
        }
        if !at.is_null() {
            for (key, at) in refusals.note(at.entries()).unwrap_or_default() {
                match key {
                    "labels" => {}
                    key if key.starts_with("x-") => {}
                    "driver" if at.text().is_ok_and(|driver| driver == "local") => {}
                    "external" if at.flag().is_ok_and(|external| !external) => {}
                    key => refusals.0.push(at.refuse(refusals::of_volume(key))),
                }
            }
        }
        manifest.volumes.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests;
