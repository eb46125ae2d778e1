//! The container reconciler: the next action for one lease, from its desired and its observed state.
//!
//! The container stage calls `reconcile`, carries out the action, observes again and repeats until the action is
//! `ContainerAction::Rest`. The steps within one action are independent of each other and may run concurrently.
//! Nothing is remembered between two calls, so it does not matter where a process died: the next call starts from what
//! is observed.
//!
//! # Warm replicas
//!
//! Warm replicas are created beyond the wanted ones and not started, so that scaling out is a start and not a creation.
//! They serve nothing and use nothing, so everything wanted comes first: they are created when every wanted replica is
//! ready, and their failure delays nothing else. A replica that has run is not warm, because what it wrote would be
//! there when it started again; scaling in therefore removes it, and a new one is created when nothing else is left to
//! do.
//!
//! # Precondition
//!
//! The observed state is complete. When the engine or the chain is unreachable the stage must not call `reconcile`: a
//! removal is only ever the answer to a complete listing.

mod next_step;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde::{Deserialize, Serialize};

use self::next_step::{Blockers, ContainerStep, next_step};
use super::manifest::Manifest;

/// A run of at least this many milliseconds was no failure: the next start is immediate again.
pub const STABLE_MS: u64 = 10_000;
/// The pause before the second of two restarts; it doubles with each failure.
const FIRST_PAUSE_MS: u64 = 1_000;
/// The longest pause between two attempts.
const LONGEST_PAUSE_MS: u64 = 60_000;

/// One service of one replica. Each slot holds at most one container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    pub replica: u16,
    pub service: String,
}

/// What the chain, at its time, wants of a lease on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredPhase {
    Run,
    /// The funds are exhausted: stopped, with everything kept for a top-up.
    Pause,
    /// Closed, out of funds for longer than the grace period, or reverted by a reorg.
    Remove {
        volumes: bool,
    },
}

/// Whether there is a manifest to run.
#[derive(Debug, Clone)]
pub enum ManifestState<'a> {
    Awaited,
    /// Not started in any case: the provider takes no new leases.
    Draining,
    /// The manifest, or the lease's shape, cannot run here; with the reason.
    Impossible(String),
    Ready(&'a Manifest),
}

#[derive(Debug, Clone)]
pub struct Desired<'a> {
    pub phase: DesiredPhase,
    pub replicas: u16,
    /// Replicas beyond `replicas` that are created and not started.
    pub warm: u16,
    pub manifest: ManifestState<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    Created,
    Running,
    Exited,
    /// Frozen by someone other than this orchestrator.
    Paused,
    /// The engine is removing it.
    Removing,
    /// The engine gave it up.
    Dead,
}

/// The result of the container's health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerHealth {
    /// There is no health check.
    None,
    Starting,
    Healthy,
    Unhealthy,
}

/// A container as the engine shows it. Times are the machine's Unix milliseconds, 0 when unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedContainer {
    pub id: String,
    pub slot: Slot,
    pub state: ContainerState,
    pub health: ContainerHealth,
    pub exit_code: Option<i64>,
    /// What the engine adds to the state: that memory ran out, what the last health check printed.
    pub detail: Option<String>,
    pub started_at_ms: u64,
    pub finished_at_ms: u64,
}

/// Something that was tried and failed, or that ended and was started again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// In a row; 0 is the same as no attempt.
    pub failures: u32,
    pub at_ms: u64,
    pub reason: Option<String>,
}

/// The observed state of a lease: its objects on the engine, and its attempts in memory.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// One, unless a process died while the engine created the first, or someone else created another.
    pub networks: usize,
    /// Volumes by their names in the manifest.
    pub volumes: BTreeSet<String>,
    pub containers: Vec<ObservedContainer>,
    /// Images that were resolved, by the reference in the manifest.
    pub images: BTreeSet<String>,
    /// By subject: see [`subject`].
    pub attempts: BTreeMap<String, Attempt>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerAction {
    /// Resolve references into the digests that will run; pull the images that are not here.
    Resolve {
        images: Vec<String>,
    },
    /// Create the volumes first, then the network and the containers concurrently.
    Make {
        network: bool,
        volumes: Vec<String>,
        containers: Vec<Slot>,
        /// They are not to be started yet, so that a failure is not the lease's.
        warm: bool,
    },
    Start {
        containers: Vec<(String, Slot)>,
    },
    /// Stop with the grace period of the manifest.
    Stop {
        containers: Vec<(String, Slot)>,
    },
    /// Stop with the grace period, then remove; the highest replica first.
    Remove {
        containers: Vec<(String, Slot)>,
    },
    /// All but one, which may be in use.
    RemoveSurplusNetworks,
    RemoveNetwork,
    RemoveVolumes {
        volumes: Vec<String>,
    },
    /// Nothing until the engine, the chain or the clock changes something.
    Rest,
}

