//! A provider on a chain of its own and on the machine's engine: what the tests of containers and meters begin with.
//!
//! [`Provider`] is what outlives a process: chain, database, engine. [`Process`] is what one run of the orchestrator has
//! in memory; a test makes as many as it likes, and each begins from nothing. What a provider has on the engine goes when
//! it is dropped, whatever became of the test.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use adapters::{cgroup::HostKernel, clock::SystemClock, docker::BollardEngine, ethereum::AlloyEthereum};
use alloy::{
    primitives::{Address, B256, U256, keccak256},
    providers::ProviderBuilder,
};
use anvil::{Actor, Devnet, Mining, Options};
use anyhow::{Context, bail, ensure};
use bollard::{
    Docker,
    errors::Error as Fault,
    exec::{CreateExecOptions, StartExecOptions, StartExecResults},
    models::{ContainerInspectResponse, ContainerSummary, Network, Volume},
    query_parameters::{
        InspectContainerOptions, KillContainerOptionsBuilder, ListContainersOptionsBuilder, ListNetworksOptionsBuilder,
        ListVolumesOptionsBuilder,
    },
};
use driver::{Stage, Wakeup};
use futures::TryStreamExt;
use lease::{
    label::{self, Owner},
    reconcile::{Slot, WorkloadStatus},
};
use ports::{cgroup::Kernel, engine::Engine};
use solidity::{Market, Order, Terms, deploy::Deployment};
use stages::{
    chain::ChainStage,
    container::{ContainerSettings, ContainerStage},
    meter::MeterStage,
};
use store::{self, Store, container::LeaseProgress};
use tidemark::wiring;

use crate::{postgres::Database, transactions};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Enough for all that a test does, unless it wants to see the money end.
pub const DEPOSIT: u64 = 1_000_000;

pub struct Provider {
    _sweep: Sweep,
    pub devnet: Devnet,
    pub offer: u32,
    pub owner: Owner,
    pub database: Database,
    pub start: Start,
    /// The engine as everybody sees it who asks it himself.
    pub docker: Docker,
    salt: AtomicU64,
}

/// What a process is told when it starts.
#[derive(Clone)]
pub struct Start {
    rpc_url: String,
    database_url: String,
    deployment: Deployment,
    owner: Owner,
}

/// The stages of a process that has just begun. They run when told to.
pub struct Process {
    pub store: Arc<Store>,
    pub chain: ChainStage,
    pub container: ContainerStage,
    /// The container stage's.
    pub wakeup: Wakeup,
    pub meter: MeterStage,
}

