//! A provider at work, as benches need one: chain, container and meter stage as they are wired in the program, over an
//! SQLite file, the real engine, and a chain that makes a block for each transaction.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use adapters::{cgroup::HostKernel, clock::SystemClock, docker::BollardEngine, ethereum::AlloyEthereum};
use alloy::{
    primitives::{B256, U256, keccak256},
    providers::{DynProvider, Provider as _, ext::AnvilApi},
    rpc::types::TransactionReceipt,
};
use anvil::{Actor, Devnet, Mining, Options};
use anyhow::{Context, bail, ensure};
use driver::{self, StageStatuses, Wakeup};
use futures::StreamExt;
use lease::{label::Owner, reconcile::WorkloadStatus};
use ports::{engine::Engine, ethereum::Ethereum, subnet::Subnet};
use solidity::{Market::LeaseOpened, Order, Terms};
use stages::{
    chain::{self, ChainStage},
    container::{self, ContainerSettings, ContainerStage},
    meter::MeterStage,
};
use store::{Store, container::LeaseProgress};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    transactions::{order, register, sent},
    world::Cleanup,
};

/// Between two polls. Measurements come from timestamps, not from when a poll happened.
const LOOK: Duration = Duration::from_millis(10);
/// Nothing that a bench waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Of the bench alone: other leases on this engine have their own.
pub const POOL: &str = "10.198.0.0/17";

pub struct Provider {
    /// Before the chain, which tells it what to remove.
    _cleanup: Cleanup,
    pub devnet: Devnet,
    pub store: Arc<Store>,
    pub engine: Arc<BollardEngine>,
    pub owner: Owner,
    /// Replicas that the stages keep warm, from the next [`Provider::work`] on.
    pub warm: u16,
    offer: u32,
    salt: AtomicU64,
    /// When each block arrived over WebSocket, in this machine's Unix milliseconds.
    arrivals: Arc<Mutex<BTreeMap<u64, f64>>>,
    arriving: JoinHandle<()>,
    work: Option<Work>,
    _folder: TempDir,
}

