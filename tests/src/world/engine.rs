//! A lease's containers, networks and volumes, as the engine itself shows them.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    sync::Arc,
};

use adapters::docker::BollardEngine;
use alloy::primitives::B256;
use anyhow::{Context, bail};
use bollard::{
    errors::Error as DockerError,
    exec::{CreateExecOptions, StartExecOptions, StartExecResults},
    models::{ContainerInspectResponse, ContainerSummary, Network, Volume},
    query_parameters::{
        InspectContainerOptions, KillContainerOptionsBuilder, ListContainersOptionsBuilder, ListNetworksOptionsBuilder,
        ListVolumesOptionsBuilder,
    },
};
use futures::TryStreamExt;
use lease::{label, reconcile::Slot};
use ports::engine::Engine;

use super::World;

impl World {
    /// Every container with the lease's label, running or not.
    pub async fn containers(&self, lease: B256) -> anyhow::Result<Vec<ContainerSummary>> {
        let options = ListContainersOptionsBuilder::default().all(true).filters(&labelled(lease)).build();
        Ok(self.docker().await?.list_containers(Some(options)).await?)
    }

    pub async fn networks(&self, lease: B256) -> anyhow::Result<Vec<Network>> {
        let options = ListNetworksOptionsBuilder::default().filters(&labelled(lease)).build();
        Ok(self.docker().await?.list_networks(Some(options)).await?)
    }

    pub async fn volumes(&self, lease: B256) -> anyhow::Result<Vec<Volume>> {
        let options = ListVolumesOptionsBuilder::default().filters(&labelled(lease)).build();
        Ok(self.docker().await?.list_volumes(Some(options)).await?.volumes.unwrap_or_default())
    }

    /// The ids of the containers by slot; an error when two have the same slot.
    pub async fn slots(&self, lease: B256) -> anyhow::Result<BTreeMap<Slot, String>> {
        let mut slots = BTreeMap::new();
        for container in self.containers(lease).await? {
            let slot = container.labels.as_ref().and_then(label::slot).context("a container without a slot")?;
            let id = container.id.context("a container without an id")?;
            if let Some(other) = slots.insert(slot.clone(), id.clone()) {
                bail!("{other} and {id} both have {slot:?}");
            }
        }
        Ok(slots)
    }

    /// The id of the container of a service in a replica.
    pub async fn container(&self, lease: B256, service: &str, replica: u16) -> anyhow::Result<String> {
        let slot = Slot { replica, service: service.to_owned() };
        self.slots(lease).await?.remove(&slot).with_context(|| format!("there is no container for {slot:?}"))
    }

    /// How many containers, networks and volumes have the lease's label.
    pub async fn left(&self, lease: B256) -> anyhow::Result<[usize; 3]> {
        Ok([self.containers(lease).await?.len(), self.networks(lease).await?.len(), self.volumes(lease).await?.len()])
    }

    pub async fn inspect(&self, id: &str) -> anyhow::Result<ContainerInspectResponse> {
        Ok(self.docker().await?.inspect_container(id, None::<InspectContainerOptions>).await?)
    }

    /// The ids of the containers by slot, and the start time of each that runs.
    pub async fn running(&self, lease: B256) -> anyhow::Result<BTreeMap<Slot, (String, Option<String>)>> {
        let mut all = BTreeMap::new();
        for (slot, id) in self.slots(lease).await? {
            // The engine's list and its details of a container change at slightly different moments.
            let state = match self.docker().await?.inspect_container(&id, None::<InspectContainerOptions>).await {
                Err(DockerError::DockerResponseServerError { status_code: 404, .. }) => None,
                found => found?.state,
            };
            let state = state.unwrap_or_default();
            all.insert(slot, (id, state.started_at.filter(|_| state.running == Some(true))));
        }
        Ok(all)
    }

    /// Sends SIGKILL to a container.
    pub async fn kill(&self, id: &str) -> anyhow::Result<()> {
        let options = KillContainerOptionsBuilder::default().signal("SIGKILL").build();
        Ok(self.docker().await?.kill_container(id, Some(options)).await?)
    }

    /// Runs a command in a container; its exit code and output.
    pub async fn exec(&self, id: &str, command: &[&str]) -> anyhow::Result<(i64, String)> {
        let docker = self.docker().await?;
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let exec = docker.create_exec(id, options).await?.id;
        let StartExecResults::Attached { output, .. } = docker.start_exec(&exec, None::<StartExecOptions>).await?
        else {
            bail!("the engine did not attach to the command");
        };
        let printed: Vec<String> = output.map_ok(|line| line.to_string()).try_collect().await?;
        let code = docker.inspect_exec(&exec).await?.exit_code;
        Ok((code.context("the command has not ended")?, printed.concat()))
    }
}

/// Whether a lease has a control group, in any hierarchy of this machine.
pub fn cgroup_exists(lease: B256) -> bool {
    let groups = Path::new("/sys/fs/cgroup");
    let hierarchies = fs::read_dir(groups).into_iter().flatten().flatten().map(|entry| entry.path());
    let short = label::short(lease);
    let names = [format!("tidemark/{short}"), format!("tidemark.slice/tidemark-{short}.slice")];
    hierarchies.chain([groups.to_owned()]).any(|hierarchy| names.iter().any(|name| hierarchy.join(name).exists()))
}

/// The machine's engine, as the orchestrator uses it.
pub fn engine() -> Arc<dyn Engine> {
    Arc::new(BollardEngine::new(adapters::docker::DockerSettings::default()))
}

fn labelled(lease: B256) -> HashMap<&'static str, Vec<String>> {
    HashMap::from([("label", vec![format!("{}={lease:#x}", label::LEASE)])])
}
