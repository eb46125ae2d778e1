//! A constant count: capacity for the peak.

use super::{Autoscaler, Decision, Observation};

/// Always this many replicas.
#[derive(Debug, Clone, Copy)]
pub struct StaticPeak {
    replicas: u32,
}

/// An autoscaler of a constant count; the caller passes how many the peak needs.
pub fn static_peak(replicas: u32) -> StaticPeak {
    StaticPeak { replicas }
}

impl Autoscaler for StaticPeak {
    fn decide(&mut self, _: &Observation) -> Decision {
        Decision { replicas: self.replicas, reason: format!("{} replicas serve the peak", self.replicas) }
    }
}
