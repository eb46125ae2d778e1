//! Active health checks: a TCP connection to replicas that are ejected or have not responded for a second.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use tokio::{net::TcpStream, time::timeout};

use super::{
    route::RouteTable,
    upstream::{Upstream, monotonic_ms},
};

const PROBE_TIMEOUT: Duration = Duration::from_millis(500);
const CONCURRENT_PROBES: usize = 64;

/// Probes what is due, of leases with recent requests only.
pub(super) async fn check(table: &RouteTable) {
    let now_ms = monotonic_ms();
    let active = table.routes.iter().filter(|route| route.traffic.is_recent());
    let due = active.flat_map(|route| &route.upstreams).filter(|upstream| upstream.needs_probe(now_ms));
    let probes: Vec<_> = due.cloned().map(probe).collect();
    stream::iter(probes).buffer_unordered(CONCURRENT_PROBES).collect::<()>().await;
}

async fn probe(upstream: Arc<Upstream>) {
    match timeout(PROBE_TIMEOUT, TcpStream::connect(upstream.address)).await {
        Ok(Ok(_)) => upstream.record_reachable(),
        Ok(Err(_)) | Err(_) => upstream.record_unreachable(),
    }
}
