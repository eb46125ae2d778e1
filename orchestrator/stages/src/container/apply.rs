//! Carries out one action of the container reconciler.
//!
//! The parts of an action do not depend on each other and run concurrently. What the engine's answers already say is put
//! into the listing directly; otherwise the lease is listed again.

use std::{collections::BTreeMap, time::Duration};

use alloy::primitives::B256;
use anyhow::Context;
use futures::future::join_all;

use super::{ContainerContext, reconcile::LeaseWork};
use lease::{
    label::Tag,
    reconcile::{self, Attempt, ContainerAction, ContainerHealth, ContainerState, ObservedContainer, Slot, subject},
};
use ports::engine::{ContainerSpec, EngineContainer, Error, Image, Info, Object, Result};

/// Docker's default stop timeout.
const GRACE: Duration = Duration::from_secs(10);
/// The longest time that in-flight requests delay the stop of a replica.
const LONGEST_DRAIN: Duration = Duration::from_secs(10);

impl ContainerContext {
    pub(super) async fn apply(&self, action: ContainerAction, work: &mut LeaseWork, info: &Info) -> anyhow::Result<()> {
        match action {
            ContainerAction::Resolve { images } => return self.resolve(images, work).await,
            ContainerAction::Make { network, volumes, containers, warm } => {
                return self.make(subject::make(warm), (network, &volumes, &containers), work, info).await;
            }
            ContainerAction::Start { containers } => self.start(&containers, work).await?,
            ContainerAction::Stop { containers } => {
                self.drain(&containers, work).await;
                all(containers.iter().map(|(id, slot)| self.engine.stop(id, grace(work, slot)))).await?;
            }
            ContainerAction::Remove { containers } => {
                self.drain(&containers, work).await;
                all(containers.iter().map(async |(id, slot)| {
                    self.engine.stop(id, grace(work, slot)).await?;
                    self.engine.remove_container(id).await
                }))
                .await?;
            }
            ContainerAction::RemoveSurplusNetworks => self.keep_one_network(&work.view.networks).await?,
            ContainerAction::RemoveNetwork => {
                all(work.view.networks.iter().map(|network| self.engine.remove_network(&network.id))).await?;
            }
            ContainerAction::RemoveVolumes { volumes } => {
                let named = |object: &&Object| object.volume.as_ref().is_some_and(|name| volumes.contains(name));
                let chosen = work.view.volumes.iter().filter(named);
                all(chosen.map(|volume| self.engine.remove_volume(&volume.id))).await?;
            }
            ContainerAction::Rest => {}
        }
        work.view = self.engine.list(self.owner, Some(work.id)).await?;
        Ok(())
    }

    /// Stops routing to the replicas of containers that are about to be stopped, and waits for their in-flight requests.
    async fn drain(&self, containers: &[(String, Slot)], work: &LeaseWork) {
        let Some((upstreams, _)) = self.upstreams.get() else { return };
        let runs = |id: &String| {
            let mut seen = work.view.containers.iter().map(|container| &container.seen);
            seen.any(|seen| seen.id == *id && seen.state == ContainerState::Running)
        };
        let mut replicas: BTreeMap<u16, Duration> = BTreeMap::new();
        for (_, slot) in containers.iter().filter(|(id, _)| runs(id)) {
            let patience = replicas.entry(slot.replica).or_default();
            *patience = grace(work, slot).min(LONGEST_DRAIN).max(*patience);
        }
        let drained = replicas.into_iter().map(async |(replica, patience)| {
            let left = upstreams.drain(work.id, replica, patience).await;
            if left > 0 {
                tracing::info!(replica, left, "requests outlast the replica that served them");
            }
        });
        join_all(drained).await;
    }