/// The state of a lease's workload in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadStatus {
    /// The tenant has not sent the manifest, or the provider starts no new leases.
    Awaiting,
    Preparing,
    Starting,
    /// Every replica is ready.
    Running,
    /// It cannot start, or does not stay up; the reason says why.
    Failing,
    Paused,
    Removing,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    pub action: ContainerAction,
    pub standing: WorkloadStatus,
    pub reason: Option<String>,
    /// When to reconcile again even if nothing changes, in the machine's Unix milliseconds.
    pub wake_at_ms: Option<u64>,
}

/// The keys of attempts.
pub mod subject {
    use super::Slot;

    /// Warm replicas have their own, so that their failure delays no wanted replica.
    pub fn make(warm: bool) -> &'static str {
        if warm { "make warm" } else { "make" }
    }

    pub fn image(reference: &str) -> String {
        format!("image {reference}")
    }
    pub fn slot(slot: &Slot) -> String {
        format!("start {} {}", slot.replica, slot.service)
    }
}

impl Attempt {
    /// When to try again, in the machine's Unix milliseconds.
    pub fn due(&self) -> u64 {
        self.at_ms.saturating_add(pause(self.failures))
    }
}

/// The backoff after this many failures in a row, in milliseconds. There is none after the first end of a container
/// that ran, because most are accidents.
fn pause(failures: u32) -> u64 {
    match failures {
        0 => 0,
        n => FIRST_PAUSE_MS.saturating_mul(1 << (n - 1).min(16)).min(LONGEST_PAUSE_MS),
    }
}

/// The next action for a lease. `now_ms` is the machine's clock.
pub fn reconcile(desired: &Desired<'_>, observed: &Observed, now_ms: u64) -> Reconciliation {
    match (desired.phase, &desired.manifest) {
        (DesiredPhase::Remove { volumes }, _) => remove(observed, volumes),
        (DesiredPhase::Pause, _) => hold(observed),
        (DesiredPhase::Run, ManifestState::Awaited) => {
            rest(WorkloadStatus::Awaiting, "the tenant has not sent the manifest yet")
        }
        (DesiredPhase::Run, ManifestState::Draining) => rest(
            WorkloadStatus::Awaiting,
            "the provider drains before maintenance and takes no new leases; nothing is charged: close the lease, or wait",
        ),
        (DesiredPhase::Run, ManifestState::Impossible(reason)) => rest(WorkloadStatus::Failing, reason),
        (DesiredPhase::Run, ManifestState::Ready(manifest)) => run(manifest, desired, observed, now_ms),
    }
}

fn remove(observed: &Observed, volumes: bool) -> Reconciliation {
    let containers: Vec<_> = observed.containers.iter().filter(|seen| seen.state != ContainerState::Removing).collect();
    let action = if !containers.is_empty() {
        ContainerAction::Remove { containers: highest_first(containers) }
    } else if !observed.containers.is_empty() {
        ContainerAction::Rest
    } else if observed.networks > 0 {
        ContainerAction::RemoveNetwork
    } else if volumes && !observed.volumes.is_empty() {
        ContainerAction::RemoveVolumes { volumes: observed.volumes.iter().cloned().collect() }
    } else {
        return Reconciliation {
            action: ContainerAction::Rest,
            standing: WorkloadStatus::Removed,
            reason: None,
            wake_at_ms: None,
        };
    };
    Reconciliation { action, standing: WorkloadStatus::Removing, reason: None, wake_at_ms: None }
}

