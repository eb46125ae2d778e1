//! How many replicas a lease should have: policies behind one trait. Pure: no I/O, no clock, nothing of the chain.
//!
//! A [`Autoscaler`] sees one [`Observation`] at a time, never the future, and answers with a [`Decision`]. It may remember what
//! it saw. Whoever asks keeps it within what the market would grant: see [`shield`].

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

/// What a policy sees at one moment: how it stands, and what happened since the moment before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// Seconds, from an origin that stays. The hour of the day and the day of the week follow from it when it is Unix time.
    pub time: f64,
    /// Replicas that serve.
    pub ready: u32,
    /// Replicas that were asked for and do not serve yet.
    pub starting: u32,
    /// CPU used of the CPU that ready replicas had; 1 is all of it. None when nothing was ready.
    pub utilization: Option<f64>,
    /// Requests that arrived per second. None where nobody counts them.
    pub arrivals: Option<f64>,
    /// Requests that wait for a replica.
    pub waiting: f64,
    /// The 99th percentile of the time to an answer, in seconds.
    pub latency: Option<f64>,
    /// Requests per second that one replica serves at full utilization; told by the tenant or learned.
    pub capacity: Option<f64>,
    /// Seconds from a decision until its replicas serve.
    pub delay: f64,
    /// What one replica costs an hour, in whatever it is paid in.
    pub price: f64,
    pub bounds: Bounds,
}

/// What a tenant allows, and what its money covers. Percent and seconds, as in the lease's policy on chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    pub min: u32,
    pub max: u32,
    /// The most replicas that one step may add or take.
    pub step: u32,
    /// Seconds between two steps.
    pub cooldown: u32,
    /// The utilization that is aimed at.
    pub target: u32,
    /// Above it, capacity may grow.
    pub up: u32,
    /// Below it, capacity may shrink.
    pub down: u32,
    /// Replicas that a step may add beyond what proven demand wants.
    pub headroom: u32,
    /// The most replicas that the lease's money covers.
    pub affordable: u32,
}

/// How many replicas there should be, and why, in words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    pub replicas: u32,
    pub reason: String,
}

/// Decides, from one observation after another, how many replicas there should be.
///
/// It is total: on an observation that makes no sense (not a number, no replicas, time that stands or goes back) it stays
/// where it is or at the bounds, and never panics.
pub trait Autoscaler: Send {
    fn decide(&mut self, seen: &Observation) -> Decision;
}

impl Observation {
    /// Replicas that are there or coming.
    pub fn present(&self) -> u32 {
        self.ready.saturating_add(self.starting)
    }

    /// The demand in replicas' worth of work at full utilization. From requests where they and the capacity are known,
    /// because CPU that is all used hides what more was wanted; else from the CPU used. None when neither is known.
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
    /// Nothing is forbidden but to leave these counts: what a tenant's own agent works under.
    pub fn open(min: u32, max: u32) -> Self {
        let free = u32::MAX;
        Self { min, max, step: free, cooldown: 0, target: 70, up: 0, down: 100, headroom: free, affordable: free }
    }
}
