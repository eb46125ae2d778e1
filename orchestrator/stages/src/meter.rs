//! meter: samples the counters of every lease and adds their growth to the lease's totals.
//!
//! *Wakes*: once a sampling period (1 s), and when the container stage observed a change.
//! *Owns*: `meters`, `samples`.
//! *Notifies*: scale, after every sweep.
//!
//! # Theory of operation
//!
//! CPU time and memory come from the lease's parent cgroup, which outlives its containers; network traffic from each
//! container's interfaces; presence from the engine's listing (what runs and is healthy) together with the processes: a
//! container whose main process changed since the last sample was not running all the time in between. Where the engine
//! runs under another kernel (Docker Desktop), the engine's own statistics are used instead; they miss only what a
//! container used in its last moments.
//!
//! Counters grow. A counter that is lower than before has restarted from zero, and what it shows now is added.
//!
//! When a lease is closed and its containers are gone, one final sample is taken; the lease's cgroup is removed after it.
//! Old samples are thinned every ten minutes; totals are not affected.
//!
//! # When the process dies
//!
//! A sample, the new totals and the raw counters from which the next sample continues are written in one transaction.
//! Counters keep growing while no process reads them, so the next sample includes what was used meanwhile. Presence is not
//! claimed for a gap longer than `longest`.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, OnceLock},
    time::Duration,
};

use alloy::primitives::B256;
use futures::{StreamExt, stream};
use tokio::sync::Mutex;

use driver::{Counts, Stage, Wakeup};
use lease::{
    label::Owner,
    manifest::Manifest,
    meter::{ContainerReading, GroupReading, Meter, RawReading},
    reconcile::{self, ContainerState, ObservedContainer},
};
use ports::{
    cgroup::{Cgroups, Gauge, Kernel, Traffic},
    clock::Clock,
    engine::{Engine, Info},
};
use store::{LeaseFilter, Store};

/// Containers that are inspected at a time.
const PARALLEL: usize = 16;
/// How often old samples are thinned, in milliseconds.
const THIN_EVERY_MS: u64 = 600_000;

/// Settings of the meter stage.
#[derive(Debug, Clone)]
pub struct MeterSettings {
    /// Between two samples.
    pub period: Duration,
    /// The longest time between two samples for which presence is claimed.
    pub longest: Duration,
}

impl Default for MeterSettings {
    fn default() -> Self {
        Self { period: Duration::from_secs(1), longest: Duration::from_secs(5) }
    }
}

/// The meter stage.
pub struct MeterStage {
    store: Arc<Store>,
    engine: Arc<dyn Engine>,
    clock: Arc<dyn Clock>,
    kernel: Arc<dyn Kernel>,
    owner: Owner,
    settings: MeterSettings,
    /// Scale's, notified after every sweep.
    next: Wakeup,
    cgroups: OnceLock<Option<Arc<dyn Cgroups>>>,
    cache: Mutex<MeterCache>,
}

/// Open counter files and what was read last. A new process rebuilds it.
#[derive(Default)]
struct MeterCache {
    gauges: HashMap<B256, Box<dyn Gauge>>,
    /// By container.
    traffic: HashMap<String, Box<dyn Traffic>>,
    /// Containers whose cgroup or interfaces cannot be read here: the engine's statistics are used.
    apart: HashSet<String>,
    meters: HashMap<B256, Meter>,
    manifests: HashMap<B256, Manifest>,
    thinned_at_ms: u64,
}

/// A lease to sample, with its containers as the engine lists them.
struct MeteredLease {
    lease: B256,
    /// Wanted on chain; 0 once closed.
    replicas: u16,
    closed: bool,
    containers: Vec<ObservedContainer>,
}

impl MeterStage {
    pub fn new(
        store: Arc<Store>,
        engine: Arc<dyn Engine>,
        clock: Arc<dyn Clock>,
        kernel: Arc<dyn Kernel>,
        owner: Owner,
        settings: MeterSettings,
        next: Wakeup,
    ) -> Self {
        Self { store, engine, clock, kernel, owner, settings, next, cgroups: OnceLock::new(), cache: Mutex::default() }
    }

    /// Open leases, and closed ones without a final sample.
    async fn metered_leases(&self) -> anyhow::Result<Vec<MeteredLease>> {
        let provider = self.owner.provider;
        let open = LeaseFilter { open_only: true, ..LeaseFilter::of_provider(provider) };
        // Rows before the listing: of a lease that is read as closed, the listing shows every container that is left.
        let (open, ending) = tokio::try_join!(self.store.leases(open), self.store.unfinished_meters(provider))?;
        let mut containers: HashMap<B256, Vec<ObservedContainer>> = HashMap::new();
        for container in self.engine.containers(self.owner).await? {
            containers.entry(container.tag.lease).or_default().push(container.seen);
        }
        let mut metered = |lease, replicas, closed| MeteredLease {
            lease,
            replicas,
            closed,
            containers: containers.remove(&lease).unwrap_or_default(),
        };
        let open = open.into_iter().map(|row| (row.lease.id, row.lease.replicas, false));
        let all = open.chain(ending.into_iter().map(|lease| (lease, 0, true)));
        Ok(all.map(|(lease, replicas, closed)| metered(lease, replicas, closed)).collect())
    }

