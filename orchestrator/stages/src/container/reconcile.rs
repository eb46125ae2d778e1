//! The reconciliation of one lease: observe, decide, apply, until there is nothing to do; then record what was observed.

use std::{collections::BTreeMap, sync::Arc};

use alloy::primitives::{B256, keccak256};
use anyhow::Context;

use super::{ContainerContext, Converged, DEEP, TRUST_MS, lock};
use lease::{
    Lease, Status, accrual,
    label::Tag,
    manifest::Manifest,
    reconcile::{
        self, Attempt, ContainerAction, ContainerHealth, ContainerState, Desired, DesiredPhase, ManifestState,
        Observed, Reconciliation, WorkloadStatus,
    },
};
use ports::engine::{EngineListing, Image, Info};
use store::{
    BlockRef,
    container::{ContainerRow, LeaseProgress, word},
};

/// Actions in one reconciliation; a lease needs four. Needing more means that actions have no effect on the engine.
const MOST_STEPS: usize = 16;

/// A lease that is being reconciled.
pub(super) struct LeaseWork {
    pub(super) id: B256,
    /// None for a lease that a reorg took back or that the database does not know.
    pub(super) lease: Option<Lease>,
    pub(super) tag: Option<Tag>,
    pub(super) manifest: Option<Arc<Manifest>>,
    pub(super) view: EngineListing,
    pub(super) images: BTreeMap<String, Image>,
    pub(super) attempts: BTreeMap<String, Attempt>,
}

impl ContainerContext {
    pub(super) async fn reconcile(
        &self,
        id: B256,
        view: EngineListing,
        head: BlockRef,
        info: &Info,
    ) -> anyhow::Result<WorkloadStatus> {
        let (row, progress) = tokio::try_join!(self.store.lease(id), self.store.progress(id))?;
        let generation = row.as_ref().map(|row| row.generation);
        let lease = row.map(|row| row.lease);
        let Some((phase, exhausted_at)) = self.phase(id, lease.as_ref(), &view, &head, progress.as_ref()).await? else {
            return Ok(WorkloadStatus::Starting);
        };
        let now_ms = self.clock.now_ms();
        if self.has_converged(id, generation, phase, &view, now_ms) {
            return Ok(progress.map_or(WorkloadStatus::Starting, |progress| progress.standing));
        }
        let mut progress = LeaseProgress { exhausted_at, ..progress.unwrap_or_else(|| first_progress(now_ms)) };
        let draining = self.settings.drain && progress.running_at_ms.is_none() && view.is_empty();
        let tag = self.tag(&view, lease.as_ref(), generation);
        let (images, attempts) = tokio::try_join!(self.store.images(id), self.store.container_attempts(id))
            .context("reading the lease's images and attempts")?;
        let images = images.into_iter().map(|row| (row.reference, Image { id: row.id, digest: row.digest })).collect();
        let mut work = LeaseWork { id, lease, tag, manifest: None, view, images, attempts };

        let impossible = self.load_manifest(&mut work, info).await?;
        for _ in 0..MOST_STEPS {
            let desired = Desired {
                phase,
                replicas: work.lease.as_ref().map_or(0, |lease| lease.replicas),
                warm: work.lease.as_ref().map_or(0, |lease| self.warm(lease)),
                manifest: match (&impossible, &work.manifest) {
                    _ if draining => ManifestState::Draining,
                    (Some(reason), _) => ManifestState::Impossible(reason.clone()),
                    (None, Some(manifest)) => ManifestState::Ready(manifest),
                    (None, None) => ManifestState::Awaited,
                },
            };
            let decision = reconcile::reconcile(&desired, &observed(&work), self.clock.now_ms());
            if decision.action == ContainerAction::Rest {
                let standing = decision.standing;
                // The meter takes no last sample of a lease that does not exist on chain, so its cgroup is removed here.
                if standing == WorkloadStatus::Removed
                    && work.lease.is_none()
                    && let Some(Err(error)) = self.cgroups(info).map(|cgroups| cgroups.remove(id))
                {
                    tracing::debug!(%error, "the lease's cgroup was not removed");
                }
                self.record(&work, decision, progress, phase, generation).await?;
                return Ok(standing);
            }
            if decision.standing == WorkloadStatus::Running {
                // Recorded before the warm replicas are made: the lease is running already.
                progress = self.record(&work, decision.clone(), progress, phase, generation).await?;
            }
            tracing::debug!(action = ?decision.action, "applying an action");
            if decision.standing == WorkloadStatus::Preparing && progress.running_at_ms.is_none() {
                // Recorded while the engine works: the time to the first ready replica counts from here.
                let first = LeaseProgress { standing: decision.standing, ..progress.clone() };
                let (acted, written) = tokio::join!(
                    self.apply(decision.action, &mut work, info),
                    self.store.record_containers(id, &[], &first)
                );
                written?;
                acted?;
            } else {
                self.apply(decision.action, &mut work, info).await?;
            }
            if self.store.lease(id).await?.map(|row| row.generation) != generation {
                // The lease changed on chain meanwhile: start over with the new state.
                self.wakeup.notify();
                return Ok(WorkloadStatus::Starting);
            }
        }
        anyhow::bail!("the engine does not come to rest after {MOST_STEPS} actions")
    }

