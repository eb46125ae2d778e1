//! Service discovery: builds the route table from the store's leases, manifests and observed containers.
//!
//! State that outlives a table (counters, ejections, idle connections) passes from one table to the next. A closed lease keeps
//! its routes, without replicas, for ten minutes, so that its clients get the reason.

use std::{
    collections::{HashMap, HashSet},
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::primitives::{Address, B256, keccak256};

use super::{
    route::{Availability, Route, RouteTable},
    state::GatewayLimits,
    traffic::LeaseTraffic,
    upstream::Upstream,
};
use lease::{Lease, Status, manifest::Manifest, reconcile::WorkloadStatus};
use ports::subnet::Subnet;
use store::{
    LeaseFilter, Store,
    container::{ContainerRow, LeaseProgress},
};

/// How long a closed lease keeps its routes.
const CLOSED_ROUTES_KEPT: Duration = Duration::from_secs(600);

pub(super) struct Discovery {
    store: Arc<Store>,
    provider: Address,
    /// The subnets of the leases' networks.
    pool: Subnet,
    limits: GatewayLimits,
    manifests: HashMap<B256, Arc<Manifest>>,
    /// Closed leases, and since when.
    closed: HashMap<B256, Instant>,
}

/// The store's state of one lease.
struct ServedLease<'a> {
    lease: &'a Lease,
    seen: &'a [ContainerRow],
    progress: Option<&'a LeaseProgress>,
    time: u64,
}

impl Discovery {
    pub(super) fn new(store: Arc<Store>, provider: Address, pool: Subnet, limits: GatewayLimits) -> Self {
        Self { store, provider, pool, limits, manifests: HashMap::new(), closed: HashMap::new() }
    }

    /// Reads the store and builds the table. `before` is the table that it replaces.
    pub(super) async fn refresh(&mut self, before: &RouteTable) -> anyhow::Result<RouteTable> {
        let filter = LeaseFilter { open_only: true, ..LeaseFilter::of_provider(self.provider) };
        let (leases, containers, progress, head) = tokio::try_join!(
            self.store.leases(filter),
            self.store.all_containers(),
            self.store.all_progress(),
            self.store.head()
        )?;
        let time = head.map_or(0, |head| head.time);
        let mut routes = Vec::new();
        for row in &leases {
            let Some(manifest) = self.manifest(&row.lease).await? else { continue };
            let id = row.lease.id;
            let seen = containers.get(&id).map(Vec::as_slice).unwrap_or_default();
            let snapshot = ServedLease { lease: &row.lease, seen, progress: progress.get(&id), time };
            routes.extend(self.routes(&snapshot, &manifest, before));
        }
        let open: HashSet<B256> = leases.iter().map(|row| row.lease.id).collect();
        routes.extend(self.closed_routes(&open, before));
        self.manifests.retain(|id, _| open.contains(id));
        Ok(RouteTable::new(routes))
    }

    /// The lease's manifest, parsed once. None before the tenant has uploaded it.
    async fn manifest(&mut self, lease: &Lease) -> anyhow::Result<Option<Arc<Manifest>>> {
        if let Some(known) = self.manifests.get(&lease.id) {
            return Ok(Some(known.clone()));
        }
        let Some(bytes) = self.store.manifest(lease.id).await? else { return Ok(None) };
        // The container stage reports a manifest with a wrong hash or an invalid one.
        let sound = Some(bytes).filter(|bytes| keccak256(bytes) == lease.terms.manifestHash);
        let Some(manifest) = sound.and_then(|bytes| Manifest::parse(&bytes).ok()) else { return Ok(None) };
        let manifest = Arc::new(manifest);
        self.manifests.insert(lease.id, manifest.clone());
        Ok(Some(manifest))
    }