fn hold(observed: &Observed) -> Reconciliation {
    let running: Vec<_> = observed.containers.iter().filter(|seen| seen.state == ContainerState::Running).collect();
    let action = if running.is_empty() {
        ContainerAction::Rest
    } else {
        ContainerAction::Stop { containers: highest_first(running) }
    };
    let reason = "the lease's funds are exhausted; a top-up starts it again, with its volumes".to_owned();
    Reconciliation { action, standing: WorkloadStatus::Paused, reason: Some(reason), wake_at_ms: None }
}

fn run(manifest: &Manifest, desired: &Desired<'_>, observed: &Observed, now_ms: u64) -> Reconciliation {
    let replicas = desired.replicas;
    let kept = replicas.saturating_add(desired.warm);
    if observed.networks > 1 {
        return act(ContainerAction::RemoveSurplusNetworks, WorkloadStatus::Preparing);
    }
    let surplus = |seen: &&ObservedContainer| {
        let wanted =
            seen.slot.replica < replicas || (seen.slot.replica < kept && seen.state == ContainerState::Created);
        let known = manifest.services.contains_key(&seen.slot.service);
        (!wanted || !known || seen.state == ContainerState::Dead) && seen.state != ContainerState::Removing
    };
    let surplus: Vec<_> = observed.containers.iter().filter(surplus).collect();
    if !surplus.is_empty() {
        return act(ContainerAction::Remove { containers: highest_first(surplus) }, WorkloadStatus::Starting);
    }

    let present: BTreeMap<&Slot, &ObservedContainer> =
        observed.containers.iter().map(|seen| (&seen.slot, seen)).collect();
    let order = manifest.in_order();
    let slot = |replica: u16, service: &str| Slot { replica, service: service.to_owned() };
    let slots = |replicas: Range<u16>| replicas.flat_map(|r| order.iter().map(move |name| slot(r, name)));
    let missing = |slot: &Slot| !present.contains_key(slot);
    let mut blockers = Blockers::default();
    let (mut start, mut stop) = (Vec::new(), Vec::new());
    for slot in slots(0..replicas) {
        let Some(seen) = present.get(&slot) else { continue };
        match next_step(manifest, seen, &present, observed, now_ms, &mut blockers) {
            ContainerStep::Start => start.push((seen.id.clone(), slot)),
            ContainerStep::Stop => stop.push((seen.id.clone(), slot)),
            ContainerStep::Leave => {}
        }
    }
    // What is created already need not wait for what is not.
    let whole = observed.networks == 1 && manifest.volumes.is_subset(&observed.volumes);
    if whole && !start.is_empty() {
        return act(ContainerAction::Start { containers: start }, WorkloadStatus::Starting);
    }
    let unmade: Vec<Slot> = slots(0..replicas).filter(missing).collect();
    if replicas > 0
        && let Some(decision) = prepare(manifest, &unmade, false, observed, now_ms)
    {
        return decision;
    }
    if !stop.is_empty() {
        return Reconciliation {
            reason: blockers.reason,
            ..act(ContainerAction::Stop { containers: stop }, WorkloadStatus::Failing)
        };
    }
    let standing = match (blockers.failing, ready_replicas(manifest, replicas, &observed.containers) == replicas) {
        (_, true) => WorkloadStatus::Running,
        (true, false) => WorkloadStatus::Failing,
        (false, false) => WorkloadStatus::Starting,
    };
    let reason = blockers.reason.filter(|_| standing != WorkloadStatus::Running);
    let cold: Vec<Slot> = slots(replicas..kept).filter(missing).collect();
    if standing == WorkloadStatus::Running
        && !cold.is_empty()
        && let Some(next) = prepare(manifest, &cold, true, observed, now_ms)
    {
        let wake_at_ms = next.wake_at_ms.into_iter().chain(blockers.wake_at_ms).min();
        return Reconciliation { action: next.action, standing, reason, wake_at_ms };
    }
    Reconciliation { action: ContainerAction::Rest, standing, reason, wake_at_ms: blockers.wake_at_ms }
}

