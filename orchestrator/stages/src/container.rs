//! container: makes what the engine runs equal to what the chain wants.
//!
//! Each run looks at all labelled objects of this provider at once, then tends each lease by itself: one decision from
//! [`decide`], the action it names, another look, until there is nothing to do. The engine is the authority on what runs,
//! so an orchestrator that starts anew adopts what it finds; names are derived from the lease, so nothing is made twice.
//!
//! # Leases do not wait for each other
//!
//! A lease that pulls an image or waits out a stop may take minutes. A run therefore gives its leases a moment and leaves
//! those that need longer to finish beside it; a lease that is being work is not work again, and its end rings the
//! wakeup. A panic or an error in one lease's work ends that lease's work for this run and nothing else.
//!
//! # Scaling out is a start
//!
//! Making a container takes the engine longer than starting it. So a lease that runs keeps a few replicas beyond the wanted
//! ones made and not started: warm. They come after everything that is wanted, in the lease and in what is written of it.
//!
//! # What is removed, and when
//!
//! Only what the chain says is closed, out of funds for longer than the grace period, or taken back by a reorg that this
//! orchestrator has itself read. Objects of a lease of which the database knows nothing (it may be new, and still behind
//! the chain) are left alone until the cursor is well past the block in which the lease was opened; their volumes stay.

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

/// Blocks after which the absence of a lease from the database is believed, and a reverted lease will not come again.
const DEEP: u64 = 64;
/// How long a lease that is as it should be is not looked at more closely, in milliseconds.
const TRUST_MS: u64 = 60_000;

/// What may be set about running containers.
#[derive(Debug, Clone)]
pub struct ContainerSettings {
    /// Seconds for which the funds of a lease that ran out must last before it runs again: the contract's notice period.
    pub notice_period: u64,
    /// Seconds of the chain's time for which an exhausted lease keeps its volumes.
    pub grace: u64,
    /// Begin no lease of which nothing has been here yet; go on with the others.
    pub drain: bool,
    /// Replicas of each lease that are made ahead and not started; never beyond its policy's highest count.
    pub warm: u16,
    /// The longest pause between two looks at everything.
    pub period: Duration,
    /// How long a run waits for its leases before it leaves the slow ones to finish beside it.
    pub patience: Duration,
    /// Leases work at a time.
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

/// What the tasks of single leases share.
struct ContainerContext {
    store: Arc<Store>,
    engine: Arc<dyn Engine>,
    clock: Arc<dyn Clock>,
    owner: Owner,
    settings: ContainerSettings,
    /// This stage's own: somebody is to look again.
    wakeup: Wakeup,
    /// The meter's: something started or ended.
    next: Wakeup,
    /// Through which requests come, and the wakeup by which it hears what was seen.
    upstreams: OnceLock<(Arc<dyn Upstreams>, Wakeup)>,
    kernel: Arc<dyn Kernel>,
    cgroups: OnceLock<Option<Arc<dyn Cgroups>>>,
    slots: Semaphore,
    busy: Mutex<HashSet<B256>>,
    /// Leases that were found to be as they should.
    converged: Mutex<HashMap<B256, Converged>>,
    manifests: Mutex<HashMap<B256, Arc<Manifest>>>,
}

/// What a lease looked like when there was nothing to do for it.
#[derive(PartialEq)]
struct Converged {
    generation: Option<i64>,
    phase: Option<DesiredPhase>,
    containers: Vec<EngineContainer>,
    networks: usize,
    volumes: usize,
    until_ms: u64,
}

/// What one lease's work came to.
enum LeaseOutcome {
    Done(WorkloadStatus),
    /// The lease cannot be brought on; it alone is concerned.
    Failed,
    /// The engine or the database is away; everything is concerned.
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

    /// Behind a gateway, which sends a replica no more requests before that is stopped, and whose wakeup it notifies when something
    /// else was seen.
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
        let views = context.everything().await?;
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
    /// Every lease that wants something here or has something here, with what it has.
    async fn everything(&self) -> anyhow::Result<BTreeMap<B256, EngineListing>> {
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

    /// Tends one lease so that nothing it does reaches another.
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
                tracing::warn!(error = format!("{error:#}"), "the lease's work failed; the next run is the retry");
                LeaseOutcome::Failed
            }
            Err(_) => {
                tracing::error!("the lease's work panicked; other leases go on");
                LeaseOutcome::Failed
            }
        };
        if outcomes.send(outcome).is_err() {
            // The run did not wait. Whatever came in meanwhile has not been looked at.
            self.wakeup.notify();
        }
    }

    fn cgroups(&self, info: &Info) -> Option<&dyn Cgroups> {
        self.cgroups.get_or_init(|| self.kernel.cgroups(info)).as_deref()
    }

    fn driver(&self, info: &Info) -> CgroupDriver {
        CgroupDriver::of(info)
    }

    /// Notifies this stage's wakeup at a time of the machine's clock.
    fn wake(&self, at_ms: u64) {
        let pause = Duration::from_millis(at_ms.saturating_sub(self.clock.now_ms()));
        let wakeup = self.wakeup.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            wakeup.notify();
        });
    }
}

/// Notifies the wakeup whenever the engine tells of a change, and whenever it comes back. Ends with the shutdown.
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
                Err(error) => tracing::debug!(%error, "the engine's events cannot be had"),
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

/// A panic in one lease's work must not take the others' memory with it.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