impl Provider {
    /// On SQLite, with blocks that come only when something happens.
    pub async fn start() -> anyhow::Result<Self> {
        let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Options::default() }).await?;
        Self::on(devnet, "http://127.0.0.1:1").await
    }

    pub async fn on(devnet: Devnet, endpoint: &str) -> anyhow::Result<Self> {
        let offer = transactions::register(&devnet, Actor::Provider, endpoint).await?;
        let deployment = &devnet.deployment;
        let owner =
            Owner { provider: Actor::Provider.address(), chain_id: deployment.chain_id, market: deployment.market };
        let docker = Docker::connect_with_defaults()?.negotiate_version().await?;
        let database = Database::sqlite()?;
        let start = Start {
            rpc_url: devnet.ws_url(),
            database_url: database.url.clone(),
            deployment: deployment.clone(),
            owner,
        };
        let sweep = Sweep::of(owner.provider, &devnet);
        Ok(Self { _sweep: sweep, devnet, offer, owner, database, start, docker, salt: AtomicU64::new(1) })
    }

    /// One that uses the engine as it is.
    pub async fn process(&self) -> anyhow::Result<Process> {
        self.start.process(engine(), settings()).await
    }

    /// Opens a lease of [`transactions::order`]'s shape and hands its manifest over.
    pub async fn open(&self, process: &Process, manifest: &str, replicas: u16) -> anyhow::Result<(B256, Terms)> {
        let order = self.order(manifest, replicas);
        self.open_with(process, manifest, order, DEPOSIT).await
    }

    pub fn order(&self, manifest: &str, replicas: u16) -> Order {
        transactions::order(keccak256(manifest), replicas, self.salt.fetch_add(1, Ordering::Relaxed))
    }

    pub async fn open_with(
        &self,
        process: &Process,
        manifest: &str,
        order: Order,
        deposit: u64,
    ) -> anyhow::Result<(B256, Terms)> {
        let (lease, terms) = transactions::take(&self.devnet, self.offer, order, deposit).await?;
        process.chain.run().await?;
        process.store.put_manifest(lease, keccak256(manifest), manifest.as_bytes()).await?;
        Ok((lease, terms))
    }

    /// The tenant wants so many replicas.
    pub async fn scale(&self, terms: &Terms, replicas: u16) -> anyhow::Result<()> {
        let market = self.devnet.market(Actor::Tenant).await?;
        transactions::sent(market.scale(terms.clone(), replicas).send().await?.get_receipt().await?)?;
        Ok(())
    }

    pub async fn close(&self, terms: &Terms) -> anyhow::Result<()> {
        let market = self.devnet.market(Actor::Tenant).await?;
        transactions::sent(market.close(terms.clone()).send().await?.get_receipt().await?)?;
        Ok(())
    }

    /// The tenant pays so many wei more in.
    pub async fn top_up(&self, lease: B256, amount: u64) -> anyhow::Result<()> {
        let (market, amount) = (self.devnet.market(Actor::Tenant).await?, U256::from(amount));
        let call = market.topUp(Address::ZERO, lease, amount).value(amount);
        transactions::sent(call.send().await?.get_receipt().await?)?;
        Ok(())
    }

    /// Every container that bears the lease's label, running or not.
    pub async fn containers(&self, lease: B256) -> anyhow::Result<Vec<ContainerSummary>> {
        let options = ListContainersOptionsBuilder::default().all(true).filters(&of(lease)).build();
        Ok(self.docker.list_containers(Some(options)).await?)
    }

    pub async fn networks(&self, lease: B256) -> anyhow::Result<Vec<Network>> {
        let options = ListNetworksOptionsBuilder::default().filters(&of(lease)).build();
        Ok(self.docker.list_networks(Some(options)).await?)
    }

    pub async fn volumes(&self, lease: B256) -> anyhow::Result<Vec<Volume>> {
        let options = ListVolumesOptionsBuilder::default().filters(&of(lease)).build();
        Ok(self.docker.list_volumes(Some(options)).await?.volumes.unwrap_or_default())
    }

    /// The ids of the containers by their slots; an error when two have one slot.
    pub async fn slots(&self, lease: B256) -> anyhow::Result<BTreeMap<Slot, String>> {
        let mut slots = BTreeMap::new();
        for container in self.containers(lease).await? {
            let slot = container.labels.as_ref().and_then(label::slot).context("a container without a slot")?;
            let id = container.id.context("a container without an id")?;
            if let Some(other) = slots.insert(slot.clone(), id.clone()) {
                bail!("{other} and {id} both stand for {slot:?}");
            }
        }
        Ok(slots)
    }

    /// The id of the container of a lease's service in a replica.
    pub async fn container(&self, lease: B256, service: &str, replica: u16) -> anyhow::Result<String> {
        let slot = Slot { replica, service: service.to_owned() };
        self.slots(lease).await?.remove(&slot).with_context(|| format!("there is no container for {slot:?}"))
    }

    /// Containers, networks and volumes that bear the lease's label.
    pub async fn left(&self, lease: B256) -> anyhow::Result<[usize; 3]> {
        Ok([self.containers(lease).await?.len(), self.networks(lease).await?.len(), self.volumes(lease).await?.len()])
    }

    pub async fn inspect(&self, id: &str) -> anyhow::Result<ContainerInspectResponse> {
        Ok(self.docker.inspect_container(id, None::<InspectContainerOptions>).await?)
    }

    /// The containers by their slots, and since when those that run do so.
    pub async fn running(&self, lease: B256) -> anyhow::Result<BTreeMap<Slot, (String, Option<String>)>> {
        let mut all = BTreeMap::new();
        for (slot, id) in self.slots(lease).await? {
            // A container is listed a moment before, and after, the engine knows it otherwise.
            let state = match self.docker.inspect_container(&id, None::<InspectContainerOptions>).await {
                Err(Fault::DockerResponseServerError { status_code: 404, .. }) => None,
                found => found?.state,
            };
            let state = state.unwrap_or_default();
            all.insert(slot, (id, state.started_at.filter(|_| state.running == Some(true))));
        }
        Ok(all)
    }

    /// SIGKILL from outside.
    pub async fn kill(&self, id: &str) -> anyhow::Result<()> {
        let options = KillContainerOptionsBuilder::default().signal("SIGKILL").build();
        Ok(self.docker.kill_container(id, Some(options)).await?)
    }

    /// Runs a command in a container; its exit code and what it printed.
    pub async fn exec(&self, id: &str, command: &[&str]) -> anyhow::Result<(i64, String)> {
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let exec = self.docker.create_exec(id, options).await?.id;
        let StartExecResults::Attached { output, .. } = self.docker.start_exec(&exec, None::<StartExecOptions>).await?
        else {
            bail!("the engine did not attach to the command");
        };
        let printed: Vec<String> = output.map_ok(|line| line.to_string()).try_collect().await?;
        let code = self.docker.inspect_exec(&exec).await?.exit_code;
        Ok((code.context("the command has not ended")?, printed.concat()))
    }
}

/// Removes what a provider has on the engine when it is dropped, whatever became of the test; and the control groups of
/// all leases of its market, so it has to go before the chain.
pub struct Sweep {
    deployment: Deployment,
    rpc_url: String,
    provider: Address,
}

impl Sweep {
    pub fn of(provider: Address, devnet: &Devnet) -> Self {
        Self { deployment: devnet.deployment.clone(), rpc_url: devnet.http_url(), provider }
    }

