//! The container engine over Docker's HTTP API. Works with any API version that the client can negotiate, 1.41 and
//! newer.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use ::alloy::primitives::B256;
use ::bollard::{
    Docker,
    errors::Error as Fault,
    models::{
        ContainerInspectResponse, ContainerSummary, EventMessage, Ipam, IpamConfig, Network, NetworkCreateRequest,
        VolumeCreateRequest,
    },
    query_parameters::{
        CreateContainerOptionsBuilder, CreateImageOptionsBuilder, EventsOptionsBuilder, InspectContainerOptions,
        ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
        RemoveContainerOptionsBuilder, RemoveVolumeOptions, StartContainerOptions, StatsOptionsBuilder,
        StopContainerOptionsBuilder,
    },
};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, future::try_join_all, stream::BoxStream};
use tokio::sync::{OnceCell, Semaphore};

use super::{DockerSettings, read, routes, spec};
use lease::{
    label::{self, Owner, Tag},
    reconcile::{ContainerHealth, ContainerState},
};
use ports::{
    engine::{
        ContainerDetails, ContainerSpec, Engine, EngineContainer, EngineCounters, EngineListing, Error, Image, Info,
        Object, Result,
    },
    subnet::Subnet,
};

/// The exit code of a process that SIGKILL ended.
const KILLED: i64 = 137;
/// How many other subnets are tried when the engine reports a use that we did not see.
const SUBNET_TRIES: usize = 8;

/// How many events are confirmed by an inspection at a time.
const EVENTS: usize = 64;

pub struct BollardEngine {
    settings: DockerSettings,
    /// Connected, and the version negotiated, by the first call that succeeds.
    docker: OnceCell<Docker>,
    info: OnceCell<Info>,
    slots: Semaphore,
    /// Subnets that were allocated, or found in use, since all networks were last listed.
    taken: Mutex<Vec<Subnet>>,
}

impl BollardEngine {
    /// Does not connect: an engine that is down now may be up at the next run.
    pub fn new(settings: DockerSettings) -> Self {
        let slots = Semaphore::new(settings.parallel.max(1));
        Self { settings, docker: OnceCell::new(), info: OnceCell::new(), slots, taken: Mutex::default() }
    }

    /// With the settings' defaults; an empty host is Docker's own default.
    pub fn connect(host: &str) -> Self {
        let host = (!host.is_empty()).then(|| host.to_owned());
        Self::new(DockerSettings { host, ..DockerSettings::default() })
    }

    pub(super) async fn docker(&self) -> Result<&Docker> {
        let connect = || async {
            let docker = match &self.settings.host {
                Some(host) => Docker::connect_with_host(host),
                None => Docker::connect_with_defaults(),
            };
            let docker = docker.map_err(unreachable)?.with_timeout(self.settings.timeout);
            docker.negotiate_version().await.map_err(unreachable)
        };
        self.docker.get_or_try_init(connect).await
    }

    pub(super) fn fault(&self, what: &'static str) -> impl Fn(Fault) -> Error + use<> {
        let seconds = self.settings.timeout.as_secs();
        move |fault| match fault {
            Fault::DockerResponseServerError { status_code: 404, .. } => Error::NotFound,
            Fault::DockerResponseServerError { message, .. } => Error::Refused { what, reason: message },
            Fault::DockerStreamError { error } => Error::Refused { what, reason: error },
            Fault::RequestTimeoutError => Error::Timeout { what, seconds },
            other => unreachable(other),
        }
    }

