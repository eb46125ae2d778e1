//! An engine with a hand between it and the orchestrator: it can end the process at a call, and describe itself otherwise.

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
use ports::engine::{Container, Counters, Details, Engine, Image, Info, Result, Spec, View};
use tokio::sync::Notify;

/// Where a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The call has not reached the engine.
    Before(usize),
    /// The engine has done it, and nobody has heard of it.
    After(usize),
}

/// What befalls the making of one lease's containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Panic,
    /// It takes for ever.
    Stuck,
}

pub struct Interposed {
    engine: Arc<dyn Engine>,
    trouble: Option<(B256, Trouble)>,
    death: Option<Death>,
    describe: fn(Info) -> Info,
    calls: AtomicUsize,
    /// Names of the calls so far.
    log: Mutex<Vec<&'static str>>,
    /// Ids of the containers of which the engine has said that they are made.
    made: Mutex<Vec<String>>,
    died: Notify,
}

impl Interposed {
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            trouble: None,
            death: None,
            describe: |info| info,
            calls: AtomicUsize::new(0),
            log: Mutex::default(),
            made: Mutex::default(),
            died: Notify::new(),
        }
    }

    /// From that call on (the first is 1) nothing is answered any more: whoever asks is dead.
    pub fn dying(self, death: Death) -> Self {
        Self { death: Some(death), ..self }
    }

    pub fn troubling(self, lease: B256, trouble: Trouble) -> Self {
        Self { trouble: Some((lease, trouble)), ..self }
    }

    pub fn describing(self, describe: fn(Info) -> Info) -> Self {
        Self { describe, ..self }
    }

    /// Returns at the death.
    pub async fn died(&self) {
        self.died.notified().await;
    }

    pub fn calls(&self) -> Vec<&'static str> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn made(&self) -> Vec<String> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn pass<T>(&self, name: &'static str, call: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        match self.death {
            Some(Death::Before(last)) if number >= last => {}
            Some(Death::After(last)) if number > last => {}
            Some(Death::After(last)) if number == last => {
                self.note(name);
                call.await;
            }
            _ => {
                self.note(name);
                return call.await;
            }
        }
        self.died.notify_one();
        pending().await
    }

    fn note(&self, name: &'static str) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }
}

#[async_trait]
impl Engine for Interposed {
    async fn info(&self) -> Result<Info> {
        self.pass("info", self.engine.info()).await.map(self.describe)
    }
    async fn changes(&self, owner: Owner) -> Result<BoxStream<'static, Result<()>>> {
        self.engine.changes(owner).await
    }
    async fn view(&self, owner: Owner, lease: Option<B256>) -> Result<View> {
        self.pass("view", self.engine.view(owner, lease)).await
    }
    async fn containers(&self, owner: Owner) -> Result<Vec<Container>> {
        self.pass("containers", self.engine.containers(owner)).await
    }
    async fn details(&self, id: &str) -> Result<Details> {
        self.pass("details", self.engine.details(id)).await
    }
    async fn counters(&self, id: &str) -> Result<Counters> {
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
    async fn create_container(&self, spec: &Spec) -> Result<String> {
        match self.trouble {
            Some((lease, Trouble::Panic)) if lease == spec.tag.lease => panic!("the test wants a panic here"),
            Some((lease, Trouble::Stuck)) if lease == spec.tag.lease => pending().await,
            _ => {}
        }
        let create = async {
            let made = self.engine.create_container(spec).await;
            self.made.lock().unwrap_or_else(PoisonError::into_inner).extend(made.iter().cloned());
            made
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
