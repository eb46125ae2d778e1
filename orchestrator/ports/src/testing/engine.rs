//! A container engine in memory. Containers start at once and stop on request; they exit and change their health
//! when a test says so.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use alloy::primitives::B256;
use async_trait::async_trait;
use futures::{StreamExt, stream, stream::BoxStream};
use lease::{
    label::{Owner, Tag, container_name, network_name, volume_name},
    manifest,
    reconcile::{ContainerHealth, ContainerState, ObservedContainer, Slot},
};
use tokio::sync::Notify;

use super::lock;
use crate::{
    clock::Clock,
    engine::{
        ContainerDetails, ContainerSpec, Engine, EngineContainer, EngineCounters, EngineListing, Error, Image, Info,
        Object, Result,
    },
};

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineFault {
    /// The engine does not get the call.
    Unreachable,
    /// The engine refuses it, with a reason.
    Refused(String),
    /// It does not answer before [`FakeEngine::release`], then acts as always.
    Hang,
}

/// A container, with the state that only the engine has.
#[derive(Debug, Clone)]
struct HeldContainer {
    listed: EngineContainer,
    /// Its service has a health check.
    is_checked: bool,
    pid: u32,
    counters: EngineCounters,
}

#[derive(Debug, Default)]
struct EngineState {
    containers: BTreeMap<String, HeldContainer>,
    networks: BTreeMap<String, Object>,
    volumes: BTreeMap<String, Object>,
    faults: Vec<(&'static str, EngineFault)>,
    calls: Vec<String>,
    is_away: bool,
    /// Processes so far.
    processes: u32,
}

pub struct FakeEngine {
    world: Mutex<EngineState>,
    clock: Arc<dyn Clock>,
    info: Info,
    changed: Arc<Notify>,
    hanging: Notify,
    released: Notify,
}

impl FakeEngine {
    /// A machine of 16 CPUs and 64 GiB, without GPUs.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let info = Info {
            version: "fake".to_owned(),
            api_version: "fake".to_owned(),
            runc_version: None,
            os: "linux".to_owned(),
            architecture: "amd64".to_owned(),
            cgroup_version: 2,
            cgroup_driver: "cgroupfs".to_owned(),
            cpus: 16,
            memory_bytes: 64 << 30,
            gpus: false,
        };
        let (world, changed, hanging, released) = Default::default();
        Self { world, clock, info, changed, hanging, released }
    }

    /// The next call of a method of [`Engine`] fails. One fault a call; further faults of the method are for later calls.
    pub fn fail(&self, method: &'static str, fault: EngineFault) {
        lock(&self.world).faults.push((method, fault));
    }

    /// Whether every call fails as unreachable from now on.
    pub fn set_away(&self, is_away: bool) {
        lock(&self.world).is_away = is_away;
    }

    /// Waits until a call hangs.
    pub async fn hanging(&self) {
        self.hanging.notified().await;
    }

    /// Calls that hang go on.
    pub fn release(&self) {
        self.released.notify_waiters();
    }

    /// A container's process exits.
    pub fn exit(&self, lease: B256, service: &str, replica: u16, code: i64) {
        let now_ms = self.clock.now_ms();
        self.change(lease, service, replica, |held| held.exit(code, now_ms));
    }

    /// What a container's health check says from now on.
    pub fn set_health(&self, lease: B256, service: &str, replica: u16, health: ContainerHealth) {
        self.change(lease, service, replica, |held| held.listed.seen.health = health);
    }

    pub fn set_counters(&self, lease: B256, service: &str, replica: u16, counters: EngineCounters) {
        self.change(lease, service, replica, |held| held.counters = counters);
    }

    /// A lease's containers: `web/0 running`.
    pub fn containers(&self, lease: B256) -> Vec<String> {
        let world = lock(&self.world);
        let mut own: Vec<_> = world.containers.values().filter(|held| held.listed.tag.lease == lease).collect();
        own.sort_by_key(|held| held.listed.seen.slot.clone());
        let line = |held: &&HeldContainer| {
            let ObservedContainer { slot, state, .. } = &held.listed.seen;
            format!("{}/{} {}", slot.service, slot.replica, format!("{state:?}").to_lowercase())
        };
        own.iter().map(line).collect()
    }

    /// The names of a lease's volumes in its manifest.
    pub fn volumes(&self, lease: B256) -> Vec<String> {
        let world = lock(&self.world);
        let own = world.volumes.values().filter(|object| object.tag.lease == lease);
        own.filter_map(|object| object.volume.clone()).collect()
    }

    /// How many networks a lease has.
    pub fn networks(&self, lease: B256) -> usize {
        lock(&self.world).networks.values().filter(|object| object.tag.lease == lease).count()
    }

    /// The calls that changed something, or tried to, since the last call of this: `start web/0`.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.world).calls)
    }

    fn change(&self, lease: B256, service: &str, replica: u16, change: impl FnOnce(&mut HeldContainer)) {
        let id = container_name(lease, &Slot { replica, service: service.to_owned() });
        let mut world = lock(&self.world);
        match world.containers.get_mut(&id) {
            Some(held) => change(held),
            None => unreachable!("there is no container {service}/{replica}"),
        }
        drop(world);
        self.changed.notify_one();
    }

    /// Fails as a test requested.
    async fn enter(&self, method: &'static str) -> Result<MutexGuard<'_, EngineState>> {
        let fault = {
            let mut world = lock(&self.world);
            if world.is_away {
                return Err(unreachable());
            }
            let found = world.faults.iter().position(|(failing, _)| *failing == method);
            found.map(|at| world.faults.remove(at).1)
        };
        match fault {
            None => {}
            Some(EngineFault::Unreachable) => return Err(unreachable()),
            Some(EngineFault::Refused(reason)) => return Err(Error::Refused { what: method, reason }),
            Some(EngineFault::Hang) => {
                let released = self.released.notified();
                self.hanging.notify_one();
                released.await;
            }
        }
        Ok(lock(&self.world))
    }

    /// The same, for a call that changes something, which is recorded even when it fails.
    async fn act(&self, method: &'static str, on: &str) -> Result<MutexGuard<'_, EngineState>> {
        lock(&self.world).calls.push(format!("{method} {on}").trim_end().to_owned());
        self.enter(method).await
    }

    /// A container as [`Self::take_calls`] names it.
    fn name(&self, id: &str) -> String {
        let world = lock(&self.world);
        world.containers.get(id).map_or_else(|| id.to_owned(), |held| name(&held.listed.seen.slot))
    }
}

fn name(slot: &Slot) -> String {
    format!("{}/{}", slot.service, slot.replica)
}

fn unreachable() -> Error {
    Error::Unreachable("the fake engine is away".into())
}

impl HeldContainer {
    fn exit(&mut self, code: i64, now_ms: u64) {
        let seen = &mut self.listed.seen;
        (seen.state, seen.exit_code, seen.finished_at_ms) = (ContainerState::Exited, Some(code), now_ms);
        seen.health = ContainerHealth::None;
        self.listed.address = None;
        self.pid = 0;
    }
}

#[async_trait]
impl Engine for FakeEngine {
    async fn info(&self) -> Result<Info> {
        drop(self.enter("info").await?);
        Ok(self.info.clone())
    }

    async fn changes(&self, _: Owner) -> Result<BoxStream<'static, Result<()>>> {
        drop(self.enter("changes").await?);
        let changed = Arc::clone(&self.changed);
        let changes = stream::unfold(changed, |changed| async move {
            changed.notified().await;
            Some((Ok(()), changed))
        });
        Ok(changes.boxed())
    }

    async fn list(&self, owner: Owner, lease: Option<B256>) -> Result<EngineListing> {
        let world = self.enter("list").await?;
        let own = |tag: &Tag| tag.owner == owner && lease.is_none_or(|lease| tag.lease == lease);
        let listed = world.containers.values().map(|held| &held.listed);
        Ok(EngineListing {
            containers: listed.filter(|listed| own(&listed.tag)).cloned().collect(),
            networks: world.networks.values().filter(|object| own(&object.tag)).cloned().collect(),
            volumes: world.volumes.values().filter(|object| own(&object.tag)).cloned().collect(),
        })
    }

    async fn containers(&self, owner: Owner) -> Result<Vec<EngineContainer>> {
        let world = self.enter("containers").await?;
        let listed = world.containers.values().map(|held| &held.listed);
        Ok(listed.filter(|listed| listed.tag.owner == owner).cloned().collect())
    }

    async fn details(&self, id: &str) -> Result<ContainerDetails> {
        let world = self.enter("details").await?;
        let held = world.containers.get(id).ok_or(Error::NotFound)?;
        let seen = &held.listed.seen;
        Ok(ContainerDetails {
            pid: held.pid,
            started_at_ms: seen.started_at_ms,
            finished_at_ms: seen.finished_at_ms,
            exit_code: seen.exit_code,
            out_of_memory: false,
            error: None,
            health_output: None,
        })
    }

    async fn counters(&self, id: &str) -> Result<EngineCounters> {
        let world = self.enter("counters").await?;
        Ok(world.containers.get(id).ok_or(Error::NotFound)?.counters)
    }

    async fn image(&self, reference: &str, pinned: Option<&Image>) -> Result<Image> {
        drop(self.act("image", reference).await?);
        let found = || Image { id: format!("sha256:{reference}"), digest: None };
        Ok(pinned.cloned().unwrap_or_else(found))
    }

    async fn create_network(&self, tag: &Tag, _: usize) -> Result<()> {
        let id = network_name(tag.lease);
        let mut world = self.act("create_network", "").await?;
        world.networks.insert(id.clone(), Object { tag: *tag, id, volume: None });
        Ok(())
    }

    async fn create_volume(&self, tag: &Tag, volume: &str) -> Result<()> {
        let mut world = self.act("create_volume", volume).await?;
        let id = volume_name(tag.lease, volume);
        world.volumes.insert(id.clone(), Object { tag: *tag, id, volume: Some(volume.to_owned()) });
        Ok(())
    }

    async fn create_container(&self, spec: &ContainerSpec) -> Result<String> {
        let mut world = self.act("create_container", &name(&spec.slot)).await?;
        let id = container_name(spec.tag.lease, &spec.slot);
        let is_checked = matches!(spec.service.healthcheck, Some(manifest::Health::Check { .. }));
        let seen = ObservedContainer {
            id: id.clone(),
            slot: spec.slot.clone(),
            state: ContainerState::Created,
            health: ContainerHealth::None,
            exit_code: None,
            detail: None,
            started_at_ms: 0,
            finished_at_ms: 0,
        };
        let image_id = spec.image.id.clone();
        let listed = EngineContainer { tag: spec.tag, seen, image_id, ports: Vec::new(), address: None };
        let made = || HeldContainer { listed, is_checked, pid: 0, counters: EngineCounters::default() };
        world.containers.entry(id.clone()).or_insert_with(made);
        Ok(id)
    }

    async fn start(&self, id: &str) -> Result<()> {
        let name = self.name(id);
        let mut world = self.act("start", &name).await?;
        world.processes += 1;
        let process = world.processes;
        let held = world.containers.get_mut(id).ok_or(Error::NotFound)?;
        let seen = &mut held.listed.seen;
        (seen.state, seen.exit_code, seen.started_at_ms) = (ContainerState::Running, None, self.clock.now_ms());
        seen.health = if held.is_checked { ContainerHealth::Starting } else { ContainerHealth::None };
        held.listed.address = Some(IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + process)));
        held.pid = process;
        Ok(())
    }

    async fn stop(&self, id: &str, _: Duration) -> Result<()> {
        let name = self.name(id);
        let mut world = self.act("stop", &name).await?;
        let held = world.containers.get_mut(id).ok_or(Error::NotFound)?;
        if held.listed.seen.state == ContainerState::Running {
            held.exit(0, self.clock.now_ms());
        }
        Ok(())
    }

    async fn remove_container(&self, id: &str) -> Result<()> {
        let name = self.name(id);
        let mut world = self.act("remove_container", &name).await?;
        world.containers.remove(id);
        Ok(())
    }

    async fn remove_network(&self, id: &str) -> Result<()> {
        let mut world = self.act("remove_network", "").await?;
        world.networks.remove(id);
        Ok(())
    }

    async fn remove_volume(&self, id: &str) -> Result<()> {
        let volume = lock(&self.world).volumes.get(id).and_then(|object| object.volume.clone());
        let mut world = self.act("remove_volume", volume.as_deref().unwrap_or(id)).await?;
        world.volumes.remove(id);
        Ok(())
    }
}
