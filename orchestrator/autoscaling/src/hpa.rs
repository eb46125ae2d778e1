//! The Kubernetes HorizontalPodAutoscaler, `autoscaling/v2`, as a reference.
//!
//! Follows the documentation (kubernetes.io, "Horizontal Pod Autoscaling"), and where that is silent the controller
//! (`pkg/controller/podautoscaler`: `replica_calculator.go`, `horizontal.go`): desired = ⌈replicas × metric / target⌉,
//! no step within a tolerance of 10 %, replicas that do not serve yet counted as idle when growing, then the
//! stabilization windows and scaling policies of `behavior`. As in Kubernetes, CPU never requests fewer than
//! one replica; unlike there, a count of zero does not disable it: it is below the minimum and is raised to it.

pub mod behavior;
#[cfg(test)]
mod tests;

use super::{Autoscaler, Decision, Observation};
use behavior::{Behavior, History};

/// A ratio of metric and target this close to one changes nothing (`--horizontal-pod-autoscaler-tolerance`).
const TOLERANCE: f64 = 0.1;
/// Seconds without a request after which KEDA removes the last replica (`cooldownPeriod`).
const IDLE: f64 = 300.0;

/// The metric, and its target in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Metric {
    /// CPU used of the CPU that ready replicas have, averaged over them, in whole percent as in Kubernetes.
    Utilization(u32),
    /// Requests per second and replica, of what a replica can serve.
    Requests(u32),
}

/// One autoscaler with its history of recommendations and steps.
#[derive(Debug, Clone)]
pub struct Hpa {
    metric: Metric,
    behavior: Behavior,
    history: History,
    /// The time of the last request.
    active: Option<f64>,
}

/// The autoscaler on CPU utilization with this target in percent.
pub fn hpa(target: u32) -> Hpa {
    Hpa::new(Metric::Utilization(target), Behavior::default())
}

/// KEDA on requests per second: an external metric of type `AverageValue`, this percentage of what a replica can serve,
/// for the same autoscaler. KEDA itself removes the last replica after five minutes without requests, where zero is
/// allowed, and starts one at the first request.
pub fn keda(target: u32) -> Hpa {
    Hpa::new(Metric::Requests(target), Behavior::default())
}

impl Hpa {
    fn new(metric: Metric, behavior: Behavior) -> Self {
        Self { metric, behavior, history: History::default(), active: None }
    }

    /// The same with other stabilization windows and scaling policies.
    pub fn behaving(self, behavior: Behavior) -> Self {
        Self { behavior, ..self }
    }

    /// The count that the metric alone requests, and the metric in words; an error says why it is not known.
    fn desired(&self, seen: &Observation) -> Result<(u32, String), String> {
        match self.metric {
            Metric::Utilization(target) => {
                let used = seen.utilization.filter(|used| used.is_finite() && *used >= 0.0 && seen.ready > 0);
                let used = used.ok_or("no CPU of a ready replica is known")?;
                let said = format!("CPU at {:.0} % of a target of {target} %", used * 100.0);
                Ok((by_utilization(seen.ready, seen.starting, used, target), said))
            }
            Metric::Requests(target) => {
                let (requests, capacity) = requests(seen).ok_or("requests or what a replica serves are not known")?;
                let said = format!("{requests:.1} requests/s at a target of {target} % of {capacity:.1} a replica");
                Ok((by_requests(seen.present(), requests, capacity * f64::from(target.max(1)) / 100.0), said))
            }
        }
    }

    /// The fewest replicas that are requested: zero only by KEDA, when idle, where it is allowed.
    fn fewest(&mut self, seen: &Observation, now: f64) -> u32 {
        let busy = requests(seen).is_none_or(|(requests, _)| requests > 0.0) || seen.waiting > 0.0;
        let active = *self.active.get_or_insert(now);
        if busy || active > now {
            self.active = Some(now);
        }
        let resting = !busy && (seen.present() == 0 || now - active >= IDLE);
        match self.metric {
            Metric::Requests(_) if resting => seen.bounds.min,
            _ => seen.bounds.min.max(1),
        }
    }
}

impl Autoscaler for Hpa {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let current = seen.present();
        let now = self.history.see(seen.time, current);
        let most = seen.bounds.max.max(seen.bounds.min);
        let fewest = self.fewest(seen, now).min(most);
        if fewest == 0 {
            return Decision { replicas: 0, reason: "no requests, nothing is needed".to_owned() };
        }
        if current > most || current < fewest {
            let replicas = current.clamp(fewest, most);
            return Decision { replicas, reason: format!("{current} replicas are outside {fewest} to {most}") };
        }
        let (desired, said) = match self.desired(seen) {
            Ok(desired) => desired,
            Err(why) => return Decision { replicas: current, reason: format!("{why}: stay at {current}") },
        };
        let stable = self.behavior.stabilize(&mut self.history, current, desired);
        let replicas = self.behavior.limit(&self.history, current, stable).clamp(fewest, most);
        let held = if replicas == desired { String::new() } else { format!(", held to {replicas}") };
        Decision { replicas, reason: format!("{said} asks for {desired}{held}") }
    }
}

/// Requests per second, and how many of them a replica serves.
fn requests(seen: &Observation) -> Option<(f64, f64)> {
    let requests = seen.arrivals.filter(|requests| requests.is_finite() && *requests >= 0.0)?;
    let capacity = seen.capacity.filter(|capacity| capacity.is_finite() && *capacity > 0.0)?;
    Some((requests, capacity))
}

fn within_tolerance(ratio: f64) -> bool {
    (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio)
}

/// `GetResourceReplicas`: unready replicas are set aside, and count as idle where the others alone would grow the count.
fn by_utilization(ready: u32, unready: u32, used: f64, target: u32) -> u32 {
    let current = ready.saturating_add(unready);
    // A share such as 0.29 is not exact in binary; the nearest hundredth is meant.
    let percent = |used: f64| (used * 100.0 + 1e-9).floor();
    let target = f64::from(target.max(1));
    let ratio = percent(used) / target;
    if unready == 0 || ratio <= 1.0 {
        return if within_tolerance(ratio) { current } else { ceil(ratio * f64::from(ready)) };
    }
    let spread = percent(used * f64::from(ready) / f64::from(current)) / target;
    if within_tolerance(spread) || spread < 1.0 {
        return current;
    }
    ceil(spread * f64::from(current)).max(current)
}

/// `GetExternalPerPodMetricReplicas`: the sum over a target for each, unless all replicas together are near the target.
fn by_requests(current: u32, requests: f64, target: f64) -> u32 {
    let ratio = requests / (target * f64::from(current));
    if within_tolerance(ratio) { current } else { ceil(requests / target) }
}

fn ceil(count: f64) -> u32 {
    // A float beyond the type's range saturates.
    count.ceil() as u32
}