/// The orchestrator's tasks.
struct Work {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// A lease that the chain has opened.
pub struct Opened {
    pub lease: B256,
    pub terms: Terms,
    /// When its block arrived, in this machine's Unix milliseconds.
    pub at_ms: f64,
}

impl Provider {
    pub async fn start() -> anyhow::Result<Self> {
        let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Default::default() }).await?;
        let offer = register(&devnet, Actor::Provider, "http://127.0.0.1:1").await?;
        let folder = tempfile::tempdir()?;
        let store = Store::open(&format!("sqlite:{}", folder.path().join("tidemark.db").display())).await?;
        let (chain_id, market) = (devnet.deployment.chain_id, devnet.deployment.market);
        let owner = Owner { provider: Actor::Provider.address(), chain_id, market };
        store.bind(&devnet.deployment, owner.provider).await?;
        let pool: Subnet = POOL.parse().map_err(anyhow::Error::msg)?;
        let engine = Arc::new(BollardEngine::new(adapters::docker::DockerSettings { pool, ..Default::default() }));
        let arrivals: Arc<Mutex<BTreeMap<u64, f64>>> = Arc::default();
        let arriving = tokio::spawn(arrive(devnet.provider(Actor::Stranger).await?, arrivals.clone()));
        let salt = AtomicU64::new(0);
        let store = Arc::new(store);
        let _cleanup = Cleanup::of(owner.provider, &devnet);
        let (warm, work) = (ContainerSettings::default().warm, None);
        let mut provider = Self {
            devnet,
            store,
            engine,
            owner,
            warm,
            offer,
            salt,
            arrivals,
            arriving,
            work,
            _cleanup,
            _folder: folder,
        };
        provider.work()?;
        Ok(provider)
    }

    /// Starts the orchestrator's stages.
    pub fn work(&mut self) -> anyhow::Result<()> {
        let (stop, shutdown) = watch::channel(false);
        let (provider, deployment) = (self.owner.provider, self.devnet.deployment.clone());
        let ethereum = AlloyEthereum::connect(&self.devnet.ws_url(), deployment.chain_id, deployment.market, None)?;
        let ethereum: Arc<dyn Ethereum> = Arc::new(ethereum);
        let (chain_wakeup, container_wakeup, meter_wakeup) = (Wakeup::default(), Wakeup::default(), Wakeup::default());
        let chain = ChainStage::new(self.store.clone(), ethereum.clone(), deployment, provider, Default::default())
            .waking(vec![container_wakeup.clone()], Vec::new());
        let container = ContainerStage::new(
            self.store.clone(),
            self.engine.clone(),
            Arc::new(SystemClock),
            Arc::new(HostKernel),
            self.owner,
            ContainerSettings { warm: self.warm, ..Default::default() },
            (container_wakeup.clone(), meter_wakeup.clone()),
        );
        let engine: Arc<dyn Engine> = self.engine.clone();
        let meter = MeterStage::new(
            self.store.clone(),
            engine.clone(),
            Arc::new(SystemClock),
            Arc::new(HostKernel),
            self.owner,
            Default::default(),
            Default::default(),
        );
        let stages: Vec<(Arc<dyn driver::Stage>, Wakeup)> = vec![
            (Arc::new(chain), chain_wakeup.clone()),
            (Arc::new(container), container_wakeup.clone()),
            (Arc::new(meter), meter_wakeup),
        ];
        let tasks = vec![
            tokio::spawn(chain::listen(ethereum, chain_wakeup, shutdown.clone())),
            tokio::spawn(container::listen(engine, self.owner, container_wakeup, shutdown.clone())),
            tokio::spawn(driver::drive(stages, StageStatuses::default(), shutdown)),
        ];
        self.work = Some(Work { stop, tasks });
        Ok(())
    }

    /// Stops the stages; containers go on running.
    pub async fn rest(&mut self) {
        if let Some(Work { stop, tasks }) = self.work.take() {
            let _ = stop.send(true);
            for task in tasks {
                let _ = task.await;
            }
        }
    }

    /// Stops the stages for good; what is left on the engine goes with them.
    pub async fn end(mut self) {
        self.rest().await;
        self.arriving.abort();
    }

    /// Opens leases of one replica in one block. Their manifests are in the store before.
    pub async fn open(&self, manifest: &str, millicores: u32, leases: usize) -> anyhow::Result<Vec<Opened>> {
        self.open_wide(manifest, millicores, leases, (1, 1)).await
    }

    /// The same of so many replicas each, now and at the most.
    pub async fn open_wide(
        &self,
        manifest: &str,
        millicores: u32,
        leases: usize,
        (replicas, most): (u16, u16),
    ) -> anyhow::Result<Vec<Opened>> {
        let market = self.devnet.market(Actor::Tenant).await?;
        let (hash, deposit) = (keccak256(manifest), U256::from(1_000_000_000u64));
        let mut orders: Vec<Order> = Vec::new();
        for _ in 0..leases {
            let mut order = order(hash, replicas, self.salt.fetch_add(1, Ordering::Relaxed));
            order.policy.maxReplicas = most;
            order.shape.millicores = millicores;
            let lease = market.take(self.offer, order.clone(), deposit).value(deposit).call().await?;
            self.store.put_manifest(lease, hash, manifest.as_bytes()).await?;
            orders.push(order);
        }
        let chain = self.devnet.provider(Actor::Stranger).await?;
        chain.anvil_set_auto_mine(false).await?;
        let mut pending = Vec::new();
        for order in orders {
            // Nothing is estimated: the blocks of a burst are one.
            let call = market.take(self.offer, order, deposit).value(deposit).gas(500_000);
            pending.push(*call.send().await?.tx_hash());
        }
        chain.anvil_mine(Some(1), None).await?;
        chain.anvil_set_auto_mine(true).await?;
        let mut opened = Vec::new();
        for hash in pending {
            let receipt = sent(chain.get_transaction_receipt(hash).await?.context("a lease was not mined")?)?;
            opened.push(self.opened(&receipt).await?);
        }
        Ok(opened)
    }

    async fn opened(&self, receipt: &TransactionReceipt) -> anyhow::Result<Opened> {
        let LeaseOpened { lease, terms, .. } = receipt.decoded_log::<LeaseOpened>().context("no lease")?.data;
        Ok(Opened { lease, terms, at_ms: self.arrival(receipt).await? })
    }

    /// When a transaction's block arrived, in this machine's Unix milliseconds.
    async fn arrival(&self, receipt: &TransactionReceipt) -> anyhow::Result<f64> {
        let block = receipt.block_number.context("no block")?;
        let arrival =
            || async { Ok(self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).get(&block).copied()) };
        until("a block's arrival", arrival).await
    }

    /// Scales in the tenant's name; when the block with it arrived.
    pub async fn scale(&self, opened: &Opened, replicas: u16) -> anyhow::Result<f64> {
        let market = self.devnet.market(Actor::Tenant).await?;
        let call = market.scale(opened.terms.clone(), replicas);
        self.arrival(&sent(call.send().await?.get_receipt().await?)?).await
    }

    /// When the orchestrator recorded that all replicas run, in this machine's Unix milliseconds.
    pub async fn running(&self, lease: B256) -> anyhow::Result<f64> {
        let look = || async {
            let Some(progress) = self.store.progress(lease).await? else { return Ok(None) };
            if let LeaseProgress { standing: WorkloadStatus::Failing, reason, .. } = progress {
                bail!("a lease cannot run: {}", reason.unwrap_or_default());
            }
            Ok(progress.running_at_ms.map(|at| at as f64))
        };
        until("a lease to run", look).await
    }

    /// Closes leases in their tenant's name and waits until nothing of them is left.
    pub async fn close(&self, leases: &[Opened]) -> anyhow::Result<()> {
        let market = self.devnet.market(Actor::Tenant).await?;
        for Opened { terms, .. } in leases {
            sent(market.close(terms.clone()).send().await?.get_receipt().await?)?;
        }
        for Opened { lease, .. } in leases {
            let removed = || async {
                let progress = self.store.progress(*lease).await?;
                Ok(progress.filter(|progress| progress.standing == WorkloadStatus::Removed).map(|_| ()))
            };
            until("a lease's removal", removed).await?;
        }
        Ok(())
    }

    /// The id of a lease's only container.
    pub async fn container(&self, lease: B256) -> anyhow::Result<String> {
        let containers = self.engine.list(self.owner, Some(lease)).await?.containers;
        ensure!(containers.len() == 1, "a lease has {} containers, not one", containers.len());
        Ok(containers[0].seen.id.clone())
    }
}

/// Notes when blocks arrive, in a task of its own: when it happens and not at the next poll.
async fn arrive(chain: DynProvider, arrivals: Arc<Mutex<BTreeMap<u64, f64>>>) {
    let Ok(blocks) = chain.subscribe_blocks().await else { return };
    let mut blocks = blocks.into_stream();
    while let Some(block) = blocks.next().await {
        arrivals.lock().unwrap_or_else(PoisonError::into_inner).insert(block.number, now_ms());
    }
}

/// This machine's Unix milliseconds.
pub fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
}

/// Polls until there is something.
pub async fn until<T, F>(what: &str, mut look: impl FnMut() -> F) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<Option<T>>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        ensure!(Instant::now() < deadline, "waited {PATIENCE:?} in vain for {what}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Ends a measurement early at Ctrl-C, so that what it made is still removed.
pub async fn interruptible<T>(measurement: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::select! {
        outcome = measurement => outcome,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }
}
