//! The guard of one request at one replica.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{traffic::LeaseTraffic, upstream::Upstream};

/// Counts a request as in flight, at the upstream and for the lease, until it is dropped. Then it wakes one queued request.
pub(super) struct InFlight {
    pub(super) upstream: Arc<Upstream>,
    traffic: Arc<LeaseTraffic>,
    freed: Arc<Notify>,
}

impl InFlight {
    /// The upstream must have admitted the request ([`Upstream::try_enter`]).
    pub(super) fn new(upstream: Arc<Upstream>, traffic: Arc<LeaseTraffic>, freed: Arc<Notify>) -> Self {
        traffic.enter();
        Self { upstream, traffic, freed }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.upstream.leave();
        self.traffic.leave();
        if self.traffic.waiting() > 0 {
            self.freed.notify_one();
        }
    }
}
