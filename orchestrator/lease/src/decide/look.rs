//! What one wanted container needs: to be started, to be stopped, or to be waited for.

use std::collections::BTreeMap;

use super::{Attempt, Health, Observed, STABLE_MS, Seen, Slot, State, done, pause, subject};
use crate::manifest::{Condition, Manifest};

/// A container that is unhealthy and has run this long is stopped, to be started again; it doubles with each failure.
const PATIENCE_MS: u64 = 60_000;
const LONGEST_PATIENCE_MS: u64 = 600_000;

/// What to do about one container.
pub(super) enum Step {
    Start,
    Stop,
    Leave,
}

/// What keeps a lease from being settled: the first reason, a failure before a mere delay; the earliest time to look again.
#[derive(Default)]
pub(super) struct Waits {
    pub(super) reason: Option<String>,
    pub(super) failing: bool,
    pub(super) wake_at_ms: Option<u64>,
}

impl Waits {
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

pub(super) fn look(
    manifest: &Manifest,
    seen: &Seen,
    present: &BTreeMap<&Slot, &Seen>,
    observed: &Observed,
    now_ms: u64,
    waits: &mut Waits,
) -> Step {
    let Slot { replica, service } = &seen.slot;
    let name = format!("service {service} of replica {replica}");
    let attempt = observed.attempts.get(&subject::slot(&seen.slot));
    let failures = attempt.map_or(0, |attempt| attempt.failures);
    match seen.state {
        State::Running if seen.health == Health::Unhealthy => {
            let patience = PATIENCE_MS.saturating_mul(1 << failures.min(4)).min(LONGEST_PATIENCE_MS);
            let deadline = seen.started_at_ms.saturating_add(patience);
            waits.note(true, format!("{name} is unhealthy{}", detail(seen)));
            if seen.started_at_ms > 0 && deadline <= now_ms {
                return Step::Stop;
            }
            waits.until(deadline);
        }
        State::Running if seen.health == Health::Starting => waits.note(false, format!("{name} is not healthy yet")),
        State::Running | State::Removing | State::Dead => {}
        State::Paused => waits.note(true, format!("{name} is paused by the provider")),
        State::Exited if done(manifest, seen) => {}
        State::Created | State::Exited => {
            if let Some(reason) = held_back(manifest, seen, present) {
                waits.note(false, format!("{name} waits for {reason}"));
                return Step::Leave;
            }
            let due = due(seen, attempt);
            if due <= now_ms {
                return Step::Start;
            }
            let what = match (attempt.and_then(|attempt| attempt.reason.as_deref()), seen.exit_code) {
                (Some(reason), _) => format!("{name} does not start: {reason}"),
                (None, Some(code)) => format!("{name} ended with exit code {code}{}", detail(seen)),
                (None, None) => format!("{name} ended"),
            };
            waits.note(
                true,
                format!("{what}; {} times in a row, and it is started again with growing pauses", failures + 1),
            );
            waits.until(due);
        }
    }
    Step::Leave
}

fn detail(seen: &Seen) -> String {
    seen.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default()
}

/// When a container that does not run may be started.
fn due(seen: &Seen, attempt: Option<&Attempt>) -> u64 {
    let Some(attempt) = attempt else { return 0 };
    if seen.state == State::Exited && attempt.reason.is_none() {
        let stable = seen.finished_at_ms.saturating_sub(seen.started_at_ms) >= STABLE_MS;
        return if stable { 0 } else { seen.finished_at_ms.saturating_add(pause(attempt.failures)) };
    }
    attempt.due()
}

/// The dependency that a container still waits for.
fn held_back(manifest: &Manifest, seen: &Seen, present: &BTreeMap<&Slot, &Seen>) -> Option<String> {
    let service = manifest.services.get(&seen.slot.service)?;
    service.depends_on.iter().find_map(|(name, condition)| {
        let slot = Slot { replica: seen.slot.replica, service: name.clone() };
        let other = present.get(&slot);
        let (met, wanted) = match condition {
            Condition::Started => {
                let met = |other: &&Seen| other.state == State::Running || done(manifest, other);
                (other.is_some_and(|other| met(other) || other.started_at_ms > 0), "to start")
            }
            Condition::Healthy => {
                let met = |other: &&Seen| other.state == State::Running && other.health == Health::Healthy;
                (other.is_some_and(met), "to be healthy")
            }
            Condition::CompletedSuccessfully => (other.is_some_and(|other| done(manifest, other)), "to complete"),
        };
        (!met).then(|| format!("{name} {wanted}"))
    })
}