    /// How many warm replicas to keep.
    fn warm(&self, lease: &Lease) -> u16 {
        self.settings.warm.min(lease.policy.maxReplicas.saturating_sub(lease.replicas))
    }

    /// What the chain wants of a lease, and since when it is exhausted; `None` while that is not known yet.
    async fn phase(
        &self,
        id: B256,
        lease: Option<&Lease>,
        view: &EngineListing,
        head: &BlockRef,
        progress: Option<&LeaseProgress>,
    ) -> anyhow::Result<Option<(DesiredPhase, Option<u64>)>> {
        let Some(lease) = lease else {
            let tags = view.containers.iter().map(|container| container.tag);
            let objects = view.networks.iter().chain(&view.volumes).map(|object| object.tag);
            let opened = tags.chain(objects).map(|tag| tag.opened_block).max().unwrap_or_default();
            let deep = head.number >= opened.saturating_add(DEEP);
            let reverted = self.store.reverted_leases(self.owner.provider).await?.contains(&id);
            let phase = if reverted {
                Some(DesiredPhase::Remove { volumes: deep })
            } else {
                deep.then_some(DesiredPhase::Remove { volumes: false })
            };
            return Ok(phase.map(|phase| (phase, None)));
        };
        let exhausted_at = progress.and_then(|progress| progress.exhausted_at);
        Ok(Some(match lease.status(head.time) {
            Status::Closed => (DesiredPhase::Remove { volumes: true }, None),
            Status::Active if exhausted_at.is_none() || self.has_runway(lease, head.time) => (DesiredPhase::Run, None),
            Status::Active | Status::Exhausted => {
                let since = exhausted_at.unwrap_or(head.time);
                let over = head.time.saturating_sub(since) > self.settings.grace;
                (if over { DesiredPhase::Remove { volumes: true } } else { DesiredPhase::Pause }, Some(since))
            }
        }))
    }

    /// Whether the funds of an exhausted lease last for a notice period again. Settling pays less than was reserved, so a
    /// little is released each time; starting on that would start and stop the lease over and over.
    fn has_runway(&self, lease: &Lease, time: u64) -> bool {
        let runway = accrual::runway(lease, time);
        runway.is_none_or(|runway| runway >= self.settings.notice_period)
    }

    /// Whether nothing changed since there was last nothing to do.
    fn has_converged(
        &self,
        id: B256,
        generation: Option<i64>,
        phase: DesiredPhase,
        view: &EngineListing,
        now_ms: u64,
    ) -> bool {
        lock(&self.converged).get(&id).is_some_and(|converged| {
            converged.until_ms > now_ms
                && converged.generation == generation
                && converged.phase == Some(phase)
                && converged.networks == view.networks.len()
                && converged.volumes == view.volumes.len()
                && converged.containers == view.containers
        })
    }

    /// The labels for new objects of the lease; for an unknown lease, the labels of its containers.
    fn tag(&self, view: &EngineListing, lease: Option<&Lease>, generation: Option<i64>) -> Option<Tag> {
        match lease {
            Some(lease) => Some(Tag {
                owner: self.owner,
                lease: lease.id,
                generation: generation.unwrap_or_default(),
                opened_block: lease.opened_block,
            }),
            None => view.containers.first().map(|container| container.tag),
        }
    }

    /// Loads the manifest; returns the reason if it cannot run here.
    async fn load_manifest(&self, work: &mut LeaseWork, info: &Info) -> anyhow::Result<Option<String>> {
        let Some(lease) = &work.lease else { return Ok(None) };
        let known = lock(&self.manifests).get(&work.id).cloned();
        let manifest = match known {
            Some(manifest) => manifest,
            None => {
                let Some(bytes) = self.store.manifest(work.id).await? else { return Ok(None) };
                if keccak256(&bytes) != lease.terms.manifestHash {
                    return Ok(Some(
                        "the manifest that was kept is not the one that the lease was opened for".to_owned(),
                    ));
                }
                match Manifest::parse(&bytes) {
                    Ok(manifest) => Arc::new(manifest),
                    Err(refused) => return Ok(Some(format!("the manifest cannot run: {refused}"))),
                }
            }
        };
        lock(&self.manifests).insert(work.id, manifest.clone());
        work.manifest = Some(manifest);
        Ok(too_large(lease, info))
    }

