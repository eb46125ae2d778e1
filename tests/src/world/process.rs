//! One orchestrator process whose stages run only when a test calls them.

use std::{sync::Arc, time::Duration};

use adapters::{cgroup::HostKernel, clock::SystemClock, ethereum::AlloyEthereum};
use alloy::primitives::{B256, keccak256};
use anvil::Actor;
use anyhow::Context;
use driver::{Counts, Stage, Wakeup};
use lease::{label::Owner, reconcile::WorkloadStatus};
use ports::{clock::Clock, engine::Engine, ethereum::Ethereum};
use solidity::{Order, Terms, deploy::Deployment};
use stages::{
    chain::{ChainSettings, ChainStage},
    clearing::{ClearingSettings, ClearingStage},
    container::{ContainerSettings, ContainerStage},
    meter::MeterStage,
    proof::ProofStage,
    settlement::SettlementStage,
};
use store::{Store, container::LeaseProgress};

use super::{DEPOSIT, World, engine};
use crate::wait::{PATIENCE, Timeout};

/// What a process of the provider is started with. A test that runs processes in runtimes of their own clones it.
#[derive(Clone)]
pub struct ProcessConfig {
    rpc_url: String,
    database_url: String,
    deployment: Deployment,
    owner: Owner,
}

/// A started process: its database, its connection to the chain with the provider's key, and its stages.
///
/// `chain`, `container` and `meter` are the process's own, with all that they remember. The methods `proof`, `settlement`
/// and `clearing` construct the stage anew, as a process that has just started has it.
pub struct Process {
    pub store: Arc<Store>,
    pub ethereum: Arc<dyn Ethereum>,
    pub chain: ChainStage,
    pub container: ContainerStage,
    /// Wakes the container stage.
    pub wakeup: Wakeup,
    pub meter: MeterStage,
    config: ProcessConfig,
}

impl World {
    pub fn process_config(&self) -> ProcessConfig {
        ProcessConfig {
            rpc_url: self.devnet.ws_url(),
            database_url: self.database.url.clone(),
            deployment: self.devnet.deployment.clone(),
            owner: self.owner,
        }
    }

    /// A process that uses the machine's engine.
    pub async fn process(&self) -> anyhow::Result<Process> {
        self.process_with(engine(), container_settings()).await
    }

    pub async fn process_with(&self, engine: Arc<dyn Engine>, settings: ContainerSettings) -> anyhow::Result<Process> {
        Box::pin(self.process_config().start(engine, settings)).await
    }

    /// Opens a lease of [`World::order`]'s shape; the process reads its opening and receives its manifest.
    pub async fn open(&self, process: &Process, manifest: &str, replicas: u16) -> anyhow::Result<(B256, Terms)> {
        let order = self.order(manifest, replicas);
        self.open_order(process, manifest, order, DEPOSIT).await
    }

    /// The same for a given order and a deposit in wei.
    pub async fn open_order(
        &self,
        process: &Process,
        manifest: &str,
        order: Order,
        deposit: u64,
    ) -> anyhow::Result<(B256, Terms)> {
        let (lease, terms) = self.take(order, deposit).await?;
        process.chain.run().await?;
        process.store.put_manifest(lease, keccak256(manifest), manifest.as_bytes()).await?;
        Ok((lease, terms))
    }
}

