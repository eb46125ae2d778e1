//! The gateway: an HTTP reverse proxy in front of the replicas of this provider's leases.
//!
//! # Purpose
//!
//! Requests for `<service>-<lease>.<domain>`, or for `/<service>-<lease>/…` at the domain itself, arrive at one address and
//! are forwarded to one of the lease's healthy replicas. Replicas come and go under load without interrupting a request.
//!
//! # Theory of operation
//!
//! `discovery` builds a `route::RouteTable` from the store, whenever the container stage sends a wakeup and at least once a
//! second. `server` accepts connections. `proxy` finds a request's route (`target`) and `forward` sends the request to the less
//! loaded of two random replicas (`route`) over a pooled or a new connection (`connection`), with retries at other
//! replicas; `tunnel` does the same for WebSockets. A request waits in the `queue` while no replica admits it; each
//! admitted request holds a guard (`in_flight`). A failing replica is ejected for a while (`upstream`) and probed
//! (`health`). The counters of each lease (`traffic`) are the demand that its autoscaler reads.
//!
//! # Ground rules
//!
//! 1. The table follows from the store alone, so a new process needs no other state.
//! 2. No lock is held across an await, and no body is buffered whole.
//! 3. A request is retried only when the replica cannot have received it, or when it is idempotent.
//! 4. Every error response names its reason, in the API's form.
//! 5. Imports go one way: body, connection, upstream, in_flight, route, state, queue, forward and tunnel, proxy, server.
//!
//! TLS and the tenants' own domains belong between `server` and `proxy`: decrypted connections, and names that
//! `route::RouteTable::find` resolves in addition to labels.

mod body;
mod connection;
mod discovery;
mod error;
mod forward;
mod headers;
mod health;
mod in_flight;
mod latency;
mod proxy;
mod queue;
mod response;
mod route;
mod server;
pub mod state;
mod target;
mod traffic;
mod tunnel;
mod upstream;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::primitives::{Address, B256};
use anyhow::Context;
use async_trait::async_trait;
use futures::future::join_all;
use tokio::{
    net::TcpListener,
    sync::{Mutex, watch},
};

use self::{
    discovery::Discovery,
    state::{GatewayLimits, GatewayState},
};
use driver::Wakeup;
use ports::{
    demand::{Demand, DemandSource, Upstreams},
    subnet::Subnet,
};
use store::Store;

/// The longest time between two refreshes of the table.
const REFRESH_PERIOD: Duration = Duration::from_secs(1);
/// The shortest time between them, so that a burst of wakeups is one refresh.
const MIN_REFRESH_PERIOD: Duration = Duration::from_millis(20);
/// The period of health checks, retry budgets and connection pools.
const MAINTENANCE_PERIOD: Duration = Duration::from_secs(1);
/// How long a drained replica stays closed after its drain has ended, for the case that it is not stopped.
const DRAINED_FOR: Duration = Duration::from_secs(30);

pub struct Gateway {
    state: Arc<GatewayState>,
    discovery: Mutex<Discovery>,
    /// Notified when observed containers change.
    wakeup: Wakeup,
}

impl Gateway {
    /// `pool` is the pool of the leases' subnets, in which containers have addresses. `wakeup` triggers a refresh of the table;
    /// `surge` wakes the scale stage.
    pub fn new(
        store: Arc<Store>,
        provider: Address,
        pool: Subnet,
        domain: &str,
        limits: GatewayLimits,
        (wakeup, surge): (Wakeup, Wakeup),
    ) -> Self {
        let discovery = Mutex::new(Discovery::new(store, provider, pool, limits.clone()));
        let (table, domain) = (watch::Sender::new(Arc::default()), domain.to_ascii_lowercase());
        Self { state: Arc::new(GatewayState { domain, limits, table, surge }), discovery, wakeup }
    }

    /// Binds the address before anything else starts, so that an address in use fails the start.
    pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
        TcpListener::bind(address).await.with_context(|| {
            format!("TIDEMARK_GATEWAY: nothing can listen on {address} (is another orchestrator running?)")
        })
    }

    /// Serves until the shutdown, then waits for requests in flight for a bounded time.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, shutdown: watch::Receiver<bool>) {
        let tasks = [tokio::spawn(self.clone().keep_refreshed()), tokio::spawn(maintain(self.state.clone()))];
        server::serve(self.state.clone(), listener, shutdown).await;
        // Awaited, because each holds the store, which the next process may open at once.
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
    }

    /// Rebuilds the table from the store once.
    pub async fn refresh(&self) -> anyhow::Result<()> {
        let mut discovery = self.discovery.lock().await;
        let before = self.state.table.borrow().clone();
        let table = discovery.refresh(&before).await?;
        self.state.table.send_replace(Arc::new(table));
        Ok(())
    }

    async fn keep_refreshed(self: Arc<Self>) {
        let mut reported = false;
        loop {
            match self.refresh().await {
                Ok(()) => reported = false,
                // The last table keeps serving. The log has one line per outage.
                Err(error) if !reported => {
                    reported = true;
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "the gateway cannot read the store and keeps its last route table"
                    );
                }
                Err(_) => {}
            }
            tokio::time::sleep(MIN_REFRESH_PERIOD).await;
            tokio::select! {
                () = self.wakeup.notified() => {}
                () = tokio::time::sleep(REFRESH_PERIOD) => {}
            }
        }
    }
}

/// The periodic work: detects surges, refills retry budgets, maintains upstreams and probes them.
async fn maintain(state: Arc<GatewayState>) {
    let mut ticks = tokio::time::interval(traffic::SURGE_PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut maintained = Instant::now();
    loop {
        ticks.tick().await;
        let table = state.table.borrow().clone();
        let mut surges = false;
        for traffic in table.traffic() {
            surges |= traffic.surges();
        }
        if surges {
            state.surge.notify();
        }
        if maintained.elapsed() >= MAINTENANCE_PERIOD {
            maintained = Instant::now();
            table.traffic().for_each(|traffic| traffic.refill());
            let now_ms = upstream::monotonic_ms();
            table.routes.iter().flat_map(|route| &route.upstreams).for_each(|upstream| upstream.maintain(now_ms));
            tokio::spawn(async move { health::check(&table).await });
        }
    }
}

impl DemandSource for Gateway {
    fn demand(&self, lease: B256) -> Option<Demand> {
        let table = self.state.table.borrow().clone();
        table.of(lease).next()?.traffic.demand(Instant::now())
    }
}

#[async_trait]
impl Upstreams for Gateway {
    async fn drain(&self, lease: B256, replica: u16, patience: Duration) -> u32 {
        let table = self.state.table.borrow().clone();
        let upstreams = table.of(lease).flat_map(|route| &route.upstreams);
        let upstreams: Vec<_> = upstreams.filter(|upstream| upstream.replica == replica).cloned().collect();
        upstreams.iter().for_each(|upstream| upstream.drain(patience + DRAINED_FOR));
        let drained = join_all(upstreams.iter().map(|upstream| upstream.drained()));
        // After a timeout the result counts the requests that are left.
        let _ = tokio::time::timeout(patience, drained).await;
        upstreams.iter().map(|upstream| upstream.in_flight()).sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