    /// Opens the counters of containers that are new or were restarted.
    async fn open_counters(
        &self,
        cache: &mut MeterCache,
        metered_leases: &[MeteredLease],
        cgroups: Option<&dyn Cgroups>,
    ) -> anyhow::Result<()> {
        let Some(cgroups) = cgroups else { return Ok(()) };
        let running = |metered: &MeteredLease| -> Vec<(B256, String)> {
            let up = metered.containers.iter().filter(|seen| seen.state == ContainerState::Running);
            up.map(|seen| (metered.lease, seen.id.clone())).collect()
        };
        let wanted: Vec<_> = metered_leases.iter().flat_map(running).collect();
        let known: HashSet<&String> = wanted.iter().map(|(_, id)| id).collect();
        cache.traffic.retain(|id, traffic| known.contains(id) && traffic.read().is_ok());
        cache.apart.retain(|id| known.contains(id));
        let is_open = |id: &String| cache.traffic.contains_key(id) || cache.apart.contains(id);
        let new: Vec<_> = wanted.iter().filter(|(_, id)| !is_open(id)).cloned().collect();
        let inspect = |(lease, id): (B256, String)| {
            let engine = Arc::clone(&self.engine);
            async move {
                let details = engine.details(&id).await;
                (lease, id, details)
            }
        };
        let mut inspections = stream::iter(new.into_iter().map(inspect)).buffer_unordered(PARALLEL);
        while let Some((lease, id, details)) = inspections.next().await {
            let pid = match details {
                Ok(details) => details.pid,
                Err(error) if error.is_outage() => return Err(error.into()),
                Err(_) => continue,
            };
            if pid == 0 {
                continue; // it exited meanwhile
            }
            if !cgroups.holds(lease, pid) {
                // Not in the lease's cgroup, or exited meanwhile. The engine tells which: the process is the same only in the
                // first case.
                if self.engine.details(&id).await.is_ok_and(|again| again.pid == pid) {
                    cache.apart.insert(id);
                }
                continue;
            }
            if !cache.gauges.contains_key(&lease) {
                let Ok(gauge) = cgroups.open(lease) else {
                    cache.apart.insert(id);
                    continue;
                };
                cache.gauges.insert(lease, gauge);
            }
            if let Ok(traffic) = cgroups.traffic(pid) {
                cache.traffic.insert(id, traffic);
            }
        }
        Ok(())
    }

    /// The raw counters of one lease.
    async fn read_counters(
        &self,
        cache: &mut MeterCache,
        metered: &MeteredLease,
        cgroups: Option<&dyn Cgroups>,
    ) -> anyhow::Result<RawReading> {
        let mut raw = RawReading { group: group(cache, metered.lease), ..RawReading::default() };
        if raw.group.is_none()
            && let Some(cgroups) = cgroups
        {
            // The process restarted while no container ran. Only a cgroup that was metered before is the lease's.
            let known = cache.meters.get(&metered.lease).is_some_and(|meter| meter.raw.group.is_some());
            if known && let Ok(gauge) = cgroups.open(metered.lease) {
                cache.gauges.insert(metered.lease, gauge);
                raw.group = group(cache, metered.lease);
            }
        }
        let mut restarted = BTreeSet::new();
        let before = cache.meters.get(&metered.lease).map(|meter| &meter.raw.containers);
        for seen in metered.containers.iter().filter(|seen| seen.state == ContainerState::Running) {
            let (key, single) = match cache.traffic.get(&seen.id).map(|traffic| (traffic.pid(), traffic.read())) {
                Some((pid, Ok(network_bytes))) => {
                    (format!("{}@{pid}", seen.id), ContainerReading { network_bytes, ..ContainerReading::default() })
                }
                // It exited after the listing.
                Some((_, Err(_))) => {
                    restarted.insert(seen.slot.replica);
                    continue;
                }
                // Its CPU and memory are in the lease's cgroup; its traffic is read once its interfaces can be opened.
                None if cgroups.is_some() && !cache.apart.contains(&seen.id) => continue,
                None => match self.engine.counters(&seen.id).await {
                    Ok(counters) => {
                        let (cpu_nanos, memory_bytes) = (counters.cpu_nanos, counters.memory_bytes);
                        let network_bytes = counters.network_bytes;
                        (seen.id.clone(), ContainerReading { cpu_nanos, memory_bytes, network_bytes })
                    }
                    Err(error) if error.is_outage() => return Err(error.into()),
                    Err(_) => continue,
                },
            };
            if before.is_some_and(|before| !before.contains_key(&key)) {
                restarted.insert(seen.slot.replica);
            }
            raw.containers.insert(key, single);
        }
        if let Some(before) = before {
            // Keep the raw counters of a container that could not be read this time.
            let is_alive =
                |seen: &&ObservedContainer| matches!(seen.state, ContainerState::Running | ContainerState::Paused);
            for seen in metered.containers.iter().filter(is_alive) {
                let of_it = |key: &&String| key.starts_with(&seen.id);
                if !raw.containers.keys().any(|key| of_it(&key)) {
                    let kept = before.iter().filter(|(key, _)| of_it(key));
                    raw.containers.extend(kept.map(|(key, single)| (key.clone(), *single)));
                }
            }
        }
        if let Some(manifest) = self.manifest(cache, metered.lease).await? {
            let ready = reconcile::ready(manifest, metered.replicas, &metered.containers);
            raw.ready = ready.difference(&restarted).copied().collect();
        }
        Ok(raw)
    }