    fn routes(&self, snapshot: &ServedLease<'_>, manifest: &Manifest, before: &RouteTable) -> Vec<Arc<Route>> {
        let id = snapshot.lease.id;
        let traffic =
            before.of(id).next().map_or_else(|| Arc::new(LeaseTraffic::new(id)), |route| route.traffic.clone());
        let availability = availability(snapshot);
        let served = manifest.services.iter().filter_map(|(name, service)| {
            let port = manifest.served_port(name)?;
            let old = before.of(id).find(|route| route.service == *name);
            let known: &[Arc<Upstream>] = old.map(|route| route.upstreams.as_slice()).unwrap_or_default();
            let wanted = |seen: &&ContainerRow| seen.service == *name && seen.replica < snapshot.lease.replicas;
            let upstreams = snapshot.seen.iter().filter(wanted).filter(|seen| seen.is_healthy()).filter_map(|seen| {
                let address = self.address(seen, port)?;
                let same = |old: &&Arc<Upstream>| old.container == seen.container_id && old.address == address;
                let old = known.iter().find(same).cloned();
                let new = || Arc::new(Upstream::new(seen.container_id.clone(), seen.replica, address));
                Some(old.unwrap_or_else(new))
            });
            Some(Arc::new(Route {
                traffic: traffic.clone(),
                service: name.clone(),
                upstreams: upstreams.collect(),
                availability: availability.clone(),
                concurrency: service.gateway.concurrency.unwrap_or(self.limits.concurrency),
                timeout: service.gateway.timeout.unwrap_or(self.limits.head),
                freed: old.map(|old| old.freed.clone()).unwrap_or_default(),
            }))
        });
        served.collect()
    }

    /// The container's own address when this machine reaches its network; otherwise the published port of the engine.
    fn address(&self, seen: &ContainerRow, port: u16) -> Option<SocketAddr> {
        match seen.address {
            Some(IpAddr::V4(own)) if self.is_local(own) => Some(SocketAddr::new(own.into(), port)),
            _ => {
                let published: SocketAddr = seen.ports.get(&format!("{port}/tcp"))?.parse().ok()?;
                let anywhere = published.ip().is_unspecified();
                let ip = if anywhere { IpAddr::from(Ipv4Addr::LOCALHOST) } else { published.ip() };
                Some(SocketAddr::new(ip, published.port()))
            }
        }
    }

    /// Whether this machine routes to the address over one of the engine's bridges: then its own source address is in the same
    /// pool. The bridges of an engine in a virtual machine or in another network namespace are not on this machine.
    fn is_local(&self, address: Ipv4Addr) -> bool {
        let local = || {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
            // Connecting a UDP socket sends nothing; it selects the route and the source address.
            socket.connect((address, 9)).ok()?;
            match socket.local_addr().ok()?.ip() {
                IpAddr::V4(local) => Some(local),
                IpAddr::V6(_) => None,
            }
        };
        self.pool.contains(address) && local().is_some_and(|local| self.pool.contains(local))
    }

    /// The routes of leases that closed recently.
    fn closed_routes(&mut self, open: &HashSet<B256>, before: &RouteTable) -> Vec<Arc<Route>> {
        let mut routes = Vec::new();
        let mut closed = HashMap::new();
        for route in before.routes.iter().filter(|route| !open.contains(&route.traffic.lease)) {
            let id = route.traffic.lease;
            let since = self.closed.get(&id).copied().unwrap_or_else(Instant::now);
            if since.elapsed() > CLOSED_ROUTES_KEPT {
                continue;
            }
            closed.insert(id, since);
            routes.push(Arc::new(Route {
                traffic: route.traffic.clone(),
                service: route.service.clone(),
                upstreams: Vec::new(),
                availability: Availability::Unavailable("the lease is closed; its tenant can open another".to_owned()),
                concurrency: route.concurrency,
                timeout: route.timeout,
                freed: route.freed.clone(),
            }));
        }
        self.closed = closed;
        routes
    }
}

fn availability(snapshot: &ServedLease<'_>) -> Availability {
    let standing = snapshot.progress.map(|progress| progress.standing);
    let why = snapshot.progress.and_then(|progress| progress.reason.clone());
    let exhausted = snapshot.lease.status(snapshot.time) == Status::Exhausted;
    match standing {
        Some(WorkloadStatus::Paused | WorkloadStatus::Removing | WorkloadStatus::Removed) => {}
        Some(WorkloadStatus::Failing) => {
            let why = why.unwrap_or_else(|| "its containers do not stay up".to_owned());
            return Availability::Unavailable(format!("the lease's replicas cannot run: {why}"));
        }
        _ if exhausted => {}
        _ => return Availability::Expected,
    }
    Availability::Unavailable("the lease's funds are exhausted; a top-up starts it again".to_owned())
}