    pub(super) async fn list_containers(&self, owner: Owner, lease: Option<B256>) -> Result<Vec<EngineContainer>> {
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters(owner, lease)).build();
        let list = self.docker().await?.list_containers(Some(options)).await.map_err(self.fault("list containers"))?;
        Ok(list.into_iter().filter_map(|summary: ContainerSummary| read::container(owner, summary)).collect())
    }

    /// Adds times and exit codes, which a listing lacks, to the containers whose next action depends on them.
    async fn complete(&self, mut containers: Vec<EngineContainer>) -> Result<Vec<EngineContainer>> {
        let needs = |container: &&mut EngineContainer| {
            container.seen.state == ContainerState::Exited || container.seen.health == ContainerHealth::Unhealthy
        };
        try_join_all(containers.iter_mut().filter(needs).map(async |container| {
            match self.details(&container.seen.id).await {
                Ok(details) => {
                    container.seen.started_at_ms = details.started_at_ms;
                    container.seen.finished_at_ms = details.finished_at_ms;
                    let exited = container.seen.state == ContainerState::Exited;
                    container.seen.exit_code = details.exit_code.filter(|_| exited);
                    container.seen.detail = match (exited, details.out_of_memory, details.exit_code) {
                        (true, true, _) => Some("its memory ran out".to_owned()),
                        // The engine does not notice when the group that the replica's services share reaches its
                        // memory limit.
                        (true, false, Some(KILLED)) => Some("killed: the replica's memory may have run out".to_owned()),
                        (true, ..) => None,
                        (false, ..) => details.health_output.filter(|output| !output.is_empty()),
                    };
                    Ok(())
                }
                Err(Error::NotFound) => Ok(()),
                Err(error) => Err(error),
            }
        }))
        .await?;
        Ok(containers)
    }

    async fn networks(&self, filters: HashMap<&'static str, Vec<String>>) -> Result<Vec<Network>> {
        let options = ListNetworksOptionsBuilder::default().filters(&filters).build();
        self.docker().await?.list_networks(Some(options)).await.map_err(self.fault("list networks"))
    }

    async fn volumes(&self, owner: Owner, lease: Option<B256>) -> Result<Vec<Object>> {
        let options = ListVolumesOptionsBuilder::default().filters(&filters(owner, lease)).build();
        let list = self.docker().await?.list_volumes(Some(options)).await.map_err(self.fault("list volumes"))?;
        let object = |volume: ::bollard::models::Volume| {
            let name = volume.labels.get(label::VOLUME)?.clone();
            Some(Object { tag: Tag::read(owner, &volume.labels)?, id: volume.name, volume: Some(name) })
        };
        Ok(list.volumes.unwrap_or_default().into_iter().filter_map(object).collect())
    }

    /// Allocates a free subnet: it is marked as taken before another task can get it. `look` forces a new listing of
    /// all networks.
    async fn subnet(&self, containers: usize, look: bool) -> Result<Subnet> {
        let known = !self.taken.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).is_empty();
        let mut used = Vec::new();
        if look || !known {
            let networks = self.networks(HashMap::new()).await?;
            used = networks.into_iter().flat_map(read::subnets).chain(routes::routed()).collect();
        }
        let mut taken = self.taken.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        taken.extend(used);
        taken.sort_unstable();
        taken.dedup();
        let free = self.settings.pool.free(containers, &taken);
        let free = free.ok_or_else(|| Error::PoolEmpty(self.settings.pool.to_string()))?;
        taken.push(free);
        Ok(free)
    }

    fn forget_subnets(&self) {
        self.taken.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    async fn inspect_image(&self, name: &str) -> Result<Option<Image>> {
        let found = self.docker().await?.inspect_image(name).await;
        let image = match found.map_err(self.fault("look up an image")) {
            Ok(image) => image,
            Err(Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let info = self.info().await?;
        let (os, architecture) = (image.os.unwrap_or_default(), image.architecture.unwrap_or_default());
        let fits = (os.is_empty() || os == info.os) && (architecture.is_empty() || architecture == info.architecture);
        if !fits {
            let engine = format!("{}/{}", info.os, info.architecture);
            return Err(Error::Architecture {
                reference: name.to_owned(),
                image: format!("{os}/{architecture}"),
                engine,
            });
        }
        let repository = name.split('@').next().unwrap_or(name);
        let repository =
            repository.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(repository, |(r, _)| r);
        let digests = image.repo_digests.unwrap_or_default();
        let named = digests.iter().find(|digest| digest.split('@').next().is_some_and(|r| r == repository));
        let digest = named.or(digests.first()).cloned();
        Ok(Some(Image { id: image.id.unwrap_or_default(), digest }))
    }

    async fn pull(&self, reference: &str) -> Result<()> {
        let tagged = reference.contains('@') || reference.rsplit('/').next().is_some_and(|name| name.contains(':'));
        // Without a tag the engine would pull every tag there is.
        let name = if tagged { reference.to_owned() } else { format!("{reference}:latest") };
        let options = CreateImageOptionsBuilder::default().from_image(&name).build();
        let docker = self.docker().await?.clone().with_timeout(self.settings.pull_timeout);
        let pull = docker.create_image(Some(options), None, None).try_for_each(async |_| Ok(()));
        let seconds = self.settings.pull_timeout.as_secs();
        let outcome = tokio::time::timeout(self.settings.pull_timeout, pull).await;
        let outcome = outcome.map_err(|_| Error::Timeout { what: "pull an image", seconds })?;
        outcome.map_err(|fault| {
            let no_image = |reason| Error::NoImage { reference: reference.to_owned(), reason };
            match fault {
                Fault::DockerResponseServerError { message, .. } => no_image(message),
                Fault::DockerStreamError { error } => no_image(error),
                other => self.fault("pull an image")(other),
            }
        })
    }

    /// The id of the container of that name, if it is the one that the spec describes.
    async fn existing(&self, name: &str, spec: &ContainerSpec) -> Result<String> {
        let found = self.docker().await?.inspect_container(name, None::<InspectContainerOptions>).await;
        let found: ContainerInspectResponse = found.map_err(self.fault("inspect a container"))?;
        let labels = found.config.and_then(|config| config.labels).unwrap_or_default();
        let same = Tag::read(spec.tag.owner, &labels).is_some_and(|tag| tag.lease == spec.tag.lease);
        match found.id {
            Some(id) if same && label::slot(&labels).as_ref() == Some(&spec.slot) => Ok(id),
            _ => Err(Error::Taken(name.to_owned())),
        }
    }
}

#[async_trait]
impl Engine for BollardEngine {
    async fn info(&self) -> Result<Info> {
        let look = || async {
            let docker = self.docker().await?;
            let (info, version) =
                tokio::try_join!(docker.info(), docker.version()).map_err(self.fault("describe itself"))?;
            Ok(read::info(info, version))
        };
        self.info.get_or_try_init(look).await.cloned()
    }

    async fn changes(&self, owner: Owner) -> Result<BoxStream<'static, Result<()>>> {
        let mut filters = filters(owner, None);
        filters.insert("type", vec!["container".to_owned()]);
        let kinds = ["start", "die", "destroy", "health_status", "pause", "unpause"];
        filters.insert("event", kinds.map(str::to_owned).to_vec());
        let options = EventsOptionsBuilder::default().filters(&filters).build();
        let fault = self.fault("tell its events");
        let docker = self.docker().await?.clone();
        // The stream connects with its first event, and an unreachable engine has none.
        docker.ping().await.map_err(&fault)?;
        let events = docker.events(Some(options)).map(move |event| settled(docker.clone(), event));
        Ok(events.buffer_unordered(EVENTS).map(move |event| event.map_err(&fault)).boxed())
    }

    async fn list(&self, owner: Owner, lease: Option<B256>) -> Result<EngineListing> {
        let containers = async { self.complete(self.list_containers(owner, lease).await?).await };
        let (containers, networks, volumes) =
            tokio::try_join!(containers, self.networks(filters(owner, lease)), self.volumes(owner, lease))?;
        let object =
            |network: Network| Some(Object { tag: Tag::read(owner, &network.labels?)?, id: network.id?, volume: None });
        Ok(EngineListing { containers, networks: networks.into_iter().filter_map(object).collect(), volumes })
    }

    async fn containers(&self, owner: Owner) -> Result<Vec<EngineContainer>> {
        self.list_containers(owner, None).await
    }

    async fn details(&self, id: &str) -> Result<ContainerDetails> {
        let found = self.docker().await?.inspect_container(id, None::<InspectContainerOptions>).await;
        Ok(read::details(found.map_err(self.fault("inspect a container"))?))
    }

    async fn counters(&self, id: &str) -> Result<EngineCounters> {
        let options = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
        let mut stats = self.docker().await?.stats(id, Some(options)).boxed();
        match stats.next().await {
            Some(stats) => Ok(read::counters(stats.map_err(self.fault("tell a container's counters"))?)),
            None => Err(Error::NotFound),
        }
    }

    async fn image(&self, reference: &str, pinned: Option<&Image>) -> Result<Image> {
        let Some(pinned) = pinned else {
            if let Some(image) = self.inspect_image(reference).await? {
                return Ok(image);
            }
            self.pull(reference).await?;
            let reason = "the engine pulled it and does not have it".to_owned();
            return self
                .inspect_image(reference)
                .await?
                .ok_or(Error::NoImage { reference: reference.to_owned(), reason });
        };
        if self.inspect_image(&pinned.id).await?.is_some() {
            return Ok(pinned.clone());
        }
        let lost = || Error::NoImage {
            reference: reference.to_owned(),
            reason: format!("it was resolved to {}, which this machine has lost", pinned.id),
        };
        self.pull(pinned.digest.as_deref().ok_or_else(lost)?).await?;
        self.inspect_image(&pinned.id).await?.map(|_| pinned.clone()).ok_or_else(lost)
    }

    async fn create_network(&self, tag: &Tag, containers: usize) -> Result<()> {
        for attempt in 1.. {
            let subnet = match self.subnet(containers, attempt > 1).await {
                // A subnet that is marked as taken may have been freed by another program.
                Err(Error::PoolEmpty(_)) if attempt == 1 => {
                    self.forget_subnets();
                    continue;
                }
                subnet => subnet?,
            };
            let config = IpamConfig { subnet: Some(subnet.to_string()), ..IpamConfig::default() };
            let request = NetworkCreateRequest {
                name: label::network_name(tag.lease),
                driver: Some("bridge".to_owned()),
                enable_ipv6: Some(false),
                ipam: Some(Ipam { config: Some(vec![config]), ..Ipam::default() }),
                labels: Some(tag.labels()),
                ..NetworkCreateRequest::default()
            };
            match self.docker().await?.create_network(request).await {
                Ok(_) => return Ok(()),
                // Newer engines reject a second network of the same name.
                Err(Fault::DockerResponseServerError { status_code: 409, .. }) => {
                    let ours = !self.networks(filters(tag.owner, Some(tag.lease))).await?.is_empty();
                    return if ours { Ok(()) } else { Err(Error::Taken(label::network_name(tag.lease))) };
                }
                // Another program uses the subnet: it stays marked as taken, and another one is tried.
                Err(Fault::DockerResponseServerError { message, .. })
                    if message.contains("overlap") && attempt < SUBNET_TRIES => {}
                Err(fault) => {
                    self.forget_subnets();
                    return Err(self.fault("create a network")(fault));
                }
            }
        }
        Err(Error::PoolEmpty(self.settings.pool.to_string()))
    }

    async fn create_volume(&self, tag: &Tag, volume: &str) -> Result<()> {
        let request = VolumeCreateRequest {
            name: Some(label::volume_name(tag.lease, volume)),
            labels: Some(tag.volume_labels(volume)),
            ..VolumeCreateRequest::default()
        };
        let created = self.docker().await?.create_volume(request).await.map_err(self.fault("create a volume"))?;
        // The engine returns the existing volume of that name, with any owner.
        let ours = Tag::read(tag.owner, &created.labels).is_some_and(|found| found.lease == tag.lease);
        if ours { Ok(()) } else { Err(Error::Taken(created.name)) }
    }

    async fn create_container(&self, spec: &ContainerSpec) -> Result<String> {
        let name = label::container_name(spec.tag.lease, &spec.slot);
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let body = spec::body(spec, &self.settings);
        let docker = self.docker().await?;
        let created = {
            let _slot = self.slots.acquire().await;
            docker.create_container(Some(options), body).await
        };
        match created {
            Ok(created) => Ok(created.id),
            Err(Fault::DockerResponseServerError { status_code: 409, .. }) => self.existing(&name, spec).await,
            Err(fault) => Err(self.fault("create a container")(fault)),
        }
    }

    async fn start(&self, id: &str) -> Result<()> {
        let docker = self.docker().await?;
        let _slot = self.slots.acquire().await;
        match docker.start_container(id, None::<StartContainerOptions>).await {
            Ok(()) | Err(Fault::DockerResponseServerError { status_code: 304, .. }) => Ok(()),
            Err(Fault::DockerResponseServerError { message, .. }) => {
                Err(Error::Refused { what: "start a container", reason: message })
            }
            Err(fault) => Err(self.fault("start a container")(fault)),
        }
    }

    async fn stop(&self, id: &str, grace: Duration) -> Result<()> {
        let seconds = grace.as_secs_f64().ceil() as i32;
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        let docker = self.docker().await?.clone().with_timeout(self.settings.timeout + grace);
        match docker.stop_container(id, Some(options)).await {
            Ok(()) | Err(Fault::DockerResponseServerError { status_code: 304 | 404, .. }) => Ok(()),
            Err(fault) => Err(self.fault("stop a container")(fault)),
        }
    }

    async fn remove_container(&self, id: &str) -> Result<()> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        gone(self.docker().await?.remove_container(id, Some(options)).await, self.fault("remove a container"))
    }

    async fn remove_network(&self, id: &str) -> Result<()> {
        self.forget_subnets();
        gone(self.docker().await?.remove_network(id).await, self.fault("remove a network"))
    }

    async fn remove_volume(&self, id: &str) -> Result<()> {
        let outcome = self.docker().await?.remove_volume(id, None::<RemoveVolumeOptions>).await;
        gone(outcome, self.fault("remove a volume"))
    }
}

