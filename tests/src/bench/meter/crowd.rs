//! A thousand leases' processes, and an engine that lists them. The groups, the processes and the counters are real; only
//! the listing is not the engine's.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use adapters::cgroup::HostKernel;
use alloy::primitives::B256;
use anyhow::Context;
use async_trait::async_trait;
use futures::stream::BoxStream;
use lease::{
    label::{Owner, Tag},
    reconcile::{ContainerHealth, ContainerState, ObservedContainer, Slot},
};
use ports::cgroup::{CgroupDriver, Cgroups, Gauge, Kernel, Traffic};
use ports::engine::{
    ContainerDetails, ContainerSpec, Engine, EngineContainer, EngineCounters, EngineListing, Error, Image, Info, Result,
};
use tokio::process::{Child, Command};

/// A lease's group and a container's interfaces, both open.
type KernelCounters = (Box<dyn Gauge>, Box<dyn Traffic>);

pub struct Crowd {
    info: Info,
    cgroups: Arc<dyn Cgroups>,
    containers: Vec<EngineContainer>,
    /// By container.
    processes: HashMap<String, (B256, Child)>,
}

impl Crowd {
    /// Starts a process for each lease, in a group of the lease's and in the network of another process.
    pub async fn gather(leases: &[B256], owner: Owner, info: Info, network_of: u32) -> anyhow::Result<Self> {
        // Groups without a systemd unit are created directly, whatever the engine's own driver.
        let info = Info { cgroup_driver: "cgroupfs".to_owned(), ..info };
        let cgroups = HostKernel.cgroups(&info).context("there are no cgroups here")?;
        let roots = roots(info.cgroup_version)?;
        let mut crowd = Self { info, cgroups, containers: Vec::new(), processes: HashMap::new() };
        for lease in leases {
            if let Err(error) = crowd.join(*lease, owner, &roots, network_of).await {
                crowd.end().await?;
                return Err(error);
            }
        }
        Ok(crowd)
    }

    async fn join(&mut self, lease: B256, owner: Owner, roots: &[PathBuf], network_of: u32) -> anyhow::Result<()> {
        let parent = CgroupDriver::Cgroupfs.parent(lease, 0);
        let target = network_of.to_string();
        let process = Command::new("nsenter")
            .args(["--target", &target, "--net", "sleep", "600"])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let pid = process.id().context("a process ended")?;
        let id = lease.to_string();
        self.processes.insert(id.clone(), (lease, process));
        for root in roots {
            let group = root.join(parent.trim_start_matches('/'));
            fs::create_dir_all(&group)?;
            fs::write(group.join("cgroup.procs"), pid.to_string())?;
        }
        let slot = Slot { replica: 0, service: "app".to_owned() };
        let (state, health) = (ContainerState::Running, ContainerHealth::None);
        let seen = ObservedContainer {
            id,
            slot,
            state,
            health,
            exit_code: None,
            started_at_ms: 1,
            finished_at_ms: 0,
            detail: None,
        };
        let tag = Tag { owner, lease, generation: 1, opened_block: 1 };
        self.containers.push(EngineContainer { tag, seen, image_id: String::new(), ports: Vec::new(), address: None });
        Ok(())
    }

    /// Opens the counters of all leases.
    pub fn gauges(&self) -> anyhow::Result<Vec<KernelCounters>> {
        let open = |(lease, process): &(B256, Child)| {
            let pid = process.id().context("a process ended")?;
            Ok((self.cgroups.open(*lease)?, self.cgroups.traffic(pid)?))
        };
        self.processes.values().map(open).collect()
    }

    /// Ends the processes and removes the groups.
    pub async fn end(self) -> anyhow::Result<()> {
        for (_, mut process) in self.processes.into_values() {
            process.kill().await?;
        }
        for container in self.containers {
            self.cgroups.remove(container.tag.lease)?;
        }
        Ok(())
    }
}

/// Where the hierarchies are mounted in which a lease is counted.
fn roots(version: u8) -> anyhow::Result<Vec<PathBuf>> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let counts = |line: &&str| {
        let (_, right) = line.split_once(" - ").unwrap_or_default();
        match version {
            2 => right.starts_with("cgroup2 "),
            _ => {
                let options = right.rsplit(' ').next().unwrap_or_default();
                right.starts_with("cgroup ") && options.split(',').any(|o| ["cpuacct", "memory"].contains(&o))
            }
        }
    };
    let point = |line: &str| line.split(' ').nth(4).map(|point| Path::new(point).to_owned());
    Ok(mounts.lines().filter(counts).filter_map(point).collect())
}

#[async_trait]
impl Engine for Crowd {
    async fn info(&self) -> Result<Info> {
        Ok(self.info.clone())
    }

    async fn containers(&self, _owner: Owner) -> Result<Vec<EngineContainer>> {
        Ok(self.containers.clone())
    }

    async fn details(&self, id: &str) -> Result<ContainerDetails> {
        let (_, process) = self.processes.get(id).ok_or(Error::NotFound)?;
        let (exit_code, error, health_output) = Default::default();
        let pid = process.id().unwrap_or_default();
        Ok(ContainerDetails {
            pid,
            started_at_ms: 1,
            finished_at_ms: 0,
            exit_code,
            out_of_memory: false,
            error,
            health_output,
        })
    }

    // The meter calls nothing else.

    async fn changes(&self, _: Owner) -> Result<BoxStream<'static, Result<()>>> {
        Err(Error::NotFound)
    }
    async fn list(&self, _: Owner, _: Option<B256>) -> Result<EngineListing> {
        Err(Error::NotFound)
    }
    async fn counters(&self, _: &str) -> Result<EngineCounters> {
        Err(Error::NotFound)
    }
    async fn image(&self, _: &str, _: Option<&Image>) -> Result<Image> {
        Err(Error::NotFound)
    }
    async fn create_network(&self, _: &Tag, _: usize) -> Result<()> {
        Err(Error::NotFound)
    }
    async fn create_volume(&self, _: &Tag, _: &str) -> Result<()> {
        Err(Error::NotFound)
    }
    async fn create_container(&self, _: &ContainerSpec) -> Result<String> {
        Err(Error::NotFound)
    }
    async fn start(&self, _: &str) -> Result<()> {
        Err(Error::NotFound)
    }
    async fn stop(&self, _: &str, _: Duration) -> Result<()> {
        Err(Error::NotFound)
    }
    async fn remove_container(&self, _: &str) -> Result<()> {
        Err(Error::NotFound)
    }
    async fn remove_network(&self, _: &str) -> Result<()> {
        Err(Error::NotFound)
    }
    async fn remove_volume(&self, _: &str) -> Result<()> {
        Err(Error::NotFound)
    }
}