impl ProcessConfig {
    /// Waits for the database first: an SQLite file serves one process at a time, and the one before may still be ending.
    pub async fn start(&self, engine: Arc<dyn Engine>, settings: ContainerSettings) -> anyhow::Result<Process> {
        let Self { rpc_url, database_url, deployment, owner } = self.clone();
        let timeout = Timeout::new("the database to be free");
        let store = loop {
            match Store::open(&database_url).await {
                Err(store::Error::Locked(_)) => timeout.pause().await?,
                opened => break Arc::new(opened?),
            }
        };
        store.bind(&deployment, owner.provider).await?;
        let signer = Some(Actor::Provider.signer());
        let ethereum: Arc<dyn Ethereum> =
            Arc::new(AlloyEthereum::connect(&rpc_url, deployment.chain_id, deployment.market, signer)?);
        let chain = ChainStage::new(store.clone(), ethereum.clone(), deployment, owner.provider, Default::default());
        let wakeup = Wakeup::default();
        let clock = Arc::new(SystemClock);
        let container = ContainerStage::new(
            store.clone(),
            engine.clone(),
            clock.clone(),
            Arc::new(HostKernel),
            owner,
            settings,
            (wakeup.clone(), Wakeup::default()),
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
        Ok(Process { store, ethereum, chain, container, wakeup, meter, config: self.clone() })
    }
}

impl Process {
    /// Runs the chain stage once.
    pub async fn follow(&self) -> anyhow::Result<Counts> {
        self.chain.run().await
    }

    /// Runs the chain stage and the container stage once.
    pub async fn run(&self) -> anyhow::Result<()> {
        self.chain.run().await?;
        self.container.run().await?;
        Ok(())
    }

    /// Runs them until a lease has the standing.
    pub async fn until(&self, lease: B256, wanted: WorkloadStatus) -> anyhow::Result<LeaseProgress> {
        let timeout = Timeout::new(format!("lease {lease} to be {wanted:?}"));
        loop {
            self.run().await?;
            let progress = self.store.progress(lease).await?;
            match progress {
                Some(progress) if progress.standing == wanted => return Ok(progress),
                other => timeout.pause().await.with_context(|| format!("its progress is {other:?}"))?,
            }
        }
    }

    /// A new chain stage over another connection or with other settings.
    pub fn chain_over(&self, rpc_url: &str, settings: ChainSettings) -> anyhow::Result<ChainStage> {
        let ProcessConfig { deployment, owner, .. } = self.config.clone();
        let ethereum = AlloyEthereum::connect(rpc_url, deployment.chain_id, deployment.market, None)?;
        Ok(ChainStage::new(self.store.clone(), Arc::new(ethereum), deployment, owner.provider, settings))
    }

    /// A new proof stage.
    pub fn proof(&self) -> ProofStage {
        ProofStage {
            clock: Arc::new(SystemClock),
            store: self.store.clone(),
            provider: self.config.owner.provider,
            market: self.config.deployment.market,
            parameters: self.config.deployment.parameters.clone(),
            next: vec![Wakeup::default()],
        }
    }

    /// A new settlement stage: it claims at once, takes one block for final and replaces no transaction.
    pub fn settlement(&self) -> SettlementStage {
        SettlementStage {
            clock: Arc::new(SystemClock),
            store: self.store.clone(),
            ethereum: self.ethereum.clone(),
            provider: self.config.owner.provider,
            market: self.config.deployment.market,
            chain_id: self.config.deployment.chain_id,
            parameters: self.config.deployment.parameters.clone(),
            claim_every: Duration::from_millis(1),
            grace: Duration::from_secs(60),
            confirmations: 1,
            replace_after: Duration::from_secs(3600),
            gas_per_hour: 1_000_000_000,
            cache: Default::default(),
        }
    }

    /// A new clearing stage that prices by the price list.
    pub fn clearing(&self, clock: Arc<dyn Clock>, settings: ClearingSettings) -> ClearingStage {
        ClearingStage {
            store: self.store.clone(),
            ethereum: self.ethereum.clone(),
            clock,
            pricer: None,
            provider: self.config.owner.provider,
            market: self.config.deployment.market,
            parameters: self.config.deployment.parameters.clone(),
            settings,
            next: Wakeup::default(),
            adopted: Default::default(),
        }
    }
}

/// A run waits for all of its leases, and keeps nothing warm: what is on the engine is what is wanted.
pub fn container_settings() -> ContainerSettings {
    ContainerSettings { patience: PATIENCE, grace: 60, warm: 0, ..ContainerSettings::default() }
}

/// One of the counts of a stage's run; 0 when it is absent.
pub fn counted(counts: &Counts, what: &str) -> u64 {
    counts.get(what).copied().unwrap_or_default()
}
