//! Metered usage of a lease.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::HexText;

/// The meter's cumulative counters since the lease was opened, with recent samples.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaseUsageView {
    /// The lease's id.
    #[schema(value_type = HexText)]
    pub lease: String,
    /// Seconds, summed over healthy replicas.
    pub replica_seconds: u64,
    /// CPU time, nanoseconds, decimal text.
    pub cpu_nanos: String,
    /// Memory use integrated over time, byte-seconds, decimal text.
    pub memory_byte_seconds: String,
    /// Bytes received and sent, decimal text.
    pub network_bytes: String,
    /// The last sample, Unix milliseconds of the provider's clock; 0 before the first.
    pub sampled_at_ms: u64,
    /// Oldest first.
    pub samples: Vec<UsageSampleView>,
}

/// A sample: the cumulative counters at a time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSampleView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    /// Seconds, summed over healthy replicas.
    pub replica_seconds: u64,
    /// CPU time, nanoseconds, decimal text.
    pub cpu_nanos: String,
    /// Byte-seconds, decimal text.
    pub memory_byte_seconds: String,
    /// Bytes received and sent, decimal text.
    pub network_bytes: String,
}

/// A time series of a lease's usage as columns of equal length, oldest first. Each value is the mean since the time before
/// it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSeriesView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: Vec<u64>,
    /// Cores.
    pub cpu: Vec<f64>,
    /// Bytes.
    pub memory_bytes: Vec<f64>,
    /// Bytes per second, received and sent.
    pub network: Vec<f64>,
    /// Healthy replicas.
    pub replicas: Vec<f64>,
}

/// A lease's mean usage between two samples, with its demand at the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveUsageView {
    /// Unix milliseconds of the provider's clock.
    pub at_ms: u64,
    /// Cores.
    pub cpu: f64,
    /// Bytes.
    pub memory_bytes: f64,
    /// Bytes per second, received and sent.
    pub network: f64,
    /// Healthy replicas.
    pub replicas: f64,
    /// Requests per second; null for a lease without a request since the process started. The same holds for the fields
    /// below.
    #[schema(required)]
    pub requests: Option<f64>,
    /// Requests per second to which no replica responded.
    #[schema(required)]
    pub failed: Option<f64>,
    /// Queued requests.
    #[schema(required)]
    pub waiting: Option<u32>,
    /// Requests in flight at replicas.
    #[schema(required)]
    pub in_flight: Option<u32>,
    /// 99th percentile of the last ten seconds, seconds; null without a response in that time.
    #[schema(required)]
    pub latency: Option<f64>,
}
