//! Autoscaling of a lease: what the autoscaler observed, decided and why.

use autoscaling::{Bounds, Observation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{HexText, ScalingOutcomeName};

/// The scaling of a lease.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScalingView {
    /// The lease's id.
    #[schema(value_type = HexText)]
    pub lease: String,
    /// The autoscaler, as the manifest names it.
    pub policy: String,
    /// The shadow autoscaler, whose decisions have no effect; null without one.
    #[schema(required)]
    pub shadow: Option<String>,
    /// The newest decision; null before the first.
    #[schema(required)]
    pub newest: Option<ScalingDecisionView>,
    /// Decisions that differed from the one before, newest first.
    pub rulings: Vec<ScalingDecisionView>,
    /// The comparison with the shadow autoscaler; null without one.
    #[schema(required)]
    pub compared: Option<ShadowComparisonView>,
}

/// A scaling decision with its inputs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScalingDecisionView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    /// The autoscaler.
    pub policy: String,
    /// What it observed.
    pub seen: ObservationView,
    pub bounds: BoundsView,
    /// The desired count on chain at that time.
    pub present: u32,
    /// The count that the autoscaler wants.
    pub wish: u32,
    /// The autoscaler's reason, for people.
    pub reason: String,
    /// The count that the bounds and the contract allow.
    pub granted: u32,
    /// Why less was granted than wanted; null when nothing limited it.
    #[schema(required)]
    pub bound: Option<String>,
    /// What followed.
    #[schema(value_type = ScalingOutcomeName)]
    pub outcome: String,
    /// The statement that justifies the step; null without one.
    #[schema(required)]
    pub evidence: Option<ScalingEvidenceView>,
}

/// What an autoscaler observes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservationView {
    /// Healthy replicas.
    pub ready: u32,
    /// Replicas that are not healthy yet.
    pub starting: u32,
    /// CPU used as a share of the CPU of the ready replicas, 0 to 1; null when it is unknown.
    #[schema(required)]
    pub utilization: Option<f64>,
    /// Requests per second; null without a gateway's count.
    #[schema(required)]
    pub arrivals: Option<f64>,
    /// Requests that waited for a replica.
    pub waiting: f64,
    /// 99th percentile, seconds; null without a response.
    #[schema(required)]
    pub latency: Option<f64>,
    /// Requests per second that one replica serves; null when it is unknown.
    #[schema(required)]
    pub capacity: Option<f64>,
    /// Seconds from a decision until its replicas are ready.
    pub delay: f64,
    /// Demand in replicas; null when it is unknown.
    #[schema(required)]
    pub demand: Option<f64>,
}

/// The bounds of a replica count.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoundsView {
    /// Of the lease policy.
    pub min: u32,
    /// Of the lease policy.
    pub max: u32,
    /// The most replicas that the lease's funds cover.
    pub affordable: u32,
}

/// The statement that justifies a step.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScalingEvidenceView {
    pub epoch: u64,
    /// The statement's time, Unix seconds.
    pub time: u64,
    /// Basis points.
    pub utilization: u16,
    /// The leaf's hash.
    #[schema(value_type = HexText)]
    pub leaf: String,
}

/// What the shadow autoscaler would have cost and achieved. Times are seconds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShadowComparisonView {
    /// The shadow autoscaler.
    pub policy: String,
    /// The length of the comparison.
    pub watched: f64,
    /// Replica-seconds under the effective autoscaler.
    pub replica_seconds: f64,
    /// Replica-seconds under the shadow autoscaler.
    pub shadow_replica_seconds: f64,
    /// How long demand exceeded the capacity of the ready replicas.
    pub short: f64,
    /// The same under the shadow autoscaler.
    pub shadow_short: f64,
    /// The count that the shadow autoscaler wants now.
    pub shadow_replicas: u32,
    /// Its reason, for people.
    pub shadow_reason: String,
    /// The extra cost of the effective autoscaler as a share of its cost; negative when it is cheaper.
    pub regret: f64,
}

/// An observation at a time: one line of a demand trace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemandView {
    /// Unix seconds of the provider's clock.
    pub time: f64,
    /// What the autoscaler observed.
    pub seen: ObservationView,
}

impl From<&Observation> for ObservationView {
    fn from(seen: &Observation) -> Self {
        Self {
            ready: seen.ready,
            starting: seen.starting,
            utilization: seen.utilization,
            arrivals: seen.arrivals,
            waiting: seen.waiting,
            latency: seen.latency,
            capacity: seen.capacity,
            delay: seen.delay,
            demand: seen.demand(),
        }
    }
}

impl From<&Bounds> for BoundsView {
    fn from(bounds: &Bounds) -> Self {
        Self { min: bounds.min, max: bounds.max, affordable: bounds.affordable }
    }
}

impl ObservationView {
    /// The autoscaler's input: this observation at a time, within bounds.
    pub fn observation(&self, time: f64, bounds: Bounds) -> Observation {
        Observation {
            time,
            ready: self.ready,
            starting: self.starting,
            utilization: self.utilization,
            arrivals: self.arrivals,
            waiting: self.waiting,
            latency: self.latency,
            capacity: self.capacity,
            delay: self.delay,
            price: 0.0,
            bounds,
        }
    }
}
