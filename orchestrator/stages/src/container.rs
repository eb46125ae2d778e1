//! container: reconciles what the container engine runs with what the chain wants.
//!
//! *Wakes*: every 5 s, when a lease changes on chain, when the engine reports an event (`listen`), when a manifest is
//! uploaded, and at the times that its own decisions name (the end of a backoff, for example).
//! *Owns*: `images`, `containers`, `container_attempts`, `progress`. The API writes `manifests`.
//! *Notifies*: the meter and the gateway, when the observed state of a lease changed.
//!
//! # Theory of operation
//!
//! A run lists all labelled objects of this provider, groups them by lease, and reconciles each lease in a task of its own
//! (`reconcile.rs`): a pure function returns the next action for the desired and the observed state, the task carries it
//! out (`apply.rs`), and repeats until there is nothing to do. The engine is the authority on what runs, so a new process
//! adopts what it finds. Object names are derived from the lease, so creating is idempotent.
//!
//! Leases are independent. One that pulls an image or waits for a container to stop may take minutes; the run waits a moment
//! for its leases and leaves the slow ones running. A lease with a running task is not started again; when the task ends
//! after its run did, it notifies the stage. A panic or an error in one lease's task ends that task only.
//!
//! Making a container takes the engine longer than starting it. A running lease therefore keeps a few *warm* replicas beyond
//! the wanted ones: made, not started. They are made after everything that is wanted.
//!
//! # What is removed, and when
//!
//! Only what the chain closed, what was out of funds for longer than the grace period, and what a reorg took back that this
//! orchestrator has read itself. Objects of a lease that the database does not know (it may be new and still syncing) are
//! left alone until the cursor is well past the block in which the lease was opened, and their volumes are kept.
//!
//! An engine or a database that does not answer ends the run with an error; nothing follows from it for any lease.
//!
//! # When the process dies
//!
//! Between any two engine calls: the next run lists the objects again and decides from what it finds. A restart is written
//! to `container_attempts` before it is tried, so a crash can only lengthen a backoff. Images are pinned before they are
//! used, so the digest that runs does not change.

mod apply;
mod reconcile;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use alloy::primitives::B256;
use futures::{FutureExt, StreamExt};
use tokio::sync::{Semaphore, mpsc, watch};
use tracing::Instrument;

use driver::{Counts, Stage, Wakeup};
use lease::{
    label::Owner,
    manifest::Manifest,
    reconcile::{DesiredPhase, WorkloadStatus},
};
use ports::{
    cgroup::{CgroupDriver, Cgroups, Kernel},
    clock::Clock,
    demand::Upstreams,
    engine::{self, Engine, EngineContainer, EngineListing, Info},
};
use store::{BlockRef, LeaseFilter, Store};

/// Confirmations after which a lease that is missing from the database does not exist, and a reverted one will not come
/// back.
const DEEP: u64 = 64;
/// How long a converged lease whose listing does not change is skipped, in milliseconds.
const TRUST_MS: u64 = 60_000;

/// Settings of the container stage.
#[derive(Debug, Clone)]
pub struct ContainerSettings {
    /// Seconds that the funds of an exhausted lease must last before it runs again: the contract's notice period.
    pub notice_period: u64,
    /// Seconds of the chain's time for which an exhausted lease keeps its volumes.
    pub grace: u64,
    /// Draining: start no lease that has never run here.
    pub drain: bool,
    /// Warm replicas of each lease, within the maximum of its lease policy.
    pub warm: u16,
    /// The longest pause between two runs.
    pub period: Duration,
    /// How long a run waits for its leases; slower ones finish in the background.
    pub patience: Duration,
    /// Leases that are reconciled at a time.
    pub parallel: usize,
}

impl Default for ContainerSettings {
    fn default() -> Self {
        Self {
            notice_period: 30,
            grace: 3600,
            drain: false,
            warm: 1,
            period: Duration::from_secs(5),
            patience: Duration::from_millis(250),
            parallel: 64,
        }
    }
}

pub struct ContainerStage {
    context: Arc<ContainerContext>,
}