/// Passes an event on once its effect is visible. The engine reports a container's end while its listing still shows it
/// running; an inspection is answered when the engine is done with the container, whatever the answer.
async fn settled(docker: Docker, event: Result<EventMessage, Fault>) -> Result<(), Fault> {
    let event = event?;
    if event.action.as_deref() == Some("die")
        && let Some(id) = event.actor.and_then(|actor| actor.id)
    {
        drop(docker.inspect_container(&id, None::<InspectContainerOptions>).await);
    }
    Ok(())
}

/// An object that is gone already, or is being removed by another program, counts as removed.
fn gone(outcome: Result<(), Fault>, fault: impl Fn(Fault) -> Error) -> Result<()> {
    match outcome {
        Ok(()) | Err(Fault::DockerResponseServerError { status_code: 404, .. }) => Ok(()),
        Err(Fault::DockerResponseServerError { status_code: 409, message }) if message.contains("in progress") => {
            Ok(())
        }
        Err(other) => Err(fault(other)),
    }
}

fn unreachable(fault: Fault) -> Error {
    Error::Unreachable(Box::new(fault))
}

fn filters(owner: Owner, lease: Option<B256>) -> HashMap<&'static str, Vec<String>> {
    let mut labels: Vec<String> = owner.labels().iter().map(|(key, value)| format!("{key}={value}")).collect();
    labels.extend(lease.map(|lease| format!("{}={lease:#x}", label::LEASE)));
    HashMap::from([("label", labels)])
}