    async fn sweep(deployment: &Deployment, rpc_url: &str, provider: Address) -> anyhow::Result<()> {
        wiring::sweep(deployment, provider).await?;
        let Some(groups) = HostKernel.cgroups(&engine().info().await?) else { return Ok(()) };
        let market = Market::new(deployment.market, ProviderBuilder::new().connect_http(rpc_url.parse()?));
        for (opened, _) in market.LeaseOpened_filter().from_block(deployment.block).query().await? {
            // One that the engine is still emptying stays, and costs nothing.
            let _ = groups.remove(opened.lease);
        }
        Ok(())
    }
}

impl Drop for Sweep {
    fn drop(&mut self) {
        let (deployment, rpc_url, provider) = (self.deployment.clone(), self.rpc_url.clone(), self.provider);
        // A runtime of its own: this one may be on its way down, and cannot be waited on from within.
        let sweep = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(Self::sweep(&deployment, &rpc_url, provider))
        });
        let swept = sweep.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the sweep panicked")));
        if let (Err(error), false) = (swept, std::thread::panicking()) {
            panic!("what the test left could not be removed: {error:#}");
        }
    }
}

impl Start {
    /// A database file serves one process at a time: the one before has to be gone, or going.
    pub async fn process(&self, engine: Arc<dyn Engine>, settings: ContainerSettings) -> anyhow::Result<Process> {
        let Self { rpc_url, database_url, deployment, owner } = self.clone();
        let patience = Patience::with("the database to be free");
        let store = loop {
            match Store::open(&database_url).await {
                Err(store::Error::Locked(_)) => patience.pause().await?,
                opened => break Arc::new(opened?),
            }
        };
        store.bind(&deployment, owner.provider).await?;
        let ethereum = AlloyEthereum::connect(&rpc_url, deployment.chain_id, deployment.market, None)?;
        let ethereum = Arc::new(ethereum);
        let chain = ChainStage::new(store.clone(), ethereum, deployment, owner.provider, Default::default());
        let wakeup = Wakeup::default();
        let wakeups = (wakeup.clone(), Wakeup::default());
        let clock = Arc::new(SystemClock);
        let container = ContainerStage::new(
            store.clone(),
            engine.clone(),
            clock.clone(),
            Arc::new(HostKernel),
            owner,
            settings,
            wakeups,
        );
        let meter = MeterStage::new(
            store.clone(),
            engine,
            clock,
            Arc::new(HostKernel),
            owner,
            Default::default(),
            Wakeup::default(),
        );
        Ok(Process { store, chain, container, wakeup, meter })
    }
}

impl Process {
    /// Reads the chain and tends all leases, once.
    pub async fn run(&self) -> anyhow::Result<()> {
        self.chain.run().await?;
        self.container.run().await?;
        Ok(())
    }

    /// The same until a lease stands so.
    pub async fn until(&self, lease: B256, wanted: WorkloadStatus) -> anyhow::Result<LeaseProgress> {
        let patience = Patience::with(format!("lease {lease} to be {wanted:?}"));
        loop {
            self.run().await?;
            let progress = self.store.progress(lease).await?;
            match progress {
                Some(progress) if progress.standing == wanted => return Ok(progress),
                other => patience.pause().await.with_context(|| format!("it stands {other:?}"))?,
            }
        }
    }
}

/// Repeats a look until it finds something.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let patience = Patience::with(what);
    loop {
        match look().await? {
            Some(found) => return Ok(found),
            None => patience.pause().await?,
        }
    }
}

/// Waits for something in small steps, and not for ever.
struct Patience {
    what: String,
    end: Instant,
}

impl Patience {
    fn with(what: impl Into<String>) -> Self {
        Self { what: what.into(), end: Instant::now() + PATIENCE }
    }

    async fn pause(&self) -> anyhow::Result<()> {
        ensure!(Instant::now() < self.end, "waited {PATIENCE:?} for {}", self.what);
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(())
    }
}

/// Whether a lease has a control group, in any hierarchy of this machine.
pub fn group_exists(lease: B256) -> bool {
    let groups = Path::new("/sys/fs/cgroup");
    let hierarchies = fs::read_dir(groups).into_iter().flatten().flatten().map(|entry| entry.path());
    let short = label::short(lease);
    let names = [format!("tidemark/{short}"), format!("tidemark.slice/tidemark-{short}.slice")];
    hierarchies.chain([groups.to_owned()]).any(|hierarchy| names.iter().any(|name| hierarchy.join(name).exists()))
}

pub fn engine() -> Arc<dyn Engine> {
    Arc::new(BollardEngine::new(adapters::docker::DockerSettings::default()))
}

/// A run waits for all of its leases; what is on the engine is what is wanted, and nothing warm.
pub fn settings() -> ContainerSettings {
    ContainerSettings { patience: PATIENCE, grace: 60, warm: 0, ..ContainerSettings::default() }
}

fn of(lease: B256) -> HashMap<&'static str, Vec<String>> {
    HashMap::from([("label", vec![format!("{}={lease:#x}", label::LEASE)])])
}