    /// Records what was observed, if it changed, and caches the state when there was nothing to do. Returns the progress as
    /// recorded.
    async fn record(
        &self,
        work: &LeaseWork,
        decision: Reconciliation,
        before: LeaseProgress,
        phase: DesiredPhase,
        generation: Option<i64>,
    ) -> anyhow::Result<LeaseProgress> {
        let now_ms = self.clock.now_ms();
        let known = self.store.containers(work.id).await?;
        let seen = container_rows(work, &known, now_ms);
        let serves = work.lease.as_ref().is_some_and(|lease| lease.replicas > 0);
        let first = before.running_at_ms.is_none() && decision.standing == WorkloadStatus::Running && serves;
        let reason = match (&decision.reason, phase) {
            (None, DesiredPhase::Remove { .. })
                if work.lease.as_ref().is_some_and(|lease| lease.closed_at.is_none()) =>
            {
                Some("out of funds for longer than the grace period: removed with its volumes".to_owned())
            }
            (reason, _) => reason.clone(),
        };
        let running_at_ms = if first { Some(now_ms) } else { before.running_at_ms };
        let progress = LeaseProgress { standing: decision.standing, reason, running_at_ms, ..before };
        if seen != known || self.store.progress(work.id).await?.as_ref() != Some(&progress) {
            self.store.record_containers(work.id, &seen, &progress).await?;
            let (standing, reason) = (word(progress.standing), progress.reason.as_deref().unwrap_or_default());
            tracing::info!(standing, reason, containers = seen.len(), "the lease changed");
            self.next.notify();
            if let Some((_, wakeup)) = self.upstreams.get() {
                wakeup.notify();
            }
        }
        if decision.standing == WorkloadStatus::Removed {
            lock(&self.manifests).remove(&work.id);
            if !work.attempts.is_empty() {
                self.store.forget_container_attempts(work.id).await?;
            }
        }
        let mut converged = lock(&self.converged);
        if let Some(wake_at_ms) = decision.wake_at_ms {
            self.wake(wake_at_ms);
        }
        // An upload of the manifest changes neither the lease nor the engine, so a lease that waits for it is not cached.
        if decision.standing == WorkloadStatus::Awaiting || decision.action != ContainerAction::Rest {
            converged.remove(&work.id);
            return Ok(progress);
        }
        let until_ms = decision.wake_at_ms.unwrap_or(u64::MAX).min(now_ms.saturating_add(TRUST_MS));
        let EngineListing { containers, networks, volumes } = &work.view;
        let (networks, volumes) = (networks.len(), volumes.len());
        let containers = containers.clone();
        converged
            .insert(work.id, Converged { generation, phase: Some(phase), containers, networks, volumes, until_ms });
        Ok(progress)
    }
}

fn first_progress(now_ms: u64) -> LeaseProgress {
    let standing = WorkloadStatus::Awaiting;
    LeaseProgress { standing, reason: None, found_at_ms: now_ms, running_at_ms: None, exhausted_at: None }
}

fn observed(work: &LeaseWork) -> Observed {
    Observed {
        networks: work.view.networks.len(),
        volumes: work.view.volumes.iter().filter_map(|volume| volume.volume.clone()).collect(),
        containers: work.view.containers.iter().map(|container| container.seen.clone()).collect(),
        images: work.images.keys().cloned().collect(),
        attempts: work.attempts.clone(),
    }
}

/// The reason why the lease's shape does not fit this machine.
fn too_large(lease: &Lease, info: &Info) -> Option<String> {
    let shape = &lease.terms.shape;
    let (millicores, mib) = (u64::from(info.cpus) * 1000, info.memory_bytes >> 20);
    if u64::from(shape.millicores) > millicores {
        Some(format!("a replica's {} millicores are more than this machine's {millicores}", shape.millicores))
    } else if u64::from(shape.memoryMiB) > mib {
        Some(format!("a replica's {} MiB of memory are more than this machine's {mib}", shape.memoryMiB))
    } else if shape.gpus > 0 && !info.gpus {
        Some(format!("a replica's {} GPUs cannot be had: this machine's engine hands out none", shape.gpus))
    } else {
        None
    }
}

fn container_rows(work: &LeaseWork, known: &[ContainerRow], now_ms: u64) -> Vec<ContainerRow> {
    let digests: BTreeMap<&str, &str> =
        work.images.values().filter_map(|image| Some((image.id.as_str(), image.digest.as_deref()?))).collect();
    let mut all: Vec<ContainerRow> = work
        .view
        .containers
        .iter()
        .map(|container| {
            let seen = &container.seen;
            let running = seen.state == ContainerState::Running;
            let before = known.iter().find(|known| known.container_id == seen.id);
            let started_before = before.filter(|before| before.is_running()).map(|before| before.started_at_ms);
            let started_at_ms = match (seen.started_at_ms, started_before) {
                (0, Some(started)) => started,
                (0, None) if running => now_ms,
                (started, _) => started,
            };
            let address = |port: &ports::engine::PublishedPort| {
                (format!("{}/{}", port.container, port.protocol), format!("{}:{}", port.host_ip, port.host))
            };
            ContainerRow {
                service: seen.slot.service.clone(),
                replica: seen.slot.replica,
                container_id: seen.id.clone(),
                image: digests.get(container.image_id.as_str()).copied().unwrap_or(&container.image_id).to_owned(),
                state: word(seen.state),
                health: (seen.health != ContainerHealth::None).then(|| word(seen.health)),
                started_at_ms,
                exit_code: seen.exit_code,
                ports: container.ports.iter().map(address).collect(),
                address: container.address,
            }
        })
        .collect();
    all.sort_by(|a, b| (a.replica, &a.service).cmp(&(b.replica, &b.service)));
    all
}