/// Shared by the tasks of all leases.
struct ContainerContext {
    store: Arc<Store>,
    engine: Arc<dyn Engine>,
    clock: Arc<dyn Clock>,
    owner: Owner,
    settings: ContainerSettings,
    /// The stage's own.
    wakeup: Wakeup,
    /// The meter's, notified when containers changed.
    next: Wakeup,
    /// The gateway, and its wakeup, notified when containers changed.
    upstreams: OnceLock<(Arc<dyn Upstreams>, Wakeup)>,
    kernel: Arc<dyn Kernel>,
    cgroups: OnceLock<Option<Arc<dyn Cgroups>>>,
    slots: Semaphore,
    busy: Mutex<HashSet<B256>>,
    /// Leases without anything to do at their last reconciliation.
    converged: Mutex<HashMap<B256, Converged>>,
    manifests: Mutex<HashMap<B256, Arc<Manifest>>>,
}

/// The state of a lease in which there was nothing to do.
#[derive(PartialEq)]
struct Converged {
    generation: Option<i64>,
    phase: Option<DesiredPhase>,
    containers: Vec<EngineContainer>,
    networks: usize,
    volumes: usize,
    until_ms: u64,
}

/// The result of reconciling one lease.
enum LeaseOutcome {
    Done(WorkloadStatus),
    /// An error of this lease only.
    Failed,
    /// The engine or the database does not answer: an error of the whole run.
    Outage(anyhow::Error),
}

impl ContainerStage {
    pub fn new(
        store: Arc<Store>,
        engine: Arc<dyn Engine>,
        clock: Arc<dyn Clock>,
        kernel: Arc<dyn Kernel>,
        owner: Owner,
        settings: ContainerSettings,
        (wakeup, next): (Wakeup, Wakeup),
    ) -> Self {
        let slots = Semaphore::new(settings.parallel.max(1));
        let (busy, converged, manifests) = Default::default();
        let (upstreams, cgroups) = (OnceLock::new(), OnceLock::new());
        let context = ContainerContext {
            store,
            engine,
            clock,
            kernel,
            owner,
            settings,
            wakeup,
            next,
            upstreams,
            cgroups,
            slots,
            busy,
            converged,
            manifests,
        };
        Self { context: Arc::new(context) }
    }

    /// Drains a replica's requests through the gateway before it is stopped, and notifies the gateway of changes.
    pub fn behind(self, upstreams: Arc<dyn Upstreams>, wakeup: Wakeup) -> Self {
        self.context.upstreams.get_or_init(|| (upstreams, wakeup));
        self
    }
}

#[async_trait::async_trait]
impl Stage for ContainerStage {
    fn name(&self) -> &'static str {
        "container"
    }

    fn period(&self) -> Duration {
        self.context.settings.period
    }

    async fn run(&self) -> anyhow::Result<Counts> {
        let context = &self.context;
        let Some(head) = context.store.head().await? else { return Ok(Counts::new()) };
        let info = context.engine.info().await?;
        let views = context.observe_all().await?;
        let mut counts = Counts::from([("leases", views.len() as u64)]);
        let (sender, mut outcomes) = mpsc::unbounded_channel();
        for (lease, view) in views {
            if !lock(&context.busy).insert(lease) {
                *counts.entry("busy").or_default() += 1;
                continue;
            }
            let task = Arc::clone(context).reconcile_isolated(lease, view, head, info.clone(), sender.clone());
            tokio::spawn(task.instrument(tracing::info_span!("lease", %lease)));
        }
        drop(sender);
        let patience = tokio::time::sleep(context.settings.patience);
        tokio::pin!(patience);
        loop {
            let outcome = tokio::select! {
                outcome = outcomes.recv() => outcome,
                () = &mut patience => break,
            };
            match outcome {
                None => break,
                Some(LeaseOutcome::Done(standing)) => *counts.entry(name(standing)).or_default() += 1,
                Some(LeaseOutcome::Failed) => *counts.entry("failed").or_default() += 1,
                Some(LeaseOutcome::Outage(error)) => return Err(error),
            }
        }
        Ok(counts)
    }
}

