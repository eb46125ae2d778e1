//! A wrapper around the engine that injects faults: it stops answering at a given call, as if the process had been killed
//! there, fails to create one lease's containers, or reports other properties of the machine.

use std::{
    future::pending,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy::primitives::B256;
use async_trait::async_trait;
use futures::stream::BoxStream;
use lease::label::{Owner, Tag};
use ports::engine::{
    ContainerDetails, ContainerSpec, Engine, EngineContainer, EngineCounters, EngineListing, Image, Info, Result,
};
use tokio::sync::Notify;

/// The call, counted from 1, at which the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillPoint {
    /// The call does not reach the engine.
    Before(usize),
    /// The engine carries the call out, but the answer is lost.
    After(usize),
}

/// How the creation of one lease's containers fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateFault {
    Panic,
    /// It never returns.
    Hang,
}

pub struct KillableEngine {
    engine: Arc<dyn Engine>,
    create_fault: Option<(B256, CreateFault)>,
    kill_point: Option<KillPoint>,
    describe: fn(Info) -> Info,
    calls: AtomicUsize,
    /// Names of the calls so far.
    log: Mutex<Vec<&'static str>>,
    /// Ids of the containers whose creation the engine has confirmed.
    created: Mutex<Vec<String>>,
    killed: Notify,
}

impl KillableEngine {
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            create_fault: None,
            kill_point: None,
            describe: |info| info,
            calls: AtomicUsize::new(0),
            log: Mutex::default(),
            created: Mutex::default(),
            killed: Notify::new(),
        }
    }

    /// From this call on no call is answered.
    pub fn killed_at(self, kill_point: KillPoint) -> Self {
        Self { kill_point: Some(kill_point), ..self }
    }

    pub fn failing_to_create(self, lease: B256, fault: CreateFault) -> Self {
        Self { create_fault: Some((lease, fault)), ..self }
    }

    pub fn describing(self, describe: fn(Info) -> Info) -> Self {
        Self { describe, ..self }
    }

    /// Returns when the process reaches the call at which it is killed.
    pub async fn killed(&self) {
        self.killed.notified().await;
    }

    pub fn calls(&self) -> Vec<&'static str> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn created(&self) -> Vec<String> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn pass<T>(&self, name: &'static str, call: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        match self.kill_point {
            Some(KillPoint::Before(last)) if number >= last => {}
            Some(KillPoint::After(last)) if number > last => {}
            Some(KillPoint::After(last)) if number == last => {
                self.note(name);
                call.await;
            }
            _ => {
                self.note(name);
                return call.await;
            }
        }
        self.killed.notify_one();
        pending().await
    }

    fn note(&self, name: &'static str) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }
}

#[async_trait]
impl Engine for KillableEngine {
    async fn info(&self) -> Result<Info> {
        self.pass("info", self.engine.info()).await.map(self.describe)
    }
    async fn changes(&self, owner: Owner) -> Result<BoxStream<'static, Result<()>>> {
        self.engine.changes(owner).await
    }
    async fn list(&self, owner: Owner, lease: Option<B256>) -> Result<EngineListing> {
        self.pass("list", self.engine.list(owner, lease)).await
    }
    async fn containers(&self, owner: Owner) -> Result<Vec<EngineContainer>> {
        self.pass("containers", self.engine.containers(owner)).await
    }
    async fn details(&self, id: &str) -> Result<ContainerDetails> {
        self.pass("details", self.engine.details(id)).await
    }
    async fn counters(&self, id: &str) -> Result<EngineCounters> {
        self.pass("counters", self.engine.counters(id)).await
    }
    async fn image(&self, reference: &str, pinned: Option<&Image>) -> Result<Image> {
        self.pass("image", self.engine.image(reference, pinned)).await
    }
    async fn create_network(&self, tag: &Tag, containers: usize) -> Result<()> {
        self.pass("create_network", self.engine.create_network(tag, containers)).await
    }
    async fn create_volume(&self, tag: &Tag, volume: &str) -> Result<()> {
        self.pass("create_volume", self.engine.create_volume(tag, volume)).await
    }
    async fn create_container(&self, spec: &ContainerSpec) -> Result<String> {
        match self.create_fault {
            Some((lease, CreateFault::Panic)) if lease == spec.tag.lease => panic!("the test wants a panic here"),
            Some((lease, CreateFault::Hang)) if lease == spec.tag.lease => pending().await,
            _ => {}
        }
        let create = async {
            let created = self.engine.create_container(spec).await;
            self.created.lock().unwrap_or_else(PoisonError::into_inner).extend(created.iter().cloned());
            created
        };
        self.pass("create_container", create).await
    }
    async fn start(&self, id: &str) -> Result<()> {
        self.pass("start", self.engine.start(id)).await
    }
    async fn stop(&self, id: &str, grace: Duration) -> Result<()> {
        self.pass("stop", self.engine.stop(id, grace)).await
    }
    async fn remove_container(&self, id: &str) -> Result<()> {
        self.pass("remove_container", self.engine.remove_container(id)).await
    }
    async fn remove_network(&self, id: &str) -> Result<()> {
        self.pass("remove_network", self.engine.remove_network(id)).await
    }
    async fn remove_volume(&self, id: &str) -> Result<()> {
        self.pass("remove_volume", self.engine.remove_volume(id)).await
    }
}
