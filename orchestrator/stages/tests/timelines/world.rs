//! One provider on a fake chain and a fake engine, with a real database.
//!
//! `World::at` runs the seconds one by one. In each second, in this order: the machine's clock advances, replicas
//! that `World::busy` describes are metered, the chain gets a block of that second, the chain stage reads it, and then each
//! stage of the world runs once. So a transaction that a stage sends in second 4 is in the block of second 5, and what the
//! block says is known to every stage in second 5.
//!
//! Seconds count from the world's start; `GENESIS` is the Unix time of second 0 on both clocks. Times in statements,
//! orders and roots are Unix seconds: `World::unix` converts.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use alloy::primitives::{Address, B256, U256, aliases::U104, keccak256};
use autoscaling::{Bounds, Observation};
use driver::{Counts, Stage, Wakeup};
use lease::{
    Lease,
    intent::{Intent, IntentKind},
    label::Owner,
    meter::Meter,
    reconcile::WorkloadStatus,
    statement::Counters,
};
use ports::{
    clock::Clock,
    testing::{FakeCgroups, FakeChain, FakeClock, FakeEngine, FakeKernel, FakeUpstreams, PausedTime},
};
use solidity::{
    LeasePolicy,
    Market::{LeaseClosed, LeaseOpened, RootPosted, ToppedUp},
    Parameters, Rates, Shape, Statement, Terms,
    deploy::local_parameters,
};
use stages::{
    chain::{ChainSettings, ChainStage},
    clearing::{ClearingSettings, ClearingStage},
    container::{ContainerSettings, ContainerStage},
    proof::ProofStage,
    scale::ScaleStage,
    settlement::SettlementStage,
};
use store::{
    IntentRow, IntentState, Store,
    container::{ContainerRow, LeaseProgress},
    scale::{Ruling, RulingOutcome},
};
use tempfile::TempDir;

/// Unix seconds of second 0.
pub const GENESIS: u64 = 1_700_000_000;
pub const PROVIDER: Address = Address::repeat_byte(0x11);
pub const TENANT: Address = Address::repeat_byte(0x22);

/// What may be set about the stages.
pub struct Settings {
    pub parameters: Parameters,
    /// Seconds for which an exhausted lease keeps its volumes.
    pub grace: u64,
    /// Replicas that are made and not started.
    pub warm: u16,
    pub drain: bool,
    /// Seconds for which a lost bid stays.
    pub standby: u64,
    /// Seconds between two claims of leases that are open.
    pub claim_every: u64,
    pub gas_per_hour: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parameters: local_parameters(),
            grace: 3600,
            warm: 0,
            drain: false,
            standby: 0,
            claim_every: 3600,
            gas_per_hour: u64::MAX / 2,
        }
    }
}

/// A lease to open. A replica has one CPU and 1 GiB and costs one base unit a second, reserved and used alike.
#[derive(Clone)]
pub struct NewLease {
    pub manifest: &'static str,
    pub replicas: u16,
    pub policy: LeasePolicy,
    /// Base units: seconds for which one replica runs.
    pub deposit: u64,
}

/// A service with a volume and a health check.
pub const WEB: &str = "services:\n  web:\n    image: app\n    volumes: [\"data:/data\"]\n    healthcheck: {test: check}\n\
                       volumes:\n  data:\n";

impl Default for NewLease {
    fn default() -> Self {
        let policy = LeasePolicy {
            minReplicas: 1,
            maxReplicas: 4,
            target: 70,
            up: 80,
            down: 40,
            cooldown: 10,
            step: 2,
            headroom: 1,
        };
        Self { manifest: WEB, replicas: 1, policy, deposit: 10_000 }
    }
}

/// How busy a lease's replicas are.
struct Load {
    replicas: u16,
    /// Of the CPU that they have.
    percent: u64,
    counters: Counters,
}

/// What a stage's run came to.
struct Run {
    second: u64,
    stage: &'static str,
    outcome: Result<Counts, String>,
}

pub struct World {
    pub chain: Arc<FakeChain>,
    pub engine: Arc<FakeEngine>,
    pub cgroups: FakeCgroups,
    pub upstreams: Arc<FakeUpstreams>,
    pub store: Arc<Store>,
    pub time: Arc<PausedTime>,
    clock: Arc<FakeClock>,
    pub settings: Settings,
    names: &'static [&'static str],
    /// The chain stage first.
    stages: Vec<Arc<dyn Stage>>,
    loads: BTreeMap<B256, Load>,
    terms: BTreeMap<B256, Terms>,
    second: u64,
    runs: Vec<Run>,
    /// Calls of the engine, and the seconds in which they were made.
    calls: Vec<(u64, String)>,
    _directory: TempDir,
}

