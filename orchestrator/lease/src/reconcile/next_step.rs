//! The step that one wanted container needs: a start, a stop, or none yet.

use std::collections::BTreeMap;

use super::{
    Attempt, ContainerHealth, ContainerState, Observed, ObservedContainer, STABLE_MS, Slot, done, pause, subject,
};
use crate::manifest::{Condition, Manifest};

/// A container that is unhealthy and has run this long is stopped, to be started again; it doubles with each failure.
const PATIENCE_MS: u64 = 60_000;
const LONGEST_PATIENCE_MS: u64 = 600_000;

/// The step for one container.
pub(super) enum ContainerStep {
    Start,
    Stop,
    Leave,
}

/// What keeps a lease from converging: the first reason, where a failure precedes a mere delay, and the earliest time
/// to reconcile again.
#[derive(Default)]
pub(super) struct Blockers {
    pub(super) reason: Option<String>,
    pub(super) failing: bool,
    pub(super) wake_at_ms: Option<u64>,
}

impl Blockers {
    fn until(&mut self, wake_at_ms: u64) {
        self.wake_at_ms = Some(self.wake_at_ms.map_or(wake_at_ms, |known| known.min(wake_at_ms)));
    }

    fn note(&mut self, failing: bool, reason: String) {
        if self.reason.is_none() || (failing && !self.failing) {
            self.reason = Some(reason);
        }
        self.failing |= failing;
    }
}

pub(super) fn next_step(
    manifest: &Manifest,
    seen: &ObservedContainer,
    present: &BTreeMap<&Slot, &ObservedContainer>,
    observed: &Observed,
    now_ms: u64,
    blockers: &mut Blockers,
) -> ContainerStep {
    let Slot { replica, service } = &seen.slot;
    let name = format!("service {service} of replica {replica}");
    let attempt = observed.attempts.get(&subject::slot(&seen.slot));
    let failures = attempt.map_or(0, |attempt| attempt.failures);
    match seen.state {
        ContainerState::Running if seen.health == ContainerHealth::Unhealthy => {
            let patience = PATIENCE_MS.saturating_mul(1 << failures.min(4)).min(LONGEST_PATIENCE_MS);
            let deadline = seen.started_at_ms.saturating_add(patience);
            blockers.note(true, format!("{name} is unhealthy{}", detail(seen)));
            if seen.started_at_ms > 0 && deadline <= now_ms {
                return ContainerStep::Stop;
            }
            blockers.until(deadline);
        }
        ContainerState::Running if seen.health == ContainerHealth::Starting => {
            blockers.note(false, format!("{name} is not healthy yet"))
        }
        ContainerState::Running | ContainerState::Removing | ContainerState::Dead => {}
        ContainerState::Paused => blockers.note(true, format!("{name} is paused by the provider")),
        ContainerState::Exited if done(manifest, seen) => {}
        ContainerState::Created | ContainerState::Exited => {
            if let Some(reason) = held_back(manifest, seen, present) {
                blockers.note(false, format!("{name} waits for {reason}"));
                return ContainerStep::Leave;
            }
            let due = due(seen, attempt);
            if due <= now_ms {
                return ContainerStep::Start;
            }
            let what = match (attempt.and_then(|attempt| attempt.reason.as_deref()), seen.exit_code) {
                (Some(reason), _) => format!("{name} does not start: {reason}"),
                (None, Some(code)) => format!("{name} ended with exit code {code}{}", detail(seen)),
                (None, None) => format!("{name} ended"),
            };
            blockers.note(
                true,
                format!("{what}; {} times in a row, and it is started again with growing pauses", failures + 1),
            );
            blockers.until(due);
        }
    }
    ContainerStep::Leave
}

fn detail(seen: &ObservedContainer) -> String {
    seen.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default()
}

/// When a container that does not run may be started, in Unix milliseconds.
fn due(seen: &ObservedContainer, attempt: Option<&Attempt>) -> u64 {
    let Some(attempt) = attempt else { return 0 };
    if seen.state == ContainerState::Exited && attempt.reason.is_none() {
        let stable = seen.finished_at_ms.saturating_sub(seen.started_at_ms) >= STABLE_MS;
        return if stable { 0 } else { seen.finished_at_ms.saturating_add(pause(attempt.failures)) };
    }
    attempt.due()
}

/// The dependency that a container still waits for, with the awaited condition.
fn held_back(
    manifest: &Manifest,
    seen: &ObservedContainer,
    present: &BTreeMap<&Slot, &ObservedContainer>,
) -> Option<String> {
    let service = manifest.services.get(&seen.slot.service)?;
    service.depends_on.iter().find_map(|(name, condition)| {
        let slot = Slot { replica: seen.slot.replica, service: name.clone() };
        let other = present.get(&slot);
        let (met, wanted) = match condition {
            Condition::Started => {
                let met = |other: &&ObservedContainer| other.state == ContainerState::Running || done(manifest, other);
                (other.is_some_and(|other| met(other) || other.started_at_ms > 0), "to start")
            }
            Condition::Healthy => {
                let met = |other: &&ObservedContainer| {
                    other.state == ContainerState::Running && other.health == ContainerHealth::Healthy
                };
                (other.is_some_and(met), "to be healthy")
            }
            Condition::CompletedSuccessfully => (other.is_some_and(|other| done(manifest, other)), "to complete"),
        };
        (!met).then(|| format!("{name} {wanted}"))
    })
}
