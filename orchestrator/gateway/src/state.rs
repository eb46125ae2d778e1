//! What the gateway's requests share: its limits, the current route table, and the wakeup of the scale stage.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::route::RouteTable;
use driver::Wakeup;

/// Timeouts and bounds of requests and connections.
#[derive(Debug, Clone)]
pub struct GatewayLimits {
    /// Timeout of a connection to a replica.
    pub connect: Duration,
    /// The same while the service has another replica to try.
    pub connect_first: Duration,
    /// Timeout of a response's head, where the manifest sets none.
    pub head: Duration,
    /// How long a body may be idle, in either direction. A tunnel has no idle timeout.
    pub idle: Duration,
    /// How long a request may wait for the first replica.
    pub hold: Duration,
    /// How long a request may wait for a replica with free capacity.
    pub queue: Duration,
    /// Queued requests of one lease.
    pub waiting: u32,
    /// Requests of one lease in flight.
    pub in_flight: u32,
    /// Concurrent requests at one replica, where the manifest sets none.
    pub concurrency: u32,
    /// Bytes of a request's head.
    pub header_bytes: usize,
    /// Timeout of a request's head, and of an idle client connection.
    pub header_time: Duration,
    /// Client connections.
    pub connections: usize,
    /// Concurrent streams of one HTTP/2 connection.
    pub streams: u32,
}

impl Default for GatewayLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            connect_first: Duration::from_millis(90),
            head: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            hold: Duration::from_secs(60),
            queue: Duration::from_secs(5),
            waiting: 1024,
            in_flight: 16_384,
            concurrency: 512,
            header_bytes: 64 * 1024,
            header_time: Duration::from_secs(30),
            connections: 16_384,
            streams: 256,
        }
    }
}

pub(super) struct GatewayState {
    /// In lower case.
    pub(super) domain: String,
    pub(super) limits: GatewayLimits,
    /// Replaced as a whole by each refresh.
    pub(super) table: watch::Sender<Arc<RouteTable>>,
    /// Wakes the scale stage when demand surges.
    pub(super) surge: Wakeup,
}