/// Creates images, network, volumes and containers that are missing; none when nothing is.
fn prepare(
    manifest: &Manifest,
    missing: &[Slot],
    warm: bool,
    observed: &Observed,
    now_ms: u64,
) -> Option<Reconciliation> {
    let images: BTreeSet<&String> = missing.iter().map(|slot| &manifest.services[&slot.service].image).collect();
    let unknown: Vec<&String> = images.into_iter().filter(|image| !observed.images.contains(*image)).collect();
    if !unknown.is_empty() {
        let attempt = |image: &&String| observed.attempts.get(&subject::image(image));
        let due = |image: &&String| attempt(image).is_none_or(|attempt| attempt.due() <= now_ms);
        let images: Vec<String> = unknown.iter().copied().filter(due).cloned().collect();
        if images.is_empty() {
            let failed: Vec<_> = unknown.iter().filter_map(attempt).collect();
            return Some(failing(&failed));
        }
        return Some(act(ContainerAction::Resolve { images }, WorkloadStatus::Preparing));
    }
    let volumes: Vec<String> = manifest.volumes.difference(&observed.volumes).cloned().collect();
    let network = observed.networks == 0;
    if missing.is_empty() && volumes.is_empty() && !network {
        return None;
    }
    match observed.attempts.get(subject::make(warm)) {
        Some(attempt) if attempt.due() > now_ms => Some(failing(&[attempt])),
        _ => Some(act(
            ContainerAction::Make { network, volumes, containers: missing.to_vec(), warm },
            WorkloadStatus::Preparing,
        )),
    }
}

/// The attempt to record before a container that ended is started again; `None` for a first start.
pub fn restart(seen: &ObservedContainer, before: Option<&Attempt>, now_ms: u64) -> Option<Attempt> {
    if seen.state != ContainerState::Exited {
        return None;
    }
    let stable = seen.finished_at_ms.saturating_sub(seen.started_at_ms) >= STABLE_MS;
    let failures = before.map_or(0, |attempt| attempt.failures);
    let failures = if stable { 1 } else { failures.saturating_add(1) };
    Some(Attempt { failures, at_ms: now_ms, reason: None })
}

/// Whether it is a job that completed successfully.
fn done(manifest: &Manifest, seen: &ObservedContainer) -> bool {
    seen.state == ContainerState::Exited && seen.exit_code == Some(0) && manifest.is_job(&seen.slot.service)
}

/// How many of the first `replicas` are ready.
pub fn ready_replicas(manifest: &Manifest, replicas: u16, containers: &[ObservedContainer]) -> u16 {
    ready(manifest, replicas, containers).len() as u16
}

/// Which of the first `replicas` have every service up: running, and healthy where there is a check.
pub fn ready(manifest: &Manifest, replicas: u16, containers: &[ObservedContainer]) -> BTreeSet<u16> {
    let ready = |seen: &ObservedContainer| {
        let up = seen.state == ContainerState::Running
            && matches!(seen.health, ContainerHealth::None | ContainerHealth::Healthy);
        up || done(manifest, seen)
    };
    let mut up: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for seen in containers.iter().filter(|seen| seen.slot.replica < replicas && ready(seen)) {
        up.entry(seen.slot.replica).or_default().insert(&seen.slot.service);
    }
    let whole = |services: &BTreeSet<&str>| manifest.services.keys().all(|name| services.contains(name.as_str()));
    up.into_iter().filter(|(_, services)| whole(services)).map(|(replica, _)| replica).collect()
}

fn highest_first(mut containers: Vec<&ObservedContainer>) -> Vec<(String, Slot)> {
    containers.sort_by(|a, b| b.slot.cmp(&a.slot));
    containers.into_iter().map(|seen| (seen.id.clone(), seen.slot.clone())).collect()
}

fn act(action: ContainerAction, standing: WorkloadStatus) -> Reconciliation {
    Reconciliation { action, standing, reason: None, wake_at_ms: None }
}

fn rest(standing: WorkloadStatus, reason: &str) -> Reconciliation {
    Reconciliation { action: ContainerAction::Rest, standing, reason: Some(reason.to_owned()), wake_at_ms: None }
}

fn failing(attempts: &[&Attempt]) -> Reconciliation {
    Reconciliation {
        action: ContainerAction::Rest,
        standing: WorkloadStatus::Failing,
        reason: attempts.iter().find_map(|attempt| attempt.reason.clone()),
        wake_at_ms: attempts.iter().map(|attempt| attempt.due()).min(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
