//! The gate through which requests come to a lease's replicas: what the stages, and of its counts the API, may ask of the
//! gateway.

use std::time::Duration;

use alloy::primitives::B256;
use async_trait::async_trait;

/// What came in for a lease.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Demand {
    /// Requests since the gateway started; it begins again at 0 when the process does.
    pub arrived: u64,
    /// Of those, what the gateway answered itself because no replica did: 502, 503, 504.
    pub failed: u64,
    /// Under way at replicas.
    pub in_flight: u32,
    /// Held until a replica is there for them.
    pub waiting: u32,
    /// The 99th percentile of the seconds to the head of an answer, over the last ten seconds; none when there was no answer.
    pub latency: Option<f64>,
}

pub trait DemandSource: Send + Sync + 'static {
    /// None for a lease of which no request ever came.
    fn demand(&self, lease: B256) -> Option<Demand>;
}

#[async_trait]
pub trait Upstreams: DemandSource {
    /// Sends a replica no new requests and waits until those under way have ended, no longer than the patience.
    /// Returns how many are still under way.
    async fn drain(&self, lease: B256, replica: u16, patience: Duration) -> u32;
}
