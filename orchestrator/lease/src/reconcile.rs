//! What to do next for one lease, given what the chain wants and what the engine shows.
//!
//! One decision names one action: the things in it do not depend on each other and may be done at once. The stage does
//! them, looks again and asks again, until there is nothing to do or something to wait for. So it does not matter where a
//! process died: the next decision starts from what is there.
//!
//! Warm replicas are those beyond the wanted ones that are made and not started, so that a step up is a start and no making.
//! They serve nobody and use nothing, so whatever is wanted comes before them: they are made when every wanted replica is
//! ready, and what keeps them from being made keeps nothing else. A replica that has run is no warm one; what it wrote would
//! be there when it came up again. So a step down removes, and a new one is made when there is nothing else to do.
//!
//! Nothing here knows of unreachable worlds. Who cannot see must not ask: a decision to remove is only ever the answer to
//! a complete view.

mod next_step;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde::{Deserialize, Serialize};

use self::next_step::{Blockers, ContainerStep, next_step};
use super::manifest::Manifest;

/// A run this long, in milliseconds, was no failure: the next start is immediate again.
pub const STABLE_MS: u64 = 10_000;
/// Pause before the second of two restarts; it doubles with each failure.
const FIRST_PAUSE_MS: u64 = 1_000;
/// The longest pause between two attempts.
const LONGEST_PAUSE_MS: u64 = 60_000;

/// One service of one replica: the place of one container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    pub replica: u16,
    pub service: String,
}

/// What the chain, and the clock on it, want of a lease here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredPhase {
    Run,
    /// The funds are exhausted: stopped, with everything kept for a top-up.
    Pause,
    /// Closed, or out of funds for longer than the grace period, or taken back by a reorg.
    Remove {
        volumes: bool,
    },
}

/// Where the manifest is.
#[derive(Debug, Clone)]
pub enum ManifestState<'a> {
    Awaited,
    /// Whatever it is, it is not begun: the provider takes no new leases.
    Draining,
    /// It, or the lease's shape, cannot run here; with the reason.
    Impossible(String),
    Ready(&'a Manifest),
}

#[derive(Debug, Clone)]
pub struct Desired<'a> {
    pub phase: DesiredPhase,
    pub replicas: u16,
    /// Replicas beyond those that are made and not started.
    pub warm: u16,
    pub manifest: ManifestState<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    Created,
    Running,
    Exited,
    /// Frozen by a hand that is not ours.
    Paused,
    /// The engine is at it.
    Removing,
    /// The engine gave it up.
    Dead,
}

/// What the container's health check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerHealth {
    /// There is no check.
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
    /// What the engine adds to its state: that its memory ran out, what its last health check printed.
    pub detail: Option<String>,
    pub started_at_ms: u64,
    pub finished_at_ms: u64,
}

/// Something that was tried and failed, or that ended and was started again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// In a row; 0 is as good as no attempt.
    pub failures: u32,
    pub at_ms: u64,
    pub reason: Option<String>,
}

/// What there is of a lease: on the engine, and in memory.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// One, unless a process died while the engine made the first, or a hand that is not ours was at it.
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
    /// Turn references into the digests that will run, pulling what is not here.
    Resolve {
        images: Vec<String>,
    },
    /// Volumes first, then the network and the containers beside each other.
    Make {
        network: bool,
        volumes: Vec<String>,
        containers: Vec<Slot>,
        /// They are not to be started yet: a failure is not the lease's.
        warm: bool,
    },
    Start {
        containers: Vec<(String, Slot)>,
    },
    /// With the grace that the manifest gives.
    Stop {
        containers: Vec<(String, Slot)>,
    },
    /// Stop with grace, then remove; the highest replica first.
    Remove {
        containers: Vec<(String, Slot)>,
    },
    /// All but one, which may be in use.
    RemoveSurplusNetworks,
    RemoveNetwork,
    RemoveVolumes {
        volumes: Vec<String>,
    },
    /// Nothing until the engine, the chain or the clock brings news.
    Rest,
}

/// How a lease stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadStatus {
    /// The tenant has not sent the manifest, or the provider begins nothing new.
    Awaiting,
    Preparing,
    Starting,
    /// Every replica is ready.
    Running,
    /// It cannot come up, or does not stay up; the reason says why.
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
    /// When to look again though nothing happened, in the machine's Unix milliseconds.
    pub wake_at_ms: Option<u64>,
}

/// Names what an attempt was about.
pub mod subject {
    use super::Slot;

    /// Warm replicas have their own, so that their failure delays no other.
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
    /// When to try again.
    pub fn due(&self) -> u64 {
        self.at_ms.saturating_add(pause(self.failures))
    }
}

/// Milliseconds to wait after so many failures in a row: nothing after the first end of a container that ran, since most
/// are accidents.
fn pause(failures: u32) -> u64 {
    match failures {
        0 => 0,
        n => FIRST_PAUSE_MS.saturating_mul(1 << (n - 1).min(16)).min(LONGEST_PAUSE_MS),
    }
}

/// `now_ms` is the machine's clock.
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
    // What is made already need not wait for what is not.
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

/// Images, network, volumes and containers that are not there yet.
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

/// The attempt to write down before a container that ended is started again; `None` for a first start.
pub fn restart(seen: &ObservedContainer, before: Option<&Attempt>, now_ms: u64) -> Option<Attempt> {
    if seen.state != ContainerState::Exited {
        return None;
    }
    let stable = seen.finished_at_ms.saturating_sub(seen.started_at_ms) >= STABLE_MS;
    let failures = before.map_or(0, |attempt| attempt.failures);
    let failures = if stable { 1 } else { failures.saturating_add(1) };
    Some(Attempt { failures, at_ms: now_ms, reason: None })
}

/// A job that ended well.
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
