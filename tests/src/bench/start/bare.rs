//! The engine alone, over its API.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use adapters::cgroup::HostKernel;
use alloy::primitives::{Address, B256, keccak256};
use anyhow::Context;
use bollard::{
    Docker,
    models::{
        ContainerCreateBody, EndpointSettings, HostConfig, Ipam, IpamConfig, NetworkCreateRequest, NetworkingConfig,
    },
    query_parameters::{
        CreateContainerOptionsBuilder, InspectContainerOptions, KillContainerOptions, ListContainersOptionsBuilder,
        ListNetworksOptionsBuilder, RemoveContainerOptionsBuilder, StartContainerOptions, WaitContainerOptions,
    },
};
use futures::TryStreamExt;
use ports::cgroup::{CgroupDriver, Cgroups, Kernel};
use ports::engine::Info;

/// Where the peer's networks get their subnets from, sixteen addresses each; none of a provider's.
const POOL: Ipv4Addr = Ipv4Addr::new(10, 198, 128, 0);
const LABEL: &str = "tidemark-bench";

pub struct Bare {
    docker: Docker,
    template: ContainerCreateBody,
    host: HostConfig,
    driver: CgroupDriver,
    cgroups: Option<Arc<dyn Cgroups>>,
    /// Tells what this run made from all others' objects.
    mark: String,
    made: AtomicU32,
}

pub struct Made {
    pub id: String,
    network: String,
    /// Under which its parent group is named; no lease of any chain.
    group: B256,
}

impl Bare {
    /// Makes containers like this one.
    pub async fn like(container: &str, market: Address, info: &Info) -> anyhow::Result<Self> {
        let docker = Docker::connect_with_defaults()?.negotiate_version().await?;
        let found = docker.inspect_container(container, None::<InspectContainerOptions>).await?;
        let (config, host) = found.config.zip(found.host_config).context("the engine does not describe a container")?;
        let mark = format!("{market:#x}");
        let template = ContainerCreateBody {
            image: config.image,
            entrypoint: config.entrypoint,
            cmd: config.cmd,
            env: config.env,
            user: config.user,
            stop_timeout: config.stop_timeout,
            labels: Some(HashMap::from([(LABEL.to_owned(), mark.clone())])),
            ..ContainerCreateBody::default()
        };
        let (driver, cgroups) = (CgroupDriver::of(info), HostKernel.cgroups(info));
        Ok(Self { docker, template, host, driver, cgroups, mark, made: AtomicU32::new(0) })
    }

    /// A network, beside it a container in it, then the start.
    pub async fn start(&self) -> anyhow::Result<Made> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("tidemark-bench-{}-{number}", &self.mark[2..10]);
        let group = keccak256(&name);
        let (network, created) = tokio::join!(self.network(&name, number), self.container(&name, group));
        let (network, id) = (network?, created?);
        self.docker.start_container(&id, None::<StartContainerOptions>).await?;
        Ok(Made { id, network, group })
    }

    async fn network(&self, name: &str, number: u32) -> anyhow::Result<String> {
        let subnet = Ipv4Addr::from(u32::from(POOL) + number * 16);
        let config = IpamConfig { subnet: Some(format!("{subnet}/28")), ..IpamConfig::default() };
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            driver: Some("bridge".to_owned()),
            enable_ipv6: Some(false),
            ipam: Some(Ipam { config: Some(vec![config]), ..Ipam::default() }),
            labels: self.template.labels.clone(),
            ..NetworkCreateRequest::default()
        };
        Ok(self.docker.create_network(request).await?.id)
    }

    async fn container(&self, name: &str, group: B256) -> anyhow::Result<String> {
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let endpoints = HashMap::from([(name.to_owned(), EndpointSettings::default())]);
        let body = ContainerCreateBody {
            host_config: Some(HostConfig {
                network_mode: Some(name.to_owned()),
                cgroup_parent: Some(self.driver.parent(group, 0)),
                ..self.host.clone()
            }),
            networking_config: Some(NetworkingConfig { endpoints_config: Some(endpoints) }),
            ..self.template.clone()
        };
        Ok(self.docker.create_container(Some(options), body).await?.id)
    }

    /// What a program does that watches its container: sees it end, and starts it again.
    pub async fn kill_and_start(&self, made: &Made) -> anyhow::Result<()> {
        let mut ended = self.docker.wait_container(&made.id, None::<WaitContainerOptions>);
        let wait = async {
            // The client calls an exit code other than 0 an error.
            drop(ended.try_next().await);
        };
        let (killed, ()) = tokio::join!(self.docker.kill_container(&made.id, None::<KillContainerOptions>), wait);
        killed?;
        Ok(self.docker.start_container(&made.id, None::<StartContainerOptions>).await?)
    }

    pub async fn remove(&self, made: Made) -> anyhow::Result<()> {
        let options = RemoveContainerOptionsBuilder::default().force(true).build();
        self.docker.remove_container(&made.id, Some(options)).await?;
        self.docker.remove_network(&made.network).await?;
        if let Some(cgroups) = &self.cgroups {
            // One that the engine is still emptying stays; it costs nothing.
            let _ = cgroups.remove(made.group);
        }
        Ok(())
    }

    /// Removes what is left of this run.
    pub async fn end(&self) -> anyhow::Result<()> {
        let filters = HashMap::from([("label", vec![format!("{LABEL}={}", self.mark)])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        for left in self.docker.list_containers(Some(options)).await? {
            let options = RemoveContainerOptionsBuilder::default().force(true).build();
            self.docker.remove_container(&left.id.unwrap_or_default(), Some(options)).await?;
        }
        let options = ListNetworksOptionsBuilder::default().filters(&filters).build();
        for left in self.docker.list_networks(Some(options)).await? {
            self.docker.remove_network(&left.id.unwrap_or_default()).await?;
        }
        Ok(())
    }
}