    /// Removes networks until one is left. The engine refuses to remove the one that is in use; created containers that have
    /// not started do not use theirs yet.
    async fn keep_one_network(&self, networks: &[Object]) -> Result<()> {
        let mut left = networks.len();
        for network in networks {
            match self.engine.remove_network(&network.id).await {
                Ok(()) => left -= 1,
                Err(Error::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
            if left == 1 {
                break;
            }
        }
        Ok(())
    }

    async fn resolve(&self, images: Vec<String>, work: &mut LeaseWork) -> anyhow::Result<()> {
        let found = join_all(images.iter().map(|reference| self.engine.image(reference, None))).await;
        let mut pinned = Vec::new();
        let mut attempts = Vec::new();
        for (reference, found) in images.into_iter().zip(found) {
            match found {
                Ok(image) => {
                    pinned.push(store::container::ImageRow {
                        reference: reference.clone(),
                        id: image.id.clone(),
                        digest: image.digest.clone(),
                    });
                    attempts.extend(self.succeeded(work, subject::image(&reference)));
                    work.images.insert(reference, image);
                }
                Err(error) => attempts.push(self.failed(work, subject::image(&reference), error)?),
            }
        }
        self.store.pin_images(work.id, &pinned).await?;
        self.note(work, attempts).await
    }

    async fn make(
        &self,
        subject: &str,
        (network, volumes, slots): (bool, &[String], &[Slot]),
        work: &mut LeaseWork,
        info: &Info,
    ) -> anyhow::Result<()> {
        let tag = work.tag.context("a lease without labels")?;
        let outcome = self.try_make(&tag, network, volumes, slots, work, info).await;
        let attempt = match outcome {
            Ok(containers) => {
                let object =
                    |id: &str, volume: Option<&String>| Object { tag, id: id.to_owned(), volume: volume.cloned() };
                if network {
                    work.view.networks.push(object("", None));
                }
                work.view.volumes.extend(volumes.iter().map(|volume| object("", Some(volume))));
                work.view.containers.extend(containers);
                self.succeeded(work, subject.to_owned())
            }
            Err(error) => {
                // Some of it may exist.
                work.view = self.engine.list(self.owner, Some(work.id)).await?;
                Some(self.failed(work, subject.to_owned(), error)?)
            }
        };
        self.note(work, attempt.into_iter().collect()).await
    }

    async fn try_make(
        &self,
        tag: &Tag,
        network: bool,
        volumes: &[String],
        slots: &[Slot],
        work: &LeaseWork,
        info: &Info,
    ) -> Result<Vec<EngineContainer>> {
        let (Some(lease), Some(manifest)) = (&work.lease, &work.manifest) else { return Ok(Vec::new()) };
        self.limit(work.id, slots, &lease.terms.shape, info);
        // Volumes come first: the engine would create a volume that a container names, without labels. A network may still
        // be in creation when a container names it.
        all(volumes.iter().map(|volume| self.engine.create_volume(tag, volume))).await?;
        let most = usize::from(lease.policy.maxReplicas.max(lease.replicas)) * manifest.services.len();
        let make_network = async { if network { self.engine.create_network(tag, most).await } else { Ok(()) } };
        let make_containers = all(slots.iter().map(async |slot| {
            let service = manifest.services.get(&slot.service).ok_or(Error::NotFound)?;
            let image = work.images.get(&service.image).ok_or(Error::NotFound)?;
            let spec = ContainerSpec {
                tag: *tag,
                slot: slot.clone(),
                service: service.clone(),
                image: image.clone(),
                shape: lease.terms.shape.clone(),
                cgroup_parent: self.driver(info).parent(work.id, slot.replica),
            };
            let id = match self.engine.create_container(&spec).await {
                Err(Error::NotFound) => self.restore(&spec, &service.image, image).await?,
                other => other?,
            };
            Ok(created(*tag, slot, id, image))
        }));
        let (network, containers) = tokio::join!(make_network, make_containers);
        network?;
        containers
    }

    /// The pinned image was deleted from the engine: pulls the same one again.
    async fn restore(&self, spec: &ContainerSpec, reference: &str, image: &Image) -> Result<String> {
        self.engine.image(reference, Some(image)).await?;
        self.engine.create_container(spec).await
    }

    /// Sets the limits of the replicas' parent cgroups. Without permission, each container still has its own limits.
    fn limit(&self, lease: B256, slots: &[Slot], shape: &solidity::Shape, info: &Info) {
        let Some(cgroups) = self.cgroups(info) else { return };
        let mut replicas: Vec<u16> = slots.iter().map(|slot| slot.replica).collect();
        replicas.dedup();
        for replica in replicas {
            if let Err(error) = cgroups.limit(lease, replica, shape) {
                tracing::debug!(%error, replica, "the replica's cgroup cannot be limited; its containers are");
                return;
            }
        }
    }

    async fn start(&self, containers: &[(String, Slot)], work: &mut LeaseWork) -> anyhow::Result<()> {
        let now_ms = self.clock.now_ms();
        let mut before = Vec::new();
        for (id, slot) in containers {
            let key = subject::slot(slot);
            let seen = work.view.containers.iter().find(|container| container.seen.id == *id);
            let again = seen.and_then(|found| reconcile::restart(&found.seen, work.attempts.get(&key), now_ms));
            before.extend(again.map(|attempt| (key, attempt)));
        }
        // Recorded before the start: a crash in between costs one backoff instead of causing restarts without backoff.
        self.note(work, before).await?;
        let started = join_all(containers.iter().map(|(id, _)| self.engine.start(id))).await;
        let mut after = Vec::new();
        for ((_, slot), started) in containers.iter().zip(started) {
            let key = subject::slot(slot);
            match started {
                Ok(()) => {
                    let refused = work.attempts.get(&key).filter(|attempt| attempt.reason.is_some());
                    after.extend(refused.map(|attempt| (key.clone(), Attempt { reason: None, ..attempt.clone() })));
                }
                Err(Error::NotFound) => {}
                Err(error) => after.push(self.failed(work, key, error)?),
            }
        }
        self.note(work, after).await
    }

    /// Counts one more failure of an attempt. An outage is not a failure of the lease and is returned as the error.
    fn failed(&self, work: &LeaseWork, subject: String, error: Error) -> anyhow::Result<(String, Attempt)> {
        if error.is_outage() {
            return Err(error.into());
        }
        let failures = work.attempts.get(&subject).map_or(0, |attempt| attempt.failures).saturating_add(1);
        let reason = format!("{:#}", anyhow::Error::new(error));
        tracing::warn!(subject, failures, reason, "an attempt failed");
        Ok((subject, Attempt { failures, at_ms: self.clock.now_ms(), reason: Some(reason) }))
    }

    /// Resets an attempt that had failed before.
    fn succeeded(&self, work: &LeaseWork, subject: String) -> Option<(String, Attempt)> {
        let known = work.attempts.contains_key(&subject);
        known.then(|| (subject, Attempt { failures: 0, at_ms: self.clock.now_ms(), reason: None }))
    }

    async fn note(&self, work: &mut LeaseWork, attempts: Vec<(String, Attempt)>) -> anyhow::Result<()> {
        self.store.set_container_attempts(work.id, &attempts).await?;
        work.attempts.extend(attempts);
        work.attempts.retain(|_, attempt| attempt.failures > 0);
        Ok(())
    }
}

fn grace(work: &LeaseWork, slot: &Slot) -> Duration {
    let service = work.manifest.as_ref().and_then(|manifest| manifest.services.get(&slot.service));
    service.and_then(|service| service.stop_grace_period).unwrap_or(GRACE)
}

fn created(tag: Tag, slot: &Slot, id: String, image: &Image) -> EngineContainer {
    let seen = ObservedContainer {
        id,
        slot: slot.clone(),
        state: ContainerState::Created,
        health: ContainerHealth::None,
        exit_code: None,
        detail: None,
        started_at_ms: 0,
        finished_at_ms: 0,
    };
    EngineContainer { tag, seen, image_id: image.id.clone(), ports: Vec::new(), address: None }
}

/// Runs all tasks concurrently and to completion, also when one fails, so that no call is left in flight. Returns the
/// first error.
async fn all<T>(tasks: impl Iterator<Item = impl Future<Output = Result<T>>>) -> Result<Vec<T>> {
    join_all(tasks).await.into_iter().collect()
}
