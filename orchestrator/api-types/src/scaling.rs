//! How a lease's capacity follows demand.

use crate::schema::{HexText, ScalingOutcomeName};
use autoscaling::{Bounds, Observation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a lease's capacity follows demand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScalingView {
    #[schema(value_type = HexText)]
    pub lease: String,
    /// Who decides, as the manifest names it.
    pub policy: String,
    /// Who decides beside it, without effect.
    #[schema(required)]
    pub shadow: Option<String>,
    /// None before the first.
    #[schema(required)]
    pub newest: Option<ScalingDecisionView>,
    /// Those that differed from the one before, newest first.
    pub rulings: Vec<ScalingDecisionView>,
    #[schema(required)]
    pub compared: Option<ShadowComparisonView>,
}

/// One decision about a lease, with all that it came from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScalingDecisionView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    pub policy: String,
    pub seen: ObservationView,
    pub bounds: BoundsView,
    /// How many replicas the chain wanted.
    pub present: u32,
    pub wish: u32,
    /// Why the policy wished it, in words and numbers.
    pub reason: String,
    pub granted: u32,
    /// What of the wish was not granted, and why.
    #[schema(required)]
    pub bound: Option<String>,
    /// `steady`, `held`, `proving` or `stepping`.
    #[schema(value_type = ScalingOutcomeName)]
    pub outcome: String,
    /// The statement by which a step was or would be taken.
    #[schema(required)]
    pub evidence: Option<ScalingEvidenceView>,
}

/// What a policy saw.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservationView {
    pub ready: u32,
    pub starting: u32,
    /// CPU used of the CPU that ready replicas had, 0 to 1.
    #[schema(required)]
    pub utilization: Option<f64>,
    /// Requests per second.
    #[schema(required)]
    pub arrivals: Option<f64>,
    /// Requests that waited for a replica.
    pub waiting: f64,
    /// 99th percentile of the seconds to an answer.
    #[schema(required)]
    pub latency: Option<f64>,
    /// Requests per second that one replica serves.
    #[schema(required)]
    pub capacity: Option<f64>,
    /// Seconds from a decision until its replicas serve.
    pub delay: f64,
    /// In replicas' worth of work.
    #[schema(required)]
    pub demand: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoundsView {
    pub min: u32,
    pub max: u32,
    /// The most replicas that the lease's money covered.
    pub affordable: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScalingEvidenceView {
    pub epoch: u64,
    /// The statement's.
    pub time: u64,
    /// Basis points.
    pub utilization: u16,
    #[schema(value_type = HexText)]
    pub leaf: String,
}

/// What following the policy beside would have cost. Times in seconds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShadowComparisonView {
    pub policy: String,
    pub watched: f64,
    pub replica_seconds: f64,
    pub shadow_replica_seconds: f64,
    /// For how long demand was more than the ready replicas could serve.
    pub short: f64,
    pub shadow_short: f64,
    pub shadow_replicas: u32,
    pub shadow_reason: String,
    /// What the policy in charge spent more, as a share of what it spent; negative when less.
    pub regret: f64,
}

/// What a policy saw until a time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemandView {
    /// Unix seconds of the provider's clock.
    pub time: f64,
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
    /// What an autoscaler is asked about: what was seen, at a time, within bounds.
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
