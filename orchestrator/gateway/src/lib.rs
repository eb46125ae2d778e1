//! The gateway: where demand enters.
//!
//! # What this is for
//!
//! Requests for `<service>-<lease>.<domain>`, or for `/<service>-<lease>/…` at the domain itself, come to one address and
//! go to one of the lease's ready replicas. Replicas come and go under load; no request is to be cut by that.
//!
//! # Theory of operation
//!
//! [`discovery`] makes a [`route::Table`] of what the store has: leases, manifests, containers as they were seen. It looks
//! again when the container stage notifies, and once a second. [`listen`] takes connections, [`proxy`] finds a request's
//! route ([`address`]), and [`forward`] sends it to the less busy of two replicas taken by chance ([`route`]), over a
//! connection that it opens or finds open ([`connection`]), and sends it to another when that one fails; [`tunnel`] does the
//! same for WebSockets. While no replica has room the request waits ([`hold`]). A replica that fails is spared for a while
//! ([`upstream`]), and looked at ([`health`]). What came in is counted for each lease ([`traffic`]): it is what scales it.
//!
//! # Ground rules
//!
//! 1. The table is built from the store alone: a gateway that starts anew knows all that it needs.
//! 2. Nothing is held in a lock while something is awaited; no body is collected.
//! 3. A request is sent twice only when that cannot be told from once.
//! 4. Whoever is refused is told why, in the API's form.
//!
//! TLS and the tenants' own domains have their place between [`listen`] and [`proxy`]: a connection that is decrypted
//! there, and names that [`route::Table::find`] knows beside the labels.

mod body;
mod connection;
mod discovery;
mod error;
mod forward;
mod headers;
mod health;
mod latency;
mod proxy;
mod queue;
mod route;
mod server;
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

use self::{discovery::Discovery, route::Table};
use driver::Wakeup;
use ports::{
    demand::{Demand, DemandSource, Upstreams},
    subnet::Subnet,
};
use store::Store;

/// The longest between two looks at the store.
const PERIOD: Duration = Duration::from_secs(1);
/// The shortest: notifies in a burst are one look.
const BREATH: Duration = Duration::from_millis(20);
/// How long a drained replica gets no requests though it is not stopped after all.
const CLOSED: Duration = Duration::from_secs(30);

/// What requests and connections may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For a connection to a replica.
    pub connect: Duration,
    /// The same while there is another replica to turn to.
    pub connect_first: Duration,
    /// For the head of an answer, where the manifest does not say.
    pub head: Duration,
    /// Without a byte of a body, in either direction. A tunnel may be silent for as long as it likes.
    pub idle: Duration,
    /// For a request to wait until a replica is there.
    pub hold: Duration,
    /// For a request to wait until a replica has room.
    pub queue: Duration,
    /// Requests of one lease that wait.
    pub waiting: u32,
    /// Requests of one lease under way.
    pub under_way: u32,
    /// Requests at a time at one replica, where the manifest does not say.
    pub concurrency: u32,
    /// Of a request's head.
    pub header_bytes: usize,
    /// For a client to send a head, also the next one on the same connection.
    pub header_time: Duration,
    /// Clients' connections.
    pub connections: usize,
    /// Requests at a time on one connection of HTTP/2.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            connect_first: Duration::from_millis(90),
            head: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            hold: Duration::from_secs(60),
            queue: Duration::from_secs(5),
            waiting: 1024,
            under_way: 16_384,
            concurrency: 512,
            header_bytes: 64 * 1024,
            header_time: Duration::from_secs(30),
            connections: 16_384,
            streams: 256,
        }
    }
}

pub struct Gateway {
    domain: String,
    limits: Limits,
    table: watch::Sender<Arc<Table>>,
    discovery: Mutex<Discovery>,
    /// The gateway's own: something else was seen.
    wakeup: Wakeup,
    /// Of whoever scales: demand surges.
    surge: Wakeup,
}

impl Gateway {
    /// `pool` is where containers have addresses of their own.
    pub fn new(
        store: Arc<Store>,
        provider: Address,
        pool: Subnet,
        domain: &str,
        limits: Limits,
        (wakeup, surge): (Wakeup, Wakeup),
    ) -> Self {
        let discovery = Mutex::new(Discovery::new(store, provider, pool, limits.clone()));
        let (table, domain) = (watch::Sender::new(Arc::default()), domain.to_ascii_lowercase());
        Self { domain, limits, table, discovery, wakeup, surge }
    }

    /// Binds the address, so that a port that is taken is known before anything starts.
    pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
        TcpListener::bind(address).await.with_context(|| {
            format!("TIDEMARK_GATEWAY: nothing can listen on {address} (is another orchestrator running?)")
        })
    }

    /// Serves until the shutdown.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, shutdown: watch::Receiver<bool>) {
        let beside = [tokio::spawn(self.clone().follow()), tokio::spawn(self.clone().pulse())];
        server::serve(self, listener, shutdown).await;
        beside.iter().for_each(tokio::task::JoinHandle::abort);
    }

    /// Looks at the store once.
    pub async fn look(&self) -> anyhow::Result<()> {
        let mut discovery = self.discovery.lock().await;
        let before = self.table.borrow().clone();
        let table = discovery.look(&before).await?;
        self.table.send_replace(Arc::new(table));
        Ok(())
    }

    async fn follow(self: Arc<Self>) {
        let mut told = false;
        loop {
            match self.look().await {
                Ok(()) => told = false,
                // The last table is better than none.
                Err(error) if !told => {
                    told = true;
                    tracing::warn!(error = format!("{error:#}"), "the gateway goes on with what it knew");
                }
                Err(_) => {}
            }
            tokio::time::sleep(BREATH).await;
            tokio::select! {
                () = self.wakeup.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }

    /// What is done by the clock: surges are told, retries earned, replicas looked at.
    async fn pulse(self: Arc<Self>) {
        let mut beats = tokio::time::interval(traffic::PULSE);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut checked = Instant::now();
        loop {
            beats.tick().await;
            let table = self.table.borrow().clone();
            let mut surges = false;
            for traffic in table.traffic() {
                surges |= traffic.surges();
            }
            if surges {
                self.surge.notify();
            }
            if checked.elapsed() >= PERIOD {
                checked = Instant::now();
                table.traffic().for_each(|traffic| traffic.earn());
                let now_ms = upstream::now_ms();
                table.routes.iter().flat_map(|route| &route.upstreams).for_each(|upstream| upstream.tidy(now_ms));
                tokio::spawn(async move { health::check(&table).await });
            }
        }
    }
}

impl DemandSource for Gateway {
    fn demand(&self, lease: B256) -> Option<Demand> {
        let table = self.table.borrow().clone();
        table.of(lease).next()?.traffic.demand(Instant::now())
    }
}

#[async_trait]
impl Upstreams for Gateway {
    async fn drain(&self, lease: B256, replica: u16, patience: Duration) -> u32 {
        let table = self.table.borrow().clone();
        let upstreams = table.of(lease).flat_map(|route| &route.upstreams);
        let upstreams: Vec<_> = upstreams.filter(|upstream| upstream.replica == replica).cloned().collect();
        upstreams.iter().for_each(|upstream| upstream.close(patience + CLOSED));
        let emptied = join_all(upstreams.iter().map(|upstream| upstream.emptied()));
        // What is left is told either way.
        let _ = tokio::time::timeout(patience, emptied).await;
        upstreams.iter().map(|upstream| upstream.in_flight()).sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
