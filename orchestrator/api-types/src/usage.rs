//! What a lease uses.

use crate::schema::HexText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Cumulative counters since the lease was opened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseUsageView {
    #[schema(value_type = HexText)]
    pub lease: String,
    /// Healthy replicas × seconds.
    pub replica_seconds: u64,
    pub cpu_nanos: String,
    pub memory_byte_seconds: String,
    pub network_bytes: String,
    /// When the counters were last read, Unix milliseconds of the provider's clock.
    pub sampled_at_ms: u64,
    pub samples: Vec<UsageSampleView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSampleView {
    pub at_ms: u64,
    pub replica_seconds: u64,
    pub cpu_nanos: String,
    pub memory_byte_seconds: String,
    pub network_bytes: String,
}

/// A lease's use over time, one array a column, oldest first: means between one time and the one before.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSeriesView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: Vec<u64>,
    /// Cores used.
    pub cpu: Vec<f64>,
    pub memory_bytes: Vec<f64>,
    /// Bytes a second.
    pub network: Vec<f64>,
    /// Ready replicas.
    pub replicas: Vec<f64>,
}

/// A lease's use between one sample and the one before, and what came for it through the gateway meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveUsageView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    /// Cores used.
    pub cpu: f64,
    pub memory_bytes: f64,
    /// Bytes a second.
    pub network: f64,
    /// Ready replicas.
    pub replicas: f64,
    /// Requests a second; none for a lease of which none ever came through the gateway.
    #[schema(required)]
    pub requests: Option<f64>,
    /// Of those, what the gateway answered itself because no replica did.
    #[schema(required)]
    pub failed: Option<f64>,
    /// Held until a replica is there for them.
    #[schema(required)]
    pub waiting: Option<u32>,
    /// Under way at replicas.
    #[schema(required)]
    pub in_flight: Option<u32>,
    /// The 99th percentile over the last ten seconds, in seconds.
    #[schema(required)]
    pub latency: Option<f64>,
}