    async fn manifest<'o>(&self, cache: &'o mut MeterCache, lease: B256) -> anyhow::Result<Option<&'o Manifest>> {
        if !cache.manifests.contains_key(&lease)
            && let Some(bytes) = self.store.manifest(lease).await?
            && let Ok(manifest) = Manifest::parse(&bytes)
        {
            cache.manifests.insert(lease, manifest);
        }
        Ok(cache.manifests.get(&lease))
    }

    fn cgroups(&self, info: &Info) -> Option<&dyn Cgroups> {
        self.cgroups.get_or_init(|| self.kernel.cgroups(info)).as_deref()
    }
}

#[async_trait::async_trait]
impl Stage for MeterStage {
    fn name(&self) -> &'static str {
        "meter"
    }

    fn period(&self) -> Duration {
        self.settings.period
    }

    async fn run(&self) -> anyhow::Result<Counts> {
        let info = self.engine.info().await?;
        let cgroups = self.cgroups(&info);
        let metered_leases = self.metered_leases().await?;
        let mut cache = self.cache.lock().await;
        let cache = &mut *cache;
        self.open_counters(cache, &metered_leases, cgroups).await?;
        let longest_ms = self.settings.longest.as_millis() as u64;
        let mut sweep = Vec::with_capacity(metered_leases.len());
        for metered in &metered_leases {
            if !cache.meters.contains_key(&metered.lease)
                && let Some(meter) = self.store.meter(metered.lease).await?
            {
                cache.meters.insert(metered.lease, meter);
            }
            let last = metered.closed && metered.containers.is_empty();
            let raw = self.read_counters(cache, metered, cgroups).await?;
            let before = cache.meters.get(&metered.lease);
            if before.is_none() && metered.containers.is_empty() && !last {
                continue; // nothing has run yet
            }
            let now_ms = self.clock.now_ms();
            sweep.push((metered.lease, before.cloned().unwrap_or_default().advance(now_ms, raw, longest_ms), last));
        }
        self.store.sample(&sweep).await?;
        self.next.notify();
        let mut counts = Counts::from([("sampled", sweep.len() as u64)]);
        for (lease, meter, last) in sweep {
            if last {
                cache.forget(lease);
                if let Some(Err(error)) = cgroups.map(|cgroups| cgroups.remove(lease)) {
                    tracing::debug!(%lease, %error, "the lease's cgroup was not removed");
                }
                *counts.entry("final").or_default() += 1;
            } else {
                cache.meters.insert(lease, meter);
            }
        }
        let listed: HashSet<B256> = metered_leases.iter().map(|metered| metered.lease).collect();
        cache.meters.retain(|lease, _| listed.contains(lease));
        cache.gauges.retain(|lease, _| listed.contains(lease));
        cache.manifests.retain(|lease, _| listed.contains(lease));
        let now_ms = self.clock.now_ms();
        if now_ms.saturating_sub(cache.thinned_at_ms) >= THIN_EVERY_MS {
            cache.thinned_at_ms = now_ms;
            counts.insert("thinned", self.store.thin_samples(now_ms).await?);
        }
        Ok(counts)
    }
}

impl MeterCache {
    fn forget(&mut self, lease: B256) {
        self.gauges.remove(&lease);
        self.meters.remove(&lease);
        self.manifests.remove(&lease);
    }
}

/// Reads a lease's cgroup; one that was removed is closed.
fn group(cache: &mut MeterCache, lease: B256) -> Option<GroupReading> {
    let gauge = cache.gauges.get(&lease)?;
    match gauge.read() {
        Ok(reading) => Some(GroupReading {
            inode: gauge.inode(),
            cpu_nanos: reading.cpu_nanos,
            memory_bytes: reading.memory_bytes,
        }),
        Err(_) => {
            cache.gauges.remove(&lease);
            None
        }
    }
}