impl World {
    /// A world in second 0 with these stages, which run in this order.
    pub async fn new(names: &'static [&'static str], settings: Settings) -> Self {
        // Before anything waits: the database's threads must not let time run.
        let time = Arc::new(PausedTime::hold());
        let clock = Arc::new(FakeClock::new(GENESIS * 1000));
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", directory.path().join("tidemark.db").display())).await.unwrap();
        let chain = Arc::new(FakeChain::new(PROVIDER, settings.parameters.clone(), GENESIS));
        store.bind(&chain.deployment(), PROVIDER).await.unwrap();
        let engine = Arc::new(FakeEngine::new(clock.clone()));
        let (cgroups, upstreams) = Default::default();
        let (stages, loads, terms, runs, calls) = Default::default();
        let store = Arc::new(store);
        let (second, _directory) = (0, directory);
        let mut world = Self {
            chain,
            engine,
            cgroups,
            upstreams,
            store,
            time,
            clock,
            settings,
            names,
            stages,
            loads,
            terms,
            second,
            runs,
            calls,
            _directory,
        };
        world.restart();
        world.run().await;
        world
    }

    /// The process dies and starts again: the stages lose what they kept in memory.
    pub fn restart(&mut self) {
        self.stages = std::iter::once(&"chain").chain(self.names).map(|name| self.stage(name)).collect();
    }

    fn stage(&self, name: &str) -> Arc<dyn Stage> {
        let (store, ethereum, clock) = (self.store.clone(), self.chain.clone(), self.clock.clone());
        let Settings { parameters, grace, warm, drain, standby, claim_every, gas_per_hour } = &self.settings;
        let parameters = parameters.clone();
        match name {
            "chain" => {
                let settings = ChainSettings::default();
                Arc::new(ChainStage::new(store, ethereum, self.chain.deployment(), PROVIDER, settings))
            }
            "clearing" => Arc::new(ClearingStage {
                store,
                ethereum,
                clock,
                pricer: None,
                provider: PROVIDER,
                market: FakeChain::MARKET,
                parameters,
                settings: ClearingSettings {
                    drain: *drain,
                    standby: Duration::from_secs(*standby),
                    ..ClearingSettings::default()
                },
                next: Wakeup::default(),
                adopted: AtomicBool::new(false),
            }),
            "container" => {
                let owner = Owner { provider: PROVIDER, chain_id: FakeChain::CHAIN_ID, market: FakeChain::MARKET };
                let kernel = Arc::new(FakeKernel(Some(Arc::new(self.cgroups.clone()))));
                let settings = ContainerSettings {
                    notice_period: parameters.noticePeriod.into(),
                    grace: *grace,
                    drain: *drain,
                    warm: *warm,
                    ..Default::default()
                };
                let wakeups = (Wakeup::default(), Wakeup::default());
                let container =
                    ContainerStage::new(store, self.engine.clone(), clock, kernel, owner, settings, wakeups);
                Arc::new(container.behind(self.upstreams.clone(), Wakeup::default()))
            }
            "proof" => Arc::new(ProofStage {
                store,
                clock,
                provider: PROVIDER,
                market: FakeChain::MARKET,
                parameters,
                next: Vec::new(),
            }),
            "scale" => Arc::new(ScaleStage {
                store,
                demand: Some(self.upstreams.clone()),
                clock,
                provider: PROVIDER,
                market: FakeChain::MARKET,
                chain_id: FakeChain::CHAIN_ID,
                parameters,
                every: Duration::from_secs(1),
                proof: Wakeup::default(),
                next: Wakeup::default(),
                cache: Default::default(),
            }),
            "settlement" => Arc::new(SettlementStage {
                store,
                ethereum,
                clock,
                provider: PROVIDER,
                market: FakeChain::MARKET,
                chain_id: FakeChain::CHAIN_ID,
                parameters,
                claim_every: Duration::from_secs(*claim_every),
                grace: Duration::from_secs(*grace),
                confirmations: 3,
                replace_after: Duration::from_secs(5),
                gas_per_hour: *gas_per_hour,
                cache: Default::default(),
            }),
            other => panic!("there is no stage {other} here"),
        }
    }

    /// Runs until a second is over.
    pub async fn at(&mut self, second: u64) {
        assert!(second > self.second, "second {second} is over");
        while self.second < second {
            self.second += 1;
            self.time.advance(Duration::from_secs(1)).await;
            self.chain.mine(Self::unix(self.second));
            self.run().await;
        }
    }

    /// Each stage runs once.
    pub async fn run(&mut self) {
        self.meter().await;
        for stage in self.stages.clone() {
            let outcome = stage.run().await.map_err(|error| format!("{error:#}"));
            self.runs.push(Run { second: self.second, stage: stage.name(), outcome });
        }
        self.calls.extend(self.engine.take_calls().into_iter().map(|call| (self.second, call)));
    }

    async fn meter(&mut self) {
        let at_ms = self.clock.now_ms();
        let mut sweep = Vec::new();
        for (lease, load) in &mut self.loads {
            load.counters.replica_millis += 1000 * u64::from(load.replicas);
            load.counters.cpu_nanos += 10_000_000 * u64::from(load.replicas) * load.percent;
            sweep.push((*lease, Meter { at_ms, counters: load.counters, ..Meter::default() }, false));
        }
        self.store.sample(&sweep).await.unwrap();
    }

    /// The seconds in which a stage counted something: `when("proof", "epochs")`.
    pub fn when(&self, stage: &str, what: &str) -> Vec<u64> {
        let of_stage = self.runs.iter().filter(|run| run.stage == stage);
        let counted = of_stage.filter(|run| run.outcome.as_ref().is_ok_and(|counts| counts.contains_key(what)));
        counted.map(|run| run.second).collect()
    }

    /// The error of a stage's last run.
    pub fn error(&self, stage: &str) -> Option<&str> {
        let last = self.runs.iter().rfind(|run| run.stage == stage)?;
        last.outcome.as_ref().err().map(String::as_str)
    }

    /// The seconds in which the engine got a call: `called("start web/0")`.
    pub fn called(&self, call: &str) -> Vec<u64> {
        self.calls.iter().filter(|(_, made)| made == call).map(|(second, _)| *second).collect()
    }

    /// The seconds in which intents of a kind were first wanted.
    pub async fn wanted(&self, kind: IntentKind) -> Vec<u64> {
        let mut rows = self.store.recent_intents(kind, 0).await.unwrap();
        rows.sort_by_key(|row| row.created_at_ms);
        rows.iter().map(|row| row.created_at_ms / 1000 - GENESIS).collect()
    }

    /// The engine's calls in a second, in their order.
    pub fn calls_in(&self, second: u64) -> Vec<&str> {
        self.calls.iter().filter(|(in_second, _)| *in_second == second).map(|(_, call)| call.as_str()).collect()
    }

    pub fn unix(second: u64) -> u64 {
        GENESIS + second
    }

    /// The next block opens a lease, whose manifest is here. Returns its id.
    pub async fn open(&mut self, new: NewLease) -> B256 {
        let price = U104::from(1_000_000_000_000u64);
        let terms = Terms {
            tenant: TENANT,
            provider: PROVIDER,
            currency: Address::ZERO,
            shape: Shape { millicores: 1000, memoryMiB: 1024, diskMiB: 0, gpus: 0 },
            rates: Rates { reserved: price, replicaSecond: price, ..Rates::default() },
            manifestHash: keccak256(new.manifest),
            salt: self.terms.len() as u64,
        };
        let lease = solidity::lease_id(FakeChain::CHAIN_ID, FakeChain::MARKET, &terms);
        self.store.put_manifest(lease, terms.manifestHash, new.manifest.as_bytes()).await.unwrap();
        self.terms.insert(lease, terms.clone());
        self.chain.emit(&LeaseOpened {
            lease,
            tenant: TENANT,
            provider: PROVIDER,
            offer: 1,
            deposit: U256::from(new.deposit),
            replicas: new.replicas,
            policy: new.policy,
            terms,
        });
        lease
    }

    /// The tenant closes a lease in the next block.
    pub fn close(&self, lease: B256) {
        self.chain.emit(&LeaseClosed { lease, by: TENANT });
    }

    /// The next block adds to a lease's money.
    pub fn top_up(&self, lease: B256, amount: u64) {
        self.chain.emit(&ToppedUp { lease, from: TENANT, amount: U256::from(amount) });
    }

    /// From the next second on, so many replicas are healthy and use so much of their CPU.
    pub async fn busy(&mut self, lease: B256, replicas: u16, percent: u64) {
        let running = |replica| ContainerRow {
            service: "web".to_owned(),
            replica,
            container_id: format!("web-{replica}"),
            image: "app".to_owned(),
            state: "running".to_owned(),
            health: None,
            started_at_ms: 0,
            exit_code: None,
            ports: BTreeMap::new(),
            address: None,
        };
        let rows: Vec<_> = (0..replicas).map(running).collect();
        let (standing, reason, found_at_ms) = (WorkloadStatus::Running, None, 0);
        let progress = LeaseProgress { standing, reason, found_at_ms, running_at_ms: None, exhausted_at: None };
        self.store.record_containers(lease, &rows, &progress).await.unwrap();
        let counters = self.loads.get(&lease).map(|load| load.counters).unwrap_or_default();
        self.loads.insert(lease, Load { replicas, percent, counters });
    }

    /// Nothing will be added to a closed lease's counters any more.
    pub async fn end_meter(&mut self, lease: B256) {
        let counters = self.loads.remove(&lease).map(|load| load.counters).unwrap_or_default();
        let last = Meter { at_ms: self.clock.now_ms(), counters, ..Meter::default() };
        self.store.sample(&[(lease, last, true)]).await.unwrap();
    }

    /// The next block holds an epoch's root.
    pub async fn post(&self, epoch: u64) {
        let root = self.store.epoch(epoch).await.unwrap().unwrap().root;
        self.post_foreign(epoch, root);
    }

    /// The next block holds a root in the provider's name.
    pub fn post_foreign(&self, epoch: u64, root: B256) {
        self.chain.emit(&RootPosted { provider: PROVIDER, epoch: U256::from(epoch), root });
    }

    /// The scale stage requests an early proof of a lease's demand.
    pub async fn request_early_proof(&self, lease: B256) {
        let bounds = Bounds::open(1, 4);
        let seen = Observation {
            time: 0.0,
            ready: 1,
            starting: 0,
            utilization: Some(1.0),
            arrivals: None,
            waiting: 0.0,
            latency: None,
            capacity: None,
            delay: 7.0,
            price: 3600.0,
            bounds,
        };
        let ruling = Ruling {
            at_ms: self.clock.now_ms(),
            policy: "threshold".to_owned(),
            seen,
            present: 1,
            wish: 2,
            reason: String::new(),
            granted: 1,
            bound: None,
            outcome: RulingOutcome::Proving,
            evidence: None,
        };
        self.store.record_ruling(lease, &ruling, None, None).await.unwrap();
    }

    /// What an epoch states about a lease.
    pub async fn statement(&self, epoch: u64, lease: B256) -> Option<Statement> {
        let tree = self.store.epoch_tree(epoch).await.unwrap();
        tree.statement(lease).map(|stated| stated.statement.clone())
    }

    /// Wants a transaction.
    pub async fn prepare(&self, intent: &Intent) {
        self.store.prepare(intent, self.clock.now_ms()).await.unwrap();
    }

    /// An intent's row in the outbox.
    pub async fn intent(&self, key: &str) -> Option<IntentRow> {
        self.store.intent(crate::named(key)).await.unwrap()
    }

    /// The keys of all intents, oldest first.
    pub async fn intents(&self) -> Vec<String> {
        let mut rows = self.store.newest_intents(1000).await.unwrap();
        rows.reverse();
        rows.into_iter().map(|row| row.intent.key.to_string()).collect()
    }

    /// What became of an intent so far.
    pub async fn state(&self, key: &str) -> Option<IntentState> {
        self.intent(key).await.map(|row| row.state)
    }

    pub async fn lease(&self, lease: B256) -> Lease {
        self.store.lease(lease).await.unwrap().unwrap().lease
    }

    pub async fn progress(&self, lease: B256) -> Option<LeaseProgress> {
        self.store.progress(lease).await.unwrap()
    }

    /// The state of a lease on the engine.
    pub async fn standing(&self, lease: B256) -> Option<WorkloadStatus> {
        self.progress(lease).await.map(|progress| progress.standing)
    }

    /// A lease's containers as they were last recorded.
    pub async fn recorded(&self, lease: B256) -> Vec<ContainerRow> {
        self.store.containers(lease).await.unwrap()
    }
}
