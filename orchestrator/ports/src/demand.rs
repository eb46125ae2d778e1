//! The gateway as other crates see it. The API and the autoscaler read what comes in (`DemandSource`); the container
//! stage drains a replica before it stops it (`Upstreams`).

use std::time::Duration;

use alloy::primitives::B256;
use async_trait::async_trait;

/// The requests to a lease.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Demand {
    /// Requests since the gateway started; a counter that restarts at 0 with the process.
    pub arrived: u64,
    /// Of those, requests that the gateway answered itself because no replica did: 502, 503, 504.
    pub failed: u64,
    /// Requests in flight at replicas.
    pub in_flight: u32,
    /// Requests queued until a replica has capacity.
    pub waiting: u32,
    /// The 99th percentile of the seconds to the head of a response, over the last ten seconds; none without a
    /// response.
    pub latency: Option<f64>,
}

pub trait DemandSource: Send + Sync + 'static {
    /// None for a lease that has never had a request.
    fn demand(&self, lease: B256) -> Option<Demand>;
}

#[async_trait]
pub trait Upstreams: DemandSource {
    /// Sends a replica no new requests and waits until those in flight have ended, at most for `patience`. Returns how
    /// many are still in flight.
    async fn drain(&self, lease: B256, replica: u16, patience: Duration) -> u32;
}