impl ContainerContext {
    /// Every lease that is open or has objects on the engine, with its objects.
    async fn observe_all(&self) -> anyhow::Result<BTreeMap<B256, EngineListing>> {
        let open = LeaseFilter { open_only: true, ..LeaseFilter::of_provider(self.owner.provider) };
        let view = async { anyhow::Ok(self.engine.list(self.owner, None).await?) };
        let rows = async { anyhow::Ok((self.store.leases(open).await?, self.store.leases_on_engine().await?)) };
        let (view, (open, leases_on_engine)) = tokio::try_join!(view, rows)?;
        let mut views: BTreeMap<B256, EngineListing> = BTreeMap::new();
        for lease in open.iter().map(|row| row.lease.id).chain(leases_on_engine) {
            views.entry(lease).or_default();
        }
        for container in view.containers {
            views.entry(container.tag.lease).or_default().containers.push(container);
        }
        for network in view.networks {
            views.entry(network.tag.lease).or_default().networks.push(network);
        }
        for volume in view.volumes {
            views.entry(volume.tag.lease).or_default().volumes.push(volume);
        }
        Ok(views)
    }

    /// Reconciles one lease; neither an error nor a panic reaches the others.
    async fn reconcile_isolated(
        self: Arc<Self>,
        lease: B256,
        view: EngineListing,
        head: BlockRef,
        info: Info,
        outcomes: mpsc::UnboundedSender<LeaseOutcome>,
    ) {
        let slot = self.slots.acquire().await;
        let outcome = AssertUnwindSafe(self.reconcile(lease, view, head, &info)).catch_unwind().await;
        drop(slot);
        lock(&self.busy).remove(&lease);
        let outcome = match outcome {
            Ok(Ok(standing)) => LeaseOutcome::Done(standing),
            Ok(Err(error)) if is_outage(&error) => LeaseOutcome::Outage(error),
            Ok(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "reconciling the lease failed; the next run retries");
                LeaseOutcome::Failed
            }
            Err(_) => {
                tracing::error!("reconciling the lease panicked; other leases are not affected");
                LeaseOutcome::Failed
            }
        };
        if outcomes.send(outcome).is_err() {
            // The run has ended. What changed meanwhile has not been observed.
            self.wakeup.notify();
        }
    }

    fn cgroups(&self, info: &Info) -> Option<&dyn Cgroups> {
        self.cgroups.get_or_init(|| self.kernel.cgroups(info)).as_deref()
    }

    fn driver(&self, info: &Info) -> CgroupDriver {
        CgroupDriver::of(info)
    }

    /// Notifies this stage at a time of the machine's clock.
    fn wake(&self, at_ms: u64) {
        let pause = Duration::from_millis(at_ms.saturating_sub(self.clock.now_ms()));
        let wakeup = self.wakeup.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            wakeup.notify();
        });
    }
}

/// Notifies the stage of every event of the engine, and when the engine can be reached again. Ends with the shutdown.
pub async fn listen(engine: Arc<dyn Engine>, owner: Owner, wakeup: Wakeup, mut shutdown: watch::Receiver<bool>) {
    const PAUSE: Duration = Duration::from_secs(1);
    let listening = async {
        loop {
            match engine.changes(owner).await {
                Ok(mut changes) => {
                    wakeup.notify();
                    while let Some(Ok(())) = changes.next().await {
                        wakeup.notify();
                    }
                    tracing::debug!("the engine's events ended");
                }
                Err(error) => tracing::debug!(%error, "the engine's events are not available"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = listening => {}
        _ = shutdown.wait_for(|stop| *stop) => {}
    }
}

fn is_outage(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<engine::Error>().is_some_and(engine::Error::is_outage) || cause.is::<store::Error>()
    })
}

fn name(standing: WorkloadStatus) -> &'static str {
    match standing {
        WorkloadStatus::Awaiting => "awaiting",
        WorkloadStatus::Preparing => "preparing",
        WorkloadStatus::Starting => "starting",
        WorkloadStatus::Running => "running",
        WorkloadStatus::Failing => "failing",
        WorkloadStatus::Paused => "paused",
        WorkloadStatus::Removing => "removing",
        WorkloadStatus::Removed => "removed",
    }
}

/// Ignores poisoning: a panic in one lease's task must not stop the others.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
