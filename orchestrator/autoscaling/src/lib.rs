//! Decides how many replicas a lease should have: autoscalers behind one trait, and a simulator that back-tests them.
//!
//! An `Autoscaler` gets one `Observation` at a time, never the future, and answers with a `Decision`. It may keep
//! state between calls. The caller limits the wish to what the market would grant: see `shield`.
//!
//! The crate is pure: it has no I/O, no clock and nothing of the chain. A *policy* is the lease policy on chain, which
//! bounds an autoscaler (`Bounds`); in names that users type (`--policy`, `x-tidemark.scaling.policy`) it also names
//! an autoscaler.
//!
//! # Invariants
//!
//! The tests of `properties.rs` hold them for every autoscaler:
//!
//! - It is total: no observation makes it panic, and it never leaves the bounds.
//! - It is deterministic: the same observations give the same decisions, reasons included.
//! - What `shield::grant` grants a provider the contract does not refuse.

pub mod access;
pub mod adaptive;
pub mod catalog;
pub mod forecast;
pub mod generate;
pub mod hpa;
pub mod learning;
pub mod oracle;
pub mod plant;
pub mod plot;
pub mod predictive;
#[cfg(test)]
mod properties;
mod queueing;
pub mod scale_to_zero;
pub mod setup;
pub mod shadow;
pub mod shield;
pub mod simulator;
pub mod static_peak;
pub mod threshold;
pub mod trace;

use serde::{Deserialize, Serialize};

/// What an autoscaler observes at one moment: the present state, and what happened since the moment before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// Seconds, from a fixed origin. With Unix time the hour of the day and the day of the week follow from it.
    pub time: f64,
    /// Replicas that serve.
    pub ready: u32,
    /// Replicas that were requested and do not serve yet.
    pub starting: u32,
    /// CPU used of the CPU that ready replicas had; 1 is all of it. None when nothing was ready.
    pub utilization: Option<f64>,
    /// Requests that arrived per second. None where they are not counted.
    pub arrivals: Option<f64>,
    /// Requests that wait for a replica.
    pub waiting: f64,
    /// The 99th percentile of the response time, in seconds.
    pub latency: Option<f64>,
    /// Requests per second that one replica serves at full utilization; set by the tenant or learned.
    pub capacity: Option<f64>,
    /// Seconds from a decision until its replicas serve.
    pub delay: f64,
    /// What one replica costs an hour, in the currency that it is paid in.
    pub price: f64,
    pub bounds: Bounds,
}

/// What a tenant allows, and what its money covers. Percent and seconds, as in the lease's policy on chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    pub min: u32,
    pub max: u32,
    /// The most replicas that one step may add or remove.
    pub step: u32,
    /// Seconds between two steps.
    pub cooldown: u32,
    /// The target utilization.
    pub target: u32,
    /// Above it, capacity may grow.
    pub up: u32,
    /// Below it, capacity may shrink.
    pub down: u32,
    /// Replicas that a step may add beyond what proven demand justifies.
    pub headroom: u32,
    /// The most replicas that the lease's money covers.
    pub affordable: u32,
}

/// A wished replica count, and the reason, in words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    pub replicas: u32,
    pub reason: String,
}

/// Decides, from one observation after another, how many replicas there should be.
///
/// It is total: on an observation that makes no sense (not a number, no replicas, time that stops or goes back)
/// it keeps the count or goes to the bounds, and never panics.
pub trait Autoscaler: Send {
    fn decide(&mut self, seen: &Observation) -> Decision;
}

impl Observation {
    /// Replicas that are ready or starting.
    pub fn present(&self) -> u32 {
        self.ready.saturating_add(self.starting)
    }

    /// The demand in replicas' worth of work at full utilization. It is computed from requests where they and the
    /// capacity are known, because CPU that is fully used hides the demand beyond it; else from the CPU used. None when
    /// neither is known.
    pub fn demand(&self) -> Option<f64> {
        let sound = |value: f64| (value.is_finite() && value >= 0.0).then_some(value);
        let by_requests = match (self.arrivals.and_then(sound), self.capacity.and_then(sound)) {
            (Some(arrivals), Some(capacity)) if capacity > 0.0 => Some(arrivals / capacity),
            _ => None,
        };
        by_requests.or_else(|| Some(self.utilization.and_then(sound)? * f64::from(self.ready)))
    }
}

impl Bounds {
    /// Bounds without limits except these counts: those of a tenant's own agent.
    pub fn open(min: u32, max: u32) -> Self {
        let free = u32::MAX;
        Self { min, max, step: free, cooldown: 0, target: 70, up: 0, down: 100, headroom: free, affordable: free }
    }
}
